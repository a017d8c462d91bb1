// The window before its wasm is there: the page's options and sentences, the form. The rest of it is in whole.js.

import { early } from "./early.js";
import { FIRST } from "./english.js";
import { Form, category, make } from "./form.js";
import { frame, stand } from "./frame.js";
import { kebab, own as ownOf } from "./own.js";

/** The rules of style/window.css, which the build puts in the place of their name. */
const styles = new CSSStyleSheet();
styles.replaceSync(WINDOW_CSS);

/**
 * Puts a window beside its `launcher`. `load()` promises what the wasm has: `mount`, and `session`, which fetches the code of its
 * session; and `complete` of whole.js, which comes with it. Until then the visitor has the form, see early.js. `hooks` is what the
 * loader lends: what the wasm calls, `emit` and `minimise`, and `news`, which names the launcher, `language`, which tells the
 * language and the address of its sentences if it is not English, `extras`, `api`, `survive` and `debug`, which fetch those; and
 * `how` the window is to be opened or closed: `by` whom, and whether it takes the `focus`.
 * Returns what `complete` does.
 */
export async function open(element, launcher, load, hooks) {
  element.shadowRoot.adoptedStyleSheets.splice(1, Infinity, styles);
  const own = (name) => ownOf(element, name);
  const dialog = frame(launcher);
  // A window that gives way to another one leaves the dialog to it.
  dialog.oncancel = (event) => {
    event.preventDefault();
    hooks.minimise();
  };
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
  const session = async (how) => (await load()).session?.(how);
  const left = isLeft(own);
  /** What both halves of the window know. `survival` keeps the chat for the next page, once `survive` was called. */
  const room = {
    element,
    launcher,
    dialog,
    hooks,
    own,
    context,
    extra,
    complain,
    session,
    rest,
    first: FIRST,
    /** The page's knowledge of the visitor, by names as attributes. */
    known: () => known(element),
    isLeft: () => isLeft(own),
    /** Keeps the chat for the next page from the first sign of one on. */
    survive: () => (room.surviving ??= hooks.survive().then(({ Survival }) => {
      if (!room.isGone) room.survival = new Survival(context, dialog);
    }, complain)),
    /** Whether what the visitor has pressed leads him into the window; on a phone a keyboard would hide it. */
    takesFocus: (wish) => wish && !matchMedia("(pointer: coarse)").matches,
    /** The sentences of the language and of the page; the dialog says which language they are. */
    sentences: () => {
      const [tag, address] = hooks.language();
      dialog.lang = tag || (own("messages") && element.closest("[lang]")?.lang) || "en";
      dialog.dir = launcher.dir;
      return sentences(own, address, extra);
    },
    /** What the window speaks, as far as it can be compared. */
    tongue: () => [hooks.language()[0], element.closest("[lang]")?.lang, own("messages")].join(),
  };
  /** Goes on with a chat that is there. */
  const goOn = async () => (await left) && Promise.all([room.survive(), session()]);
  const form = (room.form = await formOf(context, hooks));
  // Who presses comes after the loader has looked for one: most likely the lock is free, and its answer is long in coming.
  if (isKept(own) || hooks.how?.by != "user") await goOn();
  // What was written into a form that never got its widget.
  form.retype(dialog.typed ?? []);
  room.spoken = room.tongue();
  Object.assign(context, await room.sentences());
  let arrive;
  const arrived = new Promise((resolve) => (arrive = resolve));
  const place = (room.place = stand(element, launcher, dialog, (signal) =>
    arrived.then(() => signal.aborted || extra("fit", dialog, signal))));
  // Where the contact centre may be closed, nobody is asked for anything yet.
  const face = (room.face =
    !room.survival &&
    !own("availability") &&
    early({
      element,
      dialog,
      form,
      place,
      say: (key) => context.sentences[key] ?? FIRST[key],
      rest,
      texts: context.texts,
      takesFocus: () => room.takesFocus(hooks.how?.focus),
      by: () => ({ by: hooks.how?.by }),
      emit: hooks.emit,
      minimise: hooks.minimise,
    }));
  // The form has the line for itself, and the processor.
  if (face) await face.seen();
  const { complete, mount } = await Promise.all([load(), goOn()]).then(([glue]) => glue, (error) => {
    if (face) face.drop();
    dialog.typed = form.typed;
    throw error;
  });
  arrive();
  // The wasm has just begun; to draw is a task of its own.
  await rest();
  if (face) await face.still();
  return complete(room, mount);
}

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

/** Attributes, then the properties `options` and `user`, by their names as attributes. */
function* known(element) {
  for (const { name, value } of element.attributes) yield [name, value];
  for (const more of [element.options, ownOf(element, "user")]) {
    for (const name in Object(more)) yield [kebab(name), String(more[name])];
  }
}

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
