//! One run as a list: every choice of the seed is an item that can be left out.

mod deed;
mod draw;
mod ill;
mod quirk;

use std::fmt;

use gms_chat_protocol::Lane;
use gms_chat_protocol::chat::Delivery;

pub(crate) use deed::{Deed, Spell, Weather};
pub(crate) use ill::{Ill, Spoil, Wish};
pub(crate) use quirk::{
    Ack, AdviceHabit, Cut, Duplicate, Ids, NoneAtEnd, Quirk, Repair, Setting, Unknown,
};

/// Everything that is chosen about one run. The run follows from it and from nothing else.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Feeds latencies, jitter and everything else that is no item.
    pub(crate) seed: u64,
    /// Who is tried.
    pub(crate) subject: Subject,
    /// When the faults stop, in milliseconds from the start.
    pub(crate) calm: u64,
    /// What is out of the ordinary, in no particular order.
    pub(crate) items: Vec<Item>,
}

/// Who is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The Bayeux session alone: a listener to one chat that is there from the start.
    Bayeux,
    /// The chat session, as the widget uses it.
    Chat(Delivery),
}

/// One thing that is out of the ordinary.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Item {
    /// A lasting peculiarity of server, network or configuration.
    Quirk(Quirk),
    /// What befalls the exchange of this number in this lane, counted from 0.
    Ill(Lane, u32, Ill),
    /// What somebody does at this moment.
    Deed(u64, Deed),
}

impl Plan {
    /// The plan that follows from a seed.
    pub(crate) fn of(seed: u64) -> Self {
        draw::plan(seed)
    }

    /// The same with nothing but the items of these numbers.
    pub(crate) fn only(&self, kept: &[usize]) -> Self {
        let items = kept.iter().filter_map(|&index| self.items.get(index));
        Self {
            items: items.copied().collect(),
            ..self.clone()
        }
    }

    /// The lasting peculiarities together.
    pub(crate) fn setting(&self) -> Setting {
        let mut setting = Setting::default();
        for item in &self.items {
            if let Item::Quirk(quirk) = item {
                quirk.apply(&mut setting);
            }
        }
        // No client can keep a session that is over before its next connect can be there.
        let away = setting.other_tab.unwrap_or(0) + 2 * (setting.latency.0 + setting.latency.1);
        setting.max_interval = setting.max_interval.max(away + 1_000);
        setting
    }
}

impl Item {
    /// Whether it is something that should not be, and not what visitors and agents do all day.
    pub(crate) fn is_fault(&self) -> bool {
        match self {
            Self::Quirk(_) | Self::Ill(..) => true,
            Self::Deed(_, deed) => deed.is_fault(),
        }
    }
}

impl fmt::Display for Item {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quirk(quirk) => write!(out, "always       {quirk:?}"),
            Self::Ill(lane, nth, ill) => {
                let lane = format!("{lane:?}").to_lowercase();
                write!(out, "{lane:>7} #{nth:<4} {ill:?}")
            }
            Self::Deed(at, deed) => write!(out, "at {:>7.3} s {deed:?}", *at as f64 / 1000.0),
        }
    }
}
