//! What has been seen so far, by all visitors together.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::judge::{Harm, Sums, Verdict};

/// So many harms are told in words.
const TOLD: usize = 200;

/// Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally(Arc<Mutex<Book>>);

/// Everything that is counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book {
    closed: Sums,
    /// By visitor: the chat that goes on, as it was seen last.
    live: HashMap<usize, Sums>,
    /// Harms in words; the same one is told once, however often it is seen.
    pub(crate) told: Vec<String>,
    known: BTreeSet<String>,
    harms: BTreeMap<Harm, u64>,
    /// What happened, by name.
    pub(crate) counts: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// One more of this.
    pub(crate) fn count(&self, what: &'static str) {
        *self.lock().counts.entry(what).or_default() += 1;
    }

    /// How a chat that goes on looks.
    pub(crate) fn look(&self, visitor: usize, chat: &str, verdict: Verdict) {
        let mut book = self.lock();
        book.live.insert(visitor, verdict.sums);
        book.blame(chat, verdict.harms);
    }

    /// How a chat looks that is over.
    pub(crate) fn close(&self, visitor: usize, chat: &str, verdict: Verdict) {
        let mut book = self.lock();
        book.live.remove(&visitor);
        book.closed.add(verdict.sums);
        book.blame(chat, verdict.harms);
    }

    /// A chat has gone that nobody can judge any more: it counts as it was seen last.
    pub(crate) fn forget(&self, visitor: usize) {
        let mut book = self.lock();
        if let Some(last) = book.live.remove(&visitor) {
            book.closed.add(last);
        }
    }

    /// A harm that no verdict holds.
    pub(crate) fn blame(&self, whose: &str, harm: Harm, what: String) {
        self.lock().blame(whose, vec![(harm, what)]);
    }

    /// How everything stands.
    pub(crate) fn book(&self) -> Book {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    /// Of all chats.
    pub(crate) fn sums(&self) -> Sums {
        let mut sums = self.closed;
        for live in self.live.values() {
            sums.add(*live);
        }
        sums
    }

    pub(crate) fn harm(&self, harm: Harm) -> u64 {
        self.harms.get(&harm).copied().unwrap_or(0)
    }

    /// Whether every promise was kept.
    pub(crate) fn is_clean(&self) -> bool {
        self.harms.is_empty()
    }

    pub(crate) fn counted(&self, what: &'static str) -> u64 {
        self.counts.get(what).copied().unwrap_or(0)
    }

    fn blame(&mut self, chat: &str, harms: Vec<(Harm, String)>) {
        for (harm, what) in harms {
            let told = format!("{}: {chat}: {what}", harm.name());
            if !self.known.insert(told.clone()) {
                continue;
            }
            *self.harms.entry(harm).or_default() += 1;
            if self.told.len() < TOLD {
                self.told.push(told);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(sent: u64, harms: &[(Harm, &str)]) -> Verdict {
        Verdict {
            sums: Sums {
                sent,
                ..Sums::default()
            },
            harms: harms
                .iter()
                .map(|(harm, what)| (*harm, (*what).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn a_chat_that_is_seen_twice_counts_once() {
        let tally = Tally::default();
        tally.look(1, "1.1", verdict(3, &[(Harm::Lost, "x")]));
        tally.look(1, "1.1", verdict(5, &[(Harm::Lost, "x")]));
        tally.look(2, "2.1", verdict(1, &[]));
        tally.close(
            1,
            "1.1",
            verdict(6, &[(Harm::Lost, "x"), (Harm::Doubled, "x")]),
        );
        let book = tally.book();
        assert_eq!(book.sums().sent, 7);
        assert_eq!((book.harm(Harm::Lost), book.harm(Harm::Doubled)), (1, 1));
        assert!(!book.is_clean());
        tally.forget(2);
        assert_eq!(tally.book().sums().sent, 7);
    }
}
