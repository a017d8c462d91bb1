// The form while the wasm is on its way: drawn as `src/ui` draws it, which then takes over what the visitor has begun.

import { make } from "./form.js";

const SVG = "http://www.w3.org/2000/svg";

/** So long, in milliseconds, the widget waits for the form to be seen. */
const AWHILE = 200;

/** So long, in milliseconds, a press may take. */
const PRESS = 1000;

/** So long, in milliseconds, after another tab was asked for its chat it has told of it. */
const SETTLING = 200;

/** Places of sentences in src/english.js. */
const TITLE = 0;
const MINIMISE = 1;
const HEADING = 2;
const LEAD = 3;
const SUBMIT = 4;
const CHECKING = 5;
const STATUS = 6;

function draw(tag, attributes, ...children) {
  const drawn = document.createElementNS(SVG, tag);
  for (const name in attributes) drawn.setAttribute(name, attributes[name]);
  drawn.append(...children);
  return drawn;
}

/**
 * Shows `form` in the dialog while the window is to be open, and tells the page. `place` is what `stand` returns, `say(key)` a
 * sentence, `by()` who has opened or closed it last, `takesFocus()` whether the visitor goes on there, and `rest()` lets the page
 * come first.
 *
 * - `seen()`: resolves when the visitor sees what there is to be seen;
 * - `still()`: resolves when the visitor is not in the middle of a press or a composition, which a new element would lose;
 * - `fields(root)`: the widget draws its form; answers whether the fields will come there;
 * - `give(isLeft)`: the widget is in the dialog; whether another page may have left a chat, or another tab runs one;
 * - `end()`: and opens and closes it from now on; answers whether it is open already;
 * - `drop()`: there will be none.
 */
export function early({ element, dialog, form, place, texts, say, takesFocus, by, emit, minimise, rest }) {
  let panel;
  let fields;
  let isGiven = false;
  let isSent = false;
  /** Until the visitor's hands are still. */
  let stirring;
  /** How far the visitor has scrolled. */
  let top = 0;

  function face() {
    const root = make("div", { class: "fields" });
    form.draw(root, texts);
    const start = make("button", { class: "button primary wide", part: "start", type: "submit" }, say(SUBMIT));
    const close = make(
      "button",
      { class: "quiet round", part: "minimise", type: "button", "aria-label": say(MINIMISE), title: say(MINIMISE) },
      draw("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": true }, draw("path", { d: "m6 9 6 6 6-6" })),
    );
    const header = make(
      "div",
      { class: "header", part: "header" },
      make("slot", { name: "header" }),
      make(
        "div",
        { class: "titles" },
        make("h2", { id: "title", part: "title" }, say(TITLE)),
        make("p", { class: "status" }, make("span", {}, say(STATUS))),
      ),
      close,
    );
    const questions = make(
      "form",
      { class: "form", part: "form", novalidate: "" },
      make("div", { class: "problems" }),
      make("h3", {}, say(HEADING)),
      make("p", { class: "lead" }, say(LEAD)),
      root,
      start,
    );
    const body = make("div", { class: "body" }, questions);
    const whole = make(
      "div",
      { class: "panel early" },
      make("div", { class: "face" }, header, make("div", { class: "notices" }), body, make("slot", { name: "footer" })),
    );
    const stir = (begin, ...ends) =>
      whole.addEventListener(begin, () => {
        stirring = new Promise((done) => {
          // The click comes after the press.
          for (const end of ends) addEventListener(end, () => setTimeout(done), { once: true, capture: true });
          // A menu may take the end of a press away.
          if (begin == "pointerdown") setTimeout(done, PRESS);
        });
      });
    stir("pointerdown", "pointerup", "pointercancel");
    stir("compositionstart", "compositionend");
    close.onclick = minimise;
    body.onscroll = () => (top = body.scrollTop);
    questions.onsubmit = (event) => {
      event.preventDefault();
      form.isChecked = true;
      if (isSent) return;
      if (form.complain(true)) return emit("forminvalid", { fields: form.refused });
      isSent = true;
      // The rest of it is the widget's.
      start.textContent = say(CHECKING);
      start.classList.add("busy");
      start.setAttribute("aria-disabled", true);
    };
    whole.onkeydown = (event) => {
      if (event.key != "Escape" || event.isComposing || event.defaultPrevented) return;
      event.preventDefault();
      event.stopPropagation();
      minimise();
    };
    return whole;
  }

  const follow = () => {
    if (!element.hasAttribute("open")) {
      if (!dialog.open) return;
      place.hide();
      emit("close", by());
      if (element.isConnected) return;
      // It begins anew when it comes back.
      watch.disconnect();
      panel?.remove();
      panel = null;
    } else if (!dialog.open && !isGiven && !form.isSkipped && element.getAttribute("ui") != "none") {
      if (!panel) {
        panel = face();
        dialog.append(panel);
      }
      place.show();
      emit("open", by());
      emit("formshow", {});
      // The first layout is a task of its own.
      rest().then(() => takesFocus() && panel?.querySelector("[data-focus]")?.focus());
    }
  };
  const watch = new MutationObserver(follow);
  watch.observe(element, { attributeFilter: ["open"] });
  follow();

  return {
    seen: () =>
      panel &&
      new Promise((done) => {
        const end = () => {
          // What waits in vain would keep the window of an element that is gone.
          cancelAnimationFrame(frame);
          clearTimeout(timer);
          done();
        };
        const frame = requestAnimationFrame(() => setTimeout(end));
        // Hidden pages have no frames.
        const timer = setTimeout(end, AWHILE);
      }),
    still: () => stirring,
    fields: (root) => {
      if (!panel || isGiven) return false;
      fields = root;
      return true;
    },
    give: (isLeft) => {
      isGiven = true;
      if (!panel) return;
      const { activeElement } = element.shadowRoot;
      const focused = panel.contains(activeElement) && activeElement;
      if (fields) {
        // Who writes in one does not notice, where a browser can move elements that have the focus.
        const move = fields.moveBefore ? "moveBefore" : "insertBefore";
        for (const field of [...form.root.childNodes]) fields[move](field, null);
        form.root = fields;
        if (top) fields.closest(".body").scrollTop = top;
      }
      panel.remove();
      if (focused) (focused.isConnected ? focused : dialog.querySelector(`[part="${focused.part}"]`))?.focus();
      // A form that is no longer in the page, because there is a chat, is not sent.
      const send = () => fields?.closest("form").requestSubmit();
      if (isSent) isLeft ? setTimeout(send, SETTLING) : send();
    },
    end: () => {
      watch.disconnect();
      return Boolean(panel) && dialog.open;
    },
    drop: () => {
      watch.disconnect();
      if (dialog.open) place.hide();
      panel?.remove();
    },
  };
}
