// The side panel: the visitor's data and timers, faults, sessions, switches, requests.

import { log, post, remove } from "./api.js";
import { announce, byId, clock, fill, h } from "./dom.js";

const ROUTES = {
  "All": ["any", "rest", "cometd", "site"],
  "CometD": ["connect", "handshake", "subscribe", "unsubscribe", "meta-disconnect", "publish"],
  "REST": ["service", "status", "chat", "refresh", "send", "startTyping", "stopTyping", "customNotice", "disconnect"],
};
const HARMS = [
  ["drop-after", "process, then close without reply"],
  ["drop-before", "close without reply"],
  ["reset-after", "process, then reset the connection"],
  ["reset-before", "reset the connection"],
  ["stall-after", "process, then never answer"],
  ["cut=30s", "close if not answered within 30 s"],
  ["truncate", "break off in the middle of the body"],
  ["delay=2s", "delay by 2 s"],
  ["delay=15s", "delay by 15 s"],
  ["status=500", "answer 500"],
  ["status=503/5", "answer 503, Retry-After 5"],
  ["status=429", "answer 429"],
  ["status=403", "answer 403"],
  ["junk", "answer with an HTML page"],
  ["junk=[]", "answer with an empty array"],
  ["junk=", "answer with nothing"],
  ["forget", "forget the CometD session first: 402"],
  ["restart", "restart: sessions lost, chats kept"],
  ["restart-all", "restart: everything lost"],
];
const TIMES = [
  ["1", "once"],
  ["3", "three times"],
  ["10", "ten times"],
  ["%3", "each third time"],
  ["*", "always"],
];

const body = (id) => byId(id).querySelector(".body");
const failed = (error) => announce(error.message);
const option = ([value, label]) => h("option", { value }, label ?? value);
const button = (label, work, kind = "") =>
  h("button", { type: "button", className: kind, onclick: () => work().catch(failed) }, label);

/** Draws what differs from the state before. */
export function drawPanel(state, before, item) {
  drawVisitor(item);
  const differs = (name) => JSON.stringify(state[name]) !== JSON.stringify(before?.[name]);
  if (!before) buildFaults();
  if (differs("faults")) drawFaults(state.faults);
  if (differs("sessions") || state.connections !== before?.connections) drawServer(state);
  if (differs("switches")) drawSwitches(state.switches);
  if (byId("requests").open) drawRequests().catch(failed);
}

/** What is shown of the visitor, so that it is drawn anew only when it has changed: people copy from it. */
let visitor;

function drawVisitor(item) {
  const now = JSON.stringify([item?.service, item?.data, item?.chat?.session, item?.chat?.fields, item?.chat?.present]);
  const same = now === visitor;
  visitor = now;
  if (same) return drawTimers(item, 0);
  if (!item) return fill(body("visitor"), h("p", { className: "hint" }, "No chat is chosen."));
  const { chat } = item;
  const rows = [["service", item.service], ["created as", `${item.name} (${item.kind})`]];
  if (chat) rows.push(["chat session", chat.session], ["present", ["visitor", ...chat.present.map((p) => p.name)].join(", ")]);
  rows.push(...(chat?.fields ?? []), ...item.data);
  fill(
    body("visitor"),
    h("dl", {}, rows.map(([name, value]) => [h("dt", {}, name), h("dd", { dir: "auto" }, value)])),
    chat && h("h3", {}, "Timers"),
    chat && h("dl", { id: "timers" }),
  );
  drawTimers(item, 0);
}

/** Counts the timers down; `elapsed` is the time since the state was fetched, in milliseconds. */
export function drawTimers(item, elapsed) {
  const list = byId("timers");
  if (!list || !item?.chat) return;
  const { keepAlive, idleAlert, idleClose } = item.chat.timers;
  const left = (time) => (time === null ? "–" : clock(time - elapsed));
  const rows = [
    ["dropped without a request in", keepAlive],
    ["warned of idleness in", idleAlert],
    ["closed for idleness in", idleClose],
  ];
  fill(list, rows.map(([name, time]) => [h("dt", {}, name), h("dd", { className: "number" }, left(time))]).flat());
}

function buildFaults() {
  const route = h(
    "select",
    { "aria-label": "Route" },
    Object.entries(ROUTES).map(([label, names]) => h("optgroup", { label }, names.map((name) => option([name])))),
  );
  route.value = "connect";
  const harm = h("select", { "aria-label": "Harm" }, HARMS.map(option));
  const times = h("select", { "aria-label": "How often" }, TIMES.map(option));
  const own = h("input", { placeholder: "or write: connect:drop-after:3+2", "aria-label": "Fault as text", spellcheck: false });
  const arm = async (event) => {
    event.preventDefault();
    try {
      await post("faults", { fault: own.value.trim() || `${route.value}:${harm.value}:${times.value}` });
      own.value = "";
    } catch (error) {
      announce(error.message);
      problem.textContent = error.message;
      return;
    }
    problem.textContent = "";
  };
  const problem = h("p", { className: "problem", role: "alert" });
  const quick = [
    ["Lose the next reply", "cometd:drop-after:1"],
    ["Forget the session", "connect:forget:1"],
    ["Refuse the next send", "send:status=500:1"],
    ["Slow network", "any:delay=2s:*"],
  ].map(([label, fault]) => button(label, () => post("faults", { fault })));
  fill(
    body("faults"),
    h("div", { className: "chips" }, quick),
    h("form", { className: "grid", onsubmit: arm }, route, harm, times, h("button", { type: "submit", className: "primary" }, "Arm"), own),
    problem,
    h("ul", { id: "armed", className: "rows" }),
  );
}

function drawFaults(faults) {
  const rows = faults.map((armed) =>
    h(
      "li",
      { className: armed.spent ? "spent" : "" },
      h("code", {}, armed.fault),
      h("span", { className: "number" }, `${armed.harmed} of ${armed.seen}`),
      h("button", { type: "button", "aria-label": `Remove ${armed.fault}`, onclick: () => remove(`faults/${armed.id}`).catch(failed), "data-key": `f${armed.id}` }, "×"),
    ),
  );
  fill(byId("armed"), rows, faults.length > 1 && h("li", {}, button("Remove all", () => remove("faults"))));
  byId("faults").querySelector("summary").textContent = faults.some((armed) => !armed.spent) ? "Faults (armed)" : "Faults";
}

function drawServer(state) {
  const rows = state.sessions.map((session) =>
    h(
      "li",
      {},
      h("code", { title: session.client }, session.user),
      h("span", {}, `${session.held ? "held" : "not held"}${session.ack ? ", ack" : ""}`),
      h("button", { type: "button", "aria-label": "Forget this session", onclick: () => post("sessions/forget", { client: session.client }).catch(failed), "data-key": session.client }, "×"),
    ),
  );
  fill(
    body("server"),
    h("p", { className: "hint" }, `${state.sessions.length} CometD sessions, ${state.connections} connections`),
    h("ul", { className: "rows" }, rows.slice(-50)),
    h(
      "div",
      { className: "chips" },
      button("Forget all sessions", () => post("sessions/forget")),
      button("Restart, keep chats", () => post("restart", { chats: "kept" })),
      button("Restart, lose chats", () => post("restart", { chats: "lost" }), "danger"),
    ),
  );
}

function drawSwitches(switches) {
  const rows = switches.map(({ name, about, values, value }) => {
    const words = values.split(" | ");
    const isChoice = words.every((word) => /^[a-z0-9-]+$/.test(word));
    const set = (event) =>
      post("switches", { name, value: event.target.value }).catch((error) => {
        announce(error.message);
        event.target.value = value;
      });
    const field = isChoice
      ? h("select", { onchange: set, "data-key": name }, words.map((word) => option([word])))
      : h("input", { onchange: set, title: values, "data-key": name, spellcheck: false });
    field.value = value;
    return h("label", { title: `${about} (${values})` }, h("span", {}, name, h("small", {}, about)), field);
  });
  fill(body("switches"), h("div", { className: "switches" }, rows));
}

async function drawRequests() {
  const entries = (await log(40)).reverse();
  const short = (entry) => entry.path.replace("/genesys", "").replace(/service\/[^/]{20,}/, "service/…");
  const rows = entries.map((entry) =>
    h(
      "li",
      { title: `${entry.method} ${entry.path}` },
      h("code", {}, `${entry.routes[0] ?? entry.method} ${short(entry)}`),
      h("span", { className: "number" }, String(entry.outcome)),
      h("span", { className: "number" }, entry.took === null ? "…" : `${entry.took} ms`),
      entry.faults.length > 0 && h("small", {}, entry.faults.join(", ")),
    ),
  );
  fill(body("requests"), h("ul", { className: "rows log" }, rows));
}
