//! The transcript as a list: its order, and which entries belong together.

use gms_chat_protocol::chat::{Body, Change, Entry, EntryKey, Party, Role};

/// Entries of one speaker within the same minute stand together.
const MINUTE: u64 = 60_000;

/// The entries of a chat, in order.
#[derive(Debug, Default)]
pub(super) struct Thread {
    entries: Vec<Entry>,
}

/// What a change did to the list, by index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edit {
    Inserted(usize),
    Replaced(usize),
    Removed(usize),
    Cleared,
    /// The change was about an entry that is not here.
    Nothing,
}

/// Whose side of the conversation an entry stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Mine,
    Theirs,
    /// Neither: a line about the conversation.
    Aside,
    /// Nowhere: the visitor knows it anyway.
    Unseen,
}

/// Where an entry stands in its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) is_first: bool,
    pub(super) is_last: bool,
}

impl Thread {
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Folds a change in. An entry at the end costs the same however long the list is.
    pub(super) fn apply(&mut self, change: Change) -> Edit {
        match change {
            Change::Appended(entry) => {
                self.entries.push(entry);
                Edit::Inserted(self.entries.len() - 1)
            }
            Change::Inserted { entry, before } => {
                let index = self.index(before).unwrap_or(self.entries.len());
                self.entries.insert(index, entry);
                Edit::Inserted(index)
            }
            Change::Replaced(entry) => match self.index(entry.key) {
                Some(index) => {
                    self.entries[index] = entry;
                    Edit::Replaced(index)
                }
                None => Edit::Nothing,
            },
            Change::Removed(key) => match self.index(key) {
                Some(index) => {
                    self.entries.remove(index);
                    Edit::Removed(index)
                }
                None => Edit::Nothing,
            },
            Change::Cleared => {
                self.entries.clear();
                Edit::Cleared
            }
        }
    }

    /// Where the entry at `index` stands in its group.
    pub(super) fn place(&self, index: usize) -> Place {
        let joins = |a: Option<&Entry>, b: Option<&Entry>| matches!((a, b), (Some(a), Some(b)) if belong_together(a, b));
        let here = self.entries.get(index);
        let before = index
            .checked_sub(1)
            .and_then(|index| self.entries.get(index));
        Place {
            is_first: !joins(before, here),
            is_last: !joins(here, self.entries.get(index + 1)),
        }
    }

    /// Changes concern recent entries, so the search begins at the end.
    fn index(&self, key: EntryKey) -> Option<usize> {
        self.entries.iter().rposition(|entry| entry.key == key)
    }
}

/// The side that an entry stands on.
pub(super) fn side(entry: &Entry) -> Side {
    match (&entry.body, entry.party.role) {
        (Body::Mine { .. }, _) | (Body::Message(_), Role::Client) => Side::Mine,
        (Body::Message(_) | Body::PushUrl { .. }, _) => Side::Theirs,
        (Body::Joined | Body::Left, Role::Client) => Side::Unseen,
        (Body::Joined | Body::Left | Body::Transferred { .. } | Body::Gap, _) => Side::Aside,
    }
}

fn belong_together(a: &Entry, b: &Entry) -> bool {
    let minute = |entry: &Entry| entry.at.map(|at| at / MINUTE);
    let same_time = minute(a) == minute(b) || a.at.is_none() || b.at.is_none();
    match (side(a), side(b)) {
        (Side::Mine, Side::Mine) => same_time,
        (Side::Theirs, Side::Theirs) => same_time && is_same(&a.party, &b.party),
        (Side::Mine | Side::Theirs | Side::Aside | Side::Unseen, _) => false,
    }
}

fn is_same(a: &Party, b: &Party) -> bool {
    a.role == b.role && a.nickname == b.nickname
}
