//! What a failure says while a chat is being started (carried out or not, there or not), and what is done about it.

use super::{Delay, Job, Moment, Problem, Session, State, Step};

/// So many retries of one step, and the start has failed.
const RETRIES: u32 = 3;

/// Whether the request may have been carried out although it failed.
pub(super) fn is_lost(problem: &Problem) -> bool {
    match problem {
        Problem::Unreachable | Problem::TimedOut => true,
        Problem::Malformed { .. } | Problem::Server { .. } => true,
        Problem::Busy { .. } | Problem::Refused { .. } | Problem::Unauthorised { .. } => false,
        Problem::NotFound { .. } | Problem::Exception { .. } => false,
        Problem::CookieLost | Problem::Ended => false,
    }
}

/// Whether the server has read the request and found nothing that it could be about.
pub(super) fn denies(problem: &Problem) -> bool {
    match problem {
        Problem::Refused { .. } | Problem::NotFound { .. } | Problem::Exception { .. } => true,
        Problem::Unreachable | Problem::TimedOut | Problem::Busy { .. } => false,
        Problem::Malformed { .. } | Problem::Server { .. } => false,
        Problem::Unauthorised { .. } | Problem::CookieLost | Problem::Ended => false,
    }
}

/// So many failures of this kind in a row, and CometD counts as not proven.
pub(super) fn patience(problem: &Problem) -> u32 {
    match problem {
        // Ten seconds have passed already.
        Problem::TimedOut => 1,
        Problem::Unreachable | Problem::Busy { .. } => 2,
        Problem::Malformed { .. } | Problem::Server { .. } => 2,
        // If it is the cookie, the Bayeux session says so at the second of its sessions.
        Problem::Refused { status: 402, .. } => 8,
        Problem::Refused { .. } | Problem::Unauthorised { .. } | Problem::NotFound { .. } => 1,
        Problem::Exception { .. } | Problem::CookieLost | Problem::Ended => 1,
    }
}

impl Session {
    /// The end of an exchange that failed.
    pub(super) fn on_start_failure(&mut self, job: &Job, problem: Problem, now: Moment) {
        match job {
            Job::Status => self.on_status_failure(problem, now),
            Job::CreateChat => self.on_create_failure(problem, now),
            Job::Probe => self.on_probe_failure(problem, now),
            Job::CreateService | Job::Send(_) | Job::Notice(_) => self.count_failure(problem, now),
            Job::Typing(_) | Job::Refresh(..) | Job::Disconnect => {}
            Job::Farewell(_) | Job::Forgotten => {}
        }
    }

    /// A visitor who queues is not sent away because of a bad minute.
    fn on_status_failure(&mut self, problem: Problem, now: Moment) {
        let State::Starting(start) = &mut self.state else {
            return;
        };
        if problem.is_retryable() {
            return;
        }
        match (&mut start.step, start.delay) {
            (Step::Queued { service, .. }, Delay::Perhaps) => {
                // No delayed service after all: what answered 503 was busy.
                let service = std::mem::take(service);
                start.delay = Delay::No;
                start.enter(Step::Creating { service });
            }
            (_, Delay::Yes | Delay::Perhaps | Delay::No) => self.fail(problem, now),
        }
    }

    fn on_create_failure(&mut self, problem: Problem, now: Moment) {
        let pause = self.poll_pause(now);
        let State::Starting(start) = &mut self.state else {
            return;
        };
        if let Step::Creating { service } = &mut start.step {
            let service = std::mem::take(service);
            if let (Problem::Busy { retry_after }, Delay::Yes | Delay::Perhaps) =
                (&problem, start.delay)
            {
                let pause = pause.max(retry_after.unwrap_or_default());
                self.rest.succeed();
                if let Some(wish) = retry_after {
                    self.rest.rest_until(now + *wish);
                }
                return self.queue(service, now + pause);
            }
            let doubted = std::mem::take(&mut start.doubted);
            if doubted && denies(&problem) && start.attempts < RETRIES {
                if std::mem::replace(&mut start.asked_again, true) {
                    // There is a chat after all, though somebody says no. It is left, for another service.
                    self.farewell = Some(service);
                    start.step = Step::Service;
                    start.attempts += 1;
                } else {
                    // The request that was given up has arrived meanwhile: the chat is ours.
                    start.doubted = true;
                    start.enter(Step::Doubting { service });
                }
                return;
            }
            start.doubted = is_lost(&problem);
            start.step = if start.doubted {
                Step::Doubting { service }
            } else {
                Step::Creating { service }
            };
        }
        self.count_failure(problem, now);
    }

    /// Where a refresh is refused, there is no chat: it can be created. Being turned away proves nothing.
    fn on_probe_failure(&mut self, problem: Problem, now: Moment) {
        let State::Starting(start) = &mut self.state else {
            return;
        };
        match &mut start.step {
            Step::Doubting { service } if denies(&problem) && start.attempts < RETRIES => {
                let service = std::mem::take(service);
                start.step = Step::Creating { service };
                start.attempts += 1;
            }
            // Whoever stands before the server may let the next one pass.
            Step::Doubting { .. } if !denies(&problem) && start.attempts < RETRIES => {
                start.attempts += 1;
            }
            Step::Doubting { .. } | Step::Creating { .. } | Step::Queued { .. } => {
                self.count_failure(problem, now);
            }
            Step::Proving | Step::Service => {}
        }
    }

    /// Tries again a few times if that can help, else gives up.
    fn count_failure(&mut self, problem: Problem, now: Moment) {
        if let State::Starting(start) = &mut self.state {
            start.attempts += 1;
            if !problem.is_retryable() || start.attempts > RETRIES {
                self.farewell = start.created_service(None);
                self.fail(problem, now);
            }
        }
    }
}
