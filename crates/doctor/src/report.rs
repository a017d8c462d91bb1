//! What was seen, row by row: as a table for people and as JSON for machines.

use std::fmt;

use serde_json::{Value, json};

use crate::Finding;

/// How a step went, from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// Not looked at.
    Skipped,
    /// The chat works, but worse than it could.
    Warning,
    /// The chat does not work, or loses something.
    Fault,
}

impl Verdict {
    /// The word for it in tables and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Skipped => "skipped",
            Self::Warning => "warning",
            Self::Fault => "fault",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The step of the examination.
    pub step: &'static str,
    /// How it went.
    pub verdict: Verdict,
    /// What was seen.
    pub seen: String,
    /// The header or path that is concerned; may be empty.
    pub at: String,
    /// What is wrong, unless nothing is.
    pub finding: Option<Finding>,
}

impl Row {
    pub(crate) fn ok(step: &'static str, seen: impl Into<String>) -> Self {
        Self::new(step, Verdict::Ok, seen, "", None)
    }

    pub(crate) fn skipped(step: &'static str, why: &str) -> Self {
        Self::new(step, Verdict::Skipped, why, "", None)
    }

    pub(crate) fn found(
        step: &'static str,
        finding: Finding,
        at: impl Into<String>,
        seen: impl Into<String>,
    ) -> Self {
        Self::new(step, finding.verdict(), seen, at, Some(finding))
    }

    fn new(
        step: &'static str,
        verdict: Verdict,
        seen: impl Into<String>,
        at: impl Into<String>,
        finding: Option<Finding>,
    ) -> Self {
        Self {
            step,
            verdict,
            seen: seen.into(),
            at: at.into(),
            finding,
        }
    }

    fn to_json(&self) -> Value {
        json!({
            "step": self.step,
            "verdict": self.verdict.word(),
            "seen": self.seen,
            "at": self.at,
            "finding": self.finding.map(Finding::code),
            "cause": self.finding.map(Finding::cause),
            "mend": self.finding.map(Finding::mend),
        })
    }
}

impl fmt::Display for Row {
    /// One line, and below it what is wrong and what mends it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.verdict.word();
        write!(out, "{word:<8} {:<11} {}", self.step, self.seen)?;
        let Some(finding) = self.finding else {
            return Ok(());
        };
        if !self.at.is_empty() {
            write!(out, "\n{:<20} at    {}", "", self.at)?;
        }
        write!(
            out,
            "\n{:<20} why   {} [{}]",
            "",
            finding.cause(),
            finding.code()
        )?;
        write!(out, "\n{:<20} mend  {}", "", finding.mend())
    }
}

/// The whole examination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What was examined.
    pub endpoint: String,
    /// Step by step.
    pub rows: Vec<Row>,
}

impl Report {
    /// The worst verdict; a skipped step is no blemish.
    pub fn worst(&self) -> Verdict {
        let verdicts = self.rows.iter().map(|row| row.verdict);
        verdicts
            .filter(|verdict| *verdict != Verdict::Skipped)
            .max()
            .unwrap_or(Verdict::Ok)
    }

    /// Whether this was found.
    pub fn has(&self, finding: Finding) -> bool {
        self.rows.iter().any(|row| row.finding == Some(finding))
    }

    /// `{endpoint, verdict, steps: [{step, verdict, seen, at, finding, cause, mend}]}`.
    pub fn to_json(&self) -> Value {
        let steps: Vec<Value> = self.rows.iter().map(Row::to_json).collect();
        json!({"endpoint": self.endpoint, "verdict": self.worst().word(), "steps": steps})
    }
}
