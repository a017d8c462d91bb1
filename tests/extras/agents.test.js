// Who is in a chat, from its transcript.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fold } from "../../src/api/agents.js";

const line = (type, nickname, more) => ({ type, nickname, role: "agent", ...more });
const names = (lines) => fold(lines).map(({ nickname }) => nickname);

test("agents come, go and hand over", () => {
  const ann = line("joined", "Ann");
  assert.deepEqual(fold([{ type: "joined", nickname: "Ada", role: "client" }, ann]), [{ nickname: "Ann", role: "agent" }]);
  assert.deepEqual(names([ann, line("joined", "Bob")]), ["Ann", "Bob"]);
  assert.deepEqual(names([ann, line("transferred", "Bob", { from: "Ann" })]), ["Bob"]);
  assert.deepEqual(names([ann, line("message", "Ann"), line("left", "Ann")]), []);
});
