//! The transcript as it is shown: entries in their order, and every change of it told once.

use super::{Body, Change, Entry, EntryKey, Party};

/// Where an entry stands.
///
/// ```text
///   At(2) At(3) Gap(7) At(7) Loose At(8) | Pending Pending
///   -- what the server has told -------- | -- what it is to tell yet --
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// At this position of the server's transcript.
    At(u64),
    /// Directly before this position: something is missing there.
    Gap(u64),
    /// Below everything that has a position, until it gets one.
    Pending,
    /// Where it was when it failed, or was put: it has no place in the server's transcript that we know of.
    Loose,
}

impl Place {
    /// The position that the place stands for in the order.
    fn position(self) -> Option<u64> {
        match self {
            Self::At(position) | Self::Gap(position) => Some(position),
            Self::Pending | Self::Loose => None,
        }
    }
}

/// Folds what happens into entries.
#[derive(Debug, Default)]
pub(crate) struct Transcript {
    items: Vec<(EntryKey, Place)>,
    last_key: u32,
    changes: Vec<Change>,
}

impl Transcript {
    /// The changes that have not been told.
    pub(crate) fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// Forgets everything. Keys go on: none is used twice.
    pub(crate) fn clear(&mut self) {
        self.items.clear();
        self.changes.clear();
        self.changes.push(Change::Cleared);
    }

    /// A new entry at its position.
    pub(crate) fn show(&mut self, position: u64, at: Option<u64>, party: Party, body: Body) {
        let key = self.new_key();
        let entry = Entry {
            key,
            at,
            party,
            body,
        };
        self.put(Place::At(position), entry);
    }

    /// A mark that something before `position` could not be recovered.
    pub(crate) fn mark_gap(&mut self, position: u64, party: Party) -> EntryKey {
        let key = self.new_key();
        let entry = Entry {
            key,
            at: None,
            party,
            body: Body::Gap,
        };
        self.put(Place::Gap(position), entry);
        key
    }

    /// A message that the server has not shown yet, at the very end.
    pub(crate) fn pend(&mut self, party: Party, body: Body) -> EntryKey {
        let key = self.new_key();
        self.append(
            Place::Pending,
            Entry {
                key,
                at: None,
                party,
                body,
            },
        );
        key
    }

    /// A line that the server will never show, at the very end.
    pub(crate) fn note(&mut self, party: Party, body: Body) {
        let entry = Entry {
            key: self.new_key(),
            at: None,
            party,
            body,
        };
        self.append(Place::Loose, entry);
    }

    /// A failed message is sent once more: back to the very end.
    pub(crate) fn pend_again(&mut self, entry: Entry) {
        if self.items.last().is_some_and(|(key, _)| *key == entry.key) {
            self.set(Place::Pending, entry);
        } else if self.remove(entry.key) {
            self.append(Place::Pending, entry);
        }
    }

    /// A message has changed and has no position. `loose`: it does not wait for one any more.
    pub(crate) fn update(&mut self, entry: Entry, loose: bool) {
        let place = if loose { Place::Loose } else { Place::Pending };
        self.set(place, entry);
    }

    /// The server's transcript holds the message at this position.
    pub(crate) fn settle(&mut self, position: u64, entry: Entry) {
        let Some(old) = self.index(entry.key) else {
            return;
        };
        let new = self.room(position);
        if new == old || new == old + 1 {
            self.set(Place::At(position), entry);
        } else if self.remove(entry.key) {
            self.put(Place::At(position), entry);
        }
    }

    /// Takes an entry out; false when it is not there.
    pub(crate) fn remove(&mut self, key: EntryKey) -> bool {
        let Some(index) = self.index(key) else {
            return false;
        };
        self.items.remove(index);
        self.changes.push(Change::Removed(key));
        true
    }

    fn new_key(&mut self) -> EntryKey {
        self.last_key = self.last_key.wrapping_add(1);
        EntryKey(self.last_key)
    }

    fn index(&self, key: EntryKey) -> Option<usize> {
        // What changes is nearly always near the end.
        self.items.iter().rposition(|(other, _)| *other == key)
    }

    /// The index at which an entry with this position belongs. The newest goes above what is
    /// pending; a late one goes behind its predecessor.
    fn room(&self, position: u64) -> usize {
        let place_of = |(_, place): &(EntryKey, Place)| place.position();
        let Some(newest) = self.items.iter().rposition(|item| place_of(item).is_some()) else {
            return self.first_pending(0);
        };
        if place_of(&self.items[newest]).is_none_or(|newest| newest <= position) {
            return self.first_pending(newest + 1);
        }
        let precedes = |item: &_| place_of(item).is_some_and(|other| other <= position);
        let last = self.items.iter().rposition(precedes);
        last.map_or(0, |index| index + 1)
    }

    /// The index of the first pending message from `start` on, or the end.
    fn first_pending(&self, start: usize) -> usize {
        let pending = |(_, place): &(EntryKey, Place)| *place == Place::Pending;
        let mut rest = self.items[start..].iter();
        rest.position(pending)
            .map_or(self.items.len(), |index| start + index)
    }

    fn put(&mut self, place: Place, entry: Entry) {
        let position = match place {
            Place::At(position) => position,
            // A gap stands before the entry at its position, and that one is not shown yet.
            Place::Gap(position) => position.saturating_sub(1),
            Place::Pending | Place::Loose => u64::MAX,
        };
        let index = self.room(position);
        match self.items.get(index) {
            None => self.append(place, entry),
            Some(&(before, _)) => {
                self.items.insert(index, (entry.key, place));
                self.changes.push(Change::Inserted { entry, before });
            }
        }
    }

    fn append(&mut self, place: Place, entry: Entry) {
        self.items.push((entry.key, place));
        self.changes.push(Change::Appended(entry));
    }

    fn set(&mut self, place: Place, entry: Entry) {
        if let Some(index) = self.index(entry.key) {
            self.items[index].1 = place;
            self.changes.push(Change::Replaced(entry));
        }
    }
}
