//! The page around the client: its clock, its timers, whether it runs at all.

use crate::plan::{Spell, Weather};

/// The spells that last, and what follows from them.
#[derive(Debug, Default)]
pub(crate) struct Page {
    spells: Vec<Lasting>,
    /// How far the page's clock is behind the world's.
    pub(crate) lag: u64,
    /// When the client's timer is due, by the page's clock.
    pub(crate) due: Option<u64>,
    /// Tells an old timer from the current one.
    pub(crate) generation: u32,
    /// What arrived while the page stood still.
    pub(crate) waiting: Vec<usize>,
}

/// A spell that has begun.
#[derive(Debug)]
struct Lasting {
    number: usize,
    spell: Spell,
    began: u64,
}

impl Page {
    /// A spell begins; false when that makes no sense now.
    pub(crate) fn begin(&mut self, number: usize, spell: Spell, now: u64) -> bool {
        let stills = matches!(spell, Spell::Frozen | Spell::Asleep { .. });
        if stills && self.is_still() {
            return false;
        }
        self.spells.push(Lasting {
            number,
            spell,
            began: now,
        });
        true
    }

    /// The spell of this number is over; `None` when it was over before.
    pub(crate) fn end(&mut self, number: usize, now: u64) -> Option<Spell> {
        let index = self.spells.iter().position(|it| it.number == number)?;
        let Lasting { spell, began, .. } = self.spells.remove(index);
        if matches!(spell, Spell::Asleep { clock_stops: true }) {
            self.lag += now - began;
        }
        Some(spell)
    }

    /// Numbers of all spells.
    pub(crate) fn numbers(&self) -> Vec<usize> {
        self.spells.iter().map(|it| it.number).collect()
    }

    /// Whether the page stands still.
    pub(crate) fn is_still(&self) -> bool {
        self.any(|spell| matches!(spell, Spell::Frozen | Spell::Asleep { .. }))
    }

    /// Whether nothing leaves the browser.
    pub(crate) fn is_offline(&self) -> bool {
        self.any(|spell| matches!(spell, Spell::Offline | Spell::Asleep { .. }))
    }

    /// Whether the browser says that it is offline.
    pub(crate) fn says_offline(&self) -> bool {
        self.any(|spell| matches!(spell, Spell::Offline))
    }

    /// Whether something stands in the client's way.
    pub(crate) fn is_impeded(&self) -> bool {
        self.any(|spell| !matches!(spell, Spell::Hidden))
    }

    /// Whether the page cannot be seen.
    pub(crate) fn is_hidden(&self) -> bool {
        self.any(|spell| matches!(spell, Spell::Hidden))
    }

    /// How late timers are.
    pub(crate) fn lateness(&self) -> u64 {
        let late = self.spells.iter().map(|it| match it.spell {
            Spell::LateTimers(by) => u64::from(by),
            Spell::Hidden => 1_000,
            Spell::Weather(_) | Spell::Offline | Spell::Frozen | Spell::Asleep { .. } => 0,
        });
        late.max().unwrap_or(0)
    }

    /// The weather: of several, the last.
    pub(crate) fn weather(&self) -> Option<Weather> {
        self.spells.iter().rev().find_map(|it| match it.spell {
            Spell::Weather(weather) => Some(weather),
            Spell::Offline | Spell::Hidden | Spell::LateTimers(_) => None,
            Spell::Frozen | Spell::Asleep { .. } => None,
        })
    }

    /// The page's clock.
    pub(crate) fn clock(&self, now: u64) -> u64 {
        now - self.lag
    }

    /// When a timer fires that is due at this moment of the page's clock.
    pub(crate) fn fires(&self, due: u64, now: u64) -> u64 {
        // A driver rounds up: a timer that fires too early would be set again for nothing.
        let due = (due + self.lag).max(now) + 1;
        if self.is_hidden() {
            return due
                .next_multiple_of(1_000)
                .max(due + self.lateness() - 1_000);
        }
        due + self.lateness()
    }

    fn any(&self, is: impl Fn(&Spell) -> bool) -> bool {
        self.spells.iter().any(|it| is(&it.spell))
    }
}
