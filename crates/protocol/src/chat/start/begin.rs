//! Where a start begins: at its first step, or where another page has left it.

use super::{Delay, Start, Step};
use crate::chat::{Session, State, Visitor};

impl Session {
    /// A start from this step on.
    pub(in crate::chat) fn begin(&mut self, visitor: Visitor, by_comet: bool, step: Step) {
        let named = self.config.service.ends_with("-poll");
        // What the page before was creating may come to be at any time.
        let doubted = matches!(step, Step::Doubting { .. });
        self.state = State::Starting(Box::new(Start {
            visitor,
            by_comet,
            step,
            delay: match self.config.delayed {
                Some(true) => Delay::Yes,
                Some(false) => Delay::No,
                None if named => Delay::Yes,
                None => Delay::Perhaps,
            },
            attempts: 0,
            push_failures: 0,
            early: Vec::new(),
            doubted,
            asked_again: false,
            interrupted: false,
        }));
    }
}
