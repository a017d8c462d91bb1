//! How long to wait before trying again: exponential from 1 s to 30 s, spread by a quarter either way.

use std::time::Duration;

use crate::defect::{self, Defect};
use crate::{Reply, json};

/// In milliseconds: arithmetic on durations costs more than it is worth here.
const FIRST: u64 = 1000;
const LONGEST: u64 = 30_000;
/// Nobody is kept away longer than this by a `Retry-After`.
const LONGEST_WISH: u64 = 300;
/// The wait after an outage that ended in a success not yet proven to last starts at 2^this seconds at most.
const EASED: u32 = 3;

/// Counts the failures of one outage and says when to try next. It has no clock.
#[derive(Clone, Debug)]
pub(crate) struct Backoff {
    doublings: u32,
    at_once_spent: bool,
    random: u64,
}

impl Backoff {
    /// A backoff whose spread follows from `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            doublings: 0,
            at_once_spent: false,
            random: seed,
        }
    }

    /// Counts a failure and answers the wait before the next try.
    /// With `at_once`, the first failure of an outage costs no wait.
    pub(crate) fn next(&mut self, at_once: bool) -> Duration {
        if at_once && !self.at_once_spent && self.doublings == 0 {
            self.at_once_spent = true;
            return Duration::ZERO;
        }
        let wait = self.double();
        self.spread(wait)
    }

    /// Counts a failure and answers a wait of at most `most`, spread like any other.
    pub(crate) fn next_within(&mut self, most: Duration) -> Duration {
        let wait = self.double().min(most / 5 * 4);
        self.spread(wait)
    }

    fn double(&mut self) -> Duration {
        let wait = (FIRST << self.doublings).min(LONGEST);
        self.doublings = (self.doublings + 1).min(5);
        Duration::from_millis(wait)
    }

    /// The outage is over.
    pub(crate) fn reset(&mut self) {
        self.doublings = 0;
        self.at_once_spent = false;
    }

    /// A first sign of life: what follows waits less, but does not begin anew.
    pub(crate) fn ease(&mut self) {
        self.doublings = self.doublings.min(EASED);
    }

    /// `wait`, spread over the quarter before and the quarter after it.
    pub(crate) fn spread(&mut self, wait: Duration) -> Duration {
        let millis = millis(wait);
        Duration::from_millis(millis - millis / 4 + self.part(millis / 2))
    }

    /// `wait`, spread over the quarter after it: for a wait that must not be undercut.
    pub(crate) fn spread_after(&mut self, wait: Duration) -> Duration {
        let millis = millis(wait);
        Duration::from_millis(millis + self.part(millis / 4))
    }

    /// A random part of `whole`, up to the whole of it.
    fn part(&mut self, whole: u64) -> u64 {
        self.random() % (whole + 1)
    }

    /// SplitMix64: one addition and two multiplications per number.
    fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

fn millis(wait: Duration) -> u64 {
    // No wait here is longer than the largest that a server may ask of a timer.
    wait.as_secs() * 1000 + u64::from(wait.subsec_millis())
}

/// The seconds of `Retry-After`, at most five minutes. A date cannot be used: the session knows no calendar.
pub(crate) fn retry_after(reply: &Reply) -> Option<Duration> {
    if defect::on(Defect::IgnoresRetryAfter) {
        return None;
    }
    let seconds = json::digits(reply.retry_after.as_deref()?)?;
    Some(Duration::from_secs(seconds.min(LONGEST_WISH)))
}
