// What a page can ask for besides open, close and toggle, and its hooks: fetched with the first call or hook.

import { COMMANDS, FOLLOWS } from "./api/commands.js";
import { fail } from "./api/fail.js";
import { init } from "./api/init.js";

export { dress, gather, hold } from "./api/hooks.js";

const TAG = "gms-chat";
/** What elements tell. */
const EVENTS =
  "ready beforeopen open close consentrequired formshow formsubmit forminvalid beforestart statechange sessionstart queue restored restorefailed sessionend agentjoin agentleave transfer beforesend messagesending messagesent messagefailed messagereceived notice pushurl typingchange unreadchange connectionchange idlewarning waittimeout inviteshow invite error";
/** What the loader carries out itself. */
const NEAR = ["open", "close", "toggle"];

/** `gmsChat(name, ...given)`. Events are those of all elements; commands go to the first one, as soon as there is one. */
export async function call([name, ...given]) {
  if (name == "init") return init(...given);
  if (/^(on|once|off)$/.test(name)) return listen(name, ...given);
  if (!NEAR.includes(name) && !COMMANDS[name]) throw fail("unknown_command", "gmsChat has no `" + name + "`");
  const element = document.querySelector(TAG) ?? (await first());
  return element[name](...given);
}

function listen(name, event, hear, how) {
  if (!event || typeof hear != "function") throw fail("bad_argument", "`" + name + "` takes the name of an event and a function");
  if (!EVENTS.split(" ").includes(event)) console.warn(TAG + ": there is no event `" + event + "`");
  const type = TAG + "-" + event;
  const off = () => document.removeEventListener(type, hear);
  if (name == "off") return off();
  const isOnce = name == "once";
  // Who comes late is told of what is ready already.
  const late = event == "ready" && !how?.signal?.aborted ? [...document.querySelectorAll(TAG)] : [];
  if (!isOnce || !late[0]) document.addEventListener(type, hear, { ...how, once: isOnce });
  for (const element of isOnce ? late.slice(0, 1) : late) {
    const told = new CustomEvent(type, { detail: { version: element.constructor.version } });
    Object.defineProperty(told, "target", { value: element });
    queueMicrotask(() => hear(told));
  }
  return off;
}

const first = () =>
  new Promise((found) => document.addEventListener(TAG + "-ready", ({ target }) => found(target), { once: true }));

/**
 * Carries out a command of an element. `lent` is what the loader lends: `ready()` resolves to what `open` of
 * src/window.js returns, `window()` is that or nothing, `drop()` takes it away, `emit(name, detail)` fires an event.
 * An option `signal` (in the last argument of a command) takes the promise back, not what was done.
 */
export async function perform(element, lent, name, given) {
  const chat = { element, lent };
  const { signal } = Object(given.at(-1));
  signal?.throwIfAborted();
  // Of a page that has been away it is not known yet who has the chat.
  const { returning } = lent.window()?.context ?? {};
  if (returning) await returning;
  // What follows a start waits until that is under way.
  const before = turns.get(element);
  if (name == "start") turns.set(element, new Promise((begun) => (chat.begun = begun)));
  if (before && FOLLOWS.includes(name)) await before;
  const done = COMMANDS[name](chat, ...given);
  if (chat.begun) done.then(chat.begun, chat.begun);
  if (!signal) return done;
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    done.then(resolve, reject);
  });
}

const turns = new WeakMap();
