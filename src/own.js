// What the page wants of an element, however it says so.

export const kebab = (name) => name.replace(/[A-Z]/g, (letter) => "-" + letter.toLowerCase());

/** Whether an option is on: an attribute without a value is. */
export const isOn = (value) => value === "" || value === true || value == "on";

/** An option by its name as an attribute: a property of the element, a member of its `options`, or the attribute. */
export function own(element, name) {
  const camel = name.replace(/-./g, (dash) => dash[1].toUpperCase());
  const given = element[camel] ?? element.options?.[camel] ?? element.options?.[name] ?? element.getAttribute(name);
  try {
    return JSON.parse(given);
  } catch {
    return given;
  }
}
