//! What a page asks for.

/// What a page can ask for: `gmsChat("name", …)`, or the element's method of this name.
pub(crate) struct Command {
    pub(crate) name: &'static str,
    /// Its parameters in TypeScript.
    pub(crate) given: &'static str,
    /// What the promise resolves to, in TypeScript.
    pub(crate) answer: &'static str,
    pub(crate) about: &'static str,
    /// The codes that it is refused with.
    pub(crate) codes: &'static str,
}

const fn command(
    name: &'static str,
    given: &'static str,
    answer: &'static str,
    about: &'static str,
    codes: &'static str,
) -> Command {
    Command {
        name,
        given,
        answer,
        about,
        codes,
    }
}

/// Every command of an element.
pub(crate) const COMMANDS: &[Command] = &[
    command(
        "open",
        "how?: { focus?: boolean; by?: string }",
        "boolean",
        "opens the window; whether it is open",
        "–",
    ),
    command(
        "close",
        "how?: { by?: string }",
        "void",
        "closes the window; a chat goes on",
        "–",
    ),
    command(
        "toggle",
        "how?: { focus?: boolean; by?: string }",
        "boolean | void",
        "one or the other",
        "–",
    ),
    command(
        "start",
        "given?: GmsChatStart",
        "Record<string, unknown>",
        "starts a chat with what the form holds and what is given",
        "`already_active`, `unavailable`, `form_invalid` (its `fields` names them; not with `skipForm`), `vetoed`, `consent_required`, and those of `error`",
    ),
    command(
        "end",
        "how?: GmsChatSignal & { confirm?: boolean }",
        "{ reason: string; agentJoined: boolean }",
        "ends the chat, without asking unless `confirm` is there: then the window asks the visitor",
        "`no_session`, `declined`",
    ),
    command(
        "send",
        "text: string, how?: GmsChatSignal",
        "number",
        "sends a message; its number, once the transcript holds it",
        "`no_session`, `too_long`, `vetoed`, and those of `messagefailed`",
    ),
    command(
        "sendNotice",
        "text: string",
        "void",
        "sends a custom notice; nothing tells of its arrival",
        "`no_session`",
    ),
    command(
        "notify",
        "line: { text: string; tone?: \"info\" | \"success\" | \"warning\" | \"error\" }",
        "void",
        "puts a line of the page's own into the transcript, marked as that: plain text, in copies and files of the transcript too; nothing is sent, nothing counts as unread, and the next page does not have it",
        "`bad_argument`, `no_session`",
    ),
    command(
        "setDraft",
        "text: string",
        "void",
        "puts a text where the visitor writes",
        "`no_session`",
    ),
    command("getDraft", "", "string", "what stands there", "–"),
    command(
        "update",
        "options: GmsChatOptions",
        "void",
        "changes options; what the server has to know counts from the next chat on",
        "–",
    ),
    command(
        "setUserData",
        "data: Record<string, unknown>",
        "void",
        "adds business data for the next chat",
        "–",
    ),
    command(
        "setQueueInfo",
        "info: { position?: number; wait?: number }",
        "void",
        "what the page knows of the queue: the visitor's place, and the expected wait in seconds",
        "–",
    ),
    command("getState", "", "GmsChatState", "how everything stands", "–"),
    command(
        "getTranscript",
        "",
        "GmsChatLine[]",
        "the lines of the chat, with their texts",
        "–",
    ),
    command("getAgents", "", "GmsChatParty[]", "who is there", "–"),
    command(
        "getReport",
        "",
        "string",
        "options, browser and the log that `debug` keeps, as JSON, without anybody's words, names or keys",
        "–",
    ),
    command(
        "invite",
        "how?: { text?: string; delay?: number; dismiss?: string; cap?: number }",
        "boolean",
        "shows an invitation (after `delay` seconds), unless there is a chat; whether it was accepted",
        "–",
    ),
    command(
        "clearHistory",
        "",
        "void",
        "forgets the transcript, and all that this browser session keeps",
        "`already_active`",
    ),
    command(
        "reset",
        "",
        "void",
        "ends a chat that goes on, and forgets it",
        "–",
    ),
    command(
        "ready",
        "",
        "void",
        "resolves as soon as there is an element",
        "–",
    ),
    command(
        "destroy",
        "how?: { keepSession?: boolean }",
        "void",
        "ends a chat that goes on, and takes the element away",
        "–",
    ),
];
