// The figures that a waiting visitor is told.
import assert from "node:assert/strict";
import { test } from "node:test";

import { minutesOf, stopWatch } from "../../src/extras/figures.js";

test("a stop watch shows minutes, and from an hour on hours", () => {
  const shown = [0, 7, 61, 750, 3599, 3600, 36_061].map(stopWatch);
  assert.deepEqual(shown, ["0:00", "0:07", "1:01", "12:30", "59:59", "1:00:00", "10:01:01"]);
});

test("an expected wait is rounded up", () => {
  assert.deepEqual([60, 61, 120, 121].map(minutesOf), [1, 2, 2, 3]);
});
