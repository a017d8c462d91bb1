//! Identifiers in the forms that the specification shows.

use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};

const DIGITS: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Makes identifiers that never repeat; with a seed, the same ones in every run.
#[derive(Debug)]
pub(crate) struct Ids {
    seed: u64,
    count: u64,
}

impl Ids {
    /// Without a seed, the operating system's randomness is taken.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        let seed = seed.unwrap_or_else(|| RandomState::new().hash_one(0));
        Self { seed, count: 0 }
    }

    /// A basic service: `a7e6ed0b-0380-4223-97f8-b3c7d93205e8`.
    pub(crate) fn basic_service(&mut self) -> String {
        let hex = self.hex(32);
        let part = |from: usize, to: usize| &hex[from..to];
        format!(
            "{}-{}-4{}-9{}-{}",
            part(0, 8),
            part(8, 12),
            part(13, 16),
            part(17, 20),
            part(20, 32)
        )
    }

    /// A delayed service, or the comet side of a chat: `EKUJPKAQ197CFA6SJQKTJ03DBG00001M`.
    pub(crate) fn delayed_service(&mut self) -> String {
        self.digits(32, 36).to_ascii_uppercase()
    }

    /// The `_data_id` of a verbose reply: `429-791eaee8-571e-4633-9a73-cc936336f8e2`.
    pub(crate) fn data_id(&mut self) -> String {
        format!("429-{}", self.basic_service())
    }

    /// `chatSessionId`: `000C2a7VVQRB001U`.
    pub(crate) fn chat_session(&mut self) -> String {
        format!("000{}00{}", self.digits(9, 62), self.digits(2, 62))
    }

    /// Bayeux `clientId`: `3vym301sjdtc218qabm5w0z8yb`, always 27 characters here.
    pub(crate) fn client(&mut self) -> String {
        self.digits(27, 36)
    }

    /// The `BAYEUX_BROWSER` cookie.
    pub(crate) fn browser(&mut self) -> String {
        self.digits(26, 36)
    }

    /// `data.id` of one delivery: `7b239ff0455011e4b31cbb293fafe316`.
    pub(crate) fn delivery(&mut self) -> String {
        self.hex(32)
    }

    /// `userId` and `secureKey` of a verbose reply: `0173542518870006`.
    pub(crate) fn key(&mut self) -> String {
        self.hex(16)
    }

    fn hex(&mut self, length: usize) -> String {
        self.digits(length, 16)
    }

    fn digits(&mut self, length: usize, base: u64) -> String {
        let mut text = String::with_capacity(length);
        let mut pool = 0;
        for place in 0..length {
            // Ten digits of base 62 fit into 64 bits.
            if place % 10 == 0 {
                pool = self.number();
            }
            text.push(DIGITS[(pool % base) as usize] as char);
            pool /= base;
        }
        text
    }

    fn number(&mut self) -> u64 {
        self.count += 1;
        let mut hasher = DefaultHasher::new();
        (self.seed, self.count).hash(&mut hasher);
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Ids;

    #[test]
    fn identifiers_have_the_lengths_of_the_examples() {
        let mut ids = Ids::new(None);
        assert_eq!(
            ids.basic_service().len(),
            "a7e6ed0b-0380-4223-97f8-b3c7d93205e8".len()
        );
        assert_eq!(
            ids.delayed_service().len(),
            "EKUJPKAQ197CFA6SJQKTJ03DBG00001M".len()
        );
        assert_eq!(ids.chat_session().len(), "000C2a7VVQRB001U".len());
        assert_eq!(
            ids.delivery().len(),
            "7b239ff0455011e4b31cbb293fafe316".len()
        );
        assert_eq!(ids.key().len(), "0173542518870006".len());
    }

    #[test]
    fn a_seed_repeats_them_and_no_seed_does_not() {
        let first = |seed| Ids::new(seed).client();
        assert_eq!(first(Some(7)), first(Some(7)));
        assert_ne!(first(Some(7)), first(Some(8)));
        assert_ne!(first(None), first(None));
        let mut ids = Ids::new(Some(1));
        let many: std::collections::HashSet<_> = (0..10_000).map(|_| ids.client()).collect();
        assert_eq!(many.len(), 10_000);
    }
}
