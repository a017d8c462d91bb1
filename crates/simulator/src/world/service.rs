//! One service: it holds the business data, and at most one chat.

use tokio::time::Instant;

use crate::chat::{Chat, Phase};
use crate::options::{ServiceKind, Timers};

/// A created service.
#[derive(Debug)]
pub(crate) struct Service {
    /// `_id`.
    pub id: String,
    /// Which kind it is.
    pub kind: ServiceKind,
    /// The name under which it was created.
    pub name: String,
    /// Business data.
    pub data: Vec<(String, String)>,
    /// When it was created.
    pub created: Instant,
    /// Its number in the order of creation.
    pub number: u64,
    /// Where it stands.
    pub stage: Stage,
}

/// Where a service stands.
///
/// ```text
/// Queued --an agent is available--> Free --ixn/chat--> Chat
/// ```
#[derive(Debug)]
pub(crate) enum Stage {
    /// No agent is available yet.
    Queued {
        /// When one will be; `None` when a person at the desk decides.
        until: Option<Instant>,
    },
    /// A chat may start.
    Free,
    /// The chat has been created.
    Chat(Box<Chat>),
}

impl Service {
    /// Its chat, live or over.
    pub(crate) fn chat(&self) -> Option<&Chat> {
        match &self.stage {
            Stage::Chat(chat) => Some(chat),
            Stage::Queued { .. } | Stage::Free => None,
        }
    }

    pub(crate) fn chat_mut(&mut self) -> Option<&mut Chat> {
        match &mut self.stage {
            Stage::Chat(chat) => Some(chat),
            Stage::Queued { .. } | Stage::Free => None,
        }
    }

    /// Whether the chat may start, or has started.
    pub(crate) fn is_available(&self, now: Instant) -> bool {
        match &self.stage {
            Stage::Queued { until } => until.is_some_and(|until| until <= now),
            Stage::Free | Stage::Chat(_) => true,
        }
    }

    /// Leaves the queue if an agent is available by now.
    pub(crate) fn become_available(&mut self, now: Instant) {
        if matches!(self.stage, Stage::Queued { until: Some(until) } if until <= now) {
            self.stage = Stage::Free;
        }
    }

    /// When something about it wants to happen by itself. `reached`: the visitor has a CometD session.
    pub(crate) fn next_due(&self, timers: &Timers, reached: bool) -> Option<Instant> {
        match &self.stage {
            Stage::Queued { until } => until.or(self.expires(timers)),
            Stage::Free => self.expires(timers),
            Stage::Chat(chat) if chat.is_live() => chat.next_due(timers, reached),
            Stage::Chat(_) => self.expires(timers),
        }
    }

    pub(crate) fn has_expired(&self, timers: &Timers, now: Instant) -> bool {
        self.expires(timers).is_some_and(|expires| expires <= now)
    }

    /// When it is forgotten: a time to live after its creation, or after the end of its chat.
    fn expires(&self, timers: &Timers) -> Option<Instant> {
        let since = match &self.stage {
            Stage::Queued { .. } | Stage::Free => self.created,
            Stage::Chat(chat) => match chat.phase {
                Phase::Over { at, .. } => at,
                Phase::Waiting | Phase::Talking(_) => return None,
            },
        };
        Some(since + timers.service_ttl)
    }
}
