// The arrow keys go from message to message.

/** Lets the arrow keys go from message to message, once the transcript or one of its lines has the focus. */
export function arrows(scroll) {
  /** The line that has the focus. */
  let read = null;
  const go = (row) => {
    read = row;
    row.tabIndex = -1;
    row.focus();
  };
  scroll.addEventListener("keydown", (event) => {
    const rows = [...scroll.querySelectorAll(".row:not([hidden]), .aside")];
    const here = rows.indexOf(event.target);
    const steps = { ArrowUp: here < 0 ? rows.length - 1 : here - 1, ArrowDown: here + 1, Home: 0, End: rows.length - 1 };
    const row = (here >= 0 || event.target == scroll) && rows[steps[event.key]];
    if (!row) return;
    event.preventDefault();
    go(row);
  });
  // Whether it leaves because it is drawn anew is known only afterwards.
  scroll.addEventListener("focusout", () => queueMicrotask(() => {
    if (read?.isConnected && scroll.getRootNode().activeElement != read) read = null;
  }));
  // A line whose fate is known at last is another element: it stands before the old one.
  new MutationObserver((changes) => {
    for (const { removedNodes, previousSibling } of changes) {
      if (read && [...removedNodes].includes(read) && previousSibling?.matches?.(".row")) go(previousSibling);
    }
  }).observe(scroll, { childList: true, subtree: true });
}
