//! Nobody writes: when the server will close the chat for it, and from when the visitor is warned.

use super::Limits;
use super::roster::speaks_of_idleness;
use crate::Moment;
use crate::wire::{Event, Kind};

/// What is known about the server's patience.
#[derive(Debug)]
pub(crate) enum Idle {
    /// The last activity, as far as is known here.
    Since(Moment),
    /// The server has warned by itself.
    Warned(Moment),
}

impl Idle {
    /// Takes note of an event: all but typing counts as activity, and a warning as what it is.
    pub(crate) fn note(&mut self, event: &Event, now: Moment) {
        *self = match &event.kind {
            Kind::TypingStarted | Kind::TypingStopped => return,
            Kind::Message | Kind::Other(_) if speaks_of_idleness(event) => Self::Warned(now),
            Kind::Message | Kind::Joined | Kind::Left | Kind::PushUrl | Kind::Other(_) => {
                Self::Since(now)
            }
        };
    }

    /// When the server will close the chat, once the visitor is to be warned of it. A warning that has been
    /// overtaken is none: the server has other limits than the page says.
    pub(crate) fn closes_at(&self, limits: &Limits, now: Moment) -> Option<Moment> {
        let warned = self.warns_at(limits)?;
        let closes = warned + limits.idle_close;
        (warned <= now && now < closes).then_some(closes)
    }

    /// When what `closes_at` says changes next.
    pub(crate) fn wake(&self, limits: &Limits, now: Moment) -> Option<Moment> {
        let warned = self.warns_at(limits)?;
        let moments = [warned, warned + limits.idle_close];
        moments.into_iter().find(|moment| *moment > now)
    }

    fn warns_at(&self, limits: &Limits) -> Option<Moment> {
        match self {
            Self::Since(at) => (!limits.idle_alert.is_zero()).then(|| *at + limits.idle_alert),
            Self::Warned(at) => Some(*at),
        }
    }
}
