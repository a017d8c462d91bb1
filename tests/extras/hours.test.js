// Opening hours, as `src/extras/hours.js` reads them.
import assert from "node:assert/strict";
import { test } from "node:test";

import { byHours } from "../../src/extras/hours.js";

const BERLIN = {
  timeZone: "Europe/Berlin",
  mon: "09:00-12:30 13:30-18:00",
  fri: "22:00-02:00",
  sun: "00:00-24:00",
  closed: ["2026-12-27"],
  message: "Call us instead.",
};
/** Berlin is one hour ahead of UTC in winter, two in summer. */
const at = (iso) => byHours(BERLIN, Date.parse(iso), "en");

test("a span is open from its start until just before its end", () => {
  assert.deepEqual(at("2026-11-23T08:00Z"), { open: true });
  assert.deepEqual(at("2026-11-23T11:29Z"), { open: true });
  assert.equal(at("2026-11-23T11:30Z").open, false);
  assert.equal(at("2026-11-23T07:59Z").open, false);
});

test("the hours are those of the time zone, in summer too", () => {
  assert.equal(at("2026-06-15T07:00Z").open, true);
  assert.equal(at("2026-06-15T06:59Z").open, false);
});

test("what is closed says when it opens next and what the page has to say", () => {
  const { open, message, opens } = at("2026-11-23T11:45Z");
  assert.deepEqual({ open, message }, { open: false, message: "Call us instead." });
  assert.match(opens, /^1:30\sPM$/);
  assert.match(at("2026-11-23T19:00Z").opens, /^Friday.* 10:00/);
});

test("the next opening is written in the language of the window", () => {
  const next = (language) => byHours(BERLIN, Date.parse("2026-11-23T19:00Z"), language).opens;
  assert.match(next("de"), /^Freitag.* 22:00/);
  assert.match(next("ar"), /^الجمعة/);
});

test("a span over midnight belongs to the night", () => {
  assert.equal(at("2026-11-27T23:30Z").open, true);
  assert.equal(at("2026-11-28T00:59Z").open, true);
  assert.equal(at("2026-11-28T01:00Z").open, false);
});

test("a whole day has no gap, and a closed date is closed", () => {
  assert.equal(at("2026-12-19T23:00Z").open, true);
  assert.equal(at("2026-12-20T22:59Z").open, true);
  assert.equal(at("2026-12-27T12:00Z").open, false);
});

test("who never opens says no time", () => {
  assert.deepEqual(byHours({ timeZone: "UTC" }, 0, "en"), { open: false, message: undefined });
});

test("what is no time and no zone is refused by name", () => {
  assert.throws(() => byHours({ timeZone: "UTC", thu: "nine-five" }, 0, "en"), /nine-five/);
  assert.throws(() => byHours({ timeZone: "Mars/Olympus" }, 0, "en"), RangeError);
});
