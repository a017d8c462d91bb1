// All of an open window: the widget in the place of the form's first face, and what element and commands call. Comes with the
// wasm; what is there before it is in window.js.

import { write } from "./api/composer.js";
import { badge } from "./badge.js";
import { ENGLISH } from "./english.js";
import { isOn, sending } from "./own.js";

/** The rules of style/talk.css, which the build puts in the place of their name. */
const styles = new CSSStyleSheet();
styles.replaceSync(TALK_CSS);

/**
 * Draws the widget into the room that `open` of window.js has made. `mount` is the wasm's.
 * Returns the wasm's `widget`, the `form` and the `context`, and what element and commands call: `show()`, `hide()`, `refit()`,
 * `speak()`, `begin()`, `free()`.
 */
export async function complete(room, mount) {
  const { element, launcher, dialog, hooks, own, context, extra, complain, survive, form, face, place, takesFocus } = room;
  // Before those of the extras.
  element.shadowRoot.adoptedStyleSheets.splice(2, 0, styles);
  /** The value of `gms_user`; empty for none. */
  context.user = () => userOf(context);
  const debug = () => hooks.debug().catch(complain);
  const page = { element, emit: hooks.emit, widget: () => widget };
  let attaching;
  /** Gives the window its session, whose code comes after it. What cannot be fetched, the next call tries again. */
  const attach = (how) => (attaching ??= room.session(how).then(() => room.isGone || widget.attach()).catch((error) => {
    attaching = null;
    throw error;
  }));
  /** Likewise, where a chat cannot start without it. The form stays, with all that is in it. */
  const attached = () => attach().catch((error) => {
    const code = "load_failed";
    const hint = "check that the page may fetch the files beside gms-chat.js";
    console.error("gms-chat", code, error, "To mend it:", hint);
    if (!room.isGone) widget.fail();
    hooks.emit("error", { code, message: String(error), hint });
    throw Object.assign(error, { code, hint });
  });
  /** What a chat starts with: what is given, what the page knows only now, what a command says. Nothing when it is vetoed. */
  const begun = async (sent, more = []) => {
    await attached();
    if (room.isGone || !hooks.emit("beforestart", {})) return;
    const data = own("data");
    const found = typeof data == "function" ? await hooks.api().then((api) => api.gather(page, data)) : [];
    return (context.sent = placed(new Map([...sent, ...found, ...more])));
  };
  const { draw, remove } = badge(element, launcher, hooks.news);
  /** A sound is made by one tab, and not where the visitor looks at another. */
  const news = async (target, [unread, rings]) => {
    const { survival } = room;
    const isQuiet = rings && (survival?.isFollowing || (await survival?.isSeenElsewhere()));
    extra("news", target, [isQuiet ? element.unread : unread, rings && !isQuiet]);
  };
  const english = [...room.first, ...ENGLISH];
  const widget = mount(dialog, options(room), {
    ...hooks,
    extra: (name, ...more) => (name == "news" ? news(...more) : extra(name, ...more)),
    post: (text) => room.survival?.post(text),
    part: (yields) => room.survival?.part(yields),
    unread: draw,
    say: (key) => context.sentences[key] ?? english[key],
    count: (key, number) => {
      const form = context.category(dialog.lang, number);
      const [one, other] = english[key];
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
      const isStopped = !hooks.emit("beforesend", sending(own, text));
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
      const state = name == "statechange" && detail.state;
      if (state) element.state = state;
      if (state == "ended") form.forget();
      if (!room.surviving) survive().then(() => room.survival?.watch(widget));
      const told = room.survival ? room.survival.told(name, detail) : [name, detail];
      const isWelcome = !told || hooks.emit(...told);
      if (state == "idle") showForm();
      return isWelcome;
    },
  });
  if (face) face.give(Boolean(room.survival));
  dialog.typed = null;
  if (isOn(own("debug"))) debug().then((log) => log?.observe(page));
  if (room.survival) {
    widget.attach();
    room.survival.watch(widget);
  }
  const rule = own("availability");
  const end = rule && extra("watch", rule, (...news) => {
    context.news = news;
    widget.set_availability(news[0]);
    context.refill?.();
  });
  /** The visitor comes to a tab, or to a window beside another, that was there before the other one has begun a chat. */
  const look = async () => {
    if (document.hidden || element.state != "idle" || !(await room.isLeft())) return;
    await Promise.all([survive(), attach()]).catch(complain);
    if (!room.isGone) room.survival?.watch(widget);
  };
  const signs = new AbortController();
  for (const sign of ["visibilitychange", "focus"]) addEventListener(sign, look, { signal: signs.signal });
  /** The visitor sees the form: he has opened the window, or wants another chat. */
  const showForm = () => dialog.open && element.state == "idle" && !form.isSkipped && hooks.emit("formshow", {});
  let turn = 0;
  /** Only the last change counts. */
  const speak = async () => {
    const mine = ++turn;
    const texts = await room.sentences();
    if (mine != turn) return;
    Object.assign(context, texts);
    widget.speak(dialog.lang);
  };
  await room.rest();
  /** Whether the dialog was opened before the widget was there. */
  let isEarly = face && face.end();
  // The page may have changed it while the wasm was on its way.
  if (room.tongue() != room.spoken) speak();
  // So may another tab have begun a chat.
  look();
  return {
    widget,
    hide: (by) => {
      if (!dialog.open) return;
      place.hide();
      widget.set_open(false, false);
      room.survival?.turned(false, by);
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
      room.survival?.turned(true, by);
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
      room.isGone = true;
      signs.abort();
      room.survival?.end();
      place.leave();
      remove();
      ++turn;
      end?.then((stop) => stop());
      widget.free();
    },
  };
}

/** What the form sends, as the wasm takes it: values by place, then names and values of the business data. */
function placed(sent) {
  const names = ["first-name", "last-name", "email", "subject", "display-name", "message"];
  const data = [...sent].flatMap(([name, value]) => (name.startsWith("data.") ? [name.slice(5), value] : []));
  return [...names.map((name) => (sent.get(name) ?? "").trim()), ...data];
}

/** Names and values in turn, for the wasm. */
function options({ own, context, known }) {
  const pairs = [...known()].filter(([name]) => name != "data").flat();
  // What is no object is complained of.
  if (typeof own("data") == "string") pairs.push("data", own("data"));
  // The page of another sub-domain would be another user; polling needs none.
  if (isPolledFor(own)) pairs.push("delivery", "poll");
  return [...pairs, "user-id", context.user(), "language", context.language()];
}

/**
 * The value of `gms_user`, empty for none: what the page says, or a name that nobody can guess. The next page makes the
 * same of the same seed; it is stored nowhere.
 */
function userOf({ own, seed }) {
  const given = wanted(own);
  if (given != "auto") return given == "none" ? "" : given;
  if (own("delivery") == "poll" || isPolledFor(own)) return "";
  return Array.from(seed, (part) => (Math.imul(part, 0x9e3779b1) >>> 0).toString(16).padStart(8, 0)).join("");
}

/** Whether a chat is polled so that another sub-domain can go on with it. */
const isPolledFor = (own) => own("persist") == "cookie" && own("delivery") != "cometd" && wanted(own) == "auto";

/** What the page says about `gms_user`. */
const wanted = (own) => String(own("user-id") ?? "").trim() || "auto";

/** What is known of a chat, in bits, see `kept.rs`. */
const marks = (widget) => JSON.parse((widget.keep(0, 0)?.split("\n")[2] ?? "[0") + "]")[1];
