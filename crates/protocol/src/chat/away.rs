//! A visitor who looks elsewhere for long, on a page that wants the agent to know it.

use super::{Session, State};
use crate::Moment;

impl Session {
    /// When the agent is told, unless something happens before.
    pub(super) fn leaves_at(&self) -> Option<Moment> {
        let patience = self.config.limits.away;
        // What is on its way is waited for: its echo comes by the channel.
        let may_leave = !patience.is_zero() && self.can_leave() && self.view.outbox.is_settled();
        let since = self.hidden.filter(|_| may_leave)?;
        Some(since + patience)
    }

    /// The page is about to be stopped.
    pub(super) fn freeze(&mut self, now: Moment) {
        if !self.config.limits.away.is_zero() && self.can_leave() {
            self.go_away(now);
        }
    }

    /// Whether there is an agent to tell it, and a way to do so.
    fn can_leave(&self) -> bool {
        matches!(&self.state, State::Live(chat) if chat.is_talk() && self.push.is_up())
    }

    /// The client takes leave with the highest position, which GMS tells the agent. The chat goes on: what happens is
    /// asked for, as rarely as a hidden page does.
    pub(super) fn go_away(&mut self, now: Moment) {
        let position = self.position();
        self.push.go_away(position, now);
    }

    /// Whoever looks, types or writes is here: there is a client again, and what was missed is repaired.
    pub(super) fn come_back(&mut self, now: Moment) {
        self.hidden = self.hidden.map(|_| now);
        if self.push.is_away() {
            self.push.open(now);
        }
    }
}
