//! What a tab leaves for the next page: the chat, and what tabs have handed on.

use super::{Role, Tab};
use crate::chat::{DOUBTFUL_STEP, QUEUED_STEP, TAKEN_STEP, joined};
use crate::json::{decimal, push_row};

/// How much of which transcript is kept already. The default: nothing of any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Which one, of those of this tab.
    pub log: u32,
    /// So many bytes of its events, as a snapshot has them.
    pub length: usize,
}

/// A snapshot in parts, see [`Tab::snapshot_after`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// How much is kept when these parts are.
    pub mark: Mark,
    /// The chat, `[service, marks, client, chat`.
    pub head: String,
    /// Those of its events that were not kept, without the brackets around them.
    pub events: String,
    /// Its messages, likewise.
    pub messages: String,
}

impl Tab {
    /// What another page needs to go on with the chat, see `Session::snapshot`.
    pub fn snapshot(&self) -> Option<String> {
        let parts = self.snapshot_after(Mark::default())?;
        Some(joined(&parts.head, &parts.events, &parts.messages))
    }

    /// What has to be kept beside what `known` says to be kept: the whole snapshot is `head,[events],[messages]]`, with the
    /// events that were kept before in front. Of another log than that of `known`, all of them are here.
    pub fn snapshot_after(&self, known: Mark) -> Option<Parts> {
        let kept = match &self.role {
            Role::Gone => return None,
            Role::Alone | Role::Leading(_) => self.session.kept()?,
            Role::Following(follow) => follow.kept()?,
        };
        let is_known = known.log == self.logs;
        let known = if is_known { known.length } else { 0 };
        let fresh = kept.log.get(known..).unwrap_or_default();
        let mut messages = kept.messages;
        self.add_wishes(&mut messages, false);
        Some(Parts {
            mark: Mark {
                log: self.logs,
                length: kept.log.len(),
            },
            head: kept.head,
            events: fresh.trim_start_matches(',').to_owned(),
            messages,
        })
    }

    /// A snapshot with what tabs have handed on: the messages that nobody has taken as far as is known, and what was
    /// taken. Unless the one who could have taken them has left, those messages may have been sent.
    pub(super) fn with_wishes(&self, snapshot: &str, is_exact: bool) -> String {
        let mut text = snapshot.strip_suffix("]]").unwrap_or_default().to_owned();
        self.add_wishes(&mut text, is_exact);
        text.push_str("]]");
        text
    }

    /// Adds to the messages of a snapshot what tabs have handed on.
    fn add_wishes(&self, messages: &mut String, is_exact: bool) {
        let step = if is_exact { QUEUED_STEP } else { DOUBTFUL_STEP };
        for wish in &self.wishes {
            let number = decimal(wish.number);
            push_row(messages, &[&wish.text, step, "", &wish.from, &number]);
        }
        let taken = match &self.role {
            Role::Alone | Role::Gone => None,
            Role::Leading(lead) => Some(&lead.taken),
            Role::Following(follow) => Some(follow.taken()),
        };
        if let Some(taken) = taken {
            push_row(messages, &[&taken.write(), TAKEN_STEP]);
        }
    }
}
