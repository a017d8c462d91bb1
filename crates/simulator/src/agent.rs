//! What the other side of a chat can do: the same acts for scripted agents and for people at the desk.

mod script;

use std::time::Duration;

pub(crate) use script::{Context, Script};

/// Somebody in a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// The nickname that the chat shows.
    pub name: String,
    /// The user type.
    pub role: Role,
}

impl Party {
    /// An agent.
    pub fn agent(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            role: Role::Agent,
        }
    }

    /// A supervisor, a bot or the system.
    pub fn external(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            role: Role::External,
        }
    }
}

/// User types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// `AGENT`.
    Agent,
    /// `CLIENT`: the visitor.
    Client,
    /// `EXTERNAL`: supervisor, bot or system.
    External,
    /// One that the specification does not name, e.g. `SUPERVISOR`.
    Other(String),
}

impl Role {
    /// The word on the wire.
    pub fn word(&self) -> &str {
        match self {
            Self::Agent => "AGENT",
            Self::Client => "CLIENT",
            Self::External => "EXTERNAL",
            Self::Other(word) => word,
        }
    }
}

/// One act of the other side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// A party joins.
    Join(Party),
    /// A party leaves; the chat goes on.
    Leave(Party),
    /// One party leaves and another joins, in one batch.
    Transfer {
        /// Who leaves.
        from: Party,
        /// Who joins.
        to: Party,
    },
    /// A party begins to type.
    Type(Party),
    /// A party stops typing.
    Pause(Party),
    /// A party sends a message.
    Say(Party, String),
    /// A party pushes a URL.
    PushUrl(Party, String),
    /// A party sends an event of this type, e.g. `Notice.Custom`.
    Send {
        /// Who sends it.
        party: Party,
        /// The event type.
        kind: String,
        /// Its text.
        text: String,
    },
    /// The chat is closed, by a party that leaves or by the server.
    End(Option<Party>),
}

/// One line of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing happens for a while.
    Wait(Duration),
    /// Something happens.
    Act(Act),
    /// The network gets worse.
    Fault(crate::fault::Fault),
}
