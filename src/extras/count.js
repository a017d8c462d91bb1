// A number that goes down by itself, as long as its element is there.

/** `until` on the page's own clock, in milliseconds; `sentence` holds `{time}`; `over` is said at the end. */
export function count(element, [until, sentence, over]) {
  const mine = (element.dataset.until = String(until));
  const tick = () => {
    if (!element.isConnected || element.dataset.until !== mine) return;
    const left = Math.ceil((until - performance.now()) / 1000);
    const time = Math.floor(left / 60) + ":" + String(left % 60).padStart(2, "0");
    element.textContent = left > 0 ? sentence.replace("{time}", time) : over;
    if (left > 0) setTimeout(tick, until - performance.now() - (left - 1) * 1000);
  };
  tick();
}
