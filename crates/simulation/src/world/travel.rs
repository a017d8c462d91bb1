//! Requests and answers on their way.

use gms_chat_protocol::{ExchangeId, Failure, Lane, Reply};

use super::World;
use crate::agenda::Happening;
use crate::client::Input;
use crate::network::{Returning, Sending, Stage};
use crate::oracle::Verdict;
use crate::plan::{Cut, Weather};
use crate::server::{Answer, Call};

impl World<'_> {
    /// A request leaves the browser.
    pub(super) fn dispatch(&mut self, index: usize) {
        let offline = self.page.is_offline();
        let weather = self.page.weather();
        let sending = self.network.send(index, offline, weather, self.now);
        if !matches!(sending, Sending::Arrives { .. }) {
            self.impeded = self.now;
        }
        match sending {
            Sending::Arrives { after, copy } => {
                let arrive = |copy| Happening::Arrive {
                    exchange: index,
                    copy,
                };
                self.agenda.note(self.now + after, arrive(false));
                if let Some(after) = copy {
                    self.agenda.note(self.now + after, arrive(true));
                }
                self.schedule_cut(index);
            }
            Sending::Answered { after, answer } => {
                self.network.exchanges[index].answer = Some(answer);
                self.agenda.note(self.now + after, Happening::Return(index));
            }
            Sending::Fails { after } => {
                self.agenda.note(self.now + after, Happening::Break(index));
            }
            Sending::Vanishes => {}
        }
    }

    fn schedule_cut(&mut self, index: usize) {
        if let Some((age, _)) = self.setting.idle_cut
            && self.network.exchanges[index].id.lane() == Lane::Connect
        {
            self.agenda.note(self.now + age, Happening::Cut(index));
        }
    }

    /// A request, or the copy that an intermediary made of it, reaches the server.
    pub(super) fn arrive(&mut self, index: usize, copy: bool) {
        if let Some(arrivals) = &mut self.arrivals {
            arrivals.push(self.now);
        }
        let exchange = &self.network.exchanges[index];
        let call = Call {
            exchange: index,
            url: &exchange.request.url,
            user: exchange.request.gms_user.as_deref(),
            body: &exchange.request.body,
            messages: &exchange.messages,
            cookie: exchange.cookie,
            node: exchange.node,
        };
        let answer = self.server.handle(&call, self.now);
        self.oracle.arrived(exchange, copy, answer.as_ref());
        match answer {
            Some(_) if copy => {}
            Some(answer) => self.answer(index, answer),
            // Whoever made the request is gone already.
            None if exchange.stage != Stage::Open && !self.setting.blind_to_aborts => {
                self.agenda.note(self.now + 1, Happening::HangUp(index));
            }
            None => {}
        }
    }

    /// Answers to held connects leave the server.
    pub(super) fn take_answers(&mut self) {
        for (index, answer) in std::mem::take(&mut self.server.out) {
            self.answer(index, answer);
        }
    }

    fn answer(&mut self, index: usize, answer: Answer) {
        if self.network.exchanges[index].answer.is_some() {
            return;
        }
        let (weather, until) = self.weather();
        let returning = self
            .network
            .answer(index, answer, self.setting.bare, weather, until);
        let exchange = &mut self.network.exchanges[index];
        if exchange.ill.is_some() || !matches!(returning, Returning::Arrives { .. }) {
            self.impeded = self.now;
        }
        match returning {
            Returning::Arrives { after, answer } => {
                exchange.answer = Some(answer);
                self.agenda.note(self.now + after, Happening::Return(index));
            }
            Returning::Fails { after, failure } => {
                exchange.failure = failure;
                self.agenda.note(self.now + after, Happening::Break(index));
            }
            Returning::Vanishes => {}
        }
    }

    /// The weather, and for how long it lasts.
    fn weather(&self) -> (Option<Weather>, u64) {
        let ends = self.page.numbers().into_iter();
        let last = ends.filter_map(|number| self.spell_ends.get(number)).max();
        let until = last.map_or(0, |end| end.saturating_sub(self.now));
        (self.page.weather(), until)
    }

    /// An answer reaches the browser.
    pub(super) fn return_answer(&mut self, index: usize) -> Verdict {
        if self.page.is_still() {
            self.page.waiting.push(index);
            return Ok(());
        }
        if self.page.is_offline() {
            return self.break_exchange(index);
        }
        let stage = self.network.exchanges[index].stage;
        match stage {
            Stage::Open => self.hand_over(index),
            Stage::Aborted if self.setting.ghosts => self.haunt(index),
            Stage::Aborted | Stage::Closed => Ok(()),
        }
    }

    fn hand_over(&mut self, index: usize) -> Verdict {
        let exchange = &mut self.network.exchanges[index];
        exchange.stage = Stage::Closed;
        let Some(answer) = &exchange.answer else {
            return Ok(());
        };
        if answer.cookie.is_some() && !self.setting.blocked_cookie {
            self.network.cookie = answer.cookie;
        }
        let reply = reply(answer);
        let id = exchange.id;
        let clock = self.page.clock(self.now);
        self.oracle
            .answered(&self.network.exchanges[index], clock)?;
        self.feed(Input::Reply(id, reply))
    }

    /// The answer to an aborted exchange: nothing may come of it.
    fn haunt(&mut self, index: usize) -> Verdict {
        // What is due anyway is not the ghost's doing.
        self.feed(Input::Due)?;
        let exchange = &self.network.exchanges[index];
        let Some(answer) = &exchange.answer else {
            return Ok(());
        };
        let (id, reply) = (exchange.id, reply(answer));
        self.oracle.expect_nothing(true);
        self.feed(Input::Reply(id, reply))?;
        self.oracle.expect_nothing(false);
        Ok(())
    }

    /// The browser notices that an exchange has failed.
    pub(super) fn break_exchange(&mut self, index: usize) -> Verdict {
        if self.page.is_still() {
            self.network.exchanges[index].answer = None;
            self.page.waiting.push(index);
            return Ok(());
        }
        let exchange = &mut self.network.exchanges[index];
        if exchange.stage != Stage::Open {
            return Ok(());
        }
        exchange.stage = Stage::Closed;
        let (id, failure) = (exchange.id, exchange.failure);
        self.oracle.failed(&self.network.exchanges[index])?;
        self.feed(Input::Failure(id, failure))
    }

    /// The client has aborted an exchange.
    pub(super) fn abort(&mut self, id: ExchangeId) {
        if let Some(index) = self.network.find(id) {
            self.network.exchanges[index].stage = Stage::Aborted;
            if id.lane() == Lane::Connect && !self.setting.blind_to_aborts {
                let after = self.setting.latency.0;
                self.agenda.note(self.now + after, Happening::HangUp(index));
            }
        }
    }

    /// An intermediary has had enough of a held request.
    pub(super) fn cut(&mut self, index: usize) {
        let exchange = &mut self.network.exchanges[index];
        let Some((_, cut)) = self.setting.idle_cut else {
            return;
        };
        if exchange.stage == Stage::Closed || exchange.answer.is_some() {
            return;
        }
        self.impeded = self.now;
        // Whatever the server says from here on is lost.
        exchange.answer = Some(Answer::status(504));
        match cut {
            Cut::Reset => self.agenda.note(self.now + 1, Happening::Break(index)),
            Cut::Gateway => self.agenda.note(self.now + 1, Happening::Return(index)),
            Cut::Silence => return,
        }
        if !self.setting.blind_to_aborts {
            self.agenda.note(self.now + 1, Happening::HangUp(index));
        }
    }

    /// Every exchange under way is lost; the browser notices some of it.
    pub(super) fn lose_all(&mut self, noticed: bool) {
        for index in 0..self.network.exchanges.len() {
            let exchange = &mut self.network.exchanges[index];
            if exchange.stage == Stage::Closed {
                continue;
            }
            exchange.failure = Failure::Network;
            if exchange.stage == Stage::Open && noticed {
                self.agenda.note(self.now + 1, Happening::Break(index));
            }
            if exchange.answer.is_none() {
                exchange.answer = Some(Answer::default());
                if !self.setting.blind_to_aborts {
                    self.agenda.note(self.now + 1, Happening::HangUp(index));
                }
            } else if !noticed {
                exchange.stage = Stage::Closed;
            }
        }
    }
}

fn reply(answer: &Answer) -> Reply {
    Reply {
        status: answer.status,
        retry_after: answer.retry_after.clone(),
        body: answer.text(false),
    }
}
