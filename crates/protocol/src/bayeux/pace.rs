//! How often the server may be asked, whatever happens: the limits that no input gets round.

use std::time::Duration;

use super::state::Slot;
use crate::Moment;
use crate::defect::{self, Defect};

/// The limits, each with the sending that counts towards it.
#[derive(Debug)]
pub(super) struct Pace {
    /// At most three connects a second, unless events were delivered.
    connect: Recent,
    /// At most two other requests a second; the farewell that always gets through makes three.
    meta: Recent,
    /// At most twelve handshakes and connects a minute until a connect succeeds.
    attempts: Recent,
    /// No handshake and no connect before: `Retry-After`, or a loop of handshakes.
    session_from: Moment,
    /// No subscribe before: `Retry-After`.
    subscribe_from: Moment,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self {
            connect: Recent::new(3, 1),
            meta: Recent::new(2, 1),
            attempts: Recent::new(12, 60),
            session_from: Moment::default(),
            subscribe_from: Moment::default(),
        }
    }

    /// The earliest moment for the next request in `slot`.
    pub(super) fn free_at(&self, slot: Slot) -> Moment {
        if defect::on(Defect::Unpaced) {
            return Moment::default();
        }
        match slot {
            // A handshake is of no use without the connect that follows it: room for two.
            Slot::Handshake => self.session_free_at(self.meta.free_at(1), 2),
            Slot::Connect => self.session_free_at(self.connect.free_at(1), 1),
            Slot::Subscribe => self.meta.free_at(1).max(self.subscribe_from),
            Slot::Farewell => Moment::default(),
        }
    }

    fn session_free_at(&self, lane: Moment, room: usize) -> Moment {
        let attempts = self.attempts.free_at(room);
        lane.max(attempts).max(self.session_from)
    }

    /// A request of this kind has been sent.
    pub(super) fn sent(&mut self, slot: Slot, now: Moment) {
        match slot {
            Slot::Connect => self.connect.record(now),
            Slot::Handshake | Slot::Subscribe | Slot::Farewell => self.meta.record(now),
        }
        match slot {
            Slot::Connect | Slot::Handshake => self.attempts.record(now),
            Slot::Subscribe | Slot::Farewell => {}
        }
    }

    /// No request of this kind before `from`.
    pub(super) fn refrain(&mut self, slot: Slot, from: Moment) {
        match slot {
            Slot::Handshake | Slot::Connect => self.session_from = from,
            Slot::Subscribe | Slot::Farewell => self.subscribe_from = from,
        }
    }

    /// A connect has brought events: the next may follow at once, however many there were.
    pub(super) fn delivered(&mut self) {
        self.connect.moments.clear();
    }

    /// A connect has succeeded.
    pub(super) fn succeeded(&mut self) {
        self.attempts.moments.clear();
    }
}

/// The last few sendings of a kind, oldest first.
#[derive(Debug)]
struct Recent {
    moments: Vec<Moment>,
    most: usize,
    within: Duration,
}

impl Recent {
    fn new(most: usize, seconds: u64) -> Self {
        Self {
            moments: Vec::new(),
            most,
            // Both ends of a window count: two sendings exactly this far apart share none.
            within: Duration::from_millis(seconds * 1000 + 1),
        }
    }

    /// From when on `room` more fit into the window.
    fn free_at(&self, room: usize) -> Moment {
        let excess = (self.moments.len() + room).saturating_sub(self.most);
        match excess
            .checked_sub(1)
            .and_then(|last| self.moments.get(last))
        {
            Some(moment) => *moment + self.within,
            None => Moment::default(),
        }
    }

    fn record(&mut self, now: Moment) {
        if self.moments.len() == self.most {
            self.moments.remove(0);
        }
        self.moments.push(now);
    }
}
