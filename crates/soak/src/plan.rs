//! What a visitor, his page and his agent do, drawn from a seed: the same seed gives the same deeds in the same order.

use std::time::Duration;

use gms_chat_protocol::chat::Delivery;

use crate::dice::Dice;
use crate::weather::Tempo;

/// How a chat begins and ends, and how much happens in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chat {
    pub(crate) delivery: Delivery,
    /// An agent is waited for before the chat is created.
    pub(crate) is_delayed: bool,
    pub(crate) deeds: usize,
    pub(crate) ending: Ending,
    /// Until the agent comes.
    pub(crate) wait: Duration,
}

/// How a chat ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Visitor,
    Agent,
    /// The page goes for good and says so.
    Goodbye,
}

/// One thing that somebody does, or that happens to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Say,
    Type,
    Notice,
    /// The agent says so many lines in one go.
    Answer(usize),
    AgentTypes,
    Transfer,
    /// A message that has failed is tried again.
    Retry,
    /// Or taken out.
    Discard,
    Reload,
    /// The page ends without another word; the next one has what was written last.
    Crash,
    /// A page without the widget, for so long.
    Away(Duration),
    Hide(Duration),
    /// The system knows that there is no network.
    Offline(Duration),
    /// Nobody knows.
    Silence(Duration),
    /// Another network takes the place of this one.
    Switch,
    /// The machine sleeps.
    Sleep(Duration),
}

/// Draws the life of one visitor.
#[derive(Debug)]
pub(crate) struct Plan {
    dice: Dice,
    /// Between two messages of the visitor, on the average.
    pace: Duration,
    /// The most that happens in a chat.
    deeds: usize,
}

/// Draws a deed of one kind.
type Draw = fn(&mut Plan) -> Deed;

/// How often each deed is done, in two hundred.
const WEIGHTS: [(usize, Draw); 16] = [
    (76, |_| Deed::Say),
    (64, |plan| Deed::Answer(1 + plan.dice.roll(3))),
    (10, |_| Deed::Type),
    (10, |_| Deed::AgentTypes),
    (2, |_| Deed::Notice),
    (2, |_| Deed::Transfer),
    (4, |_| Deed::Retry),
    (1, |_| Deed::Discard),
    (7, |_| Deed::Reload),
    (4, |_| Deed::Crash),
    (4, |plan| Deed::Away(plan.spell())),
    (4, |plan| Deed::Hide(plan.spell())),
    (4, |plan| Deed::Offline(plan.spell())),
    (3, |plan| Deed::Silence(plan.spell())),
    (3, |_| Deed::Switch),
    (2, |plan| Deed::Sleep(plan.spell() * 2)),
];

const WORDS: [&str; 12] = [
    "hello",
    "parcel",
    "Größe",
    "наклейка",
    "お荷物",
    "🙂👍🏽",
    "100 % & more",
    "\"quoted\"",
    "<b>bold</b>",
    "a+b=c",
    "مرحبا",
    "and so on",
];

impl Plan {
    /// The plan of this visitor in a run.
    pub(crate) fn new(seed: u64, visitor: usize, tempo: Tempo) -> Self {
        let mut dice = Dice(seed ^ (visitor as u64 + 1).wrapping_mul(0xd6e8_feb8_6659_fd93));
        // Seeds that differ in a few bits only must not begin alike.
        dice.roll(2);
        let Tempo { pace, deeds, .. } = tempo;
        Self { dice, pace, deeds }
    }

    /// Some time before the first chat, so that not all begin at once.
    pub(crate) fn lead(&mut self) -> Duration {
        self.up_to(self.pace * 2)
    }

    pub(crate) fn chat(&mut self) -> Chat {
        let (delivery, is_delayed) = match self.dice.roll(8) {
            0..=2 => (Delivery::Cometd, false),
            3 | 4 => (Delivery::Auto, false),
            5 | 6 => (Delivery::Poll, false),
            _ => (Delivery::Cometd, true),
        };
        Chat {
            delivery,
            is_delayed,
            deeds: 8 + self.dice.roll(self.deeds),
            ending: match self.dice.roll(5) {
                0 | 1 => Ending::Visitor,
                2 | 3 => Ending::Agent,
                _ => Ending::Goodbye,
            },
            wait: self.up_to(self.pace),
        }
    }

    /// The next deed, and how long it is until then.
    pub(crate) fn deed(&mut self) -> (Duration, Deed) {
        let pause = self.up_to(self.pace * 4 / 5);
        let all: usize = WEIGHTS.iter().map(|(weight, _)| weight).sum();
        let mut rest = self.dice.roll(all);
        for (weight, draw) in WEIGHTS {
            if rest < weight {
                return (pause, draw(self));
            }
            rest -= weight;
        }
        (pause, Deed::Say)
    }

    /// A few words, seldom many.
    pub(crate) fn words(&mut self) -> String {
        let count = if self.dice.roll(20) == 0 { 200 } else { 8 };
        let count = 1 + self.dice.roll(count);
        let words: Vec<&str> = (0..count)
            .map(|_| WORDS[self.dice.roll(WORDS.len())])
            .collect();
        words.join(" ")
    }

    /// A number for whoever needs chance of his own.
    pub(crate) fn seed(&mut self) -> u64 {
        self.dice.roll(usize::MAX) as u64
    }

    fn spell(&mut self) -> Duration {
        Duration::from_secs(1) + self.up_to(self.pace)
    }

    fn up_to(&mut self, most: Duration) -> Duration {
        let most = usize::try_from(most.as_millis()).unwrap_or(usize::MAX);
        self.dice.millis(most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn life(seed: u64, visitor: usize) -> String {
        let mut plan = Plan::new(seed, visitor, Tempo::USUAL);
        let deeds: Vec<_> = (0..200).map(|_| plan.deed()).collect();
        format!("{:?} {:?} {}", plan.chat(), deeds, plan.words())
    }

    #[test]
    fn a_seed_means_the_same_deeds_and_each_visitor_has_his_own() {
        assert_eq!(life(7, 3), life(7, 3));
        assert_ne!(life(7, 3), life(7, 4));
        assert_ne!(life(7, 3), life(8, 3));
    }

    #[test]
    fn the_weights_are_of_two_hundred() {
        let all: usize = WEIGHTS.iter().map(|(weight, _)| weight).sum();
        assert_eq!(all, 200);
    }
}
