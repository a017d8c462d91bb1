//! One tab: what its visitor does with keys and buttons, and what stands on its screen.

use std::sync::Arc;

use fantoccini::wd::WindowHandle;
use serde_json::{Value, json};
use tokio::time::{Duration, Instant};

use crate::agent::{Agent, Word};
use crate::browser::Browser;
use crate::gms::Truth;
use crate::judge::{Demands, Fated, Harm, Line, Standing, Typed, Verdict, Who, judge};
use crate::plan::{self, Deed, Ending, Plan};
use crate::visitor::World;
use crate::weather::Weather;

/// Enter, and Control with A.
const ENTER: char = '\u{e007}';
const ALL: &str = "\u{e009}a\u{e000}";
/// How often a chat is held against the server until it agrees.
const GLANCE: Duration = Duration::from_secs(1);
/// A chat that somebody has ended is over on the screen after this at the latest.
const ENDED_WITHIN: Duration = Duration::from_secs(240);

const ROOT: &str = "
const chat = document.querySelector('gms-chat');
const root = chat?.shadowRoot;";
const STATE: &str = "return { state: chat?.state ?? null, service: window.soak?.service ?? null, end: window.soak?.end ?? null };";
const BOX: &str = "return root?.querySelector('textarea:not(:disabled)') ?? null;";
const DRAFT: &str = "return root?.querySelector('textarea')?.value ?? '';";
const SUBJECT: &str = "return root?.querySelector('#subject') ?? null;";
const LINES: &str = "
const fate = (row) =>
  !row.querySelector('.told') ? 'sent'
  : !row.querySelector('.failed') ? 'open'
  : row.querySelector('.fate').textContent.startsWith('Not sent') ? 'failed' : 'unproven';
const drawn = (row) => row.matches('[part~=message]')
  ? [[row.matches('[part~=message-mine]'), row.querySelector('[part~=bubble]').textContent, fate(row)]]
  : row.textContent.startsWith('Some messages are missing here') ? [null] : [];
return [...root.querySelectorAll('[role=log] .row')].flatMap(drawn);";
const HEAP: &str =
    "return window.soak.memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);";

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

/// A chat of it.
struct Chat {
    name: String,
    plan: plan::Chat,
    typed: Vec<Typed>,
    service: Option<String>,
    agent: Option<Agent>,
    answers: usize,
    deeds: usize,
    ending: Option<Instant>,
    /// Whether the server has ever been mute in it, and the round in which the agent has said a last word.
    was_mute: bool,
    last_word: u32,
}

/// What lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spell {
    Away { back: bool },
    Hidden,
    Offline,
    Frozen,
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
        let is_away = matches!(
            self.spell,
            Some((Spell::Away { .. } | Spell::Hidden | Spell::Frozen, _))
        );
        if is_away {
            return Ok(());
        }
        let state = self.see(browser).await?;
        match state.as_str() {
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
                self.press(browser, "chat.reset()").await
            }
            "ended" => self.close(browser).await,
            _ => self.act(browser, deed, calm).await,
        }
    }

    /// How the chat stands; calls an agent to its service.
    async fn see(&mut self, browser: &Browser) -> Result<String, String> {
        let seen = browser.look(&[ROOT, STATE].concat()).await?;
        let state = seen["state"].as_str().unwrap_or("none").to_owned();
        if let Some(chat) = &mut self.chat {
            chat.was_mute |= self.world.is_mute();
        }
        if let (Some(chat), Some(service)) = (&mut self.chat, seen["service"].as_str())
            && chat.service.as_deref() != Some(service)
        {
            chat.service = Some(service.to_owned());
            let agent = Agent::call(&self.world.desk, service.to_owned(), chat.plan.wait);
            chat.agent = Some(agent);
        }
        Ok(state)
    }

    async fn begin(&mut self, browser: &Browser) -> Result<(), String> {
        let name = format!("t{}.{}", self.number + 1, self.chats + 1);
        self.press(browser, "chat.open(); soak.service = soak.end = null")
            .await?;
        let subject = format!("{ALL}Soak {name}");
        if !self.type_into(browser, SUBJECT, &subject).await? {
            return Ok(());
        }
        self.chats += 1;
        self.world.tally.count("chats begun");
        self.chat = Some(Chat {
            name,
            plan: self.plan.chat(),
            typed: Vec::new(),
            service: None,
            agent: None,
            answers: 0,
            deeds: 0,
            ending: None,
            was_mute: false,
            last_word: 0,
        });
        self.press(browser, "root.querySelector('[part=start]').click()")
            .await
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
                return self.press(browser, "chat.reset()").await;
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
                self.press(browser, RETRY).await
            }
            Deed::Notice | Deed::Discard => Ok(()),
            Deed::Reload | Deed::Crash if !self.is_settled() => {
                self.world.tally.count("reloads");
                browser.reload().await
            }
            Deed::Away(time) if !self.is_settled() => self.leave(browser, time).await,
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
        if !self.type_into(browser, BOX, &keys).await? {
            return Ok(());
        }
        self.world.tally.count("messages typed");
        let draft = browser.look(&[ROOT, DRAFT].concat()).await?;
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
                self.press(browser, "chat.end().catch(() => 0)").await
            }
        }
    }

    /// To a page without the widget.
    async fn leave(&mut self, browser: &Browser, time: Duration) -> Result<(), String> {
        if self.spell.is_some() {
            return Ok(());
        }
        self.world.tally.count("other pages");
        let back = self.chats.is_multiple_of(2);
        self.spell = Some((Spell::Away { back }, Instant::now() + time));
        let elsewhere = self.address.split("/?").next().unwrap_or_default();
        browser.visit(&format!("{elsewhere}/site.css")).await
    }

    async fn suffer(
        &mut self,
        browser: &Browser,
        spell: Spell,
        time: Duration,
    ) -> Result<(), String> {
        if self.spell.is_some() {
            return Ok(());
        }
        self.spell = Some((spell, Instant::now() + time));
        match spell {
            Spell::Away { .. } => Ok(()),
            Spell::Hidden => {
                self.world.tally.count("pages hidden");
                show(browser, "minimized").await
            }
            Spell::Offline => {
                self.world.tally.count("times offline");
                go_offline(browser, true).await
            }
            Spell::Frozen => {
                self.world.tally.count("sleeps");
                freeze(browser, "frozen").await
            }
        }
    }

    async fn end_spell(&mut self, browser: &Browser) -> Result<(), String> {
        let Some((spell, _)) = self.spell.take() else {
            return Ok(());
        };
        match spell {
            Spell::Away { back: true } => browser.go_back().await,
            Spell::Away { back: false } => browser.visit(&self.address).await,
            Spell::Hidden => show(browser, "normal").await,
            Spell::Offline => go_offline(browser, false).await,
            Spell::Frozen => freeze(browser, "active").await,
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
            "active" | "waiting" => self.agrees(browser, round, is_late).await?,
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
    async fn agrees(
        &mut self,
        browser: &Browser,
        round: u32,
        is_late: bool,
    ) -> Result<bool, String> {
        let Some(chat) = &mut self.chat else {
            return Ok(true);
        };
        if self.world.is_mute() && chat.last_word != round && !is_late {
            chat.last_word = round;
            chat.answer("is the last word");
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
        let end = browser.look(&[ROOT, STATE].concat()).await?;
        let was_mute = self.chat.as_ref().is_some_and(|chat| chat.was_mute);
        let end = !was_mute && matches!(end["end"].as_str(), Some("agent" | "server" | "idle"));
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
        self.press(browser, "root.querySelector('[part=again]')?.click()")
            .await
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
        let drawn = browser.look(&[ROOT, LINES].concat()).await?;
        let lines: Vec<Line> = drawn.as_array().into_iter().flatten().map(line).collect();
        let demands = Demands { settled: true, end };
        let verdict = judge(&lines, &truth.messages, &chat.typed, demands);
        Ok(Some((verdict, lines, truth)))
    }

    /// Bytes of the heap and of the wasm's memory, after a collection of garbage.
    pub(super) async fn weigh(&self, browser: &Browser) -> Result<[Option<f64>; 2], String> {
        browser.turn_to(&self.window).await?;
        // What a finaliser lets go is collected by the next run.
        for _ in 0..3 {
            browser
                .devtools("HeapProfiler.collectGarbage", json!({}))
                .await?;
        }
        let heap = browser.devtools("Runtime.getHeapUsage", json!({})).await?;
        let wasm = browser.look(HEAP).await?;
        // Before the window was opened there is none.
        let wasm = wasm.as_f64().filter(|bytes| *bytes > 0.0);
        Ok([heap["usedSize"].as_f64(), wasm])
    }

    async fn press(&self, browser: &Browser, script: &str) -> Result<(), String> {
        browser.look(&[ROOT, script].concat()).await.map(drop)
    }

    async fn type_into(&self, browser: &Browser, field: &str, keys: &str) -> Result<bool, String> {
        browser.type_into(&[ROOT, field].concat(), keys).await
    }
}

impl Chat {
    fn answer(&mut self, words: &str) {
        self.answers += 1;
        let text = format!("a{}.{} {words}", self.name, self.answers);
        self.tell_agent(Word::Say(text));
    }

    fn tell_agent(&self, word: Word) {
        if let Some(agent) = &self.agent {
            agent.tell(word);
        }
    }
}

fn line(drawn: &Value) -> Line {
    let (Some(mine), Some(text)) = (drawn[0].as_bool(), drawn[1].as_str()) else {
        return Line::Gap;
    };
    let who = if mine { Who::Visitor } else { Who::Agent };
    let fate = match drawn[2].as_str() {
        Some("sent") => Fated::Sent,
        Some("failed") => Fated::Failed,
        Some("unproven") => Fated::Unproven,
        Some(_) | None => Fated::Open,
    };
    Line::Said(who, text.to_owned(), fate)
}

async fn show(browser: &Browser, state: &str) -> Result<(), String> {
    let window = browser
        .devtools("Browser.getWindowForTarget", json!({}))
        .await?;
    let bounds = json!({ "windowId": window["windowId"], "bounds": { "windowState": state } });
    let done = browser.devtools("Browser.setWindowBounds", bounds).await;
    done.map(drop)
}

async fn go_offline(browser: &Browser, is_offline: bool) -> Result<(), String> {
    let conditions = json!({
        "offline": is_offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1
    });
    let done = browser
        .devtools("Network.emulateNetworkConditions", conditions)
        .await;
    done.map(drop)
}

async fn freeze(browser: &Browser, state: &str) -> Result<(), String> {
    let done = browser
        .devtools("Page.setWebLifecycleState", json!({ "state": state }))
        .await;
    done.map(drop)
}
