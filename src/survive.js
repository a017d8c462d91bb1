// A chat that outlives its page: what is left in the tab's storage while it runs, what the next page makes of it, and
// what the other tabs of the site hear of it. Fetched when a chat starts, or when another page has left or runs one. What
// decides is in the wasm; without this file a chat ends with its page.

import { Carrier } from "./carrier.js";
import { Clock } from "./clock.js";
import { Pieces, piece, sum } from "./pieces.js";
import { Tabs } from "./tabs.js";

/** What was written by another version is not read. */
const VERSION = 2;
/** Changes within this time, in milliseconds, are written together. */
const PAUSE = 500;
/** So long, in milliseconds, after a page has come back it knows what others have written meanwhile. */
const SETTLING = 200;

/** So long, in milliseconds, another tab has to say that the visitor sees a message there. */
const GLANCE = 150;

/** The mark of a chat to which the server pushes its events, see `kept.rs`. */
const BY_COMET = 1;

const areTexts = (values) => Array.isArray(values) && values.every((value) => typeof value == "string");
const isSeed = (seed) => Array.isArray(seed) && seed.length === 4 && seed.every(Number.isInteger);

/** A whole chat of its parts. */
const whole = (head, events, messages) => `${head},[${events.filter(Boolean)}],[${messages}]]`;

/** What `write` wrote, with the chat in one text; null for anything else. `piece` knows the pieces of its transcript by name. */
export function read(text, piece) {
  const [, version, check, json] = /^(\d+):(\w+):(.*)$/s.exec(text) ?? [];
  if (version != VERSION || check !== sum(json)) return null;
  try {
    const { chat, pieces, ...left } = JSON.parse(json);
    const { seed, sent, draft, unread } = left;
    if (!Array.isArray(sent)) return null;
    const [head, events, messages] = chat;
    const told = [...pieces.map(piece), events];
    left.chat = whole(head, told, messages);
    return areTexts([head, ...told, messages, draft, ...sent]) && isSeed(seed) && unread >= 0 && unread < 1e6 ? left : null;
  } catch {
    return null;
  }
}

/** As text, with its version and a sum in front. */
export function write(left) {
  const json = JSON.stringify(left);
  return `${VERSION}:${sum(json)}:${json}`;
}

/** Whether a chat hangs on the timers of its page. Between two long polls there is none. */
const isTimed = (head, own) => own("away") > 0 || (JSON.parse(head)[1] & BY_COMET) === 0;

/** Keeps the chat of one window. */
export class Survival {
  #context;
  #dialog;
  #key;
  /** What another page has left, until it is taken up. */
  #left = null;
  /** What stands in the storage, as far as this page knows. */
  #written;
  #pieces;
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
  /** The other tabs, where there are locks. */
  #tabs = null;
  /** Whether another tab runs the chat; whether it has told what the chat is; whether this one lets others go first. */
  #isFollowing = false;
  #isTold = false;
  #isIntroduced = false;
  #yields = false;
  /** Whether what is told follows from what another tab has said. */
  #isHearing = false;
  /** Whether others have the chat while this page is away. */
  #wasShared = false;
  /** Ends the wait of commands for the return. */
  #returned;

  /** Looks what another page has left; its seed and its form become those of this page. */
  constructor(context, dialog) {
    this.#context = context;
    this.#dialog = dialog;
    this.#key = "gms-chat:" + context.own("endpoint");
    this.#pieces = new Pieces(this.#key);
    this.#written = this.#storage();
    this.#carrier = new Carrier(context.own);
    this.#left = (this.#written == null ? null : read(this.#written, (name) => piece(this.#key, name))) ?? this.#carrier.find(context.seed);
    if (this.#left) Object.assign(context, { seed: this.#left.seed, sent: this.#left.sent });
    else if (this.#written != null) this.#lose("unreadable");
    if (navigator.locks && context.own("persist") !== "none") {
      this.#tabs = new Tabs(this.#key, (what) => this.#hear(what), () => this.#lead());
    }
  }

  /** Takes up what was left, or what another tab runs, and keeps the chat of this window from here on. */
  watch(widget) {
    // The copy of an element, in a page whose body was changed, has given way to that one meanwhile.
    if (this.#left && !this.#context.element.isConnected) return;
    if (this.#widget) return this.#join();
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
      pageshow: ({ persisted }) => persisted && this.#wake(true),
    });
    hear(document, {
      // Some systems end a hidden page without another word.
      visibilitychange: () => (document.hidden ? this.save() : this.#clock.set(false)),
      freeze: () => this.#rest(),
      resume: () => this.#wake(),
    });
    const write = ({ target: { value } }) => {
      this.#tell({ draft: value });
      this.#note();
    };
    this.#dialog.addEventListener("input", write, { signal });
    this.#join();
  }

  /** Whether another tab runs the chat. */
  get isFollowing() {
    return this.#isFollowing;
  }

  /** Whether the visitor looks at the chat in another tab, of a message that came just now. */
  async isSeenElsewhere() {
    if (!this.#widget?.is_shared()) return false;
    await new Promise((resolve) => setTimeout(resolve, GLANCE));
    return !this.#context.element.unread;
  }

  /** The window was opened or closed here. */
  turned(isOpen, by) {
    if (by !== "tab" && by !== "restore") this.#tell({ isOpen });
  }

  /** To the other tabs, if there are any, how the window stands. Whoever comes later is told all of that. */
  #tell(how) {
    if (this.#widget?.is_shared()) this.#tabs.post(how);
  }

  /** To the other tabs, what the wasm says. */
  post(text) {
    this.#tabs?.post(text);
  }

  /** The chat needs no other tabs any more; or others are to have it first. */
  part(yields) {
    this.#yields = yields;
    this.#isFollowing &&= yields;
    this.#tabs?.part(yields);
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
    if (this.#isReturning && name === "sessionend") {
      this.#isReturning = false;
      this.#context.emit("restorefailed", { reason: detail.reason });
    }
    if (this.#isFollowing) detail.mirrored = true;
    const { element } = this.#context;
    const isSeen = name === "messagereceived" ? element.hasAttribute("open") && !document.hidden : detail.count === 0;
    if (isSeen) this.#tell({ unread: 0 });
    // What the visitor has written is kept before it is sent.
    if (name === "messagesending" && !this.#isHearing) queueMicrotask(() => this.#sent());
    else this.#note();
    if (detail.state === "connecting" && !this.#tabs?.isIn && this.#widget) this.#join();
    return [name, detail];
  }

  /** The visitor has sent what stood there. */
  #sent() {
    this.save();
    // The place is emptied when this is drawn.
    setTimeout(() => this.#tell({ draft: this.#stand().draft }));
  }

  /** Writes what the next page needs. `isExact`: nothing more happens on this one. Answers whether it will be there. */
  save(isExact = false) {
    if (!this.#widget || this.#isAway) return null;
    this.#timer = clearTimeout(this.#timer);
    const { element, seed, sent = [] } = this.#context;
    const chat = this.#cut();
    const head = chat && chat[0] + "]";
    this.#clock.set(document.hidden && !isExact && chat && isTimed(head, this.#context.own));
    this.#carrier.carry(head, this.#look());
    if (!chat) return this.#storage("");
    const { state } = element;
    // Where others go on with the chat, more will happen than this page knows.
    isExact &&= !this.#widget.is_shared();
    return this.#storage(write({ chat, pieces: this.#pieces.names, seed: [...seed], sent, state, isExact, ...this.#stand() }));
  }

  /** The window goes, and perhaps another one comes. */
  end() {
    if (this.#widget && !this.#isAway) this.#rest();
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

  /** Takes part in the chat of all tabs, or begins it. */
  async #join() {
    if (this.#isAway || this.#tabs?.isIn) return;
    const isMine = !this.#tabs || (await this.#tabs.join());
    // Meanwhile the window may have gone.
    if (!this.#widget || this.#isAway) return this.#tabs?.part();
    if (isMine) this.#lead();
    else if (this.#isBusy()) {
      // A chat that two tabs have begun in the same moment stays two. But whoever has the lock may be about to give it back.
      this.#tabs.part();
      setTimeout(() => this.#isAway || !this.#isBusy() || this.#join(), PAUSE);
    } else {
      this.#isFollowing = true;
      this.#isTold = this.#isIntroduced = false;
      this.#widget.follow(this.#left?.chat);
      this.#tabs.post({ asks: true });
    }
  }

  #isBusy() {
    return ["connecting", "waiting", "active", "ending"].includes(this.#context.element.state) && !this.#isFollowing;
  }

  /** This tab runs the chat: that of another tab, the one that was left, or its own. */
  #lead() {
    const left = this.#left;
    const isOwn = this.#isBusy();
    if (!isOwn && !left && !this.#isFollowing) return this.#tabs?.part();
    const { sent = [], user } = this.#context;
    const isNew = (left?.state ?? this.#context.element.state) === "connecting";
    // The first message is in the chat unless that was being created.
    const form = sent.map((value, place) => (place === 5 && !isNew ? "" : value));
    this.#yields = false;
    const wasReturning = this.#isReturning;
    const isFound = Boolean(left?.isFound);
    if (isFound) this.#found = { isOpen: left.isOpen };
    this.#isOld = true;
    this.#isReturning ||= !isOwn;
    const leads = this.#widget.lead(left?.chat, left?.isExact ?? false, isOwn ? [] : form, user());
    // What was said in a chat that was found is told when it is proved alive.
    this.#isOld = isFound && leads;
    if (!leads) this.#found = null;
    if (this.#yields) {
      this.#isReturning = wasReturning;
      return;
    }
    const wasFollowing = this.#isFollowing;
    this.#isFollowing = false;
    this.#left = null;
    if (leads) {
      // Nobody has told how the window stands, though the lock of the page before may have been late.
      if (left && !isFound) this.#show(left);
      if (wasFollowing) this.#introduce();
      this.#note();
      return;
    }
    this.#isReturning = false;
    this.#carrier.carry();
    if (left && !isFound) this.#lose("unreadable");
  }

  /** How the window stood that showed the chat before. */
  #show({ draft, unread, isOpen }) {
    this.#widget.count(unread);
    this.#widget.write(draft);
    if (isOpen) this.#context.element.open({ focus: false, by: "restore" });
  }

  /** What another tab says: the wasm in texts, pages in objects. */
  #hear(what) {
    const { element } = this.#context;
    // A chat beside theirs is none of theirs.
    const isStranger = this.#isBusy() && !this.#tabs.leads;
    if (!this.#widget || this.#isAway || isStranger) return;
    if (typeof what === "string") {
      const wasOld = this.#isOld;
      const isNew = what.startsWith('["all"') && this.#isFollowing && !this.#isTold;
      this.#isOld ||= what.startsWith('["all"');
      this.#isHearing = true;
      this.#widget.hear(what);
      this.#isHearing = false;
      this.#isOld = wasOld;
      if (isNew) {
        this.#isTold = true;
        if (this.#left) this.#show(this.#left);
        this.#left = null;
        this.#context.emit("restored", { mirrored: true });
      }
      return this.#note();
    }
    const { asks, seed, sent, draft, isOpen, unread } = what;
    if (asks && !this.#isFollowing) this.#introduce();
    if (seed) {
      if (!this.#isFollowing || this.#isIntroduced) return;
      this.#isIntroduced = isSeed(seed) && areTexts(sent);
      if (this.#isIntroduced) Object.assign(this.#context, { seed, sent });
    }
    if (typeof draft === "string") this.#widget.write(draft);
    if (unread >= 0 && element.unread !== unread) this.#widget.count(unread);
    if (typeof isOpen === "boolean") isOpen ? element.open({ focus: false, by: "tab" }) : element.close({ by: "tab" });
  }

  /** Tells others what is needed to run the chat, and how the window stands. */
  #introduce() {
    this.#tabs?.post({ seed: [...this.#context.seed], sent: this.#context.sent ?? [], ...this.#stand() });
  }

  /** How the window stands. */
  #stand() {
    const draft = this.#dialog.querySelector("textarea")?.value ?? "";
    return { draft, unread: this.#context.element.unread, isOpen: this.#look() };
  }

  /** What was said in a chat that was found is told by now. Where nothing was, and it is over, there never was one. */
  #prove(isAlive) {
    const { isOpen } = this.#found;
    this.#found = null;
    const wasThere = isAlive || this.#widget.transcript().length > 0;
    if (wasThere) {
      this.#isOld = false;
      if (isOpen) this.#context.element.open({ focus: false, by: "restore" });
    } else {
      queueMicrotask(() => {
        this.#isOld = this.#isReturning = false;
        this.#widget.reset();
        this.save();
      });
    }
    return wasThere;
  }

  /** The page stops, perhaps for good. Answers whether the chat will be found, or goes on elsewhere. */
  #rest() {
    const isKept = this.save(true);
    this.#wasShared = this.#widget.is_shared();
    this.#isAway = true;
    this.#widget.leave();
    this.#tabs?.part();
    return isKept || this.#wasShared;
  }

  /**
   * The page runs again. What others have written meanwhile arrives a little later. Until then nobody writes here, for it might
   * reach nobody, and commands wait. `isBack`: from the cache for the way back, so another page may have had the chat.
   */
  #wake(isBack) {
    if (!this.#isAway) return;
    clearTimeout(this.#timer);
    this.#dialog.inert = this.#wasShared || isBack;
    this.#context.returning ??= new Promise((done) => (this.#returned = done));
    this.#timer = setTimeout(async () => {
      try {
        await this.#return();
      } finally {
        // The next window may stand in the same frame.
        this.#dialog.inert = false;
        this.#context.returning = null;
        this.#returned();
      }
    }, SETTLING);
  }

  async #return() {
    const kept = this.#storage();
    const isSame = kept === null || kept === this.#written;
    // What others have made of the chat is not known here.
    if (this.#wasShared || !isSame) return this.#startOver();
    this.#isAway = false;
    if (this.#isBusy()) {
      if (this.#tabs && !(await this.#tabs.join())) return this.#startOver();
      this.#lead();
    }
    this.#widget.page(false);
    this.save();
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

  /** What was left is no chat that can go on. */
  #lose(reason) {
    this.#storage("");
    this.#context.emit("restorefailed", { reason });
  }

  /** The chat without what stands in pieces. What cannot be stored makes no piece. */
  #cut() {
    try {
      return this.#pieces.cut(this.#widget, this.#context.own("persist") !== "none");
    } catch {
      return this.#pieces.cut(this.#widget);
    }
  }

  /** What is kept, after it was set to `text`, or removed if that is empty. Where storage is forbidden, nothing is. */
  #storage(text) {
    if (this.#context.own("persist") === "none") return null;
    try {
      if (text) sessionStorage.setItem(this.#key, text);
      else if (text === "") {
        sessionStorage.removeItem(this.#key);
        this.#pieces.forget();
      }
      if (text !== undefined) this.#pieces.tidy();
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
