// Elements, built from text nodes alone: nothing that a visitor writes is ever read as HTML.

/** An element with properties, attributes (names with a dash), listeners (`onclick`) and children. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === false) continue;
    if (name.includes("-") || name === "role") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

export const byId = (id) => document.getElementById(id);

/** Replaces what is in an element, but keeps the focus on the child with the same `data-key`. */
export function fill(element, ...children) {
  const focused = element.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  element.replaceChildren(...children.flat(Infinity).filter(Boolean));
  if (focused) {
    const again = [...element.querySelectorAll("[data-key]")].find((child) => child.dataset.key === focused);
    again?.focus();
  }
}

/** `75_000` ms as `1:15`. */
export function clock(millis) {
  const seconds = Math.max(0, Math.ceil(millis / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Asks for a text, or for a yes when no label is given; resolves to `null` when cancelled. */
export function ask({ title, label, yes, type = "text", value = "" }) {
  const dialog = byId("ask");
  const input = byId("ask-input");
  byId("ask-title").textContent = title;
  byId("ask-yes").textContent = yes;
  byId("ask-label").hidden = !label;
  byId("ask-label").firstElementChild.textContent = label ?? "";
  Object.assign(input, { type, value, required: Boolean(label), disabled: !label });
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes" ? input.value : null), { once: true });
  });
}

/** Says something to people who listen to the page. */
export function announce(text) {
  byId("announcer").textContent = text;
}
