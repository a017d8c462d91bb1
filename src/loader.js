// The loader: defines <gms-chat> and gmsChat(), draws the launcher, and fetches the window when the visitor shows
// interest. A classic script without dependencies; the page gets one global name from it.
"use strict";

// stamp:begin
const GLUE = "gms_chat.js";
const WASM = "gms_chat_bg.wasm";
const WINDOW_CSS = "widget.css";
const WINDOW = "window.js";
const EXTRAS = "extras.js";
const API = "api.js";
const SURVIVE = "survive.js";
const LANGUAGES = (tag) => "lang/" + tag + ".json";
const TITLES = {};
const LAUNCHER_CSS = "";
// stamp:end

const TAG = "gms-chat";
const script = document.currentScript;
const base = script?.src || document.baseURI;
const USER = { by: "user" };
const SPEECH = "M5 6h14v9h-8l-4 4v-4H5z";
const CHEVRON = "m5 9 7 7 7-7";

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

const at = (file) => new URL(file, base);

async function get(address) {
  const response = await fetch(address);
  if (!response.ok) throw Error(response.status + " " + response.url);
  return response;
}

/** What a page can ask of an element besides open, close and toggle; src/api.js carries them out. */
const COMMANDS =
  "start end send sendNotice setDraft getDraft update setUserData setQueueInfo getState getTranscript getAgents getReport invite reset ready destroy";

/** Fetches the window once for all elements of the page; after a failure the next call tries again. */
const load = () => (engine ??= fetchEngine().catch((error) => {
  engine = null;
  throw error;
}));
let engine;
let tries = 0;

async function fetchEngine() {
  try {
    // WebKit's refusal comes with the instance.
    new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)));
  } catch (error) {
    error.code = "wasm_blocked";
    error.hint = "add 'wasm-unsafe-eval' to script-src of the page's CSP";
    throw error;
  }
  // A module that failed once stays failed under its address.
  const again = tries++ ? "?" + tries : "";
  const wasm = get(at(WASM) + again);
  const css = get(at(WINDOW_CSS) + again);
  const [glue, window] = await Promise.all([GLUE, WINDOW].map((file) => import(at(file) + again)));
  await glue.default({ module_or_path: wasm });
  return { mount: glue.mount, styles: sheet(await (await css).text()), ...window };
}

/** What is needed only in use. */
const fetchExtras = () => (extras ??= import(at(EXTRAS)));
let extras;

/** The commands and the page's hooks; one promise, so that calls keep their order. */
const fetchApi = () => (api ??= import(at(API)));
let api;

/** What keeps a chat for the next page. */
const fetchSurvive = () => import(at(SURVIVE));

const launcherStyles = sheet(LAUNCHER_CSS);

const complain = (error) => console.warn(TAG, error);

/** The page's element for an endpoint. */
const find = (endpoint) => [...document.querySelectorAll(TAG)].find((other) => other.getAttribute("endpoint") == endpoint);

class GmsChat extends HTMLElement {
  static observedAttributes = ["open", "label", "mode", "consent", "lang", "dir", "messages"];
  /** Resolves to `{mount, styles, open}`; tests put their own in its place. */
  static engine = load;
  static extras = fetchExtras;
  static api = fetchApi;
  static survive = fetchSurvive;

  static {
    for (const name of COMMANDS.split(" ")) {
      this.prototype[name] = async function (...given) {
        const api = await this.constructor.api();
        return api.perform(this, this.#lent, name, given);
      };
    }
  }

  /** What the chat is doing: idle, restoring, connecting, waiting, active, ending, ended or failed. */
  state = "idle";
  /** How many messages the visitor has not seen. */
  unread = 0;
  /** What a page gives that is no text. */
  options = {};

  #root = this.attachShadow({ mode: "open" });
  #launcher = make(
    "button",
    { class: "launcher", part: "launcher", type: "button", "aria-haspopup": "dialog", "aria-expanded": false },
    make("slot", { name: "launcher-icon" }, make("svg", { viewBox: "0 0 24 24", "aria-hidden": true },
      make("path", { class: "speech", d: SPEECH }), make("path", { class: "chevron", d: CHEVRON }))),
  );
  #fallback = make("slot", { name: "fallback", class: "fallback", part: "fallback", hidden: "" });
  #dialog = make("dialog", { class: "window", part: "window", tabindex: -1, autofocus: "", "aria-labelledby": "title" });
  /** Whether the window is to be open; the attribute `open` says the same to the page. */
  #isWanted = false;
  #mounting = null;
  #window = null;
  /** What the launcher's name tells of messages. */
  #news = "";
  #inviting = 0;
  /** The language that the window speaks, as BCP 47; undefined for English. */
  #language;
  /** What the window and the commands need of an element. */
  #lent = {
    extras: () => this.constructor.extras(),
    api: () => this.constructor.api(),
    survive: () => this.constructor.survive(),
    ready: () => this.#ready(),
    window: () => this.#window,
    drop: () => this.#drop(),
    emit: (name, detail) => this.#emit(name, detail),
  };
  #pageLanguage = new MutationObserver(() => this.#speak());

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [launcherStyles];
    this.#root.append(this.#launcher, this.#fallback, this.#dialog);
    const prepare = () => this.#isGated() || this.constructor.engine().catch(() => {});
    // A finger's touch begins with pointerenter too.
    for (const interest of ["pointerenter", "focus"]) this.#launcher.addEventListener(interest, prepare, { once: true });
    this.#launcher.addEventListener("click", () => this.toggle(USER));
    this.#dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close(USER);
    });
  }

  connectedCallback() {
    this.#pageLanguage.observe(document.documentElement, { attributeFilter: ["lang"] });
    this.#speak();
    if (this.hasAttribute("open") || this.#isInline()) this.open({ focus: false });
    try {
      // A chat that another page has left goes on at once.
      const kept = sessionStorage[TAG + ":" + this.getAttribute("endpoint")];
      // At another sub-domain, perhaps.
      const isCarried = this.getAttribute("persist") == "cookie" && !this.#isGated() && /gms-chat/.test(document.cookie);
      if (kept || isCarried) this.#ready().catch(complain);
    } catch {}
    if (this.hasAttribute("invite")) {
      this.#inviting = setTimeout(() => this.invite().catch(complain), (this.getAttribute("invite-delay") ?? 10) * 1000);
    }
    this.#emit("ready", {});
  }

  /** An element that is only moved keeps its chat, and so does one whose page gets another body. */
  disconnectedCallback() {
    this.#pageLanguage.disconnect();
    clearTimeout(this.#inviting);
    queueMicrotask(() => {
      if (this.isConnected) return;
      const other = find(this.getAttribute("endpoint"));
      if (this.parentNode?.localName != "body" || (other && this.state == "idle")) this.#unmount();
      else if (other) other.replaceWith(this);
      else document.body.append(this);
    });
  }

  attributeChangedCallback(name, _, value) {
    if (!this.isConnected) return;
    if (name == "label") this.#name();
    else if (name == "mode") {
      if (this.#isInline()) this.open({ focus: false });
      this.#window?.refit();
    } else if (name == "consent") this.#isWanted && this.open();
    else if (name != "open") this.#speak();
    else if ((value !== null) != this.#isWanted) this.#isWanted ? this.close() : this.open({ focus: false });
  }

  /** Opens the window; resolves to whether it is open. */
  async open({ focus = true, by = "api" } = {}) {
    if (!this.#dialog.open && !this.#emit("beforeopen", { by })) return false;
    this.#want(true);
    if (this.#isGated()) {
      this.#emit("consentrequired", { by });
      return false;
    }
    this.#launcher.setAttribute("aria-busy", true);
    const window = await this.#ready().catch((error) => this.#fail(error));
    this.#launcher.removeAttribute("aria-busy");
    if (!window || !this.#isWanted) return false;
    if (!this.#dialog.open) {
      window.show(focus);
      this.#emit("open", { by });
    }
    return true;
  }

  /** Closes the window; a chat goes on. */
  close({ by = "api" } = {}) {
    if (this.#isInline() && this.isConnected) return;
    this.#want(false);
    if (!this.#dialog.open) return;
    this.#window.hide();
    this.#emit("close", { by });
  }

  toggle(how) {
    return this.#isWanted ? this.close(how) : this.open(how);
  }

  #want(open) {
    this.#isWanted = open;
    this.toggleAttribute("open", open);
  }

  /** Whether the visitor has to agree to something of the page's first. */
  #isGated() {
    return this.getAttribute("consent") == "required";
  }

  #isInline() {
    return this.getAttribute("mode") == "inline";
  }

  /** Texts and direction follow the nearest `lang`, and the element's own `dir`. */
  #speak() {
    const wanted = this.closest("[lang]")?.lang || "";
    const base = (tag) => tag.toLowerCase().split("-")[0];
    // Who reads traditional characters is better served in English.
    this.#language = Object.keys(TITLES).find((tag) => base(tag) == base(wanted) && !/hant|tw|hk|mo/i.test(wanted));
    this.#dialog.lang = this.#language || ((this.messages || this.hasAttribute("messages")) && wanted) || "en";
    const dir = this.dir || (/^(ar|he)/.test(this.#language) ? "rtl" : this.lang && "ltr");
    for (const part of this.#root.children) part.dir = dir;
    this.#name();
    this.#window?.speak();
  }

  #ready() {
    return (this.#mounting ??= this.#mount().catch((error) => {
      this.#mounting = null;
      throw error;
    }));
  }

  async #mount() {
    const { mount, styles, open } = await this.constructor.engine();
    this.#fallback.hidden = true;
    this.#root.adoptedStyleSheets = [launcherStyles, styles];
    const file = () => this.#language && at(LANGUAGES(this.#language));
    return (this.#window = await open(this, this.#launcher, this.#dialog, mount, file, {
      ...this.#lent,
      minimise: () => this.close(USER),
      news: (text) => {
        this.#news = text;
        this.#name();
      },
    }));
  }

  #unmount() {
    this.close();
    this.#drop();
  }

  #drop() {
    if (!this.#window) return;
    this.#window.free();
    this.#window = this.#mounting = null;
    this.state = "idle";
  }

  #emit(name, detail) {
    const event = new CustomEvent(TAG + "-" + name, { detail, bubbles: true, composed: true, cancelable: true });
    return this.dispatchEvent(event);
  }

  #name() {
    const label = this.getAttribute("label") || TITLES[this.#language] || "Chat with us";
    this.#launcher.setAttribute("aria-label", this.#news ? label + ". " + this.#news : label);
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

if (!customElements.get(TAG)) {
  customElements.define(TAG, GmsChat);
  // What a stub has queued comes first.
  const { q = [] } = window.gmsChat || {};
  const gmsChat = (window.gmsChat = async (...given) => (await GmsChat.api()).call(given));
  for (const [given, resolve, reject] of q) gmsChat(...given).then(resolve, reject);
}

// A tag with data-endpoint asks for an element; a tag that is there twice gets one.
if (script?.dataset.endpoint != null) {
  const add = () => {
    if (find(script.dataset.endpoint)) return;
    const element = make(TAG, {});
    for (const { name, value } of script.attributes) if (/^data-/.test(name)) element.setAttribute(name.slice(5), value);
    document.body.append(element);
  };
  if (document.body) add();
  else document.addEventListener("DOMContentLoaded", add);
}
