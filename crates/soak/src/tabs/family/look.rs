//! The chat of a family held against the server's transcript: in a hush, and when it is over.

use tokio::time::{Duration, Instant};

use crate::browser::Browser;
use crate::gms::Truth;
use crate::judge::{Demands, Harm, LAST_WORD, Screen, Stage, Verdict, judge_together};

use super::Family;
use crate::tabs::glass;

/// What is over in one tab is over in the others after this.
const OVER_WITHIN: Duration = Duration::from_secs(15);
/// In a hush nobody goes: so often the lead may change hands, for what happened just before.
const TURNS: u64 = 2;

/// What was seen.
pub(super) struct Sight {
    verdict: Verdict,
    screens: Vec<Screen>,
    truth: Truth,
}

impl Family {
    pub(super) async fn hush(
        &mut self,
        browser: &Browser,
        round: u32,
        until: Instant,
    ) -> Result<(), String> {
        if self.begun != round {
            self.begun = round;
            self.turns_before = self.askers.turns();
        }
        let is_late = Instant::now() >= until;
        let mut states = Vec::new();
        for place in 0..self.tabs.len() {
            if self.tabs[place].is_there() {
                states.push((place, self.see(browser, place).await?));
            }
        }
        let is_well = self.is_well(browser, &states, is_late).await?;
        if is_late && !is_well {
            let name = self
                .chat
                .as_ref()
                .map_or("tab", |chat| &chat.name)
                .to_owned();
            let states: Vec<&str> = states.iter().map(|(_, state)| state.as_str()).collect();
            let what = format!("it has not come to rest ({})", states.join(", "));
            self.blame(&name, Harm::Open, &what);
            self.keep_story(&name, &what);
        }
        if is_well || is_late {
            self.round = round;
            self.judge_turns();
        }
        Ok(())
    }

    async fn is_well(
        &mut self,
        browser: &Browser,
        states: &[(usize, String)],
        is_late: bool,
    ) -> Result<bool, String> {
        let is = |wanted: &[&str]| {
            let mut fitting = states
                .iter()
                .filter(|(_, state)| wanted.contains(&state.as_str()));
            fitting.next().map(|(place, _)| *place)
        };
        if let Some(place) = is(&["ended"]) {
            self.tabs[place].turn_to(browser).await?;
            return self.close(browser, place).await;
        }
        let is_without = states
            .iter()
            .all(|(_, state)| matches!(state.as_str(), "idle" | "failed"));
        if is_without && !(self.is_shared() && self.chat.is_some() && is(&["idle"]).is_some()) {
            return Ok(true);
        }
        if let Some(place) = is(&["idle"]) {
            self.find(browser, place).await?;
            return Ok(self.chat.is_none());
        }
        let is_quiet = states
            .iter()
            .all(|(_, state)| matches!(state.as_str(), "active" | "waiting"));
        Ok(is_quiet && self.agrees(browser, is_late).await?)
    }

    /// A family whose tabs take turns at asking has no tab that leads.
    fn judge_turns(&self) {
        let turns = self.askers.turns() - self.turns_before;
        if self.is_shared() && turns > TURNS {
            let name = self.chat.as_ref().map_or("family", |chat| &chat.name);
            let what = format!("in a hush the lead changed hands {turns} times");
            self.blame(name, Harm::Crowded, &what);
            self.keep_story(name, &what);
        }
    }

    /// Whether what is on the screens is what the server has.
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
        let all: Vec<(usize, bool)> = (0..self.tabs.len())
            .filter(|place| self.tabs[*place].is_there())
            .map(|place| (place, true))
            .collect();
        let Some(sight) = self.judge(browser, &all, Stage::GoingOn).await? else {
            return Ok(false);
        };
        let is_clean = sight.verdict.harms.is_empty();
        let Some(chat) = &self.chat else {
            return Ok(true);
        };
        if is_clean || is_late {
            self.keep(&chat.name, &sight);
            for tally in &self.tallies {
                tally.look(self.visitor, &chat.name, sight.verdict.clone());
            }
        }
        Ok(is_clean)
    }

    /// The chat is over in this tab. False as long as another one does not know it.
    pub(super) async fn close(&mut self, browser: &Browser, place: usize) -> Result<bool, String> {
        let mut all = Vec::new();
        for other in 0..self.tabs.len() {
            if self.chat.is_none() || !self.tabs[other].is_there() {
                continue;
            }
            let state = self.see(browser, other).await?;
            let demands_end = self.demands_end(browser).await?;
            match state.as_str() {
                "ended" => all.push((other, demands_end)),
                // It never came to this chat.
                "idle" | "none" | "failed" if self.is_shared() => {}
                _ if self.waits_for(other, &state) => return Ok(false),
                _ => {}
            }
        }
        let judged = self.judge(browser, &all, Stage::Over).await?;
        if let Some(chat) = self.chat.take() {
            self.past.extend(chat.service.clone());
            match judged {
                Some(sight) => {
                    self.count("chats ended");
                    self.keep(&chat.name, &sight);
                    for tally in &self.tallies {
                        tally.close(self.visitor, &chat.name, sight.verdict.clone());
                    }
                }
                None => {
                    self.count("chats that the server has forgotten");
                    for tally in &self.tallies {
                        tally.forget(self.visitor);
                    }
                }
            }
        }
        self.tell(place, "starts a new chat");
        self.tabs[place].turn_to(browser).await?;
        glass::press(browser, "root.querySelector('[part=again]')?.click()").await?;
        Ok(true)
    }

    /// Whether what the agent said last has to be on the screen of the tab that is seen.
    async fn demands_end(&self, browser: &Browser) -> Result<bool, String> {
        let was_mute = self.chat.as_ref().is_some_and(|chat| chat.was_mute);
        let end = glass::state(browser).await?.end;
        Ok(!was_mute && matches!(end.as_deref(), Some("agent" | "server" | "idle")))
    }

    /// Whether this tab may still learn that the chat is over.
    fn waits_for(&mut self, place: usize, state: &str) -> bool {
        let Some(chat) = &mut self.chat else {
            return false;
        };
        let since = *chat.over.get_or_insert_with(Instant::now);
        if since.elapsed() < OVER_WITHIN {
            return true;
        }
        let name = chat.name.clone();
        let what = format!("it is over, and {} in {}", state, self.tabs[place].name());
        self.blame(&name, Harm::Open, &what);
        self.keep_story(&name, &what);
        false
    }

    /// Holds these tabs against the server; of each it is told whether the end is demanded.
    async fn judge(
        &self,
        browser: &Browser,
        tabs: &[(usize, bool)],
        stage: Stage,
    ) -> Result<Option<Sight>, String> {
        let Some(chat) = &self.chat else {
            return Ok(None);
        };
        let Some(service) = &chat.service else {
            return Ok(None);
        };
        let Some(truth) = self.world.desk.truth(service).await? else {
            return Ok(None);
        };
        let mut screens = Vec::new();
        for (place, end) in tabs {
            self.tabs[*place].turn_to(browser).await?;
            screens.push(Screen {
                tab: self.tabs[*place].name(),
                lines: glass::lines(browser).await?,
                demands: Demands {
                    settled: true,
                    end: *end,
                },
            });
        }
        let verdict = judge_together(&screens, &truth.messages, &chat.typed, stage);
        Ok(Some(Sight {
            verdict,
            screens,
            truth,
        }))
    }

    fn keep(&self, name: &str, sight: &Sight) {
        let Sight {
            verdict,
            screens,
            truth,
        } = sight;
        self.world
            .keep_evidence(name, verdict, screens, truth, &self.story.text());
    }

    pub(super) fn keep_story(&self, name: &str, what: &str) {
        self.world.keep_story(name, what, &self.story.text());
    }
}
