// The number of unread messages on the launcher.

import { make } from "./form.js";

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
