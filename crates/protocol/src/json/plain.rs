//! Writes the numbers of a JSON text so that reading them takes no floating point, which costs the wasm 3 KB: the
//! protocol knows natural numbers and the whole part of others, and nothing else.

use super::{Quotes, push_decimal, whole_number};

/// What a fraction, an exponent or a number beyond `u64` becomes: this, less the part before its point. No number that
/// is kept as it is lies as deep, see [`SAFE_DIGITS`].
pub(crate) const ROUNDED: i64 = -(1 << 62);

/// Digits of negative numbers that are kept.
const SAFE_DIGITS: usize = 18;

/// A power of ten beyond every `u64`.
const LONGEST_EXPONENT: u64 = 400;

/// The text with its numbers in plain digits, those that are not written so as [`ROUNDED`] says. `None`: it is no JSON.
///
/// What is returned makes no reader compute: outside of strings no digit is followed by a point or an exponent, and
/// no number needs more than 64 bits. The stamp of the wasm relies on that.
pub(super) fn plain_numbers(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut quotes = Quotes::default();
    let mut rest = text;
    let begins = |byte| matches!(byte, b'-' | b'0'..=b'9');
    while let Some(start) = (rest.bytes()).position(|byte| !quotes.cover(byte) && begins(byte)) {
        let (before, number) = rest.split_at_checked(start)?;
        let belongs = |byte| begins(byte) || matches!(byte, b'+' | b'.' | b'e' | b'E');
        let end = number.bytes().position(|byte| !belongs(byte));
        let (number, after) = number.split_at_checked(end.unwrap_or(number.len()))?;
        plain.push_str(before);
        push_plain(&mut plain, number)?;
        rest = after;
    }
    plain.push_str(rest);
    Some(plain)
}

fn push_plain(out: &mut String, number: &str) -> Option<()> {
    if let Some(digits) = number.strip_prefix('-') {
        if digits.len() <= SAFE_DIGITS && whole_number(digits).is_some() {
            out.push_str(number);
        } else {
            let (digits, _) = parts(digits)?;
            let is_zero = digits.bytes().all(|digit| digit == b'0');
            out.push_str(if is_zero { "0" } else { "-1" });
        }
    } else if whole_number(number).is_some() {
        out.push_str(number);
    } else {
        let (digits, point) = parts(number)?;
        let deepest = ROUNDED.unsigned_abs();
        let whole = natural(&digits, point).map_or(deepest, |whole| whole.min(deepest));
        out.push('-');
        push_decimal(out, deepest + whole);
    }
    Some(())
}

/// The number before the point, which stands behind so many of the digits, or of the zeroes that follow them.
fn natural(digits: &str, point: u64) -> Option<u64> {
    let mut digits = digits.bytes();
    (0..point).try_fold(0_u64, |number, _| {
        let digit = digits.next().unwrap_or(b'0') - b'0';
        number.checked_mul(10)?.checked_add(digit.into())
    })
}

/// All digits of a number without its sign, and behind how many of them the point stands. `None`: no number of JSON.
fn parts(number: &str) -> Option<(String, u64)> {
    let (mantissa, exponent) = (number.split_once(['e', 'E'])).map_or((number, "0"), |parts| parts);
    let (whole, fraction) = mantissa
        .split_once('.')
        .map_or((mantissa, "0"), |parts| parts);
    let are_digits =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_back = exponent.starts_with('-');
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let is_number = are_digits(whole) && are_digits(fraction) && are_digits(exponent);
    if !is_number || whole.len() > 1 && whole.starts_with('0') {
        return None;
    }
    let exponent = whole_number(exponent).map_or(LONGEST_EXPONENT, |e| e.min(LONGEST_EXPONENT));
    let point = whole.len() as u64;
    let point = if is_back {
        point.saturating_sub(exponent)
    } else {
        point + exponent
    };
    Some(([whole, fraction].concat(), point))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_plain() {
        let cases = [
            ("[7, -7, 0]", "[7, -7, 0]"),
            (
                "[0.9, 61.500]",
                "[-4611686018427387904, -4611686018427387965]",
            ),
            ("1e3", "-4611686018427388904"),
            ("1.25E+1", "-4611686018427387916"),
            ("1234e-2", "-4611686018427387916"),
            ("1e-400", "-4611686018427387904"),
            ("0.0e999999999999999999999", "-4611686018427387904"),
            ("18446744073709551615", "18446744073709551615"),
            ("18446744073709551616", "-9223372036854775808"),
            ("1e300", "-9223372036854775808"),
            ("-0.5", "-1"),
            ("-0.0", "0"),
            ("-9223372036854775808", "-1"),
            (r#"{"1.5": "1.5 \" 2.5"}"#, r#"{"1.5": "1.5 \" 2.5"}"#),
            ("[true, false, null]", "[true, false, null]"),
        ];
        for (given, expected) in cases {
            assert_eq!(plain_numbers(given).as_deref(), Some(expected), "{given}");
        }
        for broken in [
            "1.", "1.e5", "1e", "1e+", "01.5", "1.5.5", "-", "1-2", "-01.5", "1e5.5",
        ] {
            let read = plain_numbers(broken).map(|text| serde_json::from_str::<u8>(&text).is_ok());
            assert_ne!(read, Some(true), "{broken}");
        }
    }

    /// Nothing is left over that would lead into the reader's floats.
    fn is_plain(text: &str) -> bool {
        let mut quotes = Quotes::default();
        let mut run = String::new();
        text.bytes().all(|byte| {
            if quotes.cover(byte) {
                run.clear();
                return true;
            }
            let was_digit = !run.is_empty();
            if byte.is_ascii_digit() {
                run.push(byte.into());
                return whole_number(&run).is_some();
            }
            run.clear();
            !(was_digit && matches!(byte, b'.' | b'e' | b'E'))
        })
    }

    #[test]
    fn whatever_is_read_reading_needs_no_floats() {
        let letters = b"0123456789-+.eE \",:[]{}\\t";
        let mut state = 7_u64;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            usize::try_from(state >> 33).unwrap()
        };
        let mut read = 0;
        for _ in 0..200_000 {
            let length = 1 + next() % 24;
            let text: String = (0..length)
                .map(|_| char::from(letters[next() % letters.len()]))
                .collect();
            let plain = plain_numbers(&text);
            read += u32::from(plain.is_some());
            assert!(plain.is_none_or(|plain| is_plain(&plain)), "{text}");
            let theirs: Option<serde_json::Value> = serde_json::from_str(&text).ok();
            let ours = plain_numbers(&text)
                .and_then(|plain| serde_json::from_str::<serde_json::Value>(&plain).ok());
            // What JSON's own reader finds beyond the range of floats is a number here.
            let too_far = text.contains(['e', 'E']);
            assert!(ours.is_some() == theirs.is_some() || too_far, "{text}");
        }
        assert!(read > 20_000, "{read}");
    }
}
