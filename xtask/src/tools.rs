//! The programs that the commands need: which, in which version, and how a missing one is installed.
//!
//! A program on the PATH is used when its version is exactly the wanted one. Anything else goes into the
//! project's own tools folder (`.tools`, or the folder that `GMS_CHAT_TOOLS` names), never over the user's.

mod browser;
mod cargo;
mod npm;
mod others;
mod rust;
mod system;

pub(crate) use browser::chromedriver;
pub(crate) use others::{Screen, firefox, webkit};
pub(crate) use system::proxies;

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Failure, OrFailure, Outcome};
use crate::process;
use crate::project::Project;
use crate::report::{self, say};

/// A shorter step passes in silence.
const WORTH_A_LINE: Duration = Duration::from_secs(1);

/// How much has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    /// A release build of the widget.
    Build,
    /// The fuzz targets.
    Fuzzing,
    /// Everything: besides, the browser and the test runner.
    Tests,
}

/// `cargo xtask setup [build]`.
pub(crate) fn setup(project: &Project, rest: &[String]) -> Outcome {
    match rest {
        [] => set_up(project, Needs::Tests),
        [word] if word == "build" => set_up(project, Needs::Build),
        [word, ..] => Err(Failure::new(
            format!("there is no setup `{word}`"),
            "say `setup` or `setup build`",
        )),
    }
}

/// Installs what is missing, the independent kinds side by side, and names everything that could not be had.
pub(crate) fn set_up(project: &Project, needs: Needs) -> Outcome {
    let logs = project.tools().join("log");
    std::fs::create_dir_all(&logs).or_failure(
        format_args!("creating {}", logs.display()),
        "make the folder writable, or name another one in GMS_CHAT_TOOLS",
    )?;
    let cargo_tools = cargo::wanted(project, needs)?;
    let outcomes = thread::scope(|scope| {
        let jobs = [
            scope.spawn(|| rust::set_up(project)),
            scope.spawn(|| cargo::set_up(project, &cargo_tools)),
            // Node comes through the system's packages too, so these share one thread and its one apt lock.
            scope.spawn(|| {
                system::set_up(project, needs)?;
                npm::set_up(project)
            }),
        ];
        jobs.map(|job| job.join().unwrap_or_else(|_| Err(lost_thread())))
    });
    let failures: Vec<String> = outcomes
        .into_iter()
        .filter_map(|done| done.err())
        .map(|f| f.to_string())
        .collect();
    if failures.is_empty() {
        say("tools: all there");
        return Ok(());
    }
    Err(Failure::new(
        failures.join("\n"),
        "mend the above and run the same command again; what was installed stays",
    ))
}

fn lost_thread() -> Failure {
    Failure::new(
        "an installing thread panicked",
        "report this as a defect of xtask, with its output",
    )
}

/// Whether `program` is found and says that it is of exactly this version.
fn fits(project: &Project, program: &str, version: &str) -> bool {
    let mut command = process::command(project, program);
    process::capture(command.arg("--version")).is_some_and(|said| says_version(&said, version))
}

fn says_version(said: &str, version: &str) -> bool {
    said.split_whitespace()
        .any(|word| word.trim_start_matches('v') == version)
}

/// A command of the tools thread, with its log in the tools folder.
fn install(project: &Project, label: &str, command: &mut Command, advice: &str) -> Outcome {
    let log = project.tools().join("log").join(format!("{label}.log"));
    let begin = Instant::now();
    process::run_quietly(label, command, &log, advice)?;
    if begin.elapsed() >= WORTH_A_LINE {
        say(format_args!(
            "{label}: done in {}",
            report::seconds(begin.elapsed())
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_what_each_tool_prints() {
        for (said, version) in [
            ("trunk 0.21.14\n", "0.21.14"),
            ("wasm-bindgen 0.2.130", "0.2.130"),
            ("wasm-opt version 132 (version_132)", "132"),
            ("0.28.2\n", "0.28.2"),
            ("v20.20.2", "20.20.2"),
        ] {
            assert!(says_version(said, version), "{said}");
        }
    }

    #[test]
    fn a_longer_or_shorter_version_does_not_fit() {
        assert!(!says_version("trunk 0.21.14", "0.21.1"));
        assert!(!says_version("wasm-bindgen 0.2.13", "0.2.130"));
        assert!(!says_version("wasm-opt version 108", "132"));
    }
}
