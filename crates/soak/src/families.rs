//! Which tabs of the browser share a chat: families, each an origin of its own.

use std::fmt;
use std::str::FromStr;

use crate::dice::Dice;

/// No family needs more, and no browser gives an origin more connections.
const LARGEST: usize = 6;

/// How many tabs each family has, those that are alone first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Families(pub(crate) Vec<usize>);

impl Families {
    /// Of so many tabs: two or three share a chat where there are enough, each other one is alone.
    pub(crate) fn draw(seed: u64, tabs: usize) -> Self {
        let mut dice = Dice(!seed);
        // Seeds that differ in a few bits only must not begin alike.
        dice.roll(2);
        let together = match tabs {
            0 | 1 => return Self(vec![1; tabs]),
            2 | 3 => 2,
            _ => 2 + dice.roll(2),
        };
        let mut sizes = vec![1; tabs - together];
        sizes.push(together);
        Self(sizes)
    }

    pub(crate) fn tabs(&self) -> usize {
        self.0.iter().sum()
    }

    /// How many tabs there are, and how they share.
    pub(crate) fn told(&self) -> String {
        match self.is_shared() {
            true => format!("{} (--families {self})", self.tabs()),
            false => self.tabs().to_string(),
        }
    }

    /// Whether any tabs share a chat.
    pub(crate) fn is_shared(&self) -> bool {
        self.0.iter().any(|size| *size > 1)
    }
}

impl FromStr for Families {
    type Err = String;

    /// `1,1,2`.
    fn from_str(text: &str) -> Result<Self, String> {
        let size = |word: &str| {
            let size = word.trim().parse().ok();
            size.filter(|size| (1..=LARGEST).contains(size))
                .ok_or_else(|| format!("`{word}` is no size of a family"))
        };
        text.split(',')
            .map(size)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl fmt::Display for Families {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes: Vec<String> = self.0.iter().map(usize::to_string).collect();
        out.write_str(&sizes.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_there_are_two_tabs_some_share_a_chat_and_where_there_are_four_some_are_alone() {
        for seed in 0..50 {
            for tabs in 0..9 {
                let families = Families::draw(seed, tabs);
                assert_eq!(families.tabs(), tabs);
                assert_eq!(families.is_shared(), tabs > 1, "{families}");
                assert_eq!(families.0.contains(&1), tabs == 1 || tabs > 2, "{families}");
            }
        }
    }

    #[test]
    fn the_seed_says_how_many() {
        let drawn: Vec<Families> = (0..20).map(|seed| Families::draw(seed, 4)).collect();
        let again: Vec<Families> = (0..20).map(|seed| Families::draw(seed, 4)).collect();
        assert_eq!(drawn, again);
        for sizes in [vec![1, 1, 2], vec![1, 3]] {
            assert!(drawn.contains(&Families(sizes)));
        }
    }

    #[test]
    fn sizes_are_read_as_they_are_told() {
        let families: Families = "1, 1,2".parse().unwrap();
        assert_eq!(
            (families.tabs(), families.to_string()),
            (4, "1,1,2".to_owned())
        );
        for wrong in ["", "1,,2", "0", "7", "two"] {
            assert!(wrong.parse::<Families>().is_err(), "{wrong}");
        }
    }
}
