//! Who types: when to announce it of the visitor, and how long to believe it of the others.

use super::{Limits, Party};
use crate::Moment;

/// A typing notice that wants to go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// `startTyping`.
    Start,
    /// `stopTyping`.
    Stop,
}

/// The visitor's own typing.
///
/// A start is dropped when it cannot go out at once; a stop waits, for a dropped one would leave
/// the agent looking at dots. A message ends the typing by itself.
#[derive(Debug, Default)]
pub(crate) struct Ours {
    /// When a start was sent that no stop has followed.
    announced: Option<Moment>,
    /// When the keys have been still for so long that it counts as a stop.
    still: Option<Moment>,
    wish: Option<Notice>,
}

impl Ours {
    /// A key was pressed.
    pub(crate) fn press(&mut self, limits: &Limits, now: Moment) {
        self.still = Some(now + limits.typing_stop);
        let due = |sent: Moment| now >= sent + limits.typing_repeat;
        let start = self.announced.is_none_or(due);
        self.wish = start.then_some(Notice::Start);
    }

    /// The draft is gone, or has been still for long enough.
    pub(crate) fn stop(&mut self) {
        self.still = None;
        self.wish = self.announced.is_some().then_some(Notice::Stop);
    }

    /// The draft was sent.
    pub(crate) fn say(&mut self) {
        *self = Self::default();
    }

    /// Stops when the time has come.
    pub(crate) fn expire(&mut self, now: Moment) {
        if self.still.is_some_and(|still| still <= now) {
            self.stop();
        }
    }

    /// What wants to go out.
    pub(crate) fn wish(&self) -> Option<Notice> {
        self.wish
    }

    /// The notice goes out.
    pub(crate) fn sent(&mut self, notice: Notice, now: Moment) {
        self.wish = None;
        self.announced = match notice {
            Notice::Start => Some(now),
            Notice::Stop => None,
        };
    }

    /// What could not go out at once is forgotten, unless it is a stop.
    pub(crate) fn drop_start(&mut self) {
        if self.wish == Some(Notice::Start) {
            self.wish = None;
        }
    }

    /// When [`Ours::expire`] has something to do.
    pub(crate) fn wake(&self) -> Option<Moment> {
        self.still
    }
}

/// The typing of the others: at most one of them is shown.
#[derive(Debug, Default)]
pub(crate) struct Theirs {
    now: Option<(Party, Moment)>,
    told: Option<Party>,
}

impl Theirs {
    /// The party started to type, or goes on.
    pub(crate) fn start(&mut self, party: Party, until: Moment) {
        self.now = Some((party, until));
    }

    /// The party stopped, sent a message or left.
    pub(crate) fn stop(&mut self, party: &Party) {
        if self.now.as_ref().is_some_and(|(typist, _)| typist == party) {
            self.now = None;
        }
    }

    /// Nobody types any more.
    pub(crate) fn clear(&mut self) {
        self.now = None;
    }

    /// Forgets a party that has not been heard of for too long.
    pub(crate) fn expire(&mut self, now: Moment) {
        if self.now.as_ref().is_some_and(|(_, until)| *until <= now) {
            self.now = None;
        }
    }

    /// Who types now, when that is news.
    pub(crate) fn news(&mut self) -> Option<Option<Party>> {
        let typist = self.now.as_ref().map(|(party, _)| party);
        if typist == self.told.as_ref() {
            return None;
        }
        self.told = typist.cloned();
        Some(self.told.clone())
    }

    /// When [`Theirs::expire`] has something to do.
    pub(crate) fn wake(&self) -> Option<Moment> {
        self.now.as_ref().map(|(_, until)| *until)
    }
}
