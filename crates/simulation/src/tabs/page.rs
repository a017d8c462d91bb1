//! One tab: its page, what its window shows, what it has stored.

use gms_chat_protocol::chat::{
    Body, Change, Config, Connection, Delivery, Entry, EntryKey, Event, Fate, Phase,
};
use gms_chat_protocol::tabs::{Mark, Tab};
use gms_chat_protocol::{ExchangeId, Moment, Request};

use super::Inbox;
use crate::client::USER;

/// What a page's clock shows when it begins, in milliseconds.
const EPOCH: u64 = 40;
/// A piece of what is kept has more bytes than this.
const PIECE: usize = 150;

/// A tab of the browser.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) place: usize,
    pub(super) tab: Tab,
    /// Counts the pages that stood here.
    pub(super) life: u32,
    pub(super) state: State,
    /// Whether it hears the bus and has the lock, or waits for it.
    pub(super) is_member: bool,
    pub(super) phase: Phase,
    pub(super) screen: Vec<Entry>,
    /// What had failed when the screen was cleared last.
    pub(super) cleared: Vec<String>,
    pub(super) inbox: Inbox,
    pub(super) last_post: u64,
    pub(super) leaving: Vec<(ExchangeId, Request)>,
    /// What the tab's storage holds: a snapshot, and whether nothing has happened since.
    pub(super) stored: Option<(String, bool)>,
    kept: Kept,
    pub(super) generation: u32,
    began: u64,
}

/// The events that a tab's storage holds in pieces, which are written once.
#[derive(Debug, Default)]
struct Kept {
    mark: Mark,
    pieces: Vec<String>,
}

impl Kept {
    /// The whole snapshot; events that make up a piece are one from now on.
    fn keep(&mut self, tab: &Tab) -> Option<String> {
        let parts = tab.snapshot_after(self.mark)?;
        if parts.mark.log != self.mark.log {
            self.pieces.clear();
            self.mark = Mark {
                length: 0,
                ..parts.mark
            };
        }
        let fresh = [parts.events.clone()].into_iter();
        let all = self.pieces.iter().cloned().chain(fresh);
        let all: Vec<String> = all.filter(|piece| !piece.is_empty()).collect();
        if parts.events.len() > PIECE {
            self.pieces.push(parts.events);
            self.mark = parts.mark;
        }
        let events = all.join(",");
        Some(format!("{},[{events}],[{}]]", parts.head, parts.messages))
    }
}

/// Whether there is a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Running,
    Frozen,
    Gone,
}

impl Page {
    pub(super) fn new(place: usize) -> Self {
        let tab = Tab::new(Config::new("/genesys"), 0, Moment::from_millis(EPOCH));
        Self {
            place,
            tab,
            life: 0,
            state: State::Gone,
            is_member: false,
            phase: Phase::Idle,
            screen: Vec::new(),
            cleared: Vec::new(),
            inbox: Inbox::new(),
            last_post: 0,
            leaving: Vec::new(),
            stored: None,
            kept: Kept::default(),
            generation: 0,
            began: 0,
        }
    }

    /// A page begins here.
    pub(super) fn begin(&mut self, seed: u64, delivery: Delivery, now: u64) {
        let config = Config {
            delivery,
            user_id: Some(USER.to_owned()),
            ..Config::new("/genesys")
        };
        self.began = now;
        self.tab = Tab::new(config, seed, self.clock(now));
        self.life += 1;
        self.generation += 1;
        self.state = State::Running;
        self.is_member = false;
        self.phase = Phase::Idle;
        self.screen.clear();
        self.inbox.clear();
        self.leaving.clear();
        self.kept = Kept::default();
    }

    pub(super) fn runs(&self) -> bool {
        self.state == State::Running
    }

    pub(super) fn clock(&self, now: u64) -> Moment {
        Moment::from_millis(now - self.began + EPOCH)
    }

    /// When the page's clock shows this moment, rounded up.
    pub(super) fn at(&self, due: Moment) -> u64 {
        due.as_millis().saturating_sub(EPOCH) + self.began + 1
    }

    /// Writes what the next page in this tab needs. A fault: what was kept in pieces is not the chat as it is.
    pub(super) fn save(&mut self, is_exact: bool) -> Result<(), String> {
        let is_exact = is_exact && !self.tab.is_shared();
        let whole = self.tab.snapshot();
        let pieces = self.kept.keep(&self.tab);
        self.stored = pieces.clone().map(|text| (text, is_exact));
        if pieces == whole {
            return Ok(());
        }
        Err(format!("kept was {pieces:?}, not {whole:?}"))
    }

    /// Whether a message of the visitor waits for its end.
    pub(super) fn has_unsent(&self) -> bool {
        let waits =
            |entry: &Entry| matches!(&entry.body, Body::Mine { fate, .. } if *fate != Fate::Sent);
        self.screen.iter().rev().take(12).any(waits)
    }

    /// The messages of the visitor that have failed, as the window says.
    fn failed(&self) -> Vec<String> {
        let failed = |entry: &Entry| match &entry.body {
            Body::Mine {
                text,
                fate: Fate::Failed(_),
            } => Some(text.clone()),
            _ => None,
        };
        self.screen.iter().filter_map(failed).collect()
    }

    /// Shows what happened, as a window does. A change that does not fit is a fault.
    pub(super) fn show(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::Phase(phase) => self.phase = phase,
            Event::Entry(change) => return self.change(change),
            Event::Connection(_) | Event::Typing(_) | Event::Idle(_) => {}
            Event::Notice { .. } => {}
            Event::Diagnostic(text) if text.contains(USER) => {
                return Err(format!("a diagnostic names the user: {text}"));
            }
            Event::Diagnostic(_) => {}
        }
        Ok(())
    }

    fn change(&mut self, change: Change) -> Result<(), String> {
        match change {
            Change::Appended(entry) => {
                self.is_fresh(&entry)?;
                self.screen.push(entry);
            }
            Change::Inserted { entry, before } => {
                self.is_fresh(&entry)?;
                let place = self.index(before)?;
                self.screen.insert(place, entry);
            }
            Change::Replaced(entry) => {
                let place = self.index(entry.key)?;
                self.screen[place] = entry;
            }
            Change::Removed(key) => {
                let place = self.index(key)?;
                self.screen.remove(place);
            }
            Change::Cleared => {
                self.cleared = self.failed();
                self.screen.clear();
            }
        }
        Ok(())
    }

    fn is_fresh(&self, entry: &Entry) -> Result<(), String> {
        match self.index(entry.key) {
            Ok(_) => Err(format!("{entry:?} is on the screen already")),
            Err(_) => Ok(()),
        }
    }

    fn index(&self, key: EntryKey) -> Result<usize, String> {
        let place = self.screen.iter().position(|entry| entry.key == key);
        place.ok_or_else(|| format!("{key:?} is not on the screen"))
    }

    /// The events that draw the window as it is.
    pub(super) fn events(&self) -> Vec<Event> {
        let mut events = vec![
            Event::Phase(Phase::Restoring),
            Event::Entry(Change::Cleared),
        ];
        let entries = self.screen.iter().cloned();
        events.extend(entries.map(|entry| Event::Entry(Change::Appended(entry))));
        events.push(Event::Phase(self.phase.clone()));
        events.push(Event::Connection(Connection::Fine));
        events
    }

    /// The messages on the screen: who, text, fate.
    pub(super) fn lines(&self) -> Vec<String> {
        self.screen.iter().filter_map(line).collect()
    }
}

fn line(entry: &Entry) -> Option<String> {
    Some(match &entry.body {
        Body::Message(text) => format!("{} {text}", entry.party.nickname),
        Body::Mine { text, fate } => match fate {
            Fate::Sent => format!("me {text}"),
            Fate::Sending | Fate::Unknown => format!("me {text} …"),
            Fate::Unproven => format!("me {text} ?"),
            Fate::Failed(_) => format!("me {text} ✗"),
        },
        Body::Gap => "~".to_owned(),
        Body::Joined | Body::Left | Body::Transferred { .. } => return None,
        Body::PushUrl { .. } | Body::Note { .. } => return None,
    })
}
