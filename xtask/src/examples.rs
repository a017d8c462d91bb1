//! The pages of `examples/`, built with the package that `dist/` holds.

use std::path::PathBuf;

use crate::failure::Outcome;
use crate::process;
use crate::project::Project;
use crate::test::node_packages;

/// Every example, in the order of examples/README.md.
pub(crate) const ALL: [&str; 7] = [
    "plain",
    "tag-manager",
    "turbo",
    "vite",
    "react",
    "vue",
    "svelte",
];
const FOLDER: &str = "examples";

/// Where a built example is.
pub(crate) fn built(project: &Project, name: &str) -> PathBuf {
    project.target().join(FOLDER).join(name)
}

/// Checks the types of all, and builds these; `dist` is there.
pub(crate) fn build(project: &Project, names: &[&str]) -> Outcome {
    node_packages(project, FOLDER)?;
    let advice = "read the message of tsc or vite above";
    let here = project.root().join(FOLDER);
    let mut check = process::command(project, "npm");
    process::run(check.args(["run", "check"]).current_dir(&here), advice)?;
    let mut node = process::command(project, "node");
    node.arg("build.js").arg(project.target().join(FOLDER));
    process::run(node.args(names).current_dir(&here), advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_is_an_example_that_is_told_of() {
        let project = Project::find().unwrap();
        let folders = std::fs::read_dir(project.root().join(FOLDER)).unwrap();
        let mut found: Vec<String> = folders
            .flatten()
            .filter(|file| file.path().join("index.html").is_file())
            .map(|file| file.file_name().to_string_lossy().into_owned())
            .collect();
        found.sort_unstable();
        let mut known = ALL.to_vec();
        known.sort_unstable();
        assert_eq!(found, known);
        let readme = project.read("examples/README.md").unwrap();
        for name in ALL {
            assert!(readme.contains(&format!("--example {name}`")), "{name}");
        }
    }
}
