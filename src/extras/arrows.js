// The arrow keys go from message to message.

/** Lets the arrow keys go from message to message, once the transcript or one of its lines has the focus. */
export function arrows(scroll) {
  scroll.addEventListener("keydown", (event) => {
    const rows = [...scroll.querySelectorAll(".row:not([hidden]), .aside")];
    const here = rows.indexOf(event.target);
    const steps = { ArrowUp: here < 0 ? rows.length - 1 : here - 1, ArrowDown: here + 1, Home: 0, End: rows.length - 1 };
    const row = (here >= 0 || event.target == scroll) && rows[steps[event.key]];
    if (!row) return;
    event.preventDefault();
    row.tabIndex = -1;
    row.focus();
  });
}
