// A chat for the site's other sub-domains: what the cookie holds, who may read it, and what is made of a forged one.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Carrier, packed, unpacked } from "../../src/carrier.js";

/** A browser's cookies of one site, and what was written. */
let jar;
let written;

beforeEach(() => {
  jar = new Map();
  written = [];
  globalThis.location = { protocol: "https:" };
  globalThis.document = {
    get cookie() {
      return [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    },
    set cookie(text) {
      written.push(text);
      const [, name, value] = /^([^=]*)=([^;]*)/.exec(text);
      if (/Max-Age=0/.test(text)) jar.delete(name);
      else jar.set(name, value);
    },
  };
});

const options = (given = {}) => {
  const all = { endpoint: "/genesys", persist: "cookie", "cookie-domain": "example.com", ...given };
  return (name) => all[name];
};
const chat = (service = "s-1", marks = 8) => JSON.stringify([service, String(marks), "c1", { transcriptPosition: 1 }, [], []]);
const NAME = "gms-chat-_genesys";

test("what was packed is unpacked, whatever the service is called", () => {
  for (const service of ["180-4d1697a9-dda5", "a;b=c, d\r\n", "../../x", "ü👋", '"']) {
    const text = packed(chat(service), options(), true);
    assert.match(text, /^[\w.%!~*'()-]+$/, "safe in a cookie");
    assert.deepEqual(unpacked(text), { service, marks: 4 });
  }
});

test("a chat is carried only where it can go on", () => {
  const cases = [
    [chat("s", 8), {}, "0.s"],
    [chat("s", 8 + 2), {}, "2.s"],
    [chat("s", 8 + 2 + 1), {}, "", "another page would be another user"],
    [chat("s", 8 + 2 + 1), { "user-id": "ada" }, "3.s"],
    [chat("s", 8 + 1), { "user-id": "none" }, "1.s"],
    [chat("s", 8 + 16), {}, "", "the visitor is leaving it"],
    [chat("s", 4), {}, "", "a queue"],
    [chat("s", 2), {}, "", "not created"],
    [undefined, {}, ""],
  ];
  for (const [text, given, wanted, why] of cases) assert.equal(packed(text, options(given), false), wanted, why);
});

test("it is a session cookie of the site, for as long as the chat is on", () => {
  const carrier = new Carrier(options());
  carrier.carry(chat(), true);
  assert.deepEqual(written, [`${NAME}=4.s-1; Path=/; SameSite=Lax; Secure; Domain=example.com`]);
  carrier.carry(chat(), true);
  assert.equal(written.length, 1, "written once");
  carrier.carry(chat(), false);
  assert.equal(jar.get(NAME), "0.s-1");
  carrier.carry(undefined, false);
  assert.equal(jar.size, 0);
});

test("without a domain, or with a strange one, it is the page's own; without TLS it cannot be secure", () => {
  globalThis.location.protocol = "http:";
  for (const domain of [undefined, "", "a.b; Path=/x", "a b"]) {
    jar.clear();
    new Carrier(options({ "cookie-domain": domain })).carry(chat(), false);
    assert.equal(written.at(-1), `${NAME}=0.s-1; Path=/; SameSite=Lax`);
  }
});

test("without the option there is no cookie, neither read nor written", () => {
  jar.set(NAME, "0.s-1");
  for (const persist of [undefined, "session", "none"]) {
    const carrier = new Carrier(options({ persist }));
    assert.equal(carrier.find([1, 2, 3, 4]), null);
    carrier.carry(chat("s-2"), false);
    carrier.carry(undefined, false);
  }
  assert.deepEqual(written, []);
});

test("another page finds a chat that is known by its name, and reads it from its beginning", () => {
  new Carrier(options()).carry(chat("s-1", 8 + 2), true);
  const found = new Carrier(options()).find([1, 2, 3, 4]);
  assert.deepEqual(JSON.parse(found.chat), ["s-1", "10", "", { chatIxnState: "TRANSCRIPT" }, [], []]);
  assert.equal(found.isOpen, true);
  assert.equal(new Carrier(options({ endpoint: "/other" })).find([1, 2, 3, 4]), null, "of another endpoint");
});

test("the chat of another page is left where it is by one that has none", () => {
  new Carrier(options()).carry(chat("s-1"), false);
  const idle = new Carrier(options());
  idle.carry(undefined, false);
  assert.equal(jar.get(NAME), "0.s-1");
  idle.carry(chat("s-2"), false);
  idle.carry(undefined, false);
  assert.equal(jar.size, 0, "its own goes");
  idle.carry(chat("s-3"), false);
  new Carrier(options()).carry(chat("s-4"), false);
  idle.carry(undefined, false);
  assert.equal(jar.get(NAME), "0.s-4");
});

test("a chat that was found and is none is taken from the others", () => {
  jar.set(NAME, "0.gone");
  const carrier = new Carrier(options());
  carrier.find([1, 2, 3, 4]);
  carrier.carry(undefined, false);
  assert.equal(jar.size, 0);
});

test("what is no chat is none", () => {
  const forged = ["", "0", "0.", ".s", "8.s", "00.s", "x.s", "0.s t", "0.%", "0.%zz", "0.<b>", "0." + "s".repeat(301), "-1.s", "0.s;", '0."s"'];
  for (const text of forged) {
    jar.set(NAME, text);
    assert.equal(new Carrier(options()).find([1, 2, 3, 4]), null, text);
  }
});

test("where cookies are forbidden nothing happens", () => {
  Object.defineProperty(globalThis, "document", {
    configurable: true,
    value: {
      get cookie() {
        throw new DOMException("no", "SecurityError");
      },
      set cookie(_) {
        throw new DOMException("no", "SecurityError");
      },
    },
  });
  const carrier = new Carrier(options());
  assert.equal(carrier.find([1, 2, 3, 4]), null);
  carrier.carry(chat(), false);
  carrier.carry(undefined, false);
  delete globalThis.document;
});
