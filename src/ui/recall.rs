//! What the window shows, told again: for another tab, and from one.

use gms_chat_protocol::chat::{Change, Event, Phase};

use super::Chat;

impl Chat {
    /// The events that draw the window as it is now.
    pub(crate) fn recall(&self) -> Vec<Event> {
        let mut events = vec![
            Event::Phase(Phase::Restoring),
            Event::Entry(Change::Cleared),
        ];
        self.tell_entries(&mut |entry| {
            events.push(Event::Entry(Change::Appended(entry.clone())));
        });
        events.extend([
            Event::Phase(self.phase.peek()),
            Event::Connection(self.connection.borrow().clone()),
            Event::Typing(self.typing.peek()),
            Event::Idle(self.closes_at.get()),
        ]);
        events
    }

    /// Puts a text where the visitor writes; he is not typing it here.
    pub(crate) fn write(&self, draft: String) {
        self.draft.set(draft);
    }
}
