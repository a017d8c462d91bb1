// How the two wasm files of the build are started: xtask/src/stamp/glue/start.js with two small modules.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const START = readFileSync(new URL("../../xtask/src/stamp/glue/start.js", import.meta.url), "utf8");

const name = (text) => [text.length, ...Buffer.from(text)];
const section = (id, ...bytes) => [id, bytes.length, ...bytes];
const HEAD = [0, 97, 115, 109, 1, 0, 0, 0, ...section(1, 1, 0x60, 0, 0)];
const BODY = [...section(3, 1, 0), ...section(10, 1, 2, 0, 0x0b)];
const [FUNCTION, CODE] = [BODY.slice(0, 4), BODY.slice(4)];

/** Exports a function by which the glue starts it; the other borrows that, and exports a door. */
const WINDOW = [...HEAD, ...FUNCTION, ...section(7, 1, ...name("__wbindgen_start"), 0, 0), ...CODE];
const SESSION = [...HEAD, ...section(2, 1, ...name("w"), ...name("__wbindgen_start"), 0, 0), ...FUNCTION,
  ...section(7, 1, ...name("door"), 0, 1), ...CODE];

const answer = (bytes, type = "application/wasm") => new Response(Uint8Array.from(bytes), { headers: { "Content-Type": type } });

/** The glue as each page has its own, with what it shows of its exports. */
let copies = 0;
function glue(keys = []) {
  globalThis.sessionStorage = Object.fromEntries(keys.map((key) => [key, "kept"]));
  const text = `const __wbg_get_imports = () => ({});${START};export const exported = () => Object.keys(wasm);//${copies++}`;
  return import("data:text/javascript," + encodeURIComponent(text));
}

test("the session is fetched when it is asked for, once, and adds what it exports", async () => {
  const { default: start, session, exported } = await glue(["gms-chat-invited"]);
  const asked = [];
  const get = async (...how) => (asked.push(how), answer(SESSION));
  await start({ module_or_path: Promise.resolve(answer(WINDOW)), get });
  assert.deepEqual([asked, exported()], [[], ["__wbindgen_start"]]);
  await Promise.all([session({ priority: "low" }), session()]);
  assert.deepEqual(asked, [["", { priority: "low" }]]);
  assert.deepEqual(exported(), ["__wbindgen_start", "door"]);
});

test("where another page has left a chat the session is fetched while the window is on its way", async () => {
  const { default: start, session, exported } = await glue(["gms-chat:/genesys"]);
  let arrive;
  const asked = [];
  const get = async (...how) => (asked.push(how), answer(SESSION, "application/octet-stream"));
  const started = start({ module_or_path: new Promise((resolve) => (arrive = resolve)), get });
  assert.deepEqual(asked, [["", undefined]]);
  arrive(answer(WINDOW));
  await started;
  await session();
  assert.deepEqual([asked.length, exported()], [1, ["__wbindgen_start", "door"]]);
});

test("what could not be fetched is fetched by the next call, under another address", async () => {
  const { default: start, session, exported } = await glue();
  const asked = [];
  const get = async (again) => {
    asked.push(again);
    if (asked.length < 3) throw Error("404");
    return answer(SESSION);
  };
  await start({ module_or_path: answer(WINDOW), get });
  await assert.rejects(session(), /404/);
  await assert.rejects(session(), /404/);
  await session();
  assert.deepEqual(asked, ["", "?2", "?3"]);
  assert.ok(exported().includes("door"));
});

test("a page without storage starts like any other", async () => {
  const { default: start, session, exported } = await glue();
  Object.defineProperty(globalThis, "sessionStorage", { configurable: true, get: () => { throw Error("SecurityError"); } });
  await start({ module_or_path: answer(WINDOW), get: async () => answer(SESSION) });
  await session();
  assert.ok(exported().includes("door"));
  delete globalThis.sessionStorage;
});
