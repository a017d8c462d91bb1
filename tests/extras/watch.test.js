// How the contact centre is asked whether it is open: at once, each minute, and when the page is seen again.
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { watch } from "../../src/extras/hours.js";

/** Lets every promise that can be settled be settled. */
const settled = () => new Promise(setImmediate);

let told;
let seen;
let end;

beforeEach(() => {
  mock.timers.enable({ apis: ["setInterval"] });
  mock.method(console, "warn", () => {});
  told = [];
  globalThis.document = {
    hidden: false,
    addEventListener: (_, listener) => { seen = listener; },
    removeEventListener: () => { seen = undefined; },
  };
});

afterEach(() => {
  end();
  assert.equal(seen, undefined);
  mock.reset();
  mock.timers.reset();
  delete globalThis.document;
});

function begin(rule) {
  end = watch(rule, (...news) => told.push(news), { language: () => "en" });
  return settled();
}

test("a function is asked again each minute, and only news is told", async () => {
  let isOpen = true;
  await begin(async () => isOpen);
  mock.timers.tick(60_000);
  await settled();
  assert.deepEqual(told, [[true, "", ""]]);
  isOpen = false;
  mock.timers.tick(60_000);
  await settled();
  assert.deepEqual(told.at(-1), [false, "", ""]);
});

test("a page that is seen again asks at once", async () => {
  let asked = 0;
  await begin(() => ({ open: ++asked < 2, message: "Back at nine", opens: "9:00" }));
  document.hidden = true;
  seen();
  await settled();
  assert.equal(asked, 1);
  document.hidden = false;
  seen();
  await settled();
  assert.deepEqual(told.at(-1), [false, "Back at nine", "9:00"]);
});

test("an address is fetched", async () => {
  mock.method(globalThis, "fetch", async (url) => ({ ok: true, json: async () => ({ open: false, message: url }) }));
  await begin("/hours.json");
  assert.deepEqual(told, [[false, "/hours.json", ""]]);
});

test("where nothing can be found out it counts as open", async () => {
  mock.method(globalThis, "fetch", async (url) => ({ ok: false, status: 500, url }));
  await begin("/hours.json");
  assert.deepEqual(told, [[true, "", ""]]);
  assert.equal(console.warn.mock.callCount(), 1);
});

test("hours are told like answers", async () => {
  await begin({ timeZone: "UTC", message: "Never" });
  assert.deepEqual(told, [[false, "Never", ""]]);
});
