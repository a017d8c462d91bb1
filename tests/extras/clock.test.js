// The clock of a hidden page: a worker where there may be one, and nothing where there may not.

import assert from "node:assert/strict";
import { test } from "node:test";

const FILE = new URL("../../src/clock.js", import.meta.url);
let turn = 0;

/** The module as a page fetches it that has a worker like this, and what it says to the developer. */
async function page(Worker, origin = FILE.origin) {
  const told = [];
  Object.assign(globalThis, { Worker, location: { origin } });
  console.info = (line) => told.push(line);
  const { Clock } = await import(`${FILE}?${turn++}`);
  return { Clock, told };
}

function workers() {
  const made = [];
  return [
    made,
    class {
      isAlive = true;
      constructor(file, options) {
        Object.assign(this, { file, options });
        made.push(this);
      }
      terminate() {
        this.isAlive = false;
      }
    },
  ];
}

test("ticks come from a worker, which is this file, while they are needed", async () => {
  const [made, Worker] = workers();
  const { Clock, told } = await page(Worker);
  let ticks = 0;
  const clock = new Clock(() => ticks++);
  clock.set(false);
  assert.equal(made.length, 0);
  clock.set(true);
  clock.set(true);
  assert.equal(made.length, 1, "one is enough");
  assert.match(String(made[0].file), /clock\.js/);
  assert.deepEqual(made[0].options, { type: "module" });
  made[0].onmessage();
  made[0].onmessage();
  assert.equal(ticks, 2);
  clock.set(false);
  assert.equal(made[0].isAlive, false);
  clock.set(true);
  assert.equal(made.length, 2, "and another one when it is needed again");
  assert.deepEqual(told, []);
});

const REFUSALS = {
  "no worker at all": undefined,
  "a constructor that throws": class {
    constructor() {
      throw new DOMException("refused", "SecurityError");
    }
  },
};

for (const [name, Worker] of Object.entries(REFUSALS)) {
  test(`where there is ${name}, that is said once and not tried again`, async () => {
    const { Clock, told } = await page(Worker);
    for (const clock of [new Clock(() => {}), new Clock(() => {})]) {
      clock.set(true);
      clock.set(false);
      clock.set(true);
    }
    assert.equal(told.length, 1, told.join());
  });
}

test("a worker whose file is refused after it was made is given up", async () => {
  const [made, Worker] = workers();
  const { Clock, told } = await page(Worker);
  const clock = new Clock(() => {});
  clock.set(true);
  let isQuiet = false;
  made[0].onerror({ preventDefault: () => (isQuiet = true) });
  assert.ok(isQuiet, "the page's own handlers of errors do not hear of it");
  assert.equal(made[0].isAlive, false);
  clock.set(true);
  assert.equal(made.length, 1);
  assert.equal(told.length, 1);
});

test("files of another origin are not even tried", async () => {
  const [made, Worker] = workers();
  const { Clock, told } = await page(Worker, "https://shop.example");
  new Clock(() => {}).set(true);
  assert.equal(made.length, 0);
  assert.match(told[0], /another origin/);
});

test("in a worker it ticks once a second", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const sent = [];
  Object.assign(globalThis, { DedicatedWorkerGlobalScope: class {}, postMessage: (word) => sent.push(word) });
  await import(`${FILE}?worker`);
  context.mock.timers.tick(3000);
  delete globalThis.DedicatedWorkerGlobalScope;
  assert.equal(sent.length, 3);
});
