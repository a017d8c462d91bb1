// The frame of an open window: where it lies, what it does to the page behind it, and what the launcher tells of it.

import { make } from "./form.js";

/** Where a floating window takes the whole screen. */
const small = matchMedia("(max-width: 480px), (max-height: 480px)");

/** How the dialog stands on the page; `fit(signal)` keeps it clear of a keyboard. */
export function stand(element, launcher, dialog, fit) {
  let end;
  /** What the page's own `overflow` was while the window takes the whole screen. */
  let overflow = null;
  /** The page behind a full screen does not scroll. */
  const lock = (isFull) => {
    const { style } = document.documentElement;
    if (isFull && overflow == null) {
      overflow = style.overflow;
      style.overflow = "hidden";
    } else if (!isFull && overflow != null) {
      style.overflow = overflow;
      overflow = null;
    }
  };
  /** Modal where it fills the screen; again when that changes. */
  const show = (change) => {
    if (change && !dialog.open) return;
    end?.abort();
    const { signal } = (end = new AbortController());
    small.addEventListener("change", show, { signal });
    fit(signal);
    const focused = element.shadowRoot.activeElement;
    const mode = element.getAttribute("mode");
    const isSeen = element.getAttribute("ui") != "none";
    const isFull = isSeen && mode != "inline" && (small.matches || mode == "fullscreen");
    dialog.close();
    dialog.classList.toggle("full", isFull);
    lock(isFull);
    if (isFull) dialog.showModal();
    else dialog.open = true;
    launcher.setAttribute("aria-expanded", true);
    if (change) focused?.focus();
  };
  const leave = () => {
    lock(false);
    end?.abort();
  };
  /** Gives the focus back to the launcher. */
  const hide = () => {
    const hadFocus = element.shadowRoot.activeElement;
    dialog.close();
    leave();
    launcher.setAttribute("aria-expanded", false);
    if (hadFocus) launcher.focus();
  };
  return { show, hide, leave };
}

/** A number on the launcher; `name` is told what to say to those who do not see it. */
export function badge(element, launcher, name) {
  const drawn = make("span", { class: "badge", part: "badge" });
  launcher.append(drawn);
  const draw = (unread, label) => {
    element.unread = unread;
    const count = unread > 99 ? "99+" : unread || "";
    drawn.textContent = count;
    // The name has to hold what is seen, even where the language spells small numbers out.
    name(count && (label.includes(count) ? label : label + " (" + count + ")"));
  };
  const remove = () => {
    draw(0);
    drawn.remove();
  };
  return { draw, remove };
}
