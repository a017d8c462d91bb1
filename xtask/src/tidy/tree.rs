//! The project's own text files, read once.

use std::path::Path;

use crate::failure::{OrFailure, Outcome};
use crate::project::Project;

/// What git ignores, and git itself.
const LEFT_OUT: [&str; 5] = [".git", ".tools", "target", "dist", "node_modules"];

/// A text file; `path` is from the root, with `/` between folders.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) text: String,
}

/// Every text file of the checkout.
#[derive(Debug, Default)]
pub(super) struct Tree {
    files: Vec<File>,
}

impl Tree {
    /// Walks the checkout. Files that are not UTF-8 are no text and are left out.
    pub(super) fn read(project: &Project) -> Outcome<Self> {
        let mut tree = Self::default();
        tree.walk(project.root(), "")?;
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    fn walk(&mut self, folder: &Path, prefix: &str) -> Outcome {
        let reading = || format!("reading {}", folder.display());
        for entry in std::fs::read_dir(folder).or_failure(reading(), "look at its permissions")? {
            let entry = entry.or_failure(reading(), "look at its permissions")?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry
                .file_type()
                .or_failure(reading(), "look at its permissions")?;
            let path = format!("{prefix}{name}");
            if kind.is_dir() && !LEFT_OUT.contains(&name.as_str()) {
                self.walk(&entry.path(), &format!("{path}/"))?;
            } else if kind.is_file()
                && let Ok(text) = std::fs::read_to_string(entry.path())
            {
                self.files.push(File { path, text });
            }
        }
        Ok(())
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &File> {
        self.files.iter()
    }

    /// Files whose path ends with one of `endings`.
    pub(super) fn ending(&self, endings: &[&str]) -> impl Iterator<Item = &File> {
        self.files
            .iter()
            .filter(move |file| endings.iter().any(|ending| file.path.ends_with(ending)))
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    /// A tree of one file, as a sample for a rule.
    #[cfg(test)]
    pub(super) fn sample(path: &str, text: &str) -> Self {
        Self {
            files: vec![File {
                path: path.to_owned(),
                text: text.to_owned(),
            }],
        }
    }
}
