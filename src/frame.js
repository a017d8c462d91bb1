// The frame of an open window: where it lies, and what it does to the page behind it.

import { make } from "./form.js";

/** Where a floating window takes the whole screen. */
const small = matchMedia("(max-width: 480px), (max-height: 480px)");

/** The dialog beside a launcher; a window that takes another one's place finds it there. */
export function frame(launcher) {
  const there = launcher.parentNode.querySelector("dialog");
  const dialog = there ?? make("dialog", { class: "window", part: "window", tabindex: -1, "aria-labelledby": "title" });
  if (there) return dialog;
  launcher.after(dialog);
  // Open, the launcher closes.
  const chevron = launcher.querySelector("path").cloneNode();
  chevron.setAttribute("class", "chevron");
  chevron.setAttribute("d", "m5 9 7 7 7-7");
  launcher.querySelector("svg").append(chevron);
  return dialog;
}

/** How the dialog stands on the page; `fit(signal)` keeps it clear of a keyboard. */
export function stand(element, launcher, dialog, fit) {
  let end;
  /** Who gets the focus back. */
  let opener = launcher;
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
    if (!dialog.open) opener = document.activeElement?.closest("[data-gms-chat-open]") ?? launcher;
    const mode = element.getAttribute("mode");
    const isSeen = element.getAttribute("ui") != "none";
    const isFull = isSeen && mode != "inline" && (small.matches || mode == "fullscreen");
    dialog.close();
    dialog.classList.toggle("full", isFull);
    lock(isFull);
    if (isFull) {
      // The modal window gets the focus itself, not its first button. For no longer than this: a browser complains of an
      // element that comes to the page with the wish while another one has the focus.
      dialog.autofocus = true;
      dialog.showModal();
      dialog.autofocus = false;
    } else dialog.open = true;
    tell(true);
    if (change) focused?.focus();
  };
  /** The launcher says whether the window is open, and so do the page's own buttons for it. */
  const tell = (isOpen) => {
    for (const button of [launcher, ...document.querySelectorAll("[data-gms-chat-open]")]) button.setAttribute("aria-expanded", isOpen);
  };
  const leave = () => {
    lock(false);
    end?.abort();
  };
  /** Gives the focus back to where it came from: the launcher, or a button of the page. */
  const hide = () => {
    const hadFocus = element.shadowRoot.activeElement;
    dialog.close();
    leave();
    tell(false);
    if (hadFocus) (opener.isConnected ? opener : launcher).focus();
  };
  return { show, hide, leave };
}
