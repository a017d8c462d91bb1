// What the page wants of an element, however it says so.

export const kebab = (name) => name.replace(/[A-Z]/g, (letter) => "-" + letter.toLowerCase());

/** Whether an option is on: an attribute without a value is. */
export const isOn = (value) => value === "" || value === true || value == "on";

export const camel = (name) => name.replace(/-./g, (dash) => dash[1].toUpperCase());

/** What is told of a message that is about to be sent; `own(name)` is an option. */
export const sending = (own, text) => ({ length: [...text].length, ...(isOn(own("expose-text")) && { text }) });

/** An option by its name as an attribute: a member of `options` of the element, its property, or the attribute. */
export function own(element, name) {
  const property = camel(name);
  const { options } = element;
  const given = options?.[property] ?? options?.[name] ?? element[property] ?? element.getAttribute(name);
  // Most are plain words, and an exception costs a slow phone more than a look.
  if (typeof given != "string" || !/^\s*([[{"\d-]|(true|false|null)\s*$)/.test(given)) return given;
  try {
    return JSON.parse(given);
  } catch {
    return given;
  }
}
