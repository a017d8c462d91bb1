// Commands: what is refused is refused once, and what is misspelt is told.

import assert from "node:assert/strict";
import { test } from "node:test";

import { call, perform } from "../../src/api.js";
import { set } from "../../src/api/init.js";

test("a command that is refused is an error of its caller's and of nobody else's", async () => {
  const astray = [];
  const note = (error) => astray.push(error);
  process.on("unhandledRejection", note);
  const element = { state: "idle" };
  for (const name of ["end", "send", "sendNotice"]) {
    await assert.rejects(perform(element, { window: () => null }, name, ["x"]), { code: "no_session" });
  }
  await new Promise(setImmediate);
  process.off("unhandledRejection", note);
  assert.deepEqual(astray, []);
});

test("a command waits for the return of a page that has been away", async () => {
  let back;
  const returning = new Promise((done) => (back = done));
  const order = [];
  const done = perform({ state: "idle" }, { window: () => ({ context: { returning } }) }, "end", []).catch(() => order.push("refused"));
  await new Promise(setImmediate);
  order.push("back");
  back();
  await done;
  assert.deepEqual(order, ["back", "refused"]);
});

test("an option that does not exist is told to the developer", () => {
  const told = [];
  const { warn } = console;
  console.warn = (text) => told.push(text);
  const element = { subject: "", firstName: "", setAttribute() {} };
  set(element, { subject: "x", "first-name": "Ada", subjct: "y" });
  console.warn = warn;
  assert.deepEqual(told, ["gms-chat: there is no option `subjct`"]);
});

test("an event that does not exist is told to the developer", async () => {
  const told = [];
  const heard = [];
  const { warn } = console;
  const { document } = globalThis;
  console.warn = (text) => told.push(text);
  globalThis.document = { addEventListener: (name) => heard.push(name) };
  await call(["on", "mesagereceived", () => {}]);
  await call(["on", "messagereceived", () => {}]);
  console.warn = warn;
  globalThis.document = document;
  assert.deepEqual(told, ["gms-chat: there is no event `mesagereceived`"]);
  assert.deepEqual(heard, ["gms-chat-mesagereceived", "gms-chat-messagereceived"]);
});
