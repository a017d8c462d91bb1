//! A visitor with one tab or several that share his chat: when he does something, and in which of them.

mod deeds;
mod look;
mod ways;

use std::collections::HashSet;
use std::sync::Arc;

use tokio::time::{Duration, Instant};

use crate::askers::Askers;
use crate::browser::Browser;
use crate::dice::Dice;
use crate::door::Door;
use crate::judge::{Harm, Line};
use crate::plan::Plan;
use crate::story::Story;
use crate::tally::Tally;
use crate::visitor::World;
use crate::weather::Weather;

use super::chat::Chat;
use super::glass;
use super::tab::Tab;

/// How often a chat is held against the server until it agrees.
const GLANCE: Duration = Duration::from_secs(1);
const DELIVERIES: [&str; 4] = ["cometd", "poll", "auto", "cometd&service=request-chat-poll"];

/// Tabs of one origin, and their visitor.
pub(super) struct Family {
    /// From 0.
    number: usize,
    visitor: usize,
    world: Arc<World>,
    tallies: Vec<Tally>,
    pub(super) tabs: Vec<Tab>,
    _door: Door,
    askers: Askers,
    /// How often another tab had asked, as it was counted last, and when the hush began.
    turns: u64,
    turns_before: u64,
    plan: Plan,
    /// In which tab something is done.
    dice: Dice,
    story: Story,
    chat: Option<Chat>,
    chats: usize,
    /// The services of chats that are over.
    past: HashSet<String>,
    next: Instant,
    glance: Instant,
    came: Instant,
    /// The round that was begun last, and the one in which all was well the last time.
    begun: u32,
    pub(super) round: u32,
}

/// Where a family stands among the others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seat {
    pub(super) number: usize,
    /// Its visitor's number.
    pub(super) visitor: usize,
    pub(super) seed: u64,
    /// The number of its first tab, from 1, and how many there are.
    pub(super) first: usize,
    pub(super) size: usize,
}

impl Family {
    /// Opens its tabs.
    pub(super) async fn open(
        browser: &Browser,
        seat: Seat,
        world: &Arc<World>,
    ) -> Result<Self, String> {
        let askers = Askers::default();
        let door = Door::open(world.desk.port(), askers.clone()).await;
        let door = door.map_err(|error| error.to_string())?;
        let mut plan = Plan::new(seat.seed, seat.visitor, world.tempo);
        let mut dice = Dice(plan.seed());
        let is_shared = seat.size > 1;
        let delivery = match is_shared {
            true => dice.roll(DELIVERIES.len()),
            false => seat.number % DELIVERIES.len(),
        };
        let delivery = DELIVERIES[delivery];
        let mut tabs = Vec::new();
        for number in seat.first..seat.first + seat.size {
            // Every name below `localhost` is this machine, and an origin of its own.
            let origin = format!("http://tab{}.localhost:{}", seat.first, door.port);
            let address = format!("{origin}/?delivery={delivery}&tab={number}");
            tabs.push(Tab::open(browser, number, address).await?);
        }
        let mut tallies = vec![world.tally.clone()];
        tallies.extend(is_shared.then(|| world.shared.clone()));
        let now = Instant::now();
        Ok(Self {
            number: seat.number,
            visitor: seat.visitor,
            world: Arc::clone(world),
            tallies,
            tabs,
            _door: door,
            askers,
            turns: 0,
            turns_before: 0,
            next: now + plan.lead() / 4,
            plan,
            dice,
            story: Story::new(),
            chat: None,
            chats: 0,
            past: HashSet::new(),
            glance: now,
            came: now,
            begun: 0,
            round: 0,
        })
    }

    /// What a tab is called where its memory is told. The first one of all never loads another page if it is alone.
    pub(super) fn name_of(&self, tab: &Tab) -> String {
        let life = match (self.is_settled(), self.is_shared()) {
            (true, _) => " (one page)",
            (false, true) => " (shared)",
            (false, false) => "",
        };
        format!("{}{life}", tab.name())
    }

    fn is_settled(&self) -> bool {
        self.number == 0 && !self.is_shared()
    }

    fn is_shared(&self) -> bool {
        self.tabs.len() > 1
    }

    /// Does what is due.
    pub(super) async fn attend(
        &mut self,
        browser: &Browser,
        weather: Weather,
    ) -> Result<(), String> {
        let now = Instant::now();
        let calm = weather != Weather::Storm;
        self.hear_the_door();
        self.end_spells(browser, calm, now).await?;
        match weather {
            Weather::Hush { round, until } if self.round != round && self.glance <= now => {
                self.glance = now + GLANCE;
                self.hush(browser, round, until).await
            }
            Weather::Calm | Weather::Storm if self.next <= now => self.go_on(browser, calm).await,
            Weather::Hush { .. } | Weather::Calm | Weather::Storm | Weather::Over => Ok(()),
        }
    }

    async fn go_on(&mut self, browser: &Browser, calm: bool) -> Result<(), String> {
        let (pause, deed) = self.plan.deed();
        // Each tab is used as often as one that is alone.
        self.next = Instant::now() + pause / self.tabs.len() as u32;
        let Some(place) = self.choose() else {
            return Ok(());
        };
        let state = self.see(browser, place).await?;
        match state.as_str() {
            // The network was gone when it was to be loaded.
            "none" => self.tabs[place].load(browser).await,
            "idle" if self.chat.is_none() => self.begin(browser, place).await,
            "idle" => self.find(browser, place).await,
            "failed" => {
                self.leave("chats that could not begin");
                glass::press(browser, "chat.reset()").await
            }
            "ended" => self.close(browser, place).await.map(drop),
            // It was given up, and is there after all.
            _ if self.chat.is_none() => glass::press(browser, "chat.end().catch(() => 0)").await,
            _ => self.act(browser, place, deed, calm).await,
        }
    }

    /// A tab in which somebody can write.
    fn choose(&mut self) -> Option<usize> {
        let usable: Vec<usize> = (0..self.tabs.len())
            .filter(|place| self.tabs[*place].is_usable())
            .collect();
        match usable.as_slice() {
            [] => None,
            [alone] => Some(*alone),
            several => Some(several[self.dice.roll(several.len())]),
        }
    }

    /// How the chat stands in this tab; calls an agent to its service.
    async fn see(&mut self, browser: &Browser, place: usize) -> Result<String, String> {
        let mut seen = self.tabs[place].see(browser).await?;
        if seen.state == "ended" && self.shows_the_past(browser, place).await? {
            // Its page was frozen, or gone, while its chat ended and another one began in another tab. Its visitor goes on.
            self.count("tabs that learnt late that a chat is over");
            glass::press(browser, "chat.reset(); soak.service = soak.end = null").await?;
            "idle".clone_into(&mut seen.state);
        }
        if let Some(chat) = &mut self.chat {
            let service = seen.service.filter(|service| !self.past.contains(service));
            chat.was_mute |= self.world.is_mute();
            chat.attend(service, &self.world.desk);
            chat.is_begun |= matches!(seen.state.as_str(), "active" | "waiting");
            if !matches!(seen.state.as_str(), "idle" | "none") {
                chat.gone = None;
            }
        }
        Ok(seen.state)
    }

    /// Whether what stands in this tab, which was turned to, is a chat before the one that goes on: its page has asked for
    /// that one last, or all that it shows was said in another one.
    async fn shows_the_past(&self, browser: &Browser, place: usize) -> Result<bool, String> {
        let Some(chat) = &self.chat else {
            return Ok(false);
        };
        let asked = self.tabs[place].asked();
        if asked.is_some_and(|service| self.past.contains(service)) {
            return Ok(true);
        }
        let lines = glass::lines(browser).await?;
        let said = || lines.iter().filter(|line| matches!(line, Line::Said(..)));
        Ok(said().count() > 0 && !said().any(|line| line.is_of(&chat.name)))
    }

    fn tell(&self, place: usize, what: impl std::fmt::Display) {
        self.story
            .tell(format_args!("{}: {what}", self.tabs[place].name()));
    }

    fn count(&self, what: &'static str) {
        for tally in &self.tallies {
            tally.count(what);
        }
    }

    fn blame(&self, whose: &str, harm: Harm, what: &str) {
        for tally in &self.tallies {
            tally.blame(whose, harm, what.to_owned());
        }
    }

    /// The chat was given up before anybody could judge it.
    fn leave(&mut self, why: &'static str) {
        if self.chat.is_some() {
            self.count(why);
            self.forget();
        }
    }

    fn forget(&mut self) {
        let service = self.chat.take().and_then(|chat| chat.service);
        self.past.extend(service);
        for tally in &self.tallies {
            tally.forget(self.visitor);
        }
    }
}
