//! The CometD side of a chat: the Bayeux session, and what its events mean here.

use super::{Config, Problem, truncated};
use crate::bayeux::{self, Farewell, Fault, Reason};
use crate::json::digits;
use crate::{ExchangeId, Failure, Moment, PageEvent, Reply, wire};

/// The Bayeux session and how it is doing.
#[derive(Debug)]
pub(crate) struct Push {
    session: bayeux::Session,
    state: State,
    /// When the Bayeux session wants to be called.
    pub(crate) wake: Option<Moment>,
}

/// How the channel is doing.
///
/// ```text
///   Off --open--> Opening --ready--> Up <--trouble, ready--> Down
///    ^               `------- none, refused, close -------------'
///
///   Up --go_away--> Away --open--> Opening; Away --close--> Off
/// ```
#[derive(Debug)]
enum State {
    /// Not wanted, or over.
    Off,
    /// No session yet.
    Opening,
    /// Left for a while, with the chat going on.
    Away,
    /// Events arrive.
    Up,
    /// Events may be missed; the reason and the next try.
    Down(Problem, Option<Moment>),
}

impl Push {
    /// A channel that is not open.
    pub(crate) fn new(config: &Config, seed: u64) -> Self {
        let bayeux = bayeux::Config {
            append_type: config.append_type,
            gms_user: config.user_id.clone(),
            network_delay: config.limits.network_delay,
            ..bayeux::Config::new(&[config.endpoint.as_str(), config.comet_path.as_str()].concat())
        };
        Self {
            session: bayeux::Session::new(bayeux, seed),
            state: State::Off,
            wake: None,
        }
    }

    /// What the server calls this client, if it knows one.
    pub(crate) fn client_id(&self) -> Option<&String> {
        self.session.client_id()
    }

    /// Opens the channel for a chat of another page, which has left this client behind.
    pub(crate) fn reopen(&mut self, left: Option<String>, position: Option<u64>, now: Moment) {
        self.state = State::Opening;
        self.session
            .succeed(left, Farewell::Leaving { position }, now);
    }

    /// Opens the channel.
    pub(crate) fn open(&mut self, now: Moment) {
        self.state = State::Opening;
        self.session.open(now);
    }

    /// Closes the channel: unsubscribes and disconnects.
    pub(crate) fn close(&mut self, now: Moment) {
        self.state = State::Off;
        // Where the server was first, it still waits for a farewell.
        self.session.close(Farewell::Over, now);
    }

    /// Closes the channel for a page that goes: `position` is the highest one seen.
    pub(crate) fn leave(&mut self, position: Option<u64>, now: Moment) {
        self.state = State::Off;
        self.session.close(Farewell::Leaving { position }, now);
    }

    /// Leaves the channel for a while: `position` is the highest one seen.
    pub(crate) fn go_away(&mut self, position: Option<u64>, now: Moment) {
        self.leave(position, now);
        self.state = State::Away;
    }

    /// Asks for proof that the channel lives.
    pub(crate) fn check(&mut self, now: Moment) {
        self.session.check(now);
    }

    /// The next output of the Bayeux session.
    pub(crate) fn poll_output(&mut self) -> bayeux::Output {
        self.session.poll_output()
    }

    /// Passes an answer on.
    pub(crate) fn handle_reply(&mut self, id: ExchangeId, reply: &Reply, now: Moment) {
        self.session.handle_reply(id, reply, now);
    }

    /// Passes a failure on.
    pub(crate) fn handle_failure(&mut self, id: ExchangeId, failure: Failure, now: Moment) {
        self.session.handle_failure(id, failure, now);
    }

    /// Passes news of the page on.
    pub(crate) fn handle_page(&mut self, event: PageEvent, now: Moment) {
        self.session.handle_page(event, now);
    }

    /// Lets the Bayeux session do what is due.
    pub(crate) fn handle_timeout(&mut self, now: Moment) {
        self.session.handle_timeout(now);
    }

    /// The channel works (again).
    pub(crate) fn rise(&mut self) {
        self.state = State::Up;
    }

    /// The channel has trouble.
    pub(crate) fn fall(&mut self, problem: Problem, next_try: Option<Moment>) {
        self.state = State::Down(problem, next_try);
    }

    /// The channel has ended by itself.
    pub(crate) fn end(&mut self) {
        self.state = State::Off;
    }

    /// Whether events arrive.
    pub(crate) fn is_up(&self) -> bool {
        matches!(self.state, State::Up)
    }

    /// Whether no events will arrive.
    pub(crate) fn is_off(&self) -> bool {
        matches!(self.state, State::Off)
    }

    /// Whether the channel was left for a while.
    pub(crate) fn is_away(&self) -> bool {
        matches!(self.state, State::Away)
    }

    /// Whether events do not arrive now, and will again.
    pub(crate) fn is_down(&self) -> bool {
        match self.state {
            State::Opening | State::Away | State::Down(..) => true,
            State::Off | State::Up => false,
        }
    }

    /// The channel's trouble, if it has any.
    pub(crate) fn trouble(&self) -> Option<(&Problem, Option<Moment>)> {
        match &self.state {
            State::Down(problem, next_try) => Some((problem, *next_try)),
            State::Off | State::Opening | State::Away | State::Up => None,
        }
    }
}

/// A Bayeux fault in the words of the chat.
pub(crate) fn problem(fault: Fault) -> Problem {
    match fault {
        Fault::Unreachable => Problem::Unreachable,
        Fault::TimedOut => Problem::TimedOut,
        Fault::Status {
            status,
            retry_after,
        } => wire::by_status(status, retry_after, None),
        Fault::Refused { error } => refusal(error),
        Fault::Truncated => truncated(),
        Fault::Malformed { expected } | Fault::Excessive { expected } => {
            Problem::Malformed { expected }
        }
    }
}

/// What the end of a Bayeux session means where it was not wanted; `None` when it was.
pub(crate) fn end_problem(reason: Reason) -> Option<Problem> {
    match reason {
        Reason::Closed => None,
        Reason::Advised { error } => Some(refusal(error.unwrap_or_default())),
        Reason::Disconnected => Some(refusal(String::new())),
        Reason::Denied { error } => Some(refusal(error)),
        Reason::NoCommonTransport => Some(Problem::Malformed {
            expected: "the connection type long-polling",
        }),
    }
}

/// `402::session_unknown` and its kind.
fn refusal(error: String) -> Problem {
    let code = error.split(':').next().and_then(digits);
    Problem::Refused {
        status: code.and_then(|code| u16::try_from(code).ok()).unwrap_or(0),
        message: (!error.is_empty()).then_some(error),
    }
}
