// Old pages of a very long chat: their rows become one text, which costs two nodes instead of two hundred.

/** One line of text for each row and each rule of a page; what the visitor has selected stays as it is. */
export function archive(page) {
  const selection = getSelection();
  if (selection && !selection.isCollapsed && selection.containsNode(page, true)) return;
  let speaker = "";
  const lines = [];
  for (const line of page.children) {
    if (line.hidden || line.matches(".news")) continue;
    speaker = line.querySelector(".name, .row > .unseen")?.textContent ?? speaker;
    const said = line.querySelector(".bubble, .card");
    const time = line.querySelector("time")?.textContent ?? "";
    lines.push(said ? `${speaker} ${time}: ${text(said)}` : line.textContent);
  }
  page.className += " old";
  page.textContent = lines.join("\n");
}

/** What a list or a card says, line by line; an offered page with its whole address. */
function text(said) {
  if (said.href) return said.href;
  const blocks = [...said.querySelectorAll("li, pre")];
  for (const block of blocks) block.append("\n");
  return said.textContent.trim();
}
