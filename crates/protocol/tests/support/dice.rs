//! Chance that comes out the same every time.

#![allow(dead_code, reason = "each test file uses its part")]

/// SplitMix64.
#[derive(Debug)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number from 0 to `sides` - 1.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let mixed = mixed ^ (mixed >> 31);
        (mixed >> 33) as usize % sides.max(1)
    }

    /// A time from 0 to `most` - 1 milliseconds.
    pub(crate) fn millis(&mut self, most: usize) -> std::time::Duration {
        std::time::Duration::from_millis(self.roll(most) as u64)
    }
}
