//! The Bayeux session: handshake, subscription and one long poll that always leads to a next step.

use std::time::Duration;

use serde_json::Value;

use crate::{ExchangeId, Failure, Moment, PageEvent, Reply, Request};

/// How a session reaches its CometD server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The CometD URL, `/genesys/cometd` for example; may be relative to the page.
    pub url: String,
    /// Whether `/handshake`, `/connect` and `/disconnect` are appended to the URL
    /// (never to one with a query, a fragment, or a dot in its last segment).
    pub append_type: bool,
    /// Value of `gms_user`; `None` leaves the header to a gateway.
    pub gms_user: Option<String>,
    /// The channel to subscribe to, `/_genesys` at GMS.
    pub subscription: String,
    /// A request without an answer after this is given up; a held connect after the server's hold and this.
    pub network_delay: Duration,
    /// Whether to ask for the acknowledgement extension.
    pub ack: bool,
}

impl Config {
    /// The defaults for this CometD URL: types appended, `/_genesys`, 10 s, acknowledged.
    pub fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            append_type: true,
            gms_user: None,
            subscription: "/_genesys".to_owned(),
            network_delay: Duration::from_secs(10),
            ack: true,
        }
    }
}

/// How to take leave of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Farewell {
    /// The chat is over: unsubscribe and disconnect, in one request.
    Over,
    /// The page goes, perhaps to come back: disconnect alone, in a request that outlives the page.
    Leaving {
        /// The highest `transcriptPosition` seen, for GMS to tell the agent and to resume from.
        position: Option<u64>,
    },
}

/// One thing for the caller to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Carry out this request and feed its end back under this name.
    Send(ExchangeId, Request),
    /// Abort this exchange; its end is of no interest any more.
    Cancel(ExchangeId),
    /// Something happened.
    Event(Event),
    /// Nothing more to do until this moment (`None`: until an input arrives).
    Wait(Option<Moment>),
}

/// What happened to the session.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Handshake, subscription and one connect have succeeded: events of the channel arrive from here on.
    /// Told once per Bayeux session, before the deliveries of the same answer.
    Ready {
        /// Whether an earlier session was ready since `open`: what was published between the two may be missing.
        renewed: bool,
    },
    /// The `data` of an event on the subscribed channel. May come before `Ready`, and may come twice.
    Delivery(Value),
    /// A request failed. Told at every failure; ends with one `Recovered` or `Ended`.
    Trouble {
        /// What went wrong.
        fault: Fault,
        /// When the next try is made.
        next_try: Option<Moment>,
        /// Three tries in a row were turned away for good (401, 403, 404 …): from here on one try a minute.
        lasting: bool,
    },
    /// The trouble is over: connected and subscribed.
    Recovered,
    /// Nothing is sent any more until [`Session::open`]. Told once per `open`.
    Ended(Reason),
    /// Another session of this browser holds a connect already; the server makes this one poll slowly.
    MultipleClients,
    /// Two new sessions in a row were unknown to the server at their first connect:
    /// its cookie does not come back, or a balancer has no affinity. Tries go on, slowly.
    CookieLost,
    /// Something that a developer should read; never holds secrets or message text.
    Diagnostic(String),
}

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No HTTP answer: offline, reset, or forbidden by CORS.
    Unreachable,
    /// No answer in time.
    TimedOut,
    /// Any HTTP status but 200.
    Status {
        /// HTTP status.
        status: u16,
        /// `Retry-After`, at most five minutes.
        retry_after: Option<Duration>,
    },
    /// A Bayeux reply with `successful: false`.
    Refused {
        /// The reply's `error`, such as `402::session_unknown`; may be empty.
        error: String,
    },
    /// An answer that cannot be read.
    Malformed {
        /// What was expected, for the developer.
        expected: &'static str,
    },
}

/// Why a session has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// [`Session::close`] was called.
    Closed,
    /// Advice `none`, or a negative interval. This is how GMS ends a chat.
    Advised {
        /// The reply's `error` when it was a refusal.
        error: Option<String>,
    },
    /// The server sent `/meta/disconnect`.
    Disconnected,
    /// The server refused the subscription.
    Denied {
        /// The reply's `error`; may be empty.
        error: String,
    },
    /// The server does not offer `long-polling`.
    NoCommonTransport,
}

/// One Bayeux client: at most one session at a time, renewed as often as the server forgets it.
#[derive(Debug)]
pub struct Session {
    config: Config,
}

impl Session {
    /// A client that sends nothing until [`Session::open`]. `seed` feeds the jitter of retries.
    pub fn new(config: Config, seed: u64) -> Self {
        let _ = seed;
        Self { config }
    }

    /// Begins with a handshake. Ignored while a session is open.
    pub fn open(&mut self, now: Moment) {
        let _ = (now, &self.config);
    }

    /// Takes leave and stops, whatever the server answers. Ignored when there is nothing to leave.
    pub fn close(&mut self, farewell: Farewell, now: Moment) {
        let _ = (farewell, now);
    }

    /// Asks for proof that the session lives: aborts the held connect and sends one that is answered at once.
    /// Ends a wait for the next retry as far as the server's wishes allow it.
    pub fn check(&mut self, now: Moment) {
        let _ = now;
    }

    /// Takes the answer to an exchange. Answers to exchanges that are over are ignored.
    pub fn handle_reply(&mut self, id: ExchangeId, reply: Reply, now: Moment) {
        let _ = (id, reply, now);
    }

    /// Takes the end of an exchange that got no answer.
    pub fn handle_failure(&mut self, id: ExchangeId, failure: Failure, now: Moment) {
        let _ = (id, failure, now);
    }

    /// Takes what the page reports about itself.
    pub fn handle_page(&mut self, event: PageEvent, now: Moment) {
        let _ = (event, now);
    }

    /// Does what is due; call it at the moment that [`Output::Wait`] named, or later.
    pub fn handle_timeout(&mut self, now: Moment) {
        let _ = now;
    }

    /// The next thing to do; ends with [`Output::Wait`].
    #[must_use = "an output that is not carried out stalls the session"]
    pub fn poll_output(&mut self) -> Output {
        Output::Wait(None)
    }
}
