//! The rules of ARCHITECTURE.md that a machine can check, each with a sample that it must refuse.

mod code;
mod graph;
mod page;
mod sources;
mod surface;
mod text;
mod tree;

use std::fmt;

use crate::failure::{Failure, Outcome};
use crate::no_arguments;
use crate::project::Project;
use tree::Tree;

/// A place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Complaint {
    /// Path from the root, with the line where there is one.
    place: String,
    what: String,
}

impl Complaint {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
        }
    }

    /// `line` counts from 0.
    fn at(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self::new(format!("{path}:{}", line + 1), what)
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.place, self.what)
    }
}

/// `cargo xtask tidy`.
pub(crate) fn tidy(project: &Project, rest: &[String]) -> Outcome {
    no_arguments("tidy", rest)?;
    let tree = Tree::read(project)?;
    let mut complaints: Vec<Complaint> = [sources::RULES, page::RULES, text::RULES, surface::RULES]
        .concat()
        .iter()
        .flat_map(|rule| rule(&tree))
        .collect();
    complaints.extend(graph::check(project)?);
    if complaints.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = complaints.iter().map(Complaint::to_string).collect();
    let advice =
        "mend these, or change the rule in ARCHITECTURE.md and here in one commit that says why";
    Err(Failure::new(
        format!(
            "{} places break a rule:\n  {}",
            lines.len(),
            lines.join("\n  ")
        ),
        advice,
    ))
}

/// How the rules' own tests speak.
#[cfg(test)]
mod samples {
    use super::{Complaint, Tree};

    /// The rule complains once of a tree that is this one file.
    #[track_caller]
    pub(super) fn refuses(rule: fn(&Tree) -> Vec<Complaint>, path: &str, text: &str) {
        let complaints = rule(&Tree::sample(path, text));
        assert_eq!(complaints.len(), 1, "{path}: {text}: {complaints:?}");
    }

    #[track_caller]
    pub(super) fn allows(rule: fn(&Tree) -> Vec<Complaint>, path: &str, text: &str) {
        assert_eq!(rule(&Tree::sample(path, text)), [], "{path}: {text}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn obeys(rules: &[fn(&Tree) -> Vec<Complaint>]) {
        let tree = Tree::read(&Project::find().unwrap()).unwrap();
        assert!(tree.len() > 20, "the walk found only {} files", tree.len());
        let complaints: Vec<Complaint> = rules.iter().flat_map(|rule| rule(&tree)).collect();
        assert_eq!(complaints, []);
    }

    #[test]
    fn the_sources_obey() {
        obeys(sources::RULES);
    }

    #[test]
    fn the_page_obeys() {
        obeys(page::RULES);
    }

    #[test]
    fn the_table_of_the_interface_agrees_with_code_and_docs() {
        obeys(surface::RULES);
    }

    #[test]
    fn every_text_obeys() {
        obeys(text::RULES);
    }

    #[test]
    fn the_dependency_graph_obeys() {
        assert_eq!(graph::check(&Project::find().unwrap()).unwrap(), []);
    }
}
