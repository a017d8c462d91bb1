// What is masked, and what has to stay readable.
import assert from "node:assert/strict";
import { test } from "node:test";
import { mask } from "../../src/api/mask.js";

const ALL = ["card", "iban"];

test("numbers of cards are covered but for the last four digits", () => {
  assert.equal(mask("It is 4111 1111 1111 1111, thanks", ALL), "It is •••• •••• •••• 1111, thanks");
  assert.equal(mask("378282246310005", ALL), "•••••••••••0005");
  assert.equal(mask("5555-5555-5555-4444", ALL), "••••-••••-••••-4444");
});

test("numbers of accounts are covered but for the last four characters", () => {
  assert.equal(mask("DE89 3704 0044 0532 0130 00 is mine", ALL), "•••• •••• •••• •••• ••30 00 is mine");
  assert.equal(mask("fi2112345600000785", ALL), "••••••••••••••0785");
});

test("digits that are no such number stay", () => {
  for (const text of ["Order 4111 1111 1111 1112", "call +358 40 123 4567", "0000 0000 0000 0000", "DE00 3704 0044 0532 0130 00"]) {
    assert.equal(mask(text, ALL), text);
  }
});

test("a number that runs into other digits is found", () => {
  assert.equal(mask("4111 1111 1111 1111 12", ALL), "•••• •••• •••• 1111 12");
});

test("only what the page asked for is masked", () => {
  const text = "4111111111111111 DE89370400440532013000";
  assert.equal(mask(text, []), text);
  assert.equal(mask(text, ["card"]), "••••••••••••1111 DE89370400440532013000");
  assert.equal(mask(text, ["iban"]), "4111111111111111 ••••••••••••••••••3000");
});
