//! The window's side of a session: what it may ask for and what it is told.

use super::{Entry, EntryKey, Party, Problem, Visitor};
use crate::Moment;

/// What the visitor or the host page wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Begin a chat. Ignored while one is under way; after an end it begins a new one with an empty transcript.
    Start(Visitor),
    /// Send a message. Blank text is ignored; see [`Event::Entry`] for its fate.
    /// Before the chat is created, messages wait for it.
    Say(String),
    /// The visitor changed the draft: announces typing, at most once per [`Limits::typing_repeat`](super::Limits).
    Typing,
    /// The draft was emptied or the composer lost focus.
    StopTyping,
    /// Send a message once more whose fate is `Failed` or `Unproven`.
    Retry(EntryKey),
    /// Take such a message out of the transcript.
    Discard(EntryKey),
    /// Send a custom notice (`ixn/chat/customNotice`).
    Notice(String),
    /// Put a line of the page's own into the transcript (see [`Body::Note`](super::Body)); nothing is sent, and nothing
    /// is kept for another page.
    Note {
        /// What it says.
        text: String,
        /// How it is meant.
        tone: String,
    },
    /// End the chat, or leave the queue. After an end: nothing.
    End,
    /// Forget an ended or failed chat and return to [`Phase::Idle`].
    Reset,
}

/// What happened, for the window and the host page.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The chat entered this phase.
    Phase(Phase),
    /// The connection got worse or better, after a grace time.
    Connection(Connection),
    /// The transcript changed.
    Entry(Change),
    /// Who types at the other side; `None` when nobody does any more.
    Typing(Option<Party>),
    /// Nobody has written for so long that the server will close the chat at this moment, unless somebody does;
    /// `None` when somebody has, or the warning has proved wrong.
    Idle(Option<Moment>),
    /// A custom or unknown event of the server, or a pushed address that may not be opened:
    /// nothing is shown for it.
    Notice {
        /// The event type as the server spells it.
        kind: String,
        /// Who caused it.
        party: Party,
        /// Its text.
        text: String,
    },
    /// Something that a developer should read; never holds secrets or message text.
    Diagnostic(String),
}

/// Where the chat stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// No chat.
    Idle,
    /// The chat of another page is shown; whether it lives is being asked.
    Restoring,
    /// The service or the interaction is being created.
    Connecting,
    /// The chat is created (or its delayed service is queued) and no agent has joined yet.
    Waiting,
    /// An agent is there, or was and another is awaited.
    Active,
    /// The visitor asked for the end; the server has not answered yet.
    Ending,
    /// The chat is over; its transcript stays readable.
    Ended(End),
    /// The chat could not be started; what the visitor typed is kept by the window.
    Failed(Problem),
}

/// Why a chat is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The visitor ended it after an agent had joined.
    Visitor,
    /// The last agent left and the server closed the chat.
    Agent,
    /// Nobody wrote for too long.
    Idle,
    /// The server ended it for a reason of its own.
    Server,
    /// The server does not know the chat any more.
    Lost,
    /// The visitor left before an agent had joined.
    Abandoned,
}

/// How the line to the server is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Requests are answered.
    Fine,
    /// Requests have failed for longer than the grace time.
    Troubled {
        /// The last reason.
        reason: Problem,
        /// When the next try is made.
        next_try: Option<Moment>,
    },
}

/// A change of the transcript, in the order in which it has to be shown.
///
/// Entries stand in the order of the server's transcript. A message that the server has not shown
/// yet stands below all that it has, so an arriving entry may be `Inserted` above it, and it need
/// not move when its own turn comes. Where a message does change its place (it is retried, or it
/// turns up although it had failed), that is `Removed`, then `Appended` or `Inserted` with the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new last entry.
    Appended(Entry),
    /// A new entry that stands directly before `before`.
    Inserted {
        /// The new entry.
        entry: Entry,
        /// Its successor.
        before: EntryKey,
    },
    /// The entry with this key has changed, and has kept its place.
    Replaced(Entry),
    /// The entry with this key is gone.
    Removed(EntryKey),
    /// A new chat: the transcript is empty.
    Cleared,
}
