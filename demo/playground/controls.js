// Which options the playground offers: attributes of the element by group, and custom properties of the theme.

const choice = (name, label, ...values) => ({ name, label, values });
const text = (name, label, placeholder = "") => ({ name, label, placeholder });

/** The first value of a choice is the default and needs no attribute; `isFixed`: counts from the next chat on. */
export const GROUPS = [
  {
    title: "Look",
    controls: [
      choice("color-scheme", "Colours", "auto", "light", "dark"),
      choice("mode", "Window", "floating", "inline", "fullscreen"),
      choice("position", "Corner", "bottom-end", "bottom-start", "top-end", "top-start"),
      choice("lang", "Language", "", "de", "fr", "es", "pt", "it", "nl", "pl", "tr", "ru", "ar", "he", "ja", "zh-Hans"),
      text("label", "Launcher's name", "Chat with us"),
    ],
  },
  {
    title: "Connection",
    isFixed: true,
    controls: [
      choice("delivery", "Delivery", "auto", "cometd", "poll"),
      choice("service", "Service", "request-chat", "request-chat-poll"),
      choice("user-id", "gms_user", "auto", "none"),
    ],
  },
  {
    title: "Before the chat",
    isFixed: true,
    controls: [
      choice("form", "Form", "auto", "always", "none"),
      text("first-name", "First name"),
      text("subject", "Subject"),
      text("wait-timeout", "Offer another way after (seconds)", "never"),
      text("fallback-url", "Another way", "tel:+358123456"),
    ],
  },
  {
    title: "In the chat",
    isFixed: true,
    controls: [
      choice("sound", "Sound", "off", "on"),
      choice("markdown", "Markdown", "off", "on"),
      choice("enter-sends", "Enter sends", "on", "off"),
      choice("expose-text", "Texts in events", "false", "true"),
      text("max-message-length", "Longest message", "4000"),
      text("survey-url", "Survey", "/survey"),
    ],
  },
];

const colour = (name, label, value) => ({ name, label, type: "color", value });
const pixels = (name, label, value, min, max) => ({ name, label, type: "range", value, min, max });

/** Custom properties without `--gms-chat-`; the values are the defaults of the light scheme. */
export const THEME = [
  colour("accent", "Accent", "#2355d8"),
  colour("on-accent", "Text on it", "#ffffff"),
  colour("background", "Window", "#ffffff"),
  colour("text", "Text", "#1b2230"),
  colour("header-background", "Head", "#ffffff"),
  colour("header-text", "Text in it", "#1b2230"),
  colour("bubble-theirs", "Agent's messages", "#f0f2f7"),
  pixels("radius", "Corners", 20, 0, 32),
  pixels("bubble-radius", "Corners of messages", 18, 0, 28),
  pixels("field-radius", "Corners of fields", 10, 0, 24),
  pixels("width", "Width", 390, 320, 520),
  pixels("launcher-size", "Launcher", 60, 44, 88),
];

/** What the simulator can break: a fault as its desk's API takes it. */
export const FAULTS = [
  ["Refuse the next message", "send:status=415:1"],
  ["Lose the reply to the next message", "send:drop-after:1"],
  ["Break three held polls", "connect:drop-after:3"],
  ["A proxy answers 502 for a while", "cometd:status=502:20"],
  ["Everything takes 3 s longer", "rest:delay=3s:10"],
  ["Junk in place of JSON", "connect:junk:2"],
];
