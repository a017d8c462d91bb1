//! From the visitor's form to a created chat.

mod begin;
mod failure;

use crate::value::Value;

use super::call::Job;
use super::talk::{Chat, Course};
use super::{Delivery, Phase, Problem, Session, State, Visitor, advice, call};
use crate::Moment;
use crate::wire::{self, Availability, ChatObject};
use failure::patience;

/// Deliveries that came before the answer to the chat's creation; more are not kept.
const MOST_EARLY: usize = 100;

/// A chat that is being started.
#[derive(Debug)]
pub(super) struct Start {
    /// Who wants to chat, and about what.
    pub(super) visitor: Visitor,
    /// Whether the chat is to be created with `notify_by=comet`.
    pub(super) by_comet: bool,
    /// What is being done.
    pub(super) step: Step,
    /// Whether an unavailable service may be a delayed one.
    delay: Delay,
    /// Failures of the step.
    attempts: u32,
    /// Failures of the channel.
    pub(super) push_failures: u32,
    /// What the channel delivered before the chat's creation was answered.
    early: Vec<Value>,
    /// The answer to a creation was lost: the chat may exist, whatever was said since.
    doubted: bool,
    /// Whether a creation that was refused is one that had been given up has been asked.
    asked_again: bool,
    /// The channel was interrupted since the chat may have been created.
    interrupted: bool,
}

/// What is being done to start a chat.
///
/// ```text
///   Proving --up--> Service --basic--> Creating --lost answer--> Doubting --no chat--> Creating
///      |              ^  `--delayed--> Queued --available--> Creating      `--chat--> (live)
///      `--poll-------'                   ^---------503----------'
/// ```
#[derive(Debug)]
pub(super) enum Step {
    /// CometD has to prove that it works before the chat depends on it.
    Proving,
    /// The service is being created.
    Service,
    /// The delayed service is not available yet; asked again at `next`.
    Queued { service: String, next: Moment },
    /// The chat is being created.
    Creating { service: String },
    /// The answer to its creation was lost: is there a chat?
    Doubting { service: String },
}

/// Whether a service has to become available first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Delay {
    /// Yes: the `status` loop comes before the chat.
    Yes,
    /// If creating the chat says so.
    Perhaps,
    /// No: 503 means nothing but busy.
    No,
}

impl Start {
    /// The next job and the earliest moment for it.
    pub(super) fn plan(&self, push_is_up: bool) -> Option<(Moment, Job)> {
        let now = Moment::default();
        match &self.step {
            Step::Proving => None,
            Step::Service => Some((now, Job::CreateService)),
            Step::Queued { next, .. } => Some((*next, Job::Status)),
            Step::Creating { .. } if self.by_comet && !push_is_up => None,
            Step::Creating { .. } => Some((now, Job::CreateChat)),
            Step::Doubting { .. } => Some((now, Job::Probe)),
        }
    }

    /// The service, once there is one.
    pub(super) fn service(&self) -> Option<&String> {
        match &self.step {
            Step::Queued { service, .. } => Some(service),
            Step::Creating { service } | Step::Doubting { service } => Some(service),
            Step::Proving | Step::Service => None,
        }
    }

    /// The service whose chat may exist by now, or come to exist by `job`, which is under way.
    pub(super) fn created_service(&self, job: Option<&Job>) -> Option<String> {
        match &self.step {
            Step::Doubting { service } => Some(service.clone()),
            Step::Creating { service } if job == Some(&Job::CreateChat) => Some(service.clone()),
            Step::Creating { .. } | Step::Proving | Step::Service | Step::Queued { .. } => None,
        }
    }

    /// Whether the server may have been told already how events are to arrive.
    fn is_committed(&self, job: Option<&Job>) -> bool {
        self.created_service(job).is_some()
    }

    /// The channel works again: what was published to a chat that exists already may be missing.
    pub(super) fn note_interruption(&mut self) {
        self.interrupted |= matches!(self.step, Step::Creating { .. } | Step::Doubting { .. });
    }

    /// Keeps a delivery for the chat that is being created.
    pub(super) fn keep(&mut self, delivery: Value) {
        if self.early.len() < MOST_EARLY {
            self.early.push(delivery);
        }
    }

    fn enter(&mut self, step: Step) {
        self.step = step;
        self.attempts = 0;
    }
}

impl Session {
    /// Begins a chat, unless one is under way.
    pub(super) fn start(&mut self, visitor: Visitor, now: Moment) {
        if matches!(self.state, State::Starting(_) | State::Live(_)) {
            return;
        }
        let reserved = |(name, _): &&(String, String)| call::is_reserved(name);
        let refused = visitor
            .data
            .iter()
            .find(reserved)
            .map(|(name, _)| name.clone());
        let before = self.view.clear(&visitor.display_name);
        if matches!(self.state, State::Failed) {
            // What was written for a chat that never came is meant for this one.
            before
                .unsent()
                .into_iter()
                .for_each(|text| self.view.say(text));
        }
        if let Some(name) = refused {
            let words = "Business data may not set the API's own parameter ";
            self.view.diagnose([words, &name].concat());
        }
        self.rest.start_anew(now);
        self.identified = true;
        let by_comet = self.config.delivery != Delivery::Poll;
        let step = if by_comet {
            Step::Proving
        } else {
            Step::Service
        };
        self.begin(visitor, by_comet, step);
        self.view.enter(Phase::Connecting);
        if by_comet {
            self.push.open(now);
        }
    }

    /// CometD works: the service can be created.
    pub(super) fn on_push_proven(&mut self) {
        if let State::Starting(start) = &mut self.state {
            start.push_failures = 0;
            if matches!(start.step, Step::Proving) {
                start.enter(Step::Service);
            }
        }
    }

    /// CometD has failed while the chat is being started: try on, go without it, or give up.
    pub(super) fn on_push_failed(&mut self, problem: Problem, final_word: bool, now: Moment) {
        let job = self.rest.job().cloned();
        let State::Starting(start) = &mut self.state else {
            return;
        };
        start.push_failures += 1;
        let committed = start.is_committed(job.as_ref());
        match self.config.delivery {
            Delivery::Auto if committed => {}
            Delivery::Auto => {
                if final_word || start.push_failures >= patience(&problem) {
                    self.go_without_push(&problem, now);
                }
            }
            Delivery::Cometd => {
                if final_word || start.push_failures >= 5 {
                    self.fail(problem, now);
                }
            }
            Delivery::Poll => {}
        }
    }

    /// The chat will be in poll mode; says why.
    fn go_without_push(&mut self, problem: &Problem, now: Moment) {
        let url = [self.config.comet_path.as_str(), "/"].concat();
        let gms_user = self.config.user_id.is_some();
        let why = advice::on_failure(&self.config.endpoint, &url, gms_user, problem);
        self.view
            .diagnose(["Polling instead of CometD: ", &why].concat());
        // Where CometD cannot be reached, the header may be what CORS forbids; polling does without.
        self.identified = *problem != Problem::Unreachable;
        self.push.close(now);
        if let State::Starting(start) = &mut self.state {
            start.by_comet = false;
            if matches!(start.step, Step::Proving) {
                start.enter(Step::Service);
            }
        }
    }

    /// The end of an exchange while the chat is being started.
    pub(super) fn on_start_outcome(
        &mut self,
        job: &Job,
        outcome: Result<Value, Problem>,
        now: Moment,
    ) {
        let outcome = match (job, outcome) {
            (Job::CreateService, Ok(answer)) => self.on_service(&answer, now),
            (Job::Status, Ok(answer)) => self.on_status(&answer, now),
            (Job::CreateChat | Job::Probe, Ok(answer)) => self.on_created(&answer, false, now),
            (_, Ok(_)) => Ok(()),
            (_, Err(problem)) => Err(problem),
        };
        if let Err(problem) = outcome {
            self.on_start_failure(job, problem, now);
        }
        self.miss_push(now);
    }

    /// The channel may have ended while the server was creating a push chat, and nobody missed it then.
    fn miss_push(&mut self, now: Moment) {
        match &mut self.state {
            State::Starting(start) if start.by_comet && self.push.is_off() => match start.step {
                Step::Queued { .. } | Step::Creating { .. } => self.push.open(now),
                Step::Proving | Step::Service | Step::Doubting { .. } => {}
            },
            State::Live(chat) if chat.by_comet && self.push.is_off() => {
                chat.inquiry.ask_for_verdict();
            }
            State::Starting(_) | State::Live(_) => {}
            State::Idle | State::Over | State::Failed => {}
        }
    }

    fn on_service(&mut self, answer: &Value, now: Moment) -> Result<(), Problem> {
        let expected = "a service `_id`";
        let service = wire::service_id(answer).ok_or(Problem::Malformed { expected })?;
        if let State::Starting(start) = &mut self.state {
            if start.delay == Delay::Yes {
                self.queue(service, now);
            } else {
                start.enter(Step::Creating { service });
            }
        }
        Ok(())
    }

    fn on_status(&mut self, answer: &Value, now: Moment) -> Result<(), Problem> {
        let expected = "a `_status`";
        let status = Availability::read(answer).ok_or(Problem::Malformed { expected })?;
        let pause = self.poll_pause(now);
        let State::Starting(start) = &mut self.state else {
            return Ok(());
        };
        let Step::Queued { service, next } = &mut start.step else {
            return Ok(());
        };
        match status {
            Availability::Waiting => {
                *next = now + pause;
                self.view.enter(Phase::Waiting);
            }
            Availability::Available => {
                let service = std::mem::take(service);
                start.enter(Step::Creating { service });
            }
        }
        Ok(())
    }

    /// The answer to the chat's creation, or to the question whether it exists; or what a snapshot has kept of it.
    pub(super) fn on_created(
        &mut self,
        answer: &Value,
        is_kept: bool,
        now: Moment,
    ) -> Result<(), Problem> {
        let object = ChatObject::read(answer);
        if !object.is_chat() && object.id.is_none() {
            return Err(Problem::Malformed {
                expected: "a chat object",
            });
        }
        let State::Starting(start) = std::mem::replace(&mut self.state, State::Idle) else {
            return Ok(());
        };
        let Start {
            step,
            by_comet,
            early,
            doubted,
            interrupted,
            ..
        } = *start;
        let (Step::Creating { service } | Step::Doubting { service }) = step else {
            return Ok(());
        };
        // Whoever may have created it already, the page before or a request that got no answer: then it has a past.
        let is_asked_again = doubted || self.view.is_restoring();
        let is_new = is_kept || !is_asked_again;
        let mut chat = Chat::new(service, by_comet, &object, is_new, now);
        if interrupted {
            chat.suspect();
        }
        if self.view.is_restoring() {
            chat.course = Course::Returning;
        } else {
            self.view.enter(Phase::Waiting);
        }
        self.state = State::Live(Box::new(chat));
        self.take_object(object, Some(1), now);
        for delivery in early {
            self.on_delivery(&delivery, now);
        }
        Ok(())
    }

    /// The service is not available yet.
    fn queue(&mut self, service: String, next: Moment) {
        if let State::Starting(start) = &mut self.state {
            start.enter(Step::Queued { service, next });
            self.view.enter(Phase::Waiting);
        }
    }
}
