//! What has to be true of the tabs.

use gms_chat_protocol::chat::Phase;
use gms_chat_protocol::{ExchangeId, Lane, Request};

use super::browser::Stage;
use super::{Broken, HANDOVER, Verdict, World};
use crate::server::{CLIENT, Kind};

/// A word that had no time to reach another process is lost with its own.
const UNHEARD: u64 = 60;

/// What visitors have said.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    words: Vec<Word>,
}

#[derive(Debug)]
struct Word {
    text: String,
    place: usize,
    life: u32,
    at: u64,
    /// Its tab crashed before anybody else can have heard it; or it was said to have failed, and the visitor began another
    /// chat all the same.
    is_excused: bool,
}

impl Ledger {
    pub(super) fn said(&mut self, text: String, place: usize, life: u32, at: u64) {
        self.words.push(Word {
            text,
            place,
            life,
            at,
            is_excused: false,
        });
    }

    pub(super) fn died(&mut self, place: usize, life: u32, at: u64) {
        for word in &mut self.words {
            let was_there = word.place == place && word.life == life;
            word.is_excused |= was_there && at < word.at + UNHEARD;
        }
    }

    /// The visitor has seen that this has failed, and goes on without it.
    pub(super) fn given_up(&mut self, text: &str) {
        let given_up = self.words.iter_mut().filter(|word| word.text == text);
        given_up.for_each(|word| word.is_excused = true);
    }
}

impl World {
    /// One poll: no two tabs hold a connect, and only the one that leads speaks, but for a chat that is just beginning.
    pub(super) fn judge_sending(&self, place: usize, id: ExchangeId, request: &Request) -> Verdict {
        let others = self.exchanges.iter().filter(|exchange| {
            let page = &self.pages[exchange.place];
            exchange.stage == Stage::Open && exchange.place != place && page.life == exchange.life
        });
        if id.lane() == Lane::Connect {
            let mut connects = others.filter(|exchange| exchange.id.lane() == Lane::Connect);
            if connects.next().is_some() {
                return Err(self.broken("one poll", format!("tab {place} connects as well")));
            }
        }
        let leads = self.lock.owner == Some(place);
        if leads || !self.pages[place].is_member {
            return Ok(());
        }
        let what = format!("tab {place} follows and sends to {}", request.url);
        Err(self.broken("leader", what))
    }

    /// The chat goes on soon after its tab is gone.
    pub(super) fn judge_handover(&self) -> Verdict {
        match self.silent_since {
            Some(since) if self.now > since + HANDOVER => {
                let what = format!("silence since {since}");
                Err(self.broken("handover", what))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// All is quiet: every tab shows the same, and that is the truth.
    pub(super) fn judge_end(&self) -> Verdict {
        let Some(chat) = self.server.current().and_then(|it| self.server.chat(it)) else {
            return Err(self.broken("alive", "the chat is over".to_owned()));
        };
        let spoken = chat
            .events
            .iter()
            .filter(|event| event.kind == Kind::Message);
        let truth: Vec<String> = spoken
            .map(|event| {
                if event.role == CLIENT {
                    format!("me {}", event.text)
                } else {
                    format!("{} {}", event.nick, event.text)
                }
            })
            .collect();
        for page in &self.pages {
            if page.phase != Phase::Active {
                let what = format!("tab {} is {:?}", page.place, page.phase);
                return Err(self.broken("alive", what));
            }
            let lines = page.lines();
            let settled: Vec<&String> = lines
                .iter()
                .filter(|line| !line.ends_with(['?', '✗']))
                .collect();
            if settled != truth.iter().collect::<Vec<_>>() {
                let mut places = truth.iter().zip(&settled);
                let at = places.position(|(truth, shown)| truth != *shown);
                let at = at
                    .unwrap_or(truth.len().min(settled.len()))
                    .saturating_sub(1);
                let what = format!(
                    "tab {} shows {:?}, not {:?}",
                    page.place,
                    &settled[at..],
                    &truth[at..]
                );
                return Err(self.broken("same", what));
            }
        }
        self.judge_words(&truth)
    }

    /// The visitor has ended the chat: it is over at the server, and in every tab that is there.
    pub(super) fn judge_over(&self) -> Verdict {
        if self.server.current().is_some() {
            return Err(self.broken("end", "the chat goes on at the server".to_owned()));
        }
        let is_busy = |page: &&super::Page| {
            page.runs() && !matches!(page.phase, Phase::Idle | Phase::Ended(_))
        };
        match self.pages.iter().find(is_busy) {
            None => Ok(()),
            Some(page) => {
                let what = format!("tab {} is {:?}", page.place, page.phase);
                Err(self.broken("end", what))
            }
        }
    }

    fn judge_words(&self, truth: &[String]) -> Verdict {
        for word in &self.ledger.words {
            let line = format!("me {}", word.text);
            let count = truth.iter().filter(|other| **other == line).count();
            if count > 1 {
                return Err(self.broken("once", format!("{} is there {count} times", word.text)));
            }
            let loose = [format!("{line} ?"), format!("{line} ✗")];
            let is_shown = |page: &super::Page| {
                let lines = page.lines();
                loose.iter().any(|loose| lines.contains(loose))
            };
            if count == 0 && !word.is_excused && !self.pages.iter().all(is_shown) {
                return Err(self.lost(word));
            }
        }
        Ok(())
    }

    fn lost(&self, word: &Word) -> Broken {
        let Word {
            text, place, at, ..
        } = word;
        self.broken(
            "nothing lost",
            format!("{text}, said in tab {place} at {at}, is nowhere"),
        )
    }
}
