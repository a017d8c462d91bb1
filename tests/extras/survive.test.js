// What is left for the next page: written and read again, and nothing else is read.

import assert from "node:assert/strict";
import { test } from "node:test";

import { read, write } from "../../src/survive.js";

const left = {
  chat: ['["s1","11","c1",0', '["d"]', '["Hi","q"]'],
  pieces: [],
  seed: [1, 2, 3, 4],
  sent: ["Ada", "", "", "Help \"me\"\n👋"],
  draft: "half a",
  unread: 3,
  state: "active",
  isOpen: true,
  isExact: true,
};

/** As somebody would forge it: with the right sum. */
const forged = (change) => write({ ...left, ...change });

/** What is read of it: the chat as one text. */
const found = (chat) => {
  const { pieces, ...rest } = { ...left, chat };
  return rest;
};

test("what was written is read", () => assert.deepEqual(read(write(left), () => null), found('["s1","11","c1",0,[["d"]],[["Hi","q"]]]')));

test("a chat without events, one whose events are all in pieces, and one that goes on behind them", () => {
  const stored = { one: '["a"],["b"]', two: '["c"]' };
  const chat = (events, pieces) => JSON.parse(read(write({ ...left, chat: [left.chat[0], events, ""], pieces }), (name) => stored[name]).chat);
  assert.deepEqual(chat("", []), ["s1", "11", "c1", 0, [], []]);
  assert.deepEqual(chat("", ["one"])[4], [["a"], ["b"]]);
  assert.deepEqual(chat('["d"]', ["one", "two"])[4], [["a"], ["b"], ["c"], ["d"]]);
});

test("other versions are refused, older and newer", () => {
  const text = write(left);
  assert.match(text, /^2:/);
  for (const version of ["0", "1", "3", "", "-2", "2.0", "02x"]) assert.equal(read(text.replace("2", version)), null);
});

test("every damage is noticed: a letter lost, changed or added anywhere", () => {
  const text = write(left);
  for (let at = 2; at < text.length; at++) {
    const [before, after] = [text.slice(0, at), text.slice(at + 1)];
    for (const spoilt of [before, before + after, before + "~" + after, before + "~" + text.slice(at)]) {
      assert.equal(read(spoilt), null, spoilt);
    }
  }
});

test("what is no snapshot is refused, even with the right sum", () => {
  const wrong = [
    { chat: null }, { chat: 7 }, { chat: "[]" }, { chat: ["s"] }, { chat: ["s", 7, ""] }, { chat: ["s", "", null] },
    { pieces: null }, { pieces: undefined }, { pieces: [null] }, { pieces: ["lost"] }, { pieces: 7 }, { draft: undefined }, { draft: {} }, { sent: [1] }, { sent: null },
    { seed: [] }, { seed: [1, 2, 3] }, { seed: [1, 2, 3, "x"] }, { seed: "1234" }, { seed: null },
    { unread: -1 }, { unread: "many" }, { unread: 1e9 }, { unread: undefined },
  ];
  for (const change of wrong) assert.equal(read(forged(change), () => null), null, JSON.stringify(change));
  for (const json of ["null", "7", "[]", '""', "{}", "{"]) assert.equal(read("2:" + write(left).split(":")[1] + ":" + json), null);
  for (const text of ["", ":", "2::", "2:x:", "rubbish", "\0"]) assert.equal(read(text), null, text);
});
