//! What a page sets.

/// What a page sets: as an attribute, as `data-…` on the script tag, and in camel case for `gmsChat("init")`.
pub(crate) struct Opt {
    pub(crate) name: &'static str,
    /// Its type in TypeScript.
    pub(crate) kind: &'static str,
    pub(crate) default: &'static str,
    pub(crate) about: &'static str,
    /// Whether it can be written as an attribute.
    pub(crate) is_text: bool,
}

const fn text(
    name: &'static str,
    kind: &'static str,
    default: &'static str,
    about: &'static str,
) -> Opt {
    Opt {
        name,
        kind,
        default,
        about,
        is_text: true,
    }
}

const fn object(name: &'static str, kind: &'static str, about: &'static str) -> Opt {
    Opt {
        name,
        kind,
        default: "–",
        about,
        is_text: false,
    }
}

/// Every option.
pub(crate) const OPTIONS: &[Opt] = &[
    text(
        "endpoint",
        "string",
        "required",
        "base URL of GMS up to `/genesys`: a path on this site, or an http(s) URL",
    ),
    text(
        "service",
        "string",
        "`request-chat`",
        "the service to create; `request-chat-poll` and the like wait for an agent first",
    ),
    text(
        "delivery",
        "\"auto\" | \"cometd\" | \"poll\"",
        "`auto`",
        "how the agent's messages arrive; `auto` proves CometD before the chat is created, else polls",
    ),
    text(
        "comet-path",
        "string",
        "`/cometd`",
        "where CometD lives below the endpoint",
    ),
    text(
        "append-type",
        "boolean",
        "`true`",
        "whether `/handshake`, `/connect` … are appended to that path",
    ),
    text(
        "delayed",
        "boolean",
        "by name, and by 503",
        "whether the service has to be asked for an agent before the chat",
    ),
    text(
        "user-id",
        "string",
        "`auto`",
        "`gms_user`: `auto` invents one per page, `none` leaves it to a gateway, anything else is sent as it is",
    ),
    text(
        "persist",
        "\"session\" | \"cookie\" | \"none\"",
        "`session`",
        "`session`: the chat goes on after a reload and on other pages of the site, from `sessionStorage`; `cookie`: on other sub-domains too, by a cookie ([survival.md](survival.md)); `none`: nothing is stored, and a page that goes says goodbye",
    ),
    text(
        "cookie-domain",
        "string",
        "the page's host",
        "the domain of that cookie, `example.com` for all its sub-domains",
    ),
    text(
        "credentials",
        "\"same-origin\" | \"include\" | \"omit\"",
        "`same-origin`",
        "which cookies accompany requests; CometD on another origin needs `include`",
    ),
    text(
        "user",
        "{ firstName?: string; lastName?: string; email?: string; subject?: string; displayName?: string; [field: string]: string | undefined } | string",
        "–",
        "what the form shows already, in one; an attribute holds JSON",
    ),
    text("first-name", "string", "–", "the same, one by one"),
    text("last-name", "string", "–", "likewise"),
    text("email", "string", "–", "likewise"),
    text("subject", "string", "–", "likewise; the API demands one"),
    text(
        "display-name",
        "string",
        "–",
        "the visitor's name at the agent's desk",
    ),
    text(
        "message",
        "string",
        "–",
        "the visitor's first message, sent as soon as the chat is created",
    ),
    text(
        "form",
        "\"auto\" | \"always\" | \"none\"",
        "`auto`",
        "when the form is shown; `auto`: unless everything in it is known ([form.md](form.md))",
    ),
    text(
        "fields",
        "object[] | string",
        "four fields",
        "what the form asks for ([form.md](form.md)); an attribute holds JSON",
    ),
    text(
        "field-map",
        "\"classic\" | \"capitalised\" | Record<string, string> | string",
        "`classic`",
        "what the server calls the fields ([form.md](form.md))",
    ),
    object(
        "validate",
        "(values: Record<string, string>) => Record<string, string> | void | Promise<Record<string, string> | void>",
        "the page's own check of the form: sentences by the names of fields",
    ),
    text(
        "availability",
        "string | object | (() => boolean | object | Promise<boolean | object>)",
        "always open",
        "business hours: rules, an address or a function ([form.md](form.md)); an attribute holds JSON or the address",
    ),
    text(
        "wait-timeout",
        "number",
        "never",
        "after so many seconds without an agent another way is offered",
    ),
    text(
        "data",
        "Record<string, unknown> | (() => Record<string, unknown> | Promise<Record<string, unknown>>) | string",
        "–",
        "business data, sent with the service and the chat; an attribute holds JSON, a function is asked at each start",
    ),
    text(
        "messages",
        "Record<string, string> | string",
        "–",
        "replacements for the window's sentences; an attribute holds JSON, or the address of it",
    ),
    text(
        "lang",
        "string",
        "that around the element",
        "the language, as BCP 47 ([languages.md](languages.md))",
    ),
    text(
        "dir",
        "\"ltr\" | \"rtl\"",
        "that of the language",
        "the direction",
    ),
    text(
        "mode",
        "\"floating\" | \"inline\" | \"fullscreen\"",
        "`floating`",
        "where the window stands ([theming.md](theming.md))",
    ),
    text(
        "position",
        "\"bottom-end\" | \"bottom-start\" | \"top-end\" | \"top-start\"",
        "`bottom-end`",
        "the corner",
    ),
    text(
        "launcher",
        "\"default\" | \"none\"",
        "`default`",
        "`none`: the page has a button of its own",
    ),
    text(
        "transcript",
        "string",
        "`download copy print`",
        "what the visitor may do with the conversation: a list of these words, or `none`",
    ),
    text(
        "markdown",
        "boolean",
        "`false`",
        "whether messages may use a small safe Markdown",
    ),
    text(
        "enter-sends",
        "boolean",
        "`true`",
        "`off`: Enter breaks the line, and Ctrl or Cmd with Enter sends",
    ),
    text(
        "typing",
        "\"both\" | \"receive\" | \"off\"",
        "`both`",
        "`receive`: nobody is told that the visitor types; `off`: nor is the visitor told of others",
    ),
    text(
        "keepalive-limit",
        "number",
        "`45`",
        "the Chat Server's `flex-disconnect-timeout` in seconds: polls are never further apart than 80 % of it",
    ),
    text(
        "idle-alert",
        "number",
        "`255`",
        "the server's `timeout-alert` in seconds; `0`: only when the server itself warns",
    ),
    text(
        "idle-close",
        "number",
        "`45`",
        "the server's `timeout-close` in seconds",
    ),
    text(
        "away",
        "number",
        "`0`",
        "the agent is told that the visitor is away when the page has been hidden for so many seconds, or is frozen; `0`: never ([survival.md](survival.md))",
    ),
    text(
        "survey-url",
        "string",
        "–",
        "a link after the end; or put your own into the slot `survey`",
    ),
    text(
        "sound",
        "boolean",
        "`false`",
        "whether news may be heard; the visitor can mute them",
    ),
    text(
        "invite",
        "string",
        "–",
        "a word of invitation beside the launcher",
    ),
    text("invite-delay", "number", "`10`", "after so many seconds"),
    text(
        "invite-cap",
        "number",
        "`1`",
        "so often in a browser session",
    ),
    text(
        "invite-dismiss",
        "string",
        "`No, thank you`",
        "the name of the button that declines",
    ),
    text(
        "ui",
        "\"window\" | \"none\"",
        "`window`",
        "`none`: no launcher and no window, the page draws its own",
    ),
    text(
        "color-scheme",
        "\"auto\" | \"light\" | \"dark\"",
        "`auto`",
        "the window's colours",
    ),
    text(
        "open",
        "boolean",
        "`false`",
        "whether the window is open; always says how it is",
    ),
    text(
        "label",
        "string",
        "as the language has it",
        "the launcher's name",
    ),
    text(
        "consent",
        "\"granted\" | \"required\"",
        "`granted`",
        "`required`: nothing is fetched before it is set to `granted`; the page hears `consentrequired`",
    ),
    text(
        "expose-text",
        "boolean",
        "`false`",
        "whether `messagereceived` carries the text",
    ),
    text(
        "mask",
        "string",
        "–",
        "numbers to cover before a message is sent: `card`, `iban` or both",
    ),
    text(
        "max-message-length",
        "number",
        "`4000`",
        "how many characters a message may have",
    ),
    text(
        "debug",
        "boolean",
        "`false`",
        "keeps a log of what is said to GMS, without anybody's words, names or keys; a button in the window copies it",
    ),
    text(
        "fallback-url",
        "string",
        "–",
        "what to offer when the chat cannot run: http(s), `tel:`, `mailto:` or a path",
    ),
    text(
        "fallback-label",
        "string",
        "`The chat is not available here.`",
        "the words for it",
    ),
    object(
        "headers",
        "Record<string, string> | ((about: { url: string; refresh: boolean }) => Record<string, string> | Promise<Record<string, string>>)",
        "headers for each request; a function is asked each time, and once more with `refresh` after a 401",
    ),
    object(
        "before-send",
        "(text: string) => string | boolean | void | Promise<string | boolean | void>",
        "sees each message first: a text replaces it, `false` refuses it",
    ),
    object(
        "on-link",
        "(url: string) => string | boolean | void",
        "is asked when the visitor opens a link of the transcript: a text is another address, `false` stops (a page of one's own may go there without a new tab)",
    ),
];
