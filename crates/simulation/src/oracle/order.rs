//! The order of the lines on the screen, held against the positions of the server's transcript.

use super::book::Book;
use super::row::{Line, Row};
use super::{Verdict, Violation, ensure};
use crate::server::{Chat, Kind as What};

impl Book {
    /// Order, doubles, silent gaps.
    pub(super) fn check_order(&self, chat: &Chat) -> Verdict {
        let mut after = 0;
        let mut marked = false;
        let mut unplaced = Vec::new();
        for row in &self.rows {
            if row.line == Line::Gap {
                marked = true;
            }
            if !row.is_settled() {
                continue;
            }
            if row.is_assumed() {
                unplaced.extend(row.places(chat));
                continue;
            }
            let Some((first, last)) = row.place(chat, after, |it| self.has_read(it)) else {
                return Err(self.misplaced(row, chat));
            };
            let is_skipped =
                |position: &u64| self.is_due(chat, *position) && !unplaced.contains(position);
            let skipped = (after + 1..first).find(is_skipped);
            ensure(marked || skipped.is_none(), "S7", || {
                format!(
                    "event {first} is shown, event {skipped:?} before it is not, and no gap is marked"
                )
            })?;
            after = last;
            marked = false;
        }
        Ok(())
    }

    /// A line that has no place behind the lines above it.
    fn misplaced(&self, row: &Row, chat: &Chat) -> Violation {
        let line = &row.line;
        let what = match row.place(chat, 0, |it| self.has_read(it)) {
            Some((first, _)) => {
                format!("{line:?} (event {first}) is shown twice or below later ones")
            }
            None => format!("{line:?} is shown; the client has read no such thing"),
        };
        Violation::new("C2", what)
    }

    /// Whether an event is one that the visitor has to see. What was there before the chat began is not.
    pub(super) fn is_due(&self, chat: &Chat, position: u64) -> bool {
        let is_seen = |what| match what {
            What::Message | What::Joined | What::Left | What::PushUrl => true,
            What::TypingStarted | What::TypingStopped | What::Custom | What::Oddity => false,
        };
        position > 1
            && chat
                .event(position)
                .is_some_and(|event| is_seen(event.kind))
    }
}
