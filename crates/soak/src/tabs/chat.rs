//! The chat of a family: what was typed in it, and its agent.

use tokio::time::Instant;

use crate::agent::{Agent, Word};
use crate::gms::Desk;
use crate::judge::Typed;
use crate::plan;

/// From the start to the end.
pub(super) struct Chat {
    pub(super) name: String,
    pub(super) plan: plan::Chat,
    pub(super) typed: Vec<Typed>,
    pub(super) service: Option<String>,
    pub(super) agent: Option<Agent>,
    pub(super) answers: usize,
    pub(super) deeds: usize,
    pub(super) ending: Option<Instant>,
    /// Whether the server has ever been mute in it, and when the agent has said a last word.
    pub(super) was_mute: bool,
    pub(super) last_word: Instant,
    /// Whether a tab has shown it as one that goes on.
    pub(super) is_begun: bool,
    /// Since when one tab shows that it is over, and since when none shows it at all.
    pub(super) over: Option<Instant>,
    pub(super) gone: Option<Instant>,
}

impl Chat {
    pub(super) fn begin(name: String, plan: plan::Chat) -> Self {
        Self {
            name,
            plan,
            typed: Vec::new(),
            service: None,
            agent: None,
            answers: 0,
            deeds: 0,
            ending: None,
            was_mute: false,
            last_word: Instant::now(),
            is_begun: false,
            over: None,
            gone: None,
        }
    }

    /// Calls an agent to the service that the page has asked for last.
    pub(super) fn attend(&mut self, service: Option<String>, desk: &Desk) {
        if let Some(service) = service.filter(|service| self.service.as_ref() != Some(service)) {
            self.agent = Some(Agent::call(desk, service.clone(), self.plan.wait));
            self.service = Some(service);
        }
    }

    pub(super) fn answer(&mut self, words: &str) {
        self.answers += 1;
        let text = format!("a{}.{} {words}", self.name, self.answers);
        self.tell_agent(Word::Say(text));
    }

    pub(super) fn tell_agent(&self, word: Word) {
        if let Some(agent) = &self.agent {
            agent.tell(word);
        }
    }
}
