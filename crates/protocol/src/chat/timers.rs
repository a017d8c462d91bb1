//! What time makes due: every timer of a session in one place, and the end of every input.

use super::talk::Course;
use super::{Event, Problem, Session, State};
use crate::{ExchangeId, Moment, Output, bayeux};

/// What follows from one input is found in so many rounds; what were left would follow at once.
const MOST_ROUNDS: usize = 4;

impl Session {
    /// After every input: what follows from it, until nothing does.
    pub(super) fn settle(&mut self, now: Moment) {
        for _ in 0..MOST_ROUNDS {
            self.drain_push(now);
            self.expire(now);
            self.dispatch(now);
            // What was due may have opened or closed the channel.
            self.drain_push(now);
            if self.next_wake(now).is_none_or(|wake| wake > now) {
                break;
            }
        }
        self.view.tell_typing();
        self.judge_line(now);
        self.view.tell_idle(self.closes_at(now));
        self.wake = self.next_wake(now);
    }

    /// Carries out what the Bayeux session wants, and decides what its events mean.
    fn drain_push(&mut self, now: Moment) {
        loop {
            match self.push.poll_output() {
                bayeux::Output::Send(id, request) => {
                    self.view.out.push(Output::Send(id, request));
                }
                bayeux::Output::Cancel(id) => self.cancel(id),
                bayeux::Output::Event(event) => self.on_push(event, now),
                bayeux::Output::Wait(wake) => {
                    self.push.wake = wake;
                    return;
                }
            }
        }
    }

    /// Aborts an exchange; one that has not been handed out yet is not begun.
    fn cancel(&mut self, id: ExchangeId) {
        let is_it = |output: &Output| matches!(output, Output::Send(other, _) if *other == id);
        if !self.view.out.withdraw(is_it) {
            self.view.out.push(Output::Cancel(id));
        }
    }

    /// Does what time alone makes due.
    fn expire(&mut self, now: Moment) {
        if self.push.wake.is_some_and(|wake| wake <= now) {
            self.push.handle_timeout(now);
        }
        if let Some(flight) = self.rest.take_overdue(now) {
            self.view.out.push(Output::Cancel(flight.id));
            self.on_outcome(flight, Err(Problem::TimedOut), now);
        }
        self.view.typists.expire(now);
        if self.leaves_at().is_some_and(|at| at <= now) {
            self.go_away(now);
        }
        let State::Live(chat) = &mut self.state else {
            return;
        };
        chat.typing.expire(now);
        if chat.gives_up_at(&self.view).is_some_and(|at| at <= now) {
            let expiry = self.config.limits.typing_expiry;
            chat.give_up(&mut self.view, now, expiry);
            self.note_agent();
        }
        self.follow_course(now);
    }

    /// Ends a chat whose end has been awaited for long enough.
    fn follow_course(&mut self, now: Moment) {
        let State::Live(chat) = &self.state else {
            return;
        };
        let over = match chat.course {
            Course::Returning | Course::Open => false,
            Course::Closing { until } => until <= now || chat.doubt(&self.view).is_none(),
            Course::Leaving { until, .. } => until <= now,
        };
        if over {
            self.conclude(false, now);
        }
    }

    /// Tells how the line is doing, if that is news.
    fn judge_line(&mut self, now: Moment) {
        let trouble = match &self.state {
            State::Starting(_) | State::Live(_) => self.trouble(),
            State::Idle | State::Over | State::Failed => None,
        };
        let grace = self.config.limits.grace;
        if let Some(connection) = self.line.judge(trouble, grace, now) {
            self.view.tell(Event::Connection(connection));
        }
    }

    fn trouble(&self) -> Option<(Problem, Option<Moment>)> {
        let rest = self.rest.trouble().map(|(problem, at)| (problem, Some(at)));
        let (problem, next_try) = rest.or_else(|| self.push.trouble())?;
        Some((problem.clone(), next_try))
    }

    /// When the server will close a talk that has fallen silent. While the visitor waits, nobody is expected to write.
    fn closes_at(&self, now: Moment) -> Option<Moment> {
        match &self.state {
            State::Live(chat) if chat.is_talk() => chat.idle.closes_at(&self.config.limits, now),
            State::Idle | State::Starting(_) | State::Live(_) | State::Over | State::Failed => None,
        }
    }

    /// The earliest moment at which something is due.
    fn next_wake(&self, now: Moment) -> Option<Moment> {
        let mut wake = [
            // The Bayeux session has timers of its own.
            self.push.wake,
            // The exchange under way has had its time.
            self.rest.deadline(),
            // The next REST call, when the lane is free.
            self.plan(now)
                .filter(|_| !self.rest.is_busy())
                .map(|(at, _)| at),
            // The others' typing is not believed any more.
            self.view.typists.wake(),
            // Trouble has lasted long enough to be told.
            self.line.wake(self.config.limits.grace),
            // The visitor has been elsewhere for long enough.
            self.leaves_at(),
        ]
        .into_iter()
        .flatten()
        .min();
        if let State::Live(chat) = &self.state {
            let timers = [
                // The visitor's keys have been still.
                chat.typing.wake(),
                // Doubts are given up.
                chat.gives_up_at(&self.view),
                // The end is not waited for any longer.
                chat.course.until(),
                // Nobody has written for long, or the server has not done what it does then.
                chat.idle
                    .wake(&self.config.limits, now)
                    .filter(|_| chat.is_talk()),
            ];
            wake = timers.into_iter().chain([wake]).flatten().min();
        }
        wake
    }
}
