//! Scenarios: what the agents do, as data.

mod library;
mod parse;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use crate::agent::Step;
use crate::fault::Fault;

/// The agents' part of a chat, and the weather.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// Its name: that of its file.
    pub name: String,
    /// One sentence for people.
    pub about: String,
    /// When a delayed service becomes available.
    pub available: Available,
    /// Switches that it needs, as name and value.
    pub settings: Vec<(String, String)>,
    /// Faults that are armed from the start.
    pub faults: Vec<Fault>,
    /// What happens when.
    pub rules: Vec<Rule>,
}

/// When a delayed service becomes available.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Available {
    /// This long after its creation.
    After(Duration),
    /// When a person at the desk accepts it.
    AtTheDesk,
}

/// One rule: a trigger and the steps that follow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// When it applies.
    pub when: Trigger,
    /// What happens then, one after the other.
    pub steps: Vec<Step>,
}

/// What sets off a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// The chat starts.
    Start,
    /// The visitor writes, and no narrower rule applies.
    Message,
    /// The visitor writes the message of this number, counted from 1.
    Nth(u32),
    /// The visitor writes one of these words (lower case).
    Words(Vec<String>),
    /// The visitor begins to type.
    Typing,
    /// The visitor has not written for this long.
    Quiet(Duration),
}

impl Trigger {
    /// Whether this trigger waits for a word that stands in `text` (lower case).
    pub(crate) fn names_word_of(&self, text: &str) -> bool {
        match self {
            Self::Words(words) => words.iter().any(|word| text.contains(word.as_str())),
            Self::Start | Self::Message | Self::Nth(_) | Self::Typing | Self::Quiet(_) => false,
        }
    }

    /// The time of quiet that this trigger waits for.
    pub(crate) fn quiet(&self) -> Option<Duration> {
        match self {
            Self::Quiet(time) => Some(*time),
            Self::Start | Self::Message | Self::Nth(_) | Self::Words(_) | Self::Typing => None,
        }
    }
}

/// What is wrong with a scenario, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The line, counted from 1; 0 when the whole file is meant.
    pub line: usize,
    /// A sentence.
    pub what: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.what),
            line => write!(f, "Line {line}: {}", self.what),
        }
    }
}

impl std::error::Error for Complaint {}

impl Scenario {
    /// The built-in scenario of this name.
    pub fn named(name: &str) -> Option<Self> {
        let (_, text) = library::ALL.iter().find(|(known, _)| *known == name)?;
        // That each of them parses is proved by a test of the library.
        Self::parse(name, text).ok()
    }

    /// The names of the built-in scenarios.
    pub fn names() -> impl Iterator<Item = &'static str> {
        library::ALL.iter().map(|(name, _)| *name)
    }

    /// A built-in scenario by its name, or the one in the file at this path.
    ///
    /// # Errors
    /// When there is neither, or when the file's text is no scenario.
    pub fn load(name_or_path: &str) -> Result<Self, Complaint> {
        if let Some(scenario) = Self::named(name_or_path) {
            return Ok(scenario);
        }
        let path = Path::new(name_or_path);
        let text = std::fs::read_to_string(path).map_err(|error| {
            let names: Vec<_> = Self::names().collect();
            Complaint {
                line: 0,
                what: format!(
                    "“{name_or_path}” is neither a built-in scenario ({}) nor a readable file: {error}.",
                    names.join(", ")
                ),
            }
        })?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        Self::parse(&name, &text)
    }

    /// Reads the text of a scenario file; the format is described in `scenarios/README.md`.
    ///
    /// # Errors
    /// The first line that is not understood.
    pub fn parse(name: &str, text: &str) -> Result<Self, Complaint> {
        parse::scenario(name, text)
    }
}

impl Default for Scenario {
    /// The scenario `demo`: an agent greets and answers until a person at the desk takes over.
    fn default() -> Self {
        Self::named("demo").unwrap_or_else(|| Self::empty("demo"))
    }
}

impl Scenario {
    /// A scenario in which nobody does anything.
    pub fn empty(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            about: String::new(),
            available: Available::After(Duration::ZERO),
            settings: Vec::new(),
            faults: Vec::new(),
            rules: Vec::new(),
        }
    }
}
