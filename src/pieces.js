// The transcript of a long chat, in the tab's storage: what was told once is written once, in pieces that are known by
// the sum of what they hold. So keeping a chat costs the same however long it is.

/** A piece has more letters than this. */
const PIECE = 1 << 15;

/** Tells damage, not malice: FNV-1a in 32 bits. */
export function sum(text) {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return (sum >>> 0).toString(36);
}

/** The piece of this name, beside what is kept under `key`; null where there is none, or a damaged one. */
export function piece(key, name) {
  const text = sessionStorage.getItem(key + "#" + name);
  return text !== null && sum(text) === name ? text : null;
}

/** The pieces of the chat that is kept under `key`. */
export class Pieces {
  #key;
  #log = 0;
  #length = 0;
  /** Whether the storage may hold pieces of other chats. */
  #isUntidy = true;
  /** Their names, in order. */
  names = [];

  constructor(key) {
    this.#key = key;
  }

  /**
   * The chat of a `widget` without the events that are in the pieces, as `[head, events, messages]`; null for none. What
   * makes up a new piece is one by now, where it can be stored.
   */
  cut(widget, canStore) {
    const kept = widget.keep(this.#log, this.#length);
    const [log, length, ...chat] = kept?.split("\n") ?? [0];
    // Another log: the pieces are of no use.
    if (Number(log) !== this.#log) this.forget();
    this.#log = Number(log);
    if (!kept) return null;
    const events = chat[1];
    if (canStore && events.length > PIECE) {
      const name = sum(events);
      sessionStorage.setItem(this.#key + "#" + name, events);
      this.names.push(name);
      this.#length = Number(length);
      chat[1] = "";
    }
    return chat;
  }

  forget() {
    this.names = [];
    this.#log = this.#length = 0;
    this.#isUntidy = true;
  }

  /** What nothing refers to any more is taken away. */
  tidy() {
    if (!this.#isUntidy) return;
    this.#isUntidy = false;
    const start = this.#key + "#";
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(start) && !this.names.includes(key.slice(start.length))) sessionStorage.removeItem(key);
    }
  }
}
