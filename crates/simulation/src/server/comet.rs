//! The CometD half of the server: Bayeux requests, held connects, deliveries.

use std::fmt::Write;

use serde_json::Value;

use super::answer::{Answer, Connected, Facts};
use super::chat::Span;
use super::session::{Ending, Held, Parcel, Session};
use super::{Call, Server};
use crate::plan::{Ack, AdviceHabit, Duplicate, Ids, Unknown};

const CHANNEL: &str = "/_genesys";

impl Server {
    /// A request to the CometD servlet; `None` when it is held.
    pub(super) fn bayeux(&mut self, call: &Call<'_>) -> Option<Answer> {
        match call.messages {
            [] => Some(Answer::status(400)),
            [message] if text(message, "channel") == "/meta/handshake" => {
                Some(self.handshake(call, message))
            }
            [message] if text(message, "channel") == "/meta/connect" => self.connect(call, message),
            messages => Some(self.several(call, messages)),
        }
    }

    /// Requests that are answered at once and may share an exchange.
    fn several(&mut self, call: &Call<'_>, messages: &[Value]) -> Answer {
        let mut facts = Facts::default();
        let mut replies = Vec::new();
        for message in messages {
            let channel = text(message, "channel");
            let Some(index) = self.session(call, message) else {
                replies.push(self.unknown(message, false));
                continue;
            };
            match channel {
                "/meta/subscribe" => self.subscribe(index),
                "/meta/unsubscribe" => self.sessions[index].subscribed = false,
                "/meta/disconnect" => {
                    let user = self.sessions[index].user.clone();
                    self.release(index);
                    if let Some(position) = position(message) {
                        self.note_absence(&user, position);
                    }
                }
                _ => return Answer::status(400),
            }
            let more = format!(r#""successful":true,"subscription":"{CHANNEL}""#);
            replies.push(self.reply(message, channel, &more));
            if channel == "/meta/subscribe" && self.setting.on_any_reply {
                self.ride_along(index, &mut replies, &mut facts);
            }
        }
        let mut answer = Answer::messages(replies);
        answer.facts = facts;
        answer
    }

    fn handshake(&mut self, call: &Call<'_>, message: &Value) -> Answer {
        let Some(user) = call.user else {
            return Answer::status(400);
        };
        let cookie = call.cookie.unwrap_or_else(|| self.number());
        let client_id = format!("client{}", self.number());
        let mut session = Session::new(client_id.clone(), user, cookie, call.node, self.now);
        let asked = message.pointer("/ext/ack") == Some(&Value::Bool(true));
        let mut more = format!(
            r#""successful":true,"version":"1.0","clientId":"{client_id}","supportedConnectionTypes":["websocket","long-polling"]"#
        );
        let mut facts = Facts::default();
        match self.setting.ack {
            Ack::Plain if asked => session.grant_acks(0),
            Ack::Object(batch) if asked => session.grant_acks(batch.into()),
            Ack::Plain | Ack::Object(_) | Ack::Off => {}
        }
        let mut messages = Vec::new();
        if self.setting.handshake_brings {
            session.subscribed = true;
            session.queue.extend(self.take_kept(user));
        }
        if !session.queue.is_empty() {
            let (parcels, _) = session.take();
            facts.events = parcels.len();
            let _ = write!(more, r#","x-messages":{}"#, parcels.len());
            for parcel in parcels {
                facts.spans.extend(parcel.span);
                messages.push(parcel.json);
            }
        }
        facts.batch = session.batch();
        match (facts.batch, self.setting.ack) {
            (Some(0), Ack::Plain) => more.push_str(r#","ext":{"ack":true}"#),
            (Some(batch), _) => {
                let ext = format!(r#","ext":{{"ack":{{"enabled":true,"batch":{batch}}}}}"#);
                more.push_str(&ext);
            }
            (None, _) => {}
        }
        facts.client_id = Some(client_id);
        if self.setting.advice == AdviceHabit::Always {
            self.push_advice(&mut more, "retry");
        }
        self.sessions.push(session);
        let place = if self.setting.reply_first {
            0
        } else {
            messages.len()
        };
        messages.insert(place, self.reply(message, "/meta/handshake", &more));
        let mut answer = Answer::messages(messages);
        answer.cookie = Some(cookie);
        answer.facts = facts;
        answer
    }

    fn connect(&mut self, call: &Call<'_>, message: &Value) -> Option<Answer> {
        let Some(index) = self.session(call, message) else {
            let mut answer = Answer::messages(vec![self.unknown(message, true)]);
            answer.facts.connect = Some(Connected::Unknown);
            return Some(answer);
        };
        self.supersede(index);
        let wish = message.pointer("/advice/timeout").and_then(Value::as_u64);
        let hold = wish.unwrap_or(u64::MAX).min(self.setting.hold);
        let acknowledged = message.pointer("/ext/ack").and_then(Value::as_u64);
        let session = &mut self.sessions[index];
        session.heard = self.now;
        session.acknowledged(acknowledged.unwrap_or(0));
        let id = id_of(message);
        let at_once = session.has_news()
            || hold == 0
            || self.setting.never_holds
            || self.setting.other_tab.is_some();
        if at_once {
            return Some(self.answer_connect(index, &id));
        }
        session.held = Some(Held {
            exchange: call.exchange,
            id,
            until: self.now + hold,
        });
        None
    }

    /// A second connect: what becomes of the first.
    fn supersede(&mut self, index: usize) {
        let Some(old) = self.sessions[index].held.take() else {
            return;
        };
        let answer = match self.setting.duplicate {
            Duplicate::Forgotten => return,
            Duplicate::Status(status) => Answer::status(status),
            Duplicate::Answered => {
                let reply = format!(
                    r#"{{"channel":"/meta/connect","id":"{}","successful":true}}"#,
                    old.id
                );
                let mut answer = Answer::messages(vec![reply]);
                answer.facts.connect = Some(Connected::Well);
                answer
            }
        };
        self.out.push((old.exchange, answer));
    }

    /// The answer to a connect, with everything that waits.
    pub(super) fn answer_connect(&mut self, index: usize, id: &str) -> Answer {
        let session = &mut self.sessions[index];
        session.heard = self.now;
        let ending = session.ending;
        let first = !std::mem::replace(&mut session.advised, true);
        let is_last = match ending {
            Ending::None => session.queue.is_empty(),
            Ending::NoneAtOnce | Ending::Disconnect => true,
            Ending::No => false,
        };
        let (parcels, batch) = session.take();
        let mut facts = Facts {
            connect: Some(if is_last {
                Connected::Last
            } else {
                Connected::Well
            }),
            batch,
            ..Facts::default()
        };
        let mut more = String::from(r#""successful":true"#);
        if let Some(batch) = batch {
            let _ = write!(more, r#","ext":{{"ack":{batch}}}"#);
        }
        let advises = match self.setting.advice {
            AdviceHabit::OnChange => first,
            AdviceHabit::Always => true,
            AdviceHabit::Never => false,
        };
        if is_last && ending != Ending::Disconnect {
            more.push_str(r#","advice":{"reconnect":"none"}"#);
        } else if advises || self.setting.other_tab.is_some() {
            self.push_advice(&mut more, "retry");
        }
        let reply = self.meta(id, "/meta/connect", &more);
        let mut messages: Vec<String> = Vec::with_capacity(parcels.len() + 1);
        facts.events = parcels.len();
        for parcel in parcels {
            facts.spans.extend(parcel.span);
            messages.push(parcel.json);
        }
        let place = if self.setting.reply_first {
            0
        } else {
            messages.len()
        };
        messages.insert(place, reply);
        if ending == Ending::Disconnect {
            messages.push(r#"{"channel":"/meta/disconnect","successful":true}"#.to_owned());
            self.sessions.remove(index);
        }
        let mut answer = Answer::messages(messages);
        answer.facts = facts;
        answer
    }

    fn subscribe(&mut self, index: usize) {
        self.sessions[index].subscribed = true;
        let user = self.sessions[index].user.clone();
        let parcels = self.take_kept(&user);
        self.sessions[index].queue.extend(parcels);
        self.catch_up(&user);
    }

    /// What has waited for this user's next session.
    fn take_kept(&mut self, user: &str) -> Vec<Parcel> {
        let (kept, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.kept)
            .into_iter()
            .partition(|(owner, _)| owner == user);
        self.kept = rest;
        kept.into_iter().map(|(_, parcel)| parcel).collect()
    }

    /// The session is over; its held connect is answered.
    fn release(&mut self, index: usize) {
        if let Some(held) = self.sessions[index].held.take() {
            let answer = self.answer_connect(index, &held.id);
            self.out.push((held.exchange, answer));
        }
        // The answer itself may have ended it.
        if index < self.sessions.len() {
            self.sessions.remove(index);
        }
    }

    /// Without the extension, some servers deliver by whatever reply comes first.
    fn ride_along(&mut self, index: usize, replies: &mut Vec<String>, facts: &mut Facts) {
        let session = &mut self.sessions[index];
        if session.has_acks() {
            return;
        }
        for parcel in session.take().0 {
            facts.events += 1;
            facts.spans.extend(parcel.span);
            replies.push(parcel.json);
        }
    }

    /// Publishes on the user's channel. Without a listener, it is gone, or kept.
    pub(super) fn publish(&mut self, user: &str, data: &str, span: Option<Span>) {
        let mut json = format!(r#"{{"channel":"{CHANNEL}","data":{data}"#);
        if self.setting.ids == Ids::Colliding {
            // The publisher's own count, from 1: the client counts from 1 as well.
            let number = self.published + 1;
            let _ = write!(json, r#","id":"{number}""#);
        }
        json.push_str(&std::mem::take(&mut self.event_suffix));
        json.push('}');
        self.published += 1;
        let parcel = Parcel { json, span };
        let listeners: Vec<usize> = (0..self.sessions.len())
            .filter(|&index| self.sessions[index].user == user && self.sessions[index].subscribed)
            .collect();
        if listeners.is_empty() && self.setting.keeps_for_user {
            self.kept.push((user.to_owned(), parcel));
            return;
        }
        if let (Some(span), false) = (span, listeners.is_empty()) {
            self.first_published.get_or_insert(span.first);
        }
        for index in listeners {
            self.sessions[index].queue.push_back(parcel.clone());
        }
        self.flush();
    }

    /// Answers every held connect that has something to bring.
    pub(super) fn flush(&mut self) {
        let ready = |session: &Session| session.held.is_some() && session.has_news();
        while let Some(index) = self.sessions.iter().position(ready) {
            self.answer_held(index);
        }
    }

    pub(super) fn answer_held(&mut self, index: usize) {
        if let Some(held) = self.sessions[index].held.take() {
            let answer = self.answer_connect(index, &held.id);
            self.out.push((held.exchange, answer));
        }
    }

    /// The session that a message is of: its clientId and the browser's cookie have to agree.
    fn session(&self, call: &Call<'_>, message: &Value) -> Option<usize> {
        let client_id = text(message, "clientId");
        self.sessions.iter().position(|session| {
            session.client_id == client_id
                && Some(session.cookie) == call.cookie
                && session.node == call.node
        })
    }

    fn unknown(&self, message: &Value, is_connect: bool) -> String {
        let channel = text(message, "channel");
        let unknown = self.setting.unknown;
        let error = match unknown {
            Unknown::Modern | Unknown::Silent => "402::session_unknown",
            Unknown::Old => "402:abc:Unknown client",
            Unknown::Fork => "403::Unknown client",
            Unknown::Faye => "401:abc:Unknown client",
        };
        let mut more = format!(r#""successful":false,"error":"{error}""#);
        match unknown {
            Unknown::Faye if is_connect => {
                more.push_str(r#","advice":{"reconnect":"handshake"}"#);
            }
            Unknown::Modern | Unknown::Old | Unknown::Fork if is_connect => {
                more.push_str(r#","advice":{"reconnect":"handshake","interval":0}"#);
            }
            _ => {}
        }
        self.reply(message, channel, &more)
    }

    fn push_advice(&self, more: &mut String, reconnect: &str) {
        let interval = self.setting.other_tab.unwrap_or(0);
        let hold = self.setting.hold;
        let quote = if self.setting.strings { "\"" } else { "" };
        let _ = write!(
            more,
            r#","advice":{{"reconnect":"{reconnect}","interval":{quote}{interval}{quote},"timeout":{quote}{hold}{quote}"#
        );
        if self.setting.other_tab.is_some() {
            more.push_str(r#","multiple-clients":true"#);
        }
        more.push('}');
    }

    fn reply(&self, message: &Value, channel: &str, more: &str) -> String {
        self.meta(&id_of(message), channel, more)
    }

    /// A reply on a meta channel, with the id as this server gives ids.
    fn meta(&self, id: &str, channel: &str, more: &str) -> String {
        let id = match self.setting.ids {
            Ids::Echoed | Ids::Colliding => format!(r#""id":"{id}","#),
            Ids::Missing => String::new(),
            Ids::Wrong => format!(r#""id":"{id}0","#),
            Ids::Numeric => format!(r#""id":{id},"#),
        };
        format!(r#"{{{id}"channel":"{channel}",{more}}}"#)
    }
}

fn text<'a>(message: &'a Value, member: &str) -> &'a str {
    message.get(member).and_then(Value::as_str).unwrap_or("")
}

/// The highest position seen, with which a client takes leave for a while.
fn position(message: &Value) -> Option<u64> {
    let position = message.pointer("/ext/transcriptPosition")?;
    position.as_str()?.parse().ok()
}

fn id_of(message: &Value) -> String {
    text(message, "id").to_owned()
}
