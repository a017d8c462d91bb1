// The hooks of the page: what they may answer, and what becomes of a message that they refuse.
import assert from "node:assert/strict";
import { test } from "node:test";
import { dress, gather, review } from "../../src/api/hooks.js";

/** A chat whose page has these options, and what that page is told. */
function chat(options) {
  const told = [];
  const emit = (name, { code }) => told.push(`${name} ${code}`);
  return { chat: { element: { options, getAttribute: () => null }, emit }, told };
}

/** Dresses a request with these options. Returns its headers and what the page was told. */
async function dressed(headers, refresh = false) {
  const request = new Request("http://gms.example/genesys", { method: "POST", body: "a=b", headers: { "Content-Type": "text/x" } });
  const page = chat({ headers });
  const failure = await dress(page.chat, request, refresh).then(() => undefined, ({ code }) => code);
  return { failure, type: request.headers.get("content-type"), authorization: request.headers.get("authorization"), told: page.told };
}

test("headers are an object or come from a function, beside those of the request", async () => {
  const key = { failure: undefined, type: "text/x", authorization: "k", told: [] };
  assert.deepEqual(await dressed({ Authorization: "k" }), key);
  assert.deepEqual(await dressed('{"Authorization":"k"}'), key);
  const asked = await dressed(async ({ url, refresh }) => ({ Authorization: `${url} ${refresh}` }), true);
  assert.equal(asked.authorization, "http://gms.example/genesys true");
  assert.deepEqual(await dressed(() => null), { ...key, authorization: null });
});

test("headers that cannot be had or are none stop the request and are told", async () => {
  for (const headers of [() => Promise.reject(Error("no token")), { "bad name": "x" }]) {
    const stopped = await dressed(headers);
    assert.equal(stopped.failure, "headers_failed");
    assert.deepEqual([stopped.authorization, stopped.told], [null, ["error headers_failed"]]);
  }
});

test("business data is flattened, and a chat goes on without what cannot be had", async () => {
  const page = chat({ data: async () => ({ tier: "gold", age: 7, tags: ["a"], none: null, empty: "" }) });
  const found = await gather(page.chat, page.chat.element.options.data);
  assert.deepEqual(found, [["data.tier", "gold"], ["data.age", "7"], ["data.tags", '["a"]']]);
  const broken = chat({ data: () => Promise.reject(Error("down")) });
  assert.deepEqual(await gather(broken.chat, broken.chat.element.options.data), []);
  assert.deepEqual(broken.told, ["error data_failed"]);
});

test("a message passes as it is, changed, or not at all", async () => {
  const say = (hook) => review(chat({ beforeSend: hook }).chat, "hello");
  assert.equal(await say(() => undefined), "hello");
  assert.equal(await say(() => true), "hello");
  assert.equal(await say(async (text) => text.toUpperCase()), "HELLO");
  for (const refusal of [() => false, () => null, () => " ", () => Promise.reject(Error("no"))]) assert.equal(await say(refusal), null);
});

test("the hook sees what the mask has left", async () => {
  const seen = [];
  const page = chat({ mask: "card", beforeSend: (text) => void seen.push(text) });
  assert.equal(await review(page.chat, "4111111111111111"), "••••••••••••1111");
  assert.deepEqual(seen, ["••••••••••••1111"]);
});

test("messages keep their order while hooks take their time", async () => {
  let release;
  const first = new Promise((resolve) => (release = resolve));
  const page = chat({ beforeSend: (text) => (text == "one" ? first.then(() => text) : text) });
  const sent = [];
  const both = ["one", "two"].map((text) => review(page.chat, text).then((passed) => sent.push(passed)));
  release();
  await Promise.all(both);
  assert.deepEqual(sent, ["one", "two"]);
});
