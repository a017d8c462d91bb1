// What has been chosen, kept in the address so that a link shows the same to somebody else.

const PREFIX = "--";

/** `{ attributes, properties }` out of the part of an address behind `#`. */
export function read(hash) {
  const attributes = {};
  const properties = {};
  for (const [name, value] of new URLSearchParams(hash.replace(/^#/, ""))) {
    if (name.startsWith(PREFIX)) properties[name.slice(PREFIX.length)] = value;
    else attributes[name] = value;
  }
  return { attributes, properties };
}

/** The other way round; empty without choices. */
export function write({ attributes, properties }) {
  const all = new URLSearchParams(attributes);
  for (const name in properties) all.append(PREFIX + name, properties[name]);
  return String(all);
}
