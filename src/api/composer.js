// The place where the visitor writes, as the page reaches it.

export const composer = (element) => element.shadowRoot.querySelector("textarea[part~=input]");

/** Puts a text there, over what was; `false` while there is no such place. */
export function write(element, text) {
  const place = composer(element);
  if (!place) return false;
  place.value = text;
  return place.dispatchEvent(new InputEvent("input", { bubbles: true }));
}
