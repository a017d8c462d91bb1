//! What leaves the browser: one exchange per lane, the right sender, the right number (S1–S4, S8, L3).

use std::collections::BTreeSet;

use gms_chat_protocol::{ExchangeId, Lane};
use serde_json::Value;

use super::{Verdict, Violation, ensure};
use crate::client::{NETWORK_DELAY, USER};
use crate::network::Exchange;
use crate::plan::Setting;
use crate::server::{Answer, Connected};

/// Slack for ages: a driver rounds up, and the sleeping page is noticed late.
const SLACK: u64 = 50;
/// The longest hold that anybody advises in a plan.
const LONGEST_HOLD: u64 = 60_000;

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Handshake,
    Connect,
    Subscribe,
    /// `/meta/disconnect`, alone or after an unsubscribe.
    Goodbye,
    /// Service creation.
    Service,
    Status,
    /// Chat creation.
    Create,
    Refresh,
    Send,
    Typing,
    Notice,
    /// `ixn/chat/disconnect`.
    Disconnect,
    Strange,
}

/// An exchange under way, as the client sees it.
#[derive(Clone, Debug)]
pub(super) struct Flight {
    pub(super) id: ExchangeId,
    pub(super) kind: Kind,
    /// The message that it carries.
    pub(super) text: Option<String>,
    sent: u64,
    patience: u64,
}

/// The witness of the wire.
#[derive(Debug)]
pub(super) struct Wire {
    one_address: bool,
    flights: Vec<Flight>,
    ids: BTreeSet<String>,
    client_id: Option<String>,
    parted: bool,
    /// The greatest batch that was read whole in this session, with the extension.
    acks: Option<u64>,
    /// `none` was read, and nobody has asked again.
    stopped: bool,
}

impl Kind {
    fn of(exchange: &Exchange) -> Self {
        if exchange.id.lane() != Lane::Rest {
            return Self::of_bayeux(&exchange.messages);
        }
        let url = &exchange.request.url;
        let path = url.split('?').next().unwrap_or(url);
        let says = exchange.request.body.contains("message=");
        match path.rsplit('/').next() {
            Some("refresh" | "send") if says => Self::Send,
            Some("refresh") => Self::Refresh,
            Some("status") => Self::Status,
            Some("chat") => Self::Create,
            Some("startTyping" | "stopTyping") => Self::Typing,
            Some("customNotice") => Self::Notice,
            Some("disconnect") => Self::Disconnect,
            Some("request-chat") => Self::Service,
            Some(_) | None => Self::Strange,
        }
    }

    fn of_bayeux(messages: &[Value]) -> Self {
        let channel = |message: &Value| message["channel"].as_str().unwrap_or("").to_owned();
        match messages.last().map(channel).as_deref() {
            Some("/meta/handshake") => Self::Handshake,
            Some("/meta/connect") => Self::Connect,
            Some("/meta/subscribe") => Self::Subscribe,
            Some("/meta/disconnect") => Self::Goodbye,
            Some(_) | None => Self::Strange,
        }
    }

    /// Whether it belongs to the end of something.
    pub(super) fn is_farewell(self) -> bool {
        matches!(self, Self::Goodbye | Self::Disconnect)
    }
}

impl Wire {
    pub(super) fn new(setting: &Setting) -> Self {
        Self {
            one_address: setting.one_address,
            flights: Vec::new(),
            ids: BTreeSet::new(),
            client_id: None,
            parted: false,
            acks: None,
            stopped: false,
        }
    }

    /// Which lanes are busy, one bit each.
    pub(super) fn lanes(&self) -> usize {
        let bits = self
            .flights
            .iter()
            .map(|flight| 1 << flight.id.lane() as usize);
        bits.sum()
    }

    pub(super) fn is_busy(&self) -> bool {
        !self.flights.is_empty()
    }

    /// Nothing more is to be sent until somebody asks again.
    pub(super) fn stop(&mut self) {
        self.stopped = true;
    }

    /// Somebody asks again.
    pub(super) fn resume(&mut self) {
        self.stopped = false;
    }

    /// A request leaves.
    pub(super) fn sent(&mut self, exchange: &Exchange, clock: u64) -> Result<Kind, Violation> {
        let kind = Kind::of(exchange);
        let lane = exchange.id.lane();
        let busy = self.flights.iter().any(|other| other.id.lane() == lane);
        ensure(!busy, "S1", || {
            format!("two exchanges in the lane {lane:?}")
        })?;
        ensure(kind != Kind::Strange, "S3", || {
            format!("no request of this API: {}", exchange.request.url)
        })?;
        if lane == Lane::Rest {
            self.push(exchange, kind, clock, NETWORK_DELAY);
            return Ok(kind);
        }
        ensure(
            (lane == Lane::Connect) == (kind == Kind::Connect),
            "S1",
            || format!("{kind:?} in the lane {lane:?}"),
        )?;
        self.check_sender(exchange, kind)?;
        self.check_envelope(exchange, kind)?;
        self.check_ack(exchange, kind)?;
        let patience = match (kind, exchange.messages.last()) {
            (Kind::Connect, Some(message)) => {
                let asked = message.pointer("/advice/timeout").and_then(Value::as_u64);
                NETWORK_DELAY + asked.filter(|asked| *asked == 0).unwrap_or(LONGEST_HOLD)
            }
            _ => NETWORK_DELAY,
        };
        self.push(exchange, kind, clock, patience);
        Ok(kind)
    }

    fn push(&mut self, exchange: &Exchange, kind: Kind, sent: u64, patience: u64) {
        self.flights.push(Flight {
            id: exchange.id,
            kind,
            text: message(&exchange.request.body).filter(|_| kind == Kind::Send),
            sent,
            patience,
        });
    }

    fn check_sender(&mut self, exchange: &Exchange, kind: Kind) -> Verdict {
        let alone = exchange.messages.len() == 1;
        ensure(alone || kind == Kind::Goodbye, "S2", || {
            format!("{kind:?} shares its request")
        })?;
        if kind == Kind::Handshake {
            let bare = exchange
                .messages
                .iter()
                .all(|it| it.get("clientId").is_none());
            ensure(bare, "S2", || "a handshake carries a clientId".to_owned())?;
            let bayeux = self.flights.iter().any(|it| it.id.lane() != Lane::Rest);
            ensure(!bayeux, "S2", || {
                "a handshake goes beside another request".to_owned()
            })?;
            ensure(!self.stopped, "S4", || {
                "a handshake after the end".to_owned()
            })?;
            self.client_id = None;
            self.parted = false;
            self.acks = None;
            return Ok(());
        }
        let ours = self.client_id.as_deref();
        for message in &exchange.messages {
            ensure(
                message["clientId"].as_str() == ours && ours.is_some(),
                "S2",
                || {
                    format!(
                        "{kind:?} with the clientId {}, not {ours:?}",
                        message["clientId"]
                    )
                },
            )?;
        }
        if kind == Kind::Goodbye {
            ensure(!self.parted, "S4", || "two farewells".to_owned())?;
            self.parted = true;
            return Ok(());
        }
        ensure(!self.stopped && !self.parted, "S4", || {
            format!("{kind:?} after the end")
        })
    }

    fn check_envelope(&mut self, exchange: &Exchange, kind: Kind) -> Verdict {
        let request = &exchange.request;
        ensure(request.gms_user.as_deref() == Some(USER), "S3", || {
            "a CometD request without gms_user".to_owned()
        })?;
        let suffix = match kind {
            _ if self.one_address => "",
            Kind::Handshake => "/handshake",
            Kind::Connect => "/connect",
            Kind::Goodbye => "/disconnect",
            _ => "/",
        };
        let url = ["/genesys/cometd", suffix].concat();
        ensure(request.url == url, "S3", || {
            format!("{kind:?} to {}", request.url)
        })?;
        for message in &exchange.messages {
            let id = message["id"].as_str().unwrap_or("").to_owned();
            ensure(!id.is_empty() && self.ids.insert(id), "S3", || {
                format!("the id {} is missing or came before", message["id"])
            })?;
        }
        Ok(())
    }

    fn check_ack(&mut self, exchange: &Exchange, kind: Kind) -> Verdict {
        let number = exchange
            .messages
            .last()
            .and_then(|it| it.pointer("/ext/ack"));
        let (Kind::Connect, Some(number)) = (kind, number) else {
            return Ok(());
        };
        let Some(received) = &self.acks else {
            return Err(Violation::new(
                "S8",
                "acknowledges although nothing was agreed",
            ));
        };
        let Some(number) = number.as_u64() else {
            return Err(Violation::new(
                "S8",
                "acknowledges with something that is no number",
            ));
        };
        ensure(number == *received, "S8", || {
            format!("acknowledges {number}, but {received} was read whole")
        })
    }

    /// An exchange is over for the client.
    pub(super) fn over(&mut self, id: ExchangeId) -> Result<Flight, Violation> {
        let place = self.flights.iter().position(|flight| flight.id == id);
        let Some(place) = place else {
            return Err(Violation::new(
                "S1",
                "ends an exchange that is not under way",
            ));
        };
        Ok(self.flights.remove(place))
    }

    /// What an answer means for what may be sent from here on.
    pub(super) fn answered(&mut self, flight: &Flight, answer: &Answer) {
        let facts = &answer.facts;
        // What is said to a farewell changes nothing.
        if facts.stops && !flight.kind.is_farewell() {
            self.stop();
        }
        match flight.kind {
            Kind::Handshake => {
                self.client_id.clone_from(&facts.client_id);
                self.acks = facts.batch;
            }
            Kind::Connect => {
                if let (Some(received), Some(batch)) = (&mut self.acks, facts.batch) {
                    *received = batch.max(*received);
                }
                if facts.connect == Some(Connected::Last) {
                    self.stop();
                }
            }
            // What GMS says by REST is the word that `none` had to be verified by.
            Kind::Refresh | Kind::Send | Kind::Create => self.resume(),
            Kind::Subscribe | Kind::Goodbye | Kind::Service | Kind::Status => {}
            Kind::Typing | Kind::Notice | Kind::Disconnect | Kind::Strange => {}
        }
    }

    /// No exchange is older than it may get.
    pub(super) fn check_ages(&self, clock: u64) -> Verdict {
        for flight in &self.flights {
            let age = clock.saturating_sub(flight.sent);
            ensure(age <= flight.patience + SLACK, "L3", || {
                format!("{:?} has been under way for {age} ms", flight.kind)
            })?;
        }
        Ok(())
    }
}

/// The message that a form carries.
fn message(body: &str) -> Option<String> {
    let value = body
        .split('&')
        .find_map(|pair| pair.strip_prefix("message="))?;
    Some(value.to_owned())
}
