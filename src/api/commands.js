// The commands, by name. Each gets the chat, `{element, lent}` as in src/api.js, and what the page has given.

import { kebab, own, sending } from "../own.js";
import { fold } from "./agents.js";
import { composer, write } from "./composer.js";
import { fail } from "./fail.js";
import { gather, review } from "./hooks.js";
import { set } from "./init.js";
import { refuseAll, untilSettled } from "./settle.js";

const BUSY = ["connecting", "waiting", "active", "ending"];
const TONES = ["info", "success", "warning", "error"];
/** What waits until a start before it is under way. */
export const FOLLOWS = ["start", "send", "sendNotice", "end"];

const isBusy = ({ element }) => BUSY.includes(element.state);
const gone = () => fail("destroyed", "the element was taken away");
const noSession = () => fail("no_session", "there is no chat");
const widgetOf = ({ lent }) => lent.window()?.widget;
const linesOf = (chat) => widgetOf(chat)?.transcript() ?? [];
const agentsOf = (chat) => fold(linesOf(chat));

export const COMMANDS = {
  /** Resolves as soon as there is an element; nothing is fetched for it. */
  ready: async () => {},

  /** Starts a chat with what the form holds and what is given; resolves with the first event of the chat. */
  async start(chat, { user, data, message, skipForm } = {}) {
    const { element, lent } = chat;
    if (own(element, "consent") == "required") throw fail("consent_required", "the visitor has not agreed yet");
    const window = await lent.ready();
    if (!window) throw gone();
    if (isBusy(chat)) throw fail("already_active", "a chat is under way");
    if (window.context.news[0] === false) throw fail("unavailable", "business hours are over");
    if (element.state == "ended") window.widget.reset();
    const { form } = window;
    const given = Object.entries(user ?? {}).map(([name, value]) => [form.values.has(name) ? name : kebab(name), String(value)]);
    if (data) given.push(...(await gather({ element, emit: lent.emit }, data)));
    if (message) given.push(["message", String(message)]);
    const fields = skipForm ? [] : await form.missing(given);
    if (fields[0]) {
      lent.emit("forminvalid", { fields });
      throw Object.assign(fail("form_invalid", "the form wants " + fields.join(", ")), { fields });
    }
    const sent = await window.begin(given);
    if (!sent) throw fail("vetoed", "a listener of gms-chat-beforestart prevented it");
    const started = untilSettled(element, {
      sessionstart: (detail) => detail,
      error: ({ code, message: why, hint }) =>
        element.state == "failed" && Promise.reject(fail(code, why || "the chat could not be started", hint)),
      sessionend: ({ reason }) => Promise.reject(fail(reason, "the chat was over before it began")),
    });
    window.widget.start(sent);
    chat.begun();
    return started;
  },

  /** Ends the chat, and asks the visitor before if it is to; resolves with the detail of its end. */
  async end(chat, { confirm } = {}) {
    const { element } = chat;
    if (!isBusy(chat)) throw noSession();
    if (confirm) await agreed(element);
    const ended = untilSettled(element, { sessionend: (detail) => detail });
    if (element.state != "ending") widgetOf(chat).end();
    return ended;
  },

  /** Sends a message; resolves with its number once the transcript holds it. */
  async send(chat, given) {
    const { element, lent } = chat;
    const text = String(given);
    if (!isBusy(chat)) throw noSession();
    const most = own(element, "max-message-length") || 4000;
    if ([...text].length > most) throw fail("too_long", "a message may have " + most + " characters");
    if (!lent.emit("beforesend", sending((name) => own(element, name), text))) throw fail("vetoed", "a listener of gms-chat-beforesend prevented it");
    const hooked = own(element, "before-send") || own(element, "mask");
    const passed = hooked ? await review({ element, emit: lent.emit }, text) : text;
    if (passed == null) throw fail("vetoed", "beforeSend refused the message");
    let id;
    const hear = ({ detail }) => (id = detail.id);
    element.addEventListener("gms-chat-messagesending", hear);
    widgetOf(chat)?.send(passed);
    element.removeEventListener("gms-chat-messagesending", hear);
    if (id == null) throw noSession();
    const mine = (detail) => detail.id == id;
    return untilSettled(element, {
      messagesent: (detail) => mine(detail) && id,
      messagefailed: (detail) => mine(detail) && Promise.reject(fail(detail.code, "the message did not arrive")),
    });
  },

  /** Sends a custom notice. The server echoes none, so this resolves when it is handed over. */
  async sendNotice({ element, lent }, text) {
    if (element.state != "waiting" && element.state != "active") throw noSession();
    lent.window().widget.notice(String(text));
  },

  /** Puts a line of the page's own into the transcript, a text in one of the TONES; nothing of it is sent. */
  async notify(chat, given) {
    const { text, tone = TONES[0] } = Object(given);
    if (typeof text != "string" || !text.trim() || !TONES.includes(tone)) {
      throw fail("bad_argument", "`notify` takes {text, tone}; the tone is " + TONES.join(", "));
    }
    if (!isBusy(chat) && !/^(restoring|ended)$/.test(chat.element.state)) throw noSession();
    widgetOf(chat).note(text.trim(), tone);
  },

  /** What stands where the visitor writes; nothing while there is no such place. */
  async setDraft({ element }, text) {
    if (!write(element, String(text))) throw noSession();
  },
  getDraft: async ({ element }) => composer(element)?.value ?? "",

  /** Changes options. What the server has to know counts from the next chat on, the rest at once. */
  async update({ element, lent }, options) {
    set(element, options);
    // A form whose widget is on its way has read the old ones. Where that does not come, the next window reads these.
    if (element.shadowRoot.querySelector(".early")) await lent.ready().catch(() => {});
    if (lent.window()) await renew(element, lent);
  },

  /** Business data for the next chat, over what is given already. */
  async setUserData({ element }, more) {
    const before = own(element, "data");
    const data = typeof before == "function" ? async () => ({ ...(await before()), ...more }) : { ...before, ...more };
    set(element, { data });
    element.removeAttribute("data");
    if ("data" in element) element.data = data;
  },

  /** What the page knows about the queue: `position`, and the expected `wait` in seconds. */
  async setQueueInfo({ element }, info) {
    element.queueInfo = info;
  },

  async getState(chat) {
    const { state, unread } = chat.element;
    return { state, unread, open: chat.element.hasAttribute("open"), agents: agentsOf(chat) };
  },
  getTranscript: async (chat) => linesOf(chat).map((line) => ({ ...line, ...(line.at && { at: line.at * 1000 }) })),
  getAgents: async (chat) => agentsOf(chat),
  getReport: async ({ element, lent }) => (await lent.debug()).report(element),

  /** Shows a word of invitation, unless there is a chat; resolves to whether the visitor accepted. */
  async invite({ element }, options) {
    if (options?.delay) await new Promise((wait) => setTimeout(wait, options.delay * 1000));
    if (own(element, "consent") == "required") return false;
    if (element.hasAttribute("open") || element.state != "idle") return false;
    const { invite } = await element.constructor.extras();
    return invite(element, element.shadowRoot, options);
  },

  /** Ends a chat that goes on, and forgets it. */
  async reset(chat) {
    if (isBusy(chat)) await COMMANDS.end(chat);
    write(chat.element, "");
    widgetOf(chat)?.reset();
  },

  /** Forgets what is kept in this browser session, while no chat goes on. */
  async clearHistory(chat) {
    if (isBusy(chat)) throw fail("already_active", "a chat goes on; `reset` ends and forgets it");
    await COMMANDS.reset(chat);
    try {
      for (const key of Object.keys(sessionStorage)) if (key.startsWith("gms-chat")) sessionStorage.removeItem(key);
    } catch {}
  },

  /** Ends a chat that goes on, and takes the element away. What is not settled yet is refused. */
  async destroy(chat, { keepSession } = {}) {
    const { element, lent } = chat;
    if (!keepSession && isBusy(chat)) await COMMANDS.end(chat);
    element.close();
    element.remove();
    lent.drop();
    refuseAll(element, gone());
  },
};

/** Asks the visitor by the window's own question; resolves when he has agreed. */
async function agreed(element) {
  await element.open();
  const root = element.shadowRoot;
  root.querySelector("[part=end]").click();
  const question = () => root.querySelector("[part=confirm]");
  await new Promise((answered) => {
    const watch = new MutationObserver(() => question() || answered(watch.disconnect()));
    watch.observe(root.querySelector(".questions"), { childList: true });
  });
  if (element.state != "ending") throw fail("declined", "the visitor stays");
}

/** A window with the options as they are now, as soon as no chat stands in it; what was filled in stays. */
async function renew(element, lent) {
  if (element.state != "idle" && element.state != "failed") {
    const free = ({ detail }) => {
      if (detail.state != "idle") return;
      element.removeEventListener("gms-chat-statechange", free);
      queueMicrotask(() => renew(element, lent));
    };
    return element.addEventListener("gms-chat-statechange", free);
  }
  const hadFocus = Boolean(element.shadowRoot.activeElement);
  const { typed } = lent.window().form;
  lent.drop();
  const window = await lent.ready();
  if (!window) return;
  window.form.retype(typed);
  await window.speak();
  if (!element.hasAttribute("open")) return;
  window.refit();
  window.widget.set_open(true, hadFocus);
}
