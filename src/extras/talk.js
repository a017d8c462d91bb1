// What a talk gets as a whole, when its transcript is drawn.

import { copying } from "./copy.js";
import { adopt } from "./styles.js";

/** The exact time of a message, once somebody points at it. */
function date({ target }) {
  const time = target.closest?.(".row")?.querySelector("time[datetime]:not([title])");
  if (!time) return;
  const lang = time.getRootNode().host?.closest("[lang]")?.lang || undefined;
  time.title = new Date(time.dateTime).toLocaleString(lang, { dateStyle: "full", timeStyle: "medium" });
}

/** The rules for it; the page's word about links; and a way to copy messages, with these words, where the page allows it. */
export function talk(log, words, { own }) {
  adopt(log);
  for (const name of ["pointerover", "focusin"]) log.addEventListener(name, date);
  /** A text is another address, `false` stops. */
  const judge = (event) => {
    const link = event.target.closest?.("a[href]");
    const answer = link && own("on-link")?.(link.href);
    if (answer === false) event.preventDefault();
    else if (typeof answer == "string") link.href = answer;
  };
  for (const name of ["click", "auxclick"]) log.addEventListener(name, judge);
  if (words) copying(log, words);
}
