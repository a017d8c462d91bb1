//! Chance that repeats itself: the same seed gives the same numbers on every machine.

/// A stream of numbers (SplitMix64).
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// A stream that follows from `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number below `bound`, which is not zero.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound
    }

    /// A number from `first` to `last`, both included.
    pub(crate) fn between(&mut self, first: u64, last: u64) -> u64 {
        first + self.below(last - first + 1)
    }

    /// True `permille` times in a thousand.
    pub(crate) fn hits(&mut self, permille: u64) -> bool {
        self.below(1000) < permille
    }

    /// One of `choices`, which are not empty.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        let index = self.below(choices.len() as u64);
        choices[usize::try_from(index).unwrap_or(0)]
    }

    /// A number from `first` to `last` whose order of size is equally likely.
    pub(crate) fn spread(&mut self, first: u64, last: u64) -> u64 {
        let doublings = 64 - (last / first.max(1)).leading_zeros();
        let top = first.max(1) << self.below(u64::from(doublings) + 1).min(62);
        self.between(first, top.clamp(first, last))
    }
}

/// A number that follows from `parts` and from nothing else.
pub(crate) fn hash(parts: &[u64]) -> u64 {
    let step = |sum: u64, part: &u64| mix(sum.wrapping_add(0x9e37_79b9_7f4a_7c15) ^ mix(*part));
    parts.iter().fold(0, step)
}

fn mix(mut number: u64) -> u64 {
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_splitmix64() {
        let mut dice = Dice::new(1_234_567);
        assert_eq!(dice.roll(), 6_457_827_717_110_365_317);
        assert_eq!(dice.roll(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn bounds_are_kept() {
        let mut dice = Dice::new(3);
        for _ in 0..10_000 {
            assert!((5..=7).contains(&dice.between(5, 7)));
            assert!((20..=5000).contains(&dice.spread(20, 5000)));
        }
    }

    #[test]
    fn a_hash_depends_on_the_order_of_its_parts() {
        assert_ne!(hash(&[1, 2]), hash(&[2, 1]));
        assert_ne!(hash(&[0]), hash(&[0, 0]));
    }
}
