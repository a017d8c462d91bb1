//! One chat of a visitor: its pages one after the other, its agent, and what was typed in it.

mod look;

use std::sync::Arc;

use gms_chat_protocol::PageEvent;
use gms_chat_protocol::chat::{Command, Config, Phase, Visitor};
use tokio::time::{Duration, Instant, sleep_until};

use super::World;
use crate::agent::{Agent, Word};
use crate::judge::{Harm, Standing, Typed};
use crate::kept::Kept;
use crate::link::{Link, Net};
use crate::page::Page;
use crate::plan::{self, Deed, Ending, Plan};
use crate::story::Story;

/// A chat that somebody has ended is over on the screen after this at the latest.
const ENDED_WITHIN: Duration = Duration::from_secs(240);

/// From the start to the end.
#[derive(Debug)]
pub(crate) struct Chat {
    name: String,
    world: Arc<World>,
    story: Story,
    config: Config,
    visitor: Visitor,
    plan: plan::Chat,
    /// None while the visitor is on another page.
    page: Option<Page>,
    kept: Option<Kept>,
    typed: Vec<Typed>,
    service: Option<String>,
    agent: Option<Agent>,
    /// Lines of the agent.
    answers: usize,
    deeds: usize,
    spell: Option<(Spell, Instant)>,
    ending: Option<Instant>,
    said_goodbye: bool,
    /// Nothing was left of it when its page ended.
    is_abandoned: bool,
    /// Whether the server has ever been mute in it, and when the agent has said a last word.
    was_mute: bool,
    last_word: Instant,
}

/// What lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spell {
    Away,
    Hidden,
    Offline,
    Silent,
    Asleep,
}

/// Whether the chat goes on after a deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    GoesOn,
    Goodbye,
}

impl Chat {
    pub(crate) fn begin(
        name: String,
        config: Config,
        plan: &mut Plan,
        world: &Arc<World>,
        link: &Link,
    ) -> Self {
        let drawn = plan.chat();
        let service = if drawn.is_delayed {
            "request-chat-poll"
        } else {
            "request-chat"
        };
        let config = Config {
            delivery: drawn.delivery,
            service: service.to_owned(),
            ..config
        };
        let visitor = Visitor {
            first_name: "Ada".to_owned(),
            subject: format!("Soak {name}"),
            ..Visitor::default()
        };
        let story = Story::new();
        let mut page = Page::load(config.clone(), plan.seed(), &story);
        page.want(Command::Start(visitor.clone()), link);
        Self {
            name,
            world: Arc::clone(world),
            story,
            config,
            visitor,
            plan: drawn,
            page: Some(page),
            kept: None,
            typed: Vec::new(),
            service: None,
            agent: None,
            answers: 0,
            deeds: 0,
            spell: None,
            ending: None,
            said_goodbye: false,
            is_abandoned: false,
            was_mute: false,
            last_word: Instant::now(),
        }
    }

    /// Whether there is nothing more to come.
    pub(crate) fn is_at_its_end(&self) -> bool {
        let is_over = self.page.as_ref().is_some_and(|page| match page.phase {
            Phase::Ended(_) | Phase::Failed(_) => true,
            Phase::Idle | Phase::Restoring | Phase::Connecting => false,
            Phase::Waiting | Phase::Active | Phase::Ending => false,
        });
        let is_late = self.ending.is_some_and(|until| until <= Instant::now());
        is_over || is_late || self.is_abandoned
    }

    /// Whether the visitor can do nothing now.
    pub(crate) fn is_away_from_the_keys(&self) -> bool {
        matches!(self.spell, Some((Spell::Away | Spell::Asleep, _)))
    }

    /// Runs until something has happened, or until this moment. It may be given up at any time.
    pub(crate) async fn run(&mut self, until: Instant, link: &Link) {
        self.attend();
        let until = self.spell.map_or(until, |(_, end)| end.min(until));
        let is_asleep = matches!(self.spell, Some((Spell::Asleep, _)));
        match &mut self.page {
            Some(page) if !is_asleep => page.run(until, link).await,
            Some(_) | None => sleep_until(until).await,
        }
        self.attend();
    }

    /// Calls an agent to the service that the page has got.
    fn attend(&mut self) {
        self.was_mute |= self.world.is_mute();
        let Some(service) = self.page.as_ref().and_then(|page| page.service.clone()) else {
            return;
        };
        if self
            .agent
            .as_ref()
            .is_none_or(|agent| agent.service != service)
        {
            let agent = Agent::call(&self.world.desk, service.clone(), self.plan.wait);
            self.agent = Some(agent);
        }
        self.service = Some(service);
    }

    /// Does the next thing. `calm`: nothing may go wrong.
    pub(crate) fn go_on(&mut self, deed: Deed, calm: bool, plan: &mut Plan, link: &Link) -> Turn {
        self.story.tell(format_args!("{deed:?}"));
        self.deeds += 1;
        if self.ending.is_some() {
            return Turn::GoesOn;
        }
        if self.deeds > self.plan.deeds {
            return self.end(link);
        }
        match deed {
            Deed::Say => self.say(plan, link),
            Deed::Type => self.want(Command::Typing, link),
            Deed::Notice => self.want(Command::Notice("a notice".to_owned()), link),
            Deed::Answer(lines) => {
                for _ in 0..lines {
                    self.answer(&plan.words());
                }
            }
            Deed::AgentTypes => self.tell_agent(Word::Types),
            Deed::Transfer => self.tell_agent(Word::Transfer),
            Deed::Retry => self.mend(false, link),
            Deed::Discard => self.mend(true, link),
            Deed::Reload => self.reload(plan, link),
            Deed::Away(time) => self.suffer(Spell::Away, time, link),
            Deed::Hide(time) => self.suffer(Spell::Hidden, time, link),
            Deed::Crash | Deed::Switch if calm => {}
            Deed::Offline(_) | Deed::Silence(_) | Deed::Sleep(_) if calm => {}
            Deed::Crash => self.crash(plan, link),
            Deed::Switch => {
                self.world.tally.count("switches of network");
                link.cut();
            }
            Deed::Offline(time) => self.suffer(Spell::Offline, time, link),
            Deed::Silence(time) => self.suffer(Spell::Silent, time, link),
            Deed::Sleep(time) => self.suffer(Spell::Asleep, time, link),
        }
        Turn::GoesOn
    }

    fn answer(&mut self, words: &str) {
        self.answers += 1;
        let text = format!("a{}.{} {words}", self.name, self.answers);
        self.tell_agent(Word::Say(text));
    }

    fn end(&mut self, link: &Link) -> Turn {
        self.ending = Some(Instant::now() + ENDED_WITHIN);
        match self.plan.ending {
            Ending::Visitor => self.want(Command::End, link),
            Ending::Agent => self.tell_agent(Word::End),
            Ending::Goodbye => {
                if let Some(page) = &mut self.page {
                    page.say_goodbye(link);
                }
                self.said_goodbye = true;
                return Turn::Goodbye;
            }
        }
        Turn::GoesOn
    }

    fn say(&mut self, plan: &mut Plan, link: &Link) {
        let Some(page) = &mut self.page else { return };
        let text = format!("v{}.{} {}", self.name, self.typed.len() + 1, plan.words());
        self.world.tally.count("messages typed");
        self.typed.push(Typed {
            text: text.clone(),
            standing: Standing::Typed,
        });
        page.say(text, link);
    }

    /// Deals with a message that has failed.
    fn mend(&mut self, discard: bool, link: &Link) {
        let Some(page) = &mut self.page else { return };
        let Some((key, text)) = page.screen.failed() else {
            return;
        };
        if discard {
            for typed in self.typed.iter_mut().filter(|typed| typed.text == text) {
                typed.standing = Standing::Discarded;
            }
            page.want(Command::Discard(key), link);
        } else {
            self.world.tally.count("messages tried again");
            page.want(Command::Retry(key), link);
        }
    }

    fn want(&mut self, command: Command, link: &Link) {
        if let Some(page) = &mut self.page {
            page.want(command, link);
        }
    }

    fn tell(&mut self, event: PageEvent, link: &Link) {
        if let Some(page) = &mut self.page {
            page.tell(event, link);
        }
    }

    fn tell_agent(&self, word: Word) {
        if let Some(agent) = &self.agent {
            agent.tell(word);
        }
    }

    fn reload(&mut self, plan: &mut Plan, link: &Link) {
        self.world.tally.count("reloads");
        self.leave();
        self.come_back(plan.seed(), link);
    }

    /// The page goes in order.
    fn leave(&mut self) {
        self.kept = self.page.take().and_then(Page::leave);
        self.is_abandoned = self.kept.is_none();
    }

    fn crash(&mut self, plan: &mut Plan, link: &Link) {
        self.world.tally.count("crashes");
        let Some(page) = self.page.take() else { return };
        let unsaved = self.typed.iter_mut().skip(page.saved);
        for typed in unsaved.filter(|typed| typed.standing == Standing::Typed) {
            typed.standing = Standing::Torn;
        }
        self.kept = page.kept;
        self.come_back(plan.seed(), link);
    }

    /// A new page takes the chat up.
    fn come_back(&mut self, seed: u64, link: &Link) {
        let Some(kept) = self.kept.take() else {
            self.is_abandoned = true;
            return;
        };
        let mut page = Page::load(self.config.clone(), seed, &self.story);
        if !page.take_up(kept, self.visitor.clone(), self.typed.len(), link) {
            let what = "what a page has left was not taken up".to_owned();
            self.blame(Harm::Lost, what);
            self.is_abandoned = true;
        }
        self.page = Some(page);
    }

    /// Something begins that lasts. Of two, the first goes on.
    fn suffer(&mut self, spell: Spell, time: Duration, link: &Link) {
        if self.spell.is_some() || self.page.is_none() {
            return;
        }
        match spell {
            Spell::Away => {
                self.world.tally.count("other pages");
                self.leave();
            }
            Spell::Hidden => {
                self.world.tally.count("pages hidden");
                self.tell(PageEvent::Hidden, link);
            }
            Spell::Offline => {
                self.world.tally.count("times offline");
                link.set(Net::Down);
                self.tell(PageEvent::Offline, link);
            }
            Spell::Silent => {
                self.world.tally.count("silent networks");
                link.set(Net::Dead);
            }
            Spell::Asleep => {
                self.world.tally.count("sleeps");
                link.set(Net::Dead);
            }
        }
        self.spell = Some((spell, Instant::now() + time));
    }

    /// Ends what has lasted long enough, or everything when it has to be calm.
    pub(crate) fn end_spell(&mut self, now: Instant, calm: bool, link: &Link) {
        let Some((spell, _)) = self.spell.filter(|(_, end)| calm || *end <= now) else {
            return;
        };
        self.spell = None;
        match spell {
            Spell::Away => self.come_back(self.typed.len() as u64, link),
            Spell::Hidden => self.tell(PageEvent::Visible, link),
            Spell::Offline => {
                link.set(Net::Up);
                self.tell(PageEvent::Online, link);
            }
            Spell::Silent => link.set(Net::Up),
            Spell::Asleep => {
                link.set(Net::Up);
                // Some browsers say so, and some have only a timer that is late.
                if self.typed.len().is_multiple_of(2) {
                    self.tell(PageEvent::Awake, link);
                }
            }
        }
    }
}
