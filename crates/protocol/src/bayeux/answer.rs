//! What an answer of the server holds: replies to our requests, events of the channel, and junk.

use crate::value::{Object, Value};

use super::advice::Advice;
use super::event::Fault;
use crate::defect::{self, Defect};
use crate::{Reply as HttpReply, backoff, json};

/// So much of an `error` is told, in bytes.
const LONGEST_ERROR: usize = 200;

/// The messages of one HTTP answer, sorted by what they are.
#[derive(Debug)]
pub(super) struct Answer {
    /// The `data` of every event on the subscribed channel, in the order of the answer.
    pub(super) events: Vec<Value>,
    /// How many elements were neither.
    pub(super) skipped: usize,
    replies: Vec<Object>,
}

impl Answer {
    /// Reads an HTTP answer. Anything but 200 with JSON messages is a fault.
    pub(super) fn read(reply: &HttpReply, subscription: &str) -> Result<Self, Fault> {
        if reply.status != 200 {
            return Err(Fault::Status {
                status: reply.status,
                retry_after: backoff::retry_after(reply),
            });
        }
        let elements = match json::parse(&reply.body) {
            Some(Value::Array(elements)) => elements,
            Some(message @ Value::Object(_)) if !defect::on(Defect::RefusesBareObject) => {
                vec![message]
            }
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_))
            | Some(Value::Object(_)) => {
                return Err(Fault::malformed("an array of Bayeux messages"));
            }
            None => return Err(unreadable(&reply.body)),
        };
        let mut answer = Self {
            events: Vec::new(),
            skipped: 0,
            replies: Vec::new(),
        };
        for element in elements {
            answer.sort(element, subscription);
            if answer.skipped > 0 && defect::on(Defect::JunkSpoilsAnswer) {
                break;
            }
        }
        Ok(answer)
    }

    fn sort(&mut self, element: Value, subscription: &str) {
        let Value::Object(mut message) = element else {
            self.skipped += 1;
            return;
        };
        let channel = message.get("channel").and_then(Value::as_str);
        let is_ours = channel == Some(subscription);
        if is_ours && (defect::on(Defect::EventSettles) || defect::on(Defect::HeedsEvents)) {
            self.replies.push(message.clone());
        }
        let channel = message.get("channel").and_then(Value::as_str);
        if channel.is_some_and(|channel| channel.starts_with("/meta/")) {
            self.replies.push(message);
        } else {
            match message.remove("data").filter(|_| is_ours) {
                Some(data) => self.events.push(data),
                None => self.skipped += 1,
            }
        }
    }

    /// Takes the reply to the request `id` on this meta channel. When several claim the channel, the
    /// one with the right id wins, else the first: servers exist that echo no ids, or wrong ones.
    pub(super) fn reply(&mut self, channel: &str, id: u32) -> Option<Reply> {
        let text = json::decimal(id.into());
        let has_id = |message: &Object| match message.get("id") {
            Some(Value::String(id)) => *id == text,
            Some(Value::Number(number)) => number.as_u64() == Some(id.into()),
            Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => false,
        };
        let on_channel = |message: &Object| {
            is_on(message, channel) || defect::on(Defect::EventSettles) && has_id(message)
        };
        let with_id = self
            .replies
            .iter()
            .position(|message| on_channel(message) && has_id(message));
        let first = self.replies.iter().position(on_channel);
        let index = with_id.or(first.filter(|_| !defect::on(Defect::MatchesByIdAlone)))?;
        Some(Reply(self.replies.swap_remove(index)))
    }

    /// Whether the server says that the session is over.
    pub(super) fn is_disconnected(&self) -> bool {
        self.replies.iter().any(|message| {
            let is_heeded = defect::on(Defect::HeedsEvents)
                && message.get("data").is_some()
                && message.get("advice").is_some();
            is_heeded
                || is_on(message, "/meta/disconnect")
                    && message.get("successful").and_then(Value::as_bool) != Some(false)
        })
    }
}

fn is_on(message: &Object, channel: &str) -> bool {
    message.get("channel").and_then(Value::as_str) == Some(channel)
}

fn unreadable(body: &str) -> Fault {
    match json::excess(body) {
        Some(expected) => Fault::Excessive { expected },
        None => Fault::malformed("JSON"),
    }
}

/// A reply on a meta channel.
#[derive(Debug)]
pub(super) struct Reply(Object);

impl Reply {
    pub(super) fn is_successful(&self) -> bool {
        match self.0.get("successful") {
            Some(Value::Bool(successful)) => *successful,
            Some(Value::String(word)) => word == "true",
            Some(Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_)) | None => {
                false
            }
        }
    }

    /// The `error`, without what it may tell about the client.
    pub(super) fn error(&self) -> String {
        without_arguments(self.0.get("error").and_then(Value::as_str).unwrap_or(""))
    }

    /// The refusal as a fault.
    pub(super) fn refusal(&self) -> Fault {
        Fault::Refused {
            error: self.error(),
        }
    }

    pub(super) fn advice(&self) -> Option<Advice> {
        self.0.get("advice")?.as_object().map(Advice::read)
    }

    pub(super) fn client_id(&self) -> Option<&str> {
        let client_id = self.0.get("clientId")?.as_str()?;
        (!client_id.is_empty()).then_some(client_id)
    }

    /// How many events the reply to a handshake says that come with it.
    pub(super) fn promised(&self) -> usize {
        let number = self.0.get("x-messages").and_then(json::number);
        number
            .and_then(|number| usize::try_from(number).ok())
            .unwrap_or(0)
    }

    /// Whether `long-polling` is offered. A reply without a list is taken at its word.
    pub(super) fn offers_long_polling(&self) -> bool {
        let types = self.0.get("supportedConnectionTypes");
        types.and_then(Value::as_array).is_none_or(|types| {
            types
                .iter()
                .any(|name| name.as_str() == Some("long-polling"))
        })
    }

    /// The number to start acknowledging from, if the handshake has agreed to it.
    pub(super) fn initial_ack(&self) -> Option<u64> {
        match self.0.get("ext")?.get("ack")? {
            Value::Bool(true) => Some(0),
            Value::Object(ack) if ack.get("enabled").and_then(Value::as_bool) == Some(true) => {
                Some(ack.get("batch").and_then(Value::as_u64).unwrap_or(0))
            }
            Value::Null | Value::Bool(false) | Value::Number(_) | Value::String(_) => None,
            Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// The number of this connect reply's batch.
    pub(super) fn ack(&self) -> Option<u64> {
        self.0.get("ext")?.get("ack")?.as_u64()
    }
}

/// `402:CLIENT:Unknown client` without the middle part, which may hold the clientId.
fn without_arguments(error: &str) -> String {
    let mut kept = String::new();
    let mut text = error;
    if let Some((code, rest)) = error.split_once(':')
        && let Some((_, rest)) = rest.split_once(':')
    {
        kept.push_str(code);
        kept.push_str("::");
        text = rest;
    }
    kept.push_str(text);
    kept.truncate(kept.floor_char_boundary(LONGEST_ERROR));
    kept
}
