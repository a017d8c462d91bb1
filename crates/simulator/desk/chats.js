// The list of chats: who waits, who is talking, who has gone.

import { byId, clock, fill, h } from "./dom.js";

const GROUPS = [
  ["Waiting", (item) => item.stage !== "free" && (!item.chat || item.chat.phase === "waiting")],
  ["Talking", (item) => item.chat?.phase === "talking"],
  ["Ended", (item) => item.chat?.phase === "over"],
];

/** How far each chat has been read, by service. */
const readUpTo = new Map();

export const lastText = (chat) => chat?.events.findLast((event) => event.type === "Message.Text");

export function markRead(item) {
  if (item?.chat) readUpTo.set(item.service, item.chat.events.length);
}

export function unread(item) {
  const from = readUpTo.get(item.service) ?? 1;
  const fresh = item.chat?.events.slice(from) ?? [];
  return fresh.filter((event) => event.role === "CLIENT" && event.type === "Message.Text").length;
}

/** Draws the list. `select` is called with the service of the chat that was chosen. */
export function drawChats(state, selected, select) {
  const groups = GROUPS.map(([title, belongs]) => {
    const items = state.chats.filter(belongs).reverse();
    if (!items.length) return undefined;
    const list = items.map((item) => h("li", {}, entry(item, item.service === selected, select)));
    return [h("h2", {}, title, h("span", { className: "count" }, String(items.length))), h("ul", {}, list)];
  });
  const empty = groups.every((group) => !group);
  fill(
    byId("chats"),
    empty && h("p", { className: "empty" }, "Nobody is here yet. Open the page with the widget and start a chat."),
    ...groups.flat(),
  );
  const waiting = state.chats.filter(GROUPS[0][1]).length;
  document.title = waiting ? `(${waiting}) Agent desk` : "Agent desk";
}

/** Lets the ages in the list go on; `elapsed` is the time since the state was fetched, in milliseconds. */
export function drawAges(state, elapsed) {
  for (const button of byId("chats").querySelectorAll(".chat")) {
    const item = state.chats.find(({ service }) => service === button.dataset.key);
    if (item && item.chat?.phase !== "over") button.querySelector(".age").textContent = clock(item.age + elapsed);
  }
}

function entry(item, selected, select) {
  const { chat } = item;
  const count = selected ? 0 : unread(item);
  const typing = chat?.typing.includes(chat.nickname);
  const preview = typing ? "is typing…" : (lastText(chat)?.text ?? chat?.subject ?? "waits for an agent");
  return h(
    "button",
    {
      className: "chat",
      type: "button",
      onclick: () => select(item.service),
      "aria-current": selected ? "true" : "false",
      "data-key": item.service,
    },
    h("span", { className: "avatar", "aria-hidden": "true" }, [...(chat?.nickname ?? "?")][0].toUpperCase()),
    h(
      "span",
      { className: "who" },
      h("span", { className: "name", dir: "auto" }, chat?.nickname ?? `Request ${item.number}`),
      h("span", { className: typing ? "preview live" : "preview", dir: "auto" }, preview),
    ),
    h(
      "span",
      { className: "meta" },
      h("span", { className: "age" }, item.chat?.phase === "over" ? "" : clock(item.age)),
      count ? h("span", { className: "unread", "aria-label": `${count} unread` }, String(count)) : undefined,
    ),
  );
}
