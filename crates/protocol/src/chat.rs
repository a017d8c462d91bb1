//! The chat session: from the visitor's form to the end of the chat, over polling or CometD.

mod config;
mod entry;
mod problem;

use crate::{ExchangeId, Failure, Moment, Output, PageEvent, Reply};

pub use config::{Config, Delivery, Limits, Visitor};
pub use entry::{Body, Entry, EntryKey, Fate, Party, Role};
pub use problem::Problem;

/// What the visitor or the host page wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Begin a chat. Ignored while one is under way; after an end it begins a new one with an empty transcript.
    Start(Visitor),
    /// Send a message. Blank text is ignored; see [`Event::Entry`] for its fate.
    Say(String),
    /// The visitor changed the draft: announces typing, at most once per [`Limits::typing_repeat`].
    Typing,
    /// The draft was emptied or the composer lost focus.
    StopTyping,
    /// Send a message whose fate is `Failed` once more.
    Retry(EntryKey),
    /// Take a message whose fate is `Failed` out of the transcript.
    Discard(EntryKey),
    /// Send a custom notice (`ixn/chat/customNotice`).
    Notice(String),
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
    /// A custom or unknown event of the server: nothing is shown for it.
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
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// One chat after another, on one page.
#[derive(Debug)]
pub struct Session {
    config: Config,
}

impl Session {
    /// A session without a chat. `seed` feeds the jitter of retries: give each page another one.
    pub fn new(config: Config, seed: u64, now: Moment) -> Self {
        let _ = (seed, now);
        Self { config }
    }

    /// Carries out what the visitor or the host page wants.
    pub fn handle_command(&mut self, command: Command, now: Moment) {
        let _ = (command, now, &self.config);
    }

    /// Takes the answer to an exchange.
    pub fn handle_reply(&mut self, id: ExchangeId, reply: Reply, now: Moment) {
        let _ = (id, reply, now);
    }

    /// Takes the end of an exchange that got no answer.
    pub fn handle_failure(&mut self, id: ExchangeId, failure: Failure, now: Moment) {
        let _ = (id, failure, now);
    }

    /// Takes what the page reports about itself.
    pub fn handle_page(&mut self, event: PageEvent, now: Moment) {
        let _ = (event, now);
    }

    /// Does what is due; call it at the moment that [`Output::Wait`] named, or later.
    pub fn handle_timeout(&mut self, now: Moment) {
        let _ = now;
    }

    /// The next thing to do; ends with [`Output::Wait`].
    #[must_use = "an output that is not carried out stalls the session"]
    pub fn poll_output(&mut self) -> Output {
        Output::Wait(None)
    }
}
