// One chat: its transcript, and everything that the person at the desk can do in it.

import { act } from "./api.js";
import { announce, ask, byId, h } from "./dom.js";

const QUIET_AFTER = 4000;

let shown = { service: undefined, drawn: 0 };
let parts = {};
let current;
let typing = { timer: undefined, on: false };

const me = () => byId("me").value.trim() || "Agent";
const joined = () => current?.chat?.present.some((party) => party.name === me()) ?? false;

/** Does something, and shows what went wrong. */
async function attempt(action, body = {}) {
  try {
    await act(current.service, action, { name: me(), ...body });
    report("");
  } catch (error) {
    report(error.message);
    throw error;
  }
}

function report(text) {
  if (parts.problem) parts.problem.textContent = text;
}

/** A listener for a button whose failure has been reported already. */
const quietly = (work) => (event) => {
  event?.preventDefault();
  Promise.resolve(work()).catch(() => {});
};

/** Draws the selected chat; what is already drawn of it stays. */
export function drawConversation(item) {
  current = item;
  const root = byId("conversation");
  if (!item) {
    shown = { service: undefined, drawn: 0 };
    root.replaceChildren(h("p", { className: "empty" }, "Choose a chat."));
    return;
  }
  const key = `${item.service} ${item.stage} ${item.chat?.session}`;
  if (shown.service !== key) {
    shown = { service: key, drawn: 0 };
    typing = { timer: undefined, on: false };
    parts = item.chat ? build(root, item) : buildQueued(root, item);
  }
  if (item.chat) update(item.chat);
}

function buildQueued(root, item) {
  if (item.stage === "free") {
    root.replaceChildren(h("p", { className: "empty" }, `Request ${item.number} is accepted; the visitor's page comes in a moment.`));
    return {};
  }
  const accept = h(
    "button",
    { className: "primary", type: "button", onclick: quietly(() => attempt("accept")) },
    "Accept: an agent is available",
  );
  const problem = h("p", { className: "problem", role: "alert" });
  root.replaceChildren(
    h("div", { className: "empty" }, h("p", {}, `Request ${item.number} (${item.name}) waits for an agent.`), accept, problem),
  );
  return { problem };
}

function build(root, { chat }) {
  const made = {
    events: h("ol", { className: "events", role: "log", "aria-label": `Chat with ${chat.nickname}`, tabIndex: 0 }),
    status: h("p", { className: "status" }),
    activity: h("p", { className: "activity", "aria-live": "polite" }),
    problem: h("p", { className: "problem", role: "alert" }),
    input: h("textarea", { rows: 2, oninput: onInput, onkeydown: onKey, dir: "auto", "aria-label": "Your answer" }),
    send: h("button", { className: "primary", type: "submit" }, "Send"),
    tools: h("div", { className: "tools", role: "toolbar", "aria-label": "Actions" }),
  };
  made.form = h("form", { className: "composer", onsubmit: quietly(send) }, made.input, made.send);
  root.replaceChildren(
    h(
      "header",
      {},
      h("div", {}, h("h2", { dir: "auto" }, chat.nickname), h("p", { className: "subject", dir: "auto" }, chat.subject)),
      made.status,
    ),
    made.events,
    made.activity,
    made.problem,
    made.tools,
    made.form,
  );
  return made;
}

function update(chat) {
  const over = chat.phase === "over";
  const at = parts.events;
  const follows = at.scrollHeight - at.scrollTop - at.clientHeight < 60;
  // In slices, so that a burst of a thousand events does not freeze the page.
  const fresh = chat.events.slice(shown.drawn, shown.drawn + 300);
  parts.events.append(...fresh.map((event) => line(event)));
  shown.drawn += fresh.length;
  if (shown.drawn < chat.events.length) {
    requestAnimationFrame(() => current?.chat === chat && update(chat));
  }
  if (follows || fresh.some((event) => event.name === me())) at.scrollTop = at.scrollHeight;
  const ends = { visitor: "the visitor", agent: "the agent", server: "the server", "keep-alive": "45 s silence", idle: "idleness" };
  const way = chat.delivery === "comet" ? (chat.reached ? "CometD" : "CometD, no session") : "polling";
  const script = chat.scripted && !over ? " · script plays" : "";
  parts.status.textContent = over ? `Ended by ${ends[chat.why] ?? chat.why}` : `${way}${script}`;
  parts.status.classList.toggle("bad", !over && chat.delivery === "comet" && !chat.reached);
  const others = chat.typing.filter((name) => name !== me());
  parts.activity.textContent = others.length ? `${others.join(", ")} is typing…` : "";
  parts.activity.classList.toggle("live", others.length > 0);
  parts.input.disabled = over;
  parts.send.disabled = over;
  parts.input.placeholder = over ? "The chat is over." : joined() ? "Write to the visitor" : "Your first message joins the chat";
  drawTools(chat, over);
}

function drawTools(chat, over) {
  const key = `${over} ${joined()} ${chat.present.length} ${chat.scripted}`;
  if (parts.tools.dataset.state === key) return;
  parts.tools.dataset.state = key;
  const button = (label, work, kind = "") =>
    h("button", { type: "button", className: kind, onclick: quietly(work) }, label);
  const tools = [];
  if (!over && !joined()) {
    const others = chat.present.length > 0;
    tools.push(button(others ? "Take over" : "Join", () => attempt("join", { alone: true }), "primary"));
    if (others) tools.push(button("Join beside", () => attempt("join")));
    tools.push(button("Join as supervisor", () => attempt("join", { role: "EXTERNAL" })));
  }
  if (!over && joined()) {
    tools.push(button("Push a page…", pushPage), button("Transfer…", transfer), button("Leave", () => attempt("leave")));
  }
  if (!over) tools.push(button("End chat…", endChat, "danger"));
  parts.tools.replaceChildren(...tools);
}

function line(event) {
  const time = h("time", {}, `${Math.floor(event.seconds / 60)}:${String(event.seconds % 60).padStart(2, "0")}`);
  const position = h("span", { className: "position", title: "Position in the transcript" }, `#${event.position}`);
  const side = { CLIENT: "visitor", AGENT: "agent", EXTERNAL: "external" }[event.role];
  if (event.type === "Message.Text" || event.type === "Notice.PushUrl") {
    const label = event.type === "Notice.PushUrl" ? "pushed a page" : undefined;
    return h(
      "li",
      { className: `message ${side}` },
      h("span", { className: "by" }, h("b", { dir: "auto" }, event.name), label && ` ${label}`, " ", time, " ", position),
      h("span", { className: "bubble", dir: "auto" }, event.text),
    );
  }
  const what = event.type.startsWith("Notice.Typing")
    ? event.text
    : { "Notice.Joined": "joined", "Notice.Left": "left" }[event.type] ?? `${event.type}: ${event.text}`;
  const quiet = event.type.startsWith("Notice.Typing") ? "notice quiet" : "notice";
  return h("li", { className: quiet }, h("span", { dir: "auto" }, `${event.name} ${what}`), " ", time, " ", position);
}

async function join() {
  if (!joined()) await attempt("join", { alone: true });
}

async function send() {
  const text = parts.input.value.trim();
  if (!text) return;
  const { input } = parts;
  await join();
  await attempt("say", { text });
  clearTimeout(typing.timer);
  typing.on = false;
  if (input.value.trim() === text) input.value = "";
}

function onKey(event) {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) quietly(send)(event);
}

function onInput() {
  if (!joined()) return;
  const { service } = current;
  clearTimeout(typing.timer);
  const pause = () => {
    if (!typing.on || current?.service !== service) return;
    typing.on = false;
    attempt("pause").catch(() => {});
  };
  if (!parts.input.value) return pause();
  if (!typing.on) {
    typing.on = true;
    attempt("type").catch(() => (typing.on = false));
  }
  typing.timer = setTimeout(pause, QUIET_AFTER);
}

async function pushPage() {
  const url = await ask({ title: "Push a page", label: "Address", yes: "Push", type: "url", value: "https://" });
  if (url) await attempt("push", { url });
}

async function transfer() {
  const to = await ask({ title: "Transfer the chat", label: "To", yes: "Transfer", value: "Anna Virtanen" });
  if (!to) return;
  await attempt("transfer", { to });
  announce(`Transferred to ${to}. Change your name above to go on as that agent.`);
}

async function endChat() {
  const yes = await ask({ title: "End this chat for the visitor?", yes: "End chat" });
  if (yes === null) return;
  await attempt("end", joined() ? {} : { name: "" });
}
