//! Holes that were given up: each is marked on the screen, and asked for now and then.

use super::EntryKey;
use super::sequence::Sequence;
use super::view::View;

/// So often is a marked gap asked for once more.
const LATE_TRIES: u32 = 3;

/// A hole that was given up, and is marked on the screen.
#[derive(Debug)]
struct Gap {
    after: u64,
    before: u64,
    key: EntryKey,
    /// How often it has been asked for since.
    asked: u32,
}

/// All that are marked.
#[derive(Debug, Default)]
pub(crate) struct Gaps(Vec<Gap>);

impl Gaps {
    /// Marks a hole between two positions, which has been asked for so often since it was given up.
    pub(crate) fn mark(&mut self, view: &mut View, (after, before): (u64, u64), asked: u32) {
        let key = view.mark_gap(before);
        self.0.push(Gap {
            after,
            before,
            key,
            asked,
        });
    }

    /// The position before the first one that is still worth a question.
    pub(crate) fn wanted(&self) -> Option<u64> {
        let gap = self.0.iter().find(|gap| gap.asked < LATE_TRIES);
        gap.map(|gap| gap.after)
    }

    /// A refresh from this position was answered.
    pub(crate) fn note_asked(&mut self, position: u64) {
        for gap in &mut self.0 {
            gap.asked += u32::from(gap.after.max(1) == position);
        }
    }

    /// There is a new occasion to ask: none of the questions so far was meant for it.
    pub(crate) fn ask_again(&mut self) {
        for gap in &mut self.0 {
            gap.asked = 0;
        }
    }

    /// Lets every mark stand where something is missing still.
    pub(crate) fn follow(&mut self, view: &mut View, sequence: &Sequence) {
        for gap in std::mem::take(&mut self.0) {
            let missing = sequence.missing(gap.after, gap.before);
            if missing == [(gap.after + 1, gap.before - 1)] {
                self.0.push(gap);
                continue;
            }
            view.clear_gap(gap.key);
            for (first, last) in missing {
                self.mark(view, (first - 1, last + 1), gap.asked);
            }
        }
    }
}
