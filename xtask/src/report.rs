//! Progress lines with the time since the command began, and the table of steps at its end.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::failure::Outcome;

static BEGIN: OnceLock<Instant> = OnceLock::new();

/// Time since the first line was printed.
pub(crate) fn elapsed() -> Duration {
    BEGIN.get_or_init(Instant::now).elapsed()
}

/// Prints one progress line, for example `[  12.3 s] trunk 0.21.14: building`.
pub(crate) fn say(line: impl std::fmt::Display) {
    println!("[{:>7}] {line}", seconds(elapsed()));
}

/// `1.5 s`, with one decimal at any length, so that columns of times line up.
pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// One finished step of a command with many.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) took: Duration,
    pub(crate) verdict: String,
    pub(crate) good: bool,
}

/// Runs one step between two progress lines. A failure is printed here and returned as a bad step, so that
/// later steps still run.
pub(crate) fn step(name: &str, work: impl FnOnce() -> Outcome<String>) -> Step {
    say(format_args!("== {name}"));
    let begin = Instant::now();
    let result = work();
    let took = begin.elapsed();
    let (verdict, good) = match result {
        Ok(verdict) => (verdict, true),
        Err(failure) => {
            say(format_args!("== {name}: {failure}"));
            ("FAILED".to_owned(), false)
        }
    };
    say(format_args!("== {name}: {verdict} after {}", seconds(took)));
    Step {
        name: name.to_owned(),
        took,
        verdict,
        good,
    }
}

/// Prints the steps as a table: name, seconds, verdict.
pub(crate) fn table(steps: &[Step]) {
    let width = steps.iter().map(|step| step.name.len()).max().unwrap_or(0);
    println!();
    for step in steps {
        println!(
            "{:width$}  {:>8}  {}",
            step.name,
            seconds(step.took),
            step.verdict
        );
    }
    println!("{:width$}  {:>8}", "in all", seconds(elapsed()));
}
