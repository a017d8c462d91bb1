// The floor: the least that is a chat widget, by hand and without a library. With data-window="N" its list keeps
// N rows in the page and draws older ones when somebody scrolls up.
"use strict";
{
  const keep = Number(document.currentScript.dataset.window ?? Infinity);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    .launcher, .window { position: fixed; right: 20px; bottom: 20px; font: 15px/1.45 system-ui, sans-serif; }
    .launcher { width: 60px; height: 60px; border: 0; border-radius: 50%; background: #2355d8; color: #fff; }
    .window { bottom: 96px; width: 390px; height: 660px; border: 1px solid #e3e7ee; border-radius: 20px;
      display: flex; flex-direction: column; background: #fff; overflow: hidden; }
    .window[hidden] { display: none; }
    header { padding: 14px 20px; border-bottom: 1px solid #e3e7ee; font-weight: 650; }
    form { padding: 20px; display: grid; gap: 12px; }
    input, textarea { font: inherit; padding: 10px; border: 1px solid #858fa2; border-radius: 10px; }
    .scroll { flex: 1; overflow: auto; padding: 16px; }
    .row { margin-top: 8px; }
    .name, time { color: #586274; font-size: 13px; margin-right: 6px; }
    .bubble { background: #f0f2f7; border-radius: 18px; padding: 9px 14px; width: fit-content; max-width: 86%;
      overflow-wrap: anywhere; white-space: pre-wrap; }`);

  const make = (name, props = {}, ...children) => {
    const made = Object.assign(document.createElement(name), props);
    made.append(...children);
    return made;
  };
  const clock = new Intl.DateTimeFormat([], { hour: "numeric", minute: "2-digit" });
  const all = [];
  let top = 0;

  const row = ([, name, text, seconds]) =>
    make("div", { className: "row" },
      make("span", { className: "name", textContent: name }),
      make("time", { textContent: clock.format(started + seconds * 1000) }),
      make("div", { className: "bubble", textContent: text }));

  const pages = make("div", { className: "pages" });
  const scroll = make("div", { className: "scroll", hidden: true }, pages);
  const composer = make("textarea", { rows: 1, hidden: true, placeholder: "Write a message…" });
  let started = 0;

  function append(event) {
    const isAtEnd = scroll.scrollTop + scroll.clientHeight >= scroll.scrollHeight - 80;
    all.push(event);
    pages.append(row(event));
    if (pages.children.length > keep && isAtEnd) {
      pages.firstChild.remove();
      top += 1;
    }
    if (isAtEnd) scroll.scrollTop = scroll.scrollHeight;
  }

  scroll.addEventListener("scroll", () => {
    if (scroll.scrollTop > 200 || top === 0) return;
    const first = Math.max(0, top - 50);
    pages.prepend(...all.slice(first, top).map(row));
    top = first;
  });

  const post = async (path, body) => (await fetch("/genesys" + path, { method: "POST", body })).json();

  async function start(event) {
    event.preventDefault();
    const values = new URLSearchParams(new FormData(form));
    const { _id: service } = await post("/1/service/request-chat", values);
    const chat = await post(`/1/service/${service}/ixn/chat`, values);
    started = Date.parse(chat.startedAt);
    form.hidden = true;
    form.style.display = "none";
    scroll.hidden = composer.hidden = false;
    composer.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      post(`/1/service/${service}/ixn/chat/send`, new URLSearchParams({ message: composer.value }));
      composer.value = "";
    });
    for (let id = 1; ; id += 1) {
      const messages = await post("/cometd/connect", JSON.stringify([{ channel: "/meta/connect", id, clientId: "c1" }]));
      for (const { data } of messages) for (const event of data?.message.transcriptToShow ?? []) append(event);
    }
  }

  const form = make("form", { onsubmit: start },
    ...["First name", "Last name", "E-mail"].map((label) => make("input", { name: label, placeholder: label })),
    make("input", { id: "subject", name: "subject", placeholder: "How can we help?" }),
    make("button", { type: "submit", textContent: "Start chat" }));
  const panel = make("div", { className: "window", hidden: true }, make("header", { textContent: "Chat with us" }), form, scroll, composer);
  const launcher = make("button", { className: "launcher", textContent: "Chat", onclick: () => (panel.hidden = !panel.hidden) });
  const host = make("div", { id: "widget" });
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  root.append(launcher, panel);
  document.body.append(host);
}
