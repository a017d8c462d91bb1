//! The REST lane: at most one exchange, never too many, with a pause after a failure.

use std::time::Duration;

use super::Problem;
use super::call::Job;
use crate::backoff::Backoff;
use crate::{ExchangeId, Lane, Moment};

/// As many exchanges begin within one second at most, unless there is news.
const BURST: usize = 3;

/// The lane.
#[derive(Debug)]
pub(crate) struct Rest {
    flight: Option<Flight>,
    number: u32,
    backoff: Backoff,
    /// Nothing is sent before this moment.
    not_before: Moment,
    /// `not_before` is the server's wish and holds even when the network has come back.
    wished: bool,
    /// Why the last exchange failed; `None` after a success.
    trouble: Option<Problem>,
    /// When the last exchanges began, the oldest first.
    begun: [Option<Moment>; BURST],
}

/// An exchange under way.
#[derive(Debug)]
pub(crate) struct Flight {
    /// Its name.
    pub(crate) id: ExchangeId,
    /// What it is for.
    pub(crate) job: Job,
    /// When it began.
    pub(crate) sent: Moment,
    deadline: Moment,
}

impl Rest {
    /// An idle lane.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            flight: None,
            number: 0,
            backoff: Backoff::new(seed),
            not_before: Moment::default(),
            wished: false,
            trouble: None,
            begun: [None; BURST],
        }
    }

    /// Begins an exchange. The lane must be free.
    pub(crate) fn begin(&mut self, job: Job, now: Moment, patience: Duration) -> ExchangeId {
        self.number = self.number.wrapping_add(1);
        let id = ExchangeId {
            lane: Lane::Rest,
            number: self.number,
        };
        self.flight = Some(Flight {
            id,
            job,
            sent: now,
            deadline: now + patience,
        });
        self.begun.rotate_left(1);
        self.begun[BURST - 1] = Some(now);
        id
    }

    /// The end of an exchange; `None` when nobody waits for it.
    pub(crate) fn finish(&mut self, id: ExchangeId) -> Option<Flight> {
        self.flight.take_if(|flight| flight.id == id)
    }

    /// Takes the exchange off the lane if it has had its time.
    pub(crate) fn take_overdue(&mut self, now: Moment) -> Option<Flight> {
        self.flight.take_if(|flight| flight.deadline <= now)
    }

    /// Takes the exchange off the lane if `unwanted` says so.
    pub(crate) fn take_if(&mut self, unwanted: impl FnOnce(&Job) -> bool) -> Option<Flight> {
        self.flight.take_if(|flight| unwanted(&flight.job))
    }

    /// The exchange goes on, but its answer is of no interest any more.
    pub(crate) fn forget(&mut self) {
        if let Some(flight) = &mut self.flight {
            flight.job = Job::Forgotten;
        }
    }

    /// What the exchange under way is for.
    pub(crate) fn job(&self) -> Option<&Job> {
        self.flight.as_ref().map(|flight| &flight.job)
    }

    /// Whether an exchange is under way.
    pub(crate) fn is_busy(&self) -> bool {
        self.flight.is_some()
    }

    /// The earliest moment for the next exchange.
    pub(crate) fn free_at(&self) -> Moment {
        let spaced = self.begun[0].map(|oldest| oldest + Duration::from_secs(1));
        spaced.unwrap_or_default().max(self.not_before)
    }

    /// When an exchange began last.
    pub(crate) fn last_begun(&self) -> Option<Moment> {
        self.begun[BURST - 1]
    }

    /// An exchange has succeeded.
    pub(crate) fn succeed(&mut self) {
        self.backoff.reset();
        self.trouble = None;
        self.wished = false;
        self.not_before = Moment::default();
    }

    /// The server has not failed, but wishes to be left alone.
    pub(crate) fn rest_until(&mut self, until: Moment) {
        self.not_before = until;
        self.wished = true;
    }

    /// An exchange has failed: the next one waits, at least as long as the server asks, and of
    /// itself not longer than `most`.
    pub(crate) fn fail(&mut self, problem: &Problem, most: Duration, now: Moment) {
        let was_outage = self.trouble.as_ref().is_some_and(Problem::is_retryable);
        if was_outage && !problem.is_retryable() {
            // The server is back, and says no: that is another trouble.
            self.backoff.reset();
        }
        let mut pause = self.backoff.next_within(most);
        self.wished = false;
        if let Problem::Busy {
            retry_after: Some(wish),
        } = problem
        {
            pause = pause.max(*wish);
            self.wished = true;
        }
        self.not_before = now + pause;
        self.trouble = Some(problem.clone());
    }

    /// There is news: whoever has news may ask again.
    pub(crate) fn has_news(&mut self) {
        self.begun = [None, None, self.begun[BURST - 1]];
    }

    /// The network may be back: no need to wait for the next try, unless the server wished it.
    pub(crate) fn hurry(&mut self, now: Moment) {
        if !self.wished {
            self.not_before = self.not_before.min(now);
        }
    }

    /// Another failure counts as the first.
    pub(crate) fn forgive(&mut self) {
        self.backoff.reset();
    }

    /// A new chat begins: it owes nothing to the old one's failures but the server's wish.
    pub(crate) fn start_anew(&mut self, now: Moment) {
        self.forgive();
        self.trouble = None;
        self.hurry(now);
    }

    /// Spreads a pause, so that many pages do not ask in step.
    pub(crate) fn spread(&mut self, pause: Duration) -> Duration {
        self.backoff.spread(pause)
    }

    /// Why the last exchange failed, and when the next one may begin.
    pub(crate) fn trouble(&self) -> Option<(&Problem, Moment)> {
        self.trouble
            .as_ref()
            .map(|problem| (problem, self.not_before))
    }

    /// When the exchange under way is given up.
    pub(crate) fn deadline(&self) -> Option<Moment> {
        self.flight.as_ref().map(|flight| flight.deadline)
    }
}
