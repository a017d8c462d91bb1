//! One visitor in a native client: chat after chat, with all that his plan holds.

mod chat;

use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use gms_chat_protocol::chat::{Config, Limits};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::gms::{Desk, Truth};
use crate::judge::Verdict;
use crate::link::{Link, Net};
use crate::plan::Plan;
use crate::tally::Tally;
use crate::weather::{Tempo, Weather};
use chat::{Chat, Turn};

/// How often a chat is held against the server until it agrees.
const GLANCE: Duration = Duration::from_secs(1);

/// What all visitors share.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) desk: Desk,
    pub(crate) tempo: Tempo,
    pub(crate) tally: Tally,
    /// Of chats that several tabs share, which the first one holds too.
    pub(crate) shared: Tally,
    pub(crate) settled: Arc<AtomicUsize>,
    /// Whether the server names no positions where it is asked for what is missing: only what follows can tell then.
    pub(crate) is_mute: Arc<AtomicBool>,
    /// Where evidence goes.
    pub(crate) folder: PathBuf,
}

impl World {
    pub(crate) fn is_mute(&self) -> bool {
        self.is_mute.load(Ordering::Relaxed)
    }

    /// Leaves what may explain a harm, for whoever looks into it.
    pub(crate) fn keep_evidence(
        &self,
        chat: &str,
        verdict: &Verdict,
        lines: impl Debug,
        truth: &Truth,
        story: &str,
    ) {
        if verdict.harms.is_empty() {
            return;
        }
        let harms = &verdict.harms;
        let text = format!("{harms:#?}\n\nscreen {lines:#?}\n\nserver {truth:#?}\n\n{story}\n");
        self.write(chat, &text);
    }

    /// Likewise, of a harm that no look at a screen has shown.
    pub(crate) fn keep_story(&self, chat: &str, what: &str, story: &str) {
        self.write(&format!("{chat}-story"), &format!("{what}\n\n{story}\n"));
    }

    fn write(&self, name: &str, text: &str) {
        // Without it the harm itself is told all the same.
        let _ = std::fs::write(self.folder.join(format!("harm-{name}.txt")), text);
    }
}

/// One of many.
#[derive(Debug)]
pub(crate) struct Visitor {
    number: usize,
    world: Arc<World>,
    weather: watch::Receiver<Weather>,
    link: Link,
    plan: Plan,
    chat: Option<Chat>,
    chats: usize,
    /// When he does the next thing.
    next: Instant,
    /// The round in which he has said last that all is well, and when he looks again.
    round: u32,
    glance: Instant,
}

impl Visitor {
    pub(crate) fn new(
        number: usize,
        seed: u64,
        world: &Arc<World>,
        weather: watch::Receiver<Weather>,
    ) -> Self {
        let mut plan = Plan::new(seed, number, world.tempo);
        let lead = plan.lead();
        Self {
            number,
            world: Arc::clone(world),
            weather,
            link: Link::new(),
            plan,
            chat: None,
            chats: 0,
            next: Instant::now() + lead,
            round: 0,
            glance: Instant::now(),
        }
    }

    /// Chats until the trial is over.
    pub(crate) async fn live(mut self) {
        loop {
            let weather = *self.weather.borrow_and_update();
            match weather {
                Weather::Over => return,
                Weather::Hush { round, until } => self.hush(round, until).await,
                Weather::Calm | Weather::Storm => self.go_on(weather).await,
            }
            if self.chat.as_ref().is_some_and(Chat::is_at_its_end) {
                self.close().await;
            }
            self.wait().await;
        }
    }

    /// Does what is due.
    async fn go_on(&mut self, weather: Weather) {
        let now = Instant::now();
        let calm = weather != Weather::Storm;
        if let Some(chat) = &mut self.chat {
            chat.end_spell(now, calm, &self.link);
            if chat.is_away_from_the_keys() {
                return;
            }
        }
        if self.next > now {
            return;
        }
        if self.chat.is_none() {
            self.begin();
            return;
        }
        let (pause, deed) = self.plan.deed();
        self.next = now + pause;
        let Some(chat) = &mut self.chat else { return };
        match chat.go_on(deed, calm, &mut self.plan, &self.link) {
            Turn::GoesOn => {}
            Turn::Goodbye => self.close().await,
        }
    }

    fn begin(&mut self) {
        self.chats += 1;
        self.world.tally.count("chats begun");
        let name = format!("{}.{}", self.number, self.chats);
        let config = Config {
            user_id: Some(format!("visitor-{}", self.number)),
            limits: Limits {
                network_delay: self.world.tempo.network_delay,
                ..Limits::default()
            },
            ..Config::new(&format!("{}/genesys", self.world.desk.base()))
        };
        let chat = Chat::begin(name, config, &mut self.plan, &self.world, &self.link);
        self.chat = Some(chat);
        self.next = Instant::now() + self.plan.lead() / 4;
    }

    /// Nobody says anything: is everything as it should be?
    async fn hush(&mut self, round: u32, until: Instant) {
        let now = Instant::now();
        if let Some(chat) = &mut self.chat {
            chat.end_spell(now, true, &self.link);
        }
        if self.round == round || self.glance > now {
            return;
        }
        self.glance = now + GLANCE;
        let is_late = now >= until;
        let is_settled = match &mut self.chat {
            Some(chat) => chat.agrees(self.number, is_late).await,
            None => true,
        };
        if is_settled || is_late {
            self.round = round;
            self.world.settled.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The chat is over.
    async fn close(&mut self) {
        let Some(chat) = self.chat.take() else { return };
        self.link.set(Net::Up);
        chat.close(self.number).await;
        self.next = Instant::now() + self.plan.lead();
    }

    /// Until something happens, or something is to be done.
    async fn wait(&mut self) {
        let hush = matches!(*self.weather.borrow(), Weather::Hush { .. });
        let until = match &self.chat {
            // A spell may be over before.
            Some(_) => self.next.min(Instant::now() + GLANCE),
            None => self.next,
        };
        let until = if hush { Instant::now() + GLANCE } else { until };
        let running = async {
            match &mut self.chat {
                Some(chat) => chat.run(until, &self.link).await,
                None => tokio::time::sleep_until(until).await,
            }
        };
        tokio::select! {
            // Whoever makes the weather outlives all visitors.
            _ = self.weather.changed() => {}
            () = running => {}
        }
    }
}
