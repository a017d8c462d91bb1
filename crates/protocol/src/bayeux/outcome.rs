//! What follows from an answer or a failure: the decisions of a session.

use std::time::Duration;

use super::advice::{Advice, Reconnect};
use super::answer::{Answer, Reply};
use super::event::code;
use super::retry::Retry;
use super::state::{Asks, Live, Pause, Pending, Slot, Stage, State, Step};
use super::{Event, Fault, Reason, Session};
use crate::defect::{self, Defect};
use crate::{Moment, json};

/// A held connect that has lasted this long shows that an earlier outage was over; a session that has,
/// that sessions are possible, so that the next may be made at once.
const STOOD: Duration = Duration::from_secs(10);
/// After so many connect answers in a row that nobody can read, a new session is made.
const MOST_UNREADABLE: u8 = 3;
/// So many new sessions in a row, unknown at their first connect, are no accident.
const FORGOTTEN: u32 = 2;

impl Session {
    /// Takes the HTTP answer to `request`.
    pub(super) fn answered(&mut self, slot: Slot, request: Pending, reply: &crate::Reply) {
        if slot == Slot::Farewell {
            return self.gone();
        }
        let mut answer = match Answer::read(reply, &self.config.subscription) {
            Ok(answer) => answer,
            Err(fault) => return self.failed(slot, request, fault),
        };
        if answer.skipped > 0 {
            let mut text = String::from("Parts of an answer that were skipped: ");
            json::push_decimal(&mut text, answer.skipped as u64);
            self.tell(Event::Diagnostic(text));
        }
        match slot {
            Slot::Handshake => self.handshake_answered(request, &mut answer),
            Slot::Subscribe => self.subscribe_answered(request, &mut answer),
            Slot::Connect => self.connect_answered(request, &mut answer),
            Slot::Farewell => {}
        }
    }

    /// The request in `slot` has failed for a reason that no reply gave.
    pub(super) fn failed(&mut self, slot: Slot, request: Pending, fault: Fault) {
        match slot {
            Slot::Handshake | Slot::Subscribe => self.try_again(slot, fault),
            Slot::Connect => {
                let is_poisoned = self.is_poisoned(&fault);
                self.connect_failed(request, fault, is_poisoned);
            }
            Slot::Farewell => self.gone(),
        }
    }

    /// Whether the server would answer the next connect in the same unreadable way: what has not been
    /// acknowledged comes again.
    fn is_poisoned(&mut self, fault: &Fault) -> bool {
        let State::Connected(live) = &mut self.state else {
            return false;
        };
        match fault {
            Fault::Excessive { .. } => true,
            Fault::Malformed { .. } => {
                live.unreadable += 1;
                live.unreadable >= MOST_UNREADABLE
            }
            Fault::Unreachable | Fault::Truncated | Fault::TimedOut => false,
            Fault::Status { .. } | Fault::Refused { .. } => false,
        }
    }

    fn handshake_answered(&mut self, request: Pending, answer: &mut Answer) {
        let came = answer.events.len();
        self.deliver(answer);
        let Some(reply) = answer.reply("/meta/handshake", request.number) else {
            let fault = Fault::malformed("a reply to /meta/handshake");
            return self.try_again(Slot::Handshake, fault);
        };
        let advised = self.heed(reply.advice());
        if !reply.is_successful() {
            return self.handshake_refused(reply.refusal(), advised);
        }
        let nobody = defect::on(Defect::AcceptsNoClientId).then_some("");
        let Some(client_id) = reply.client_id().or(nobody) else {
            let fault = Fault::malformed("a clientId in the reply to /meta/handshake");
            return self.try_again(Slot::Handshake, fault);
        };
        let ack = reply.initial_ack().filter(|_| self.config.ack);
        let mut live = Live::new(client_id.to_owned(), ack, self.now);
        if defect::on(Defect::SubscribesOnce) && self.readies > 0 {
            live.subscribe = None;
        }
        if defect::on(Defect::HandshakeEndsOutage) {
            self.retry.succeeded();
        }
        if defect::on(Defect::WaitsForPromised) && reply.promised() > came {
            live.connect = self.never();
        }
        self.state = State::Connected(live);
        if !reply.offers_long_polling() {
            self.end(Reason::NoCommonTransport);
        } else if advised == Some(Reconnect::Stop) {
            self.end(Reason::Advised { error: None });
        }
    }

    fn handshake_refused(&mut self, fault: Fault, advised: Option<Reconnect>) {
        match fault {
            // faye's code for "no connection type in common"; its advice would have us ask for ever.
            Fault::Refused { error } if code(&error) == Some(301) => {
                self.end(Reason::NoCommonTransport);
            }
            Fault::Refused { error } if advised == Some(Reconnect::Stop) => {
                self.end(Reason::Advised { error: Some(error) });
            }
            fault => self.try_again(Slot::Handshake, fault),
        }
    }

    fn subscribe_answered(&mut self, request: Pending, answer: &mut Answer) {
        self.deliver(answer);
        let Some(reply) = answer.reply("/meta/subscribe", request.number) else {
            let fault = Fault::malformed("a reply to /meta/subscribe");
            return self.try_again(Slot::Subscribe, fault);
        };
        let advised = reply.advice().and_then(|advice| advice.reconnect);
        if !reply.is_successful() {
            return self.subscribe_refused(reply.refusal(), advised);
        }
        if let State::Connected(live) = &mut self.state {
            live.subscribe = None;
        }
        self.subscribe_retry.succeeded();
        self.report_health();
        match advised {
            Some(Reconnect::Stop) => self.end(Reason::Advised { error: None }),
            Some(Reconnect::Handshake) => self.doubt(),
            Some(Reconnect::Retry) | None => {}
        }
    }

    fn subscribe_refused(&mut self, fault: Fault, advised: Option<Reconnect>) {
        let doubtful = advised == Some(Reconnect::Handshake) || fault.is_unknown_client();
        match fault {
            Fault::Refused { error } if advised == Some(Reconnect::Stop) => {
                self.end(Reason::Advised { error: Some(error) });
            }
            fault if doubtful => {
                self.try_again(Slot::Subscribe, fault);
                // The connect may be held by another node, and be well: its answer decides.
                self.doubt();
            }
            Fault::Refused { error }
                if advised.is_none() && !matches!(code(&error), Some(500..=599)) =>
            {
                self.end(Reason::Denied { error });
            }
            fault => self.try_again(Slot::Subscribe, fault),
        }
    }

    fn connect_answered(&mut self, request: Pending, answer: &mut Answer) {
        let reply = answer.reply("/meta/connect", request.number);
        let advised = self.heed(reply.as_ref().and_then(Reply::advice));
        let goes_on = !answer.is_disconnected()
            && reply.as_ref().is_some_and(Reply::is_successful)
            && matches!(advised, Some(Reconnect::Retry) | None);
        let asked = goes_on.then(|| self.connect_succeeded());
        let brought_events = self.deliver(answer);
        self.acknowledge(reply.as_ref());
        if let Some(asked) = asked {
            return self.connect_again(request, asked, brought_events);
        }
        if answer.is_disconnected() {
            return self.end(Reason::Disconnected);
        }
        let is_odd = advised == Some(Reconnect::Handshake)
            && reply.as_ref().is_some_and(Reply::is_successful);
        if reply.is_none() && defect::on(Defect::StopsWithoutReply)
            || is_odd && defect::on(Defect::StopsAtOddAdvice)
        {
            return self.state.set_step(Slot::Connect, self.never());
        }
        let Some(reply) = reply else {
            let fault = Fault::malformed("a reply to /meta/connect");
            return self.connect_failed(request, fault, false);
        };
        let error = (!reply.is_successful()).then(|| reply.error());
        match advised {
            Some(Reconnect::Stop) => self.end(Reason::Advised { error }),
            Some(Reconnect::Handshake) => {
                let renew = !defect::on(Defect::IgnoresUnknownClient);
                self.connect_failed(request, reply.refusal(), renew);
            }
            Some(Reconnect::Retry) => self.connect_failed(request, reply.refusal(), false),
            None => {
                let fault = reply.refusal();
                let is_unknown = fault.is_unknown_client();
                self.connect_failed(request, fault, is_unknown);
            }
        }
    }

    /// The outage, if there was one, is over. Answers how the connect had asked.
    fn connect_succeeded(&mut self) -> Asks {
        let State::Connected(live) = &mut self.state else {
            return Asks::Proof;
        };
        let asked = std::mem::replace(&mut live.asks, Asks::Hold);
        live.unreadable = 0;
        if live.stage == Stage::New {
            live.stage = Stage::Proven;
        }
        match asked {
            // Proof of life is not proof that a held connect survives: a loop of both must slow down.
            Asks::Proof => self.retry.eased(),
            Asks::Hold => self.retry.succeeded(),
        }
        self.pace.succeeded();
        self.forgotten = 0;
        self.report_health();
        asked
    }

    /// The next connect: at once, unless the server wishes otherwise or does not hold connects.
    fn connect_again(&mut self, request: Pending, asked: Asks, brought_events: bool) {
        let age = self.now.since(request.sent);
        let wait = match asked {
            Asks::Proof => Duration::ZERO,
            Asks::Hold => self.hold.answered(age, brought_events),
        };
        let pause = Pause::until(self.now + wait.max(self.advice.interval));
        self.state.set_step(Slot::Connect, Step::Waiting(pause));
    }

    /// The connect has failed; `renew` when this session has no future.
    fn connect_failed(&mut self, request: Pending, fault: Fault, renew: bool) {
        let State::Connected(live) = &mut self.state else {
            return;
        };
        let age = self.now.since(request.sent);
        if std::mem::replace(&mut live.asks, Asks::Proof) == Asks::Hold {
            self.hold.failed(&fault, age, self.now);
            if age >= STOOD {
                self.retry.succeeded();
            }
        }
        let is_refused = matches!(fault, Fault::Refused { .. });
        let is_unknown = is_refused && (renew || fault.is_unknown_client());
        let is_forgotten = is_unknown && live.stage == Stage::New;
        let has_stood = live.stage != Stage::New && self.now.since(live.since) >= STOOD;
        let delay = if is_refused && renew && has_stood {
            Duration::ZERO
        } else {
            // A handshake is no success: a loop of handshake and refusal pays the full wait.
            self.retry.delay(&fault, !is_forgotten)
        };
        if !renew && !self.has_expired(delay) {
            self.schedule(Slot::Connect, fault, delay);
            return;
        }
        self.abandon(Slot::Subscribe);
        self.state = State::Handshaking(Step::due(self.now));
        let until = self.schedule(Slot::Handshake, fault, delay);
        if is_forgotten {
            self.pace.refrain(Slot::Handshake, until);
            self.forgotten += 1;
            if self.forgotten == FORGOTTEN {
                self.tell(Event::CookieLost);
            }
        }
    }

    /// Whether the server must have dropped the session by the time of the next try, as far as it has said.
    fn has_expired(&self, delay: Duration) -> bool {
        let (Some(since), Some(max_interval)) = (self.outage, self.advice.max_interval) else {
            return false;
        };
        let kept = self.advice.timeout + self.advice.interval + max_interval;
        self.now.since(since) + delay > kept
    }

    fn try_again(&mut self, slot: Slot, fault: Fault) {
        if let State::Connected(live) = &mut self.state
            && defect::on(Defect::GivesSubscriptionUp)
        {
            live.subscribe = None;
            return self.report_health();
        }
        let delay = self.retry(slot).delay(&fault, true);
        self.schedule(slot, fault, delay);
    }

    /// Puts the next try into `slot` and tells about the trouble. Answers the moment of the try.
    fn schedule(&mut self, slot: Slot, fault: Fault, delay: Duration) -> Moment {
        if let Fault::Status {
            retry_after: Some(wish),
            ..
        } = fault
        {
            self.pace.refrain(slot, self.now + wish);
        }
        let earliest = match slot {
            Slot::Handshake | Slot::Connect => self.now + self.advice.interval,
            Slot::Subscribe | Slot::Farewell => self.now,
        };
        let free = self.pace.free_at(slot);
        let mut until = earliest + delay;
        if free > until {
            let wait = free.since(self.now);
            until = self.now + self.retry(slot).spread_after(wait);
        }
        let pause = Pause { until, earliest };
        self.state.set_step(slot, Step::Waiting(pause));
        self.outage.get_or_insert(self.now);
        let lasting = self.retry(slot).is_lasting();
        self.tell(Event::Trouble {
            fault,
            next_try: Some(until),
            lasting,
        });
        until
    }

    fn retry(&mut self, slot: Slot) -> &mut Retry {
        match slot {
            Slot::Handshake | Slot::Connect | Slot::Farewell => &mut self.retry,
            Slot::Subscribe => &mut self.subscribe_retry,
        }
    }

    /// Takes advice over, for good or until the next. Answers what to do at once.
    fn heed(&mut self, advice: Option<Advice>) -> Option<Reconnect> {
        let advice = advice?;
        if advice.multiple_clients && !self.advice.multiple_clients {
            self.tell(Event::MultipleClients);
        }
        if advice.hosts {
            let text = "The server advises other hosts; they are not followed.";
            self.tell(Event::Diagnostic(text.to_owned()));
        }
        let reconnect = advice.reconnect;
        self.advice = advice;
        reconnect
    }

    /// Hands the events of an answer over. Answers whether there were any.
    fn deliver(&mut self, answer: &mut Answer) -> bool {
        let events = std::mem::take(&mut answer.events);
        let brought_events = !events.is_empty();
        if brought_events {
            self.pace.delivered();
        }
        for data in events {
            self.tell(Event::Delivery(data));
        }
        brought_events
    }

    /// Only for deliberate defects: a wait of a day.
    fn never(&self) -> Step {
        Step::Waiting(Pause::until(self.now + Duration::from_secs(86_400)))
    }

    /// Only for a deliberate defect: the answer belongs to nothing that is under way.
    pub(super) fn acknowledge_stray(&mut self, reply: &crate::Reply) {
        if let Ok(mut answer) = Answer::read(reply, &self.config.subscription) {
            self.acknowledge(answer.reply("/meta/connect", 0).as_ref());
        }
    }

    /// Notes the number of a batch that has been handed over. It never goes back within a session.
    fn acknowledge(&mut self, reply: Option<&Reply>) {
        let number = reply.and_then(Reply::ack);
        if let State::Connected(live) = &mut self.state
            && let (Some(last), Some(number)) = (live.ack, number)
        {
            live.ack = Some(last.max(number));
        }
    }

    /// Tells when connect and subscription are both well, if that is news.
    fn report_health(&mut self) {
        let State::Connected(live) = &mut self.state else {
            return;
        };
        if live.asks == Asks::Proof || live.subscribe.is_some() {
            return;
        }
        let is_ready = std::mem::replace(&mut live.stage, Stage::Ready) == Stage::Ready;
        if self.outage.take().is_some() {
            self.tell(Event::Recovered);
        }
        if !is_ready {
            self.tell(Event::Ready {
                renewed: self.readies > 0,
            });
            self.readies += 1;
        }
    }
}
