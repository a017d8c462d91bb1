//! What the visitor of a native client sees: the changes of the transcript, applied as a window applies them.

use gms_chat_protocol::chat::{Body, Change, Entry, EntryKey, Fate, Problem, Role};

use crate::judge::{Fated, Line, Who};

/// The lines in their order.
#[derive(Debug, Default)]
pub(crate) struct Screen {
    entries: Vec<Entry>,
    /// Changes that fit nothing on the screen.
    pub(crate) misfits: u64,
}

impl Screen {
    pub(crate) fn apply(&mut self, change: Change) {
        match change {
            Change::Appended(entry) => self.entries.push(entry),
            Change::Inserted { entry, before } => match self.place(before) {
                Some(place) => self.entries.insert(place, entry),
                None => self.misfits += 1,
            },
            Change::Replaced(entry) => match self.place(entry.key) {
                Some(place) => self.entries[place] = entry,
                None => self.misfits += 1,
            },
            Change::Removed(key) => match self.place(key) {
                Some(place) => drop(self.entries.remove(place)),
                None => self.misfits += 1,
            },
            Change::Cleared => self.entries.clear(),
        }
    }

    /// The last message that has failed for good, and may be tried again without harm.
    pub(crate) fn failed(&self) -> Option<(EntryKey, &str)> {
        self.entries.iter().rev().find_map(|entry| {
            let Body::Mine {
                text,
                fate: Fate::Failed(problem),
            } = &entry.body
            else {
                return None;
            };
            (*problem != Problem::Ended).then_some((entry.key, text.as_str()))
        })
    }

    /// Whether the fate of a message is open.
    pub(crate) fn is_open(&self) -> bool {
        self.lines().any(|line| {
            let Line::Said(_, _, fate) = line else {
                return false;
            };
            fate == Fated::Open
        })
    }

    /// What a judge looks at.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Line> {
        self.entries.iter().filter_map(line)
    }

    fn place(&self, key: EntryKey) -> Option<usize> {
        self.entries.iter().rposition(|entry| entry.key == key)
    }
}

fn line(entry: &Entry) -> Option<Line> {
    match &entry.body {
        Body::Message(text) => {
            let who = match entry.party.role {
                Role::Client => Who::Visitor,
                Role::Agent => Who::Agent,
                Role::Supervisor | Role::External => return None,
            };
            Some(Line::Said(who, text.clone(), Fated::Sent))
        }
        Body::Mine { text, fate } => {
            let fate = match fate {
                Fate::Sending | Fate::Unknown => Fated::Open,
                Fate::Sent => Fated::Sent,
                Fate::Unproven => Fated::Unproven,
                Fate::Failed(_) => Fated::Failed,
            };
            Some(Line::Said(Who::Visitor, text.clone(), fate))
        }
        Body::Gap => Some(Line::Gap),
        Body::Joined | Body::Left | Body::Transferred { .. } => None,
        Body::PushUrl { .. } | Body::Note { .. } => None,
    }
}
