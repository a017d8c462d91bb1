// Finds links, e-mail addresses and telephone numbers in a message, and the small Markdown where the page wants it.
// A text becomes tokens, tokens become nodes; there is no markup in between.

/** Characters that turn the direction of what follows: an address that holds one is not what it seems. */
const TURNS = "\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069";
const URL_END = `[^\\s<>"${TURNS}]+`;
/** Each kind by its name. No alternative may begin inside a word or look far ahead: long texts stay cheap. */
const FINDS = [
  `(?<url>(?<![\\w@])https?://${URL_END}|(?<![\\w@./-])www\\.${URL_END})`,
  "(?<mail>(?<![\\w.+-])[\\w.+-]{1,64}@(?:[a-z\\d-]{1,63}\\.){1,8}[a-z]{2,24}(?![\\w@-]))",
  "(?<tel>(?<![\\w+.,/-])(?:(?:\\+|00)[1-9][\\d ()/.-]{5,20}\\d|0[\\d ()/-]{5,18}\\d|\\(?\\d{3}\\)?[ -]\\d{3}-\\d{4})(?![\\w-]))",
];
const MARKS = [
  "`(?<code>[^`\\n]{1,2000})`",
  "\\[(?<label>[^\\[\\]\\n]{1,500})\\]\\((?<target>[^\\s()]{1,1000}(?:\\([^\\s()]{0,200}\\)[^\\s()]{0,1000})?)\\)",
  "(?<!\\w)(?:\\*\\*(?<bold>[^*\\s](?:[^*\\n]{0,1000}[^*\\s])?)\\*\\*|__(?<bold2>[^_\\s](?:[^_\\n]{0,1000}[^_\\s])?)__)(?!\\w)",
  "(?<![\\w*])\\*(?<italic>[^*\\s](?:[^*\\n]{0,1000}[^*\\s])?)\\*(?![\\w*])",
  "(?<![\\w_])_(?<italic2>[^_\\s](?:[^_\\n]{0,1000}[^_\\s])?)_(?![\\w_])",
];
const PLAIN = new RegExp(FINDS.join("|"), "giu");
const MARKED = new RegExp([...MARKS.slice(0, 2), ...FINDS, ...MARKS.slice(2)].join("|"), "giu");
const ITEM = /^(?:[-*•]|(\d{1,3})[.)])\s+(.*)$/u;
/** What ends a sentence rather than an address. */
const ENDS = ".,;:!?'\"»”’…。、，！？*_~";
const DATE = /^\d{1,2}[-/]\d{1,2}[-/]\d{2,4}$/;

/** Every find holds this; most messages do not, and looking for it costs next to nothing. */
const HINT = /@|:\/\/|www\.|\d[\d ()/.-]{4,}\d/i;

/** The tokens of a text: strings, and `[name, children or text, href, host]` for what is more. */
export const parse = (text, markdown) => (markdown ? blocks(text) : HINT.test(text) ? inline(text, PLAIN) : [text]);

function blocks(text) {
  const out = [];
  const open = (name) => (out.at(-1)?.[0] === name && Array.isArray(out.at(-1)) ? out.at(-1) : (out.push([name, []]), out.at(-1)));
  let fence = null;
  const lines = text.split("\n");
  lines.forEach((line, index) => {
    const isFence = line.startsWith("```");
    const item = ITEM.exec(line);
    if (fence && isFence) fence = null;
    else if (fence) fence[1][0] += (fence[1][0] && "\n") + line;
    else if (isFence && lines.indexOf("```", index + 1) > 0) out.push((fence = ["pre", [""]]));
    else if (item) open(item[1] ? "ol" : "ul")[1].push(["li", inline(item[2], MARKED)]);
    else {
      if (typeof out.at(-1) === "string" || /^(?:a|b|i|code)$/.test(out.at(-1)?.[0])) out.push("\n");
      if (line) out.push(...inline(line, MARKED));
      else out.push("");
    }
  });
  return out.filter((token) => token !== "");
}

function inline(text, finds) {
  const out = [];
  // Only the marked kind calls itself, and needs a place of its own then.
  const pattern = finds === PLAIN ? PLAIN : new RegExp(finds);
  pattern.lastIndex = 0;
  let end = 0;
  for (let found; (found = pattern.exec(text));) {
    const [token, length] = read(found.groups, found[0]);
    pattern.lastIndex = found.index + Math.max(length, 1);
    if (!token) continue;
    if (found.index > end) out.push(text.slice(end, found.index));
    out.push(token);
    end = found.index + length;
  }
  if (end < text.length) out.push(text.slice(end));
  return out;
}

/** The token of what was found, if it is one, and how much of the text it takes. */
function read({ url, mail, tel, code, label, target, bold, bold2, italic, italic2 }, all) {
  const length = all.length;
  if (url) return link(trimmed(url), trimmed(url).length);
  if (mail) return [["a", [mail], "mailto:" + mail], length];
  if (tel) return phone(tel);
  if (code) return [["code", [code]], length];
  if (label) return titled(label, target, length);
  const strong = bold ?? bold2;
  return [[strong ? "b" : "i", inline(strong ?? italic ?? italic2, MARKED)], length];
}

function link(text, length) {
  const address = safe(/^www\./i.test(text) ? "https://" + text : text);
  return [address && ["a", [text], address.href, /(?:^|\.)xn--/.test(address.host) ? address.host : ""], length];
}

/** A link with words of its own says where it leads. */
function titled(label, target, length) {
  const address = safe(target, /^(?:https?|mailto|tel):/i);
  return [address && ["a", [label], address.href, label === target ? "" : address.host || address.pathname], length];
}

function phone(text) {
  const digits = text.replace(/\D/g, "");
  const isOne = digits.length > 6 && digits.length < 16 && !DATE.test(text) && (/^[+(]|^00/.test(text) || /[ ()/-]/.test(text));
  return [isOne && ["a", [text], "tel:" + (text.startsWith("+") ? "+" : "") + digits], text.length];
}

/** The address, if its scheme is one that a link may have and it names nobody before an @. */
function safe(text, schemes = /^https?:/i) {
  const address = schemes.test(text) && urlOf(text);
  if (!address) return null;
  const isWeb = address.protocol.startsWith("http");
  return address.username || address.password || (isWeb && !/[\w\])]$/u.test(address.hostname)) ? null : address;
}

function urlOf(text) {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** Without the punctuation of the sentence around it, and without a bracket that was opened before it. */
function trimmed(url) {
  const count = (character) => url.split(character).length;
  const opened = { ")": count("("), "]": count("["), "}": count("{") };
  const closed = { ")": count(")"), "]": count("]"), "}": count("}") };
  let end = url.length;
  for (; end; end -= 1) {
    const last = url[end - 1];
    if (ENDS.includes(last)) continue;
    if (!(closed[last] > opened[last])) break;
    closed[last] -= 1;
  }
  return url.slice(0, end);
}

function node(token) {
  if (typeof token === "string") return document.createTextNode(token);
  const [name, children, href, host] = token;
  const made = document.createElement(name);
  made.append(...children.map(node));
  if (!href) return made;
  made.href = href;
  if (/^https?:/.test(href)) Object.assign(made, { target: "_blank", rel: "noopener noreferrer" });
  if (!host) return made;
  const both = document.createElement("span");
  const real = document.createElement("bdi");
  real.className = "real";
  real.textContent = ` (${host})`;
  both.append(made, real);
  return both;
}

/** Makes a drawn message all that it can be: `at` is when it was said, in milliseconds since 1970. */
export function dress(row, at) {
  const bubble = row.querySelector(".bubble");
  const time = row.querySelector("time");
  if (time && at) time.dateTime = new Date(at).toISOString();
  const tokens = parse(bubble.textContent, row.closest("[data-markdown]"));
  if (tokens.some((token) => typeof token !== "string")) bubble.replaceChildren(...tokens.map(node));
}
