//! The lines of a transcript, as the window draws them.

use super::Problem;

/// One line of the transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Stays the same as long as the entry lives.
    pub key: EntryKey,
    /// When it happened, in milliseconds since 1970 (UTC), when the server has said so.
    pub at: Option<u64>,
    /// Who caused it.
    pub party: Party,
    /// What it says.
    pub body: Body,
}

/// Names an entry within one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryKey(pub(crate) u32);

impl EntryKey {
    /// The key as a number, unique on this page: for DOM ids.
    pub fn number(self) -> u32 {
        self.0
    }
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A message of somebody else, or one of the visitor's that this page did not write.
    Message(String),
    /// A message that the visitor wrote on this page.
    Mine {
        /// The text as typed.
        text: String,
        /// What became of it.
        fate: Fate,
    },
    /// The party joined.
    Joined,
    /// The party left.
    Left,
    /// The chat went from `from` to the entry's party.
    Transferred {
        /// Who handed over.
        from: Party,
    },
    /// The agent offers a page. Only `http` and `https` addresses get this far.
    PushUrl {
        /// The address as sent.
        url: String,
        /// Its host name, for the visitor to judge by.
        host: String,
    },
    /// Something the server had said before here could not be recovered.
    Gap,
    /// A line of the page's own: the server knows nothing of it.
    Note {
        /// What the page says.
        text: String,
        /// How it is meant; a word of the window's.
        tone: String,
    },
}

/// What became of a message of the visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// On its way, or waiting for its turn.
    Sending,
    /// The transcript holds it, or the server has accepted it and shows no transcript.
    Sent,
    /// The answer was lost, and the transcript is being asked.
    Unknown,
    /// The answer was lost and the transcript could not settle it. Later messages are sent, and the visitor
    /// may try again (it may arrive twice) or discard it.
    Unproven,
    /// Refused, or proven never to have arrived; the visitor may try again or discard it.
    Failed(Problem),
}

/// Somebody who takes part in a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// The name as the server gives it; may be empty.
    pub nickname: String,
    /// What kind of party.
    pub role: Role,
}

/// Kinds of parties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `CLIENT`: the visitor.
    Client,
    /// `AGENT`.
    Agent,
    /// `SUPERVISOR`.
    Supervisor,
    /// `EXTERNAL` and every unknown word: a system or a bot.
    External,
}
