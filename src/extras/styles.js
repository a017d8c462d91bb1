// The rules of style/extras.css, which the build puts in the place of their name.

const sheet = new CSSStyleSheet();
sheet.replaceSync(EXTRAS_CSS);

/** Makes the rules count where this element is. */
export function adopt(element) {
  const { adoptedStyleSheets: sheets } = element.getRootNode();
  if (sheets && !sheets.includes(sheet)) sheets.push(sheet);
}
