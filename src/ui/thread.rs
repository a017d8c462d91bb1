//! The transcript as a list: its order, which entries belong together, and where a day begins.

use gms_chat_protocol::chat::{Body, Change, Entry, EntryKey, Party, Role};

/// Entries of one speaker within the same minute stand together.
const MINUTE: u64 = 60_000;
const DAY: u64 = 24 * 60 * MINUTE;

/// The entries of a chat, in order.
#[derive(Debug)]
pub(super) struct Thread {
    entries: Vec<Entry>,
    /// What the visitor's clock shows at a moment, both in milliseconds since 1970.
    local: fn(u64) -> u64,
    /// The visitor's day at the beginning, as a number: entries of this day need no day line above them.
    today: u64,
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
    /// When it happened, if a day begins with it.
    pub(super) opens_day: Option<u64>,
}

impl Thread {
    /// No entries yet, at the moment `now`.
    pub(super) fn new(local: fn(u64) -> u64, now: u64) -> Self {
        Self {
            entries: Vec::new(),
            local,
            today: local(now) / DAY,
        }
    }

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
        let opens_day = self.opens_day(index);
        Place {
            is_first: opens_day.is_some() || !joins(before, here),
            is_last: !joins(here, self.entries.get(index + 1)),
            opens_day,
        }
    }

    /// The moment of an entry that is the first one of its day. Entries without a time are of the day around them.
    fn opens_day(&self, index: usize) -> Option<u64> {
        let at = self.entries.get(index)?.at?;
        let before = self.entries.get(..index)?.iter().rev();
        let day_before = before.filter_map(|entry| entry.at).next();
        let day = |at| (self.local)(at) / DAY;
        (day(at) != day_before.map_or(self.today, day)).then_some(at)
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
        (Body::Joined | Body::Left | Body::Transferred { .. }, _) => Side::Aside,
        (Body::Gap | Body::Note { .. }, _) => Side::Aside,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::events;
    use gms_chat_protocol::chat::Event;

    fn changes(told: &[[&str; 5]], said: &[(&'static str, u16)]) -> Vec<Change> {
        let change = |event| match event {
            Event::Entry(change) => Some(change),
            _ => None,
        };
        events(told, said).into_iter().filter_map(change).collect()
    }

    /// In the year of the rehearsal's chats, in Helsinki.
    fn empty() -> Thread {
        Thread::new(|at| at + 2 * 60 * MINUTE, 1_767_348_000_000)
    }

    fn thread(told: &[[&str; 5]]) -> Thread {
        let mut thread = empty();
        for change in changes(told, &[]) {
            thread.apply(change);
        }
        thread
    }

    /// Each entry's side and place, as `<` mine, `>` theirs, `|` aside, with brackets where a group begins and ends.
    fn drawing(thread: &Thread) -> String {
        let mut drawing = String::new();
        for (index, entry) in thread.entries().iter().enumerate() {
            let place = thread.place(index);
            drawing.push_str(if place.is_first { "[" } else { "" });
            drawing.push(match side(entry) {
                Side::Mine => '<',
                Side::Theirs => '>',
                Side::Aside => '|',
                Side::Unseen => '.',
            });
            drawing.push_str(if place.is_last { "]" } else { "" });
        }
        drawing
    }

    const JOINED: [&str; 5] = ["Notice.Joined", "Ann", "has joined", "1", "AGENT"];

    fn ann(text: &'static str, at: &'static str) -> [&'static str; 5] {
        ["Message.Text", "Ann", text, at, "AGENT"]
    }

    #[test]
    fn entries_of_one_speaker_and_minute_stand_together() {
        let told = [
            JOINED,
            ann("a", "2"),
            ann("b", "3"),
            ann("c", "59"),
            ann("d", "61"),
        ];
        assert_eq!(drawing(&thread(&told)), "[|][>>>][>]");
    }

    #[test]
    fn another_speaker_or_a_line_between_begins_a_new_group() {
        let bot = ["Message.Text", "Ann", "x", "3", "EXTERNAL"];
        let own = ["Message.Text", "me", "x", "4", "CLIENT"];
        let link = ["Notice.PushUrl", "Ann", "https://a.example/", "5", "AGENT"];
        let told = [
            ann("a", "2"),
            bot,
            own,
            ann("b", "4"),
            link,
            JOINED,
            ann("c", "6"),
        ];
        assert_eq!(drawing(&thread(&told)), "[>][>][<][>>][|][>]");
    }

    #[test]
    fn a_day_line_stands_where_the_visitors_day_begins() {
        // The chat began at noon in Helsinki: its day is over twelve hours later.
        let told = [
            ann("a", "2"),
            ann("b", "43199"),
            ann("c", "43200"),
            ann("d", "43201"),
            ann("e", "129601"),
        ];
        let thread = thread(&told);
        let days: Vec<bool> = (0..5)
            .map(|index| thread.place(index).opens_day.is_some())
            .collect();
        assert_eq!(days, [false, false, true, false, true]);
        assert_eq!(drawing(&thread), "[>][>][>>][>]");
    }

    #[test]
    fn a_history_of_another_day_begins_with_its_day() {
        let mut thread = Thread::new(|at| at, 1_767_348_000_000 + 3 * DAY);
        for change in changes(&[ann("a", "2"), ann("b", "3")], &[]) {
            thread.apply(change);
        }
        assert_eq!(thread.place(0).opens_day, Some(1_767_348_002_000));
        assert_eq!(thread.place(1).opens_day, None);
    }

    #[test]
    fn a_change_says_where_it_happened() {
        let told = changes(&[ann("a", "2"), ann("b", "3")], &[]);
        let mut thread = empty();
        let edits: Vec<Edit> = told
            .iter()
            .cloned()
            .map(|change| thread.apply(change))
            .collect();
        assert_eq!(edits, [Edit::Cleared, Edit::Inserted(0), Edit::Inserted(1)]);
        let [first, second] = [0, 1].map(|index| thread.entries()[index].clone());
        assert_eq!(thread.apply(Change::Removed(first.key)), Edit::Removed(0));
        assert_eq!(thread.apply(Change::Removed(first.key)), Edit::Nothing);
        assert_eq!(thread.apply(Change::Replaced(first.clone())), Edit::Nothing);
        let before = second.key;
        let back = Change::Inserted {
            entry: first.clone(),
            before,
        };
        assert_eq!(thread.apply(back), Edit::Inserted(0));
        assert_eq!(thread.apply(Change::Replaced(second)), Edit::Replaced(1));
        assert_eq!(thread.apply(Change::Cleared), Edit::Cleared);
        let lost = Change::Inserted {
            entry: first,
            before,
        };
        assert_eq!(
            thread.apply(lost),
            Edit::Inserted(0),
            "a lost neighbour is no reason to lose an entry"
        );
    }

    #[test]
    fn a_message_that_the_server_confirms_keeps_its_place() {
        let mut thread = empty();
        let edits: Vec<Edit> = changes(&[JOINED], &[("hello", 200), ("again", 415)])
            .into_iter()
            .map(|change| thread.apply(change))
            .collect();
        assert!(
            edits.contains(&Edit::Replaced(1)) && edits.contains(&Edit::Replaced(2)),
            "{edits:?}"
        );
        assert_eq!(drawing(&thread), "[|][<<]");
    }
}
