// What is told to who waits, and to who finds us closed.

import { minutesOf, stopWatch } from "./figures.js";
import { adopt } from "./styles.js";

/** What is said where the language has nothing; `src/text/languages.rs` reads this as JSON. */
const ENGLISH = {
  "waiting.elapsed": "Waiting time: {time}",
  "waiting.position": "Your place in the queue: {count}",
  "waiting.expected.one": "Expected wait: about 1 minute",
  "waiting.expected.other": "Expected wait: about {count} minutes",
  "waiting.soon": "Expected wait: less than a minute",
  "waiting.long.heading": "This takes longer than usual",
  "waiting.long.lead": "You keep your place in the queue. If you prefer, contact us another way.",
  "closed.heading": "We are closed at the moment",
  "closed.lead": "Please come back later, or contact us another way.",
  "closed.opens": "We are back: {time}",
  "alternative": "Contact us another way"
};

/** The words of the window, filled in and in the form that the number asks for. */
function speaker({ texts, language, category }) {
  const say = (name, values = {}) => {
    const text = texts[name] ?? ENGLISH[name];
    return text?.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
  };
  const count = (name, number) => {
    return say(name + "." + category(language(), number), { count: number }) ?? say(name + ".other", { count: number });
  };
  return { say, count };
}

/**
 * Fills the card of a waiting visitor: how long it has been, what the page knows of the queue (`queueInfo` of the
 * element), and after `wait-timeout` seconds another way to get in touch. Ends when the card leaves the document.
 */
export function wait(card, began, context) {
  const { own, element } = context;
  const { say, count } = speaker(context);
  const figures = card.querySelector(".figures");
  const limit = Number(own("wait-timeout")) || Infinity;
  let place = "";
  let told;
  const tick = () => {
    if (!card.isConnected) return clearInterval(timer);
    const waited = Math.max(0, Math.floor((performance.now() - began) / 1000));
    const { position = 0, wait: expected = 0 } = element.queueInfo ?? {};
    const line = position > 0 ? say("waiting.position", { count: position }) : "";
    const rest = expected <= 0 ? "" : expected < 60 ? say("waiting.soon") : count("waiting.expected", minutesOf(expected));
    show(figures, [say("waiting.elapsed", { time: stopWatch(waited) }), line, rest]);
    if (line && line != place) announce(card, line);
    place = line;
    const news = position + " " + expected;
    if (news != told) context.emit("queue", { elapsed: waited, position: position || undefined, wait: expected || undefined });
    told = news;
    if (waited < limit || card.querySelector("slot")) return;
    const [heading, lead] = ["waiting.long.heading", "waiting.long.lead"].map((name) => say(name));
    card.querySelector("h3").textContent = heading;
    card.querySelector("p").textContent = lead;
    figures.after(alternative(context));
    if (context.isLong) return;
    context.isLong = true;
    announce(card, heading);
    element.dispatchEvent(new CustomEvent("gms-chat-waittimeout", { bubbles: true, composed: true, detail: {} }));
  };
  if (performance.now() - began < 1000) context.isLong = false;
  const timer = setInterval(tick, 1000);
  tick();
}

/** Fills the card that stands in the form's place outside of business hours. */
export function closed(card, _, context) {
  const { say } = speaker(context);
  context.refill = () => {
    const [, message, opens] = context.news;
    const words = [make("h3", {}, say("closed.heading")), make("p", {}, message || say("closed.lead"))];
    if (opens) words.push(make("p", { class: "figures" }, say("closed.opens", { time: opens })));
    card.replaceChildren(...words, alternative(context));
  };
  context.refill();
  adopt(card);
}

/** Another way to get in touch: what the page put into the slot, else its link. */
function alternative(context) {
  const slot = make("slot", { name: "alternative" });
  const url = context.own("fallback-url") ?? "";
  if (/^(https?:|tel:|mailto:|\/)/i.test(url)) {
    const text = context.own("fallback-label") || speaker(context).say("alternative");
    slot.append(make("a", { class: "button", part: "alternative", href: url }, text));
  }
  return slot;
}

/** Lines that are there, each in its place: only what has changed is touched. */
function show(root, lines) {
  lines.forEach((line, index) => {
    const place = root.children[index] ?? root.appendChild(make("p"));
    if (place.textContent != line) place.textContent = line;
  });
}

/** Says a line to screen readers, by the window's own live region. */
function announce(card, line) {
  card.getRootNode().querySelector("[aria-live=polite]")?.append(make("p", {}, line));
}

function make(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  made.append(...children);
  return made;
}
