//! Ways of a visitor between his tabs and out of them: reloads, other pages, closed and crashed tabs, and back.

use tokio::time::{Duration, Instant};

use crate::browser::Browser;
use crate::judge::Harm;

use super::Family;
use crate::tabs::glass;
use crate::tabs::spell::Spell;

/// How long a crashed tab stays away.
const CRASHED_FOR: Duration = Duration::from_secs(1);
/// A chat that was there is somewhere after this, however long its page takes to load.
const FOUND_WITHIN: Duration = Duration::from_secs(8);
/// How often a tab is come to.
const COME_AGAIN: Duration = Duration::from_secs(4);

impl Family {
    pub(super) async fn reload(&mut self, browser: &Browser, place: usize) -> Result<(), String> {
        if self.is_settled() || !self.tabs[place].is_free() {
            return Ok(());
        }
        self.count("reloads");
        if self.leads(place) {
            self.count("leading tabs reloaded");
        }
        self.tell(place, "reloads");
        browser.reload().await
    }

    /// The tab crashes, where another one has the chat; a tab that is alone reloads.
    pub(super) async fn crash(&mut self, browser: &Browser, place: usize) -> Result<(), String> {
        if !self.is_shared() {
            return self.reload(browser, place).await;
        }
        self.suffer(browser, place, Spell::Crashed, CRASHED_FOR)
            .await
    }

    /// To another page, or out of the browser where another tab has the chat.
    pub(super) async fn go_away(
        &mut self,
        browser: &Browser,
        place: usize,
        time: Duration,
    ) -> Result<(), String> {
        let spell = match self.is_shared() {
            true => match self.dice.roll(3) {
                0 => Spell::Closed,
                way => Spell::Away { back: way == 1 },
            },
            false => Spell::Away {
                back: self.chats.is_multiple_of(2),
            },
        };
        if self.is_settled() {
            return Ok(());
        }
        self.suffer(browser, place, spell, time).await
    }

    pub(super) async fn sleep(
        &mut self,
        browser: &Browser,
        place: usize,
        time: Duration,
    ) -> Result<(), String> {
        self.suffer(browser, place, Spell::Frozen, time).await
    }

    pub(super) async fn suffer(
        &mut self,
        browser: &Browser,
        place: usize,
        spell: Spell,
        time: Duration,
    ) -> Result<(), String> {
        if !self.tabs[place].is_free() {
            return Ok(());
        }
        let mut neighbour = None;
        if spell.takes_the_page() && self.is_shared() {
            // Somebody has to keep the chat.
            let Some(other) = self.other_with_chat(browser, place).await? else {
                return Ok(());
            };
            neighbour = Some(self.tabs[other].window());
            self.tabs[place].turn_to(browser).await?;
        }
        self.count(spell.name());
        if self.leads(place)
            && let Some(name) = spell.name_of_leader()
        {
            self.count(name);
        }
        self.tell(place, format_args!("{spell:?} for {time:?}"));
        let tab = &mut self.tabs[place];
        tab.suffer(browser, spell, time, neighbour.as_ref()).await
    }

    /// Ends what is over. While a chat ends, nobody comes back to it who was away.
    pub(super) async fn end_spells(
        &mut self,
        browser: &Browser,
        calm: bool,
        now: Instant,
    ) -> Result<(), String> {
        let is_ending = self.chat.as_ref().is_some_and(|chat| chat.ending.is_some());
        for place in 0..self.tabs.len() {
            let waits = self.is_shared() && is_ending && !self.tabs[place].is_there();
            if !self.tabs[place].is_due(calm, now) || waits {
                continue;
            }
            let was_there = self.tabs[place].is_there();
            let stays = |tab: &&crate::tabs::tab::Tab| tab.is_there();
            let others = self.tabs.iter().filter(stays);
            let neighbour = others.map(|tab| tab.window()).next();
            self.tell(place, "is as before");
            self.tabs[place]
                .recover(browser, neighbour.as_ref())
                .await?;
            if !was_there && self.is_shared() {
                // Whatever ended on its page before was another chat.
                glass::press(browser, "if (window.soak) soak.end = null").await?;
            }
        }
        Ok(())
    }

    /// This tab shows no chat although there is one: another tab has it, or nobody.
    pub(super) async fn find(&mut self, browser: &Browser, place: usize) -> Result<(), String> {
        if self.other_with_chat(browser, place).await?.is_some() {
            if self.came.elapsed() > COME_AGAIN {
                self.came = Instant::now();
                self.count("tabs that came to the chat of another");
                self.tell(place, "comes to the chat");
                self.tabs[place].come_to(browser).await?;
            }
            return Ok(());
        }
        let Some(chat) = &mut self.chat else {
            return Ok(());
        };
        if self.tabs.iter().any(|tab| !tab.is_there()) {
            return Ok(());
        }
        let since = *chat.gone.get_or_insert_with(Instant::now);
        if since.elapsed() < FOUND_WITHIN {
            return Ok(());
        }
        if chat.is_begun {
            let name = chat.name.clone();
            self.blame(&name, Harm::Lost, "no tab shows the chat any more");
            self.keep_story(&name, "no tab shows the chat any more");
        }
        // The page was gone before there was anything to keep.
        self.leave("chats left before they were kept");
        Ok(())
    }

    /// Another tab that shows a chat.
    async fn other_with_chat(
        &mut self,
        browser: &Browser,
        place: usize,
    ) -> Result<Option<usize>, String> {
        for other in 0..self.tabs.len() {
            if other == place || !self.tabs[other].is_there() {
                continue;
            }
            let state = self.see(browser, other).await?;
            if matches!(
                state.as_str(),
                "waiting" | "active" | "connecting" | "ending"
            ) {
                return Ok(Some(other));
            }
        }
        Ok(None)
    }

    /// Whether no tab shows another chat. One that does goes back to its form.
    pub(super) async fn are_all_idle(&mut self, browser: &Browser) -> Result<bool, String> {
        if !self.is_shared() {
            return Ok(true);
        }
        let mut are_idle = true;
        for place in 0..self.tabs.len() {
            if !self.tabs[place].is_there() {
                continue;
            }
            let state = self.see(browser, place).await?;
            match state.as_str() {
                "idle" => glass::press(browser, "soak.service = soak.end = null").await?,
                "ended" | "failed" => {
                    are_idle = false;
                    glass::press(browser, "chat.reset()").await?;
                }
                _ => are_idle = false,
            }
        }
        Ok(are_idle)
    }

    /// Whether this tab has asked last.
    fn leads(&self, place: usize) -> bool {
        self.is_shared() && self.askers.last() == Some(self.tabs[place].number)
    }

    /// Takes note of what the door has seen since.
    pub(super) fn hear_the_door(&mut self) {
        if !self.is_shared() {
            return;
        }
        let turns = self.askers.turns();
        for _ in self.turns..turns {
            self.count("hand-overs between tabs");
        }
        if turns > self.turns {
            self.story
                .tell(format_args!("tab {:?} leads now", self.askers.last()));
        }
        self.turns = turns;
        let name = self.chat.as_ref().map_or("family", |chat| &chat.name);
        let name = name.to_owned();
        for crowd in self.askers.crowds() {
            self.blame(&name, Harm::Crowded, &crowd);
            self.keep_story(&name, &crowd);
        }
        for end in self.askers.parted() {
            self.story.tell(&end);
            self.keep_story(&name, &end);
        }
    }
}
