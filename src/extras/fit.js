// Room beside a keyboard on the screen.

/** Keeps `dialog` in what a keyboard on the screen leaves, until `signal`; pinching is none of our business. */
export function fit(dialog, signal) {
  if (signal.aborted) return;
  const sheet = new CSSStyleSheet();
  const root = dialog.getRootNode();
  root.adoptedStyleSheets.push(sheet);
  signal.addEventListener("abort", () => {
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((other) => other != sheet);
  });
  const measure = () => {
    const { height, offsetTop, scale } = visualViewport;
    const top = scale > 1.01 ? 0 : offsetTop;
    const seen = height * scale;
    const hidden = Math.max(0, innerHeight - seen - top);
    sheet.replaceSync(`.window { --_seen: ${seen}px; --_top: ${top}px; --_hidden: ${hidden}px }`);
  };
  for (const name of ["resize", "scroll"]) visualViewport.addEventListener(name, measure, { signal });
  measure();
}
