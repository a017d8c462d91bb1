//! The judge of a run: what must hold whatever happens, checked after every step.
//!
//! The letters are those of the specification that the project follows: S for safety, R for rates,
//! L for liveness. C is the chat: what the visitor sees is what the server holds.

mod book;
mod coverage;
mod fate;
mod listener;
mod order;
mod pace;
mod rest;
mod row;
mod wire;

use gms_chat_protocol::chat::{self, Command, EntryKey};
use gms_chat_protocol::{ExchangeId, bayeux};

use crate::client::{Input, Told, USER};
use crate::network::Exchange;
use crate::plan::{Ack, Deed, Item, Plan, Setting, Subject};
use crate::server::{Answer, Server};

use book::Book;
use listener::Listener;
use pace::Pace;
use wire::Wire;

pub(crate) use coverage::Coverage;

/// A rule that was broken.
#[derive(Clone, Debug)]
pub(crate) struct Violation {
    pub(crate) rule: &'static str,
    pub(crate) what: String,
    pub(crate) at: u64,
}

/// Whether all is well.
pub(crate) type Verdict = Result<(), Violation>;

impl Violation {
    pub(crate) fn new(rule: &'static str, what: impl Into<String>) -> Self {
        Self {
            rule,
            what: what.into(),
            at: 0,
        }
    }

    /// The same, noticed at this moment.
    pub(crate) fn at(self, at: u64) -> Self {
        Self { at, ..self }
    }
}

/// Complains unless `holds`.
fn ensure(holds: bool, rule: &'static str, what: impl FnOnce() -> String) -> Verdict {
    if holds {
        return Ok(());
    }
    Err(Violation::new(rule, what()))
}

/// What one run has gone through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    /// Simulated milliseconds.
    pub(crate) millis: u64,
    pub(crate) steps: u64,
    /// Exchanges of each lane.
    pub(crate) exchanges: [u64; 3],
    /// Lines that were on the screen at the end.
    pub(crate) lines: u64,
    /// How many of them mark a gap.
    pub(crate) gaps: u64,
    /// How many of them are messages that the visitor wrote and the server does not have, as far as is known.
    pub(crate) unsent: u64,
    pub(crate) coverage: Coverage,
}

impl Figures {
    /// Takes in what another run has gone through.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.millis += other.millis;
        self.steps += other.steps;
        for (mine, theirs) in self.exchanges.iter_mut().zip(other.exchanges) {
            *mine += theirs;
        }
        self.lines += other.lines;
        self.gaps += other.gaps;
        self.unsent += other.unsent;
        self.coverage.merge(&other.coverage);
    }
}

/// The judge.
#[derive(Debug)]
pub(crate) struct Oracle {
    setting: Setting,
    wire: Wire,
    pace: Pace,
    screen: Screen,
    coverage: Coverage,
    exchanges: [u64; 3],
    /// An answer to an aborted exchange is being fed.
    silence: bool,
    /// Whether the client can tell that something was lost, without anything that follows it.
    tells_losses: bool,
    /// The server has advised to stay away for weeks: nothing can be asked of a client that obeys.
    absurd: bool,
}

/// What the run's client shows, by its kind.
#[derive(Debug)]
enum Screen {
    Bayeux(Box<Listener>),
    Chat(Box<Book>),
}

impl Oracle {
    pub(crate) fn new(plan: &Plan, setting: &Setting) -> Self {
        let screen = match plan.subject {
            Subject::Bayeux => Screen::Bayeux(Box::new(Listener::new())),
            Subject::Chat(delivery) => Screen::Chat(Box::new(Book::new(delivery, setting))),
        };
        Self {
            tells_losses: tells_losses(plan, setting),
            setting: setting.clone(),
            wire: Wire::new(setting),
            pace: Pace::default(),
            screen,
            coverage: Coverage::default(),
            exchanges: [0; 3],
            silence: false,
            absurd: false,
        }
    }

    /// An input is about to be fed.
    pub(crate) fn about_to_feed(&mut self, input: &Input, server: &Server) {
        let state = match &self.screen {
            Screen::Bayeux(listener) => listener.stage(),
            Screen::Chat(book) => book.stage(),
        };
        let troubled = match &self.screen {
            Screen::Bayeux(listener) => listener.troubled,
            Screen::Chat(book) => book.troubled,
        };
        self.coverage
            .note(state, troubled, self.wire.lanes(), input);
        if let Input::Want(command) = input {
            self.wanted(command, server);
        }
    }

    fn wanted(&mut self, command: &Command, server: &Server) {
        if matches!(command, Command::Start(_)) {
            self.wire.resume();
            self.pace.resume();
        }
        match &mut self.screen {
            Screen::Bayeux(listener) => listener.wanted(command),
            Screen::Chat(book) => book.wanted(command, server),
        }
    }

    /// The client has sent a request.
    pub(crate) fn sent(&mut self, exchange: &Exchange, clock: u64) -> Verdict {
        self.exchanges[exchange.id.lane() as usize] += 1;
        ensure(!self.silence, "S9", || {
            format!(
                "an answer to an aborted exchange led to {}",
                exchange.request.url
            )
        })?;
        let kind = self.wire.sent(exchange, clock)?;
        self.pace.sent(exchange.id.lane(), kind, clock)?;
        match &mut self.screen {
            Screen::Bayeux(listener) => listener.sent(kind),
            Screen::Chat(book) => book.sent(exchange, kind),
        }
    }

    /// The client has aborted an exchange.
    pub(crate) fn cancelled(&mut self, id: ExchangeId) -> Verdict {
        ensure(!self.silence, "S9", || {
            "an answer to an aborted exchange led to an abort".to_owned()
        })?;
        let flight = self.wire.over(id)?;
        if let Screen::Chat(book) = &mut self.screen {
            book.left_open(&flight);
        }
        Ok(())
    }

    /// A request has reached the server.
    pub(crate) fn arrived(&mut self, exchange: &Exchange, copy: bool, answer: Option<&Answer>) {
        if let Screen::Chat(book) = &mut self.screen {
            book.arrived(exchange, copy, answer);
        }
    }

    /// An answer reaches the client.
    pub(crate) fn answered(&mut self, exchange: &Exchange, clock: u64) -> Verdict {
        let flight = self.wire.over(exchange.id)?;
        let Some(answer) = &exchange.answer else {
            return Ok(());
        };
        self.absurd |= answer.facts.absurd;
        self.wire.answered(&flight, answer);
        self.pace.answered(&flight, answer, clock);
        match &mut self.screen {
            Screen::Bayeux(listener) => listener.answered(answer),
            Screen::Chat(book) => book.answered(&flight, answer),
        }
        Ok(())
    }

    /// The client is told that an exchange has failed.
    pub(crate) fn failed(&mut self, exchange: &Exchange) -> Verdict {
        let flight = self.wire.over(exchange.id)?;
        if let Screen::Chat(book) = &mut self.screen {
            book.left_open(&flight);
        }
        Ok(())
    }

    /// From here on, or no longer, nothing may follow from what is fed.
    pub(crate) fn expect_nothing(&mut self, nothing: bool) {
        self.silence = nothing;
    }

    /// The client has told something.
    pub(crate) fn told(&mut self, told: Told, server: &Server) -> Verdict {
        ensure(!self.silence, "S9", || {
            format!("an answer to an aborted exchange led to {told:?}")
        })?;
        match (told, &mut self.screen) {
            (Told::Bayeux(event), Screen::Bayeux(listener)) => {
                let ended = matches!(event, bayeux::Event::Ended(_));
                if ended {
                    self.wire.stop();
                }
                listener.told(event)
            }
            (Told::Chat(event), Screen::Chat(book)) => {
                if matches!(event, chat::Event::Entry(chat::Change::Inserted { .. })) {
                    // Something that had come before its time is shown now.
                    self.pace.delivered();
                }
                book.told(event, server)
            }
            (Told::Bayeux(_), Screen::Chat(_)) | (Told::Chat(_), Screen::Bayeux(_)) => Ok(()),
        }
    }

    /// Whether somebody wants a session.
    pub(crate) fn is_open(&self) -> bool {
        match &self.screen {
            Screen::Bayeux(listener) => listener.open,
            Screen::Chat(book) => book.is_open(),
        }
    }

    /// The client has nothing more to do until `due`.
    pub(crate) fn waits(&mut self, due: Option<u64>, clock: u64) -> Verdict {
        ensure(due.is_none_or(|due| due > clock), "S11", || {
            format!("a timer is set to {due:?}, which is not in the future of {clock}")
        })?;
        // The longest advice that is obeyed, and the longest wait on top of it.
        let far = clock + (1 << 31) + 120_000;
        ensure(due.is_none_or(|due| due < far), "S11", || {
            format!("a timer is set to {due:?}: nobody waits that long")
        })?;
        let alive = self.is_open();
        ensure(!alive || due.is_some() || self.wire.is_busy(), "L2", || {
            "nothing is under way and no timer is set".to_owned()
        })
    }

    /// Everything that followed from an input has been seen. `prompt`: timers fire when they are due.
    pub(crate) fn drained(&mut self, clock: u64, prompt: bool, server: &Server) -> Verdict {
        if prompt {
            self.wire.check_ages(clock)?;
        }
        match &mut self.screen {
            Screen::Bayeux(_) => Ok(()),
            Screen::Chat(book) => book.check(clock, prompt, server),
        }
    }

    /// The server has ended this chat because it heard nothing, and nothing stood in the client's way.
    pub(crate) fn silenced(&self, service: usize) -> Verdict {
        match &self.screen {
            Screen::Chat(book) if book.is_in(service) => Err(Violation::new(
                "C11",
                "the server dropped the chat: it had heard nothing for 45 s",
            )),
            Screen::Chat(_) | Screen::Bayeux(_) => Ok(()),
        }
    }

    /// Messages that have failed; with `unknown`, also those of which nobody knows.
    pub(crate) fn loose_messages(&self, unknown: bool) -> Vec<EntryKey> {
        match &self.screen {
            Screen::Bayeux(_) => Vec::new(),
            Screen::Chat(book) => book.loose_messages(unknown),
        }
    }

    /// What the run has gone through.
    pub(crate) fn figures(self, now: u64, steps: u32) -> Figures {
        let [lines, gaps, unsent] = match &self.screen {
            Screen::Bayeux(_) => [0; 3],
            Screen::Chat(book) => book.lines(),
        };
        Figures {
            lines,
            gaps,
            unsent,
            millis: now,
            steps: steps.into(),
            exchanges: self.exchanges,
            coverage: self.coverage,
        }
    }
}

/// Whether every loss betrays itself: nothing is lost but with a session, and answers name positions.
fn tells_losses(plan: &Plan, setting: &Setting) -> bool {
    let stops = |item: &Item| matches!(item, Item::Deed(_, Deed::Acknowledge(false)));
    let acknowledged = setting.ack != Ack::Off && !plan.items.iter().any(stops);
    acknowledged && !setting.short_replies
}

/// Whether a text for developers gives a secret away.
fn is_discreet(text: &str) -> Verdict {
    ensure(!text.contains(USER), "S14", || {
        format!("a diagnostic names the user: {text}")
    })
}
