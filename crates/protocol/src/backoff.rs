//! How long to wait before trying again: exponential from 1 s to 30 s, spread by a quarter either way.

use std::time::Duration;

use crate::Reply;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);
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
        let wait = FIRST.saturating_mul(1 << self.doublings).min(LONGEST);
        self.doublings = (self.doublings + 1).min(5);
        self.spread(wait)
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
        wait - wait / 4 + self.part(wait / 2)
    }

    /// `wait`, spread over the quarter after it: for a wait that must not be undercut.
    pub(crate) fn spread_after(&mut self, wait: Duration) -> Duration {
        wait + self.part(wait / 4)
    }

    /// A random part of `whole`. Steps of a thousandth are finer than need be.
    fn part(&mut self, whole: Duration) -> Duration {
        whole / 1024 * u32::try_from(self.random() % 1025).unwrap_or(0)
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

/// The seconds of `Retry-After`, at most five minutes. A date cannot be used: the session knows no calendar.
pub(crate) fn retry_after(reply: &Reply) -> Option<Duration> {
    let seconds: u64 = reply.retry_after.as_deref()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.min(LONGEST_WISH)))
}
