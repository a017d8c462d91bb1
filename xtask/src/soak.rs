//! The soak: hundreds of visitors and a few real tabs against the simulator, for as long as somebody wants.

use std::process::Command;

use crate::dist;
use crate::failure::Outcome;
use crate::process::{self, cargo};
use crate::project::Project;
use crate::tools::{self, Needs};

const SOAK: &str = "gms-chat-soak";
const SIMULATOR: &str = "gms-chat-simulator";
/// What `cargo xtask test` runs: enough to know that the command works.
const BRIEF: [&str; 6] = ["--minutes", "1", "--visitors", "40", "--families", "2"];
const ADVICE: &str = "read the harms above; target/soak has a file for each chat that came to harm";

/// How the two programs are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Profile {
    /// For an hour.
    Fast,
    /// For a minute: its programs are there already.
    Dev,
}

/// `cargo xtask soak`: all words go to the soak's own command line.
pub(crate) fn soak(project: &Project, rest: &[String]) -> Outcome {
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    let wants_tabs = !rest.windows(2).any(|pair| pair == ["--tabs", "0"]);
    if wants_tabs {
        tools::set_up(project, Needs::Tests)?;
        dist::build(project)?;
    }
    build(project, Profile::Fast)?;
    take_over(&mut command(project, Profile::Fast, &rest))
}

/// A brief one. The tools are there.
pub(crate) fn brief(project: &Project) -> Outcome {
    dist::build_once(project)?;
    build(project, Profile::Dev)?;
    process::run(&mut command(project, Profile::Dev, &BRIEF), ADVICE)
}

fn build(project: &Project, profile: Profile) -> Outcome {
    let mut command = cargo(project);
    command.args(["build", "--quiet", "--locked"]);
    command.args(["--package", SOAK, "--package", SIMULATOR]);
    if profile == Profile::Fast {
        command.args(["--profile", "fast"]);
    }
    process::run(&mut command, "read the compiler's message above")
}

fn command(project: &Project, profile: Profile, words: &[&str]) -> Command {
    let folder = match profile {
        Profile::Fast => "fast",
        Profile::Dev => "debug",
    };
    let program = |name| project.target().join(folder).join(name);
    let mut command = process::command(project, program(SOAK));
    command
        .args(words)
        .arg("--simulator")
        .arg(program(SIMULATOR));
    command.arg("--site").arg(project.dist());
    command.arg("--report").arg(project.target().join("soak"));
    command
}

/// The soak takes this program's place: Ctrl-C then reaches nobody else, and its report is the last word.
#[cfg(unix)]
fn take_over(command: &mut Command) -> Outcome {
    use std::os::unix::process::CommandExt;

    use crate::failure::OrFailure;

    Err(command.exec()).or_failure("starting the soak", "run the command again")
}

#[cfg(not(unix))]
fn take_over(command: &mut Command) -> Outcome {
    process::run(command, ADVICE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wished_for_stands_before_what_is_always_so() {
        let project = Project::find().unwrap();
        let command = command(&project, Profile::Dev, &BRIEF);
        let words: Vec<_> = command
            .get_args()
            .map(|word| word.to_string_lossy())
            .collect();
        assert_eq!(words[..2], ["--minutes", "1"]);
        assert!(words.contains(&"--simulator".into()) && words.contains(&"--site".into()));
    }
}
