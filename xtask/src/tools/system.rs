//! What comes from the operating system: Node.js, and for tests a C++ compiler, Chromium with its driver, and proxies.

use std::path::PathBuf;

use super::{Needs, browser, install};
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::project::Project;
use crate::report::say;

/// The oldest Node.js whose test runner and brotli serve.
const NODE: u32 = 18;

/// Installs through apt when root on Debian; elsewhere says what is missing.
pub(super) fn set_up(project: &Project, needs: Needs) -> Outcome {
    let mut packages = Vec::new();
    if !has_node(project) {
        packages.extend(["nodejs", "npm"]);
    }
    if needs != Needs::Build && !has_cpp(project) {
        packages.push("g++");
    }
    if needs == Needs::Tests && !browser::is_there(project) {
        packages.extend(["chromium", "chromium-driver"]);
    }
    if packages.is_empty() {
        return Ok(());
    }
    let wanted = format!(
        "Node.js {NODE} or newer with npm, a C++ compiler, and Chromium or Chrome with the chromedriver of the \
         same version"
    );
    apt_install(project, &packages, &wanted)
}

/// The servers that `deploy/` has examples for, and Debian's packages of them.
const PROXIES: [(&str, &str); 3] = [
    ("nginx", "nginx-light"),
    ("haproxy", "haproxy"),
    ("caddy", "caddy"),
];

/// Likewise for the proxies, which only their own suite needs.
pub(crate) fn proxies(project: &Project) -> Outcome {
    let mut folders: Vec<PathBuf> = std::env::split_paths(&project.search_path()).collect();
    // On Debian, servers are where only root looks.
    folders.extend(["/usr/sbin", "/sbin"].map(PathBuf::from));
    let is_there = |name: &str| folders.iter().any(|folder| folder.join(name).is_file());
    let missing = PROXIES.iter().filter(|(program, _)| !is_there(program));
    let packages: Vec<&str> = missing.map(|(_, package)| *package).collect();
    if packages.is_empty() {
        return Ok(());
    }
    apt_install(project, &packages, "nginx, HAProxy and Caddy")
}

/// Installs what is missing of these programs; `packages` has Debian's names for all of them.
pub(super) fn programs(
    project: &Project,
    programs: &[&str],
    packages: &[&str],
    wanted: &str,
) -> Outcome {
    let folders: Vec<PathBuf> = std::env::split_paths(&project.search_path()).collect();
    let is_there = |name: &&str| folders.iter().any(|folder| folder.join(name).is_file());
    if programs.iter().all(is_there) {
        return Ok(());
    }
    apt_install(project, packages, wanted)
}

/// Installs these packages, or says that all of `wanted` has to be there.
fn apt_install(project: &Project, packages: &[&str], wanted: &str) -> Outcome {
    let list = packages.join(" ");
    if !may_use_apt(project) {
        let advice = format!(
            "install {wanted}, so that they are on the PATH (on Debian and Ubuntu: `sudo apt-get install {list}`)"
        );
        return Err(Failure::new(format!("missing: {list}"), advice));
    }
    say(format_args!(
        "{list}: missing; apt-get installs them (about a minute)"
    ));
    let advice =
        format!("run `apt-get update && apt-get install -y {list}` yourself and read what it says");
    install(project, "apt-update", apt(project).arg("update"), &advice)?;
    install(
        project,
        "apt-install",
        apt(project)
            .args(["install", "-y", "--no-install-recommends"])
            .args(packages),
        &advice,
    )
}

fn apt(project: &Project) -> std::process::Command {
    let mut apt = process::command(project, "apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive");
    apt
}

/// libFuzzer is C++.
fn has_cpp(project: &Project) -> bool {
    process::capture(process::command(project, "c++").arg("--version")).is_some()
}

fn has_node(project: &Project) -> bool {
    let said = process::capture(process::command(project, "node").arg("--version"));
    let npm = process::capture(process::command(project, "npm").arg("--version"));
    npm.is_some()
        && said
            .as_deref()
            .and_then(major)
            .is_some_and(|major| major >= NODE)
}

/// The first number in what a program says of its version.
pub(super) fn major(said: &str) -> Option<u32> {
    let digits = said.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits
        .split(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

fn may_use_apt(project: &Project) -> bool {
    let root = process::capture(process::command(project, "id").arg("-u"));
    let apt = process::capture(process::command(project, "apt-get").arg("--version"));
    root.is_some_and(|id| id.trim() == "0") && apt.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_the_first_number() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("Chromium 156.0.8078.73 built on Debian"), Some(156));
        assert_eq!(major("none"), None);
    }
}
