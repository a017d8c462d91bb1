// The loader: defines <gms-chat> and gmsChat(), draws the launcher, and fetches the window when the visitor shows
// interest. A classic script without dependencies; the page gets one global name from it.

// stamp:begin
const GLUE = "gms_chat.js";
const WASM = "gms_chat_bg.wasm";
const SESSION = "";
const WINDOW = "window.js";
const EXTRAS = "extras.js";
const API = "api.js";
const SURVIVE = "survive.js";
const DEBUG = "debug.js";
const LANGUAGES = (tag) => "lang/" + tag + ".json";
const VERSION = "";
const LAUNCHER_CSS = "";
const TITLES = {};
// stamp:end

const TAG = "gms-chat";
const script = document.currentScript;
const base = script?.src || document.baseURI;
const USER = { by: "user" };
/** The visitor may come from another tab, or from a window beside this one. */
const SIGNS = ["visibilitychange", "focus"];

function sheet(css) {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}

function make(name, attributes, ...children) {
  const space = /svg|path/.test(name) ? "2000/svg" : "1999/xhtml";
  const made = document.createElementNS("http://www.w3.org/" + space, name);
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  made.append(...children);
  return made;
}

const at = (file) => new URL(file, base);

async function get(address, how) {
  const response = await fetch(address, how);
  if (!response.ok) throw Error(response.status + " " + response.url);
  return response;
}

/** What a page can ask of an element besides open, close and toggle; src/api.js carries them out. */
const COMMANDS =
  "start end send sendNotice setDraft getDraft notify update setUserData setQueueInfo getState getTranscript getAgents getReport invite clearHistory reset ready destroy";
/**
 * Options that are properties too, by their names as attributes. Behind a name stands `?` for a truth, `#` for a number.
 * Two are commands, and can only be set.
 */
const OPTIONS =
  "options open invite endpoint service delivery comet-path append-type? delayed? user-id persist cookie-domain away# credentials user first-name last-name email subject display-name message form fields field-map validate availability wait-timeout# data messages mode position launcher transcript markdown? enter-sends? typing keepalive-limit# idle-alert# idle-close# survey-url sound? invite-delay# invite-cap# invite-dismiss ui color-scheme label consent expose-text? mask max-message-length# debug? fallback-url fallback-label headers before-send on-link";

/**
 * Makes it once, so that calls keep their order; after a failure the next call tries again. `make` gets what the address needs
 * then: a module that failed stays failed under its own.
 */
const once = (make, again = "", made) => () =>
  (made ??= make(again).catch((error) => {
    made = null;
    again += "?";
    throw error;
  }));

/** So long, in milliseconds, the form has the line for itself. */
const AHEAD = 50;

/** What draws the form, and what promises the rest of the window; nothing where WebAssembly is forbidden. */
async function fetchEngine(again) {
  try {
    // WebKit refuses the instance, not the module.
    new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)));
  } catch (error) {
    throw Object.assign(error, { code: "wasm_blocked", hint: "script-src needs 'wasm-unsafe-eval'" });
  }
  const load = once(async (again) => {
    const [glue, wasm] = await Promise.all([import(at(GLUE) + again), get(at(WASM) + again)]);
    await glue.default({ module_or_path: wasm, get: (again, how) => get(at(SESSION) + again, how) });
    return glue;
  });
  // Who needs it asks again, and tells what fails.
  setTimeout(() => load().catch(() => {}), AHEAD);
  return [await import(at(WINDOW) + again), load];
}

const launcherStyles = sheet(LAUNCHER_CSS);

const complain = (error) => console.warn(TAG, error);

/** The page's element for an endpoint. */
const find = (endpoint) => [...document.querySelectorAll(TAG)].find((other) => other.endpoint == endpoint);

class GmsChat extends HTMLElement {
  static observedAttributes = "open mode consent label lang dir messages".split(" ");
  static version = VERSION;
  /** Resolves to what has `open`, and what fetches the rest of the window; tests have their own. */
  static engine = once(fetchEngine);
  /** What is needed only in use. */
  static extras = once((again) => import(at(EXTRAS) + again));
  /** The commands and the page's hooks. */
  static api = once((again) => import(at(API) + again));
  /** What keeps a chat for the next page. */
  static survive = once((again) => import(at(SURVIVE) + again));
  /** The log of a page that is debugged. */
  static debug = once((again) => import(at(DEBUG) + again));

  static {
    for (const name of COMMANDS.split(" ")) {
      this.prototype[name] = async function (...given) {
        return (await this.constructor.api()).perform(this, this.#lent, name, given);
      };
    }
    for (const option of OPTIONS.split(" ")) {
      const [name, kind] = option.split(/(?=\W$)/);
      const property = name.replace(/-./g, (dash) => dash[1].toUpperCase());
      const command = this.prototype[property];
      Object.defineProperty(this.prototype, property, {
        get() {
          const text = this.getAttribute(name);
          return command ?? this.#given[name] ?? (!kind || text == null ? text : kind == "#" ? +text : !/off|false/.test(text));
        },
        set(value) {
          const isGiven = Object(value) === value;
          this.#given[name] = isGiven ? value : null;
          if (isGiven || value == null || (command && value === false)) this.removeAttribute(name);
          else this.setAttribute(name, value);
        },
      });
    }
  }

  /** What the chat is doing: idle, restoring, connecting, waiting, active, ending, ended or failed. */
  state;
  /** How many messages the visitor has not seen. */
  unread = 0;

  /** Options that are no texts, by their names as attributes. */
  #given = {};
  #root = this.attachShadow({ mode: "open" });
  #launcher = make(
    "button",
    { class: "launcher", part: "launcher", type: "button", "aria-haspopup": "dialog", "aria-expanded": false },
    make("slot", { name: "launcher-icon" }, make("svg", { viewBox: "0 0 24 24" },
      make("path", { d: "M12 2a10 9 0 1 1-4 17l-5 2 2-5a10 9 0 0 1 7-14M7 9.5a1.5 1.5 0 1 0 .1 0m4.9 0a1.5 1.5 0 1 0 .1 0m4.9 0a1.5 1.5 0 1 0 .1 0" }))),
  );
  #fallback;
  /** Whether the window is to be open; the attribute `open` says the same to the page. */
  #isWanted = false;
  #ready;
  #window;
  /** What the launcher's name tells of messages. */
  #news = "";
  #inviting = 0;
  /** The language that the window speaks, as BCP 47; undefined for English. */
  #language;
  #emit = (name, detail) =>
    this.dispatchEvent(new CustomEvent(TAG + "-" + name, { detail, bubbles: true, composed: true, cancelable: true }));
  /** What the window and the commands need of an element. */
  #lent = {
    ...this.constructor,
    ready: () => this.#ready(),
    window: () => this.#window,
    drop: () => this.#drop(),
    emit: this.#emit,
    minimise: () => this.close(USER),
    news: (text) => {
      this.#news = text;
      this.#name();
    },
    /** The language, and where its sentences are. */
    language: () => [this.#language, this.#language && at(LANGUAGES(this.#language))],
  };
  #pageLanguage = new MutationObserver(() => this.#speak());

  constructor() {
    super();
    this.#drop();
    this.#root.adoptedStyleSheets = [launcherStyles];
    this.#root.append(this.#launcher);
    const prepare = () => this.#isGated() || this.constructor.engine().catch(complain);
    // A finger's touch begins with pointerenter too.
    for (const interest of ["pointerenter", "focus"]) this.#launcher.addEventListener(interest, prepare);
    this.#launcher.addEventListener("click", () => this.toggle(USER));
    // What the page has set before the element was one.
    for (const name of Object.keys(this)) {
      const value = this[name];
      if (delete this[name]) this[name] = value;
    }
  }

  connectedCallback() {
    this.#pageLanguage.observe(document.documentElement, { attributeFilter: ["lang"] });
    this.#speak();
    this.#follow(this.#isInline());
    this.#begin();
    for (const sign of SIGNS) addEventListener(sign, this.#look);
    this.#emit("ready", { version: VERSION });
  }

  /** An element that is only moved keeps its chat, and so does one whose page gets another body. */
  disconnectedCallback() {
    this.#pageLanguage.disconnect();
    clearTimeout(this.#inviting);
    for (const sign of SIGNS) removeEventListener(sign, this.#look);
    queueMicrotask(() => {
      if (this.isConnected) return;
      const other = find(this.endpoint);
      if (this.parentNode?.localName != "body" || (other && this.state == "idle")) {
        this.close();
        this.#drop();
      } else if (other) other.replaceWith(this);
      else document.body.append(this);
    });
  }

  attributeChangedCallback(name) {
    if (!this.isConnected) return;
    if (name == "open") this.#follow();
    else if (name == "mode") {
      this.#follow(this.#isInline());
      this.#window?.refit();
    } else if (name == "consent") {
      if (this.#isWanted) this.open();
      this.#begin();
    } else this.#speak();
  }

  /** Does what the page says by attributes. */
  #follow(isWanted) {
    isWanted ||= this.hasAttribute("open");
    if (isWanted != this.#isWanted) isWanted ? this.open({ focus: false }) : this.close();
  }

  /** Opens the window; resolves to whether it is open. */
  async open({ focus = true, by = "api" } = {}) {
    if (!this.#isWanted && !this.#emit("beforeopen", { by })) return this.#want(false);
    this.#want(true, { focus, by });
    if (this.#isGated()) {
      this.#emit("consentrequired", { by });
      return false;
    }
    this.#launcher.setAttribute("aria-busy", true);
    const window = await this.#ready().catch((error) => this.#fail(error));
    this.#launcher.removeAttribute("aria-busy");
    if (!window || !this.#isWanted) return false;
    window.show(focus, by);
    return true;
  }

  /** Closes the window; a chat goes on. */
  close({ by = "api" } = {}) {
    if (this.#isInline() && this.isConnected) return;
    this.#want(false, { by });
    this.#window?.hide(by);
  }

  toggle(how) {
    return this.#isWanted ? this.close(how) : this.open(how);
  }

  #want(open, how) {
    this.#lent.how = how;
    this.#isWanted = open;
    return this.toggleAttribute("open", open);
  }

  /** Whether the visitor has to agree to something of the page's first. */
  #isGated() {
    return this.consent == "required";
  }

  #isInline() {
    return this.mode == "inline";
  }

  /** What happens without the visitor, once he has agreed to what he has to. */
  #begin() {
    clearTimeout(this.#inviting);
    if (this.#isGated()) return;
    this.#look();
    if (this.hasAttribute("invite")) {
      this.#inviting = setTimeout(() => this.invite().catch(complain), (this.inviteDelay ?? 10) * 1000);
    }
  }

  /** A chat that another page has left, or another tab runs, goes on at once. */
  #look = async () => {
    const key = TAG + ":" + this.endpoint;
    try {
      // Asked first: a storage that is opened holds up the launcher, and the answer comes behind that.
      const locks = await navigator.locks?.query();
      const isLeft =
        !this.#isGated() &&
        (sessionStorage[key] ||
          (this.persist == "cookie" && document.cookie.includes(TAG)) ||
          locks.held.some(({ name }) => name == key));
      // It may have gone meanwhile, and nobody would end what it begins now.
      if (isLeft && this.isConnected) await this.#ready();
    } catch {}
  };

  /** Texts and direction follow the nearest `lang`, and the element's own `dir`. */
  #speak() {
    // Who reads traditional characters is better served in English.
    const [wanted] = /^..\b(?!.*(hant|tw|hk|mo))/i.exec(this.closest("[lang]")?.lang) ?? "?";
    this.#language = Object.keys(TITLES).find((tag) => tag.startsWith(wanted.toLowerCase()));
    const dir = this.dir || (/^(ar|he)/.test(this.#language) ? "rtl" : this.lang && "ltr");
    for (const part of this.#root.children) part.dir = dir;
    this.#name();
    this.#window?.speak();
  }

  async #mount() {
    const mine = this.#ready;
    const [{ open }, load] = await this.constructor.engine();
    this.#fallback?.remove();
    const window = await open(this, this.#launcher, load, this.#lent);
    if (mine == this.#ready) return (this.#window = window);
    // It was dropped meanwhile.
    window.free();
  }

  #drop() {
    this.#window?.free();
    this.#window = null;
    this.#ready = once(() => this.#mount());
    this.state = "idle";
  }

  #name() {
    const label = this.label || TITLES[this.#language] || "Chat with us";
    this.#launcher.setAttribute("aria-label", this.#news ? label + ". " + this.#news : label);
  }

  /** No dead button: what the host put into the slot "fallback" stands in. */
  #fail(error) {
    // Without a hint the error names the file that could not be fetched.
    const { code = "load_failed", hint } = error;
    console.error(TAG, code, error, hint ?? "");
    this.#want(false);
    this.#launcher.hidden = error.code;
    const url = this.fallbackUrl;
    const text = this.fallbackLabel || "The chat is not available here.";
    this.#fallback?.remove();
    this.#fallback = make("div", { class: "fallback", part: "fallback", dir: this.#launcher.dir },
      make("slot", { name: "fallback" }, /^(https?:|tel:|mailto:|\/)/i.test(url) ? make("a", { href: url }, text) : text));
    this.#launcher.after(this.#fallback);
    this.#emit("error", { code, message: error + "", hint });
  }
}

if (!customElements.get(TAG)) {
  customElements.define(TAG, GmsChat);
  // What a stub has queued comes first.
  const { q = [] } = window.gmsChat || {};
  const gmsChat = (window.gmsChat = async (...given) => (await GmsChat.api()).call(given));
  for (const [given, resolve, reject] of q) gmsChat(...given).then(resolve, reject);
  // Buttons of the page, whenever they come.
  document.addEventListener("click", (event) => {
    const element = event.target.closest?.("[data-gms-chat-open]") && document.querySelector(TAG);
    if (element) event.preventDefault(element.toggle(USER));
  });
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
