// A word of invitation beside the launcher. It takes no focus, goes when it is told to, and comes only so often.

import { adopt } from "./styles.js";

const KEY = "gms-chat-invited";

/** How often this browser session has been invited; a page without storage invites once per load. */
function invited(more) {
  try {
    const count = Number(sessionStorage.getItem(KEY)) + more;
    if (more) sessionStorage.setItem(KEY, count);
    return count;
  } catch {
    return (loaded += more);
  }
}
let loaded = 0;

function make(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  made.append(...children);
  return made;
}

/** Shows the bubble in the shadow root of `chat`; resolves to whether the visitor accepted. */
export function invite(chat, root, options) {
  const { text, dismiss, cap } = settings(chat, options);
  root.querySelector(".invite")?.remove();
  if (!text || invited(0) >= cap) return false;
  invited(1);
  return new Promise((resolve) => {
    const yes = make("button", { type: "button", class: "invitation" }, text);
    const no = make("button", { type: "button", class: "dismiss", "aria-label": dismiss, title: dismiss }, "×");
    const { dir } = root.querySelector(".launcher");
    const bubble = make("div", { class: "invite", part: "invite", role: "status", dir });
    const end = new AbortController();
    const leave = (accepted) => {
      end.abort();
      bubble.remove();
      chat.dispatchEvent(new CustomEvent("gms-chat-invite", { detail: { accepted }, bubbles: true, composed: true }));
      resolve(accepted);
    };
    const on = (target, name, heard) => target.addEventListener(name, heard, { signal: end.signal });
    on(yes, "click", () => {
      leave(true);
      chat.open();
    });
    on(no, "click", () => leave(false));
    on(bubble, "keydown", (event) => event.key === "Escape" && leave(false));
    on(chat, "gms-chat-open", () => leave(true));
    // A live region speaks of what enters it, not of what it came with.
    root.append(bubble);
    chat.dispatchEvent(new CustomEvent("gms-chat-inviteshow", { detail: {}, bubbles: true, composed: true }));
    adopt(bubble);
    bubble.append(yes, no);
  });
}

/** What the page says, by the call before its attributes. */
function settings(chat, { text, dismiss, cap } = {}) {
  const own = (name) => chat.getAttribute(name);
  return {
    text: text ?? own("invite"),
    dismiss: dismiss ?? own("invite-dismiss") ?? "No, thank you",
    cap: Number(cap ?? own("invite-cap") ?? 1),
  };
}
