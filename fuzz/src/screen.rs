//! The transcript as the window would draw it, change by change.

use gms_chat_protocol::chat::{Body, Change, Entry, EntryKey, Fate};

/// The lines in their order.
#[derive(Debug, Default)]
pub(crate) struct Screen(Vec<Entry>);

impl Screen {
    /// Panics at a change that does not fit what is on the screen.
    pub(crate) fn apply(&mut self, change: Change) {
        match change {
            Change::Appended(entry) => {
                self.is_new(&entry);
                self.0.push(entry);
            }
            Change::Inserted { entry, before } => {
                self.is_new(&entry);
                let place = self.place(before);
                self.0.insert(place, entry);
            }
            Change::Replaced(entry) => {
                let place = self.place(entry.key);
                self.0[place] = entry;
            }
            Change::Removed(key) => {
                let place = self.place(key);
                self.0.remove(place);
            }
            Change::Cleared => self.0.clear(),
        }
    }

    /// A message that the visitor may try again or discard.
    pub(crate) fn unsent(&self) -> Option<EntryKey> {
        let unsent = self.0.iter().find(|entry| match &entry.body {
            Body::Mine { fate, .. } => match fate {
                Fate::Failed(_) | Fate::Unproven => true,
                Fate::Sending | Fate::Sent | Fate::Unknown => false,
            },
            Body::Message(_) | Body::Joined | Body::Left | Body::Note { .. } => false,
            Body::Transferred { .. } | Body::PushUrl { .. } | Body::Gap => false,
        });
        unsent.map(|entry| entry.key)
    }

    fn is_new(&self, entry: &Entry) {
        let known = self.0.iter().any(|other| other.key == entry.key);
        assert!(!known, "{entry:?} is on the screen already");
        if let Body::PushUrl { url, .. } = &entry.body {
            let scheme = url.trim().split(':').next().unwrap_or_default();
            let safe = ["http", "https"].map(|safe| scheme.eq_ignore_ascii_case(safe));
            assert!(safe.contains(&true), "{url} can be followed");
        }
    }

    fn place(&self, key: EntryKey) -> usize {
        let place = self.0.iter().position(|entry| entry.key == key);
        place.unwrap_or_else(|| panic!("{key:?} is not on the screen"))
    }
}
