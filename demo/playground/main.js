// The playground: options on the left become the chat in the middle and the code below it.

import { read, write } from "./choices.js";
import { embedCode } from "./code.js";
import { FAULTS, GROUPS, THEME } from "./controls.js";
import * as server from "./server.js";

const EVENTS = ["open", "close", "statechange", "sessionstart", "sessionend", "agentjoin", "agentleave", "transfer",
  "messagesent", "messagefailed", "messagereceived", "notice", "pushurl", "typingchange", "unreadchange",
  "connectionchange", "waittimeout", "idlewarning", "invite", "error"];
const MOST = 200;

const by = (id) => document.getElementById(id);
const page = by("page");
const chosen = read(location.hash);
let chat = null;

function make(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  made.append(...children);
  return made;
}

/** The customer's page anew, with what has been chosen. */
function load() {
  chat = null;
  page.src = "../?" + new URLSearchParams(chosen.attributes);
}

page.addEventListener("load", async () => {
  const { customElements, document: inner } = page.contentWindow;
  await customElements.whenDefined("gms-chat");
  chat = inner.querySelector("gms-chat");
  for (const name of EVENTS) chat.addEventListener("gms-chat-" + name, (event) => note(name, event.detail));
  paint();
});

/** The theme on the living chat. */
function paint() {
  for (const { name } of THEME) {
    const value = chosen.properties[name];
    if (value === undefined) chat?.style.removeProperty("--gms-chat-" + name);
    else chat?.style.setProperty("--gms-chat-" + name, value);
  }
}

function note(name, detail) {
  const time = new Date().toLocaleTimeString("en-GB");
  const row = make("li", {}, make("time", {}, time), " ", make("b", {}, name), " ", make("code", {}, JSON.stringify(detail)));
  by("events").prepend(row);
  by("events").children[MOST]?.remove();
}

function tell() {
  by("copy").textContent = "Copy";
  history.replaceState(null, "", "#" + write(chosen));
  by("code").textContent = embedCode(chosen.attributes, chosen.properties);
}

function choose(name, value, isFixed) {
  if (value) chosen.attributes[name] = value;
  else delete chosen.attributes[name];
  tell();
  if (isFixed || !chat) load();
  else if (value) chat.setAttribute(name, value);
  else chat.removeAttribute(name);
}

function field({ name, label, values, placeholder }, isFixed) {
  const id = "option-" + name;
  const now = chosen.attributes[name] ?? "";
  let input;
  if (values) {
    const options = values.map((value, index) => make("option", { value: index ? value : "" }, value || "English"));
    input = make("select", { id }, ...options);
  } else {
    input = make("input", { id, placeholder });
  }
  input.value = now;
  input.addEventListener("change", () => choose(name, input.value, isFixed));
  return make("div", { class: "field" }, make("label", { for: id }, label), input);
}

function colourOrSize({ name, label, type, value, min, max }) {
  const id = "theme-" + name;
  const given = chosen.properties[name];
  const input = make("input", { id, type, ...(type == "range" && { min, max }) });
  input.value = given === undefined ? value : type == "range" ? parseFloat(given) : given;
  input.addEventListener("input", () => {
    chosen.properties[name] = type == "range" ? input.value + "px" : input.value;
    tell();
    paint();
  });
  return make("div", { class: "field " + type }, make("label", { for: id }, label), input);
}

function options() {
  const groups = GROUPS.map(({ title, isFixed, controls }) =>
    make("fieldset", {}, make("legend", {}, title), ...controls.map((control) => field(control, isFixed))));
  const theme = make("fieldset", {}, make("legend", {}, "Theme"), ...THEME.map(colourOrSize));
  const reset = make("button", { type: "button" }, "Everything as it was");
  reset.addEventListener("click", () => {
    chosen.attributes = {};
    chosen.properties = {};
    by("options").replaceChildren(...options());
    tell();
    load();
  });
  return [groups[0], theme, ...groups.slice(1), reset];
}

/** The server as it stands, after doing something to it. */
async function harm(action) {
  try {
    await action();
    const armed = await server.faults();
    const left = armed.filter(({ spent }) => !spent).map(({ fault }) => fault);
    by("armed").textContent = left.length ? "Armed: " + left.join(", ") : "Nothing is armed.";
  } catch (error) {
    by("armed").textContent = String(error.message);
  }
}

async function faults() {
  const button = (label, action) => {
    const made = make("button", { type: "button" }, label);
    made.addEventListener("click", () => harm(action));
    return made;
  };
  try {
    await server.faults();
  } catch {
    by("no-simulator").hidden = false;
    by("desk").closest("section").hidden = true;
    return;
  }
  by("faults").replaceChildren(
    ...FAULTS.map(([label, fault]) => button(label, () => server.arm(fault))),
    button("Restart the server", server.restart),
    button("Mend everything", server.disarm),
  );
}

/** Tabs as the ARIA practices describe them: arrows move, one stop for the Tab key. */
function tabs() {
  const all = [...document.querySelectorAll("[role=tab]")];
  const select = (tab) => {
    for (const other of all) {
      const isIt = other == tab;
      other.setAttribute("aria-selected", isIt);
      other.tabIndex = isIt ? 0 : -1;
      by(other.getAttribute("aria-controls")).hidden = !isIt;
    }
    tab.focus();
  };
  all.forEach((tab, index) => {
    tab.addEventListener("click", () => select(tab));
    tab.addEventListener("keydown", ({ key }) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (step) select(all.at((index + step) % all.length));
    });
  });
}

for (const button of document.querySelectorAll("[data-size]")) {
  button.addEventListener("click", () => {
    for (const other of document.querySelectorAll("[data-size]")) other.setAttribute("aria-pressed", other == button);
    document.querySelector(".frame").dataset.size = button.dataset.size;
  });
}
by("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(by("code").textContent);
    by("copy").textContent = "Copied";
  } catch {
    // Not allowed here: it stands ready for Ctrl+C.
    getSelection().selectAllChildren(by("code"));
  }
});
by("forget").addEventListener("click", () => by("events").replaceChildren());
by("options").addEventListener("submit", (event) => event.preventDefault());

by("options").replaceChildren(...options());
tabs();
tell();
load();
faults();
