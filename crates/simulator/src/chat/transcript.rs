//! The transcript: events with positions that start at 1.

use std::time::Duration;

use serde_json::{Value, json};

use crate::agent::Party;
use crate::options::{Chat as ChatOptions, Numbers, TranscriptForm, TypingNames};

/// One event of a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// What it is.
    pub kind: EventKind,
    /// Who did it.
    pub party: Party,
    /// A message, a URL, or the words for what happened.
    pub text: String,
    /// Time since the chat was created.
    pub at: Duration,
}

/// Event types of the specification, and any other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EventKind {
    /// `Message.Text`.
    Text,
    /// `Notice.Joined`.
    Joined,
    /// `Notice.Left`.
    Left,
    /// `Notice.TypingStarted`.
    TypingStarted,
    /// `Notice.TypingStopped`.
    TypingStopped,
    /// `Notice.PushUrl`.
    PushUrl,
    /// Any other, e.g. `Notice.Custom`.
    Other(String),
}

impl EventKind {
    /// The name on the wire.
    pub(crate) fn name(&self, typing: TypingNames) -> &str {
        match (self, typing) {
            (Self::Text, _) => "Message.Text",
            (Self::Joined, _) => "Notice.Joined",
            (Self::Left, _) => "Notice.Left",
            (Self::TypingStarted, TypingNames::Long) => "Notice.TypingStarted",
            (Self::TypingStarted, TypingNames::Short) => "Notice.TypingStart",
            (Self::TypingStopped, TypingNames::Long) => "Notice.TypingStopped",
            (Self::TypingStopped, TypingNames::Short) => "Notice.TypingStop",
            (Self::PushUrl, _) => "Notice.PushUrl",
            (Self::Other(name), _) => name,
        }
    }

    /// Whether the server counts it against idleness.
    pub(crate) fn is_activity(&self) -> bool {
        match self {
            Self::TypingStarted | Self::TypingStopped => false,
            Self::Text | Self::Joined | Self::Left | Self::PushUrl | Self::Other(_) => true,
        }
    }
}

/// All events of a chat, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transcript {
    events: Vec<Event>,
}

impl Transcript {
    /// Adds an event at the next position.
    pub(crate) fn append(&mut self, event: Event) {
        self.events.push(event);
    }

    /// The position of the last event.
    pub(crate) fn last_position(&self) -> usize {
        self.events.len()
    }

    /// The events after this position.
    pub(crate) fn after(&self, position: usize) -> &[Event] {
        self.events.get(position..).unwrap_or_default()
    }

    /// The events after this position as `transcriptToShow`.
    pub(crate) fn to_show(&self, position: usize, options: &ChatOptions) -> Value {
        let events = self.after(position).iter().enumerate();
        let events = events.map(|(index, event)| {
            let seconds = match options.numbers {
                Numbers::AsInExamples | Numbers::Strings => json!(event.at.as_secs().to_string()),
                Numbers::Numbers => json!(event.at.as_secs()),
            };
            let mut elements = vec![
                json!(event.kind.name(options.typing_names)),
                json!(event.party.name),
                json!(event.text),
                seconds,
                json!(event.party.role.word()),
            ];
            if options.event_index {
                elements.push(json!(position + index + 1));
            }
            Value::Array(elements)
        });
        let events = Value::Array(events.collect());
        match options.transcript {
            TranscriptForm::Array => events,
            TranscriptForm::Quoted => Value::String(events.to_string()),
        }
    }
}
