// Promises that an event of the element settles, and what becomes of them when the element goes.

/** What waits for an event of an element, and how to refuse it. */
const unsettled = new WeakMap();

/** Listens until one of the listeners gives anything but `false`, and resolves to that. */
export function untilSettled(element, listeners) {
  const end = new AbortController();
  const waiting = unsettled.get(element) ?? new Set();
  unsettled.set(element, waiting);
  return new Promise((resolve, reject) => {
    const finish = () => {
      end.abort();
      waiting.delete(refuse);
    };
    const refuse = (reason) => {
      finish();
      reject(reason);
    };
    waiting.add(refuse);
    for (const name in listeners) {
      const hear = ({ target, detail }) => {
        const answer = target == element && (listeners[name](detail) ?? true);
        if (answer !== false) finish(resolve(answer));
      };
      element.addEventListener("gms-chat-" + name, hear, { signal: end.signal });
    }
  });
}

/** Refuses everything that waits. */
export function refuseAll(element, reason) {
  for (const refuse of [...(unsettled.get(element) ?? [])]) refuse(reason);
}
