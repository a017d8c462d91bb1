//! Transcript events: `[type, nickname, text, seconds, user type]`, and whatever later servers append.

use crate::value::Value;

use crate::chat::{Party, Role};
use crate::json::{self, Row};

/// More events are not read at a time; a transcript of 54 KB holds about a thousand.
const MOST_EVENTS: usize = 20_000;

/// One event of a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// What happened.
    pub(crate) kind: Kind,
    /// Who caused it.
    pub(crate) party: Party,
    /// The text; for [`Kind::PushUrl`] the address.
    pub(crate) text: String,
    /// Seconds from the start of the chat.
    pub(crate) seconds: Option<u64>,
    /// The position by the server's own count, which only some servers give.
    pub(crate) index: Option<u64>,
}

/// The event types of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `Message.Text`.
    Message,
    /// `Notice.Joined`.
    Joined,
    /// `Notice.Left`.
    Left,
    /// `Notice.TypingStarted`, also spelt `Notice.TypingStart`.
    TypingStarted,
    /// `Notice.TypingStopped`, also spelt `Notice.TypingStop`.
    TypingStopped,
    /// `Notice.PushUrl`.
    PushUrl,
    /// Any other type, as spelt; empty for an element that is no event.
    Other(String),
}

impl Kind {
    /// The type as the server spells it, the typing notices in their longer form.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Message => "Message.Text",
            Self::Joined => "Notice.Joined",
            Self::Left => "Notice.Left",
            Self::TypingStarted => "Notice.TypingStarted",
            Self::TypingStopped => "Notice.TypingStopped",
            Self::PushUrl => "Notice.PushUrl",
            Self::Other(name) => name,
        }
    }
}

/// Reads the value of `transcriptToShow`: an array, or a string that holds one.
pub(crate) fn read_all(value: &Value) -> Option<Vec<Event>> {
    match value {
        Value::Array(elements) => Some(read_last(elements)),
        Value::String(quoted) => match json::parse(quoted)? {
            Value::Array(elements) => Some(read_last(&elements)),
            Value::Null | Value::Bool(_) | Value::Number(_) => None,
            Value::String(_) | Value::Object(_) => None,
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

/// Reads the events, of a monstrous transcript the last ones: what is left out shows as a gap.
fn read_last(elements: &[Value]) -> Vec<Event> {
    let start = elements.len().saturating_sub(MOST_EVENTS);
    elements[start..].iter().map(read).collect()
}

/// Reads one event. What is no event still takes a place in the transcript, so it is kept.
fn read(element: &Value) -> Event {
    let row = Row(element);
    Event {
        kind: kind(row.text(0)),
        party: Party {
            nickname: row.text(1),
            role: role(&row.text(4)),
        },
        text: row.text(2),
        seconds: row.number(3),
        index: row.number(5),
    }
}

fn kind(name: String) -> Kind {
    match name.as_str() {
        "Message.Text" => Kind::Message,
        "Notice.Joined" => Kind::Joined,
        "Notice.Left" => Kind::Left,
        "Notice.TypingStarted" | "Notice.TypingStart" => Kind::TypingStarted,
        "Notice.TypingStopped" | "Notice.TypingStop" => Kind::TypingStopped,
        "Notice.PushUrl" => Kind::PushUrl,
        _ => Kind::Other(name),
    }
}

/// Writes an event as it is read, behind others.
pub(crate) fn write(out: &mut String, event: &Event, position: u64) {
    let seconds = event.seconds.map_or_else(String::new, json::decimal);
    let role = role_name(event.party.role);
    let (name, nickname) = (event.kind.name(), &event.party.nickname);
    let position = json::decimal(position);
    json::push_row(
        out,
        &[name, nickname, &event.text, &seconds, role, &position],
    );
}

/// The word for a kind of party.
pub(crate) fn role_name(role: Role) -> &'static str {
    match role {
        Role::Client => "CLIENT",
        Role::Agent => "AGENT",
        Role::Supervisor => "SUPERVISOR",
        Role::External => "EXTERNAL",
    }
}

/// The kind of party that a word means.
pub(crate) fn role(word: &str) -> Role {
    match word {
        "CLIENT" => Role::Client,
        "AGENT" => Role::Agent,
        "SUPERVISOR" => Role::Supervisor,
        _ => Role::External,
    }
}
