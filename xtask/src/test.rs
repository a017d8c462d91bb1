//! Every test, suite by suite, each counted from what it printed.

mod browsers;
mod gallery;
mod suites;
mod tally;

pub(crate) use suites::node_packages;
pub(crate) use tally::Counts;

use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};
use crate::no_arguments;
use crate::project::Project;
use crate::report::{self, say, seconds};
use crate::tools::{self, Needs};
use suites::{SUITES, Suite};

/// How one suite went.
#[derive(Debug)]
struct Verdict {
    suite: &'static Suite,
    took: Duration,
    counts: Counts,
}

/// `cargo xtask test [NAME...]`. Its last line is `N passed, N failed`.
pub(crate) fn test(project: &Project, rest: &[String]) -> Outcome {
    let chosen = choose(rest)?;
    let ready = tools::set_up(project, Needs::Tests);
    if let Err(failure) = &ready {
        say(failure);
    }
    let mut counts = run(project, &chosen);
    if ready.is_err() {
        counts.failed += 1;
    }
    counts.close()
}

/// `cargo xtask screenshots`: the journeys that take pictures, on a fresh build.
pub(crate) fn screenshots(project: &Project, rest: &[String]) -> Outcome {
    no_arguments("screenshots", rest)?;
    tools::set_up(project, Needs::Tests)?;
    let counts = suites::screenshots(project)?;
    say(format_args!(
        "{counts}; pictures in {}",
        project.target().join("e2e").display()
    ));
    counts.close()
}

/// `cargo xtask gallery`: every screen in every view, on a fresh build, and a page that shows them.
pub(crate) fn gallery(project: &Project, rest: &[String]) -> Outcome {
    no_arguments("gallery", rest)?;
    tools::set_up(project, Needs::Tests)?;
    let counts = suites::gallery(project)?;
    let page = gallery::write(&project.target().join("gallery"))?;
    say(format_args!("{counts}; pictures on {}", page.display()));
    counts.close()
}

/// Runs the suites one after the other, whatever becomes of each, and prints their table. The tools are there.
pub(crate) fn run_all(project: &Project) -> Counts {
    run(project, &SUITES.iter().collect::<Vec<_>>())
}

fn run(project: &Project, chosen: &[&'static Suite]) -> Counts {
    let verdicts: Vec<Verdict> = chosen.iter().map(|suite| run_one(project, suite)).collect();
    println!();
    for Verdict {
        suite,
        took,
        counts,
    } in &verdicts
    {
        println!("{:<10} {:>9}  {counts}", suite.name, seconds(*took));
        if counts.failed > 0 {
            println!(
                "{:<10} {:>9}  repeat it with `cargo xtask test {}`",
                "", "", suite.name
            );
        }
    }
    println!("{:<10} {:>9}", "in all", seconds(report::elapsed()));
    verdicts.into_iter().map(|verdict| verdict.counts).sum()
}

fn choose(names: &[String]) -> Outcome<Vec<&'static Suite>> {
    if names.is_empty() {
        return Ok(SUITES.iter().collect());
    }
    let all: Vec<&Suite> = SUITES.iter().chain(&browsers::SUITES).collect();
    let find = |name: &String| {
        let found = all.iter().copied().find(|suite| suite.name == name);
        found.ok_or_else(|| {
            let known: Vec<&str> = all.iter().map(|suite| suite.name).collect();
            Failure::new(
                format!("there is no suite `{name}`"),
                format!("choose of {}", known.join(", ")),
            )
        })
    };
    names.iter().map(find).collect()
}

fn run_one(project: &Project, suite: &'static Suite) -> Verdict {
    say(format_args!("== {}: {}", suite.name, suite.about));
    let begin = Instant::now();
    let counts = (suite.run)(project).unwrap_or_else(|failure| {
        say(format_args!("{}: {failure}", suite.name));
        Counts::COULD_NOT_START
    });
    let took = begin.elapsed();
    say(format_args!(
        "== {}: {counts} after {}",
        suite.name,
        seconds(took)
    ));
    Verdict {
        suite,
        took,
        counts,
    }
}

impl Counts {
    /// Prints the closing line; nothing may follow it.
    pub(crate) fn close(self) -> Outcome {
        println!("\n{self}");
        match self.failed {
            0 => Ok(()),
            _ => Err(Failure::told()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_are_chosen_by_name_and_all_without_one() {
        assert_eq!(choose(&[]).unwrap().len(), SUITES.len());
        let chosen = choose(&["e2e".to_owned(), "protocol".to_owned()]).unwrap();
        assert_eq!(
            chosen.iter().map(|suite| suite.name).collect::<Vec<_>>(),
            ["e2e", "protocol"]
        );
        assert!(
            choose(&["unit".to_owned()])
                .unwrap_err()
                .to_string()
                .contains("protocol, simulation")
        );
    }
}
