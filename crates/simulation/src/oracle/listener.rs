//! What a bare Bayeux session hands over: every event of its channel, in order (S5–S7).

use gms_chat_protocol::bayeux::Event;
use gms_chat_protocol::chat::Command;
use serde_json::Value;

use super::wire::Kind;
use super::{Verdict, ensure, is_discreet};
use crate::server::{Answer, Server};

/// The witness of a Bayeux session.
#[derive(Debug)]
pub(super) struct Listener {
    /// Opened, and not ended.
    pub(super) open: bool,
    pub(super) troubled: bool,
    /// Whether this session acknowledges: nothing may be lost in it, and the order is the server's.
    ordered: bool,
    ready: bool,
    /// Handshakes since the start: with one session alone, nothing may be lost.
    handshakes: u32,
    /// The highest position handed over.
    highest: u64,
    /// Which positions were handed over.
    seen: Vec<bool>,
    /// The last position before the faults stopped.
    pub(super) calm_from: u64,
}

impl Listener {
    pub(super) fn new() -> Self {
        Self {
            open: false,
            troubled: false,
            ordered: false,
            ready: false,
            handshakes: 0,
            highest: 0,
            seen: Vec::new(),
            calm_from: 0,
        }
    }

    pub(super) fn stage(&self) -> usize {
        match (self.open, self.ready) {
            (false, _) => 8,
            (true, false) => 9,
            (true, true) => 10,
        }
    }

    pub(super) fn wanted(&mut self, command: &Command) {
        match command {
            Command::Start(_) => self.open = true,
            Command::End => self.open = false,
            Command::Say(_) | Command::Typing | Command::StopTyping => {}
            Command::Retry(_) | Command::Discard(_) => {}
            Command::Notice(_) | Command::Note { .. } | Command::Reset => {}
        }
    }

    pub(super) fn sent(&mut self, kind: Kind) -> Verdict {
        if kind == Kind::Handshake {
            self.handshakes += 1;
            self.ready = false;
        }
        ensure(self.open || kind == Kind::Goodbye, "S4", || {
            format!("{kind:?} although nobody wants a session")
        })
    }

    pub(super) fn answered(&mut self, answer: &Answer) {
        if answer.facts.client_id.is_some() {
            self.ordered = answer.facts.batch.is_some();
        }
    }

    pub(super) fn told(&mut self, event: Event) -> Verdict {
        match event {
            Event::Ready { .. } => {
                ensure(!self.ready, "S5", || {
                    "ready twice in one session".to_owned()
                })?;
                self.ready = true;
                Ok(())
            }
            Event::Delivery(data) => self.delivered(&data.into()),
            Event::Trouble { .. } => {
                self.troubled = true;
                Ok(())
            }
            Event::Recovered => {
                ensure(self.troubled, "L1", || {
                    "recovered from no trouble".to_owned()
                })?;
                self.troubled = false;
                Ok(())
            }
            Event::Ended(_) => {
                self.open = false;
                self.troubled = false;
                self.ready = false;
                Ok(())
            }
            Event::MultipleClients | Event::CookieLost => Ok(()),
            Event::Diagnostic(text) => is_discreet(&text),
        }
    }

    fn delivered(&mut self, data: &Value) -> Verdict {
        let message = &data["message"];
        if message["chatSessionId"] != "session-0" {
            return Ok(());
        }
        let number = |value: &Value| match value {
            Value::String(digits) => digits.parse().ok(),
            other => other.as_u64(),
        };
        let (Some(last), Some(count)) = (number(&message["transcriptPosition"]), count(message))
        else {
            return Ok(());
        };
        let first = last + 1 - count;
        for position in first..=last {
            self.see(position)?;
        }
        Ok(())
    }

    fn see(&mut self, position: u64) -> Verdict {
        let index = usize::try_from(position).unwrap_or(0);
        if self.seen.len() <= index {
            self.seen.resize(index + 1, false);
        }
        let is_new = !std::mem::replace(&mut self.seen[index], true);
        ensure(is_new || self.ordered, "S6", || {
            format!("event {position} comes twice without acknowledgements")
        })?;
        let highest = self.highest;
        ensure(!is_new || position > highest || !self.ordered, "S5", || {
            format!("event {position} comes for the first time after event {highest}")
        })?;
        self.highest = highest.max(position);
        Ok(())
    }

    /// Whether everything is as it should be once the faults have stopped; what is not, in words.
    pub(super) fn unmet(&self, server: &Server) -> Option<String> {
        if !self.open {
            return None;
        }
        if self.highest <= self.calm_from {
            let from = self.calm_from;
            return Some(format!(
                "nothing that was published after event {from} has arrived"
            ));
        }
        if !self.ready {
            return Some("the session is not ready".to_owned());
        }
        let subscribed = server.sessions.iter().any(|session| session.subscribed);
        (!subscribed).then(|| "S13: no session is subscribed".to_owned())
    }

    /// With one session all along, and acknowledgements, nothing is lost.
    pub(super) fn judge_end(&self, server: &Server) -> Verdict {
        let Some(from) = server.first_published.filter(|_| self.open) else {
            return Ok(());
        };
        if self.handshakes > 1 || !self.ordered {
            return Ok(());
        }
        let from = usize::try_from(from).unwrap_or(0);
        let lost = self
            .seen
            .iter()
            .enumerate()
            .skip(from)
            .find(|(_, seen)| !**seen);
        ensure(lost.is_none(), "S5", || {
            format!("events were lost in one session: {lost:?}")
        })
    }
}

/// How many events a chat object shows.
fn count(message: &Value) -> Option<u64> {
    let shown = match message.get("transcriptToShow")? {
        Value::String(quoted) => serde_json::from_str(quoted).ok()?,
        other => other.clone(),
    };
    Some(shown.as_array()?.len() as u64)
}
