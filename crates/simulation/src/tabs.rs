//! One chat in several tabs: a few cores, one lock, one bus and a browser that freezes, closes and crashes tabs at any step.

mod browser;
mod judge;
mod page;
mod play;

use std::collections::VecDeque;
use std::fmt::{Display, Formatter};

use gms_chat_protocol::chat::{Command, Delivery, Phase};
use gms_chat_protocol::tabs::Output;
use gms_chat_protocol::{Lane, Output as Plain, Request};
use serde_json::Value;

use crate::agenda::Later;
use crate::client::visitor;
use crate::plan::{Repair, Setting};
use crate::random::Dice;
use crate::server::{Answer, Call, Kind, Server};

use browser::{Exchange, Lock, Stage};
use judge::Ledger;
use page::Page;

/// More happenings than this in one run are a hot loop.
const MOST_STEPS: u32 = 200_000;
/// How long the faults last, and how long it takes at most until all is well again.
const TROUBLE: u64 = 60_000;
const PEACE: u64 = 120_000;
/// A tab that gets the lock speaks to the server within this.
const HANDOVER: u64 = 2_000;

/// A rule that was broken, and when.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) rule: &'static str,
    pub(crate) what: String,
    pub(crate) at: u64,
}

impl Display for Broken {
    fn fmt(&self, out: &mut Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} ms: {}: {}", self.at, self.rule, self.what)
    }
}

type Verdict = Result<(), Broken>;

/// What happens when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    /// The next thing that visitors, agent or browser do.
    Deed,
    Arrive(usize),
    Return(usize),
    Break(usize),
    /// A tab's timer of this generation.
    Timer(usize, u32),
    /// The first of what waits for a tab on the bus.
    Deliver(usize),
    /// The lock goes to whoever is first in the queue.
    Grant,
    /// The tab, of this life, makes use of the lock.
    Lead(usize, u32),
    /// The tab, of this life, asks for the lock.
    Ask(usize, u32),
    Server,
    /// The faults stop; every tab runs.
    Calm,
    /// The visitor comes to every tab.
    Look,
    /// The agent and each tab say one more thing.
    Probe,
    /// All that was said is judged, and the visitor ends the chat.
    End,
    /// And that it is over.
    Over,
}

/// Everything there is.
struct World {
    dice: Dice,
    now: u64,
    agenda: Later<Happening>,
    server: Server,
    server_due: Option<u64>,
    delivery: Delivery,
    pages: Vec<Page>,
    lock: Lock,
    exchanges: Vec<Exchange>,
    cookie: Option<u32>,
    ledger: Ledger,
    is_calm: bool,
    said: u32,
    /// When a tab took the lock and has not spoken to the server yet.
    silent_since: Option<u64>,
    /// Who runs the chat.
    leader: Option<usize>,
    narrator: Option<fn(u64, &str)>,
}

/// Plays one seed.
pub(crate) fn run(seed: u64, narrator: Option<fn(u64, &str)>) -> Verdict {
    World::new(seed, narrator).play()
}

impl World {
    fn new(seed: u64, narrator: Option<fn(u64, &str)>) -> Self {
        let mut dice = Dice::new(seed);
        let setting = Setting {
            repair: dice.pick(&[Repair::InReply, Repair::Pushed]),
            hold: dice.pick(&[4_000, 20_000, 60_000]),
            inclusive: dice.hits(200),
            short_replies: dice.hits(300),
            ..Setting::default()
        };
        let delivery = dice.pick(&[Delivery::Cometd, Delivery::Cometd, Delivery::Poll]);
        let count = dice.between(2, 4);
        let pages = (0..count).map(|place| Page::new(place as usize));
        Self {
            now: 0,
            agenda: Later::default(),
            server: Server::new(setting),
            server_due: None,
            delivery,
            pages: pages.collect(),
            lock: Lock::default(),
            exchanges: Vec::new(),
            cookie: None,
            ledger: Ledger::default(),
            is_calm: false,
            said: 0,
            silent_since: None,
            leader: None,
            narrator,
            dice,
        }
    }

    fn play(mut self) -> Verdict {
        self.open(0);
        self.want(0, Command::Start(visitor()))?;
        self.note(700, Happening::Deed);
        self.note(TROUBLE, Happening::Calm);
        for _ in 0..MOST_STEPS {
            let Some((at, happening)) = self.agenda.next() else {
                break;
            };
            self.now = at;
            if happening == Happening::Over {
                return self.judge_over();
            }
            self.happen(happening)?;
            self.take_answers();
            self.schedule_server();
            self.judge_handover()?;
        }
        Err(self.broken("rest", "the tabs do not come to rest".to_owned()))
    }

    fn happen(&mut self, happening: Happening) -> Verdict {
        match happening {
            Happening::Deed => return self.do_something(),
            Happening::Arrive(exchange) => self.arrive(exchange),
            Happening::Return(exchange) => return self.return_answer(exchange),
            Happening::Break(exchange) => return self.break_exchange(exchange),
            Happening::Timer(place, generation) => return self.fire(place, generation),
            Happening::Deliver(place) => return self.deliver(place),
            Happening::Grant => return self.grant(),
            Happening::Lead(place, life) => return self.lead_after_all(place, life),
            Happening::Ask(place, life) => return self.ask(place, life),
            Happening::Server => {
                if self.server_due == Some(self.now) {
                    self.server_due = None;
                    self.server.tick(self.now);
                }
            }
            Happening::Calm => return self.calm_down(),
            Happening::Look => self.look_everywhere(),
            Happening::Probe => return self.probe(),
            Happening::End => {
                self.judge_end()?;
                return self.end();
            }
            Happening::Over => {}
        }
        Ok(())
    }

    /// A tab wants something for its visitor.
    fn want(&mut self, place: usize, command: Command) -> Verdict {
        self.narrate(|| format!("tab {place} wants {command:?}"));
        let clock = self.pages[place].clock(self.now);
        self.pages[place].tab.handle_command(command, clock);
        self.drain(place)
    }

    /// Carries out what a tab asks for; it may crash on the way.
    fn drain(&mut self, place: usize) -> Verdict {
        let mut outputs = 0;
        let doomed = self.dice.hits(3) && !self.is_calm && self.has_another(place);
        let last = self.dice.below(6);
        loop {
            if doomed && outputs == last {
                self.crash(place);
                return Ok(());
            }
            outputs += 1;
            match self.pages[place].tab.poll_output() {
                Output::Chat(Plain::Send(id, request)) => {
                    self.pages[place].leaving.push((id, request));
                }
                Output::Chat(Plain::Cancel(id)) => {
                    let page = &mut self.pages[place];
                    page.leaving.retain(|(other, _)| *other != id);
                    self.abort(place, id);
                }
                Output::Chat(Plain::Event(event)) => self.show(place, event)?,
                Output::Chat(Plain::Wait(due)) => {
                    self.set_timer(place, due);
                    break;
                }
                Output::Abandon => {
                    self.pages[place].leaving.clear();
                    self.drop_all(place);
                }
                Output::Post(text) => self.post(place, &text),
                Output::Recall => {
                    let (events, clock) = {
                        let page = &self.pages[place];
                        (page.events(), page.clock(self.now))
                    };
                    self.pages[place].tab.recalled(&events, clock);
                }
                Output::Yield => self.give_way(place),
                Output::Part => self.part(place),
            }
        }
        self.depart(place)
    }

    /// What was to be sent leaves, after all that was told has been shown, kept and posted.
    fn depart(&mut self, place: usize) -> Verdict {
        for (id, request) in std::mem::take(&mut self.pages[place].leaving) {
            self.judge_sending(place, id, &request)?;
            self.send(place, id, request);
        }
        Ok(())
    }

    fn show(&mut self, place: usize, event: gms_chat_protocol::chat::Event) -> Verdict {
        self.narrate(|| format!("tab {place} shows {event:?}"));
        let begins = event == gms_chat_protocol::chat::Event::Phase(Phase::Connecting);
        self.pages[place]
            .show(event)
            .map_err(|what| self.broken("screen", format!("tab {place}: {what}")))?;
        if begins {
            for text in std::mem::take(&mut self.pages[place].cleared) {
                self.ledger.given_up(&text);
            }
        }
        if begins && !self.pages[place].is_member {
            // What shares the chat is fetched first.
            let (after, life) = (self.dice.below(80), self.pages[place].life);
            self.note(after, Happening::Ask(place, life));
        }
        // The page keeps what the visitor wrote at once, the rest now and then.
        if self.pages[place].has_unsent() || self.dice.hits(300) {
            self.save(place, false)?;
        }
        Ok(())
    }

    fn save(&mut self, place: usize, is_exact: bool) -> Verdict {
        let saved = self.pages[place].save(is_exact);
        saved.map_err(|what| self.broken("kept", format!("tab {place}: {what}")))
    }

    fn set_timer(&mut self, place: usize, due: Option<gms_chat_protocol::Moment>) {
        let now = self.now;
        let page = &mut self.pages[place];
        page.generation += 1;
        if let Some(due) = due {
            let at = page.at(due).max(now) + 1;
            let generation = page.generation;
            self.agenda.note(at, Happening::Timer(place, generation));
        }
    }

    fn fire(&mut self, place: usize, generation: u32) -> Verdict {
        let page = &mut self.pages[place];
        if !page.runs() || generation != page.generation {
            return Ok(());
        }
        let clock = page.clock(self.now);
        page.tab.handle_timeout(clock);
        self.drain(place)
    }

    fn schedule_server(&mut self) {
        let due = self.server.due().map(|due| due.max(self.now + 1));
        if let Some(at) = due
            && self.server_due.is_none_or(|noted| at < noted)
        {
            self.server_due = due;
            self.agenda.note(at, Happening::Server);
        }
    }

    /// The agent writes.
    fn agent_writes(&mut self) {
        if let Some(service) = self.server.current() {
            let now = self.now;
            self.server
                .happen(service, now, |chat| chat.act(Kind::Message, now));
        }
    }

    fn note(&mut self, after: u64, happening: Happening) {
        self.agenda.note(self.now + after, happening);
    }

    fn broken(&self, rule: &'static str, what: String) -> Broken {
        let at = self.now;
        Broken { rule, what, at }
    }

    fn narrate(&self, line: impl FnOnce() -> String) {
        if let Some(narrator) = self.narrator {
            narrator(self.now, &line());
        }
    }

    /// A request reaches the server.
    fn arrive(&mut self, index: usize) {
        let exchange = &self.exchanges[index];
        let call = Call {
            exchange: index,
            url: &exchange.request.url,
            user: exchange.request.gms_user.as_deref(),
            body: &exchange.request.body,
            messages: &exchange.messages,
            cookie: exchange.cookie,
            node: 0,
        };
        let answer = self.server.handle(&call, self.now);
        match answer {
            Some(answer) => self.answer(index, answer),
            None if exchange.stage != Stage::Open => self.server.hang_up(index, self.now),
            None => {}
        }
    }

    fn take_answers(&mut self) {
        for (index, answer) in std::mem::take(&mut self.server.out) {
            self.answer(index, answer);
        }
    }

    fn answer(&mut self, index: usize, answer: Answer) {
        let after = self.latency();
        let is_lost = !self.is_calm && self.dice.hits(20);
        self.exchanges[index].answer = Some(answer);
        self.note(
            after,
            if is_lost {
                Happening::Break(index)
            } else {
                Happening::Return(index)
            },
        );
    }

    fn latency(&mut self) -> u64 {
        let most = if self.dice.hits(50) { 2_000 } else { 60 };
        self.dice.between(5, most)
    }
}

/// The messages of a Bayeux request.
fn messages(lane: Lane, request: &Request) -> Vec<Value> {
    match lane {
        Lane::Rest => Vec::new(),
        Lane::Connect | Lane::Meta => serde_json::from_str(&request.body).unwrap_or_default(),
    }
}

/// What waits on the bus for one tab: when it arrives, and what.
type Inbox = VecDeque<String>;

#[cfg(test)]
mod tests {
    use super::*;

    /// What a test run has time for; `cargo xtask simulate --tabs` plays more.
    const SEEDS: u64 = 400;

    #[test]
    fn tabs_that_come_go_and_crash_share_one_chat_and_lose_nothing() {
        for seed in 0..SEEDS {
            assert_eq!(run(seed, None), Ok(()), "seed {seed}");
        }
    }
}
