// The form: which fields a page may give, when their values are right, and what is sent.
import assert from "node:assert/strict";
import { test } from "node:test";

import { fields, fieldsOf, sentAs } from "../../src/extras/fields.js";
import { Form } from "../../src/form.js";

const judge = fields({ Form }, () => null, new Map());
const complaint = (field, value) => judge.complaint(field, value) || undefined;
const flat = (sent) => [...sent].flat();
const isSettled = (field, value) => judge.isSettled(field, value);

const field = (more) => fieldsOf([{ name: "x", ...more }])[0];
const TYPES = ["text", "email", "tel", "select", "textarea", "checkbox", "consent", "hidden"];

test("a page without fields gets the usual ones, of which only the subject is required", () => {
  const required = fieldsOf(null).map(({ name, required }) => [name, Boolean(required)]);
  assert.deepEqual(required, [["first-name", false], ["last-name", false], ["email", false], ["subject", true]]);
});

test("known names bring their type and their autocomplete token, and the page outdoes both", () => {
  const [email, phone, own] = fieldsOf([{ name: "email" }, { name: "phone" }, { name: "email", type: "text", autocomplete: "work email" }]);
  assert.deepEqual([email.type, email.autocomplete], ["email", "email"]);
  assert.deepEqual([phone.type, phone.autocomplete], ["tel", "tel"]);
  assert.deepEqual([own.type, own.autocomplete], ["text", "work email"]);
});

test("an id holds nothing that a selector could stumble over", () => {
  assert.equal(field({ name: 'my field"]' }).id, "my-field--");
});

test("what is no field is named", () => {
  assert.throws(() => fieldsOf("[{"), /JSON array/);
  assert.throws(() => fieldsOf([{}]), /name/);
  assert.throws(() => field({ type: "colour" }), /textarea/);
});

test("each type says what is missing, and only where it is required", () => {
  const missing = TYPES.map((type) => complaint(field({ type, required: true }), " "));
  assert.deepEqual(missing, ["missing", "missing", "missing", "choice", "missing", "missing", "consent", undefined]);
  for (const type of TYPES) assert.equal(complaint(field({ type, required: false }), ""), undefined, type);
  assert.equal(complaint(fieldsOf([{ name: "subject" }])[0], ""), "subject");
  assert.equal(complaint(field({ type: "consent" }), ""), "consent");
});

test("addresses are checked leniently", () => {
  const email = field({ type: "email" });
  for (const good of ["a@b", "a.b+c@d.example", "ü@münchen.example", " a@b.c ", "a@b@c.d"]) assert.equal(complaint(email, good), undefined, good);
  for (const bad of ["a", "@b", "a@", "a b@c.d", "a@.b", "a@b.", "a@b.c,d@e.f"]) assert.equal(complaint(email, bad), "email", bad);
});

test("a pattern is about the whole value, and a broken one is the page's mistake", () => {
  assert.equal(complaint(field({ pattern: "[0-9]{4}" }), "1234"), undefined);
  assert.equal(complaint(field({ pattern: "[0-9]{4}" }), "12345"), "pattern");
  assert.equal(complaint(field({ pattern: "[0-9]{4}" }), ""), undefined);
  assert.equal(complaint(field({ pattern: "(" }), "x"), undefined);
});

test("a form can be left out when every field is settled; nobody but the visitor can agree", () => {
  assert.equal(isSettled(field({}), "x"), true);
  assert.equal(isSettled(field({}), " "), false);
  assert.equal(isSettled(field({ type: "email" }), "nonsense"), false);
  assert.equal(isSettled(field({ type: "hidden" }), ""), true);
  assert.equal(isSettled(field({ type: "checkbox" }), ""), true);
  assert.equal(isSettled(field({ type: "checkbox", required: true }), ""), false);
  assert.equal(isSettled(field({ type: "consent" }), "true"), false);
});

const VALUES = new Map(Object.entries({ "first-name": "Ada", email: " a@b.c ", subject: "Help", topic: "x", "data.tier": "gold", empty: " " }));

test("the classic names are those of the API, everything else is business data", () => {
  const classic = ["first-name", "Ada", "email", "a@b.c", "subject", "Help", "data.topic", "x", "data.tier", "gold"];
  assert.deepEqual(flat(sentAs(VALUES, "classic")), classic);
  assert.deepEqual(flat(sentAs(VALUES, null)), classic);
});

test("capitalised and own names go with the data", () => {
  const capitalised = ["data.FirstName", "Ada", "data.EmailAddress", "a@b.c", "subject", "Help", "data.topic", "x", "data.tier", "gold"];
  assert.deepEqual(flat(sentAs(VALUES, "capitalised")), capitalised);
  assert.deepEqual(flat(sentAs(new Map([["topic", "x"]]), { topic: "Topic_Code" })), ["data.Topic_Code", "x"]);
});
