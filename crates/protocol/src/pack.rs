//! A text to be kept: numbers and texts one after the other, told apart by their places alone.
//!
//! A number is `7:`, a text is its length in bytes and itself, `5:hello`. The first two numbers are the version and a
//! sum over all that follows.

use crate::json;
use crate::print::Print;

/// Numbers beyond this are not written, and not believed.
const MOST: u64 = 1 << 53;

/// Writes one.
#[derive(Debug, Default)]
pub(crate) struct Packer(String);

impl Packer {
    /// Adds a number.
    pub(crate) fn number(&mut self, number: u64) {
        json::push_decimal(&mut self.0, number.min(MOST));
        self.0.push(':');
    }

    /// Adds a choice.
    pub(crate) fn flag(&mut self, flag: bool) {
        self.number(flag.into());
    }

    /// Adds how many parts of a kind follow.
    pub(crate) fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    /// Adds a text.
    pub(crate) fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.push_str(text);
    }

    /// Adds a text that may be missing.
    pub(crate) fn name(&mut self, name: Option<&String>) {
        self.text(name.map_or("", |name| name));
    }

    /// Adds texts.
    pub(crate) fn texts(&mut self, texts: &[String]) {
        self.count(texts.len());
        for text in texts {
            self.text(text);
        }
    }

    /// Adds everything that another one holds.
    pub(crate) fn append(&mut self, other: &Self) {
        self.0.push_str(&other.0);
    }

    /// The text, with its version and its sum in front.
    pub(crate) fn finish(self, version: u64) -> String {
        let mut whole = Self::default();
        whole.number(version);
        whole.number(sum(&self.0));
        whole.0.push_str(&self.0);
        whole.0
    }
}

/// Reads one. A part that is not there, or not of the kind that was asked for, is read as zero or as an empty text
/// and spoils the whole, which only the end tells.
#[derive(Debug)]
pub(crate) struct Parcel<'a> {
    rest: &'a str,
    is_spoilt: bool,
}

impl<'a> Parcel<'a> {
    /// The parts of a text of this version. `None`: of another one, or damaged.
    pub(crate) fn read(text: &'a str, version: u64) -> Option<Self> {
        let mut parcel = Self {
            rest: text,
            is_spoilt: false,
        };
        let is_known = parcel.number() == version;
        let is_whole = parcel.number() == sum(parcel.rest);
        (is_known && is_whole).then_some(parcel)
    }

    /// A number.
    pub(crate) fn number(&mut self) -> u64 {
        let (digits, rest) = self.rest.split_once(':').unwrap_or_default();
        self.rest = rest;
        let number = json::whole_number(digits).filter(|number| *number <= MOST);
        self.sure(number)
    }

    /// A choice.
    pub(crate) fn flag(&mut self) -> bool {
        let flag = self.number();
        self.demand(flag < 2);
        flag == 1
    }

    /// A text.
    pub(crate) fn text(&mut self) -> String {
        let length = usize::try_from(self.number()).unwrap_or(usize::MAX);
        let parts = self.rest.split_at_checked(length);
        let (text, rest) = self.sure(parts);
        self.rest = rest;
        text.to_owned()
    }

    /// A text that may be missing.
    pub(crate) fn name(&mut self) -> Option<String> {
        Some(self.text()).filter(|name| !name.is_empty())
    }

    /// Texts.
    pub(crate) fn texts(&mut self) -> Vec<String> {
        let mut texts = Vec::new();
        let mut left = self.number();
        while self.has(&mut left) {
            texts.push(self.text());
        }
        texts
    }

    /// Whether one more of `left` parts is to be read.
    pub(crate) fn has(&mut self, left: &mut u64) -> bool {
        let has = *left > 0 && !self.is_spoilt;
        *left = left.saturating_sub(1);
        has
    }

    /// Spoils the whole unless something is so.
    pub(crate) fn demand(&mut self, so: bool) {
        self.is_spoilt |= !so;
    }

    /// What is there, or nothing and the whole is spoilt.
    pub(crate) fn sure<T: Default>(&mut self, part: Option<T>) -> T {
        self.demand(part.is_some());
        part.unwrap_or_default()
    }

    /// Whether everything has been read, and nothing was spoilt.
    pub(crate) fn is_good(&self) -> bool {
        self.rest.is_empty() && !self.is_spoilt
    }
}

fn sum(text: &str) -> u64 {
    let mut print = Print::new(0);
    print.add(text.as_bytes());
    print.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed() -> String {
        let mut out = Packer::default();
        out.number(7);
        out.text("a \"[b],\n5:é");
        out.flag(true);
        out.number(u64::MAX);
        out.texts(&[String::new(), ":".to_owned()]);
        out.name(None);
        out.finish(3)
    }

    #[test]
    fn what_was_packed_is_read_part_by_part() {
        let text = packed();
        let mut parcel = Parcel::read(&text, 3).unwrap();
        assert_eq!(parcel.number(), 7);
        assert_eq!(parcel.text(), "a \"[b],\n5:é");
        assert!(parcel.flag());
        assert_eq!(parcel.number(), MOST);
        assert_eq!(parcel.texts(), ["", ":"]);
        assert!(!parcel.is_good(), "something is left");
        assert_eq!(parcel.name(), None);
        assert!(parcel.is_good());
        assert_eq!(parcel.number(), 0);
        assert!(!parcel.is_good(), "nothing was left");
    }

    #[test]
    fn another_version_and_every_other_damage_is_refused() {
        let text = packed();
        assert!(Parcel::read(&text, 2).is_none());
        for (at, letter) in text.char_indices() {
            let cut = [&text[..at], &text[at + letter.len_utf8()..]].concat();
            assert!(Parcel::read(&cut, 3).is_none(), "without {letter} at {at}");
        }
        for text in ["", ":", "3", "3:", "3::", "3:0:", "x:1:"] {
            assert!(Parcel::read(text, 3).is_none(), "{text}");
        }
    }

    #[test]
    fn a_part_of_another_kind_spoils_the_whole() {
        let read = |text: &str, part: fn(&mut Parcel<'_>)| {
            let is_spoilt = false;
            let mut parcel = Parcel {
                rest: text,
                is_spoilt,
            };
            part(&mut parcel);
            parcel.is_good()
        };
        let number: fn(&mut Parcel<'_>) = |parcel| {
            parcel.number();
        };
        for text in ["", "1", "-1:", "1.5:", " 1:", "9007199254740993:"] {
            assert!(!read(text, number), "{text}");
        }
        assert!(read("9007199254740992:", number));
        assert!(!read("2:", |parcel| {
            parcel.flag();
        }));
        for text in ["2:a", "1:é", "99999999999:", "3:ab"] {
            assert!(!read(text, |parcel| drop(parcel.text())), "{text}");
        }
        assert!(!read("3:1:a", |parcel| drop(parcel.texts())));
    }
}
