//! One tab: what its visitor does with keys and buttons, and what stands on its screen.

use std::sync::Arc;

use fantoccini::wd::WindowHandle;
use tokio::time::{Duration, Instant};

use crate::agent::Word;
use crate::browser::Browser;
use crate::gms::Truth;
use crate::judge::{Demands, Harm, LAST_WORD, Line, Standing, Typed, Verdict, judge};
use crate::plan::{Deed, Ending, Plan};
use crate::visitor::World;
use crate::weather::Weather;

use super::chat::Chat;
use super::glass::{self, State};
use super::spell::Spell;

/// Enter, and Control with A.
const ENTER: char = '\u{e007}';
const ALL: &str = "\u{e009}a\u{e000}";
/// How often a chat is held against the server until it agrees.
const GLANCE: Duration = Duration::from_secs(1);
/// A chat that somebody has ended is over on the screen after this at the latest.
const ENDED_WITHIN: Duration = Duration::from_secs(240);

/// A tab and its visitor.
pub(super) struct Tab {
    pub(super) number: usize,
    visitor: usize,
    window: WindowHandle,
    world: Arc<World>,
    address: String,
    plan: Plan,
    chat: Option<Chat>,
    chats: usize,
    next: Instant,
    glance: Instant,
    spell: Option<(Spell, Instant)>,
    /// The round in which all was well the last time.
    pub(super) round: u32,
}

impl Tab {
    pub(super) fn new(
        number: usize,
        first: usize,
        seed: u64,
        window: WindowHandle,
        world: &Arc<World>,
        port: u16,
    ) -> Self {
        let visitor = first + number;
        let mut plan = Plan::new(seed, visitor, world.tempo);
        let delivery = ["cometd", "poll", "auto", "cometd&service=request-chat-poll"];
        let delivery = delivery[number % delivery.len()];
        // Every name below `localhost` is this machine, and an origin of its own.
        let host = format!("tab{}.localhost", number + 1);
        Self {
            number,
            visitor,
            window,
            world: Arc::clone(world),
            address: format!("http://{host}:{port}/?delivery={delivery}"),
            next: Instant::now() + plan.lead() / 4,
            plan,
            chat: None,
            chats: 0,
            glance: Instant::now(),
            spell: None,
            round: 0,
        }
    }

    /// What it is called, with what it lives through: the first one never loads another page.
    pub(super) fn name(&self) -> String {
        let life = if self.is_settled() { " (one page)" } else { "" };
        format!("tab {}{life}", self.number + 1)
    }

    fn is_settled(&self) -> bool {
        self.number == 0
    }

    pub(super) async fn load(&mut self, browser: &Browser) -> Result<(), String> {
        browser.visit(&self.address).await
    }

    /// Does what is due.
    pub(super) async fn attend(
        &mut self,
        browser: &Browser,
        weather: Weather,
    ) -> Result<(), String> {
        let now = Instant::now();
        let calm = weather != Weather::Storm;
        let is_due = match weather {
            Weather::Over => false,
            Weather::Hush { round, .. } => self.round != round && self.glance <= now,
            Weather::Calm | Weather::Storm => self.next <= now,
        };
        let spell_ends = self.spell.is_some_and(|(_, end)| calm || end <= now);
        if !is_due && !spell_ends {
            return Ok(());
        }
        browser.turn_to(&self.window).await?;
        if spell_ends {
            self.end_spell(browser).await?;
        }
        match weather {
            Weather::Hush { round, until } => {
                self.glance = now + GLANCE;
                self.hush(browser, round, until).await
            }
            Weather::Calm | Weather::Storm if is_due => self.go_on(browser, calm).await,
            Weather::Calm | Weather::Storm | Weather::Over => Ok(()),
        }
    }

    async fn go_on(&mut self, browser: &Browser, calm: bool) -> Result<(), String> {
        let (pause, deed) = self.plan.deed();
        self.next = Instant::now() + pause;
        if self.spell.is_some_and(|(spell, _)| spell.takes_the_keys()) {
            return Ok(());
        }
        let state = self.see(browser).await?;
        match state.as_str() {
            // The network was gone when it was to be loaded.
            "none" => self.load(browser).await,
            "idle" if self.chat.is_none() => self.begin(browser).await,
            // The page was gone before there was anything to keep.
            "idle" => {
                self.world.tally.count("chats left before they were kept");
                self.world.tally.forget(self.visitor);
                self.chat = None;
                Ok(())
            }
            "failed" => {
                self.world.tally.count("chats that could not begin");
                self.world.tally.forget(self.visitor);
                self.chat = None;
                glass::press(browser, "chat.reset()").await
            }
            "ended" => self.close(browser).await,
            _ => self.act(browser, deed, calm).await,
        }
    }

    /// How the chat stands; calls an agent to its service.
    async fn see(&mut self, browser: &Browser) -> Result<String, String> {
        let State { state, service, .. } = glass::state(browser).await?;
        if let Some(chat) = &mut self.chat {
            chat.was_mute |= self.world.is_mute();
            chat.attend(service, &self.world.desk);
        }
        Ok(state)
    }

    async fn begin(&mut self, browser: &Browser) -> Result<(), String> {
        let name = format!("t{}.{}", self.number + 1, self.chats + 1);
        glass::press(browser, "chat.open(); soak.service = soak.end = null").await?;
        let subject = format!("{ALL}Soak {name}");
        if !glass::fill_in(browser, &subject).await? {
            return Ok(());
        }
        self.chats += 1;
        self.world.tally.count("chats begun");
        self.chat = Some(Chat::begin(name, self.plan.chat()));
        glass::press(browser, "root.querySelector('[part=start]').click()").await
    }

    async fn act(&mut self, browser: &Browser, deed: Deed, calm: bool) -> Result<(), String> {
        let Some(chat) = &mut self.chat else {
            return Ok(());
        };
        chat.deeds += 1;
        if let Some(until) = chat.ending {
            if until <= Instant::now() {
                let what = "it does not end".to_owned();
                self.world.tally.blame(&chat.name, Harm::Open, what);
                self.chat = None;
                return glass::press(browser, "chat.reset()").await;
            }
            return Ok(());
        }
        if chat.deeds > chat.plan.deeds {
            return self.end(browser).await;
        }
        match deed {
            Deed::Say | Deed::Type => self.say(browser).await,
            Deed::Answer(lines) => {
                for _ in 0..lines {
                    chat.answer(&self.plan.words());
                }
                Ok(())
            }
            Deed::AgentTypes => {
                chat.tell_agent(Word::Types);
                Ok(())
            }
            Deed::Transfer => {
                chat.tell_agent(Word::Transfer);
                Ok(())
            }
            Deed::Retry => {
                const RETRY: &str = "[...root.querySelectorAll('.failed')].find((one) =>
                    one.textContent.includes('Not sent'))?.querySelector('[part=retry]').click()";
                glass::press(browser, RETRY).await
            }
            Deed::Notice | Deed::Discard => Ok(()),
            Deed::Reload | Deed::Crash if !self.is_settled() && self.spell.is_none() => {
                self.world.tally.count("reloads");
                browser.reload().await
            }
            Deed::Away(time) if !self.is_settled() => {
                let back = self.chats.is_multiple_of(2);
                self.suffer(browser, Spell::Away { back }, time).await
            }
            Deed::Reload | Deed::Crash | Deed::Away(_) => Ok(()),
            Deed::Hide(time) => self.suffer(browser, Spell::Hidden, time).await,
            Deed::Offline(_) | Deed::Silence(_) if calm => Ok(()),
            Deed::Sleep(_) | Deed::Switch if calm => Ok(()),
            Deed::Offline(time) | Deed::Silence(time) => {
                self.suffer(browser, Spell::Offline, time).await
            }
            Deed::Switch => {
                self.suffer(browser, Spell::Offline, Duration::from_millis(100))
                    .await
            }
            Deed::Sleep(time) => self.suffer(browser, Spell::Frozen, time).await,
        }
    }

    async fn say(&mut self, browser: &Browser) -> Result<(), String> {
        let Some(chat) = &mut self.chat else {
            return Ok(());
        };
        let words = self.plan.words();
        let text = format!("v{}.{} {words}", chat.name, chat.typed.len() + 1);
        let keys = format!("{ALL}{text}{ENTER}");
        // Whatever happens from here on, it may have been sent.
        chat.typed.push(Typed {
            text,
            standing: Standing::Torn,
        });
        let place = chat.typed.len() - 1;
        if !glass::write(browser, &keys).await? {
            return Ok(());
        }
        self.world.tally.count("messages typed");
        let draft = glass::draft(browser).await?;
        if draft == ""
            && let Some(chat) = &mut self.chat
        {
            chat.typed[place].standing = Standing::Typed;
        }
        Ok(())
    }

    async fn end(&mut self, browser: &Browser) -> Result<(), String> {
        let Some(chat) = &mut self.chat else {
            return Ok(());
        };
        chat.ending = Some(Instant::now() + ENDED_WITHIN);
        match chat.plan.ending {
            Ending::Agent => {
                chat.tell_agent(Word::End);
                Ok(())
            }
            Ending::Visitor | Ending::Goodbye => {
                glass::press(browser, "chat.end().catch(() => 0)").await
            }
        }
    }

    /// Something begins that lasts. Of two, the first goes on.
    async fn suffer(
        &mut self,
        browser: &Browser,
        spell: Spell,
        time: Duration,
    ) -> Result<(), String> {
        if self.spell.is_some() {
            return Ok(());
        }
        self.world.tally.count(match spell {
            Spell::Away { .. } => "other pages",
            Spell::Hidden => "pages hidden",
            Spell::Offline => "times offline",
            Spell::Frozen => "sleeps",
        });
        self.spell = Some((spell, Instant::now() + time));
        spell.begin(browser, &self.address).await
    }

    async fn end_spell(&mut self, browser: &Browser) -> Result<(), String> {
        match self.spell.take() {
            Some((spell, _)) => spell.end(browser, &self.address).await,
            None => Ok(()),
        }
    }

    async fn hush(&mut self, browser: &Browser, round: u32, until: Instant) -> Result<(), String> {
        let is_late = Instant::now() >= until;
        let state = self.see(browser).await?;
        let is_well = match state.as_str() {
            "ended" => {
                self.close(browser).await?;
                true
            }
            "idle" | "failed" => true,
            "active" | "waiting" => self.agrees(browser, is_late).await?,
            _ => false,
        };
        if is_late && !is_well {
            let name = self.chat.as_ref().map_or("tab", |chat| &chat.name);
            let what = format!("it has not come to rest ({state})");
            self.world.tally.blame(name, Harm::Open, what);
        }
        if is_well || is_late {
            self.round = round;
        }
        Ok(())
    }

    /// Whether what is on the screen is what the server has.
    async fn agrees(&mut self, browser: &Browser, is_late: bool) -> Result<bool, String> {
        let Some(chat) = &mut self.chat else {
            return Ok(true);
        };
        if self.world.is_mute() && chat.last_word.elapsed() > LAST_WORD && !is_late {
            chat.last_word = Instant::now();
            chat.answer("may be the last word");
            return Ok(false);
        }
        if chat.ending.is_some() && !is_late {
            return Ok(false);
        }
        let Some((verdict, lines, truth)) = self.judge(browser, true).await? else {
            return Ok(false);
        };
        let is_clean = verdict.harms.is_empty();
        let Some(chat) = &self.chat else {
            return Ok(true);
        };
        if is_clean || is_late {
            self.world
                .keep_evidence(&chat.name, &verdict, &lines, &truth, "");
            self.world.tally.look(self.visitor, &chat.name, verdict);
        }
        Ok(is_clean)
    }

    /// The chat is over on the screen.
    async fn close(&mut self, browser: &Browser) -> Result<(), String> {
        let end = glass::state(browser).await?.end;
        let was_mute = self.chat.as_ref().is_some_and(|chat| chat.was_mute);
        let end = !was_mute && matches!(end.as_deref(), Some("agent" | "server" | "idle"));
        let judged = self.judge(browser, end).await?;
        if let Some(chat) = self.chat.take() {
            let tally = &self.world.tally;
            match judged {
                Some((verdict, lines, truth)) => {
                    tally.count("chats ended");
                    self.world
                        .keep_evidence(&chat.name, &verdict, &lines, &truth, "");
                    tally.close(self.visitor, &chat.name, verdict);
                }
                None => {
                    tally.count("chats that the server has forgotten");
                    tally.forget(self.visitor);
                }
            }
        }
        glass::press(browser, "root.querySelector('[part=again]')?.click()").await
    }

    async fn judge(
        &self,
        browser: &Browser,
        end: bool,
    ) -> Result<Option<(Verdict, Vec<Line>, Truth)>, String> {
        let Some(chat) = &self.chat else {
            return Ok(None);
        };
        let Some(service) = &chat.service else {
            return Ok(None);
        };
        let Some(truth) = self.world.desk.truth(service).await? else {
            return Ok(None);
        };
        let lines = glass::lines(browser).await?;
        let demands = Demands { settled: true, end };
        let verdict = judge(&lines, &truth.messages, &chat.typed, demands);
        Ok(Some((verdict, lines, truth)))
    }

    /// Bytes of the heap and of the wasm's memory.
    pub(super) async fn weigh(&self, browser: &Browser) -> Result<[Option<f64>; 2], String> {
        glass::weigh(browser, &self.window).await
    }
}
