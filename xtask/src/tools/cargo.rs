//! Tools that cargo builds from source: trunk, wasm-bindgen-cli, wasm-pack.

use super::{Needs, fits, install};
use crate::failure::Outcome;
use crate::process;
use crate::project::Project;
use crate::report::say;

/// The newest version that the pinned Rust builds.
const TRUNK: &str = "0.21.14";
const WASM_PACK: &str = "0.15.1";
const GECKODRIVER: &str = "0.37.1";

/// One package of programs.
#[derive(Debug)]
pub(super) struct Tool {
    package: &'static str,
    version: String,
    /// Every program that must be there in this version.
    programs: &'static [&'static str],
    options: &'static [&'static str],
    /// What to expect on two cores, in words.
    patience: &'static str,
}

/// The tools for `needs`. wasm-bindgen-cli must equal the crate that the widget is built with.
pub(super) fn wanted(project: &Project, needs: Needs) -> Outcome<Vec<Tool>> {
    let mut tools = vec![
        Tool {
            package: "trunk",
            version: TRUNK.to_owned(),
            programs: &["trunk"],
            // Without the check for newer versions, which would ask the network in every build.
            options: &["--locked", "--no-default-features", "--features", "rustls"],
            patience: "about five minutes",
        },
        Tool {
            package: "wasm-bindgen-cli",
            version: project.locked_version("wasm-bindgen")?,
            programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
            // Its lock file names a crate version that an index may lack.
            options: &[],
            patience: "about two minutes",
        },
    ];
    if needs == Needs::Tests {
        tools.push(Tool {
            package: "wasm-pack",
            version: WASM_PACK.to_owned(),
            programs: &["wasm-pack"],
            options: &["--locked"],
            patience: "about two minutes",
        });
    }
    Ok(tools)
}

/// What speaks for Firefox.
pub(super) fn geckodriver() -> Tool {
    Tool {
        package: "geckodriver",
        version: GECKODRIVER.to_owned(),
        programs: &["geckodriver"],
        options: &["--locked"],
        patience: "about two minutes",
    }
}

/// Installs one after the other: each build fills both cores, and the later ones reuse what the first compiled.
pub(super) fn set_up(project: &Project, tools: &[Tool]) -> Outcome {
    let missing: Vec<&Tool> = tools
        .iter()
        .filter(|tool| !tool.is_there(project))
        .collect();
    let scratch = project.tools().join("build");
    let outcome = missing
        .iter()
        .try_for_each(|tool| tool.install(project, &scratch));
    if !missing.is_empty() && outcome.is_ok() {
        // Only the disk space is lost when this fails; the next install removes it.
        drop(std::fs::remove_dir_all(&scratch));
    }
    outcome
}

impl Tool {
    fn is_there(&self, project: &Project) -> bool {
        self.programs
            .iter()
            .all(|program| fits(project, program, &self.version))
    }

    fn install(&self, project: &Project, scratch: &std::path::Path) -> Outcome {
        let Self {
            package,
            version,
            patience,
            ..
        } = self;
        let tools = project.tools();
        say(format_args!(
            "{package} {version}: missing; cargo builds it into {} ({patience})",
            tools.display()
        ));
        let mut cargo = process::cargo(project);
        cargo
            .args(["install", "--force", "--root"])
            .arg(tools)
            .arg("--target-dir")
            .arg(scratch);
        cargo.arg(format!("{package}@{version}")).args(self.options);
        // These tools work for seconds: a quick build of them is worth more than quick code.
        for (setting, value) in [
            ("OPT_LEVEL", "1"),
            ("LTO", "off"),
            ("CODEGEN_UNITS", "64"),
            ("DEBUG", "false"),
        ] {
            cargo.env(format!("CARGO_PROFILE_RELEASE_{setting}"), value);
        }
        let advice = format!(
            "install {package} {version} yourself so that it is on the PATH, or free the network and run this again"
        );
        install(project, package, &mut cargo, &advice)
    }
}
