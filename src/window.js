// What an open window needs besides the wasm: the page's options and sentences, the form.

import { write } from "./api/composer.js";
import { early } from "./early.js";
import { ENGLISH } from "./english.js";
import { Form, category, make } from "./form.js";
import { badge, frame, stand } from "./frame.js";
import { isOn, kebab, own as ownOf, sending } from "./own.js";

/**
 * Puts a window beside its `launcher`. `core` promises what the wasm has: `mount`, and `session`, which fetches the code of its
 * session; until then the visitor has the form, see `early.js`. `hooks` is what the loader lends: what the wasm calls, `emit` and
 * `minimise`, and `news`, which names the launcher, `language`, which tells the language and the address of its sentences if it
 * is not English, `extras`, `api`, `survive` and `debug`, which fetch those; and `how` the window is to be opened or closed: `by`
 * whom, and whether it takes the `focus`. `allowed` is refused where the page allows no WebAssembly.
 * Returns the wasm's `widget`, the `form` and the `context`, and what element and commands call: `show()`, `hide()`, `refit()`,
 * `speak()`, `begin()`, `free()`.
 */
export async function open(element, launcher, core, hooks, allowed) {
  await demand(allowed);
  const own = (name) => ownOf(element, name);
  const dialog = frame(launcher);
  // A window that gives way to another one leaves the dialog to it.
  dialog.oncancel = (event) => {
    event.preventDefault();
    hooks.minimise();
  };
  /** The address of the sentences; the dialog says which language they are. */
  const language = () => {
    const [tag, address] = hooks.language();
    dialog.lang = tag || (own("messages") && element.closest("[lang]")?.lang) || "en";
    dialog.dir = launcher.dir;
    return address;
  };
  /** What the window speaks, as far as it can be compared. */
  const tongue = () => [hooks.language()[0], element.closest("[lang]")?.lang, own("messages")].join();
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
    /** The value of `gms_user`; empty for none. */
    user: () => userOf(context),
  };
  const debug = () => hooks.debug().catch(complain);
  let survival;
  let isSurviving;
  let isGone;
  /** Keeps the chat for the next page from the first sign of one on. */
  const survive = () => (isSurviving ??= hooks.survive().then(({ Survival }) => {
    if (!isGone) survival = new Survival(context, dialog);
  }, complain));
  const session = async (how) => (await core).session?.(how);
  const left = isLeft(own);
  /** Goes on with a chat that is there. */
  const goOn = async () => (await left) && Promise.all([survive(), session()]);
  const form = await formOf(context, hooks);
  // Who presses comes after the loader has looked for one: most likely the lock is free, and its answer is long in coming.
  if (isKept(own) || hooks.how?.by != "user") await goOn();
  // What was written into a form that never got its widget.
  form.retype(dialog.typed ?? []);
  const page = { element, emit: hooks.emit, widget: () => widget };
  let attaching;
  /** Gives the window its session, whose code comes after it. What cannot be fetched, the next call tries again. */
  const attach = (how) => (attaching ??= session(how).then(() => isGone || widget.attach()).catch((error) => {
    attaching = null;
    throw error;
  }));
  /** Likewise, where a chat cannot start without it. The form stays, with all that is in it. */
  const attached = () => attach().catch((error) => {
    const code = "load_failed";
    const hint = "check that the page may fetch the files beside gms-chat.js";
    console.error("gms-chat", code, error, "To mend it:", hint);
    if (!isGone) widget.fail();
    hooks.emit("error", { code, message: String(error), hint });
    throw Object.assign(error, { code, hint });
  });
  /** What a chat starts with: what is given, what the page knows only now, what a command says. Nothing when it is vetoed. */
  const begun = async (sent, more = []) => {
    await attached();
    if (isGone || !hooks.emit("beforestart", {})) return;
    const data = own("data");
    const found = typeof data == "function" ? await hooks.api().then((api) => api.gather(page, data)) : [];
    return (context.sent = placed(new Map([...sent, ...found, ...more])));
  };
  const spoken = tongue();
  Object.assign(context, await sentences(own, language(), extra));
  const { draw, remove } = badge(element, launcher, hooks.news);
  /** A sound is made by one tab, and not where the visitor looks at another. */
  const news = async (target, [unread, rings]) => {
    const isQuiet = rings && (survival?.isFollowing || (await survival?.isSeenElsewhere()));
    extra("news", target, [isQuiet ? element.unread : unread, rings && !isQuiet]);
  };
  const say = (key) => context.sentences[key] ?? ENGLISH[key];
  const place = stand(element, launcher, dialog, (signal) => core.then(() => signal.aborted || extra("fit", dialog, signal), () => {}));
  /** Whether what the visitor has pressed leads him into the window; on a phone a keyboard would hide it. */
  const takesFocus = (wish) => wish && !matchMedia("(pointer: coarse)").matches;
  // Where the contact centre may be closed, nobody is asked for anything yet.
  const face =
    !survival &&
    !own("availability") &&
    early({
      element,
      dialog,
      form,
      place,
      say,
      rest,
      texts: context.texts,
      takesFocus: () => takesFocus(hooks.how?.focus),
      by: () => ({ by: hooks.how?.by }),
      emit: hooks.emit,
      minimise: hooks.minimise,
    });
  if (face) await face.seen();
  const { mount } = await Promise.all([core, goOn()]).then(([glue]) => glue, (error) => {
    if (face) face.drop();
    dialog.typed = form.typed;
    remove();
    throw error;
  });
  if (face) await face.still();
  const widget = mount(dialog, options(context), {
    ...hooks,
    extra: (name, ...more) => (name == "news" ? news(...more) : extra(name, ...more)),
    post: (text) => survival?.post(text),
    part: (yields) => survival?.part(yields),
    unread: draw,
    say,
    count: (key, number) => {
      const form = category(dialog.lang, number);
      const [one, other] = ENGLISH[key];
      const forms = { one, other, ...context.sentences[key] };
      return (forms[form] ?? forms.other).replace("{count}", number);
    },
    form: (root) => (face && face.fields(root)) || form.draw(root, context.texts),
    submit: async () => {
      const sent = await form.submit();
      if (sent) hooks.emit("formsubmit", isOn(own("expose-text")) ? { values: Object.fromEntries(form.values) } : {});
      else hooks.emit("forminvalid", { fields: form.refused });
      return sent && begun(sent);
    },
    /** Whether the page looks at a message first. Where its look cannot be fetched, nothing passes unseen. */
    hold: (text) => {
      const isStopped = !hooks.emit("beforesend", sending(element, text));
      const isHeld = isStopped || own("before-send") || own("mask");
      const back = (error) => complain(error, write(element, text));
      // The place is emptied now.
      if (isStopped) queueMicrotask(() => write(element, text));
      else if (isHeld) hooks.api().then((api) => api.hold(page, text)).catch(back);
      return Boolean(isHeld);
    },
    /** A promise of the page's own headers on a request, if it wants any. */
    dress: (request, refresh) => {
      const dressed = own("headers") && hooks.api().then((api) => api.dress(page, request, refresh));
      if (!isOn(own("debug"))) return dressed || undefined;
      return Promise.all([debug(), dressed]).then(([log]) => log?.asked(page, request));
    },
    answered: (...answer) => isOn(own("debug")) && debug().then((log) => log?.answered(page, ...answer)),
    emit: (name, detail) => {
      if (name == "sessionstart") detail.delivery = marks(widget) & 1 ? "cometd" : "poll";
      if (name == "statechange") element.state = detail.state;
      if (name == "statechange" && detail.state == "ended") form.forget();
      if (!isSurviving) survive().then(() => survival?.watch(widget));
      const told = survival ? survival.told(name, detail) : [name, detail];
      const isWelcome = !told || hooks.emit(...told);
      if (name == "statechange" && detail.state == "idle") showForm();
      return isWelcome;
    },
  });
  if (face) face.give(Boolean(survival));
  dialog.typed = null;
  if (isOn(own("debug"))) debug().then((log) => log?.observe(page));
  if (survival) {
    widget.attach();
    survival.watch(widget);
  }
  const rule = own("availability");
  const end = rule && extra("watch", rule, (...news) => {
    context.news = news;
    widget.set_availability(news[0]);
    context.refill?.();
  });
  /** The visitor comes to a tab, or to a window beside another, that was there before the other one has begun a chat. */
  const look = async () => {
    if (document.hidden || element.state != "idle" || !(await isLeft(own))) return;
    await Promise.all([survive(), attach()]).catch(complain);
    if (!isGone) survival?.watch(widget);
  };
  const signs = new AbortController();
  for (const sign of ["visibilitychange", "focus"]) addEventListener(sign, look, { signal: signs.signal });
  /** The visitor sees the form: he has opened the window, or wants another chat. */
  const showForm = () => dialog.open && element.state == "idle" && !form.isSkipped && hooks.emit("formshow", {});
  let turn = 0;
  /** Only the last change counts. */
  const speak = async () => {
    const mine = ++turn;
    const texts = await sentences(own, language(), extra);
    if (mine != turn) return;
    Object.assign(context, texts);
    widget.speak(dialog.lang);
  };
  await rest();
  /** Whether the dialog was opened before the widget was there. */
  let isEarly = face && face.end();
  // The page may have changed it while the wasm was on its way.
  if (tongue() != spoken) speak();
  // So may another tab have begun a chat.
  look();
  return {
    widget,
    hide: (by) => {
      if (!dialog.open) return;
      place.hide();
      widget.set_open(false, false);
      survival?.turned(false, by);
      hooks.emit("close", { by });
    },
    refit: () => place.show(true),
    form,
    context,
    begin: (given) => begun(form.sent(given)),
    show: async (wish, by) => {
      const isOpen = dialog.open;
      if (isOpen && !isEarly) return;
      isEarly = false;
      if (!isOpen) place.show();
      widget.set_open(true, !isOpen && takesFocus(wish));
      survival?.turned(true, by);
      if (!isOpen) {
        hooks.emit("open", { by });
        showForm();
      }
      attach({ priority: "low" }).catch(() => {});
      // What went wrong has been told.
      const given = form.isSkipped && element.state == "idle" && (await begun(form.sent()).catch(() => {}));
      if (given) widget.start(given);
    },
    speak,
    free: () => {
      // What is left for the next window is how this one stands.
      isGone = true;
      signs.abort();
      survival?.end();
      place.leave();
      remove();
      ++turn;
      end?.then((stop) => stop());
      widget.free();
    },
  };
}

/** Where the page allows no WebAssembly, nobody is asked for anything. */
const demand = (allowed) => allowed.catch((error) => {
  throw Object.assign(error, { code: "wasm_blocked", hint: "script-src of the page's CSP needs 'wasm-unsafe-eval'" });
});

/** The page comes first, what opens a window is long on a slow phone; browsers without `scheduler.yield` go on at once. */
const rest = async () => globalThis.scheduler?.yield?.();

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

/** Attributes, then the properties `options` and `user`, by their names as attributes. */
function* known(element) {
  for (const { name, value } of element.attributes) yield [name, value];
  for (const more of [element.options, ownOf(element, "user")]) {
    for (const name in Object(more)) yield [kebab(name), String(more[name])];
  }
}

/** Names and values in turn, for the wasm. */
function options(context) {
  const { element, own } = context;
  const pairs = [...known(element)].filter(([name]) => name != "data").flat();
  // What is no object is complained of.
  if (typeof own("data") == "string") pairs.push("data", own("data"));
  // The page of another sub-domain would be another user; polling needs none.
  if (isPolledFor(context)) pairs.push("delivery", "poll");
  pairs.push("user-id", context.user());
  return [...pairs, "language", context.language()];
}

/**
 * The value of `gms_user`, empty for none: what the page says, or a name that nobody can guess. The next page makes the
 * same of the same seed; it is stored nowhere.
 */
function userOf(context) {
  const { own, seed } = context;
  const given = String(own("user-id") ?? "").trim();
  if (given == "none") return "";
  if (given && given != "auto") return given;
  if (own("delivery") == "poll" || isPolledFor(context)) return "";
  return Array.from(seed, (part) => (Math.imul(part, 0x9e3779b1) >>> 0).toString(16).padStart(8, 0)).join("");
}

/** Whether a chat is polled so that another sub-domain can go on with it. */
const isPolledFor = ({ own }) =>
  own("persist") == "cookie" && own("delivery") != "cometd" && /^\s*(auto)?\s*$/.test(own("user-id") ?? "");

/** What is known of a chat, in bits, see `kept.rs`. */
const marks = (widget) => JSON.parse((widget.keep(0, 0)?.split("\n")[2] ?? "[0") + "]")[1];

/** Whether this tab holds what a page has left of a chat, or its site may. */
function isKept(own) {
  try {
    return sessionStorage[lock(own)] || (own("persist") == "cookie" && /gms-chat/.test(document.cookie));
  } catch {}
}

/** Whether another page may have left a chat, or another tab runs one. */
const isLeft = async (own) => isKept(own) || (own("persist") != "none" && isLed(lock(own)).catch(() => false));

const lock = (own) => "gms-chat:" + own("endpoint");

/** Whether a tab of the site has the lock of this name. */
const isLed = async (key) => (await navigator.locks?.query())?.held.some(({ name }) => name == key);

/** Other sentences than the English ones, those of the language, then those of the page: by name and by key. */
async function sentences(own, file, extra) {
  const messages = own("messages");
  return ((file || messages) && (await extra("texts", file, messages))) || { texts: {}, sentences: [] };
}
