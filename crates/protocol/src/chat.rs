//! The chat session: from the visitor's form to the end of the chat, over polling or CometD.

mod advice;
mod answer;
mod away;
mod call;
mod config;
mod entry;
mod event;
mod gap;
mod idle;
mod inquiry;
mod kept;
mod line;
mod outbox;
mod plan;
mod problem;
mod push;
mod rest;
mod roster;
mod sequence;
mod start;
mod talk;
mod timers;
mod transcript;
mod typing;
mod view;

use std::time::Duration;

use crate::{ExchangeId, Failure, Lane, Moment, Output, PageEvent, Reply, wire};

use call::Job;
use line::Line;
use outbox::UNPROVEN_STEP;
use push::Push;
use rest::Rest;
use start::Start;
use talk::{Chat, Course};
use view::View;

pub(crate) use kept::{Kept, TAKEN_STEP, joined};
pub(crate) use outbox::{DOUBTFUL_STEP, QUEUED_STEP, is_same};

pub use config::{Config, Delivery, Limits, Visitor};
pub use entry::{Body, Entry, EntryKey, Fate, Party, Role};
pub use event::{Change, Command, Connection, End, Event, Phase};
pub use problem::Problem;

/// A timer that fires this much too late means that the page was asleep.
const ASLEEP: Duration = Duration::from_secs(5);
/// At most so many custom notices wait to be sent.
const MOST_NOTICES: usize = 16;

/// One chat after another, on one page.
#[derive(Debug)]
pub struct Session {
    config: Config,
    state: State,
    /// The REST lane.
    rest: Rest,
    /// The CometD side; open only while a chat wants it.
    push: Push,
    /// What the window knows.
    view: View,
    /// How the line is doing.
    line: Line,
    /// A service whose chat may live on at the server and has to be ended there.
    farewell: Option<String>,
    /// Whether REST requests carry `gms_user`.
    identified: bool,
    /// Since when the page cannot be seen; `None` while it can.
    hidden: Option<Moment>,
    /// When something is due, as found at the end of the last input.
    wake: Option<Moment>,
}

/// How far a chat has come.
///
/// ```text
///            Start                 created
///   Idle ----------> Starting ---------------> Live      restore leads from Idle to either
///    ^                |    |                    |
///    |         failed |    | End                | the server or the visitor ends it
///    |                v    v                    v
///    `---Reset--- Failed  Over <----------------'      Start leads from Failed and Over to Starting
/// ```
#[derive(Debug)]
enum State {
    /// No chat.
    Idle,
    /// Proving CometD, creating the service, queueing, creating the chat.
    Starting(Box<Start>),
    /// The chat is created.
    Live(Box<Chat>),
    /// The chat is over; the window knows why.
    Over,
    /// The chat could not be started; the window knows why.
    Failed,
}

impl Session {
    /// A session without a chat. `seed` feeds the jitter of retries: give each page another one.
    pub fn new(config: Config, seed: u64, now: Moment) -> Self {
        let mut session = Self {
            state: State::Idle,
            rest: Rest::new(seed),
            push: Push::new(&config, seed.rotate_left(32)),
            view: View::new(),
            line: Line::default(),
            farewell: None,
            identified: true,
            hidden: None,
            wake: None,
            config,
        };
        session.settle(now);
        session
    }

    /// Carries out what the visitor or the host page wants.
    pub fn handle_command(&mut self, command: Command, now: Moment) {
        match command {
            Command::Start(visitor) => self.start(visitor, now),
            Command::Say(text) => self.say(text, now),
            Command::Typing => self.press_key(now),
            Command::StopTyping => self.stop_typing(),
            Command::Retry(key) => self.retry(key, now),
            Command::Discard(key) => self.view.discard(key),
            Command::Notice(text) => self.notice(text),
            Command::Note { text, tone } => self.view.note(text, tone),
            Command::End => self.end(now),
            Command::Reset => self.reset(),
        }
        self.settle(now);
    }

    /// Takes the answer to an exchange.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "whoever feeds an answer is done with it"
    )]
    pub fn handle_reply(&mut self, id: ExchangeId, reply: Reply, now: Moment) {
        match id.lane {
            Lane::Rest => {
                if let Some(flight) = self.rest.finish(id) {
                    self.on_outcome(flight, wire::read(&reply), now);
                }
            }
            Lane::Connect | Lane::Meta => self.push.handle_reply(id, &reply, now),
        }
        self.settle(now);
    }

    /// Takes the end of an exchange that got no answer.
    pub fn handle_failure(&mut self, id: ExchangeId, failure: Failure, now: Moment) {
        match id.lane {
            Lane::Rest => {
                if let Some(flight) = self.rest.finish(id) {
                    self.on_outcome(flight, Err(failed(failure)), now);
                }
            }
            Lane::Connect | Lane::Meta => self.push.handle_failure(id, failure, now),
        }
        self.settle(now);
    }

    /// Takes what the page reports about itself.
    pub fn handle_page(&mut self, event: PageEvent, now: Moment) {
        self.push.handle_page(event, now);
        match event {
            PageEvent::Hidden => self.hidden = self.hidden.or(Some(now)),
            PageEvent::Frozen => self.freeze(now),
            PageEvent::Offline => {}
            PageEvent::Visible => {
                self.hidden = None;
                self.come_back(now);
                self.wake_up(now);
            }
            PageEvent::Online | PageEvent::Awake => self.wake_up(now),
            PageEvent::Leaving => self.leave(now),
        }
        self.settle(now);
    }

    /// The page may have been asleep: what was put off is done at once.
    fn wake_up(&mut self, now: Moment) {
        self.rest.hurry(now);
        if let State::Live(chat) = &mut self.state {
            chat.next_poll = now;
        }
    }

    /// The page goes: the server is told by requests that outlive it. Nobody is left to be told anything else.
    fn leave(&mut self, now: Moment) {
        let position = self.position();
        self.farewell = match &self.state {
            State::Starting(start) => start.created_service(self.rest.job()),
            State::Live(chat) => Some(chat.service.clone()),
            State::Idle | State::Over | State::Failed => return,
        };
        self.state = State::Over;
        if let Some(flight) = self.rest.take_if(|_| true) {
            self.view.out.push(Output::Cancel(flight.id));
        }
        self.rest.start_anew(now);
        self.rest.has_news();
        self.push.leave(position, now);
    }

    /// Does what is due; call it at the moment that [`Output::Wait`] named, or later.
    pub fn handle_timeout(&mut self, now: Moment) {
        if self.wake.is_some_and(|due| now.since(due) > ASLEEP) {
            self.wake_up(now);
        }
        self.push.handle_timeout(now);
        self.settle(now);
    }

    /// The next thing to do; ends with [`Output::Wait`].
    #[must_use = "an output that is not carried out stalls the session"]
    pub fn poll_output(&mut self) -> Output {
        let next = self.view.out.pop();
        next.unwrap_or(Output::Wait(self.wake))
    }

    fn say(&mut self, text: String, now: Moment) {
        let open = match &mut self.state {
            State::Starting(_) => true,
            State::Live(chat) => {
                chat.typing.say();
                chat.enliven(now);
                true
            }
            State::Idle | State::Over | State::Failed => false,
        };
        if open && !text.trim().is_empty() {
            self.view.say(text);
            self.insist(now);
        }
    }

    /// The visitor is here and wants to be heard: an outage that may be over is not waited out.
    fn insist(&mut self, now: Moment) {
        self.come_back(now);
        self.rest.forgive();
        self.handle_page(PageEvent::Awake, now);
    }

    /// Whether a chat is on, or is being started.
    pub(crate) fn is_busy(&self) -> bool {
        match self.state {
            State::Starting(_) | State::Live(_) => true,
            State::Idle | State::Over | State::Failed => false,
        }
    }

    /// Takes up a message that another tab may have sent already: the transcript is to tell. Where it shows the same
    /// words, nobody can, and the message is not sent by itself.
    pub(crate) fn take_up(&mut self, text: String, now: Moment) {
        match &self.state {
            State::Live(chat) => {
                let reached = chat.sequence.reached();
                let is_shown = self.view.outbox.has_echoed(&text);
                let step = if is_shown {
                    UNPROVEN_STEP
                } else {
                    DOUBTFUL_STEP
                };
                self.view.resume(text, step, Some(reached), now);
            }
            // Nothing can have been sent yet.
            State::Starting(_) => self.view.say(text),
            State::Idle | State::Over | State::Failed => {}
        }
        self.settle(now);
    }

    fn press_key(&mut self, now: Moment) {
        if let State::Live(chat) = &mut self.state {
            chat.typing.press(&self.config.limits, now);
            chat.enliven(now);
            self.come_back(now);
        }
    }

    fn stop_typing(&mut self) {
        if let State::Live(chat) = &mut self.state {
            chat.typing.stop();
        }
    }

    fn retry(&mut self, key: EntryKey, now: Moment) {
        if matches!(self.state, State::Starting(_) | State::Live(_)) {
            self.view.retry(key);
            self.insist(now);
        }
    }

    fn notice(&mut self, text: String) {
        if let State::Live(chat) = &mut self.state
            && chat.notices.len() < MOST_NOTICES
        {
            chat.notices.push(text);
        }
    }

    fn reset(&mut self) {
        if matches!(self.state, State::Over | State::Failed) {
            self.state = State::Idle;
            drop(self.view.clear(""));
            self.view.enter(Phase::Idle);
        }
    }

    /// The visitor wants to leave, wherever the chat is.
    fn end(&mut self, now: Moment) {
        match &mut self.state {
            State::Starting(start) => {
                self.farewell = start.created_service(self.rest.job());
                self.finish(End::Abandoned, now);
            }
            State::Live(chat) => {
                let end = chat.roster.end_by_visitor();
                match chat.course {
                    Course::Returning | Course::Open => {
                        let until = now + self.config.limits.network_delay;
                        chat.course = Course::Leaving { end, until };
                        self.drop_refresh();
                        self.rest.hurry(now);
                        self.view.enter(Phase::Ending);
                    }
                    // The server was first: what is missing need not be waited for.
                    Course::Closing { .. } => self.conclude(false, now),
                    Course::Leaving { .. } => {}
                }
            }
            State::Idle | State::Over | State::Failed => {}
        }
    }

    /// The created chat is over. `unknown`: the server has forgotten it.
    fn conclude(&mut self, unknown: bool, now: Moment) {
        if let State::Live(chat) = &mut self.state {
            let end = chat.conclude(&mut self.view, unknown, now);
            self.finish(end, now);
        }
    }

    /// The chat is over: tells so and stops everything that goes on for it.
    fn finish(&mut self, end: End, now: Moment) {
        self.stop(&Problem::Ended, now);
        self.state = State::Over;
        self.view.enter(Phase::Ended(end));
    }

    /// The chat could not be started.
    fn fail(&mut self, problem: Problem, now: Moment) {
        if self.view.is_restoring() {
            return self.finish(End::Lost, now);
        }
        self.stop(&problem, now);
        self.state = State::Failed;
        self.view.enter(Phase::Failed(problem));
    }

    /// Stops what goes on for the chat. `problem` is what unsent messages fail with.
    fn stop(&mut self, problem: &Problem, now: Moment) {
        self.drop_refresh();
        self.rest.forget();
        self.rest.start_anew(now);
        self.push.close(now);
        self.view.close(problem);
    }

    /// Takes an exchange off the lane that changes nothing at the server.
    fn drop_refresh(&mut self) {
        let harmless = |job: &Job| match job {
            Job::CreateService | Job::Status | Job::Probe => true,
            Job::Refresh(..) | Job::Typing(_) => true,
            Job::CreateChat | Job::Send(_) | Job::Notice(_) => false,
            Job::Disconnect | Job::Farewell(_) | Job::Forgotten => false,
        };
        if let Some(flight) = self.rest.take_if(harmless) {
            self.view.out.push(Output::Cancel(flight.id));
        }
    }
}

/// What the end of an exchange without an answer means.
fn failed(failure: Failure) -> Problem {
    match failure {
        Failure::Network => Problem::Unreachable,
        Failure::Truncated => truncated(),
    }
}

/// An answer that broke off.
fn truncated() -> Problem {
    Problem::Malformed {
        expected: "a whole answer",
    }
}
