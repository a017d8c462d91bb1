//! What is known about how long connects are held: by the server, and by what stands before it.

use std::time::Duration;

use super::event::Fault;
use crate::Moment;
use crate::defect::{self, Defect};

/// A connect that is answered sooner than this was not held.
const HELD: Duration = Duration::from_secs(1);
/// So many empty answers at once are forgiven; after them, each wait is twice the one before.
const FORGIVEN: u32 = 3;
const FIRST_WAIT: u64 = 250;
const LONGEST_WAIT: u64 = 2000;
/// The server is never asked to hold for less than this, in seconds.
const SHORTEST: u64 = 10;
/// A proxy may have been replaced after this time.
const MEMORY: Duration = Duration::from_secs(3600);

/// Knowledge that outlives a session: it is about the way to the server.
#[derive(Debug, Default)]
pub(super) struct Hold {
    /// Age in seconds of the last held connect that was cut off, until one has lived longer.
    cut: Option<u64>,
    short: Option<Short>,
    empty: u32,
}

/// A hold shorter than the server's, to stay below somebody's idle limit.
#[derive(Clone, Copy, Debug)]
struct Short {
    hold: Duration,
    forget: Moment,
}

impl Hold {
    /// The hold to ask for, when the server's own is too long.
    pub(super) fn wanted(&self, advised: Duration, now: Moment) -> Option<Duration> {
        let short = self.short.filter(|short| now < short.forget)?;
        (short.hold < advised).then_some(short.hold)
    }

    /// A held connect was answered; how long to wait before the next.
    pub(super) fn answered(&mut self, age: Duration, brought_events: bool) -> Duration {
        self.cut = self.cut.filter(|cut| *cut > age.as_secs());
        if brought_events || age >= HELD || defect::on(Defect::Unpaced) {
            self.empty = 0;
            return Duration::ZERO;
        }
        self.empty = (self.empty + 1).min(FORGIVEN + 3);
        match self.empty.checked_sub(FORGIVEN) {
            Some(doublings) => Duration::from_millis((FIRST_WAIT << doublings).min(LONGEST_WAIT)),
            None => Duration::ZERO,
        }
    }

    /// A held connect failed. Twice cut at about the same age is somebody's idle limit.
    pub(super) fn failed(&mut self, fault: &Fault, age: Duration, now: Moment) {
        let age = age.as_secs();
        // Nothing is gained by asking for the shortest hold of all when that is too long already.
        if !fault.is_cut() || age <= SHORTEST {
            return;
        }
        let last = self.cut.replace(age);
        if last.is_some_and(|last| last.abs_diff(age) <= age / 10) {
            // A silent cut is noticed long after it has happened.
            let hold = if *fault == Fault::TimedOut {
                age / 2
            } else {
                age * 4 / 5
            };
            self.short = Some(Short {
                hold: Duration::from_secs(hold.max(SHORTEST)),
                forget: now + MEMORY,
            });
        }
    }
}
