//! What the REST lane does next: control before messages before typing before polls.

use std::time::Duration;

use super::call::{self, Call, Job};
use super::start::Step;
use super::talk::{Channel, Chat, Course};
use super::typing::Notice;
use super::{Session, State};
use crate::defect::{self, Defect};
use crate::form::{self, Form};
use crate::wire::Link;
use crate::{Moment, Output, Request};

/// A channel that has not delivered anything yet is asked past it this often.
const PROBATION: Duration = Duration::from_secs(10);

impl Session {
    /// The next job and the earliest moment for it, as things stand.
    pub(super) fn plan(&self, now: Moment) -> Option<(Moment, Job)> {
        let free = self.rest.free_at();
        if let Some(service) = &self.farewell {
            return Some((free, Job::Farewell(service.clone())));
        }
        let (at, job) = match &self.state {
            State::Starting(start) => start.plan(self.push.is_up())?,
            State::Live(chat) => self.plan_talk(chat, now)?,
            State::Idle | State::Over | State::Failed => return None,
        };
        Some((at.max(free), job))
    }

    fn plan_talk(&self, chat: &Chat, now: Moment) -> Option<(Moment, Job)> {
        let message = self.view.outbox.ready().map(Job::Send);
        let job = match chat.course {
            Course::Open => message
                .or_else(|| chat.notices.first().cloned().map(Job::Notice))
                .or_else(|| self.plan_typing(chat, now)),
            // A chat that may be dead takes no message.
            Course::Returning | Course::Closing { .. } => None,
            // The visitor's last words go first, but trouble does not keep anybody here.
            Course::Leaving { .. } => {
                let message = message.filter(|_| self.rest.trouble().is_none());
                Some(message.unwrap_or(Job::Disconnect))
            }
        };
        match job {
            Some(job) => Some((now, job)),
            None => self.plan_refresh(chat),
        }
    }

    /// A start that cannot go out at once does not go out at all.
    fn plan_typing(&self, chat: &Chat, now: Moment) -> Option<Job> {
        let at_once = self.rest.free_at() <= now && self.rest.trouble().is_none();
        match chat.typing.wish()? {
            Notice::Start => at_once.then_some(Job::Typing(Link::StartTyping)),
            Notice::Stop => Some(Job::Typing(Link::StopTyping)),
        }
    }

    /// Doubts are asked for as they arise; polls and signs of life have their own time.
    fn plan_refresh(&self, chat: &Chat) -> Option<(Moment, Job)> {
        let doubt = chat.doubt(&self.view);
        let doubt = doubt.map(|since| since.max(chat.inquiry.not_before()));
        // What only a channel can settle waits for the visitor, and for the next poll.
        let doubt = doubt.filter(|_| !self.push.is_away() || chat.course != Course::Open);
        let regular = match chat.course {
            Course::Returning | Course::Open => self.regular_refresh(chat),
            Course::Closing { .. } | Course::Leaving { .. } => None,
        };
        let at = [doubt, regular].into_iter().flatten().min()?;
        let position = chat.position();
        Some((at, Job::Refresh(position, chat.inquiry.form())))
    }

    /// When a refresh is due even though nothing is in doubt.
    fn regular_refresh(&self, chat: &Chat) -> Option<Moment> {
        if !chat.by_comet {
            return Some(chat.next_poll);
        }
        if self.rest.trouble().is_some() {
            // What has just failed is tried again as soon as the lane allows it.
            return Some(Moment::default());
        }
        let limits = &self.config.limits;
        let pause = match chat.channel() {
            Channel::Deaf => return Some(chat.next_poll),
            // While the channel is down, asking is the only way to hear anything.
            Channel::Unproven | Channel::Proven | Channel::Reopened if !self.push.is_up() => {
                if self.hidden.is_none() {
                    limits.poll_quiet
                } else {
                    limits.poll_hidden
                }
            }
            Channel::Unproven | Channel::Reopened => PROBATION,
            // Whether GMS counts a held connect as a sign of life is not known.
            Channel::Proven => self.lifeline(),
        };
        Some(self.rest.last_begun()? + pause.min(self.lifeline()))
    }

    /// The longest wait after a failure: one more request without an answer may precede it, and the
    /// server has still not heard nothing for too long.
    pub(super) fn longest_wait(&self) -> Duration {
        let spare = self
            .lifeline()
            .saturating_sub(self.config.limits.network_delay);
        spare.max(Duration::from_secs(1))
    }

    /// The longest silence that the server surely tolerates.
    fn lifeline(&self) -> Duration {
        self.config.limits.keepalive / 5 * 4
    }

    /// The pause before the next poll.
    pub(super) fn poll_pause(&mut self, now: Moment) -> Duration {
        let limits = &self.config.limits;
        let lively = matches!(&self.state, State::Live(chat) if chat.is_lively(now));
        let pause = if self.hidden.is_some() && defect::on(Defect::ForgetsKeepalive) {
            return Duration::from_secs(60);
        } else if self.hidden.is_some() {
            limits.poll_hidden
        } else if lively {
            limits.poll_active
        } else {
            limits.poll_quiet
        };
        let longest = self.lifeline();
        self.rest.spread(pause).min(longest)
    }

    /// Begins the next job if its time has come and the lane is free.
    pub(super) fn dispatch(&mut self, now: Moment) {
        if !self.rest.is_busy()
            && let Some((at, job)) = self.plan(now)
            && at <= now
        {
            self.launch(job, now);
        }
        if let State::Live(chat) = &mut self.state {
            chat.typing.drop_start();
        }
    }

    fn launch(&mut self, job: Job, now: Moment) {
        let Some(call) = self.call(&job) else {
            return;
        };
        self.note_launch(&job, now);
        let id = self.rest.begin(job, now, self.config.limits.network_delay);
        let request = Request {
            url: call.url,
            content_type: form::CONTENT_TYPE,
            gms_user: self.gms_user(),
            body: call.body,
            keepalive: call.keepalive,
        };
        self.view.out.push(Output::Send(id, request));
    }

    /// The value of `gms_user` that REST requests carry.
    fn gms_user(&self) -> Option<String> {
        self.config.user_id.clone().filter(|_| self.identified)
    }

    /// The HTTP call for a job.
    pub(super) fn call(&self, job: &Job) -> Option<Call> {
        let config = &self.config;
        if let Job::Farewell(service) = job {
            return Some(Call::operation(
                config,
                service,
                Link::Disconnect,
                Form::new(),
            ));
        }
        match &self.state {
            State::Starting(start) => {
                let visitor = &start.visitor;
                Some(match (job, &start.step) {
                    (Job::CreateService, _) => Call::create_service(config, visitor),
                    (Job::Status, Step::Queued { service, .. }) => Call::status(config, service),
                    (Job::Probe, Step::Doubting { service }) => {
                        Call::refresh(config, service, 1, call::RefreshForm::Body)
                    }
                    (_, Step::Creating { service } | Step::Doubting { service }) => {
                        Call::create_chat(config, service, visitor, start.by_comet)
                    }
                    (_, Step::Proving | Step::Service | Step::Queued { .. }) => return None,
                })
            }
            State::Live(chat) => self.talk_call(chat, job),
            State::Idle | State::Over | State::Failed => None,
        }
    }

    fn talk_call(&self, chat: &Chat, job: &Job) -> Option<Call> {
        let (config, service) = (&self.config, &chat.service);
        let (link, form) = match job {
            Job::Send(key) => return self.message_call(chat, self.view.outbox.text(*key)?),
            Job::Refresh(position, form) => {
                let mut call = Call::refresh(config, service, *position, *form);
                if let Some(url) = chat.link(Link::Refresh) {
                    call.redirect(url);
                }
                return Some(call);
            }
            Job::Notice(text) => {
                let mut form = Form::new();
                form.add("message", text);
                (Link::CustomNotice, form)
            }
            Job::Typing(link) => (*link, Form::new()),
            Job::Disconnect => (Link::Disconnect, Form::new()),
            Job::CreateService | Job::Status | Job::CreateChat => return None,
            Job::Probe | Job::Farewell(_) | Job::Forgotten => return None,
        };
        Some(self.operation(chat, link, form))
    }

    /// In poll mode a message rides on a refresh: one round trip brings its echo.
    fn message_call(&self, chat: &Chat, text: &str) -> Option<Call> {
        let (link, mut form) = if chat.by_comet {
            (Link::Send, Form::new())
        } else {
            let position = chat.sequence.reached().max(1);
            (Link::Refresh, call::position_form(position))
        };
        form.add("message", text);
        Some(self.operation(chat, link, form))
    }

    fn operation(&self, chat: &Chat, link: Link, form: Form) -> Call {
        let mut call = Call::operation(&self.config, &chat.service, link, form);
        if let Some(url) = chat.link(link) {
            call.redirect(url);
        }
        call
    }

    /// What changes because a job is on the wire now.
    fn note_launch(&mut self, job: &Job, now: Moment) {
        match (&mut self.state, job) {
            (State::Live(chat), Job::Send(key)) => {
                self.view.outbox.leave(*key, chat.sequence.highest());
            }
            (State::Live(chat), Job::Notice(_)) => {
                chat.notices.remove(0);
            }
            (State::Live(chat), Job::Typing(Link::StartTyping)) => {
                chat.typing.sent(Notice::Start, now);
            }
            (State::Live(chat), Job::Typing(_)) => chat.typing.sent(Notice::Stop, now),
            (_, Job::Farewell(_)) => self.farewell = None,
            (_, _) => {}
        }
    }
}
