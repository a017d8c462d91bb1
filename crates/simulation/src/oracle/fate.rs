//! What became of the visitor's messages: each text with its sendings, copies and refusals.

use std::collections::BTreeMap;

use gms_chat_protocol::chat::{Fate, Problem};

use super::wire::{Flight, Kind};
use super::{Verdict, ensure};
use crate::network::Exchange;
use crate::server::{Answer, Outcome};

/// Everything that is known of one text.
#[derive(Clone, Debug, Default)]
pub(super) struct Account {
    /// How often the visitor said it.
    pub(super) said: u32,
    /// How many texts the visitor had said before.
    pub(super) turn: usize,
    /// How often the visitor said it once more after it had failed or stayed unknown.
    pub(super) retried: u32,
    /// How often the visitor took it back.
    pub(super) discarded: u32,
    /// How often an intermediary delivered it a second time.
    pub(super) doubled: u32,
    /// How often the server took it in.
    pub(super) taken: u32,
    /// How often it was refused, and the client knows.
    refused: u32,
    /// How often the client cannot know what became of a sending.
    unclear: u32,
}

/// The accounts of all texts of a chat.
#[derive(Clone, Debug, Default)]
pub(super) struct Fates {
    accounts: BTreeMap<String, Account>,
    /// Exchanges of the REST lane before this one belong to an earlier chat.
    from: u32,
}

impl Fates {
    /// The same accounts, to which exchanges of the REST lane belong from this one on.
    pub(super) fn from(self, from: u32) -> Self {
        Self { from, ..self }
    }

    pub(super) fn account(&mut self, text: &str) -> &mut Account {
        let turn = self.accounts.len();
        let new = Account {
            turn,
            ..Account::default()
        };
        self.accounts.entry(text.to_owned()).or_insert(new)
    }

    pub(super) fn get(&self, text: &str) -> Option<&Account> {
        self.accounts.get(text)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &Account)> {
        self.accounts.iter()
    }

    /// A sending has ended without a word that the client can rely on.
    pub(super) fn left_open(&mut self, flight: &Flight) {
        if let (Kind::Send, Some(text)) = (flight.kind, &flight.text) {
            self.account(text).unclear += 1;
        }
    }

    /// A request is at the server.
    pub(super) fn arrived(&mut self, exchange: &Exchange, copy: bool, answer: Option<&Answer>) {
        let Some(text) = text(exchange).filter(|_| exchange.nth >= self.from) else {
            return;
        };
        let done = answer.is_some_and(|answer| answer.facts.outcome == Some(Outcome::Done));
        if done {
            let account = self.account(&text);
            account.taken += 1;
            account.doubled += u32::from(copy);
        }
    }

    /// The client has read an answer to a sending.
    pub(super) fn answered(&mut self, flight: &Flight, answer: &Answer) {
        let (Kind::Send, Some(text)) = (flight.kind, &flight.text) else {
            return;
        };
        let account = self.account(text);
        match (answer.facts.outcome, answer.status) {
            (Some(Outcome::Done), _) => {}
            (Some(Outcome::Refused), _) => account.refused += 1,
            (None, 400..=499) if !matches!(answer.status, 408 | 429) => account.refused += 1,
            (Some(Outcome::Over) | None, _) => account.unclear += 1,
        }
    }

    /// Whether a fate that is shown may be true.
    pub(super) fn check(&self, text: &str, fate: &Fate, over: bool) -> Verdict {
        let account = self.accounts.get(text).cloned().unwrap_or_default();
        match fate {
            Fate::Sending => Ok(()),
            Fate::Sent => ensure(account.taken > 0, "C5", || {
                format!("`{text}` is shown as sent, but the server never took it in")
            }),
            Fate::Unknown | Fate::Unproven => ensure(account.unclear > 0 || over, "C6", || {
                format!("`{text}` is shown as unknown although every answer was clear")
            }),
            Fate::Failed(Problem::Ended) => ensure(over, "C7", || {
                format!("`{text}` failed because the chat had ended, but it had not")
            }),
            Fate::Failed(Problem::Unreachable) if account.unclear > 0 => Ok(()),
            Fate::Failed(problem) => ensure(account.refused > 0, "C7", || {
                format!("`{text}` is shown as failed ({problem:?}), but nobody refused it")
            }),
        }
    }

    /// Nothing is at the server more often than the visitor and the intermediaries sent it.
    pub(super) fn check_doubles(&self) -> Verdict {
        for (text, account) in &self.accounts {
            let most = account.said + account.retried + account.doubled;
            ensure(account.taken <= most, "C4", || {
                let taken = account.taken;
                format!("the server has `{text}` {taken} times; it was said {most} times")
            })?;
        }
        Ok(())
    }
}

/// The message that a call of the REST API carries.
fn text(exchange: &Exchange) -> Option<String> {
    let url = &exchange.request.url;
    let sends = url.ends_with("/refresh") || url.ends_with("/send");
    let pairs = exchange.request.body.split('&');
    let value = pairs
        .filter(|_| sends)
        .find_map(|pair| pair.strip_prefix("message="))?;
    Some(value.to_owned())
}
