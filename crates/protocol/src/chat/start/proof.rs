//! The proof that CometD works, before a chat depends on it; and who the visitor is to CometD.

use super::Step;
use super::failure::patience;
use crate::Moment;
use crate::chat::{Delivery, Problem, Session, State, advice};
use crate::json::push_decimal;
use crate::print::Print;

impl Session {
    /// Whether `gms_user` is made of the service's id.
    pub(super) fn invents_user(&self) -> bool {
        self.config.invent_user && self.config.user_id.is_none()
    }

    /// The service is known, and with it who the visitor is.
    pub(in crate::chat) fn identify(&mut self, service: &str) {
        if self.invents_user() {
            self.user = Some(invented_user(service));
        }
        self.push.identify(self.user.clone());
    }

    /// CometD works: what comes after its proof can begin.
    pub(in crate::chat) fn on_push_proven(&mut self, now: Moment) {
        if let State::Starting(start) = &mut self.state {
            start.push_failures = 0;
        }
        self.leave_proof(now);
    }

    /// Goes on behind [`Step::Proving`], if the start is there.
    fn leave_proof(&mut self, now: Moment) {
        let State::Starting(start) = &mut self.state else {
            return;
        };
        if let Step::Proving { service } = &mut start.step {
            match service.take() {
                None => start.enter(Step::Service),
                Some(service) => self.use_service(service, now),
            }
        }
    }

    /// CometD has failed while the chat is being started: try on, go without it, or give up.
    pub(in crate::chat) fn on_push_failed(
        &mut self,
        problem: Problem,
        final_word: bool,
        now: Moment,
    ) {
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
        let gms_user = self.user.is_some();
        let why = advice::on_failure(&url, gms_user, problem);
        self.view
            .diagnose(["Polling instead of CometD: ", &why].concat());
        // Where CometD cannot be reached, the header may be what CORS forbids; polling does without.
        self.identified = *problem != Problem::Unreachable;
        self.push.close(now);
        if let State::Starting(start) = &mut self.state {
            start.by_comet = false;
        }
        self.leave_proof(now);
    }
}

/// A name for `gms_user` that differs from chat to chat, and that only who knows the service can tell.
fn invented_user(service: &str) -> String {
    let mut user = String::new();
    for kind in [1, 2] {
        let mut print = Print::new(kind);
        print.add(service.as_bytes());
        push_decimal(&mut user, print.sum());
    }
    user
}
