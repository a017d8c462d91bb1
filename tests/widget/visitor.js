// What a visitor sees and does. Waiting ends with the next frame that shows what is waited for, or with a complaint.

const PATIENCE = 5000;

const root = () => document.querySelector("gms-chat")?.shadowRoot;
const plain = (text) => (text ?? "").replace(/\s+/g, " ").trim();
const isSeen = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest("[inert], [aria-live=polite]");
const frame = () => new Promise(requestAnimationFrame);

/** The first visible element of the window that fits the selector and holds the text. */
function look(selector, text) {
  const all = root() ? [...root().querySelectorAll(selector)] : [];
  return all.find((element) => isSeen(element) && plain(element.getAttribute("aria-label") ?? element.innerText).includes(text));
}

async function until(what, check) {
  const end = performance.now() + PATIENCE;
  while (performance.now() < end) {
    const found = check();
    if (found) return found;
    await frame();
  }
  throw new Error(`${what}; the window shows: ${plain(root()?.querySelector("dialog")?.innerText)}`);
}

export const see = (selector, text) => until(`nobody sees “${text}” at ${selector}`, () => look(selector, text));
export const seeNoMore = (selector, text) => until(`“${text}” stays at ${selector}`, () => !look(selector, text));
export const holds = (what, check) => until(`${what} does not come true`, check);

export async function press(text) {
  (await see("button, a", text)).click();
}

export async function fill(selector, text) {
  const field = await see(selector, "");
  field.focus();
  field.value = text;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

/** `false` when the page or the window took the key for itself. */
export async function hit(selector, key, more) {
  const target = await see(selector, "");
  return target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true, cancelable: true, ...more }));
}

export const texts = (selector) => [...root().querySelectorAll(selector)].filter(isSeen).map((element) => plain(element.innerText));
export const style = (selector, name) => getComputedStyle(root().querySelector(selector)).getPropertyValue(name);
export const value = (selector, name) => root().querySelector(selector)?.[name];
export const attribute = (selector, name) => root().querySelector(selector)?.getAttribute(name) ?? "";
export const count = (selector) => root().querySelectorAll(selector).length;
export const focused = () => root().activeElement?.id || root().activeElement?.className || root().activeElement?.localName || "";

/** Remembers the events of every chat element, as `name {detail}`. */
export function listen(names) {
  const heard = [];
  const end = new AbortController();
  for (const name of names) {
    const hear = (event) => heard.push(`${name} ${JSON.stringify(event.detail)}`);
    document.addEventListener(`gms-chat-${name}`, hear, { signal: end.signal });
  }
  return { heard, end: () => end.abort() };
}

/** Runs the loader as a page does: by a script tag with these attributes. */
export function run(text, attributes) {
  const script = document.createElement("script");
  for (const name in attributes) script.setAttribute(name, attributes[name]);
  script.textContent = `(() => {${text}})()`;
  document.head.append(script);
  script.remove();
}

/** Puts this build's window and extras in the place of those that the loader would fetch. */
export function provide(mount, parts) {
  modules ??= linked(parts, ["extras.js", "window.js", "whole.js", "api.js", "survive.js", "debug.js"]);
  const element = customElements.get("gms-chat");
  element.engine = async () => [await modules["window.js"], async () => ({ mount, ...(await modules["whole.js"]) })];
  element.extras = () => modules["extras.js"];
  element.api = () => modules["api.js"];
  element.survive = () => modules["survive.js"];
  element.debug = () => modules["debug.js"];
  copied.length = saved.length = 0;
  printed = document.title = "";
}

/** Gives the chat element a property, as the page's own script does: the value of a JavaScript expression. */
export function give(name, expression) {
  document.querySelector("gms-chat")[name] = new Function("return " + expression)();
}

let modules;

/** Modules with the parts that they import, each by an address of its own. */
function linked(parts, entries) {
  const addresses = {};
  const part = (name) => (addresses[name] ??= address(parts[name]));
  const address = (text) => {
    const whole = text.replace(/"\.\.?\/(?:\w+\/)?(\w+\.js)"/g, (_, name) => JSON.stringify(part(name)));
    const named = whole.replace(/\b(WINDOW|TALK|EXTRAS)_CSS\b/, (_, sheet) => JSON.stringify(parts[sheet.toLowerCase() + ".css"]));
    return URL.createObjectURL(new Blob([named], { type: "text/javascript" }));
  };
  return Object.fromEntries(entries.map((entry) => [entry, import(part(entry))]));
}

/** What went into the clipboard, into files and onto paper: nothing leaves the test. */
const copied = [];
const saved = [];
let printed = "";
navigator.clipboard.writeText = async (text) => copied.push(text);
const blobs = new Map();
const makeUrl = URL.createObjectURL;
URL.createObjectURL = (blob) => {
  const url = makeUrl.call(URL, blob);
  blobs.set(url, blob);
  return url;
};
const click = HTMLAnchorElement.prototype.click;
HTMLAnchorElement.prototype.click = function () {
  if (!this.download) return click.call(this);
  blobs.get(this.href).text().then((text) => saved.push(`${this.download}\n${text}`));
};
const frameWindow = Object.getOwnPropertyDescriptor(HTMLIFrameElement.prototype, "contentWindow");
Object.defineProperty(HTMLIFrameElement.prototype, "contentWindow", {
  get() {
    const view = frameWindow.get.call(this);
    view.print = () => (printed = view.document.body.innerText);
    return view;
  },
});
export const copiedTexts = () => copied;
export const savedFiles = () => saved;
export const printedPage = () => printed;

/** Scrolls the transcript up; answers how far up it stands. */
export function scrollUp(pixels) {
  const box = root().querySelector(".scroll");
  box.scrollTop = -pixels;
  box.dispatchEvent(new Event("scroll"));
  return Math.round(box.scrollTop);
}

/** The visitor reads the first line in sight of the transcript. */
export function readLine() {
  const edge = root().querySelector(".scroll").getBoundingClientRect().top;
  const line = [...root().querySelectorAll(".row")].find((row) => row.getBoundingClientRect().top >= edge);
  read = { line, top: line.getBoundingClientRect().top };
}
let read;

/** How many pixels that line has moved since. */
export const movedBy = () => Math.abs(read.line.getBoundingClientRect().top - read.top);

/** The visitor turns to another tab, or back. */
export function hide(isHidden) {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => isHidden });
  document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
}

/** The browser says `online`, `offline` or `focus`. */
export const network = (word) => void window.dispatchEvent(new Event(word));

/** How many notes were played. */
let played = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
  played += 1;
  return start.apply(this, when);
};
export const notes = () => played;
export const forgetInvitations = () => sessionStorage.removeItem("gms-chat-invited");

export function failing(message) {
  const own = customElements.get("gms-chat").engine;
  customElements.get("gms-chat").engine = async () => {
    customElements.get("gms-chat").engine = own;
    throw new Error(message);
  };
}

export function adopt(css) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [sheet];
}
export const invite = (element, text, cap) => element.invite({ text, cap });

export async function pointAt(selector) {
  (await see(selector, "")).dispatchEvent(new PointerEvent("pointerover", { bubbles: true, composed: true }));
}

/** Whether what is held back is waited for: what can be there without it, is. */
let awaited;
export const isAwaited = () => awaited;

/** The wasm is held back: it comes with the call of what is returned, or never, given a reason. */
export function holdBack() {
  awaited = false;
  const element = customElements.get("gms-chat");
  const own = element.engine;
  let come;
  const gate = new Promise((resolve, reject) => (come = (reason) => (reason ? reject(new Error(reason)) : resolve())));
  element.engine = async () => {
    const [window, load] = await own();
    const late = () => {
      awaited = true;
      return gate.then(load);
    };
    return [window, late];
  };
  return (reason) => {
    element.engine = own;
    come(reason);
  };
}

/** Another tab of the site has the chat of this endpoint, until what is answered is called. */
export function ledElsewhere(endpoint) {
  navigator.locks.query = async () => ({ held: [{ name: "gms-chat:" + endpoint }], pending: [] });
  return () => delete navigator.locks.query;
}

/** All that has a place in the window: what it is, where it stands and what it says. */
export function appearance() {
  const dialog = root().querySelector("dialog");
  const { left, top } = dialog.getBoundingClientRect();
  return [...dialog.querySelectorAll("*")].filter(isSeen).flatMap((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    if (!width || !height) return [];
    const place = [x - left, y - top, width, height].map(Math.round);
    const says = element.children.length ? "" : element.textContent;
    const names = ["id", "part", "type", "name", "title", "aria-label", "aria-describedby"].map((name) => element.getAttribute(name));
    const { color, font, tabIndex } = { ...getComputedStyle(element), tabIndex: element.tabIndex };
    return [element.localName, place, says, names, color, font, tabIndex].join(";");
  });
}

/** The visitor begins or ends something at an element. */
export const stir = (selector, name) => void root().querySelector(selector).dispatchEvent(new Event(name, { bubbles: true, composed: true }));

/** So many frames pass. */
export async function frames(count) {
  for (let passed = 0; passed < count; passed += 1) await frame();
}

/** Marks a field, so that it is known again, and puts the caret between its letters. */
export function mark(selector, place) {
  const field = root().querySelector(selector);
  field.isMarked = true;
  field.setSelectionRange(place, place);
}
