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

/** Puts this build's window in the place of the one that the loader would fetch. */
export function provide(mount, css) {
  const styles = new CSSStyleSheet();
  styles.replaceSync(css);
  customElements.get("gms-chat").engine = async () => ({ mount, styles });
}

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
