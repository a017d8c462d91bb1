// Elements from options: making one, and giving one others.

import { camel, kebab } from "../own.js";
import { fail } from "./fail.js";

const TAG = "gms-chat";

/** Gives an element options: by its properties where it has them, else by attributes; nothing takes an option away. */
export function set(element, options) {
  for (const name in options) {
    const value = options[name];
    if (!(camel(name) in element)) console.warn("gms-chat: there is no option `" + name + "`");
    const { [name]: _, ...others } = element.options ?? {};
    element.options = others;
    if (name in element) element[name] = value;
    else if (value == null) element.removeAttribute(kebab(name));
    else element.setAttribute(kebab(name), value);
  }
}

/** Makes an element, or finds the one for this endpoint and gives it the options. */
export async function init({ target, ...options } = {}) {
  const { endpoint } = options;
  if (!endpoint) throw fail("bad_config", "`endpoint` is missing", "give the address of GMS up to /genesys");
  if (!document.body) await new Promise((done) => document.addEventListener("DOMContentLoaded", done));
  const known = [...document.querySelectorAll(TAG)].find((other) => other.getAttribute("endpoint") == endpoint);
  const element = known ?? document.createElement(TAG);
  set(element, options);
  if (known) return known;
  const place = typeof target == "string" ? document.querySelector(target) : target;
  if (target && !place) throw fail("bad_config", "`target` names no element of the page");
  (place ?? document.body).append(element);
  return element;
}
