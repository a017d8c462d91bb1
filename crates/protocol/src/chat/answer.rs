//! What answers and deliveries mean while a chat is on, and how they end it.

use crate::defect::{self, Defect};
use crate::value::Value;

use super::call::{Job, RefreshForm};
use super::rest::Flight;
use super::talk::Course;
use super::{EntryKey, Phase, Problem, Session, State, advice, push};
use crate::wire::{ChatObject, ChatState, Delivery};
use crate::{Moment, bayeux};

impl Session {
    /// The end of an exchange of the REST lane.
    pub(super) fn on_outcome(
        &mut self,
        flight: Flight,
        outcome: Result<Value, Problem>,
        now: Moment,
    ) {
        match &outcome {
            Ok(_) => self.rest.succeed(),
            Err(problem) => self.note_failure(&flight.job, problem, now),
        }
        match &self.state {
            State::Starting(_) => self.on_start_outcome(&flight.job, outcome, now),
            State::Live(_) => self.on_talk_outcome(flight, outcome, now),
            State::Idle | State::Over | State::Failed => {}
        }
        if let State::Live(_) = &self.state {
            let next = now + self.poll_pause(now);
            if let State::Live(chat) = &mut self.state {
                chat.next_poll = next;
            }
        }
    }

    /// Tells the developer, and lets the lane rest unless the server answered and only refused the content.
    fn note_failure(&mut self, job: &Job, problem: &Problem, now: Moment) {
        if let Some(call) = self.call(job) {
            let gms_user = self.identified && self.config.user_id.is_some();
            let endpoint = &self.config.endpoint;
            let text = advice::on_failure(endpoint, &call.label, gms_user, problem);
            self.view.diagnose(text);
        }
        let content = match job {
            Job::Send(_) | Job::Notice(_) | Job::Typing(_) => !problem.is_retryable(),
            Job::CreateService | Job::Status | Job::CreateChat | Job::Probe => false,
            Job::Refresh(..) => false,
            Job::Disconnect | Job::Farewell(_) | Job::Forgotten => false,
        };
        if content {
            self.rest.succeed();
        } else {
            self.rest.fail(problem, self.longest_wait(), now);
        }
    }

    fn on_talk_outcome(&mut self, flight: Flight, outcome: Result<Value, Problem>, now: Moment) {
        match (flight.job, outcome) {
            (Job::Send(key), Ok(answer)) => self.on_sent(key, ChatObject::read(&answer), now),
            (Job::Send(key), Err(problem)) => self.on_send_failure(key, problem, now),
            (Job::Refresh(position, form), Ok(answer)) => {
                self.on_refresh(position, form, flight.sent, &answer, now);
            }
            (Job::Refresh(..), Err(problem)) => self.on_refresh_failure(&problem, now),
            (Job::Disconnect, outcome) => self.on_disconnect(outcome, now),
            (Job::Notice(_) | Job::Typing(_), Ok(answer)) => {
                self.take_object(ChatObject::read(&answer), None, now);
            }
            // Neither is sent twice: a notice has no echo to prove it by, and typing has passed.
            (Job::Notice(_) | Job::Typing(_), Err(_)) => {}
            (Job::CreateService | Job::Status | Job::CreateChat | Job::Probe, _) => {}
            (Job::Farewell(_) | Job::Forgotten, _) => {}
        }
    }

    fn on_sent(&mut self, key: EntryKey, object: ChatObject, now: Moment) {
        let speaks = object.is_chat() || object.id.is_some();
        if defect::on(Defect::TakesAnyReceipt)
            || speaks && object.state != Some(ChatState::Disconnected)
        {
            self.view.outbox.accept(key, now);
        } else {
            // An answer that says nothing, or that the chat is over, is no receipt: the transcript will tell.
            self.view.outbox.doubt(key, true, now);
            self.view.update(key);
        }
        self.take_object(object, None, now);
    }

    fn on_send_failure(&mut self, key: EntryKey, problem: Problem, now: Moment) {
        let State::Live(chat) = &mut self.state else {
            return;
        };
        if problem.is_retryable() && !defect::on(Defect::FailsOffline) {
            let silent = matches!(problem, Problem::Unreachable | Problem::TimedOut);
            self.view.outbox.doubt(key, !silent, now);
            chat.inquiry.begin();
            if defect::on(Defect::DropsUnanswered) {
                self.view.outbox.leave(key, 0);
                self.view.outbox.refuse(key, problem);
                return self.view.discard(key);
            }
        } else {
            // Perhaps it is not the message that is refused, but the chat that is gone.
            chat.inquiry.renew();
            self.view.outbox.refuse(key, problem);
        }
        self.view.update(key);
    }

    fn on_refresh(
        &mut self,
        position: u64,
        form: RefreshForm,
        sent: Moment,
        answer: &Value,
        now: Moment,
    ) {
        let asked = match form {
            RefreshForm::Body => position,
            RefreshForm::FromStart => 1,
        };
        let object = ChatObject::read(answer);
        let (state, end) = (object.state, object.position);
        let silent = !object.is_chat() && object.id.is_none();
        let taken = self.take_object(object, Some(asked), now);
        let State::Live(chat) = &mut self.state else {
            return;
        };
        chat.strikes = 0;
        chat.asked = sent;
        // Only an answer that names a position, or all that were asked for, says what has been missed.
        let speaks = end.is_some() || form == RefreshForm::FromStart;
        let renewed = speaks && chat.inquiry.hear();
        let verdict = chat.inquiry.take_verdict();
        if end.is_some_and(|end| end <= chat.sequence.reached()) && !chat.sequence.has_hole() {
            chat.inquiry.trust();
        }
        if let Some(news) = taken {
            self.settle_messages(end, sent);
            self.note_bypass(news && !renewed);
        }
        self.weigh_doubts(position, silent, sent, now);
        if verdict {
            self.on_verdict(state, now);
        }
    }

    /// What a refresh that was sent at `sent` proves of the messages under way. `end`: the position
    /// at which the server's transcript ended then.
    fn settle_messages(&mut self, end: Option<u64>, sent: Moment) {
        let State::Live(chat) = &self.state else {
            return;
        };
        let reached = chat.sequence.reached();
        // In poll mode an answer brings all there is; in push mode only its position says so.
        let end = end.or_else(|| (!chat.by_comet).then_some(reached));
        if let Some(end) = end.filter(|end| *end <= reached && !chat.sequence.has_hole()) {
            let complete = |behind: u64| chat.sequence.is_complete(behind, end + 1);
            self.view.prove_absent(sent, end, complete);
        }
    }

    /// Whether an answer brought what CometD should have brought.
    fn note_bypass(&mut self, news: bool) {
        if let State::Live(chat) = &mut self.state
            && news
            && chat.by_comet
            && self.push.is_up()
            && chat.note_bypass()
        {
            let words = "CometD is connected, but does not bring what a refresh brings: \
                         is `comet` among the push types of the server? The chat is polled meanwhile.";
            self.view.diagnose(words.to_owned());
        }
    }

    /// Counts an answered refresh, sent at `sent`, after which something is still in doubt.
    /// `silent`: the answer said nothing.
    fn weigh_doubts(&mut self, position: u64, silent: bool, sent: Moment, now: Moment) {
        let State::Live(chat) = &mut self.state else {
            return;
        };
        // While the channel is down, what an answer announces cannot come; and before the absence of
        // a message can be proven, no answer settles it.
        let waits = chat.by_comet && self.push.is_down();
        let early = self.view.outbox.provable().is_some_and(|from| sent < from);
        let counts = !(silent || waits || early);
        if counts {
            chat.note_asked(position);
            let in_doubt = self.view.outbox.provable().is_some();
            if chat.inquiry.despair_of_message(in_doubt) {
                // The talk that goes on brings everything but clarity about it.
                self.view.give_up_messages(sent);
            }
        }
        if chat.doubt(&self.view).is_none_or(|since| since > now) {
            return chat.inquiry.settle(now);
        }
        let again = chat.inquiry.wonder(counts, now);
        if again && chat.by_comet {
            // An answer and no push: the channel may be dead without anybody knowing.
            self.push.check(now);
        }
    }

    fn on_refresh_failure(&mut self, problem: &Problem, now: Moment) {
        let State::Live(chat) = &mut self.state else {
            return;
        };
        let limit = match problem {
            Problem::Exception { .. } => 2,
            Problem::NotFound { .. } | Problem::Refused { .. } => 3,
            // Credentials may come back; the chat is not known to be gone.
            Problem::Unauthorised { .. } | Problem::Unreachable | Problem::TimedOut => return,
            Problem::Busy { .. } | Problem::Server { .. } | Problem::Malformed { .. } => return,
            Problem::CookieLost | Problem::Ended => return,
        };
        chat.strikes += 1;
        // Where the end is known or suspected already, one word is enough.
        let expected = chat.course != Course::Open || chat.inquiry.take_verdict();
        if expected || chat.strikes >= limit {
            self.conclude(true, now);
        }
    }

    /// The answer to the visitor's wish to end the chat.
    fn on_disconnect(&mut self, outcome: Result<Value, Problem>, now: Moment) {
        match outcome {
            Ok(answer) => drop(self.take_object(ChatObject::read(&answer), None, now)),
            // The wish is repeated until its time is up.
            Err(problem) if problem.is_retryable() => return,
            Err(_) => {}
        }
        self.conclude(false, now);
    }

    /// CometD had said that nothing more would come; this is what a refresh says.
    fn on_verdict(&mut self, state: Option<ChatState>, now: Moment) {
        let State::Live(chat) = &mut self.state else {
            return;
        };
        let alive = match state {
            Some(ChatState::Connected | ChatState::Transcript) => true,
            Some(ChatState::Disconnected | ChatState::Unknown) | None => false,
        };
        if alive && chat.course == Course::Open && chat.may_reopen() {
            let words =
                "CometD ended (`reconnect: none`) but the chat goes on: it is opened once more.";
            self.view.diagnose(words.to_owned());
            self.push.open(now);
        } else if chat.course == Course::Open {
            // Nobody says that the chat is over, so the server is told.
            self.farewell = Some(chat.service.clone());
            self.close_by_server(now);
        }
    }

    /// Takes in what an answer to a call of ours says about the chat.
    /// `None` when it speaks of no chat, or of another one; else whether there was news.
    pub(super) fn take_object(
        &mut self,
        object: ChatObject,
        asked: Option<u64>,
        now: Moment,
    ) -> Option<bool> {
        let State::Live(chat) = &mut self.state else {
            return None;
        };
        if chat.is_foreign(&object) {
            let words = "An answer that speaks of another chatSessionId was ignored.";
            self.view.diagnose(words.to_owned());
            return None;
        }
        let speaks = object.is_chat();
        let known = speaks || object.id.is_some();
        // What was said before this page knew of the chat is shown as the past that it is.
        let is_past = chat.course == Course::Returning && chat.is_found;
        chat.learn(&object, &self.config);
        let state = object.state;
        if known && !is_past {
            self.prove(state);
        }
        let news = self.show(object, asked, now);
        if known && is_past {
            self.prove(state);
        }
        speaks.then_some(news)
    }

    /// Takes in an event of the channel.
    pub(super) fn on_delivery(&mut self, data: &Value, now: Moment) {
        match &mut self.state {
            State::Starting(start) => start.keep(data.clone()),
            State::Live(chat) => {
                let delivery = Delivery::read(data);
                if chat.owns(&delivery) {
                    chat.note_delivery();
                    self.prove(delivery.chat.state);
                    self.show(delivery.chat, None, now);
                }
            }
            State::Idle | State::Over | State::Failed => {}
        }
    }

    /// Shows what is new in a chat object; false when nothing is.
    fn show(&mut self, object: ChatObject, asked: Option<u64>, now: Moment) -> bool {
        let State::Live(chat) = &mut self.state else {
            return false;
        };
        let over = object.state == Some(ChatState::Disconnected);
        let expiry = self.config.limits.typing_expiry;
        let news = chat.take_in(&mut self.view, object, asked, now, expiry);
        if news {
            self.rest.has_news();
        }
        self.note_agent();
        if over {
            self.close_by_server(now);
        }
        news
    }

    /// Shows that an agent is there, once one is.
    pub(super) fn note_agent(&mut self) {
        if let State::Live(chat) = &self.state
            && chat.course == Course::Open
            && chat.roster.agent_seen()
        {
            self.view.enter(Phase::Active);
        }
    }

    /// The server has ended the chat. What is missing of it is fetched before the window is told.
    fn close_by_server(&mut self, now: Moment) {
        let until = now + self.config.limits.network_delay;
        if let State::Live(chat) = &mut self.state {
            match chat.course {
                Course::Returning | Course::Open => chat.course = Course::Closing { until },
                Course::Closing { .. } => {}
                Course::Leaving { .. } => self.conclude(false, now),
            }
        }
    }

    /// Decides what an event of the Bayeux session means.
    pub(super) fn on_push(&mut self, event: bayeux::Event, now: Moment) {
        match event {
            bayeux::Event::Ready { .. } => {
                self.on_push_up();
                self.on_push_proven();
            }
            bayeux::Event::Recovered => self.on_push_up(),
            bayeux::Event::Delivery(data) => self.on_delivery(&data, now),
            bayeux::Event::Trouble {
                fault,
                next_try,
                lasting,
            } => {
                let problem = push::problem(fault);
                self.push.fall(problem.clone(), next_try);
                self.on_push_failed(problem, lasting, now);
            }
            bayeux::Event::Ended(reason) => self.on_push_end(reason, now),
            bayeux::Event::CookieLost => {
                self.push.fall(Problem::CookieLost, None);
                self.on_push_failed(Problem::CookieLost, true, now);
            }
            bayeux::Event::MultipleClients => self.view.diagnose(
                "Another tab of this browser holds a CometD connect: messages arrive with a delay."
                    .to_owned(),
            ),
            bayeux::Event::Diagnostic(text) => self.view.diagnose(text),
        }
    }

    /// Events arrive (again); those of the meantime may be missing.
    fn on_push_up(&mut self) {
        self.push.rise();
        match &mut self.state {
            State::Live(chat) => chat.suspect(),
            State::Starting(start) => start.note_interruption(),
            State::Idle | State::Over | State::Failed => {}
        }
    }

    fn on_push_end(&mut self, reason: bayeux::Reason, now: Moment) {
        let Some(problem) = push::end_problem(reason) else {
            return;
        };
        self.push.end();
        match &mut self.state {
            State::Starting(_) => self.on_push_failed(problem, true, now),
            State::Live(_) if defect::on(Defect::BelievesNone) => self.close_by_server(now),
            State::Live(chat) => chat.inquiry.ask_for_verdict(),
            State::Idle | State::Over | State::Failed => {}
        }
    }
}
