//! What will happen when, on the virtual clock.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What the world does at its moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Happening {
    /// The item of this number in the plan is a deed.
    Deed(usize),
    /// The spell of this number is over.
    SpellEnds(usize),
    /// The request of this exchange reaches the server. The copy's answer is lost.
    Arrive { exchange: usize, copy: bool },
    /// The answer of this exchange reaches the browser.
    Return(usize),
    /// The browser notices that this exchange has failed.
    Break(usize),
    /// An intermediary cuts this exchange.
    Cut(usize),
    /// The server notices that nobody listens to this exchange any more.
    HangUp(usize),
    /// The client's timer of this generation fires.
    Timer(u32),
    /// The server has something to do.
    Server,
    /// The faults stop.
    Calm,
    /// The visitor starts a chat if there is none.
    Begin,
    /// The agent writes one more message, which has to arrive.
    Probe,
    /// Nobody waits any longer.
    Deadline,
}

/// The agenda of one client's world.
pub(crate) type Agenda = Later<Happening>;

/// An agenda. What is due at the same moment happens in the order in which it was noted.
#[derive(Debug)]
pub(crate) struct Later<T> {
    heap: BinaryHeap<Reverse<(u64, u64, T)>>,
    noted: u64,
}

impl<T: Ord> Default for Later<T> {
    fn default() -> Self {
        Self {
            heap: BinaryHeap::new(),
            noted: 0,
        }
    }
}

impl<T: Ord> Later<T> {
    /// Notes that something happens at this moment.
    pub(crate) fn note(&mut self, at: u64, happening: T) {
        self.noted += 1;
        self.heap.push(Reverse((at, self.noted, happening)));
    }

    /// Takes the next.
    pub(crate) fn next(&mut self) -> Option<(u64, T)> {
        let Reverse((at, _, happening)) = self.heap.pop()?;
        Some((at, happening))
    }
}
