// Measures whichever widget it puts on the page: all of them have the same class names for what is looked at.
"use strict";

const WIDGETS = {
  empty: null,
  plain: { src: "floor.js" },
  windowed: { src: "floor.js", "data-window": "100" },
  ours: { src: "gms-chat.js", "data-endpoint": "/genesys", "data-delivery": "cometd" },
};

const frame = () => new Promise(requestAnimationFrame);
const root = () => document.querySelector("gms-chat, #widget")?.shadowRoot;
const shown = (selector) => {
  const element = root()?.querySelector(selector);
  return element?.checkVisibility() && element.getBoundingClientRect().width > 0 ? element : null;
};

async function until(look) {
  for (;;) {
    const found = look();
    if (found) return found;
    await frame();
  }
}

/** Long tasks from the script's start on: what of each is beyond 50 ms. */
let blocked = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) blocked += duration - 50;
}).observe({ type: "longtask" });

/** Milliseconds from the widget's script tag to its launcher, to its form and to all of the window, and the blocking time on the way. */
async function open(name) {
  blocked = 0;
  const begin = performance.now();
  const since = () => performance.now() - begin;
  const attributes = WIDGETS[name];
  if (!attributes) return { launcher: 0, usable: 0, whole: 0, blocked: 0 };
  const script = document.createElement("script");
  for (const key in attributes) script.setAttribute(key, attributes[key]);
  document.head.append(script);
  const button = await until(() => shown(".launcher"));
  await frame();
  const launcher = since();
  button.click();
  await until(() => shown("#subject"));
  await frame();
  const usable = since();
  await until(() => shown(".launcher:not([aria-busy])"));
  const whole = since();
  await new Promise((resolve) => setTimeout(resolve, 100));
  return { launcher, usable, whole, blocked };
}

let gms;
let log;

/** Until an agent has joined, over a GMS that lives in the page. */
async function talk() {
  gms = await import("./gms.js");
  gms.serve();
  shown("#subject").value = "Bench";
  shown("#subject").dispatchEvent(new InputEvent("input", { bubbles: true }));
  shown("form [type=submit]").click();
  await until(gms.isHeld);
  gms.happen("Notice.Joined", "Ann", "has joined", "AGENT");
  log = await until(() => shown(".pages"));
  await until(gms.isHeld);
}

const next = () => new Promise((resolve) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = resolve;
  port2.postMessage(0);
});

/** One message from the agent; the milliseconds from its arrival to its layout. */
async function one(number) {
  while (!gms.isHeld()) await next();
  const text = `Message ${number}: the technician comes between nine and eleven, is that convenient?`;
  const scroll = root().querySelector(".scroll");
  let watch;
  const drawn = new Promise((resolve) => {
    const has = ({ addedNodes }) => [...addedNodes].some((node) => node.textContent.includes(text));
    watch = new MutationObserver((changes) => changes.some(has) && resolve());
    watch.observe(log, { childList: true, subtree: true });
  });
  const begin = performance.now();
  gms.happen("Message.Text", "Ann", text, "AGENT");
  await drawn;
  scroll.scrollHeight;
  const took = performance.now() - begin;
  watch.disconnect();
  return took;
}

/** The milliseconds of each of the messages `first` to `first + count - 1`. */
async function append(first, count) {
  const took = [];
  for (let number = first; number < first + count; number += 1) took.push(await one(number));
  return took;
}

/** A message in every third frame; the milliseconds from each frame to the next. */
async function frames(first, count) {
  const took = [];
  let last = await frame();
  for (let number = first; number < first + count; number += 1) {
    one(number);
    for (let more = 0; more < 3; more += 1) {
      const now = await frame();
      took.push(now - last);
      last = now;
    }
  }
  return took;
}

/** Elements and texts of the widget. */
function nodes() {
  const walker = root() && document.createTreeWalker(root(), NodeFilter.SHOW_ALL);
  let count = 0;
  while (walker?.nextNode()) count += 1;
  return count;
}

/** Whether every message can be found in the page. */
const whole = (count) => {
  const text = log.textContent;
  let found = 0;
  for (let number = 0; number < count; number += 1) found += text.includes(`Message ${number}:`);
  return found;
};
