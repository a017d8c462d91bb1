//! The Bayeux session: handshake, subscription and one long poll that always leads to a next step.
//!
//! Three rules carry it. The HTTP exchange closes a request, not an id in the answer. Every answered
//! connect leads to another request, a wait, or an end that is told. Only a successful connect ends
//! an outage.
//!
//! Source: Bayeux 1.0 of the CometD project, and what its servers and faye really do.

mod advice;
mod answer;
mod event;
mod exchanges;
mod hold;
mod message;
mod outcome;
mod pace;
mod retry;
mod state;

use std::time::Duration;

use crate::defect::{self, Defect};
use crate::queue::Queue;
use crate::text::split_scheme;
use crate::{ExchangeId, Failure, Moment, PageEvent, Reply, Request};
use advice::Advice;
use hold::Hold;
use pace::Pace;
use retry::Retry;
use state::{Asks, Parting, Pause, Slot, State, Step};

pub use event::{Event, Fault, Reason};

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

    /// The URL for requests of this type: `handshake`, `connect`, `disconnect`, or empty for all others.
    fn address(&self, message_type: &str) -> String {
        let mut address = self.url.clone();
        if self.append_type && is_directory(&self.url) {
            if !address.ends_with('/') {
                address.push('/');
            }
            address.push_str(message_type);
        }
        address
    }
}

/// Whether a path can be extended: no query, no fragment, no file name with a dot at its end.
fn is_directory(url: &str) -> bool {
    // A host has dots of its own; a relative URL has no host.
    let path = match split_scheme(url) {
        Some((_, server)) => server.split_once('/').map_or("", |(_, path)| path),
        None => url,
    };
    let name = path.trim_end_matches('/').rsplit('/').next();
    !url.contains(['?', '#']) && !name.unwrap_or_default().contains('.')
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

/// One Bayeux client: at most one session at a time, renewed as often as the server forgets it.
#[derive(Debug)]
pub struct Session {
    config: Config,
    state: State,
    /// The latest moment that was heard of: time does not run backwards here.
    now: Moment,
    /// Ids and exchange numbers never repeat, not even across sessions.
    last_id: u32,
    advice: Advice,
    pace: Pace,
    hold: Hold,
    /// Failures of handshakes and connects.
    retry: Retry,
    /// Failures of the subscription; they say nothing about the connect.
    subscribe_retry: Retry,
    /// When the first request failed, until connect and subscription are both well.
    outage: Option<Moment>,
    /// How often `Ready` was told since `open`.
    readies: u32,
    /// New sessions in a row that the server did not know at their first connect.
    forgotten: u32,
    /// The page has said `Offline` and not yet `Online`.
    offline: bool,
    outputs: Queue<Output>,
}

/// A timer that fires this much too late means that the page was asleep.
const ASLEEP: Duration = Duration::from_secs(5);

impl Session {
    /// A client that sends nothing until [`Session::open`]. `seed` feeds the jitter of retries.
    pub fn new(config: Config, seed: u64) -> Self {
        Self {
            config,
            state: State::Stopped { client_id: None },
            now: Moment::default(),
            last_id: 0,
            advice: Advice::default(),
            pace: Pace::new(),
            hold: Hold::default(),
            retry: Retry::new(seed),
            subscribe_retry: Retry::new(!seed),
            outage: None,
            readies: 0,
            forgotten: 0,
            offline: false,
            outputs: Queue::new(),
        }
    }

    /// Begins with a handshake. Ignored while a session is open.
    pub fn open(&mut self, now: Moment) {
        self.arrive_at(now);
        match &mut self.state {
            State::Stopped { .. } => self.begin(),
            State::Leaving(parting) => parting.reopen = true,
            State::Handshaking(_) | State::Connected(_) => {}
        }
        self.carry_on();
    }

    /// Begins for a page that has followed another one: takes leave of the client that it left, then a handshake.
    /// Ignored while a session is open.
    pub fn succeed(&mut self, left: Option<String>, farewell: Farewell, now: Moment) {
        if let State::Stopped { client_id } = &mut self.state {
            *client_id = left;
            self.arrive_at(now);
            self.take_leave(farewell);
            self.open(now);
            // The farewell is the other page's, and does not hold this one's subscription up.
            self.pace = Pace::new();
        }
    }

    /// The client that the server knows, if it knows one.
    pub fn client_id(&self) -> Option<&String> {
        match &self.state {
            State::Stopped { client_id } => client_id.as_ref(),
            State::Connected(live) => Some(&live.client_id),
            State::Leaving(parting) => Some(&parting.client_id),
            State::Handshaking(_) => None,
        }
    }

    /// Takes leave and stops, whatever the server answers; [`Event::Ended`] is told at once.
    /// After an end that the server has caused, it still takes leave of the client that the server knows.
    pub fn close(&mut self, farewell: Farewell, now: Moment) {
        self.arrive_at(now);
        let was_open = match &self.state {
            State::Stopped { .. } => false,
            State::Leaving(parting) => parting.reopen,
            State::Handshaking(_) | State::Connected(_) => true,
        };
        if was_open {
            self.end(Reason::Closed);
        }
        self.take_leave(farewell);
        self.carry_on();
    }

    /// Asks for proof that the session lives: aborts the held connect and sends one that is answered at once.
    /// Ends a wait for the next retry as far as the server's wishes allow it.
    pub fn check(&mut self, now: Moment) {
        self.arrive_at(now);
        self.wake();
        self.doubt();
        self.carry_on();
    }

    /// Takes the answer to an exchange. Answers to exchanges that are over are ignored.
    pub fn handle_reply(&mut self, id: ExchangeId, reply: &Reply, now: Moment) {
        // An answer in hand counts, even when its deadline has passed meanwhile.
        let taken = self.take(id, now);
        self.arrive_at(now);
        if let Some((slot, request)) = taken {
            self.answered(slot, request, reply);
        } else if defect::on(Defect::AcknowledgesAborted) {
            self.acknowledge_stray(reply);
        }
        self.carry_on();
    }

    /// Takes the end of an exchange that got no answer.
    pub fn handle_failure(&mut self, id: ExchangeId, failure: Failure, now: Moment) {
        let taken = self.take(id, now);
        self.arrive_at(now);
        if let Some((slot, request)) = taken {
            let fault = match failure {
                Failure::Network => Fault::Unreachable,
                Failure::Truncated => Fault::Truncated,
            };
            self.failed(slot, request, fault);
        }
        self.carry_on();
    }

    /// Takes what the page reports about itself.
    pub fn handle_page(&mut self, event: PageEvent, now: Moment) {
        self.arrive_at(now);
        match event {
            PageEvent::Online => {
                self.wake();
                // The connection may be another one; the old one's requests may never end.
                if std::mem::take(&mut self.offline) {
                    self.doubt();
                }
            }
            PageEvent::Visible | PageEvent::Awake => self.wake(),
            PageEvent::Offline => self.offline = true,
            // Whether there is anything to come back to is known to the owner.
            PageEvent::Hidden | PageEvent::Frozen | PageEvent::Leaving => {}
        }
        self.carry_on();
    }

    /// Does what is due; call it at the moment that [`Output::Wait`] named, or later.
    pub fn handle_timeout(&mut self, now: Moment) {
        self.arrive_at(now);
        self.carry_on();
    }

    /// The next thing to do; ends with [`Output::Wait`].
    #[must_use = "an output that is not carried out stalls the session"]
    pub fn poll_output(&mut self) -> Output {
        let output = self.outputs.pop();
        output.unwrap_or_else(|| Output::Wait(self.state.wake_at()))
    }

    /// Takes note of the time, and of having been asleep.
    fn arrive_at(&mut self, now: Moment) {
        self.now = now.max(self.now);
        let due = self.state.wake_at();
        if due.is_some_and(|due| self.now.since(due) > ASLEEP) {
            self.wake();
        }
    }

    /// Does what is due by now; the end of every input.
    fn carry_on(&mut self) {
        for slot in Slot::ALL {
            self.expire(slot);
        }
        for slot in Slot::ALL {
            self.start(slot);
        }
    }

    fn tell(&mut self, event: Event) {
        self.outputs.push(Output::Event(event));
    }

    /// A new beginning, by the wish of the owner.
    fn begin(&mut self) {
        self.state = State::Handshaking(Step::due(self.now));
        self.readies = 0;
        self.forgotten = 0;
        self.retry.forgive();
        self.subscribe_retry.forgive();
    }

    /// Stops, and tells why. A farewell stays possible when the server knows a client.
    fn end(&mut self, reason: Reason) {
        for slot in Slot::ALL {
            self.abandon(slot);
        }
        let stopped = State::Stopped { client_id: None };
        self.state = match std::mem::replace(&mut self.state, stopped) {
            State::Connected(live) => State::Stopped {
                client_id: Some(live.client_id),
            },
            // The farewell of the session before goes on, alone.
            State::Leaving(parting) => State::Leaving(Parting {
                reopen: false,
                ..parting
            }),
            State::Stopped { client_id } => State::Stopped { client_id },
            State::Handshaking(_) => State::Stopped { client_id: None },
        };
        self.outage = None;
        self.tell(Event::Ended(reason));
    }

    /// Sends a farewell when the server knows a client that has not had one.
    fn take_leave(&mut self, farewell: Farewell) {
        if let State::Stopped { client_id } = &mut self.state
            && let Some(client_id) = client_id.take()
        {
            self.state = State::Leaving(Parting {
                client_id,
                farewell,
                step: Step::due(self.now),
                reopen: false,
            });
        }
    }

    /// The farewell is answered or given up.
    fn gone(&mut self) {
        let reopen = matches!(&self.state, State::Leaving(parting) if parting.reopen);
        self.state = State::Stopped { client_id: None };
        if reopen {
            self.begin();
        }
    }

    /// The page is awake: waits end as far as the server's wishes allow it, overdue requests are
    /// sent again, and so is a connect that the server should have answered.
    fn wake(&mut self) {
        let hold = self.hold.wanted(self.advice.timeout, self.now);
        let hold = hold.unwrap_or(self.advice.timeout);
        if let State::Connected(live) = &self.state
            && let Step::Asked(request) = live.connect
            && self.now.since(request.sent) >= hold
        {
            self.doubt();
        }
        for slot in Slot::ALL {
            match self.state.step(slot).copied() {
                Some(Step::Waiting(pause)) => {
                    let until = pause.until.min(pause.earliest.max(self.now));
                    let pause = Pause { until, ..pause };
                    self.state.set_step(slot, Step::Waiting(pause));
                }
                Some(Step::Asked(request)) if request.deadline <= self.now => self.abandon(slot),
                Some(Step::Asked(_)) | None => {}
            }
        }
    }

    /// The session may be dead without anybody knowing: asks for proof, unless that is under way.
    fn doubt(&mut self) {
        let State::Connected(live) = &mut self.state else {
            return;
        };
        if live.asks == Asks::Hold {
            live.asks = Asks::Proof;
            self.abandon(Slot::Connect);
        }
    }
}
