//! The order of events: positions, duplicates, holes.

use crate::defect::{self, Defect};
use crate::wire;

/// A position so far beyond the last one is not believed.
const BELIEVABLE_JUMP: u64 = 10_000;

/// The position of a chat that has only been created.
const START: u64 = 1;

/// An event whose turn has come, or is awaited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// Its place in the server's transcript.
    pub(crate) position: u64,
    /// When it happened, in milliseconds since 1970.
    pub(crate) at: Option<u64>,
    /// What happened.
    pub(crate) event: wire::Event,
    /// Events that came together have the same number.
    batch: u32,
}

impl Arrival {
    /// Whether it came directly after `other`, in the same batch.
    pub(crate) fn follows(&self, other: &Self) -> bool {
        self.batch == other.batch && self.position == other.position + 1
    }
}

/// A batch as it arrived.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The events in their order.
    pub(crate) events: Vec<wire::Event>,
    /// `transcriptPosition`: the place of the last event.
    pub(crate) last: Option<u64>,
    /// The place of the first event where `last` cannot tell.
    pub(crate) first_guess: u64,
    /// Start of the chat, in milliseconds since 1970.
    pub(crate) started_at: Option<u64>,
}

/// Hands every event on once, in the order of the server's transcript.
///
/// An event beyond a hole is held until the hole is filled or given up. An event from inside a
/// given-up hole is handed on late, with its true position.
#[derive(Debug, Default)]
pub(crate) struct Sequence {
    /// Everything up to here was handed on, or is in `missed`.
    reached: u64,
    /// Ranges up to `reached` that never came, first and last included.
    missed: Vec<(u64, u64)>,
    /// What waits for its turn, by position.
    held: Vec<Arrival>,
    /// Fingerprints of what was handed on.
    shown: Vec<u64>,
    /// Fingerprints of what was handed on before the positions turned out to be wrong.
    recounted: Vec<u64>,
    batches: u32,
}

impl Sequence {
    /// The chat begins after `position`: nothing up to there is awaited, but it is taken when it comes.
    pub(crate) fn begin(position: u64) -> Self {
        Self {
            reached: position,
            missed: vec![(0, position)],
            ..Self::default()
        }
    }

    /// The position up to which nothing is awaited any more.
    pub(crate) fn reached(&self) -> u64 {
        self.reached
    }

    /// The highest position seen.
    pub(crate) fn highest(&self) -> u64 {
        self.held.last().map_or(self.reached, |last| last.position)
    }

    /// Whether a position lies ahead of all that has come, and not absurdly far.
    pub(crate) fn is_ahead(&self, position: u64) -> bool {
        let highest = self.highest();
        position > highest && position - highest <= BELIEVABLE_JUMP
    }

    /// Takes a batch in; what is known already is dropped. True when anything was new.
    pub(crate) fn admit(&mut self, batch: Batch) -> bool {
        let positions = self.positions(&batch);
        self.batches = self.batches.wrapping_add(1);
        let mut news = false;
        for (event, position) in batch.events.into_iter().zip(positions) {
            let at = batch.started_at.zip(event.seconds);
            news |= self.hold(Arrival {
                position,
                at: at.map(|(start, seconds)| start.saturating_add(seconds.saturating_mul(1000))),
                event,
                batch: self.batches,
            });
        }
        news
    }

    /// Takes out the events whose turn has come, in their order.
    pub(crate) fn due(&mut self) -> Vec<Arrival> {
        let mut count = 0;
        for held in &self.held {
            if held.position > self.reached + 1 && !defect::on(Defect::IgnoresHoles) {
                break;
            }
            self.reached = self.reached.max(held.position);
            count += 1;
        }
        let later = self.held.split_off(count);
        let mut due = std::mem::replace(&mut self.held, later);
        due.retain(|arrival| self.is_news(arrival));
        due
    }

    /// Takes note of an event; false when it was shown before a recount.
    fn is_news(&mut self, arrival: &Arrival) -> bool {
        let print = fingerprint(&arrival.event);
        self.shown.push(print);
        let known = self.recounted.iter().position(|known| *known == print);
        known
            .map(|known| self.recounted.swap_remove(known))
            .is_none()
    }

    /// The server counts lower than we do: everything is awaited anew from the start, and what was
    /// shown is recognised by what it says.
    pub(crate) fn recount(&mut self) {
        self.recounted.append(&mut self.shown);
        self.reached = START;
        self.missed = vec![(0, START)];
        self.held.clear();
    }

    /// Whether events are held because others before them are missing.
    pub(crate) fn has_hole(&self) -> bool {
        self.held
            .first()
            .is_some_and(|first| first.position > self.reached + 1)
    }

    /// Gives the hole up, if there is one: answers the positions around it.
    pub(crate) fn give_up(&mut self) -> Option<(u64, u64)> {
        let before = self.held.first()?.position;
        let after = self.reached;
        if before <= after + 1 {
            return None;
        }
        self.missed.push((after + 1, before - 1));
        self.reached = before - 1;
        Some((after, before))
    }

    /// Gives up what the server has up to `position`, where nothing is held: answers the positions around it.
    pub(crate) fn give_up_to(&mut self, position: u64) -> Option<(u64, u64)> {
        let after = self.reached;
        if !self.held.is_empty() || position <= after {
            return None;
        }
        self.missed.push((after + 1, position));
        self.reached = position;
        Some((after, position + 1))
    }

    /// Whether everything between two positions has come by now.
    pub(crate) fn is_complete(&self, after: u64, before: u64) -> bool {
        let touches = |&(first, last): &(u64, u64)| first < before && last > after;
        !self.missed.iter().any(touches)
    }

    /// What has not come between two positions: ranges, first and last included.
    pub(crate) fn missing(&self, after: u64, before: u64) -> Vec<(u64, u64)> {
        let clip = |&(first, last): &(u64, u64)| (first.max(after + 1), last.min(before - 1));
        let ranges = self.missed.iter().map(clip);
        ranges.filter(|(first, last)| first <= last).collect()
    }

    /// Holds an event unless it is a duplicate.
    fn hold(&mut self, arrival: Arrival) -> bool {
        let position = arrival.position;
        let place = self.held.partition_point(|held| held.position < position);
        let waits = self.held.get(place);
        let waits = waits.is_some_and(|held| held.position == position);
        if waits && !defect::on(Defect::ShowsDuplicates) {
            return false;
        }
        let duplicates = !defect::on(Defect::ShowsDuplicates);
        let is_known = position <= self.reached && !self.take_missed(position) && duplicates;
        if is_known && self.is_shown(&arrival) {
            return false;
        }
        self.held.insert(place, arrival);
        true
    }

    /// Whether an event at a position that is taken has been shown, there or elsewhere.
    fn is_shown(&self, arrival: &Arrival) -> bool {
        let fingerprint = fingerprint(&arrival.event);
        self.shown.iter().rev().any(|known| *known == fingerprint)
    }

    /// Takes a position out of the missed ranges; false when it was not in any.
    fn take_missed(&mut self, position: u64) -> bool {
        let inside = |&(first, last): &(u64, u64)| (first..=last).contains(&position);
        let Some(place) = self.missed.iter().position(inside) else {
            return false;
        };
        let (first, last) = self.missed.remove(place);
        if position < last {
            self.missed.insert(place, (position + 1, last));
        }
        if position > first {
            self.missed.insert(place, (first, position - 1));
        }
        true
    }

    /// The position of each event: by its index, else counted back from the last, else guessed.
    fn positions(&self, batch: &Batch) -> Vec<u64> {
        let limit = self.highest().saturating_add(BELIEVABLE_JUMP);
        let last = batch.last.filter(|&last| last <= limit);
        if let Some(indices) = indices(&batch.events, last, limit) {
            return indices;
        }
        let mut count = batch.events.len() as u64;
        if defect::on(Defect::CountsNoTyping) {
            let types = |event: &&wire::Event| {
                matches!(
                    event.kind,
                    wire::Kind::TypingStarted | wire::Kind::TypingStopped
                )
            };
            count -= batch.events.iter().filter(types).count() as u64;
        }
        let first = last.and_then(|last| (last + 1).checked_sub(count));
        let first = first.unwrap_or(batch.first_guess);
        (first..first + count).collect()
    }
}

/// The indices of the events, when they make sense. Some servers count them from 0: the last one
/// is `transcriptPosition` by definition, so all are shifted to agree with it.
fn indices(events: &[wire::Event], last: Option<u64>, limit: u64) -> Option<Vec<u64>> {
    let indices: Vec<u64> = events
        .iter()
        .map(|event| event.index)
        .collect::<Option<_>>()?;
    let top = *indices.last()?;
    let shift = i64::try_from(last.unwrap_or(top)).ok()? - i64::try_from(top).ok()?;
    let rising = indices.windows(2).all(|pair| pair[0] < pair[1]);
    if !rising || top > limit || shift.abs() > 1 {
        return None;
    }
    indices
        .into_iter()
        .map(|index| index.checked_add_signed(shift))
        .collect()
}

/// What an event says, in one number (FNV-1a).
fn fingerprint(event: &wire::Event) -> u64 {
    let mut sum = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |bytes: &[u8]| {
        for byte in bytes.iter().chain(&[0xff]) {
            sum = (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    add(event.kind.name().as_bytes());
    add(event.party.nickname.as_bytes());
    add(event.text.as_bytes());
    add(&event.seconds.unwrap_or_default().to_le_bytes());
    sum
}
