// The transcript for the visitor to keep: as a text file, as a web page, in the clipboard, on paper.
// Each is made in the browser from what was shown; nothing is asked of anybody.

import { copied } from "./copy.js";

const STYLES = `body{max-width:44em;margin:2em auto;padding:0 1em;font:16px/1.5 system-ui,sans-serif;color:#1b2230}
h1{font-size:1.3em}dl{margin:0}dt{margin-top:1em;font-weight:600}dt time{color:#586274;font-weight:400}
dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:plaintext}.aside{margin-top:1em;color:#586274}`;

/** How dates and times are written, in the language of the window. */
function clock(lang) {
  const write = (options) => new Intl.DateTimeFormat(lang || undefined, options);
  const day = write({ dateStyle: "full" });
  const time = write({ hour: "numeric", minute: "2-digit" });
  return { day: (at) => (at ? day.format(at) : ""), time: (at) => (at ? time.format(at) : "") };
}

/** Lines `[name, at, text]` as plain text; a line about the conversation has no name. */
export function asText({ title, lang, lines }) {
  const { day, time } = clock(lang);
  const out = [title];
  let today = "";
  for (const [name, at, text] of lines) {
    if (at && day(at) !== today) out.push("", (today = day(at)), "");
    const said = name ? `${name}: ${text}` : `— ${text} —`;
    out.push((at && name ? `[${time(at)}] ` : "") + said.replaceAll("\n", "\n    "));
  }
  return out.join("\n") + "\n";
}

/** The same as elements of `page`, ready to be shown or written down. */
function fill(page, { title, lang, dir, lines }) {
  const { day, time } = clock(lang);
  const make = (name, text, ...children) => {
    const made = page.createElement(name);
    made.append(text, ...children);
    return made;
  };
  const said = page.createElement("dl");
  let before = "";
  let today = "";
  for (const [name, at, text] of lines) {
    if (at && day(at) !== today) {
      said.append(make("dt", (today = day(at))));
      before = "";
    }
    if (!name) {
      const aside = make("dd", text);
      aside.className = "aside";
      said.append(aside);
    } else {
      const speaker = name + time(at);
      if (speaker !== before) said.append(make("dt", name + " ", make("time", time(at))));
      said.append(make("dd", text));
    }
    before = name ? name + time(at) : "";
  }
  page.documentElement.lang = lang;
  page.documentElement.dir = dir;
  page.title = title;
  page.body.replaceChildren(make("h1", title), said);
}

/** A page of its own, escaped by the browser's own serializer; it may load and run nothing. */
export function asHtml(story) {
  const page = document.implementation.createHTMLDocument("");
  fill(page, story);
  const policy = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">";
  const head = `<meta charset="utf-8">${policy}<style>${STYLES}</style>`;
  const html = new XMLSerializer().serializeToString(page.documentElement);
  return "<!doctype html>\n" + html.replace("<head>", () => "<head>" + head);
}

function save(root, name, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: type + ";charset=utf-8" }));
  link.download = name;
  root.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Prints from a frame of its own: the host page's styles and contents stay off the paper. */
function print(root, story) {
  root.querySelector("iframe")?.remove();
  const frame = document.createElement("iframe");
  frame.className = "unseen";
  frame.title = story.title;
  frame.setAttribute("aria-hidden", true);
  frame.tabIndex = -1;
  root.append(frame);
  const { contentWindow: view, contentDocument: page } = frame;
  fill(page, story);
  const sheet = new view.CSSStyleSheet();
  sheet.replaceSync(STYLES);
  page.adoptedStyleSheets = [sheet];
  view.addEventListener("afterprint", () => frame.remove());
  view.focus();
  view.print();
}

/** Does what the button stands for; the button says that it is done where nothing else shows it. */
export async function keep(button, [way, title, done, lines]) {
  const panel = button.closest(".panel");
  const { direction: dir } = getComputedStyle(panel);
  const lang = (panel.closest("[lang]") ?? panel.getRootNode().host.closest("[lang]"))?.lang ?? "";
  const story = { title, lang, dir, lines };
  const name = "chat-" + new Date().toISOString().slice(0, 10);
  if (way === "text") save(panel, name + ".txt", "text/plain", asText(story));
  else if (way === "html") save(panel, name + ".html", "text/html", asHtml(story));
  else if (way === "print") print(panel, story);
  else if (await copied(asText(story))) button.textContent = done;
}
