//! Reading JSON that others wrote: bounded in size and depth, tolerant of numbers as strings.

use serde::Deserialize;
use serde_json::Deserializer;

use crate::value::Value;

mod plain;

pub(crate) use plain::ROUNDED;

/// The largest text that is read, in bytes. The longest transcript known of is about 54 KB.
const MAX_BYTES: usize = 8 * 1024 * 1024;
/// The deepest nesting that is read. Reading recurses, and a browser's stack is small.
const MAX_DEPTH: usize = 256;

/// Reads one JSON text. `None`: not JSON, larger than 8 MB or nested deeper than 256 levels.
pub(crate) fn parse(text: &str) -> Option<Value> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if excess(text).is_some() {
        return None;
    }
    let text = plain::plain_numbers(text)?;
    read(&text).or_else(|| read(&without_lone_surrogates(&text)?))
}

fn read(text: &str) -> Option<Value> {
    let mut reader = Deserializer::from_str(text);
    reader.disable_recursion_limit();
    let value = Value::deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(value)
}

/// What a text that is too much to read should have been: the same text will never be read.
pub(crate) fn excess(text: &str) -> Option<&'static str> {
    if text.len() > MAX_BYTES {
        return Some("a body of at most 8 MB");
    }
    (depth(text) > MAX_DEPTH).then_some("a body of at most 256 levels of nesting")
}

/// The text with every escaped half of a surrogate pair replaced, if there are any: browsers and Java
/// servers take them for text, and a message cut within an emoji ends in one.
fn without_lone_surrogates(text: &str) -> Option<String> {
    let mut mended = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        let length = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => 0,
            (Some(_), _) => 6,
            // Two bytes are one escape, or the text is no JSON.
            (None, _) => 2,
        };
        mended.push_str(before);
        if length == 0 {
            mended.push('\u{fffd}');
        }
        let (kept, after) = escape.split_at_checked(length)?;
        mended.push_str(kept);
        rest = if length == 0 { escape.get(6..)? } else { after };
    }
    mended.push_str(rest);
    (mended != text).then_some(mended)
}

/// The UTF-16 unit of an escape `\uXXXX` at the start of a text.
fn unit(escape: &str) -> Option<u16> {
    let digits = escape.strip_prefix("\\u")?.get(..4)?;
    let value = |unit, digit: char| Some(unit << 4 | digit.to_digit(16)? as u16);
    digits.chars().try_fold(0, value)
}

/// Tells strings from what stands between them, byte by byte.
#[derive(Default)]
struct Quotes {
    open: bool,
    escaped: bool,
}

impl Quotes {
    /// Whether this byte, the next one of the text, belongs to a string.
    fn cover(&mut self, byte: u8) -> bool {
        if !self.open {
            self.open = byte == b'"';
            return self.open;
        }
        self.open = self.escaped || byte != b'"';
        self.escaped = !self.escaped && byte == b'\\';
        true
    }
}

/// How deep arrays and objects are nested, brackets inside strings left out.
fn depth(text: &str) -> usize {
    let (mut now, mut deepest) = (0usize, 0usize);
    let mut quotes = Quotes::default();
    for byte in text.bytes().filter(|byte| !quotes.cover(*byte)) {
        match byte {
            b'[' | b'{' => {
                now += 1;
                deepest = deepest.max(now);
            }
            b']' | b'}' => now = now.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// A text: a string as it is, a whole number or a boolean in words, anything else `None`.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(true) => Some("true".to_owned()),
        Value::Bool(false) => Some("false".to_owned()),
        Value::Number(_) => number(value).map(decimal),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A whole number that is not negative: as a number, or as a string of digits; fractions are cut off.
pub(crate) fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64().or_else(|| whole(number.as_f64())),
        Value::String(text) => digits(text),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The part of a float before the point, when it is in range.
fn whole(float: f64) -> Option<u64> {
    // Beyond 2^53 a float does not name one whole number any more.
    (0.0..=9_007_199_254_740_992.0)
        .contains(&float)
        .then_some(float as u64)
}

/// The number that the leading digits of a text name, when nothing but a fraction follows them.
pub(crate) fn digits(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text
        .bytes()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    let (whole, rest) = text.split_at(end);
    let fraction = rest.is_empty() || rest.starts_with('.');
    if !fraction || !rest.bytes().skip(1).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    whole_number(whole)
}

/// The number that decimal digits name. `None`: no digit, anything else among them, or too large.
pub(crate) fn whole_number(digits: &str) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.bytes().try_fold(0_u64, |number, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        number.checked_mul(10)?.checked_add(digit.into())
    })
}

/// A whole number in decimal, without the formatting machinery.
pub fn decimal(number: u64) -> String {
    let mut text = String::new();
    push_decimal(&mut text, number);
    text
}

/// Appends a whole number in decimal.
pub(crate) fn push_decimal(out: &mut String, number: u64) {
    if number >= 10 {
        push_decimal(out, number / 10);
    }
    out.push(char::from(b'0' + (number % 10) as u8));
}

/// Appends `text` as a JSON string with its quotes.
pub(crate) fn push_string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\0'..='\x1f' => {
                out.push_str("\\u00");
                out.extend([hex(character as u32 >> 4), hex(character as u32 & 15)]);
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

/// Appends an array of strings, behind another array with a comma.
pub(crate) fn push_row(out: &mut String, texts: &[&str]) {
    if out.ends_with(']') {
        out.push(',');
    }
    let mut mark = '[';
    for text in texts {
        out.push(mark);
        push_string(out, text);
        mark = ',';
    }
    out.push(']');
}

/// The elements of an array by their places; what is not there, or no array, is empty.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a>(pub(crate) &'a Value);

impl Row<'_> {
    /// The text at this place.
    pub(crate) fn text(self, place: usize) -> String {
        self.at(place).and_then(text).unwrap_or_default()
    }

    /// Whether there is anything at this place.
    pub(crate) fn has(self, place: usize) -> bool {
        self.at(place).is_some()
    }

    /// The number at this place.
    pub(crate) fn number(self, place: usize) -> Option<u64> {
        self.at(place).and_then(number)
    }

    fn at(&self, place: usize) -> Option<&Value> {
        self.0.as_array()?.get(place)
    }
}

fn hex(digit: u32) -> char {
    char::from_digit(digit, 16).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_from_numbers_and_strings() {
        let cases = [
            ("5", Some(5)),
            ("\"5\"", Some(5)),
            ("\" 5 \"", Some(5)),
            ("5.9", Some(5)),
            ("\"61.5\"", Some(61)),
            ("0", Some(0)),
            ("-1", None),
            ("\"-1\"", None),
            ("\"5x\"", None),
            ("\"\"", None),
            ("1e300", None),
            ("18446744073709551615", Some(u64::MAX)),
            ("\"99999999999999999999999\"", None),
            ("null", None),
            ("[5]", None),
        ];
        for (json, expected) in cases {
            assert_eq!(parse(json).as_ref().and_then(number), expected, "{json}");
        }
    }

    #[test]
    fn texts_are_read_from_strings_numbers_and_booleans() {
        let cases = [
            ("\"a\"", Some("a")),
            ("57", Some("57")),
            ("true", Some("true")),
            ("false", Some("false")),
            ("null", None),
            ("{}", None),
        ];
        for (json, expected) in cases {
            assert_eq!(
                parse(json).as_ref().and_then(text).as_deref(),
                expected,
                "{json}"
            );
        }
    }

    #[test]
    fn two_hundred_levels_are_read_and_three_hundred_are_refused() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(parse(&nested(200)).is_some());
        assert!(parse(&nested(256)).is_some());
        assert!(parse(&nested(300)).is_none());
        assert!(parse(&"[".repeat(5_000_000)).is_none());
    }

    #[test]
    fn brackets_inside_strings_do_not_nest() {
        let text = format!("[\"{}\\\"{}\"]", "[".repeat(1000), "{".repeat(1000));
        assert!(parse(&text).is_some());
    }

    #[test]
    fn a_megabyte_is_read_and_ten_are_refused() {
        let long = |bytes: usize| format!("[\"{}\"]", "x".repeat(bytes));
        assert!(parse(&long(1 << 20)).is_some());
        assert!(parse(&long(10 << 20)).is_none());
    }

    #[test]
    fn a_byte_order_mark_is_passed_over_and_trailing_junk_is_not() {
        assert!(parse("\u{feff}{}").is_some());
        assert!(parse("{} {}").is_none());
        assert!(parse("").is_none());
    }

    #[test]
    fn halves_of_surrogate_pairs_do_not_make_a_text_unreadable() {
        let cases = [
            (r#""\ud83d""#, "\u{fffd}"),
            (r#""cut \ud83d!""#, "cut \u{fffd}!"),
            (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
            (r#""\ud83d\ude00 \ud83d""#, "😀 \u{fffd}"),
            (r#""\\ud83d \ud83d\n""#, "\\ud83d \u{fffd}\n"),
            (r#""\u0041\ud83d\u0042""#, "A\u{fffd}B"),
        ];
        for (json, expected) in cases {
            assert_eq!(
                parse(json),
                Some(Value::String(expected.to_owned())),
                "{json}"
            );
        }
        for broken in [
            r#""\ud83d"#,
            r#""\ud8"#,
            r#""\"#,
            r#""\ud83dé"#,
            r#""\é\ud83d""#,
        ] {
            assert_eq!(parse(broken), None, "{broken}");
        }
    }

    #[test]
    fn strings_are_written_so_that_they_can_be_read_again() {
        let text = "a\"b\\c\n\u{1}\u{1f}\u{7f}é👋";
        let mut json = String::new();
        push_string(&mut json, text);
        assert_eq!(parse(&json), Some(Value::String(text.to_owned())));
    }

    #[test]
    fn decimals_have_no_leading_zeros() {
        for n in [0, 7, 10, 99, 100, 2015, u64::MAX] {
            assert_eq!(decimal(n), n.to_string());
        }
    }
}
