//! What a page hears.

/// What a page hears: `CustomEvent`s that bubble and cross shadow roots, named `gms-chat-` and this.
pub(crate) struct Event {
    pub(crate) name: &'static str,
    /// Its detail in TypeScript.
    pub(crate) detail: &'static str,
    pub(crate) about: &'static str,
    /// Whether `preventDefault()` stops something.
    pub(crate) can_stop: bool,
}

const fn event(name: &'static str, detail: &'static str, about: &'static str) -> Event {
    Event {
        name,
        detail,
        about,
        can_stop: false,
    }
}

const fn question(name: &'static str, detail: &'static str, about: &'static str) -> Event {
    Event {
        name,
        detail,
        about,
        can_stop: true,
    }
}

/// Every event.
pub(crate) const EVENTS: &[Event] = &[
    event(
        "ready",
        "{ version: string }",
        "an element is in the page; `gmsChat(\"on\", \"ready\", …)` is told of those that are there already",
    ),
    question(
        "beforeopen",
        "{ by: string }",
        "the window is about to open",
    ),
    event(
        "open",
        "{ by: string }",
        "the window is open; `by` is `user`, `api`, or `restore` where it was open on the page before",
    ),
    event("close", "{ by: string }", "the window is closed"),
    event(
        "consentrequired",
        "{ by: string }",
        "the visitor wants the chat, but has not agreed yet",
    ),
    event("formshow", "{}", "the visitor sees the form"),
    event(
        "formsubmit",
        "{ values?: Record<string, string> }",
        "the form is right and sent; `values` only with `expose-text`",
    ),
    event(
        "forminvalid",
        "{ fields: string[] }",
        "these fields of it are not right",
    ),
    question(
        "beforestart",
        "{}",
        "a chat is about to start, by the form or by `start`",
    ),
    event(
        "statechange",
        "{ state: string; previous: string; reason?: string }",
        "idle, restoring, connecting, waiting, active, ending, ended or failed; `reason` of an end (as in `sessionend`) or a failure (a code)",
    ),
    event(
        "sessionstart",
        "{ delivery: \"cometd\" | \"poll\" }",
        "the chat is created",
    ),
    event(
        "queue",
        "{ elapsed: number; position?: number; wait?: number }",
        "the visitor waits, or `setQueueInfo` has told something new; seconds",
    ),
    event(
        "restored",
        "{}",
        "the chat of another page goes on; what it had told is not told again",
    ),
    event(
        "restorefailed",
        "{ reason: string }",
        "the chat of another page does not go on: it is `unreadable`, or over for a reason as in `sessionend`",
    ),
    event(
        "sessionend",
        "{ reason: string; agentJoined: boolean }",
        "it is over: by user, agent, idle, server, lost or abandoned",
    ),
    event("agentjoin", "GmsChatParty", "an agent came"),
    event("agentleave", "GmsChatParty", "an agent went"),
    event(
        "transfer",
        "GmsChatParty & { from: string }",
        "an agent handed over to another one",
    ),
    question(
        "beforesend",
        "{ length: number; text?: string }",
        "a message is about to be sent; stopped, it stays where it was written (`text` only with `expose-text`)",
    ),
    event(
        "messagesending",
        "{ id: number; length: number }",
        "the visitor or the page wrote a message, or it is tried again",
    ),
    event(
        "messagesent",
        "{ id: number; length: number }",
        "the transcript holds a message of the visitor",
    ),
    event(
        "messagefailed",
        "{ id: number; length: number; code: string }",
        "a message did not arrive",
    ),
    event(
        "messagereceived",
        "GmsChatParty & { id: number; text?: string }",
        "somebody else said something",
    ),
    event(
        "notice",
        "GmsChatParty & { type: string; raw: string }",
        "a custom or unknown notice",
    ),
    question(
        "pushurl",
        "{ url: string; host: string }",
        "an agent offers a page; stopped, the window does not show it",
    ),
    event(
        "typingchange",
        "Partial<GmsChatParty> & { typing: boolean }",
        "an agent writes, or not any more",
    ),
    event(
        "unreadchange",
        "{ count: number }",
        "how many messages the visitor has not seen",
    ),
    event(
        "connectionchange",
        "{ online: boolean; code?: string; retryAt?: number }",
        "the line got worse or better; `retryAt` on the clock of `performance.now()`",
    ),
    event(
        "idlewarning",
        "{ warned: boolean; closesAt?: number }",
        "the server is about to close a silent chat (`closesAt` on the clock of `performance.now()`), or not any more",
    ),
    event("waittimeout", "{}", "nobody has come within `wait-timeout`"),
    event(
        "inviteshow",
        "{}",
        "an invitation stands beside the launcher",
    ),
    event(
        "invite",
        "{ accepted: boolean }",
        "an invitation was answered",
    ),
    event(
        "error",
        "{ code: string; message?: string; hint?: string; status?: number }",
        "something that the page's developers should mend",
    ),
];
