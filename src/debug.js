// What a page with `debug` keeps of its talk with GMS, in memory: shapes and states, for whoever mends it.
// Words, names, keys and identifiers of anybody are only counted.

import { isOn, own } from "./own.js";

/** So many entries are kept, the last ones. */
const MOST = 400;
/** Members and fields whose values say nothing about anybody. */
const PLAIN = new Set(
  ("channel subscription successful reconnect interval timeout connectionType supportedConnectionTypes version minimumVersion ack " +
    "chatIxnState statusCode transcriptPosition notify_by startedAt state previous reason code hint status online length type " +
    "agentJoined typing warned accepted count").split(" "),
);
/** Options that are shown as they are; of the others, only that they are there. */
const SHOWN = new Set(
  ("endpoint service delivery comet-path append-type delayed credentials mode position launcher form lang dir ui consent mask " +
    "idle-alert idle-close wait-timeout max-message-length enter-sends markdown sound transcript open").split(" "),
);
const EVENTS = [
  "statechange", "sessionstart", "sessionend", "agentjoin", "agentleave", "transfer", "messagesending", "messagesent",
  "messagefailed", "messagereceived", "notice", "pushurl", "connectionchange", "idlewarning", "error",
];
const LOOKS = `[part=report]{all:initial;position:absolute;inset:auto auto 0 0;z-index:9;padding:6px 10px;min-block-size:24px;
font:12px/1 system-ui,sans-serif;color:#fff;background:#3a4254;cursor:pointer}
[part=report]:focus-visible{outline:2px solid #fff;outline-offset:-4px}`;

/** The log of each element. */
const logs = new WeakMap();

/** What may be shown of a value of this name. */
export function shape(value, name) {
  if (Array.isArray(value)) return name == "transcriptToShow" ? value.map(kind) : value.map((one) => shape(one, name));
  if (Object(value) === value) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shape(one, key)]));
  if (name == "error") return /^\d*/.exec(value)[0] || "an error";
  if (typeof value == "boolean" || value == null || PLAIN.has(name)) return value;
  return typeof value == "number" ? "a number" : "a text of " + String(value).length;
}

/** The kind of an event, and who it is of. */
function kind([type, , text, , role] = []) {
  const word = (given) => (/^[A-Za-z.]{1,40}$/.test(given) ? given : "?");
  return word(type) + " of " + word(role) + ", " + String(text).length;
}

/** An address without the service's identifier and without the values of its query. */
export function place(address) {
  const { origin, pathname, searchParams } = new URL(address, "http://page.invalid");
  const path = pathname.replace(/(\/1\/service\/)[^/]+(?=\/)/, "$1{id}");
  const names = [...searchParams.keys()].join("&");
  return (origin == "http://page.invalid" ? "" : origin) + path + (names && "?" + names);
}

/** A body as it may be shown: JSON, or a form. */
export function content(text) {
  try {
    return shape(JSON.parse(text));
  } catch {
    if (/^[\w.%+-]+=/.test(text)) return shape(Object.fromEntries(new URLSearchParams(text)));
    return text && "a text of " + text.length;
  }
}

const isWatched = ({ element }) => isOn(own(element, "debug"));

function note(element, entry) {
  const log = logOf(element);
  const { length } = log.entries;
  if (length >= MOST) log.entries.splice(0, length - MOST + 1);
  log.entries.push({ at: Math.round(performance.now()), ...entry });
  console.debug("gms-chat", entry);
}

function logOf(element) {
  if (!logs.has(element)) {
    logs.set(element, { entries: [] });
    for (const name of EVENTS) {
      element.addEventListener("gms-chat-" + name, ({ detail }) => isWatched({ element }) && note(element, { event: name, detail: shape(detail) }));
    }
  }
  return logs.get(element);
}

/** Takes note of a request. */
export async function asked(chat, request) {
  if (!isWatched(chat)) return;
  const headers = [...request.headers.keys()].join(" ");
  note(chat.element, { asked: place(request.url), headers, body: content(await request.clone().text()) });
}

/** Takes note of an answer. */
export function answered(chat, address, status, text) {
  if (isWatched(chat)) note(chat.element, { answered: place(address), status, body: content(text) });
}

/** What a developer can send to another one: the options, the browser, and the log. */
export function report(element) {
  const options = [...element.attributes].map(({ name, value }) => [name, SHOWN.has(name) ? value : "a text of " + value.length]);
  const given = Object.entries(element.options ?? {}).map(([name, value]) => [name, typeof value]);
  const page = {
    at: new Date().toISOString(),
    browser: navigator.userAgent,
    language: navigator.language,
    isSecure: isSecureContext,
    isOnline: navigator.onLine,
    hasCookies: navigator.cookieEnabled,
  };
  return JSON.stringify({ page, options: Object.fromEntries([...options, ...given]), log: logOf(element).entries }, null, 1);
}

/** Puts a button into the window that copies the report. */
export function observe({ element }) {
  const root = element.shadowRoot;
  if (!isWatched({ element }) || root.querySelector("[part=report]")) return;
  logOf(element);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(LOOKS);
  root.adoptedStyleSheets.push(sheet);
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("part", "report");
  button.textContent = "Copy report";
  button.addEventListener("click", async () => {
    const text = report(element);
    const done = await navigator.clipboard.writeText(text).then(() => "Copied", () => "See the console");
    if (done != "Copied") console.info("gms-chat", text);
    button.textContent = done;
  });
  root.querySelector("dialog").append(button);
}
