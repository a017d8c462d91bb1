//! How often each number came: medians and the like, and the processor's time that it all took.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

/// Linux counts a process's time in hundredths of a second, whatever the machine.
const TICK: Duration = Duration::from_millis(10);

/// Numbers, each with how often it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally(BTreeMap<u64, u64>);

impl Tally {
    /// A number came once more.
    pub(crate) fn note(&mut self, number: u64) {
        *self.0.entry(number).or_default() += 1;
    }

    /// Takes in what another has counted.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (number, count) in &other.0 {
            *self.0.entry(*number).or_default() += count;
        }
    }

    /// The smallest number that at least so many hundredths of all do not exceed; 0 when nothing came.
    pub(crate) fn percentile(&self, hundredths: u64) -> u64 {
        let all: u64 = self.0.values().sum();
        let wanted = (all * hundredths).div_ceil(100);
        let mut sum = 0;
        for (number, count) in &self.0 {
            sum += count;
            if sum >= wanted {
                return *number;
            }
        }
        0
    }

    /// The greatest; 0 when nothing came.
    pub(crate) fn greatest(&self) -> u64 {
        self.0.last_key_value().map_or(0, |(number, _)| *number)
    }
}

/// The processor's time that this process has used so far; `None` where the system does not tell.
pub(crate) fn processor_time() -> Option<Duration> {
    of_stat(&fs::read_to_string("/proc/self/stat").ok()?)
}

/// User and system time are the fields 14 and 15; the second field, a name in brackets, may hold blanks.
fn of_stat(stat: &str) -> Option<Duration> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut ticks = rest.split_whitespace().skip(11);
    let user: u32 = ticks.next()?.parse().ok()?;
    let system: u32 = ticks.next()?.parse().ok()?;
    Some(TICK * (user + system))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_all_numbers_do_not_exceed_the_median() {
        let mut tally = Tally::default();
        for number in [9, 1, 1, 4, 5] {
            tally.note(number);
        }
        let mut other = Tally::default();
        other.note(4);
        tally.merge(&other);
        assert_eq!(tally.percentile(50), 4);
        assert_eq!(tally.percentile(99), 9);
        assert_eq!(tally.greatest(), 9);
        assert_eq!(Tally::default().percentile(50), 0);
    }

    #[test]
    fn times_are_read_behind_the_name() {
        let stat = "7 (a (b) 1 2) R 1 2 3 4 5 6 7 8 9 10 250 50 0 0";
        assert_eq!(of_stat(stat), Some(Duration::from_secs(3)));
        assert_eq!(of_stat("7 (cut"), None);
    }
}
