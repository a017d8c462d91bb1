//! How often the server is asked (R1–R3).

use gms_chat_protocol::Lane;

use super::wire::{Flight, Kind};
use super::{Verdict, ensure};
use crate::server::{Answer, Connected};

/// Nobody is kept away longer than this by a `Retry-After`.
const LONGEST_WISH: u64 = 300_000;

/// The witness of the rates.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// Sendings of each lane since something was delivered.
    lanes: [Vec<u64>; 3],
    /// Handshakes and connects since a connect succeeded.
    attempts: Vec<u64>,
    /// Sessions in a row that were unknown at their first connect.
    forgotten: u32,
    forgotten_at: u64,
    /// No connect of this session has succeeded.
    is_new: bool,
    /// Nothing of this kind before.
    refrain: [u64; 3],
}

/// Requests that one `Retry-After` is about.
fn family(kind: Kind) -> Option<usize> {
    match kind {
        Kind::Handshake | Kind::Connect => Some(0),
        Kind::Subscribe => Some(1),
        Kind::Service | Kind::Status | Kind::Refresh | Kind::Send => Some(2),
        Kind::Typing | Kind::Notice | Kind::Create => Some(2),
        Kind::Goodbye | Kind::Disconnect | Kind::Strange => None,
    }
}

impl Pace {
    pub(super) fn sent(&mut self, lane: Lane, kind: Kind, clock: u64) -> Verdict {
        let sendings = &mut self.lanes[lane as usize];
        sendings.push(clock);
        check(sendings, 3, 1_000, "requests within a second in one lane")?;
        if let Some(family) = family(kind) {
            let from = self.refrain[family];
            ensure(clock >= from, "R3", || {
                format!("{kind:?} {} ms before Retry-After", from - clock)
            })?;
        }
        match kind {
            Kind::Handshake => self.check_cycle(clock)?,
            Kind::Connect => {}
            _ => return Ok(()),
        }
        self.attempts.push(clock);
        check(&mut self.attempts, 12, 60_000, "tries within a minute")
    }

    /// The k-th handshake after sessions that were unknown at once comes after 2^(k-1) s, roughly.
    fn check_cycle(&mut self, clock: u64) -> Verdict {
        self.is_new = true;
        if self.forgotten == 0 {
            return Ok(());
        }
        let wait = 750 * (1 << (self.forgotten - 1).min(10)).min(30);
        let gap = clock.saturating_sub(self.forgotten_at);
        ensure(gap >= wait, "R2", || {
            let cycles = self.forgotten;
            format!(
                "a handshake {gap} ms after session {cycles} in a row was unknown at once, not {wait}"
            )
        })
    }

    /// Somebody asks for a session anew.
    pub(super) fn resume(&mut self) {
        self.forgotten = 0;
    }

    /// There is news, and whoever has news may ask again.
    pub(super) fn delivered(&mut self) {
        self.lanes = Default::default();
    }

    pub(super) fn answered(&mut self, flight: &Flight, answer: &Answer, clock: u64) {
        if answer.facts.events > 0 || !answer.facts.spans.is_empty() {
            self.delivered();
        }
        match answer.facts.connect {
            Some(Connected::Well | Connected::Last) => {
                self.attempts.clear();
                self.forgotten = 0;
                self.is_new = false;
            }
            Some(Connected::Unknown) if self.is_new => {
                self.forgotten += 1;
                self.forgotten_at = clock;
                self.is_new = false;
            }
            Some(Connected::Unknown) | None => {}
        }
        let wish = answer
            .retry_after
            .as_deref()
            .and_then(|text| text.parse().ok());
        if let (503 | 429, Some(seconds), Some(family)) = (answer.status, wish, family(flight.kind))
        {
            let seconds: u64 = seconds;
            let from = clock + (seconds * 1_000).min(LONGEST_WISH);
            self.refrain[family] = from.max(self.refrain[family]);
        }
    }

    /// Until when the server's wishes keep the client away.
    pub(super) fn refrains_until(&self) -> u64 {
        self.refrain.into_iter().max().unwrap_or(0)
    }
}

/// At most `most` of these moments lie within any `window`; only the newest has to be looked at.
fn check(moments: &mut Vec<u64>, most: usize, window: u64, what: &'static str) -> Verdict {
    let Some(&newest) = moments.last() else {
        return Ok(());
    };
    moments.retain(|moment| newest - moment < window);
    ensure(moments.len() <= most, "R1", || {
        format!("{} {what}", moments.len())
    })
}
