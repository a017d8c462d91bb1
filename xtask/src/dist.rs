//! The release build: trunk, with `stamp` as its last step, into `dist/`; then what servers and npm want besides.

mod package;

use std::sync::OnceLock;

use crate::failure::Outcome;
use crate::no_arguments;
use crate::process;
use crate::project::Project;
use crate::report::say;
use crate::tools::{self, Needs};

/// `cargo xtask dist`.
pub(crate) fn dist(project: &Project, rest: &[String]) -> Outcome {
    no_arguments("dist", rest)?;
    tools::set_up(project, Needs::Build)?;
    build(project)?;
    crate::size::size(project, &[])
}

/// Builds with tools that are already there. Trunk is kept off the network: it would otherwise fetch tools of
/// its own choice.
pub(crate) fn build(project: &Project) -> Outcome {
    say("widget: release build with trunk");
    let mut trunk = process::command(project, "trunk");
    // Trunk reads NO_COLOR as a boolean and refuses its usual value.
    trunk
        .args(["build", "--release", "--offline", "--locked"])
        .env_remove("NO_COLOR");
    process::run(
        &mut trunk,
        "read the error above; `cargo xtask setup build` checks the tools",
    )?;
    package::package(project)?;
    say(format_args!(
        "widget: built into {}",
        project.dist().display()
    ));
    Ok(())
}

/// Likewise, for those who share one command: what the first of them has built is not built again.
pub(crate) fn build_once(project: &Project) -> Outcome {
    static IS_BUILT: OnceLock<()> = OnceLock::new();
    if IS_BUILT.get().is_none() {
        build(project)?;
        IS_BUILT.get_or_init(|| ());
    }
    Ok(())
}
