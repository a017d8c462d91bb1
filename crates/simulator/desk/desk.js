// The agent desk: one loop that waits for news and draws it.

import * as api from "./api.js";
import { drawAges, drawChats, markRead } from "./chats.js";
import { drawConversation } from "./conversation.js";
import { announce, byId, h } from "./dom.js";
import { drawPanel, drawTimers } from "./panel.js";

let state;
let fetched = 0;
let selected;

const chosen = () => state?.chats.find((item) => item.service === selected);

function select(service) {
  selected = service;
  draw(state);
  byId("conversation").querySelector("textarea")?.focus();
}

function draw(before) {
  if (!chosen()) selected = state.chats.findLast((item) => item.chat && item.chat.phase !== "over")?.service ?? state.chats.at(-1)?.service;
  const item = chosen();
  markRead(item);
  drawChats(state, selected, select);
  drawConversation(item);
  drawPanel(state, before, item);
  drawScenarios();
}

function drawScenarios() {
  const list = byId("scenario");
  if (!list.options.length) {
    list.append(...state.scenarios.map(({ name, about }) => h("option", { value: name, title: about }, name)));
    list.addEventListener("change", () => api.post("scenarios", { name: list.value }).catch((error) => announce(error.message)));
  }
  if (![...list.options].some((option) => option.value === state.scenario)) {
    list.append(h("option", { value: state.scenario, disabled: true }, state.scenario));
  }
  list.value = state.scenario;
  list.title = state.scenarios.find(({ name }) => name === state.scenario)?.about ?? "";
}

/** Tells of chats that have come since the state before. */
function announceNewcomers(before) {
  const known = new Set(before?.chats.filter((item) => item.chat).map((item) => item.service));
  const newcomer = before && state.chats.find((item) => item.chat && !known.has(item.service));
  if (newcomer) announce(`New chat: ${newcomer.chat.nickname}, ${newcomer.chat.subject}`);
}

function showLine(text, kind) {
  const line = byId("line");
  if (line.textContent === text) return;
  line.textContent = text;
  line.className = `line ${kind}`;
}

const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

async function run() {
  for (;;) {
    try {
      const before = state;
      state = await api.state(before?.revision);
      fetched = performance.now();
      showLine("Live", "good");
      announceNewcomers(before);
      draw(before);
      // At most ten drawings a second, however busy the server is.
      await pause(100);
    } catch (error) {
      showLine("Server out of reach, trying again…", "bad");
      console.warn(error);
      await pause(1000);
    }
  }
}

const ME = "agent-desk-name";
byId("me").value = sessionStorage.getItem(ME) ?? byId("me").value;
byId("me").addEventListener("change", (event) => {
  sessionStorage.setItem(ME, event.target.value);
  if (state) draw(state);
});
byId("requests").addEventListener("toggle", () => state && draw(state));
setInterval(() => {
  if (!state) return;
  const elapsed = performance.now() - fetched;
  drawAges(state, elapsed);
  drawTimers(chosen(), elapsed);
}, 1000);
run();
