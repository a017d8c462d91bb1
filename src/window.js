// What an open window needs besides the wasm: the page's options and sentences, the form.

import { write } from "./api/composer.js";
import { ENGLISH } from "./english.js";
import { Form, category, make } from "./form.js";
import { badge, stand } from "./frame.js";
import { isOn, kebab, own as ownOf } from "./own.js";

/**
 * Puts a window into `dialog`, beside its `launcher`. `language()` is the address of its sentences, if they are not
 * English; `hooks` is what the wasm calls, `emit` and `minimise`, and `news`, which names the launcher, `extras`,
 * `api` and `survive`, which fetch those. Returns the wasm's `widget`, the `form` and the `context`, and what element and
 * commands call: `show()`, `hide()`, `refit()`, `speak()`, `begin()`, `free()`.
 */
export async function open(element, launcher, dialog, mount, language, hooks) {
  const own = (name) => ownOf(element, name);
  const complain = (error) => console.warn("gms-chat", error);
  const extra = (name, ...more) => hooks.extras().then((extras) => extras[name](...more, context)).catch(complain);
  /** What the extras know: options, sentences by name, what was found out about business hours. */
  const context = {
    own,
    element,
    extra,
    category,
    emit: hooks.emit,
    news: [],
    language: () => dialog.lang,
    /** What `gms_user` is made of. */
    seed: crypto.getRandomValues(new Uint32Array(4)),
  };
  let survival;
  let isSurviving;
  /** Keeps the chat for the next page from the first sign of one on. */
  const survive = () => (isSurviving ??= hooks.survive().then(({ Survival }) => {
    survival = new Survival(context, dialog);
  }, complain));
  if (isLeft(own)) await survive();
  const form = await formOf(context, hooks);
  const page = { element, emit: hooks.emit, widget: () => widget };
  /** What a chat starts with: what is given, what the page knows only now, what a command says. Nothing when it is vetoed. */
  const begun = async (sent, more = []) => {
    if (!hooks.emit("beforestart", {})) return;
    const data = own("data");
    const found = typeof data == "function" ? await hooks.api().then((api) => api.gather(page, data)) : [];
    return (context.sent = placed(new Map([...sent, ...found, ...more])));
  };
  const given = await options(element, own, language(), context);
  const { draw, remove } = badge(element, launcher, hooks.news);
  const widget = mount(dialog, given, {
    ...hooks,
    extra,
    unread: draw,
    say: (key) => context.sentences[key] ?? ENGLISH[key],
    count: (key, number) => {
      const form = category(dialog.lang, number);
      const [one, other] = ENGLISH[key];
      const forms = { one, other, ...context.sentences[key] };
      return (forms[form] ?? forms.other).replace("{count}", number);
    },
    form: (root) => form.draw(root, context.texts),
    submit: async () => {
      const sent = await form.submit();
      return sent && begun(sent);
    },
    /** Whether the page looks at a message first. Where its look cannot be fetched, nothing passes unseen. */
    hold: (text) => {
      const isHeld = own("before-send") || own("mask");
      const back = (error) => complain(error, write(element, text));
      if (isHeld) hooks.api().then((api) => api.hold(page, text)).catch(back);
      return Boolean(isHeld);
    },
    /** A promise of the page's own headers on a request, if it wants any. */
    dress: (request, refresh) => {
      if (own("headers") || isOn(own("debug"))) return hooks.api().then((api) => api.dress(page, request, refresh));
    },
    answered: (...answer) => hooks.api().then((api) => api.answered(page, ...answer)),
    emit: (name, detail) => {
      if (name == "statechange") element.state = detail.state;
      if (name == "statechange" && detail.state == "ended") form.forget();
      if (!isSurviving) survive().then(() => survival?.watch(widget));
      const told = survival ? survival.told(name, detail) : [name, detail];
      return !told || hooks.emit(...told);
    },
  });
  if (isOn(own("debug"))) hooks.api().then((api) => api.observe(page)).catch(complain);
  survival?.watch(widget);
  const rule = own("availability");
  const end = rule && extra("watch", rule, (...news) => {
    context.news = news;
    widget.set_availability(news[0]);
    context.refill?.();
  });
  const { show, hide, leave } = stand(element, launcher, dialog, (signal) => extra("fit", dialog, signal));
  let turn = 0;
  return {
    widget,
    hide: () => {
      hide();
      widget.set_open(false, false);
    },
    refit: () => show(true),
    form,
    context,
    begin: (more) => begun(form.sent(), more),
    show: async (takesFocus) => {
      show();
      widget.set_open(true, takesFocus && !matchMedia("(pointer: coarse)").matches);
      const given = form.isSkipped && element.state == "idle" && (await begun(form.sent()));
      if (given) widget.start(given);
    },
    /** Only the last change counts. */
    speak: async () => {
      const mine = ++turn;
      const texts = await sentences(own, language(), extra);
      if (mine != turn) return;
      Object.assign(context, texts);
      widget.speak(dialog.lang);
    },
    free: () => {
      // What is left for the next window is how this one stands.
      survival?.end();
      leave();
      remove();
      ++turn;
      end?.then((stop) => stop());
      widget.free();
    },
  };
}

/** The page's form; where that is none, the usual one and a word to the developer. */
async function formOf({ own, element }, { extras, emit }) {
  const data = own("data");
  const members = Object.entries(typeof data == "object" ? (data ?? {}) : {});
  const text = (value) => (typeof value == "object" ? JSON.stringify(value) : String(value));
  const given = new Map([...known(element), ...members.map(([name, value]) => ["data." + name, text(value)])]);
  try {
    if (own("fields") || own("field-map")) {
      const { adopt, fields } = await extras();
      adopt(element.shadowRoot);
      return fields({ Form, make }, own, given);
    }
  } catch (error) {
    console.error("gms-chat", error);
    emit("error", { code: "bad_config", message: error.message });
  }
  return new Form(own, given);
}

/** What the form sends, as the wasm takes it: values by place, then names and values of the business data. */
function placed(sent) {
  const names = ["first-name", "last-name", "email", "subject", "display-name", "message"];
  const data = [...sent].flatMap(([name, value]) => (name.startsWith("data.") ? [name.slice(5), value] : []));
  return [...names.map((name) => (sent.get(name) ?? "").trim()), ...data];
}

/** Attributes, then the property `options`, by their names as attributes. */
function* known(element) {
  for (const { name, value } of element.attributes) yield [name, value];
  for (const name in element.options) yield [kebab(name), String(element.options[name])];
}

/** Names and values in turn, for the wasm. */
async function options(element, own, file, context) {
  const pairs = [...known(element)].filter(([name]) => name != "data").flat();
  // What is no object is complained of.
  if (typeof own("data") == "string") pairs.push("data", own("data"));
  Object.assign(context, await sentences(own, file, context.extra));
  const isInvented = /^\s*(auto)?\s*$/.test(own("user-id") ?? "");
  // The page of another sub-domain would be another user; polling needs none.
  if (isInvented && own("persist") == "cookie" && own("delivery") != "cometd") pairs.push("delivery", "poll");
  else if (isInvented && own("delivery") != "poll") pairs.push("user-id", user(context));
  return [...pairs, "language", context.language()];
}

/** A name for `gms_user` that nobody can guess. The next page makes the same of the same seed; it is stored nowhere. */
function user({ seed }) {
  return Array.from(seed, (part) => (Math.imul(part, 0x9e3779b1) >>> 0).toString(16).padStart(8, 0)).join("");
}

/** Whether another page may have left a chat. */
function isLeft(own) {
  try {
    return sessionStorage["gms-chat:" + own("endpoint")] || (own("persist") == "cookie" && /gms-chat/.test(document.cookie));
  } catch {
    return false;
  }
}

/** Other sentences than the English ones, those of the language, then those of the page: by name and by key. */
async function sentences(own, file, extra) {
  const messages = own("messages");
  return ((file || messages) && (await extra("texts", file, messages))) || { texts: {}, sentences: [] };
}
