//! The rule that the table of the interface, the code and the docs agree.

use super::Complaint;
use super::tree::Tree;
use crate::surface;

pub(super) const RULES: &[fn(&Tree) -> Vec<Complaint>] = &[agrees];

fn agrees(tree: &Tree) -> Vec<Complaint> {
    let files: Vec<(&str, &str)> = tree
        .files()
        .map(|file| (file.path.as_str(), file.text.as_str()))
        .collect();
    let complaints = surface::complaints(&files).into_iter();
    complaints
        .map(|(place, what)| Complaint::new(place, what))
        .collect()
}
