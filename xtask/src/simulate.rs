//! The simulation, built for speed: the protocol core against a model of everything else.

use crate::failure::Outcome;
use crate::process::{self, cargo};
use crate::project::Project;

/// What CI runs.
pub(crate) const SEEDS_OF_CI: [&str; 2] = ["--seeds", "100000"];

/// `cargo xtask simulate`: all words go to the simulation's own command line.
pub(crate) fn simulate(project: &Project, rest: &[String]) -> Outcome {
    let mut command = cargo(project);
    command.args(["run", "--quiet", "--locked", "--profile", "fast"]);
    command.args(["--package", "gms-chat-simulation"]);
    if rest.iter().any(|word| word == "--defects") {
        command.args(["--features", "defects"]);
    }
    command.arg("--").args(rest);
    process::run(&mut command, "replay the seed that it names")
}
