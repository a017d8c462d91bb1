//! The benches: found where cargo looks for them, run by name.

use std::path::Path;

use crate::dist;
use crate::failure::{Failure, OrFailure, Outcome};
use crate::process::{self, cargo};
use crate::project::Project;
use crate::test::node_packages;

/// Folders of packages that may have `benches/`, with the package's name.
const PACKAGES: [(&str, &str); 3] = [
    (".", WIDGET),
    ("crates/protocol", "gms-chat-protocol"),
    ("crates/simulator", "gms-chat-simulator"),
];

/// The package whose benches run the built widget in a browser: what they measure is not built by cargo.
const WIDGET: &str = "gms-chat";
/// The one of them that needs other people's servers.
const DELIVERY: &str = "delivery";

/// A bench that exists.
#[derive(Debug, PartialEq, Eq)]
struct Bench {
    package: &'static str,
    name: String,
    /// The first line of the file says what it measures.
    about: String,
}

/// `cargo xtask bench [NAME [ARGUMENT...]]`.
pub(crate) fn bench(project: &Project, rest: &[String]) -> Outcome {
    let benches = find(project.root())?;
    let Some((name, arguments)) = rest.split_first() else {
        println!("cargo xtask bench NAME, of:");
        for Bench {
            package,
            name,
            about,
        } in &benches
        {
            println!("  {name:<12} {about} ({package})");
        }
        return Ok(());
    };
    let found = benches.iter().find(|bench| bench.name == *name);
    let Bench { package, name, .. } = found.ok_or_else(|| {
        Failure::new(
            format!("there is no bench `{name}`"),
            "`cargo xtask bench` lists them",
        )
    })?;
    let mut command = cargo(project);
    command.args(["bench", "--locked"]);
    if name == DELIVERY {
        node_packages(project, "tests/servers")?;
    }
    if *package == WIDGET {
        command.args(["--profile", "dev"]);
        dist::build(project)?;
    }
    command
        .args(["--package", package, "--bench", name, "--"])
        .args(arguments);
    process::run(&mut command, "read the message above")
}

fn find(root: &Path) -> Outcome<Vec<Bench>> {
    let mut benches = Vec::new();
    for (folder, package) in PACKAGES {
        let Ok(files) = std::fs::read_dir(root.join(folder).join("benches")) else {
            continue;
        };
        for file in files
            .flatten()
            .map(|file| file.path())
            .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        {
            let text = std::fs::read_to_string(&file)
                .or_failure(format_args!("reading {}", file.display()), "restore it")?;
            let about = text
                .lines()
                .next()
                .unwrap_or_default()
                .trim_start_matches("//!")
                .trim()
                .to_owned();
            let name = file
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            benches.push(Bench {
                package,
                name,
                about,
            });
        }
    }
    benches.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(benches)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bench_is_found_with_its_first_line() {
        let root = std::env::temp_dir().join(format!("xtask-bench-{}", std::process::id()));
        let folder = root.join("crates/simulator/benches");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("polls.rs"), "//! Held polls, many at once.\n").unwrap();
        std::fs::write(folder.join("notes.md"), "no bench\n").unwrap();
        let found = find(&root).unwrap();
        std::fs::remove_dir_all(&root).unwrap();
        let about = "Held polls, many at once.".to_owned();
        assert_eq!(
            found,
            [Bench {
                package: "gms-chat-simulator",
                name: "polls".to_owned(),
                about
            }]
        );
    }
}
