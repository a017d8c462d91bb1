//! What tabs say to each other: rows of JSON strings.
//!
//! | row | who says it | what it means |
//! |---|---|---|
//! | `["hi"]` | a tab that follows | tell me everything |
//! | `["all" or "told", leader, number, from, head, log, messages, taken, exact, events]` | the tab that leads | the chat as it can be taken over, and what has happened |
//! | `["do", leader, tab, number, command …]` | a tab that follows | its visitor wants this |
//!
//! `number` counts what one tab says, so that nothing is missed or heard twice; `from` is how much of the log is known already.

use crate::chat::{Command, TAKEN_STEP};
use crate::json::{Row, decimal, parse, push_row};

use super::relay;

const HELLO: &str = "hi";
const ALL: &str = "all";
const NEWS: &str = "told";
const WISH: &str = "do";
const COMMAND_AT: usize = 4;

/// A message that a tab has handed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) from: String,
    pub(super) number: u64,
    pub(super) text: String,
    /// Whether this tab, or the page that stood in it before, has handed it on.
    pub(super) is_ours: bool,
}

impl Wish {
    /// What the entry of its message is marked with.
    pub(super) fn origin(&self) -> String {
        [&self.from, " ", &decimal(self.number)].concat()
    }
}

/// Up to which number each tab's wishes were taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Taken(Vec<(String, u64)>);

impl Taken {
    pub(super) fn of(&self, tab: &str) -> u64 {
        let known = self.0.iter().find(|(name, _)| name == tab);
        known.map_or(0, |(_, number)| *number)
    }

    /// A wish is taken; false when it has been before.
    pub(super) fn note(&mut self, tab: &str, number: u64) -> bool {
        let is_new = number > self.of(tab);
        if is_new {
            self.0.retain(|(name, _)| name != tab);
            self.0.push((tab.to_owned(), number));
        }
        is_new
    }

    pub(super) fn note_all(&mut self, others: Self) {
        for (tab, number) in others.0 {
            self.note(&tab, number);
        }
    }

    pub(super) fn write(&self) -> String {
        let words = self.0.iter();
        let words: Vec<String> = words
            .map(|(tab, number)| [tab, " ", &decimal(*number), " "].concat())
            .collect();
        words.concat()
    }

    fn read(text: &str) -> Self {
        let mut words = text.split(' ');
        let mut taken = Self::default();
        while let (Some(tab), Some(number)) = (words.next(), words.next()) {
            let number = crate::json::whole_number(number).unwrap_or_default();
            taken.note(tab, number);
        }
        taken
    }
}

/// What the tab that leads says.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    /// Whether `events` draw the whole window.
    pub(super) is_all: bool,
    pub(super) leader: String,
    pub(super) number: u64,
    /// Where `log` goes on.
    pub(super) from: u64,
    /// Of a snapshot; empty when there is no chat to take over.
    pub(super) head: String,
    pub(super) log: String,
    pub(super) messages: String,
    pub(super) taken: Taken,
    /// Whether the tab does nothing more for the chat.
    pub(super) is_exact: bool,
    /// Rows of `relay.rs`.
    pub(super) events: String,
}

impl Told {
    pub(super) fn write(&self) -> String {
        let mut post = String::new();
        push_row(
            &mut post,
            &[
                if self.is_all { ALL } else { NEWS },
                &self.leader,
                &decimal(self.number),
                &decimal(self.from),
                &self.head,
                &self.log,
                &self.messages,
                &self.taken.write(),
                if self.is_exact { "1" } else { "" },
                &self.events,
            ],
        );
        post
    }

    fn read(row: Row<'_>) -> Option<Self> {
        Some(Self {
            is_all: row.text(0) == ALL,
            leader: row.text(1),
            number: row.number(2)?,
            from: row.number(3)?,
            head: row.text(4),
            log: row.text(5),
            messages: row.text(6),
            taken: Taken::read(&row.text(7)),
            is_exact: !row.text(8).is_empty(),
            events: row.text(9),
        })
    }
}

/// What was heard.
pub(super) enum Heard {
    Hello,
    Told(Told),
    /// The tab that was believed to lead, who wants something, and what.
    Wished(String, Wish, Command),
}

pub(super) fn hello() -> String {
    let mut post = String::new();
    push_row(&mut post, &[HELLO]);
    post
}

/// A wish for the tab that leads.
pub(super) fn wish(leader: &str, tab: &str, number: u64, command: &Command) -> String {
    let mut post = String::new();
    relay::write_command(&mut post, &[WISH, leader, tab, &decimal(number)], command);
    post
}

/// The messages of a snapshot that were handed on.
pub(super) fn left_wishes(snapshot: &str) -> Vec<Wish> {
    let wish = |row: Row<'_>| {
        Some(Wish {
            text: row.text(0),
            from: row.text(3),
            number: row.number(4)?,
            is_ours: true,
        })
    };
    left_rows(snapshot, wish)
}

/// What the page that left a snapshot knew to be taken.
pub(super) fn left_taken(snapshot: &str) -> Taken {
    let taken = |row: Row<'_>| (row.text(1) == TAKEN_STEP).then(|| Taken::read(&row.text(0)));
    left_rows(snapshot, taken).pop().unwrap_or_default()
}

fn left_rows<T>(snapshot: &str, read: impl Fn(Row<'_>) -> Option<T>) -> Vec<T> {
    let parts = parse(snapshot);
    let parts = parts.as_ref().and_then(|parts| parts.as_array());
    let rows = parts.and_then(|parts| parts.get(5)?.as_array());
    let rows = rows.into_iter().flatten();
    rows.filter_map(|row| read(Row(row))).collect()
}

pub(super) fn read(row: Row<'_>) -> Option<Heard> {
    match row.text(0).as_str() {
        HELLO => Some(Heard::Hello),
        ALL | NEWS => Told::read(row).map(Heard::Told),
        WISH => {
            let wish = Wish {
                from: row.text(2),
                number: row.number(3)?,
                text: String::new(),
                is_ours: false,
            };
            let command = relay::read_command(row, COMMAND_AT)?;
            Some(Heard::Wished(row.text(1), wish, command))
        }
        _ => None,
    }
}
