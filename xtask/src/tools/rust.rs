//! The wasm32 standard library of the pinned toolchain, and the crates of Cargo.lock.

use std::path::Path;

use super::install;
use crate::failure::Outcome;
use crate::process::{self, cargo};
use crate::project::Project;
use crate::report::say;

const TARGET: &str = "wasm32-unknown-unknown";

/// Adds the target when its standard library is missing, then downloads the crates, so that the build itself
/// can run without a network.
pub(super) fn set_up(project: &Project) -> Outcome {
    if !has_target(project) {
        say(format_args!(
            "{TARGET}: missing; `rustup target add` fetches it (about a minute)"
        ));
        let mut rustup = process::command(project, "rustup");
        rustup.args(["target", "add", TARGET]);
        let advice = "run `rustup target add wasm32-unknown-unknown` yourself, or install rust-std for wasm32 \
                      the way your Rust was installed";
        install(project, TARGET, &mut rustup, advice)?;
    }
    let mut fetch = cargo(project);
    fetch.args(["fetch", "--locked"]);
    install(
        project,
        "cargo-fetch",
        &mut fetch,
        "check that cargo can reach its registry, or fill its cache",
    )
}

fn has_target(project: &Project) -> bool {
    let mut rustc = process::command(project, "rustc");
    rustc.args(["--print", "target-libdir", "--target", TARGET]);
    process::capture(&mut rustc).is_some_and(|folder| Path::new(folder.trim()).is_dir())
}
