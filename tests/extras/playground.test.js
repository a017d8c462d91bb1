// The playground: what it offers is documented, and the code that it gives away says what was chosen.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { read, write } from "../../demo/playground/choices.js";
import { embedCode } from "../../demo/playground/code.js";
import { GROUPS, THEME } from "../../demo/playground/controls.js";

const file = (path) => readFileSync(new URL("../../" + path, import.meta.url), "utf8");
/** The names in backticks in the first column of a file's tables. */
const documented = (path) => file(path).split("\n").filter((line) => line.startsWith("| `"))
  .flatMap((line) => [...line.split("|")[1].matchAll(/`([^`]+)`/g)].map(([, name]) => name));

test("every option that it offers is documented", () => {
  const known = documented("docs/api.md");
  for (const { name } of GROUPS.flatMap(({ controls }) => controls)) assert.ok(known.includes(name), name);
});

test("every colour and size is a documented property, with the documented default", () => {
  const known = documented("docs/theming.md");
  const styles = file("style/window.css") + file("style/talk.css") + file("style/launcher.css");
  for (const { name, value, type } of THEME) {
    assert.ok(known.includes(name), name);
    if (type == "range") assert.match(styles, new RegExp(`--gms-chat-${name}, ${value}px`));
  }
});

test("the languages are those that there are", () => {
  const offered = GROUPS.flatMap(({ controls }) => controls).find(({ name }) => name == "lang").values;
  const there = readdirSync(new URL("../../lang", import.meta.url)).map((name) => name.replace(".json", ""));
  assert.deepEqual(offered.filter(Boolean).toSorted(), there.toSorted());
});

test("without choices the code is the shortest there is", () => {
  assert.equal(
    embedCode({}, {}),
    '<script async src="/chat/gms-chat.js"\n        data-endpoint="/genesys">\n</script>',
  );
});

test("choices become attributes and a style rule, and cannot leave their quotes", () => {
  const code = embedCode({ "delivery": "poll", "label": 'Say "hi" & <b>' }, { accent: "#ff0000" });
  assert.match(code, /data-delivery="poll"/);
  assert.match(code, /data-label="Say &quot;hi&quot; &amp; &lt;b>"/);
  assert.match(code, /gms-chat {\n {2}--gms-chat-accent: #ff0000;\n}/);
});

test("an address keeps what was chosen", () => {
  const chosen = { attributes: { lang: "ar", label: "a & b = c" }, properties: { accent: "#123456", radius: "3px" } };
  assert.deepEqual(read("#" + write(chosen)), chosen);
  assert.deepEqual(read(""), { attributes: {}, properties: {} });
});
