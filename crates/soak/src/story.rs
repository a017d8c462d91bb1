//! What went to and fro in one chat lately, for whoever reads a harm.

use std::collections::VecDeque;
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

/// So many lines are kept, each of so many characters.
const LINES: usize = 200;
const LENGTH: usize = 300;

/// The last lines; clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    begun: Instant,
    lines: Arc<Mutex<VecDeque<String>>>,
}

impl Story {
    pub(crate) fn new() -> Self {
        Self {
            begun: Instant::now(),
            lines: Arc::default(),
        }
    }

    pub(crate) fn tell(&self, what: impl Display) {
        let at = self.begun.elapsed().as_secs_f64();
        let line: String = format!("{at:>8.3} {what}").chars().take(LENGTH).collect();
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == LINES {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    pub(crate) fn text(&self) -> String {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_and_none_is_long() {
        let story = Story::new();
        for number in 0..LINES + 5 {
            story.tell(format_args!("line {number} {}", "x".repeat(LENGTH)));
        }
        let text = story.text();
        assert_eq!(text.lines().count(), LINES);
        assert!(text.lines().all(|line| line.chars().count() == LENGTH));
        assert!(text.contains(" line 5 ") && !text.contains(" line 4 "));
    }
}
