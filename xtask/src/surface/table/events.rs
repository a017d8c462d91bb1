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
    event("ready", "{}", "an element is in the page"),
    question(
        "beforeopen",
        "{ by: string }",
        "the window is about to open",
    ),
    event(
        "open",
        "{ by: string }",
        "the window is open; `by` is `user` or `api`",
    ),
    event("close", "{ by: string }", "the window is closed"),
    event(
        "consentrequired",
        "{ by: string }",
        "the visitor wants the chat, but has not agreed yet",
    ),
    question(
        "beforestart",
        "{}",
        "a chat is about to start, by the form or by `start`",
    ),
    event(
        "statechange",
        "{ state: string; previous: string }",
        "idle, restoring, connecting, waiting, active, ending, ended or failed",
    ),
    event("sessionstart", "{}", "the chat is created"),
    event(
        "restored",
        "{}",
        "the chat of another page goes on; what it had told is not told again",
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
        "{ online: boolean; code?: string }",
        "the line got worse or better",
    ),
    event(
        "idlewarning",
        "{ warned: boolean; closesAt?: number }",
        "the server is about to close a silent chat (`closesAt` on the clock of `performance.now()`), or not any more",
    ),
    event("waittimeout", "{}", "nobody has come within `wait-timeout`"),
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
