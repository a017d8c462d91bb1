//! A scripted server, network and clock around one Bayeux session.
#![allow(dead_code, reason = "each test file uses its part of the harness")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a harness fails by panicking"
)]

#[path = "bayeux_oracle.rs"]
mod oracle;

use std::time::Duration;

use gms_chat_protocol::bayeux::{Config, Event, Farewell, Fault, Output, Reason, Session};
use gms_chat_protocol::{ExchangeId, Failure, Lane, Moment, PageEvent, Reply};
use serde_json::{Value, json};

pub(crate) use oracle::{Oracle, Sent};

pub(crate) const CHANNEL: &str = "/_genesys";

pub(crate) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The configuration of all tests, unless they need another one.
pub(crate) fn config() -> Config {
    Config {
        gms_user: Some("visitor-1".to_owned()),
        ..Config::new("/genesys/cometd")
    }
}

/// An answer of status 200 with this body.
pub(crate) fn ok(body: &Value) -> Reply {
    text(&body.to_string())
}

/// An answer of status 200 with this text.
pub(crate) fn text(body: &str) -> Reply {
    Reply {
        status: 200,
        retry_after: None,
        body: body.to_owned(),
    }
}

/// An answer of another status, without a body.
pub(crate) fn status(status: u16) -> Reply {
    Reply {
        status,
        ..Reply::default()
    }
}

/// An event on the subscribed channel.
pub(crate) fn event(data: impl Into<Value>) -> Value {
    json!({ "channel": CHANNEL, "data": data.into() })
}

/// `base` with the members of `more` put into it.
pub(crate) fn with(mut base: Value, more: Value) -> Value {
    let Value::Object(more) = more else {
        panic!("members are given as an object");
    };
    base.as_object_mut()
        .expect("a message is an object")
        .extend(more);
    base
}

/// One session, driven by a test.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) session: Session,
    pub(crate) now: Moment,
    pub(crate) oracle: Oracle,
    /// What the server grants to the next client.
    pub(crate) handshake_ext: Value,
    wake: Option<Moment>,
    sent: Vec<Sent>,
    cancelled: Vec<ExchangeId>,
    events: Vec<Event>,
    clients: u32,
    timers: u32,
}

impl Peer {
    pub(crate) fn new(config: Config, seed: u64) -> Self {
        Self {
            session: Session::new(config, seed),
            now: Moment::from_millis(1_000_000),
            oracle: Oracle::default(),
            handshake_ext: json!({ "ack": true }),
            wake: None,
            sent: Vec::new(),
            cancelled: Vec::new(),
            events: Vec::new(),
            clients: 0,
            timers: 0,
        }
    }

    /// A session whose handshake is on its way.
    pub(crate) fn opened() -> Self {
        Self::opened_with(config(), 7)
    }

    pub(crate) fn opened_with(config: Config, seed: u64) -> Self {
        let mut peer = Self::new(config, seed);
        peer.open();
        peer
    }

    /// A session whose server does not know the acknowledgement extension.
    pub(crate) fn opened_without_ack() -> Self {
        let mut peer = Self::opened();
        peer.handshake_ext = Value::Null;
        peer
    }

    /// A session that is ready, with a held connect on its way, and nothing of this on record.
    pub(crate) fn ready() -> Self {
        let mut peer = Self::opened();
        peer.get_ready();
        peer
    }

    /// Answers whatever is asked until the session holds a connect: at leisure, so that the limits
    /// of requests a second are not in the way of what comes next.
    pub(crate) fn get_ready(&mut self) {
        while !self.holds() || self.is_asked("/meta/subscribe") {
            self.advance(millis(1100));
            if self.is_asked("/meta/handshake") {
                self.grant();
            } else if self.is_asked("/meta/subscribe") {
                self.accept();
            } else if self.is_asked("/meta/connect") {
                self.answer(&[]);
            }
        }
        self.forget();
    }

    /// Empties the record.
    pub(crate) fn forget(&mut self) {
        self.sent.clear();
        self.cancelled.clear();
        self.events.clear();
    }

    // What the owner of the session does.

    pub(crate) fn open(&mut self) {
        self.oracle.opened();
        self.session.open(self.now);
        self.drain();
    }

    pub(crate) fn close(&mut self, farewell: Farewell) {
        self.session.close(farewell, self.now);
        self.drain();
    }

    pub(crate) fn check(&mut self) {
        self.session.check(self.now);
        self.drain();
    }

    pub(crate) fn page(&mut self, event: PageEvent) {
        self.session.handle_page(event, self.now);
        self.drain();
    }

    // What the network does.

    pub(crate) fn reply(&mut self, id: ExchangeId, reply: &Reply) {
        self.oracle.given(id, reply, self.now);
        self.session.handle_reply(id, reply, self.now);
        self.drain();
    }

    /// Answers the request under way on this channel.
    pub(crate) fn reply_to(&mut self, channel: &str, reply: &Reply) {
        let id = self.asked(channel).id;
        self.reply(id, reply);
    }

    pub(crate) fn fail(&mut self, channel: &str, failure: Failure) {
        let id = self.asked(channel).id;
        self.oracle.failed(id);
        self.session.handle_failure(id, failure, self.now);
        self.drain();
    }

    // What a well-behaved server does.

    /// Grants the handshake under way, with a new clientId.
    pub(crate) fn grant(&mut self) {
        self.grant_with(json!({}));
    }

    /// The same, with more members in the reply.
    pub(crate) fn grant_with(&mut self, more: Value) {
        self.clients += 1;
        let reply = json!({
            "channel": "/meta/handshake",
            "id": self.asked("/meta/handshake").message_id(),
            "version": "1.0",
            "supportedConnectionTypes": ["callback-polling", "long-polling"],
            "clientId": format!("client-{}", self.clients),
            "ext": self.handshake_ext,
            "successful": true,
        });
        self.reply_to("/meta/handshake", &ok(&json!([with(reply, more)])));
    }

    /// Accepts the subscription under way.
    pub(crate) fn accept(&mut self) {
        let id = self.asked("/meta/subscribe").message_id().to_owned();
        let reply = json!({ "channel": "/meta/subscribe", "id": id, "subscription": CHANNEL, "successful": true });
        self.reply_to("/meta/subscribe", &ok(&json!([reply])));
    }

    /// The good reply to the connect under way.
    pub(crate) fn good(&self) -> Value {
        json!({ "channel": "/meta/connect", "id": self.connect().message_id(), "successful": true })
    }

    /// The same, with more members.
    pub(crate) fn good_with(&self, more: Value) -> Value {
        with(self.good(), more)
    }

    /// Answers the connect under way with these messages and a good reply.
    pub(crate) fn answer(&mut self, messages: &[Value]) {
        let mut body = messages.to_vec();
        body.push(self.good());
        self.answer_exactly(&body);
    }

    /// Answers the connect under way with these messages and nothing else.
    pub(crate) fn answer_exactly(&mut self, messages: &[Value]) {
        self.reply_to("/meta/connect", &ok(&json!(messages)));
    }

    /// Refuses the request under way on this channel.
    pub(crate) fn refuse(&mut self, channel: &str, more: Value) {
        let id = self.asked(channel).message_id().to_owned();
        let reply = json!({ "channel": channel, "id": id, "successful": false });
        self.reply_to(channel, &ok(&json!([with(reply, more)])));
    }

    /// Answers the connect under way as a server does that has forgotten the session.
    pub(crate) fn forget_client(&mut self) {
        let advice = json!({ "reconnect": "handshake", "interval": 0 });
        self.refuse(
            "/meta/connect",
            json!({ "error": "402::session_unknown", "advice": advice }),
        );
    }

    // Time.

    /// Lets time pass; timers fire when they are due.
    pub(crate) fn advance(&mut self, by: Duration) {
        let end = self.now + by;
        while let Some(wake) = self.wake.filter(|wake| *wake <= end) {
            self.timers += 1;
            assert!(
                self.timers < 100_000,
                "a test that waits for what does not come"
            );
            self.now = wake;
            self.session.handle_timeout(self.now);
            self.drain();
        }
        self.now = end;
    }

    /// Lets time pass as it does for a sleeping page: timers fire when it is over.
    pub(crate) fn sleep(&mut self, by: Duration) {
        self.now = self.now + by;
        self.session.handle_timeout(self.now);
        self.drain();
    }

    /// Lets time pass until the next timer.
    pub(crate) fn advance_to_timer(&mut self) -> Duration {
        let wait = self.wake.expect("a timer").since(self.now);
        self.advance(wait);
        wait
    }

    /// When the next timer is due.
    pub(crate) fn wake(&self) -> Option<Moment> {
        self.wake
    }

    /// How long until the next timer.
    pub(crate) fn wait(&self) -> Duration {
        self.wake.expect("a timer").since(self.now)
    }

    // What was seen.

    /// Carries the outputs out, under the oracle's eyes.
    pub(crate) fn drain(&mut self) {
        loop {
            let output = self.session.poll_output();
            self.oracle.saw(&output, self.now);
            match output {
                Output::Send(id, request) => self.sent.push(Sent::new(id, request, self.now)),
                Output::Cancel(id) => self.cancelled.push(id),
                Output::Event(event) => self.events.push(event),
                Output::Wait(wake) => {
                    self.wake = wake;
                    return;
                }
            }
        }
    }

    /// The channels of the requests since the last look.
    pub(crate) fn sent(&mut self) -> Vec<String> {
        let sent = self.sent.drain(..);
        sent.map(|sent| sent.channel().to_owned()).collect()
    }

    /// The requests since the last look.
    pub(crate) fn requests(&mut self) -> Vec<Sent> {
        std::mem::take(&mut self.sent)
    }

    /// The exchanges that were cancelled since the last look.
    pub(crate) fn cancelled(&mut self) -> Vec<ExchangeId> {
        std::mem::take(&mut self.cancelled)
    }

    /// The events since the last look.
    pub(crate) fn events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// The deliveries since the last look; all other events are dropped.
    pub(crate) fn deliveries(&mut self) -> Vec<Value> {
        let events = self.events();
        let data = events.into_iter().filter_map(|event| match event {
            Event::Delivery(data) => Some(data.into()),
            _ => None,
        });
        data.collect()
    }

    /// The faults told since the last look, and whether they were called lasting.
    pub(crate) fn faults(&mut self) -> Vec<(Fault, bool)> {
        let events = self.events();
        let faults = events.into_iter().filter_map(|event| match event {
            Event::Trouble { fault, lasting, .. } => Some((fault, lasting)),
            _ => None,
        });
        faults.collect()
    }

    /// The end that was told since the last look.
    pub(crate) fn end(&mut self) -> Option<Reason> {
        self.events().into_iter().find_map(|event| match event {
            Event::Ended(reason) => Some(reason),
            _ => None,
        })
    }

    /// The request under way on this channel.
    pub(crate) fn asked(&self, channel: &str) -> &Sent {
        let mut in_flight = self.oracle.in_flight.iter();
        let found = in_flight.find(|sent| sent.channel() == channel);
        found.unwrap_or_else(|| panic!("nothing asked on {channel}"))
    }

    pub(crate) fn is_asked(&self, channel: &str) -> bool {
        let mut in_flight = self.oracle.in_flight.iter();
        in_flight.any(|sent| sent.channel() == channel)
    }

    pub(crate) fn connect(&self) -> &Sent {
        self.asked("/meta/connect")
    }

    /// Whether a connect is under way that the server may hold.
    pub(crate) fn holds(&self) -> bool {
        self.is_asked("/meta/connect") && !self.connect().asks_for_proof()
    }

    pub(crate) fn lanes(&self) -> Vec<Lane> {
        let in_flight = self.oracle.in_flight.iter();
        in_flight.map(|sent| sent.id.lane()).collect()
    }
}
