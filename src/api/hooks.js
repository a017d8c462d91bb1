// The hooks of the page: headers for requests, business data for a chat, a look at each message before it is sent.

import { own } from "../own.js";
import { composer, write } from "./composer.js";
import { fail } from "./fail.js";
import { mask } from "./mask.js";

/** How long a message waits for `beforeSend`, in milliseconds. */
const PATIENCE = 20_000;

const value = (given, ...about) => (typeof given == "function" ? given(...about) : given);
const text = (any) => (typeof any == "object" ? JSON.stringify(any) : String(any));

/**
 * Puts the page's headers on a request; `refresh` after the last ones were answered with 401. A hook that fails is
 * told to the page, and the request fails like a lost line.
 */
export async function dress(chat, request, refresh) {
  try {
    const found = await value(own(chat.element, "headers"), { url: request.url, refresh });
    for (const [name, content] of new Headers(found ?? {})) request.headers.set(name, content);
  } catch (error) {
    throw complain(chat, "headers_failed", error);
  }
}

/** Names (behind `data.`) and values of business data, which may come from a function; the empty ones are left out. */
export async function gather(chat, given) {
  try {
    const found = Object.entries((await value(given)) ?? {});
    return found.flatMap(([name, any]) => (any == null || any === "" ? [] : [["data." + name, text(any)]]));
  } catch (error) {
    complain(chat, "data_failed", error);
    return [];
  }
}

/** What the visitor has sent is reviewed first; what the page refuses comes back to where it was written. */
export async function hold(chat, message) {
  const passed = await review(chat, message);
  if (passed != null) chat.widget().send(passed);
  else write(chat.element, [message, composer(chat.element)?.value].filter(Boolean).join("\n"));
}

/** The messages that wait for a hook, one after the other. */
const queues = new WeakMap();

/** What is to be sent in place of `message`; `null` when the page refuses it. */
export function review(chat, message) {
  const { element } = chat;
  const turn = (queues.get(element) ?? Promise.resolve()).then(() => judged(chat, message));
  queues.set(element, turn);
  return turn;
}

async function judged(chat, message) {
  const { element } = chat;
  const masked = mask(message, String(own(element, "mask") ?? "").split(/[\s,]+/));
  const hook = own(element, "before-send");
  let refusal = Error("beforeSend refused the message");
  try {
    const answer = hook ? await inTime(hook(masked)) : masked;
    const passed = answer === true || answer === undefined ? masked : answer;
    if (typeof passed == "string" && passed.trim()) return passed;
  } catch (error) {
    refusal = error;
  }
  complain(chat, "vetoed", refusal);
  return null;
}

function inTime(answer) {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(reject, PATIENCE, Error("beforeSend did not answer"))));
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

function complain({ emit }, code, error) {
  const message = String(error?.message ?? error);
  emit("error", { code, message });
  return fail(code, message);
}
