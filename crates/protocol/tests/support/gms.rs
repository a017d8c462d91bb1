//! A model of GMS for the tests: one visitor's chat, REST and CometD, with faults on demand.
//!
//! It is written from the API page, not from the client. It keeps a transcript whose first event
//! has position 2, answers at once, and holds a connect until there is something to say.

use std::collections::VecDeque;
use std::time::Duration;

use gms_chat_protocol::{ExchangeId, Failure, Moment, Reply, Request};
use serde_json::{Value, json};

pub(crate) const SERVICE: &str = "4d1697a9-dda5-4742-8a6f-fbc01c25c640";
pub(crate) const SESSION: &str = "000E5aA2A40P000Q";

/// What happens to a request instead of an answer.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// It never reaches the server.
    Lost,
    /// The server does what it asks; the answer is lost.
    AnswerLost,
    /// The server does what it asks; the answer breaks off.
    Truncated,
    /// It never reaches the server, and nobody says so.
    Silence,
    /// The server does what it asks, and never answers.
    DoneInSilence,
    /// Refused with this status and `Retry-After`.
    Status(u16, Option<&'static str>),
    /// The server does what it asks, and something in between answers with this status.
    DoneButStatus(u16),
    /// Answered with this body under this status; nothing is done.
    Body(u16, &'static str),
    /// Done, and answered with this body under 200.
    DoneButBody(&'static str),
}

/// How a refresh answers in push mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefreshStyle {
    /// With the transcript behind the position, as in poll mode.
    Transcript,
    /// Without a transcript; what stands behind the position is pushed again.
    Pushed,
    /// `transcriptPosition` in the body is ignored; from the start by URL is pushed.
    PushedFromStart,
    /// With the position at which the transcript ends, and nothing is pushed.
    Position,
    /// `{_id, comet_channel}` and nothing more.
    Nothing,
}

/// The server.
#[derive(Debug)]
pub(crate) struct Gms {
    /// `[type, nickname, text, seconds, user type]`; the first one has position 2.
    pub(crate) transcript: Vec<Value>,
    /// How `refresh` answers in push mode.
    pub(crate) style: RefreshStyle,
    /// How often `status` says `waiting`.
    pub(crate) queue: u32,
    /// Whether the service is delayed: `ixn/chat` answers 503 until it is available.
    pub(crate) delayed: bool,
    /// `chatIxnState` once the chat is over.
    pub(crate) over: bool,
    /// Whether the chat is gone without a trace: `exception`.
    pub(crate) gone: bool,
    /// Chats created: more than one is a defect of the client.
    pub(crate) created: u32,
    /// Texts taken by `send` or `refresh`, in order.
    pub(crate) received: Vec<String>,
    pub(crate) comet: bool,
    /// Whether the cookie comes back: if not, every connect is unknown.
    pub(crate) cookie: bool,
    faults: VecDeque<(String, Fault)>,
    /// A connect is held: its exchange, its id, and when the server lets go.
    held: Option<(ExchangeId, String, Moment)>,
    /// Events for the channel.
    channel: Vec<Value>,
    client: u32,
    reconnect_none: bool,
}

impl Gms {
    pub(crate) fn new() -> Self {
        Self {
            transcript: Vec::new(),
            style: RefreshStyle::Pushed,
            queue: 0,
            delayed: false,
            over: false,
            gone: false,
            created: 0,
            received: Vec::new(),
            comet: false,
            cookie: true,
            faults: VecDeque::new(),
            held: None,
            channel: Vec::new(),
            client: 0,
            reconnect_none: false,
        }
    }

    /// The next request whose URL contains `path` meets this fault.
    pub(crate) fn fault(&mut self, path: &str, fault: Fault) {
        self.faults.push_back((path.to_owned(), fault));
    }

    /// Whether all faults have happened.
    pub(crate) fn is_clean(&self) -> bool {
        self.faults.is_empty()
    }

    /// No fault happens any more.
    pub(crate) fn heal(&mut self) {
        self.faults.clear();
    }

    /// The position of the last event.
    pub(crate) fn position(&self) -> usize {
        self.transcript.len() + 1
    }

    /// Something happens in the chat: it is written down, and pushed in push mode.
    pub(crate) fn event(&mut self, event: Value) {
        self.write(vec![event]);
        self.push_last(1);
    }

    /// Several things happen at once.
    pub(crate) fn events(&mut self, events: Vec<Value>) {
        let count = events.len();
        self.write(events);
        self.push_last(count);
    }

    /// Something happens, but its delivery is lost.
    pub(crate) fn lost_event(&mut self, event: Value) {
        self.write(vec![event]);
    }

    /// Puts data on the channel as it is.
    pub(crate) fn deliver(&mut self, data: Value) {
        self.channel
            .push(json!({"data": data, "channel": "/_genesys"}));
    }

    /// Puts a chat object of this service on the channel.
    pub(crate) fn deliver_object(&mut self, message: Value) {
        let tag = format!("service.chat.refresh.{SERVICE}");
        self.deliver(json!({"message": message, "tag": tag}));
    }

    /// The next connect is answered with `reconnect: none`.
    pub(crate) fn end_polling(&mut self) {
        self.reconnect_none = true;
    }

    /// Every CometD session is forgotten, and what was not delivered with it.
    pub(crate) fn forget_clients(&mut self) {
        self.client += 100;
        self.channel.clear();
    }

    fn write(&mut self, events: Vec<Value>) {
        self.transcript.extend(events);
    }

    fn push_last(&mut self, count: usize) {
        if self.comet {
            let from = self.transcript.len() - count;
            let data = self.delivery(from);
            self.deliver(data);
        }
    }

    /// `data` of a delivery of everything from this index on.
    pub(crate) fn delivery(&self, from: usize) -> Value {
        json!({
            "id": format!("d{}", self.transcript.len()),
            "message": self.chat_object(Some(from)),
            "tag": format!("service.chat.refresh.{SERVICE}"),
        })
    }

    /// A chat object, with the transcript from this index on.
    pub(crate) fn chat_object(&self, from: Option<usize>) -> Value {
        let state = if self.over {
            "DISCONNECTED"
        } else {
            "TRANSCRIPT"
        };
        let mut object = json!({
            "chatIxnState": state,
            "chatSessionId": SESSION,
            "transcriptPosition": self.position().to_string(),
            "chatServiceMessage": "Chat service is available",
            "startedAt": "2014-09-26T07:40:55Z",
        });
        if let Some(from) = from {
            let from = from.min(self.transcript.len());
            object["transcriptToShow"] = json!(self.transcript[from..]);
        }
        object
    }

    /// Serves one request: the answer, or `None` when there is none (yet).
    pub(crate) fn serve(
        &mut self,
        id: ExchangeId,
        request: &Request,
        now: Moment,
    ) -> Option<Result<Reply, Failure>> {
        let meets = |(path, _): &(String, Fault)| request.url.contains(path.as_str());
        let fault = self.faults.iter().position(meets);
        match fault.and_then(|place| self.faults.remove(place)) {
            None => self.answer(id, request, now).map(Ok),
            Some((_, Fault::Lost)) => Some(Err(Failure::Network)),
            Some((_, Fault::Silence)) => None,
            Some((_, Fault::Status(status, wish))) => Some(Ok(Reply {
                status,
                retry_after: wish.map(str::to_owned),
                body: String::new(),
            })),
            Some((_, Fault::Body(status, body))) => Some(Ok(reply(status, body))),
            Some((_, fault)) => {
                self.answer(id, request, now);
                match fault {
                    Fault::AnswerLost => Some(Err(Failure::Network)),
                    Fault::Truncated => Some(Err(Failure::Truncated)),
                    Fault::DoneInSilence => None,
                    Fault::DoneButStatus(status) => Some(Ok(reply(status, ""))),
                    Fault::DoneButBody(body) => Some(Ok(reply(200, body))),
                    other => panic!("{other:?} was handled above"),
                }
            }
        }
    }

    /// What the held connect is answered with now, if with anything.
    pub(crate) fn wake(&mut self, now: Moment) -> Option<(ExchangeId, Reply)> {
        let (_, _, until) = self.held.as_ref()?;
        if self.channel.is_empty() && !self.reconnect_none && now < *until {
            return None;
        }
        let (exchange, id, _) = self.held.take()?;
        Some((exchange, self.connect_reply(&id)))
    }

    /// When the server lets go of the held connect.
    pub(crate) fn lets_go_at(&self) -> Option<Moment> {
        self.held.as_ref().map(|(_, _, until)| *until)
    }

    /// The client has given this exchange up.
    pub(crate) fn cancelled(&mut self, id: ExchangeId) {
        self.held.take_if(|(exchange, _, _)| *exchange == id);
    }

    fn answer(&mut self, id: ExchangeId, request: &Request, now: Moment) -> Option<Reply> {
        let (path, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
        let path = path.strip_prefix("/genesys").expect("below the endpoint");
        if path.starts_with("/cometd") {
            return self.bayeux(id, request, now);
        }
        let fields = [query, &request.body].join("&");
        Some(self.rest(path, &fields))
    }

    fn rest(&mut self, path: &str, fields: &str) -> Reply {
        let parts: Vec<&str> = path.split('/').skip(2).collect();
        match parts[..] {
            ["service", _] => ok(json!({"_id": SERVICE})),
            ["service", SERVICE, "status"] => self.status(),
            ["service", SERVICE, "ixn", "chat"] => self.create(fields),
            ["service", SERVICE, "ixn", "chat", operation] => self.operate(operation, fields),
            _ => reply(404, ""),
        }
    }

    fn status(&mut self) -> Reply {
        let status = if self.queue == 0 {
            "available"
        } else {
            "waiting"
        };
        self.queue = self.queue.saturating_sub(1);
        self.delayed &= status == "waiting";
        ok(json!({"message": {"_id": SERVICE, "_status": status}, "tag": "a2c"}))
    }

    fn create(&mut self, fields: &str) -> Reply {
        if self.delayed {
            return reply(503, "");
        }
        if field(fields, "subject").is_none() {
            return reply(415, "");
        }
        self.created += 1;
        self.comet = field(fields, "notify_by").as_deref() == Some("comet");
        let mut object = self.chat_object(None);
        object["chatIxnState"] = json!("CONNECTED");
        ok(object)
    }

    fn operate(&mut self, operation: &str, fields: &str) -> Reply {
        if self.created == 0 || self.gone {
            return reply(
                500,
                r#"{"message":"no such chat","exception":"ChatSessionException"}"#,
            );
        }
        match operation {
            "refresh" | "send" => {
                if let Some(text) = field(fields, "message") {
                    self.received.push(text.clone());
                    self.event(client_event("Message.Text", &text));
                }
            }
            "startTyping" => self.event(client_event("Notice.TypingStarted", "is typing")),
            "stopTyping" => self.event(client_event("Notice.TypingStopped", "stopped typing")),
            "customNotice" => {}
            "disconnect" => {
                self.over = true;
                return ok(json!({"chatIxnState": "DISCONNECTED",
                    "transcriptPosition": self.position().to_string(),
                    "chatServiceMessage": "Chat was finished"}));
            }
            _ => return reply(404, ""),
        }
        self.news(operation, fields)
    }

    /// The answer of a refresh and its kin.
    fn news(&mut self, operation: &str, fields: &str) -> Reply {
        let asked = field(fields, "transcriptPosition").and_then(|digits| digits.parse().ok());
        // Position 2 has index 0: what stands behind position n begins at index n - 1.
        let from = asked.map_or(self.transcript.len(), |position: usize| position.max(1) - 1);
        if !self.comet {
            let from = asked.map_or(self.transcript.len().saturating_sub(1), |_| from);
            return ok(self.chat_object(Some(from)));
        }
        let refresh = operation == "refresh" && asked.is_some();
        let from_start = asked == Some(1);
        match self.style {
            RefreshStyle::Transcript if refresh => ok(self.chat_object(Some(from))),
            RefreshStyle::Pushed if refresh => {
                if from < self.transcript.len() {
                    let data = self.delivery(from);
                    self.deliver(data);
                }
                ok(self.chat_object(None))
            }
            RefreshStyle::PushedFromStart if refresh && from_start => {
                let data = self.delivery(0);
                self.deliver(data);
                ok(self.chat_object(None))
            }
            RefreshStyle::Nothing => ok(json!({"_id": SERVICE, "comet_channel": "/_genesys"})),
            RefreshStyle::Transcript | RefreshStyle::Pushed => ok(self.chat_object(None)),
            RefreshStyle::PushedFromStart | RefreshStyle::Position => ok(self.chat_object(None)),
        }
    }

    fn bayeux(&mut self, exchange: ExchangeId, request: &Request, now: Moment) -> Option<Reply> {
        assert!(request.gms_user.is_some(), "CometD without gms_user");
        let messages: Vec<Value> = serde_json::from_str(&request.body).unwrap();
        let mut answers = Vec::new();
        for message in &messages {
            let channel = message["channel"].as_str().unwrap();
            let known = message["clientId"] == json!(self.client_id()) && self.cookie;
            if channel == "/meta/handshake" {
                self.client += 1;
                answers.push(
                    json!({"id": message["id"], "channel": channel, "successful": true,
                    "version": "1.0", "clientId": self.client_id(),
                    "supportedConnectionTypes": ["long-polling"]}),
                );
            } else if channel == "/meta/connect" && known {
                let id = message["id"].as_str().unwrap().to_owned();
                let prompt = message["advice"]["timeout"] == 0;
                self.held = Some((exchange, id.clone(), now + Duration::from_secs(60)));
                if !prompt {
                    return self.wake(now).map(|(_, reply)| reply);
                }
                self.held = None;
                return Some(self.connect_reply(&id));
            } else if known {
                answers.push(
                    json!({"id": message["id"], "channel": channel, "successful": true,
                    "subscription": message["subscription"]}),
                );
            } else {
                answers.push(json!({"id": message["id"], "channel": channel, "successful": false,
                    "error": "402::session_unknown", "advice": {"reconnect": "handshake", "interval": 0}}));
            }
        }
        Some(ok(json!(answers)))
    }

    fn connect_reply(&mut self, id: &str) -> Reply {
        let mut messages = std::mem::take(&mut self.channel);
        let mut answer = json!({"id": id, "successful": true, "channel": "/meta/connect",
            "advice": {"interval": 0, "reconnect": "retry", "timeout": 60000}});
        if std::mem::take(&mut self.reconnect_none) {
            answer["advice"] = json!({"reconnect": "none"});
        }
        messages.push(answer);
        ok(json!(messages))
    }

    fn client_id(&self) -> String {
        format!("client{}", self.client)
    }
}

fn client_event(kind: &str, text: &str) -> Value {
    json!([kind, "VasyaP", text, "26", "CLIENT"])
}

pub(crate) fn reply(status: u16, body: &str) -> Reply {
    Reply {
        status,
        retry_after: None,
        body: body.to_owned(),
    }
}

pub(crate) fn ok(body: Value) -> Reply {
    reply(200, &body.to_string())
}

/// A field of a form, decoded.
pub(crate) fn field(form: &str, name: &str) -> Option<String> {
    let mut pairs = form.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let hex = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    Some(String::from_utf8(bytes).unwrap())
}
