//! The objects inside GMS's answers: service, status, chat object, delivery.

use crate::value::Value;

use super::event::{self, Event};
use super::instant;
use crate::json;

/// The longest identifier that is believed.
const LONGEST_ID: usize = 512;

/// The `_id` of a created service, when it can stand in a URL.
pub(crate) fn service_id(answer: &Value) -> Option<String> {
    let id = json::text(answer.get("_id")?)?;
    let usable = !id.is_empty() && id.len() <= LONGEST_ID && id != "." && id != "..";
    usable.then_some(id)
}

/// What `status` says about a delayed service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Availability {
    /// `available`: the chat can be created.
    Available,
    /// `waiting`, or a word that we do not know.
    Waiting,
}

impl Availability {
    /// Reads `{"message": {"_status": …}}`, or the same without the envelope.
    pub(crate) fn read(answer: &Value) -> Option<Self> {
        let status = member(answer.get("message").unwrap_or(answer), "_status")?;
        let available = status.eq_ignore_ascii_case("available");
        Some(if available {
            Self::Available
        } else {
            Self::Waiting
        })
    }
}

/// `chatIxnState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChatState {
    /// `CONNECTED`: just created.
    Connected,
    /// `TRANSCRIPT`: going on.
    Transcript,
    /// `DISCONNECTED`: over.
    Disconnected,
    /// A word that we do not know.
    Unknown,
}

/// A chat object, as far as the answer had one: every member may be absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ChatObject {
    /// `chatIxnState`.
    pub(crate) state: Option<ChatState>,
    /// `chatSessionId`.
    pub(crate) session_id: Option<String>,
    /// `transcriptPosition`: the position of the last event.
    pub(crate) position: Option<u64>,
    /// `transcriptToShow`; `None` when the answer brings no transcript at all.
    pub(crate) events: Option<Vec<Event>>,
    /// `startedAt`, in milliseconds since 1970.
    pub(crate) started_at: Option<u64>,
    /// `_id`, in the short answers of push mode.
    pub(crate) id: Option<String>,
    /// Where the calls of this chat are, by a verbose answer.
    pub(crate) links: Vec<(Link, String)>,
}

impl ChatObject {
    /// Reads what is there; an answer without any of it gives an empty object.
    pub(crate) fn read(answer: &Value) -> Self {
        Self {
            state: member(answer, "chatIxnState").map(|word| state(&word)),
            session_id: member(answer, "chatSessionId").filter(|id| !id.is_empty()),
            position: answer.get("transcriptPosition").and_then(json::number),
            events: answer.get("transcriptToShow").and_then(event::read_all),
            started_at: member(answer, "startedAt")
                .and_then(|text| instant::read(&text).or_else(|| json::whole_number(&text))),
            id: service_id(answer),
            links: Link::ALL
                .into_iter()
                .filter_map(|link| Some((link, member(answer, link.name())?)))
                .collect(),
        }
    }

    /// Whether the answer spoke of a chat at all.
    pub(crate) fn is_chat(&self) -> bool {
        self.state.is_some() || self.events.is_some() || self.position.is_some()
    }
}

fn state(word: &str) -> ChatState {
    match word {
        "CONNECTED" => ChatState::Connected,
        "TRANSCRIPT" => ChatState::Transcript,
        "DISCONNECTED" => ChatState::Disconnected,
        _ => ChatState::Unknown,
    }
}

/// The calls whose URL a verbose answer may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    Send,
    Refresh,
    StartTyping,
    StopTyping,
    CustomNotice,
    Disconnect,
}

impl Link {
    const ALL: [Self; 6] = [
        Self::Send,
        Self::Refresh,
        Self::StartTyping,
        Self::StopTyping,
        Self::CustomNotice,
        Self::Disconnect,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Send => "_chatIxnAPI_SEND_URL",
            Self::Refresh => "_chatIxnAPI_REFRESH_URL",
            Self::StartTyping => "_chatIxnAPI_START_TYPING_URL",
            Self::StopTyping => "_chatIxnAPI_STOP_TYPING_URL",
            Self::CustomNotice => "_chatIxnAPI_SEND_CUSTOM_URL",
            Self::Disconnect => "_chatIxnAPI_DISCONNECT_URL",
        }
    }

    /// The call's name behind `/ixn/chat/`.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Refresh => "refresh",
            Self::StartTyping => "startTyping",
            Self::StopTyping => "stopTyping",
            Self::CustomNotice => "customNotice",
            Self::Disconnect => "disconnect",
        }
    }
}

/// The `data` of an event on `/_genesys`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// `service.chat.refresh.{service id}`.
    pub(crate) tag: Option<String>,
    /// The chat object that it carries.
    pub(crate) chat: ChatObject,
}

impl Delivery {
    /// Reads `{"id", "message", "tag"}`; the chat object may also come without the envelope.
    pub(crate) fn read(data: &Value) -> Self {
        Self {
            tag: member(data, "tag"),
            chat: ChatObject::read(data.get("message").unwrap_or(data)),
        }
    }
}

fn member(object: &Value, name: &str) -> Option<String> {
    object.get(name).and_then(json::text)
}
