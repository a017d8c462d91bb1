//! The suites: what each runs, and which runner's words it is counted by.

use std::process::Command;

use super::Counts;
use crate::dist;
use crate::examples;
use crate::failure::Outcome;
use crate::process::{self, cargo};
use crate::project::Project;
use crate::tools;

/// One group of tests that runs by itself.
#[derive(Debug)]
pub(super) struct Suite {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) run: fn(&Project) -> Outcome<Counts>,
}

/// From many and fast to few and slow.
pub(super) const SUITES: [Suite; 15] = [
    Suite {
        name: "protocol",
        about: "the protocol core, on a virtual clock",
        run: protocol,
    },
    Suite {
        name: "simulation",
        about: "the core against a model of everything else",
        run: simulation,
    },
    Suite {
        name: "simulator",
        about: "the simulator, by itself",
        run: simulator,
    },
    Suite {
        name: "doctor",
        about: "each finding, on a deployment that has it",
        run: doctor,
    },
    Suite {
        name: "xtask",
        about: "the commands, and the rules of the tree",
        run: xtask,
    },
    Suite {
        name: "widget",
        about: "the widget's native parts, and whole chats over loopback",
        run: widget,
    },
    Suite {
        name: "extras",
        about: "what some pages load besides, in Node.js",
        run: extras,
    },
    Suite {
        name: "interop",
        about: "other people's clients against the simulator",
        run: interop,
    },
    Suite {
        name: "browser",
        about: "the widget in headless Chromium",
        run: browser,
    },
    Suite {
        name: "e2e",
        about: "the built dist, as a visitor uses it",
        run: e2e,
    },
    Suite {
        name: "packages",
        about: "the pages of examples/, most with the npm package",
        run: packages,
    },
    Suite {
        name: "servers",
        about: "the built dist against other people's CometD servers",
        run: servers,
    },
    Suite {
        name: "chaos",
        about: "likewise, through a proxy that does its worst",
        run: chaos,
    },
    Suite {
        name: "proxies",
        about: "deploy/ in real servers, examined by the doctor and played in Chromium",
        run: proxies,
    },
    Suite {
        name: "soak",
        about: "a minute of many visitors and two tabs with one chat, while everything goes wrong",
        run: soak,
    },
];

fn protocol(project: &Project) -> Outcome<Counts> {
    package(project, "gms-chat-protocol", &[])
}

fn simulation(project: &Project) -> Outcome<Counts> {
    // With them, the tests prove that the oracle finds the protocol's deliberate defects.
    package(project, "gms-chat-simulation", &["--features", "defects"])
}

fn simulator(project: &Project) -> Outcome<Counts> {
    package(project, "gms-chat-simulator", &[])
}

/// Leaves out `tests/proxies`, which Cargo.toml marks with `test = false`.
fn doctor(project: &Project) -> Outcome<Counts> {
    package(project, "gms-chat-doctor", &[])
}

/// What the machine must have is asked for here and not by every `test`.
fn proxies(project: &Project) -> Outcome<Counts> {
    tools::proxies(project)?;
    let examined = package(project, "gms-chat-doctor", &["--test", "proxies"])?;
    let played = end_to_end(project, ["tls::"])?;
    Ok([examined, played].into_iter().sum())
}

/// The soak's own tests, and a brief soak, which counts as one.
fn soak(project: &Project) -> Outcome<Counts> {
    let own = package(project, "gms-chat-soak", &[])?;
    let is_good = crate::soak::brief(project).is_ok();
    let brief = Counts {
        passed: u64::from(is_good),
        failed: u64::from(!is_good),
    };
    Ok([own, brief].into_iter().sum())
}

fn xtask(project: &Project) -> Outcome<Counts> {
    package(project, "xtask", &[])
}

/// Leaves out `tests/e2e`, which Cargo.toml marks with `test = false`.
fn widget(project: &Project) -> Outcome<Counts> {
    package(project, "gms-chat", &[])
}

fn package(project: &Project, name: &str, options: &[&str]) -> Outcome<Counts> {
    let mut command = cargo(project);
    command
        .args(["test", "--locked", "--no-fail-fast", "--package", name])
        .args(options);
    libtest(&mut command)
}

pub(super) fn libtest(command: &mut Command) -> Outcome<Counts> {
    let copied = process::run_copied(command, "read the message above")?;
    Ok(Counts::of_libtest(&copied.text).checked(copied.success))
}

fn extras(project: &Project) -> Outcome<Counts> {
    let mut node = process::command(project, "node");
    node.args(["--test", "--test-reporter=spec"])
        .current_dir(project.root().join("tests/extras"));
    let copied = process::run_copied(&mut node, "read the message above")?;
    Ok(Counts::of_node(&copied.text).checked(copied.success))
}

fn interop(project: &Project) -> Outcome<Counts> {
    let advice = "read the message above";
    process::run(
        cargo(project).args(["build", "--locked", "--package", "gms-chat-simulator"]),
        advice,
    )?;
    node_packages(project, "tests/interop")?;
    let mut node = process::command(project, "node");
    node.args(["--test", "--test-reporter=spec"])
        .current_dir(project.root().join("tests/interop"));
    node.env("GMS_CHAT_SIMULATOR", project.built("gms-chat-simulator"));
    let copied = process::run_copied(&mut node, advice)?;
    Ok(Counts::of_node(&copied.text).checked(copied.success))
}

/// Installs exactly what the package-lock.json of a folder names.
pub(crate) fn node_packages(project: &Project, folder: &str) -> Outcome {
    let mut npm = process::command(project, "npm");
    npm.args(["ci", "--ignore-scripts"])
        .current_dir(project.root().join(folder));
    process::run(
        &mut npm,
        "read the message above; the packages are those of the folder's package-lock.json",
    )
}

fn browser(project: &Project) -> Outcome<Counts> {
    let driver = tools::chromedriver(project)?;
    let mut pack = process::command(project, "wasm-pack");
    pack.args(["test", "--headless", "--chrome", "--chromedriver"])
        .arg(driver);
    pack.args(["--mode", "no-install", "--", "--locked"]);
    // For all tests of a binary together; a busy machine needs more than the usual 20 seconds.
    pack.env("WASM_BINDGEN_TEST_TIMEOUT", "180");
    libtest(&mut pack)
}

/// What needs other people's packages or programs, by the beginnings of the tests' names.
const ELSEWHERE: [&str; 4] = ["peers::", "chaos::", "examples::", "tls::"];

fn e2e(project: &Project) -> Outcome<Counts> {
    let others = ELSEWHERE.iter().flat_map(|name| ["--skip", name]);
    node_packages(project, "tests/e2e")?;
    end_to_end(project, others)
}

/// Types are checked, the pages are built, and a browser leads a chat on each.
fn packages(project: &Project) -> Outcome<Counts> {
    dist::build_once(project)?;
    examples::build(project, &examples::ALL)?;
    end_to_end(project, ["examples::"])
}

fn servers(project: &Project) -> Outcome<Counts> {
    node_packages(project, "tests/servers")?;
    end_to_end(project, ["peers::"])
}

fn chaos(project: &Project) -> Outcome<Counts> {
    node_packages(project, "tests/servers")?;
    end_to_end(project, ["chaos::"])
}

pub(super) fn gallery(project: &Project) -> Outcome<Counts> {
    node_packages(project, "tests/e2e")?;
    end_to_end(project, ["gallery"])
}

pub(super) fn screenshots(project: &Project) -> Outcome<Counts> {
    end_to_end(project, ["pictures"])
}

fn end_to_end<'a>(
    project: &Project,
    selection: impl IntoIterator<Item = &'a str>,
) -> Outcome<Counts> {
    dist::build_once(project)?;
    let options: Vec<&str> = ["--test", "e2e", "--"]
        .into_iter()
        .chain(selection)
        .collect();
    package(project, "gms-chat", &options)
}
