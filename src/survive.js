// A chat that outlives its page: what is left in the tab's storage while it runs, and what the next page makes of it.
// Fetched when a chat starts, or when another page has left one. What decides is in the wasm; without this file a chat
// ends with its page.

import { Carrier } from "./carrier.js";
import { Clock } from "./clock.js";

/** What was written by another version is not read. */
const VERSION = 1;
/** Changes within this time, in milliseconds, are written together. */
const PAUSE = 500;
/** So long, in milliseconds, after a page has come back it knows what others have written meanwhile. */
const SETTLING = 200;

/** The mark of a chat to which the server pushes its events, see `kept.rs`. */
const BY_COMET = 1;

/** Tells damage, not malice: FNV-1a in 32 bits. */
function sum(text) {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return (sum >>> 0).toString(36);
}

/** What `write` wrote; null for anything else. */
export function read(text) {
  const [, version, check, json] = /^(\d+):(\w+):(.*)$/s.exec(text) ?? [];
  if (version != VERSION || check !== sum(json)) return null;
  try {
    const left = JSON.parse(json);
    const { chat, seed, sent, draft, unread } = left;
    if (!Array.isArray(sent)) return null;
    const isText = (value) => typeof value == "string";
    const areTexts = [chat, draft, ...sent].every(isText);
    return areTexts && seed.length === 4 && seed.every(Number.isInteger) && unread >= 0 && unread < 1e6 ? left : null;
  } catch {
    return null;
  }
}

/** As text, with its version and a sum in front. */
export function write(left) {
  const json = JSON.stringify(left);
  return `${VERSION}:${sum(json)}:${json}`;
}

/**
 * The chat as it can be taken up: events in the order of their positions. Of a page that could not say when it ended,
 * a message that was waiting may have left since: the transcript is to tell.
 */
export function settled(text, isExact) {
  try {
    const chat = JSON.parse(text);
    const [, , , created, events, messages] = chat;
    events.sort((one, other) => one[5] - other[5]);
    const reached = events.at(-1)?.[5] ?? String(created.transcriptPosition ?? 1);
    if (!isExact) {
      for (const message of messages) if (message[1] === "q") message.splice(1, 2, "d", reached);
    }
    return JSON.stringify(chat);
  } catch {
    return "";
  }
}

/** Whether a chat hangs on the timers of its page. Between two long polls there is none. */
const isTimed = (chat, own) => own("away") > 0 || (JSON.parse(chat)[1] & BY_COMET) === 0;

/** Keeps the chat of one window. */
export class Survival {
  #context;
  #dialog;
  #key;
  /** What another page has left, until it is taken up. */
  #left = null;
  /** What stands in the storage, as far as this page knows. */
  #written;
  #widget;
  #end = new AbortController();
  #timer = 0;
  /** While the page cannot be seen. */
  #clock = new Clock(() => this.#widget?.tick());
  /** What the other sub-domains of the site are left. */
  #carrier;
  /** The chat that was found there, until it is proved alive. */
  #found = null;
  /** Whether the page has stopped: nothing is written until it is known what others have written. */
  #isAway = false;
  /** Whether what is told has been told on another page. */
  #isOld = false;
  /** Whether the chat of another page has not been proved alive. */
  #isReturning = false;
  /** Whether the window was open when it was seen last. */
  #isOpen = false;

  /** Looks what another page has left; its seed and its form become those of this page. */
  constructor(context, dialog) {
    this.#context = context;
    this.#dialog = dialog;
    this.#key = "gms-chat:" + context.own("endpoint");
    this.#written = this.#storage();
    this.#carrier = new Carrier(context.own);
    this.#left = (this.#written == null ? null : read(this.#written)) ?? this.#carrier.find(context.seed);
    if (this.#left) Object.assign(context, { seed: this.#left.seed, sent: this.#left.sent });
    else this.#storage("");
  }

  /** Takes up what was left, and keeps the chat of this window from here on. */
  watch(widget) {
    // The copy of an element, in a page whose body was changed, has given way to that one meanwhile.
    if (this.#left && !this.#context.element.isConnected) return;
    this.#widget = widget;
    const { signal } = this.#end;
    const hear = (target, names) => {
      for (const name in names) target.addEventListener(name, names[name], { signal });
    };
    hear(window, {
      pagehide: ({ persisted }) => {
        // A page that nobody will follow says goodbye.
        if (!this.#rest() && !persisted) widget.page(true);
      },
      pageshow: ({ persisted }) => persisted && this.#wake(),
    });
    hear(document, {
      // Some systems end a hidden page without another word.
      visibilitychange: () => (document.hidden ? this.save() : this.#clock.set(false)),
      freeze: () => this.#rest(),
      resume: () => this.#wake(),
    });
    this.#dialog.addEventListener("input", () => this.#note(), { signal });
    if (this.#left) this.#takeUp(this.#left);
  }

  /** What to tell the page of an event, as `[name, detail]`; nothing when another page has told it. */
  told(name, detail) {
    const isAlive = name === "sessionstart";
    if (this.#found && (isAlive || detail.state === "ended") && !this.#prove(isAlive)) return null;
    if (name === "statechange") {
      if (this.#isOld && detail.state === "connecting") detail.state = "restoring";
      if (this.#isReturning && detail.previous === "connecting") detail.previous = "restoring";
    } else if (this.#isOld) {
      return null;
    } else if (this.#isReturning && name === "sessionstart") {
      this.#isReturning = false;
      this.#note();
      this.#context.emit("restored", {});
      return null;
    }
    this.#note();
    return [name, detail];
  }

  /** Writes what the next page needs. `isExact`: nothing more happens on this one. Answers whether it will be there. */
  save(isExact = false) {
    if (!this.#widget || this.#isAway) return null;
    this.#timer = clearTimeout(this.#timer);
    const { element, seed, sent = [] } = this.#context;
    const chat = this.#widget.keep();
    this.#clock.set(document.hidden && !isExact && chat && isTimed(chat, this.#context.own));
    this.#carrier.carry(chat, this.#look());
    if (!chat) return this.#storage("");
    const { state, unread } = element;
    const draft = this.#dialog.querySelector("textarea")?.value ?? "";
    const isOpen = this.#look();
    return this.#storage(write({ chat, seed: [...seed], sent, draft, unread, state, isOpen, isExact }));
  }

  /** The window goes, and perhaps another one comes. */
  end() {
    this.save(true);
    this.#end.abort();
  }

  /** Whether the window is open. An element that is taken out of its page closes first; then it counts as it was. */
  #look() {
    const { element } = this.#context;
    if (element.isConnected) this.#isOpen = element.hasAttribute("open");
    return this.#isOpen;
  }

  #note() {
    this.#look();
    if (this.#isOld || this.#isAway) return;
    // Timers are slow in a page that cannot be seen.
    if (document.hidden) this.save();
    else this.#timer ||= setTimeout(() => this.save(), PAUSE);
  }

  async #takeUp({ chat, sent, draft, unread, state, isOpen, isExact, isFound }) {
    const { element } = this.#context;
    this.#left = null;
    this.#isOld = this.#isReturning = true;
    if (isFound) this.#found = { isOpen };
    // The first message is in the chat unless that was being created.
    const form = sent.map((value, place) => (place === 5 && state !== "connecting" ? "" : value));
    const isTaken = this.#widget.restore(settled(chat, isExact), form, unread);
    if (isFound && isTaken) return;
    this.#isOld = false;
    if (!isTaken) {
      this.#found = null;
      this.#isReturning = false;
      this.#carrier.carry();
      return this.#storage("");
    }
    if (isOpen) element.open({ focus: false });
    // The window draws before this goes on.
    await null;
    const box = this.#dialog.querySelector("textarea");
    if (draft && box) {
      box.value = draft;
      // Nobody is typing.
      for (const name of ["input", "blur"]) box.dispatchEvent(new Event(name, { bubbles: true }));
    }
  }

  /** What was said in a chat that was found is told by now. Where nothing was, and it is over, there never was one. */
  #prove(isAlive) {
    const { isOpen } = this.#found;
    this.#found = null;
    const wasThere = isAlive || this.#widget.transcript().length > 0;
    if (wasThere) {
      this.#isOld = false;
      if (isOpen) this.#context.element.open({ focus: false });
    } else {
      queueMicrotask(() => {
        this.#isOld = this.#isReturning = false;
        this.#widget.reset();
        this.save();
      });
    }
    return wasThere;
  }

  /** The page stops, perhaps for good. Answers whether the next one will find the chat. */
  #rest() {
    const isKept = this.save(true);
    this.#isAway = true;
    return isKept;
  }

  /** The page runs again. What others have written meanwhile arrives a little later. */
  #wake() {
    if (!this.#isAway) return;
    this.#widget.page(false);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const kept = this.#storage();
      this.#isAway = false;
      if (kept === null || kept === this.#written) this.save();
      else this.#startOver();
    }, SETTLING);
  }

  /** Another page has gone on with the chat while this one was away: the window starts over with what that left. */
  #startOver() {
    this.#end.abort();
    this.#widget = null;
    const { element } = this.#context;
    const { parentNode, nextSibling } = element;
    element.remove();
    setTimeout(() => parentNode.insertBefore(element, nextSibling));
  }

  /** What is kept, after it was set to `text`, or removed if that is empty. Where storage is forbidden, nothing is. */
  #storage(text) {
    if (this.#context.own("persist") === "none") return null;
    try {
      if (text) sessionStorage.setItem(this.#key, text);
      else if (text === "") sessionStorage.removeItem(this.#key);
      const kept = sessionStorage.getItem(this.#key);
      if (text !== undefined) this.#written = kept;
      return kept;
    } catch {
      // What is there is older than the chat, and would send again what has left.
      if (text) this.#storage("");
      return null;
    }
  }
}
