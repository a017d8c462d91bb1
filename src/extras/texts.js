// Other sentences than the English ones: those of a language, and those of the page.

import { NAMES } from "./names.js";

/** What was read, by address: a language that was spoken once can be spoken without a network. */
const known = {};

/** The file's sentences, then the page's over them: by name, with a full stop between members of members, and by key. */
export async function texts(file, messages) {
  const read = async (address) => {
    const response = await fetch(address);
    if (!response.ok) throw Error(response.status + " " + response.url);
    return (known[address] = await response.json());
  };
  // What cannot be read is said in English.
  const part = (address) => address && (known[address] ?? read(address).catch((error) => console.warn("gms-chat: messages:", error)));
  const all = {};
  const collect = (name, value) => {
    if (typeof value == "string") all[name] = value;
    else for (const key in value) collect(name ? name + "." + key : key, value[key]);
  };
  const parts = [part(file), typeof messages == "string" ? part(messages) : messages];
  for (const sentences of await Promise.all(parts)) if (typeof sentences == "object") collect("", sentences);
  return { texts: all, sentences: NAMES.map((name) => sentence(all, name)) };
}

/** The sentence of a name; the forms of one that depends on a number. */
function sentence(all, name) {
  const [, stem] = /^(.*\.)other$/.exec(name) ?? [];
  if (!stem) return all[name];
  const forms = {};
  for (const form of ["zero", "one", "two", "few", "many", "other"]) if (stem + form in all) forms[form] = all[stem + form];
  // A language without a form for one has but the general one.
  if (forms.other) forms.one ??= forms.other;
  return forms;
}
