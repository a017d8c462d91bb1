// The loader: defines <gms-chat>, draws its launcher, and fetches the window when the visitor shows interest.
// A classic script without dependencies; the page gets no global name from it.
"use strict";

// stamp:begin
const GLUE = "gms_chat.js";
const EXTRAS = "extras.js";
const WASM = "gms_chat_bg.wasm";
const WINDOW_CSS = "widget.css";
const LAUNCHER_CSS = "";
// stamp:end

const TAG = "gms-chat";
const script = document.currentScript;
const base = (script && script.src) || document.baseURI;
/** Where the window takes the whole screen; style/widget.css has the same condition. */
const small = matchMedia("(max-width: 480px), (max-height: 480px)");
const SPEECH = "M5 6h14v9h-8l-4 4v-4H5z";
const CHEVRON = "m5 9 7 7 7-7";

const kebab = (name) => name.replace(/[A-Z]/g, (letter) => "-" + letter.toLowerCase());

function sheet(css) {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}

function make(name, attributes, ...children) {
  const space = name == "svg" || name == "path" ? "2000/svg" : "1999/xhtml";
  const made = document.createElementNS("http://www.w3.org/" + space, name);
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  made.append(...children);
  return made;
}

/** Fetches the window once for all elements of the page; after a failure the next call tries again. */
const load = () => (engine ??= fetchEngine().catch((error) => {
  engine = 0;
  throw error;
}));
let engine;
let tries = 0;

async function fetchEngine() {
  try {
    new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  } catch (error) {
    error.code = "wasm_blocked";
    error.hint = "add 'wasm-unsafe-eval' to script-src of the page's CSP";
    throw error;
  }
  // A module that failed once stays failed under its address.
  const again = tries++ ? "?" + tries : "";
  const at = (file) => new URL(file, base) + again;
  const get = async (file) => {
    const response = await fetch(at(file));
    if (!response.ok) throw Error(response.status + " " + response.url);
    return response;
  };
  const wasm = get(WASM);
  const [glue, css] = await Promise.all([import(at(GLUE)), get(WINDOW_CSS).then((response) => response.text()), wasm]);
  await glue.default({ module_or_path: wasm });
  return { mount: glue.mount, styles: sheet(css) };
}

/** What is needed only in use. */
const fetchExtras = () => (extras ??= import(new URL(EXTRAS, base)));
let extras;

const launcherStyles = sheet(LAUNCHER_CSS);

const complain = (error) => console.warn(TAG, error);

class GmsChat extends HTMLElement {
  static observedAttributes = ["open", "label"];
  /** Resolves to `{mount, styles}`; tests put their own in its place. */
  static engine = load;
  static extras = fetchExtras;

  /** What the chat is doing: idle, connecting, waiting, active, ending, ended or failed. */
  state = "idle";
  /** How many messages the visitor has not seen. */
  unread = 0;

  #root = this.attachShadow({ mode: "open" });
  #badge = make("span", { class: "badge", part: "badge" });
  #launcher = make(
    "button",
    { class: "launcher", part: "launcher", type: "button", "aria-haspopup": "dialog", "aria-expanded": false },
    make("slot", { name: "launcher-icon" }, make("svg", { viewBox: "0 0 24 24", "aria-hidden": true },
      make("path", { class: "speech", d: SPEECH }), make("path", { class: "chevron", d: CHEVRON }))),
    this.#badge,
  );
  #fallback = make("slot", { name: "fallback", class: "fallback", part: "fallback", hidden: "" });
  #dialog = make("dialog", { class: "window", part: "window", tabindex: -1, autofocus: "", "aria-labelledby": "title" });
  /** Whether the window is to be open; the attribute `open` says the same to the page. */
  #isWanted = false;
  #mounting = null;
  #widget = null;
  #unreadLabel = "";
  #inviting = 0;

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [launcherStyles];
    this.#root.append(this.#launcher, this.#fallback, this.#dialog);
    const prepare = () => this.constructor.engine().catch(() => {});
    // A finger's touch begins with pointerenter too.
    for (const interest of ["pointerenter", "focus"]) this.#launcher.addEventListener(interest, prepare, { once: true });
    this.#launcher.addEventListener("click", () => this.toggle());
    this.#dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close();
    });
  }

  connectedCallback() {
    small.addEventListener("change", this.#show);
    this.#name();
    if (this.hasAttribute("open")) this.open({ focus: false });
    if (this.hasAttribute("invite")) {
      this.#inviting = setTimeout(() => this.invite().catch(complain), (this.getAttribute("invite-delay") ?? 10) * 1000);
    }
  }

  /** An element that is only moved keeps its chat. */
  disconnectedCallback() {
    small.removeEventListener("change", this.#show);
    clearTimeout(this.#inviting);
    queueMicrotask(() => this.isConnected || this.#unmount());
  }

  attributeChangedCallback(name, _, value) {
    if (!this.isConnected) return;
    if (name == "label") this.#name();
    else if ((value !== null) != this.#isWanted) this.#isWanted ? this.close() : this.open({ focus: false });
  }

  /** Opens the window; resolves to whether it is open. */
  async open({ focus = true } = {}) {
    this.#want(true);
    this.#launcher.setAttribute("aria-busy", true);
    const widget = await this.#ready().catch((error) => this.#fail(error));
    this.#launcher.removeAttribute("aria-busy");
    if (!widget || !this.#isWanted) return false;
    if (!this.#dialog.open) {
      this.#show(null);
      widget.set_open(true, focus && !matchMedia("(pointer: coarse)").matches);
      this.#emit("open", {});
    }
    return true;
  }

  /** Closes the window; a chat goes on. */
  close() {
    this.#want(false);
    if (!this.#dialog.open) return;
    const hadFocus = this.#root.activeElement;
    this.#dialog.close();
    this.#launcher.setAttribute("aria-expanded", false);
    if (hadFocus) this.#launcher.focus();
    this.#widget.set_open(false, false);
    this.#emit("close", {});
  }

  toggle() {
    return this.#isWanted ? this.close() : this.open();
  }

  /** Shows a word of invitation, unless there is a chat; resolves to whether the visitor accepted. */
  async invite(options) {
    if (this.#isWanted || this.state != "idle") return false;
    const { invite } = await this.constructor.extras();
    return invite(this, this.#root, options);
  }

  /** Starts a chat with what the form holds. */
  async start() {
    (await this.#ready()).start();
  }

  async send(text) {
    (await this.#ready()).send(String(text));
  }

  async notice(text) {
    (await this.#ready()).notice(String(text));
  }

  /** Ends the chat without asking. */
  async end() {
    this.#widget?.end();
  }

  #want(open) {
    this.#isWanted = open;
    this.toggleAttribute("open", open);
  }

  /** Modal where it fills the screen; again when that changes. */
  #show = (change) => {
    if (change && !this.#dialog.open) return;
    const focused = this.#root.activeElement;
    this.#dialog.close();
    if (small.matches) this.#dialog.showModal();
    else this.#dialog.open = true;
    this.#launcher.setAttribute("aria-expanded", true);
    if (change) focused?.focus();
  };

  #ready() {
    return (this.#mounting ??= this.#mount().catch((error) => {
      this.#mounting = null;
      throw error;
    }));
  }

  async #mount() {
    const { mount, styles } = await this.constructor.engine();
    this.#fallback.hidden = true;
    this.#root.adoptedStyleSheets = [launcherStyles, styles];
    this.#widget = mount(this.#dialog, this.#options(), {
      emit: (name, detail) => this.#emit(name, detail),
      minimise: () => this.close(),
      extra: (name, ...more) => this.constructor.extras().then((extras) => extras[name](...more)).catch(complain),
      unread: (count, label) => {
        this.unread = count;
        this.#unreadLabel = label;
        this.#name();
      },
    });
    return this.#widget;
  }

  #unmount() {
    if (!this.#widget) return;
    this.close();
    this.#widget.free();
    this.#widget = this.#mounting = null;
    this.state = "idle";
    this.unread = 0;
    this.#name();
  }

  /** Names and values in turn: attributes, then the properties `options`, `data` and `messages`. */
  #options() {
    const options = [];
    const add = (name, value) => {
      if (name == "data" || name == "messages") {
        try {
          const object = typeof value == "string" ? JSON.parse(value) : value;
          for (const key of Object.keys(object)) add(name + "." + key, object[key]);
          return;
        } catch {
          // The window complains about what is no object.
        }
      }
      if (value != null) options.push(name, typeof value == "object" ? JSON.stringify(value) : String(value));
    };
    for (const { name, value } of this.attributes) add(name, value);
    for (const name in this.options) add(kebab(name), this.options[name]);
    add("data", this.data);
    add("messages", this.messages);
    return options;
  }

  #emit(name, detail) {
    if (name == "statechange") this.state = detail.state;
    const event = new CustomEvent(TAG + "-" + name, { detail, bubbles: true, composed: true, cancelable: true });
    return this.dispatchEvent(event);
  }

  #name() {
    const label = this.getAttribute("label") || "Chat with us";
    this.#launcher.setAttribute("aria-label", this.unread ? label + ". " + this.#unreadLabel : label);
    this.#badge.textContent = this.unread > 99 ? "99+" : this.unread || "";
  }

  /** No dead button: what the host put into the slot "fallback" stands in. */
  #fail(error) {
    const { code = "load_failed", hint = "check that the page may fetch the files beside gms-chat.js" } = error;
    console.error(TAG, code, error, "To mend it:", hint);
    this.#want(false);
    this.#launcher.hidden = error.code;
    const url = this.getAttribute("fallback-url");
    const text = this.getAttribute("fallback-label") || "The chat is not available here.";
    this.#fallback.replaceChildren(/^(https?:|tel:|mailto:|\/)/i.test(url) ? make("a", { href: url }, text) : text);
    this.#fallback.hidden = false;
    this.#emit("error", { code, message: String(error), hint });
  }
}

if (!customElements.get(TAG)) customElements.define(TAG, GmsChat);

// A tag with data-endpoint asks for an element; a tag that is there twice gets one.
if (script && script.dataset.endpoint !== undefined) {
  const { endpoint } = script.dataset;
  const add = () => {
    for (const other of document.querySelectorAll(TAG)) if (other.getAttribute("endpoint") == endpoint) return;
    const element = make(TAG, {});
    for (const name in script.dataset) element.setAttribute(kebab(name), script.dataset[name]);
    document.body.append(element);
  };
  if (document.body) add();
  else document.addEventListener("DOMContentLoaded", add);
}
