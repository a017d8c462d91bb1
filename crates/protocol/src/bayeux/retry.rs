//! When to try again after a fault: soon, later, or hardly ever.

use std::time::Duration;

use super::event::Fault;
use crate::backoff::Backoff;

/// After so many denials in a row only a slow probe goes on.
const PATIENCE: u8 = 3;
const PROBE: Duration = Duration::from_secs(60);

/// The failures of one kind of request.
#[derive(Debug)]
pub(super) struct Retry {
    backoff: Backoff,
    denials: u8,
}

impl Retry {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            backoff: Backoff::new(seed),
            denials: 0,
        }
    }

    /// Counts `fault` and answers the wait before the next try.
    pub(super) fn delay(&mut self, fault: &Fault, at_once: bool) -> Duration {
        self.denials = if fault.is_denial() {
            self.denials.saturating_add(1)
        } else {
            0
        };
        // Slow probes count, too: the fault after them is not the first.
        let wait = self.backoff.next(at_once);
        if self.is_lasting() {
            self.backoff.spread(PROBE)
        } else {
            wait
        }
    }

    /// `wait`, made longer by chance: whoever was sent away together does not come back together.
    pub(super) fn spread_after(&mut self, wait: Duration) -> Duration {
        self.backoff.spread_after(wait)
    }

    /// Whether trying again is of little use until somebody has changed something.
    pub(super) fn is_lasting(&self) -> bool {
        self.denials >= PATIENCE
    }

    /// The outage is over.
    pub(super) fn succeeded(&mut self) {
        self.backoff.reset();
        self.denials = 0;
    }

    /// A first success, not yet proven to last.
    pub(super) fn eased(&mut self) {
        self.backoff.ease();
        self.denials = 0;
    }

    /// Gives denied requests their tries again.
    pub(super) fn forgive(&mut self) {
        self.denials = 0;
    }
}
