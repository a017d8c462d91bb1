//! What visitors, agent and browser do, at random.

use gms_chat_protocol::PageEvent;
use gms_chat_protocol::chat::{Command, Phase};

use super::page::State;
use super::{Happening, PEACE, Verdict, World};
use crate::client::visitor;

impl World {
    /// The next deed; the one after it comes soon.
    pub(super) fn do_something(&mut self) -> Verdict {
        if self.is_calm {
            return Ok(());
        }
        let next = self.dice.spread(20, 4_000);
        self.note(next, Happening::Deed);
        let place = self.dice.below(self.pages.len() as u64) as usize;
        let deed = self.dice.below(100);
        match (self.pages[place].state, deed) {
            (_, 0..=19) => self.agent_writes(),
            (State::Gone, _) => self.open(place),
            (State::Frozen, _) => return self.thaw(place),
            (State::Running, 20..) if self.looks(place) => {}
            (State::Running, 20..=59) => return self.say(place),
            (State::Running, 60..=65) => return self.want(place, Command::Typing),
            (State::Running, 66..=75) if self.has_another(place) => self.crash(place),
            (State::Running, 76..=84) if self.has_another(place) => {
                return self.go(place, State::Gone);
            }
            // A reload, or the way to another page of the site.
            (State::Running, 85..=91) if self.may_reload(place) => {
                self.go(place, State::Gone)?;
                self.open(place);
            }
            (State::Running, 92..=97) if self.has_another(place) => {
                return self.go(place, State::Frozen);
            }
            (State::Running, _) => {
                let event = self.dice.pick(&[
                    PageEvent::Hidden,
                    PageEvent::Visible,
                    PageEvent::Online,
                    PageEvent::Awake,
                ]);
                let clock = self.pages[place].clock(self.now);
                self.pages[place].tab.handle_page(event, clock);
                return self.drain(place);
            }
        }
        Ok(())
    }

    /// Whether the chat lives on somewhere else when this tab goes.
    pub(super) fn has_another(&self, place: usize) -> bool {
        // One tab at a time: who takes over is not taken away before it has.
        let mut pages = self.pages.iter();
        self.leader.is_some()
            && pages.any(|page| page.place != place && page.runs() && page.tab.snapshot().is_some())
    }

    fn may_reload(&self, place: usize) -> bool {
        self.leader.is_some() && self.pages[place].tab.snapshot().is_some()
    }

    fn say(&mut self, place: usize) -> Verdict {
        if matches!(self.pages[place].phase, Phase::Failed(_)) {
            // The form is there again, with what it held.
            return self.want(place, Command::Start(visitor()));
        }
        self.said += 1;
        let text = format!("v{}", self.said);
        let before = self.pages[place].screen.len();
        let (life, state) = (self.pages[place].life, self.pages[place].state);
        self.want(place, Command::Say(text.clone()))?;
        let page = &self.pages[place];
        // A tab without a chat does not hear it, and one that has just crashed has nothing to show.
        let is_heard = page.life == life && page.state == state && page.screen.len() > before;
        if is_heard {
            self.ledger.said(text, place, life, self.now);
        }
        Ok(())
    }

    /// The process of a tab dies.
    pub(super) fn crash(&mut self, place: usize) {
        self.narrate(|| format!("tab {place} crashes"));
        self.ledger.died(place, self.pages[place].life, self.now);
        self.drop_all(place);
        self.pages[place].state = State::Gone;
        self.pages[place].leaving.clear();
        self.release(place);
    }

    /// A page goes, or freezes: it says so to the others and leaves what the next one needs.
    fn go(&mut self, place: usize, state: State) -> Verdict {
        self.narrate(|| format!("tab {place} is {state:?}"));
        let clock = self.pages[place].clock(self.now);
        self.save(place, true)?;
        self.pages[place].tab.leave(clock);
        self.drain(place)?;
        if self.pages[place].runs() {
            self.pages[place].state = state;
            self.drop_all(place);
            self.release(place);
        }
        Ok(())
    }

    /// A frozen page runs again, and starts over with what the others have made of the chat.
    fn thaw(&mut self, place: usize) -> Verdict {
        self.narrate(|| format!("tab {place} runs again"));
        self.open(place);
        Ok(())
    }

    pub(super) fn calm_down(&mut self) -> Verdict {
        self.narrate(|| "calm".to_owned());
        self.is_calm = true;
        for place in 0..self.pages.len() {
            if !self.pages[place].runs() {
                self.open(place);
            }
        }
        self.note(PEACE / 4, Happening::Look);
        self.note(PEACE / 2, Happening::Probe);
        self.note(PEACE, Happening::End);
        Ok(())
    }

    /// A visitor who comes to a tab without a chat finds the one of the others there.
    fn looks(&mut self, place: usize) -> bool {
        let page = &self.pages[place];
        let is_late = page.runs() && !page.is_member && self.lock.owner.is_some();
        let life = page.life;
        if is_late {
            self.note(0, Happening::Ask(place, life));
        }
        is_late
    }

    pub(super) fn look_everywhere(&mut self) {
        for place in 0..self.pages.len() {
            self.looks(place);
        }
    }

    /// What is said from here on has to arrive everywhere.
    pub(super) fn probe(&mut self) -> Verdict {
        self.agent_writes();
        for place in 0..self.pages.len() {
            self.say(place)?;
        }
        Ok(())
    }

    /// The visitor ends the chat in a tab that follows; the one that leads may be gone before it has heard of it.
    pub(super) fn end(&mut self) -> Verdict {
        let follows = |page: &&super::Page| page.is_member && Some(page.place) != self.leader;
        let place = self.pages.iter().find(follows).map(|page| page.place);
        self.want(place.unwrap_or(0), Command::End)?;
        if let (Some(_), Some(leader), true) = (place, self.leader, self.dice.hits(500)) {
            self.crash(leader);
        }
        self.note(PEACE / 2, Happening::Over);
        Ok(())
    }
}
