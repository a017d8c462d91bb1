//! `startedAt`: from ISO 8601 to milliseconds since 1970.

use crate::json::whole_number;

/// Reads `2012-06-09T22:26:17Z`, with or without a fraction, in UTC or with an offset.
pub(crate) fn read(text: &str) -> Option<u64> {
    let (date, time) = text.trim().split_once(['T', ' '])?;
    let mut date = date.split('-');
    let (year, month, day) = (part(&mut date)?, part(&mut date)?, part(&mut date)?);
    let (clock, offset) = split_offset(time)?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut clock = clock.split(':');
    let (hour, minute) = (part(&mut clock)?, part(&mut clock)?);
    let second = part(&mut clock).unwrap_or(0);
    let sane = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    if !sane || date.next().is_some() || clock.next().is_some() {
        return None;
    }
    let minutes = (days(year, month, day) * 24 + hour) * 60 + minute - offset;
    u64::try_from((minutes * 60 + second) * 1000 + millis(fraction)).ok()
}

/// The clock and its offset from UTC in minutes.
fn split_offset(time: &str) -> Option<(&str, i64)> {
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let Some(at) = time.rfind(['+', '-']) else {
        return Some((time, 0));
    };
    let (clock, offset) = time.split_at(at);
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let digits: String = offset.chars().filter(char::is_ascii_digit).collect();
    let number = small(&digits)?;
    let minutes = match digits.len() {
        2 => number * 60,
        4 => number / 100 * 60 + number % 100,
        _ => return None,
    };
    Some((clock, sign * minutes))
}

fn part<'a>(parts: &mut impl Iterator<Item = &'a str>) -> Option<i64> {
    let text = parts.next()?;
    let digits = text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { small(text) } else { None }
}

fn small(digits: &str) -> Option<i64> {
    whole_number(digits)?.try_into().ok()
}

/// The first three digits of a fraction as milliseconds.
fn millis(fraction: &str) -> i64 {
    let mut scale = 100;
    let mut sum = 0;
    for byte in fraction.bytes().take(3).take_while(u8::is_ascii_digit) {
        sum += i64::from(byte - b'0') * scale;
        scale /= 10;
    }
    sum
}

/// Days from 1970-01-01, counting years from March so that the leap day comes last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn instants_are_milliseconds_since_1970() {
        let cases = [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2012-06-09T22:26:17Z", Some(1_339_280_777_000)),
            ("2014-09-26T07:40:55Z", Some(1_411_717_255_000)),
            ("2012-02-29T23:59:59Z", Some(1_330_559_999_000)),
            ("2000-03-01T00:00:00Z", Some(951_868_800_000)),
            ("2100-03-01T00:00:00Z", Some(4_107_542_400_000)),
            ("2012-06-09T22:26:17.5Z", Some(1_339_280_777_500)),
            ("2012-06-09T22:26:17.123456Z", Some(1_339_280_777_123)),
            ("2012-06-09T15:26:17-0700", Some(1_339_280_777_000)),
            ("2012-06-10T00:26:17+02:00", Some(1_339_280_777_000)),
            ("2012-06-09 22:26:17", Some(1_339_280_777_000)),
            ("2012-06-09T22:26Z", Some(1_339_280_760_000)),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_instants() {
        for text in [
            "",
            "T",
            "now",
            "2012-06-09",
            "2012-13-01T00:00:00Z",
            "2012-00-01T00:00:00Z",
            "2012-06-32T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "99999-01-01T00:00:00Z",
            "2012-06-09T25:00:00Z",
            "2012-06-09T10:61:00Z",
            "2012-06-09-01T10:00:00Z",
            "2012-06-09T10:00:00+123",
            "-2012-06-09T10:00:00Z",
            "2012-+6-09T10:00:00Z",
            "1970-01-01T00:00:00+0100",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
