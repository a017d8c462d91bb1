// Copying one message: a button that goes where the visitor points, and Ctrl+C on a message that has the focus.

/** Puts text into the clipboard; resolves to whether it is there. */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Offers a copy of each message in `log`; the words are those of the button before and after. */
export function copying(log, [label, done]) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.setAttribute("part", "copy");
  const textOf = (row) => row?.querySelector(".bubble, .card")?.innerText;
  const offer = ({ target }) => {
    const row = target.closest?.(".row");
    if (!textOf(row) || button.parentElement === row) return;
    button.textContent = label;
    row.append(button);
  };
  for (const name of ["pointerover", "focusin", "click"]) log.addEventListener(name, offer);
  const copy = async (row) => {
    if (await copied(textOf(row))) button.textContent = done;
  };
  button.addEventListener("click", () => copy(button.parentElement));
  log.addEventListener("keydown", (event) => {
    const isCopy = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "c";
    const row = event.target.closest(".row");
    if (isCopy && row && String(getSelection()) === "") copy(row);
  });
}
