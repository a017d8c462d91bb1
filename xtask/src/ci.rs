//! Everything that a submission must pass, in one command; `.ci/run` and the GitHub workflow call it.

use crate::failure::{Failure, Outcome};
use crate::fuzz::fuzz_briefly;
use crate::no_arguments;
use crate::process::{self, cargo};
use crate::project::Project;
use crate::report::{self, Step, step};
use crate::simulate::{SEEDS_OF_CI, simulate};
use crate::size;
use crate::test::{self, Counts};
use crate::tidy;
use crate::tools::{self, Needs};

/// `cargo xtask ci`. Every step runs whatever became of those before it. The last line is `N passed, N failed`:
/// the tests, and one failure more for each other step that failed.
pub(crate) fn ci(project: &Project, rest: &[String]) -> Outcome {
    no_arguments("ci", rest)?;
    let mut counts = Counts::default();
    let steps = [
        simple("tools", || tools::set_up(project, Needs::Tests)),
        simple("format", || format(project)),
        simple("rules", || tidy::tidy(project, &[])),
        simple("lints, native", || lints_native(project)),
        simple("lints, wasm", || clippy(project, &WIDGET_FOR_BROWSERS)),
        simple("docs", || docs(project)),
        step("tests", || {
            counts = test::run_all(project);
            match counts.failed {
                0 => Ok(counts.to_string()),
                _ => Err(Failure::new(
                    counts.to_string(),
                    "the table above names the suites",
                )),
            }
        }),
        simple("simulation", || {
            simulate(project, &SEEDS_OF_CI.map(str::to_owned))
        }),
        simple("fuzz", || fuzz_briefly(project)),
        simple("size", || size::size(project, &[])),
    ];
    counts.failed += failures_outside_tests(&steps);
    report::table(&steps);
    counts.close()
}

const WIDGET_FOR_BROWSERS: [&str; 6] = [
    "--package",
    "gms-chat",
    "--lib",
    "--tests",
    "--target",
    "wasm32-unknown-unknown",
];

fn simple(name: &str, work: impl FnOnce() -> Outcome) -> Step {
    step(name, || work().map(|()| "ok".to_owned()))
}

fn failures_outside_tests(steps: &[Step]) -> u64 {
    let failed = steps
        .iter()
        .filter(|step| !step.good && step.name != "tests");
    failed.map(|_| 1).sum()
}

fn format(project: &Project) -> Outcome {
    process::run(
        cargo(project).args(["fmt", "--all", "--check"]),
        "run `cargo fmt --all`",
    )
}

fn lints_native(project: &Project) -> Outcome {
    clippy(project, &["--workspace", "--all-targets"])?;
    let defects = ["--package", "gms-chat-simulation", "--features", "defects"];
    clippy(project, &[&defects[..], &["--all-targets"]].concat())?;
    // It does not run with the other tests, so "all targets" leaves it out.
    clippy(project, &["--package", "gms-chat", "--test", "e2e"])
}

fn clippy(project: &Project, selection: &[&str]) -> Outcome {
    let mut command = cargo(project);
    command
        .args(["clippy", "--locked"])
        .args(selection)
        .args(["--", "-D", "warnings"]);
    process::run(
        &mut command,
        "mend what clippy names; an `allow` needs a reason",
    )
}

fn docs(project: &Project) -> Outcome {
    let mut command = cargo(project);
    command.args([
        "doc",
        "--locked",
        "--workspace",
        "--no-deps",
        "--document-private-items",
    ]);
    process::run(
        command.env("RUSTDOCFLAGS", "-D warnings"),
        "mend what rustdoc names",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failed_step_but_the_tests_counts_once_more() {
        let bad = |name| simple(name, || Err(Failure::new("spoilt", "mend it")));
        let steps = [
            bad("format"),
            bad("tests"),
            simple("docs", || Ok(())),
            bad("size"),
        ];
        assert_eq!(failures_outside_tests(&steps), 2);
    }
}
