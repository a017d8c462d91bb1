//! Time: one monotonic clock that tests can pause, and the wall time that it stands for.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// The server's clock: monotonic moments of tokio, which tests pause and advance, tied to a wall time.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin: Instant,
    wall: SystemTime,
}

impl Clock {
    /// A clock that starts now.
    pub fn start() -> Self {
        Self {
            origin: Instant::now(),
            wall: SystemTime::now(),
        }
    }

    /// The present moment.
    pub fn now(&self) -> Instant {
        Instant::now()
    }

    /// Time from the start of the server to this moment.
    pub fn since_start(&self, moment: Instant) -> Duration {
        moment.saturating_duration_since(self.origin)
    }

    /// This moment as `2014-09-26T07:40:55Z`.
    pub fn utc(&self, moment: Instant) -> String {
        let wall = self.wall + self.since_start(moment);
        let since_1970 = wall.duration_since(SystemTime::UNIX_EPOCH);
        iso8601(since_1970.unwrap_or_default().as_secs())
    }
}

/// Seconds since 1970 as a UTC date and time in ISO 8601.
fn iso8601(seconds: u64) -> String {
    let (year, month, day) = civil_date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Days since 1970 as year, month and day of the Gregorian calendar.
fn civil_date(days: u64) -> (u64, u64, u64) {
    // Years are counted from 1 March, so that a leap day is the last of its year; 719,468 days lie
    // between 0000-03-01 and 1970-01-01, and 146,097 days make 400 years.
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = era * 400 + year + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::iso8601;

    #[test]
    fn moments_are_written_as_the_examples_write_them() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_411_717_255, "2014-09-26T07:40:55Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(iso8601(seconds), text);
        }
    }
}
