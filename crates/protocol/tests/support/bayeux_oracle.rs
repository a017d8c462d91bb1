//! What must hold of a Bayeux session whatever happens: checked at every output of every test.
//!
//! The letters are those of the invariants in the specification that the project follows:
//! S for safety, R for rates, L for liveness.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use gms_chat_protocol::bayeux::{Event, Output};
use gms_chat_protocol::{ExchangeId, Lane, Moment, Reply, Request};
use serde_json::Value;

/// A request that was seen to leave.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) id: ExchangeId,
    pub(crate) at: Moment,
    pub(crate) request: Request,
    pub(crate) messages: Vec<Value>,
}

impl Sent {
    pub(crate) fn new(id: ExchangeId, request: Request, at: Moment) -> Self {
        let body: Value = serde_json::from_str(&request.body).expect("a request is JSON");
        let messages = body.as_array().expect("a request is an array").clone();
        Self {
            id,
            at,
            request,
            messages,
        }
    }

    /// The channel of the last message: a farewell may begin with an unsubscribe.
    pub(crate) fn channel(&self) -> &str {
        self.last()["channel"]
            .as_str()
            .expect("a message has a channel")
    }

    /// The id of the last message.
    pub(crate) fn message_id(&self) -> &str {
        self.last()["id"].as_str().expect("ids are strings")
    }

    pub(crate) fn last(&self) -> &Value {
        self.messages.last().expect("a request has a message")
    }

    /// Whether it asks for a prompt answer.
    pub(crate) fn asks_for_proof(&self) -> bool {
        self.last()["advice"]["timeout"] == 0
    }
}

/// A witness of everything that goes in and out.
#[derive(Debug, Default)]
pub(crate) struct Oracle {
    pub(crate) in_flight: Vec<Sent>,
    ids: HashSet<String>,
    client_id: Option<String>,
    /// Set by a farewell: the server hears no more of this client.
    parted: HashSet<String>,
    open: bool,
    troubled: bool,
    /// Clients for which `Ready` was told.
    ready: HashSet<String>,
    /// The greatest batch that a whole answer brought in this session, and the last one acknowledged.
    ack: Option<(u64, u64)>,
    /// Sendings in a lane since something was delivered.
    paces: HashMap<Lane, Vec<Moment>>,
    /// Handshakes and connects since a connect succeeded.
    attempts: Vec<Moment>,
    /// No request of this kind before.
    refrain: HashMap<&'static str, Moment>,
}

impl Oracle {
    pub(crate) fn opened(&mut self) {
        self.open = true;
    }

    /// Looks at one output.
    pub(crate) fn saw(&mut self, output: &Output, now: Moment) {
        match output {
            Output::Send(id, request) => self.sent(Sent::new(*id, request.clone(), now)),
            Output::Cancel(id) => {
                let before = self.in_flight.len();
                self.in_flight.retain(|sent| sent.id != *id);
                assert_eq!(
                    self.in_flight.len() + 1,
                    before,
                    "cancelled what is not under way"
                );
            }
            Output::Event(event) => self.told(event),
            Output::Wait(wake) => self.waits(*wake, now),
        }
    }

    fn sent(&mut self, sent: Sent) {
        let lane = sent.id.lane();
        let busy = self.in_flight.iter().any(|other| other.id.lane() == lane);
        assert!(!busy, "S1: two exchanges in {lane:?}");
        assert_ne!(lane, Lane::Rest, "S1: that lane belongs to the chat");
        assert_eq!(lane == Lane::Connect, sent.channel() == "/meta/connect");
        self.check_sender(&sent);
        self.check_envelope(&sent);
        self.check_pace(&sent);
        self.check_ack(&sent);
        self.in_flight.push(sent);
    }

    fn check_sender(&mut self, sent: &Sent) {
        if sent.channel() == "/meta/handshake" {
            assert!(self.open, "S4: a handshake after the end");
            assert_eq!(sent.messages.len(), 1, "S2: a handshake stands alone");
            assert!(
                sent.last().get("clientId").is_none(),
                "S2: a handshake has no clientId"
            );
            assert!(
                self.in_flight.is_empty(),
                "S1: something beside a handshake"
            );
            self.client_id = None;
            self.ack = None;
            return;
        }
        let client_id = self
            .client_id
            .clone()
            .expect("S2: a request before the handshake");
        for message in &sent.messages {
            assert_eq!(
                message["clientId"], client_id,
                "S2: the clientId of this session"
            );
        }
        if sent.channel() == "/meta/disconnect" {
            assert!(self.parted.insert(client_id), "S4: two farewells");
            assert!(!self.open, "S4: a farewell, and the session is open");
        } else {
            assert!(self.open, "S4: {} after the end", sent.channel());
            assert_eq!(
                sent.messages.len(),
                1,
                "a connect and a subscribe stand alone"
            );
        }
    }

    fn check_envelope(&mut self, sent: &Sent) {
        assert_eq!(
            sent.request.gms_user.as_deref(),
            Some("visitor-1"),
            "S3: gms_user"
        );
        assert_eq!(sent.request.content_type, "application/json;charset=UTF-8");
        let path = match sent.channel() {
            "/meta/handshake" => "/genesys/cometd/handshake",
            "/meta/connect" => "/genesys/cometd/connect",
            "/meta/disconnect" => "/genesys/cometd/disconnect",
            _ => "/genesys/cometd/",
        };
        let url = &sent.request.url;
        // A server of another origin has one before its path.
        let origin = url.strip_suffix(path);
        assert!(
            origin.is_some_and(|it| it.is_empty() || it.contains("://")),
            "S3: {url} for {}",
            sent.channel()
        );
        for message in &sent.messages {
            let id = message["id"]
                .as_str()
                .expect("S3: ids are strings")
                .to_owned();
            assert!(self.ids.insert(id), "S3: an id came twice");
        }
    }

    fn check_pace(&mut self, sent: &Sent) {
        let kind = kind(sent.channel());
        let earliest = self.refrain.get(kind).copied().unwrap_or_default();
        assert!(sent.at >= earliest, "R3: before Retry-After");
        let pace = self.paces.entry(sent.id.lane()).or_default();
        pace.push(sent.at);
        check_window(
            pace,
            3,
            Duration::from_secs(1),
            "R1: requests a second in a lane",
        );
        if kind == "session" {
            self.attempts.push(sent.at);
            let minute = Duration::from_secs(60);
            check_window(&self.attempts, 12, minute, "R1: attempts a minute");
        }
    }

    fn check_ack(&mut self, sent: &Sent) {
        let Some(number) = sent
            .last()
            .pointer("/ext/ack")
            .filter(|_| sent.channel() == "/meta/connect")
        else {
            return;
        };
        let number = number.as_u64().expect("S8: a JSON number");
        let (received, last) = self.ack.as_mut().expect("S8: acknowledges unasked");
        assert!(number <= *received, "S8: acknowledges what has not come");
        assert!(number >= *last, "S8: acknowledges less than before");
        *last = number;
    }

    fn told(&mut self, event: &Event) {
        match event {
            Event::Ready { .. } => {
                assert!(self.open, "ready after the end");
                assert!(!self.troubled, "ready in trouble");
                let client_id = self.client_id.clone().expect("a session has a clientId");
                assert!(self.ready.insert(client_id), "one Ready for one session");
            }
            Event::Trouble { next_try, .. } => {
                assert!(self.open, "trouble after the end");
                assert!(next_try.is_some(), "L2: trouble without a next try");
                self.troubled = true;
            }
            Event::Recovered => {
                assert!(self.troubled, "recovered from nothing");
                self.troubled = false;
            }
            Event::Ended(_) => {
                assert!(self.open, "two ends of one session");
                self.open = false;
                self.troubled = false;
            }
            Event::Delivery(_) => self.paces.clear(),
            Event::MultipleClients | Event::CookieLost => {}
            Event::Diagnostic(text) => assert!(!text.contains("client-"), "a clientId is told"),
        }
    }

    fn waits(&self, wake: Option<Moment>, now: Moment) {
        let most = Duration::from_millis((1 << 31) + 60_000);
        match wake {
            Some(wake) => {
                assert!(wake > now, "S11: a wake-up in the past");
                // Backoff and network delay may come on top of what a server can ask for.
                assert!(
                    wake.since(now) <= most,
                    "S11: {:?} is too long",
                    wake.since(now)
                );
            }
            None => {
                assert!(!self.open, "L2: open, and nothing to wait for");
                assert!(
                    self.in_flight.is_empty(),
                    "L3: nobody will give this request up"
                );
            }
        }
    }

    /// Looks at what the session is about to be given. Only what is under way may count.
    pub(crate) fn given(&mut self, id: ExchangeId, reply: &Reply, now: Moment) {
        let Some(index) = self.in_flight.iter().position(|sent| sent.id == id) else {
            return;
        };
        let sent = self.in_flight.remove(index);
        if let Some(seconds) = reply
            .retry_after
            .as_deref()
            .and_then(|text| text.parse::<u64>().ok())
            && reply.status != 200
            && sent.channel() != "/meta/disconnect"
        {
            let until = now + Duration::from_secs(seconds.min(300));
            let limit = self.refrain.entry(kind(sent.channel())).or_default();
            *limit = until.max(*limit);
        }
        if reply.status == 200
            && let Ok(body) = serde_json::from_str::<Value>(&reply.body)
        {
            self.read(&sent, &body);
        }
    }

    pub(crate) fn failed(&mut self, id: ExchangeId) {
        self.in_flight.retain(|sent| sent.id != id);
    }

    fn read(&mut self, sent: &Sent, body: &Value) {
        let lone = std::slice::from_ref(body);
        let messages = body.as_array().map_or(lone, Vec::as_slice);
        let on_channel = |message: &&Value| message["channel"] == sent.channel();
        let same_id = |message: &&Value| {
            message["id"] == sent.message_id()
                || message["id"].as_u64() == sent.message_id().parse().ok()
        };
        let right = messages.iter().filter(on_channel).find(same_id);
        let Some(reply) = right.or_else(|| messages.iter().find(on_channel)) else {
            return;
        };
        let is_successful = reply["successful"] == true || reply["successful"] == "true";
        if sent.channel() == "/meta/handshake" && is_successful {
            self.client_id = reply["clientId"].as_str().map(str::to_owned);
            let ext = &reply["ext"]["ack"];
            let first = ext["batch"].as_u64().unwrap_or(0);
            let agreed = *ext == true || ext["enabled"] == true;
            self.ack = agreed.then_some((first, first));
        }
        if sent.channel() == "/meta/connect" {
            if is_successful {
                self.attempts.clear();
            }
            if let (Some((received, _)), Some(number)) =
                (&mut self.ack, reply["ext"]["ack"].as_u64())
            {
                *received = number.max(*received);
            }
        }
    }
}

fn kind(channel: &str) -> &'static str {
    match channel {
        "/meta/handshake" | "/meta/connect" => "session",
        "/meta/subscribe" => "subscribe",
        _ => "farewell",
    }
}

/// At most `most` of these moments lie within any `window`; only the newest has to be looked at.
fn check_window(moments: &[Moment], most: usize, window: Duration, what: &str) {
    let Some(newest) = moments.last() else { return };
    let recent = moments
        .iter()
        .filter(|moment| newest.since(**moment) <= window);
    let count = recent.count();
    assert!(count <= most, "{what}: {count} within {window:?}");
}
