//! FNV-1a: numbers by which texts are told apart. Nothing here keeps a secret.

/// Where a sum begins.
const BASIS: u64 = 0xcbf2_9ce4_8422_2325;

/// A sum over texts; each ends with a byte that no text holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Print(u64);

impl Print {
    /// A sum of nothing. Sums of another `kind` have nothing in common with these.
    pub(crate) fn new(kind: u64) -> Self {
        Self(BASIS ^ kind)
    }

    /// Adds bytes.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().chain(&[0xff]) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// The sum, in 53 bits: every reader of JSON takes that for a whole number.
    pub(crate) fn sum(self) -> u64 {
        self.0 >> 11
    }
}
