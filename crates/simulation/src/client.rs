//! The protocol core as the simulation drives it: one surface for the chat session and the bare Bayeux session.

use std::time::Duration;

use gms_chat_protocol::chat::{self, Command, Visitor};
use gms_chat_protocol::{ExchangeId, Failure, Moment, PageEvent, Reply, Request, bayeux};

use crate::plan::{Plan, Setting, Subject};

/// Value of `gms_user`; no diagnostic may show it.
pub(crate) const USER: &str = "secret-visitor";
/// A request without an answer is given up after this, in milliseconds.
pub(crate) const NETWORK_DELAY: u64 = 10_000;

/// Who is tried.
#[derive(Debug)]
pub(crate) enum Client {
    Bayeux(Box<bayeux::Session>),
    Chat(Box<chat::Session>),
}

/// What goes in.
#[derive(Debug)]
pub(crate) enum Input {
    Want(Command),
    Reply(ExchangeId, Reply),
    Failure(ExchangeId, Failure),
    Page(PageEvent),
    Due,
}

/// What comes out.
#[derive(Debug)]
pub(crate) enum Output {
    Send(ExchangeId, Request),
    Cancel(ExchangeId),
    Told(Told),
    Wait(Option<u64>),
}

/// What the window, or whoever owns the Bayeux session, is told.
#[derive(Debug)]
pub(crate) enum Told {
    Bayeux(bayeux::Event),
    Chat(chat::Event),
}

impl Client {
    /// The client that a plan wants.
    pub(crate) fn new(plan: &Plan, setting: &Setting) -> Self {
        let seed = plan.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        match plan.subject {
            Subject::Bayeux => {
                let config = bayeux::Config {
                    append_type: !setting.one_address,
                    gms_user: Some(USER.to_owned()),
                    network_delay: Duration::from_millis(NETWORK_DELAY),
                    ..bayeux::Config::new("/genesys/cometd")
                };
                Self::Bayeux(Box::new(bayeux::Session::new(config, seed)))
            }
            Subject::Chat(delivery) => {
                let anonymous = setting.no_user && delivery == chat::Delivery::Poll;
                let limits = chat::Limits {
                    away: Duration::from_millis(setting.away.unwrap_or(0)),
                    ..chat::Limits::default()
                };
                let config = chat::Config {
                    delivery,
                    limits,
                    append_type: !setting.one_address,
                    user_id: (!anonymous).then(|| USER.to_owned()),
                    ..chat::Config::new("/genesys")
                };
                let session = chat::Session::new(config, seed, Moment::from_millis(0));
                Self::Chat(Box::new(session))
            }
        }
    }

    /// Whether it has an ear for this wish.
    pub(crate) fn hears(&self, command: &Command) -> bool {
        match self {
            Self::Bayeux(_) => matches!(command, Command::Start(_) | Command::End),
            Self::Chat(_) => true,
        }
    }

    /// Feeds one input.
    pub(crate) fn feed(&mut self, input: Input, now: u64) {
        let now = Moment::from_millis(now);
        match self {
            Self::Bayeux(session) => match input {
                Input::Want(Command::Start(_)) => session.open(now),
                Input::Want(Command::End) => session.close(bayeux::Farewell::Over, now),
                Input::Want(_) => {}
                Input::Reply(id, reply) => session.handle_reply(id, &reply, now),
                Input::Failure(id, failure) => session.handle_failure(id, failure, now),
                Input::Page(event) => session.handle_page(event, now),
                Input::Due => session.handle_timeout(now),
            },
            Self::Chat(session) => match input {
                Input::Want(command) => session.handle_command(command, now),
                Input::Reply(id, reply) => session.handle_reply(id, reply, now),
                Input::Failure(id, failure) => session.handle_failure(id, failure, now),
                Input::Page(event) => session.handle_page(event, now),
                Input::Due => session.handle_timeout(now),
            },
        }
    }

    /// Drains one output.
    pub(crate) fn poll(&mut self) -> Output {
        let millis = |due: Option<Moment>| due.map(round_up);
        match self {
            Self::Bayeux(session) => match session.poll_output() {
                bayeux::Output::Send(id, request) => Output::Send(id, request),
                bayeux::Output::Cancel(id) => Output::Cancel(id),
                bayeux::Output::Event(event) => Output::Told(Told::Bayeux(event)),
                bayeux::Output::Wait(due) => Output::Wait(millis(due)),
            },
            Self::Chat(session) => match session.poll_output() {
                gms_chat_protocol::Output::Send(id, request) => Output::Send(id, request),
                gms_chat_protocol::Output::Cancel(id) => Output::Cancel(id),
                gms_chat_protocol::Output::Event(event) => Output::Told(Told::Chat(event)),
                gms_chat_protocol::Output::Wait(due) => Output::Wait(millis(due)),
            },
        }
    }
}

/// The first whole millisecond that is not before `moment`: a timer must not fire too early.
fn round_up(moment: Moment) -> u64 {
    let whole = moment.as_millis();
    let rest = moment.since(Moment::from_millis(whole));
    whole + u64::from(!rest.is_zero())
}

/// The visitor of every chat.
pub(crate) fn visitor() -> Visitor {
    Visitor {
        first_name: "Ada".to_owned(),
        subject: "Help".to_owned(),
        ..Visitor::default()
    }
}
