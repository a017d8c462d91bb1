//! Rules about who depends on whom, asked of `cargo tree`.

use std::collections::BTreeSet;

use super::Complaint;
use crate::failure::{Failure, Outcome};
use crate::process::{self, cargo};
use crate::project::Project;

/// What one package may not reach, and how many packages it may name itself.
struct Rule {
    package: &'static str,
    /// `all`, or the one platform that the package is for.
    target: &'static str,
    /// Which edges count: `normal,build`, or `all` to include tests.
    edges: &'static str,
    /// Names, or beginnings of names when they end in `*`.
    never: &'static [&'static str],
    most_direct: usize,
    why: &'static str,
}

const RULES: [Rule; 7] = [
    Rule {
        package: "gms-chat-protocol",
        target: "all",
        edges: "normal,build",
        never: &[
            "web-sys",
            "js-sys",
            "wasm-bindgen*",
            "gloo*",
            "leptos*",
            "tokio*",
            "futures*",
            "async-*",
            "rand*",
            "getrandom",
            "fastrand",
            "chrono",
            "time",
            "instant",
            "web-time",
            "log",
            "tracing*",
            "reqwest",
            "hyper*",
        ],
        most_direct: 3,
        why: "the protocol is pure: no browser, no clock, no chance, no executor",
    },
    Rule {
        package: "gms-chat-simulation",
        target: "all",
        edges: "all",
        never: &[
            "gms-chat",
            "gms-chat-doctor",
            "gms-chat-simulator",
            "gms-chat-soak",
            "tokio*",
            "rand*",
            "getrandom",
        ],
        most_direct: 2,
        why: "a seed must mean the same run on every machine",
    },
    Rule {
        package: "gms-chat-simulator",
        target: "all",
        edges: "all",
        never: &[
            "gms-chat",
            "gms-chat-protocol",
            "gms-chat-doctor",
            "gms-chat-soak",
        ],
        most_direct: 8,
        why: "the simulator is a second witness of the specification",
    },
    Rule {
        package: "gms-chat",
        target: "wasm32-unknown-unknown",
        edges: "normal,build",
        never: &[
            "gms-chat-simulator",
            "gms-chat-doctor",
            "gms-chat-soak",
            "tokio",
            "axum*",
            "hyper*",
        ],
        most_direct: 12,
        why: "the visitor downloads what the widget depends on",
    },
    Rule {
        package: "gms-chat-doctor",
        target: "all",
        edges: "normal,build",
        never: &["gms-chat", "gms-chat-simulator", "gms-chat-simulation"],
        most_direct: 10,
        why: "the doctor speaks as the widget does and judges any server",
    },
    Rule {
        package: "gms-chat-soak",
        target: "all",
        edges: "normal,build",
        never: &[
            "gms-chat",
            "gms-chat-simulator",
            "gms-chat-simulation",
            "gms-chat-doctor",
        ],
        most_direct: 7,
        why: "the soak knows the protocol and meets the simulator over HTTP only",
    },
    Rule {
        package: "xtask",
        target: "all",
        edges: "all",
        never: &["gms-chat*"],
        most_direct: 2,
        why: "the commands must build before and without everything else",
    },
];

/// Asks cargo for the graph of each package that a rule is about.
pub(super) fn check(project: &Project) -> Outcome<Vec<Complaint>> {
    let mut complaints = Vec::new();
    for rule in &RULES {
        let reached = packages(project, rule, &[])?;
        let direct = packages(project, rule, &["--depth", "1"])?;
        complaints.extend(rule.judge(&reached, &direct));
    }
    Ok(complaints)
}

/// Names in the graph of the rule's package, without itself. `cargo tree --invert` would be shorter, but ends
/// well both when a package is absent from the graph and when only the lock file knows it.
fn packages(project: &Project, rule: &Rule, options: &[&str]) -> Outcome<BTreeSet<String>> {
    let mut tree = cargo(project);
    // A direct dependency for tests is no load for users: the depth counts without it.
    let edges = if options.is_empty() {
        rule.edges
    } else {
        "normal,build"
    };
    tree.args([
        "tree",
        "--locked",
        "--target",
        rule.target,
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    tree.args(["--package", rule.package, "--edges", edges])
        .args(options);
    let said = process::capture(&mut tree).unwrap_or_default();
    let names = names(&said);
    if names.contains(rule.package) {
        return Ok(names
            .into_iter()
            .filter(|name| name != rule.package)
            .collect());
    }
    let what = format!(
        "`cargo tree --package {}` shows no such package",
        rule.package
    );
    Err(Failure::new(what, "run it by hand and read what it says"))
}

/// The first word of each line.
fn names(said: &str) -> BTreeSet<String> {
    said.lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

impl Rule {
    fn judge(&self, reached: &BTreeSet<String>, direct: &BTreeSet<String>) -> Vec<Complaint> {
        let Self {
            package,
            most_direct,
            why,
            ..
        } = self;
        let forbidden = reached
            .iter()
            .filter(|name| self.never.iter().any(|pattern| fits(name, pattern)));
        let mut complaints: Vec<Complaint> = forbidden
            .map(|name| Complaint::new(*package, format!("reaches `{name}`: {why}")))
            .collect();
        if direct.len() > *most_direct {
            let what = format!(
                "{} direct dependencies, {most_direct} at most: {direct:?}",
                direct.len()
            );
            complaints.push(Complaint::new(*package, what));
        }
        complaints
    }
}

fn fits(name: &str, pattern: &str) -> bool {
    pattern
        .strip_suffix('*')
        .map_or(name == pattern, |beginning| name.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widgets_own_graph_would_break_the_protocols_rule() {
        let project = Project::find().unwrap();
        let [protocol, _, _, widget, ..] = &RULES;
        let reached = packages(&project, widget, &[]).unwrap();
        let complaints = protocol.judge(&reached, &reached);
        let named = |name: &str| {
            complaints
                .iter()
                .any(|complaint| complaint.what.contains(&format!("`{name}`")))
        };
        assert!(
            named("web-sys") && named("leptos") && named("gloo-net"),
            "{complaints:?}"
        );
        assert!(
            complaints
                .iter()
                .any(|complaint| complaint.what.contains("direct dependencies, 3 at most"))
        );
    }

    #[test]
    fn a_simulator_that_reaches_the_protocol_is_refused() {
        let [_, _, simulator, .., xtask] = &RULES;
        let reached =
            names("gms-chat-simulator v0.1.0 (/a)\ngms-chat-protocol v0.1.0 (/b)\nserde v1.0.0\n");
        let none = BTreeSet::new();
        assert_eq!(simulator.judge(&reached, &none).len(), 1);
        assert_eq!(xtask.judge(&reached, &none).len(), 2);
    }

    #[test]
    fn a_star_stands_for_any_ending() {
        assert!(fits("gloo-net", "gloo*") && fits("gms-chat", "gms-chat*"));
        assert!(!fits("gms-chat-protocol", "gms-chat"));
    }
}
