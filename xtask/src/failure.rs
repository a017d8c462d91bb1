//! What went wrong in a command, and what the reader can do about it.

use std::fmt;

/// A step that could not be done. Printed as two lines: the fact, then the advice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    what: String,
    advice: String,
}

impl Failure {
    /// `what` is one sentence of fact; `advice` is one sentence in the imperative.
    pub(crate) fn new(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            advice: advice.into(),
        }
    }

    /// The command has printed all there is to say, and its last line must stay the last.
    pub(crate) fn told() -> Self {
        Self::new("", "")
    }

    /// Whether nothing is left to print.
    pub(crate) fn is_told(&self) -> bool {
        self.what.is_empty()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}\n  what to do: {}", self.what, self.advice)
    }
}

/// The outcome of every step.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// Reads and writes of files, with the path in the complaint.
pub(crate) trait OrFailure<T> {
    /// Turns any error into a [`Failure`] that begins with `doing`, for example "reading Cargo.lock".
    fn or_failure(self, doing: impl fmt::Display, advice: &str) -> Outcome<T>;
}

impl<T, E: fmt::Display> OrFailure<T> for Result<T, E> {
    fn or_failure(self, doing: impl fmt::Display, advice: &str) -> Outcome<T> {
        self.map_err(|error| Failure::new(format!("{doing} failed: {error}"), advice))
    }
}
