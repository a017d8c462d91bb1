//! Test counts, read from what the runners print.

use std::fmt;
use std::iter::Sum;

/// Tests that ran. Ignored and skipped ones are none of either.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Counts {
    /// A suite that never ran a test is one failure.
    pub(crate) const COULD_NOT_START: Self = Self {
        passed: 0,
        failed: 1,
    };

    /// The sum of all `test result: …` lines of libtest, of which wasm-bindgen's runner prints the same.
    pub(super) fn of_libtest(text: &str) -> Self {
        let results = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("test result: "));
        results
            .map(|result| Self {
                passed: before(result, " passed"),
                failed: before(result, " failed"),
            })
            .sum()
    }

    /// The closing lines of Node's test runner, in its `spec` form. A cancelled test has failed.
    pub(super) fn of_node(text: &str) -> Self {
        let closing = |word: &str| -> u64 {
            let mut lines = text
                .lines()
                .filter_map(|line| line.trim().strip_prefix("ℹ ")?.strip_prefix(word));
            lines.find_map(|rest| rest.trim().parse().ok()).unwrap_or(0)
        };
        Self {
            passed: closing("pass "),
            failed: closing("fail ") + closing("cancelled "),
        }
    }

    /// What a runner's exit adds to its words: no test at all, or an end in failure that no test explains,
    /// is a failure.
    pub(super) fn checked(self, success: bool) -> Self {
        let silent = self.passed + self.failed == 0;
        if silent || (!success && self.failed == 0) {
            Self {
                failed: self.failed + 1,
                ..self
            }
        } else {
            self
        }
    }
}

/// The number that stands before `word` in a line of libtest.
fn before(result: &str, word: &str) -> u64 {
    let Some((head, _)) = result.split_once(word) else {
        return 0;
    };
    head.rsplit(' ')
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            passed: sum.passed + one.passed,
            failed: sum.failed + one.failed,
        })
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: u64, failed: u64) -> Counts {
        Counts { passed, failed }
    }

    #[test]
    fn every_result_line_of_libtest_counts() {
        let text = "\nrunning 2 tests\n..\ntest result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s\n\
                    test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s\n\
                    a test printed: 99 passed, 99 failed\n";
        assert_eq!(Counts::of_libtest(text), counts(15, 2));
    }

    #[test]
    fn node_counts_cancelled_tests_as_failed() {
        let text = "✔ connects (5.1ms)\nℹ tests 7\nℹ suites 0\nℹ pass 4\nℹ fail 1\nℹ cancelled 2\nℹ skipped 0\nℹ todo 0\n";
        assert_eq!(Counts::of_node(text), counts(4, 3));
    }

    #[test]
    fn a_suite_without_tests_is_a_failure() {
        assert_eq!(Counts::of_libtest("").checked(true), counts(0, 1));
        assert_eq!(Counts::of_node("").checked(true), counts(0, 1));
    }

    #[test]
    fn an_exit_in_failure_that_no_test_explains_counts_once() {
        assert_eq!(counts(5, 0).checked(false), counts(5, 1));
        assert_eq!(counts(5, 2).checked(false), counts(5, 2));
        assert_eq!(counts(5, 0).checked(true), counts(5, 0));
    }

    #[test]
    fn the_sum_is_printed_as_the_closing_line() {
        let sum: Counts = [counts(3, 0), counts(4, 1)].into_iter().sum();
        assert_eq!(sum.to_string(), "7 passed, 1 failed");
    }
}
