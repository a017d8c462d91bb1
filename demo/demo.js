// The demo page only: options from the query (?delivery=poll&service=…&dir=rtl).
"use strict";

const wishes = new URLSearchParams(location.search);
const page = ["dir", "lang", "theme"];

for (const [name, value] of wishes) {
  if (page.includes(name)) document.documentElement.setAttribute(name == "theme" ? "data-theme" : name, value);
}

customElements.whenDefined("gms-chat").then(() => {
  const chat = document.querySelector("gms-chat");
  for (const [name, value] of wishes) {
    if (!page.includes(name) && name !== "endpoint") chat.setAttribute(name, value);
  }
});

const choices = [
  ["by CometD", "delivery=cometd"],
  ["by polling", "delivery=poll"],
  ["delayed", "delivery=cometd&service=request-chat-poll"],
  ["right to left", "dir=rtl"],
  ["Arabic", "lang=ar"],
  ["Japanese", "lang=ja"],
  ["dark window", "color-scheme=dark"],
  ["theme Harbour", "theme=harbour"],
  ["theme Meadow", "theme=meadow"],
  ["theme Studio", "theme=studio"],
];
const links = choices.map(([label, query]) => {
  const link = document.createElement("a");
  link.href = "?" + query;
  link.textContent = label;
  return link;
});
document.getElementById("switches").append("This page again: ", ...links.flatMap((link) => [link, " · "]).slice(0, -1));
