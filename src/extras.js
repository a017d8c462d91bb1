// What the window asks for only once it is in use: fetched on demand, so that nobody waits for it.
// Plain values and elements of the window come in; text reaches the page as text nodes only.

export { adopt } from "./extras/styles.js";
export { dress } from "./extras/rich.js";
export { archive } from "./extras/archive.js";
export { arrows } from "./extras/arrows.js";
export { closed, wait } from "./extras/wait.js";
export { count } from "./extras/count.js";
export { keep } from "./extras/keep.js";
export { news } from "./extras/news.js";
export { talk } from "./extras/talk.js";
export { watch } from "./extras/hours.js";
export { fields } from "./extras/fields.js";
export { fit } from "./extras/fit.js";
export { texts } from "./extras/texts.js";
export { invite } from "./extras/invite.js";
