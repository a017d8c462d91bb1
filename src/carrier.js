// A chat that goes on at other sub-domains of the site, where the page wants that: a session cookie carries the id of
// the service, and the marks that are needed to go on. Whoever reads it can read and write the chat.

/** Of the marks in `kept.rs`: how the server tells, whether requests are identified; that there is a chat, and its end. */
const [BY_COMET, IDENTIFIED, LIVE, LEAVING] = [1, 2, 8, 16];
/** Whether the window was open, beside the first two. */
const OPEN = 4;

/** Whether each page invents its user: the next one cannot be the user of a CometD chat then. */
const isInvented = (own) => /^\s*(auto)?\s*$/.test(own("user-id") ?? "");

/** What the cookie says of a chat as the core keeps it; empty for one that cannot go on elsewhere. */
export function packed(chat, own, isOpen) {
  const [service, marks] = JSON.parse(chat || "[]");
  const isLost = marks & BY_COMET && isInvented(own);
  if (!(marks & LIVE) || marks & LEAVING || isLost) return "";
  return (marks & (BY_COMET | IDENTIFIED)) + (isOpen ? OPEN : 0) + "." + encodeURIComponent(service);
}

/** What `packed` packed; null for anything else. */
export function unpacked(text) {
  const [, marks, packed] = /^([0-7])\.([\w%.!~*'()-]{1,300})$/.exec(text) ?? [];
  try {
    return marks ? { service: decodeURIComponent(packed), marks: Number(marks) } : null;
  } catch {
    return null;
  }
}

/** The cookie of one window. Where cookies are forbidden, a chat stays where it is. */
export class Carrier {
  #own;
  #name;
  /** The service of this window's chat, as far as the cookie has it. */
  #service;

  constructor(own) {
    this.#own = own;
    this.#name = "gms-chat-" + String(own("endpoint")).replace(/[^\w.-]/g, "_");
  }

  /** What a page of another sub-domain has left: a chat that is known by its name alone, to be read from its beginning. */
  find(seed) {
    const found = this.#isOn() && unpacked(this.#cookie());
    if (!found) return null;
    const { service, marks } = found;
    this.#service = service;
    const mode = String((marks & (BY_COMET | IDENTIFIED)) | LIVE);
    const chat = JSON.stringify([service, mode, "", { chatIxnState: "TRANSCRIPT" }, [], []]);
    const isOpen = (marks & OPEN) !== 0;
    return { chat, seed, sent: [], draft: "", unread: 0, state: "active", isOpen, isExact: true, isFound: true };
  }

  /** Leaves a chat for the others; where there is none any more, it is taken from them. */
  carry(chat, isOpen) {
    if (!this.#isOn()) return;
    const text = packed(chat, this.#own, isOpen);
    const kept = this.#cookie();
    if (text) {
      this.#service = unpacked(text)?.service;
      if (text !== kept) this.#cookie(text);
    } else if (this.#service && unpacked(kept)?.service === this.#service) {
      this.#service = null;
      this.#cookie("", "; Max-Age=0");
    }
  }

  #isOn() {
    return this.#own("persist") === "cookie";
  }

  /** The cookie as it stands, after it was set to `text`. */
  #cookie(text, more = "") {
    try {
      if (text !== undefined) {
        const domain = this.#own("cookie-domain");
        const site = domain && /^[\w.-]+$/.test(domain) ? "; Domain=" + domain : "";
        const secure = location.protocol === "https:" ? "; Secure" : "";
        document.cookie = `${this.#name}=${text}; Path=/; SameSite=Lax${secure}${site}${more}`;
      }
      const start = this.#name + "=";
      return document.cookie.split("; ").find((pair) => pair.startsWith(start))?.slice(start.length);
    } catch {
      return undefined;
    }
  }
}
