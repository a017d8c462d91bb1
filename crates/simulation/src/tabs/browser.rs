//! The browser around the tabs: its lock, its bus, its network.

use std::collections::VecDeque;

use gms_chat_protocol::{ExchangeId, Failure, Lane, Reply, Request};
use serde_json::Value;

use super::{Happening, Verdict, World, messages};
use crate::client::{USER, visitor};
use crate::server::Answer;

/// So long after it has got the lock a tab knows what the one before has said.
const SETTLING: u64 = 100;

/// The lock: who has it, and who waits.
#[derive(Debug, Default)]
pub(super) struct Lock {
    pub(super) owner: Option<usize>,
    pub(super) queue: VecDeque<usize>,
}

/// One exchange of a tab.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) place: usize,
    /// Which of the pages that stood in that place.
    pub(super) life: u32,
    pub(super) id: ExchangeId,
    pub(super) request: Request,
    pub(super) messages: Vec<Value>,
    pub(super) cookie: Option<u32>,
    pub(super) stage: Stage,
    pub(super) answer: Option<Answer>,
}

/// Whether somebody waits for its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Open,
    Closed,
}

impl World {
    /// A page begins in this place: as the shell of a tab does it.
    pub(super) fn open(&mut self, place: usize) {
        let seed = self.dice.roll();
        let (delivery, now) = (self.delivery, self.now);
        self.pages[place].begin(seed, delivery, now);
        let life = self.pages[place].life;
        let is_led = self.lock.owner.is_some();
        if is_led || self.pages[place].stored.is_some() {
            self.note(1, Happening::Ask(place, life));
        }
    }

    /// A tab asks for the lock: whoever does not get it at once follows, and waits for it.
    pub(super) fn ask(&mut self, place: usize, life: u32) -> Verdict {
        let page = &self.pages[place];
        if !page.runs() || page.life != life || page.is_member {
            return Ok(());
        }
        self.pages[place].is_member = true;
        if self.lock.owner.is_none() && self.lock.queue.is_empty() {
            self.lock.owner = Some(place);
            return self.lead(place);
        }
        self.lock.queue.push_back(place);
        let clock = self.pages[place].clock(self.now);
        let stored = self.pages[place].stored.take();
        let left = stored.as_ref().map(|(text, _)| text.as_str());
        self.pages[place].tab.follow(left, clock);
        self.pages[place].stored = stored;
        self.drain(place)
    }

    /// The lock has come to this tab some time ago.
    pub(super) fn lead_after_all(&mut self, place: usize, life: u32) -> Verdict {
        let page = &self.pages[place];
        if page.runs() && page.life == life && self.lock.owner == Some(place) {
            return self.lead(place);
        }
        Ok(())
    }

    /// The lock has come to this tab.
    pub(super) fn lead(&mut self, place: usize) -> Verdict {
        self.narrate(|| format!("tab {place} has the lock"));
        let clock = self.pages[place].clock(self.now);
        let stored = self.pages[place].stored.take();
        let left = stored.as_ref().map(|(text, exact)| (text.as_str(), *exact));
        let goes_on = self.pages[place]
            .tab
            .lead(left, visitor(), Some(USER.to_owned()), clock);
        if !goes_on {
            // It may come back to it after others.
            self.pages[place].stored = stored;
        }
        if goes_on {
            self.leader = Some(place);
            // A chat of its own that has just begun is no handover.
            let speaks = |it: &Exchange| it.place == place && it.stage == Stage::Open;
            let is_own = self.exchanges.iter().any(speaks);
            self.silent_since = (!is_own).then_some(self.now);
        }
        self.drain(place)
    }

    /// The lock is given back, or taken by the browser.
    pub(super) fn release(&mut self, place: usize) {
        self.lock.queue.retain(|other| *other != place);
        if self.lock.owner == Some(place) {
            self.lock.owner = None;
            self.leader = None;
            self.silent_since = None;
            let after = self.dice.below(20);
            self.note(after, Happening::Grant);
        }
        self.pages[place].is_member = false;
        self.pages[place].inbox.clear();
    }

    pub(super) fn grant(&mut self) -> Verdict {
        if self.lock.owner.is_some() {
            return Ok(());
        }
        let Some(next) = self.lock.queue.pop_front() else {
            return Ok(());
        };
        self.lock.owner = Some(next);
        // What the tab before has said is still on the bus.
        let life = self.pages[next].life;
        self.note(SETTLING, Happening::Lead(next, life));
        Ok(())
    }

    /// Others are to have the lock first.
    pub(super) fn give_way(&mut self, place: usize) {
        self.narrate(|| format!("tab {place} gives way"));
        self.lock.owner = None;
        self.lock.queue.push_back(place);
        self.note(1, Happening::Grant);
    }

    /// The chat is over for all tabs.
    pub(super) fn part(&mut self, place: usize) {
        self.narrate(|| format!("tab {place} parts"));
        self.release(place);
    }

    /// A tab says something to all others.
    pub(super) fn post(&mut self, place: usize, text: &str) {
        self.narrate(|| format!("tab {place} posts {text}"));
        for other in 0..self.pages.len() {
            if other != place && self.pages[other].is_member {
                let after = self.dice.below(40);
                let at = (self.now + after).max(self.pages[other].last_post + 1);
                self.pages[other].last_post = at;
                self.pages[other].inbox.push_back(text.to_owned());
                self.agenda.note(at, Happening::Deliver(other));
            }
        }
    }

    pub(super) fn deliver(&mut self, place: usize) -> Verdict {
        let page = &mut self.pages[place];
        if !page.runs() {
            return Ok(());
        }
        let Some(text) = page.inbox.pop_front() else {
            return Ok(());
        };
        let clock = page.clock(self.now);
        page.tab.hear(&text, clock);
        self.drain(place)
    }

    pub(super) fn send(&mut self, place: usize, id: ExchangeId, request: Request) {
        self.narrate(|| format!("tab {place} sends {} {}", request.url, request.body));
        if self.lock.owner == Some(place) {
            self.silent_since = None;
        }
        let index = self.exchanges.len();
        self.exchanges.push(Exchange {
            place,
            life: self.pages[place].life,
            id,
            messages: messages(id.lane(), &request),
            cookie: self.cookie,
            request,
            stage: Stage::Open,
            answer: None,
        });
        let after = self.latency();
        let is_lost = !self.is_calm && self.dice.hits(20);
        self.note(
            after,
            if is_lost {
                Happening::Break(index)
            } else {
                Happening::Arrive(index)
            },
        );
    }

    pub(super) fn abort(&mut self, place: usize, id: ExchangeId) {
        let life = self.pages[place].life;
        let is_it = |it: &Exchange| it.place == place && it.life == life && it.id == id;
        if let Some(index) = self.exchanges.iter().rposition(is_it) {
            self.drop_exchange(index);
        }
    }

    /// Nobody waits for these exchanges any more; what is on its way may arrive all the same.
    pub(super) fn drop_all(&mut self, place: usize) {
        for index in 0..self.exchanges.len() {
            let exchange = &self.exchanges[index];
            if exchange.place == place && exchange.stage == Stage::Open {
                self.drop_exchange(index);
            }
        }
    }

    fn drop_exchange(&mut self, index: usize) {
        self.exchanges[index].stage = Stage::Closed;
        if self.exchanges[index].id.lane() == Lane::Connect {
            self.server.hang_up(index, self.now);
        }
    }

    pub(super) fn return_answer(&mut self, index: usize) -> Verdict {
        let exchange = &mut self.exchanges[index];
        let Some(answer) = exchange.answer.take() else {
            return Ok(());
        };
        if answer.cookie.is_some() {
            self.cookie = answer.cookie;
        }
        let (place, id) = (exchange.place, exchange.id);
        if exchange.stage != Stage::Open || !self.pages[place].runs() {
            return Ok(());
        }
        exchange.stage = Stage::Closed;
        let reply = Reply {
            status: answer.status,
            retry_after: answer.retry_after.clone(),
            body: answer.text(false),
        };
        self.narrate(|| format!("tab {place} gets {} {}", reply.status, reply.body));
        let clock = self.pages[place].clock(self.now);
        self.pages[place].tab.handle_reply(id, reply, clock);
        self.drain(place)
    }

    pub(super) fn break_exchange(&mut self, index: usize) -> Verdict {
        let exchange = &mut self.exchanges[index];
        let (place, id) = (exchange.place, exchange.id);
        if exchange.stage != Stage::Open || !self.pages[place].runs() {
            return Ok(());
        }
        exchange.stage = Stage::Closed;
        self.narrate(|| format!("tab {place} loses {id:?}"));
        let clock = self.pages[place].clock(self.now);
        self.pages[place]
            .tab
            .handle_failure(id, Failure::Network, clock);
        self.drain(place)
    }
}
