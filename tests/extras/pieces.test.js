// A long chat is kept in pieces: what was told once is written once, and nothing else is believed or left over.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Pieces, piece } from "../../src/pieces.js";

const KEY = "gms-chat:/genesys";
let stored;
let written;
let isFull;

beforeEach(() => {
  stored = {};
  written = 0;
  isFull = false;
  // Its keys are those of an object, as in a browser.
  globalThis.sessionStorage = new Proxy(stored, {
    get: (_, name) =>
      ({
        getItem: (key) => stored[key] ?? null,
        setItem: (key, text) => {
          if (isFull) throw new DOMException("full", "QuotaExceededError");
          written += text.length;
          stored[key] = text;
        },
        removeItem: (key) => delete stored[key],
      })[name] ?? stored[name],
  });
});

/** A widget that keeps logs as the core does. */
function core() {
  let number = 1;
  let log = "";
  return {
    say: (text) => (log += (log && ",") + JSON.stringify([text])),
    startOver: () => ((number += 1), (log = "")),
    end: () => (log = null),
    keep: (known, length) =>
      log === null ? undefined : [number, log.length, '["s"', log.slice(known === number ? length : 0).replace(/^,/, ""), ""].join("\n"),
    get log() {
      return log;
    },
  };
}

/** Everything that the next page would find of the events. */
const found = (pieces, [, events]) => [...pieces.names.map((name) => piece(KEY, name)), events].filter(Boolean).join(",");

test("what the next page finds is the whole log, whenever it comes", () => {
  const [widget, pieces] = [core(), new Pieces(KEY)];
  for (let number = 0; number < 300; number++) {
    widget.say(`${number} ` + "long ".repeat(300));
    assert.equal(found(pieces, pieces.cut(widget, true)), widget.log);
  }
  assert.ok(pieces.names.length > 5, pieces.names.join());
});

test("what was written once is not written again", () => {
  const [widget, pieces] = [core(), new Pieces(KEY)];
  for (let number = 0; number < 2000; number++) {
    widget.say(`${number} ` + "long ".repeat(50));
    const [, events] = pieces.cut(widget, true);
    assert.ok(events.length < 33_000);
  }
  assert.ok(written <= widget.log.length, `${written} of ${widget.log.length}`);
});

test("another log begins anew, and what the one before left is taken away", () => {
  const [widget, pieces] = [core(), new Pieces(KEY)];
  stored[KEY] = "of a page before";
  stored[KEY + "#old"] = "likewise";
  stored["gms-chat:/other#1"] = "of another chat";
  widget.say("a".repeat(40_000));
  pieces.cut(widget, true);
  pieces.tidy();
  assert.equal(Object.keys(stored).length, 3);
  widget.startOver();
  widget.say("b".repeat(40_000));
  widget.say("c");
  const chat = pieces.cut(widget, true);
  pieces.tidy();
  assert.equal(found(pieces, chat), widget.log);
  assert.deepEqual(Object.keys(stored), [KEY, "gms-chat:/other#1", KEY + "#" + pieces.names[0]]);
  widget.end();
  assert.equal(pieces.cut(widget, true), null);
  pieces.tidy();
  assert.deepEqual(Object.keys(stored), [KEY, "gms-chat:/other#1"]);
});

test("a damaged piece is none", () => {
  const [widget, pieces] = [core(), new Pieces(KEY)];
  widget.say("a".repeat(40_000));
  pieces.cut(widget, true);
  const [name] = pieces.names;
  assert.equal(piece(KEY, name), widget.log);
  stored[KEY + "#" + name] += " ";
  assert.equal(piece(KEY, name), null);
  assert.equal(piece(KEY, "other"), null);
});

test("what cannot be stored stays in one", () => {
  const [widget, pieces] = [core(), new Pieces(KEY)];
  widget.say("a".repeat(40_000));
  isFull = true;
  assert.throws(() => pieces.cut(widget, true), /full/);
  assert.equal(found(pieces, pieces.cut(widget)), widget.log);
  assert.deepEqual(pieces.names, []);
});
