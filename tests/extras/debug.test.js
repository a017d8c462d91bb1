// What the log of a debugged page shows: of every example of the API, no word, name, key or identifier.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { content, place, shape } from "../../src/debug.js";

const GOLDEN = new URL("../golden/", import.meta.url);

/** The request line, and the bodies of request and answer, of each example. */
const examples = readdirSync(GOLDEN)
  .filter((name) => name.endsWith(".http"))
  .map((name) => {
    const lines = readFileSync(new URL(name, GOLDEN), "utf8").split("\n");
    const body = (mark) => {
      const from = lines.findIndex((line) => line.startsWith(mark));
      const rest = lines.slice(from + 1);
      const to = rest.findIndex((line) => line.startsWith("<"));
      const part = to < 0 ? rest : rest.slice(0, to);
      return part.slice(part.indexOf("") + 1).join("\n").trim();
    };
    const [, , address] = lines.find((line) => line.startsWith(">")).split(" ");
    return { name, address, asked: body(">"), answered: body("<") };
  });

/** Every text behind a member that tells about somebody. */
function secrets(value, found = []) {
  const told = ["_id", "chatSessionId", "clientId", "secureKey", "userId", "chatServerHost", "tag", "firstName", "lastName", "email", "message"];
  if (Array.isArray(value)) for (const one of value) secrets(one, found);
  else if (Object(value) === value) {
    for (const [key, one] of Object.entries(value)) {
      if (key == "transcriptToShow" && Array.isArray(one)) found.push(...one.flatMap(([, name, text]) => [name, text]));
      else if (typeof one == "string" && told.includes(key)) found.push(one);
      else secrets(one, found);
    }
  }
  return found.filter((text) => typeof text == "string" && text.length > 3);
}

test("of no example of the API is anything shown that tells about somebody", () => {
  let checked = 0;
  for (const { name, asked, answered, address } of examples) {
    for (const body of [asked, answered]) {
      let parsed = Object.fromEntries(new URLSearchParams(body));
      try {
        parsed = JSON.parse(body);
      } catch {
        // A form, or nothing.
      }
      const shown = JSON.stringify(content(body)) ?? "";
      for (const secret of secrets(parsed)) {
        assert.ok(!shown.includes(JSON.stringify(secret)), `${name} shows ${secret}: ${shown}`);
        checked++;
      }
    }
    const id = /\/service\/([0-9a-f-]{30,})/.exec(address)?.[1];
    assert.ok(!id || !place(address).includes(id), place(address));
  }
  assert.ok(checked > 60, String(checked));
});

test("states and shapes stay", () => {
  assert.equal(place("/genesys/1/service/4d16/ixn/chat/refresh?transcriptPosition=3"), "/genesys/1/service/{id}/ixn/chat/refresh?transcriptPosition");
  assert.equal(place("https://gms.example/genesys/1/service/request-chat"), "https://gms.example/genesys/1/service/request-chat");
  assert.deepEqual(content("firstName=Ada&notify_by=comet"), { firstName: "a text of 3", notify_by: "comet" });
  assert.deepEqual(content('[{"channel":"/meta/connect","clientId":"abc","successful":false,"error":"402:abc:Unknown client"}]'), [
    { channel: "/meta/connect", clientId: "a text of 3", successful: false, error: "402" },
  ]);
  assert.deepEqual(content('{"chatIxnState":"TRANSCRIPT","transcriptToShow":[["Message.Text","Ann","hi","3","AGENT"]]}'), {
    chatIxnState: "TRANSCRIPT",
    transcriptToShow: ["Message.Text of AGENT, 2"],
  });
  assert.equal(content("<html>a proxy</html>"), "a text of 20");
  assert.equal(shape(7, "age"), "a number");
});
