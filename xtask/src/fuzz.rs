//! The fuzz targets: built with libFuzzer on the stable toolchain, seeded by the golden files, run two at a time.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::thread;

use crate::failure::{Failure, OrFailure, Outcome};
use crate::process::{self, cargo};
use crate::project::Project;
use crate::report::say;
use crate::tools::{self, Needs};

/// How long CI runs each target, in seconds.
pub(crate) const SECONDS_OF_CI: u64 = 60;

const TARGETS: [&str; 4] = ["rest", "bayeux", "transcript", "form"];

/// What `cargo fuzz` passes too, without its sanitiser: that one needs a nightly compiler, and there is no `unsafe`
/// here for it to watch.
const INSTRUMENTED: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
     -Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-simplifycfg-branch-fold-threshold=0";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
struct Wish {
    seconds: u64,
    targets: Vec<&'static str>,
}

/// `cargo xtask fuzz [--seconds N] [TARGET...]`.
pub(crate) fn fuzz(project: &Project, rest: &[String]) -> Outcome {
    let wish = read(rest)?;
    tools::set_up(project, Needs::Fuzzing)?;
    run(project, &wish)
}

/// What CI runs; the tools are there.
pub(crate) fn fuzz_briefly(project: &Project) -> Outcome {
    let targets = TARGETS.to_vec();
    run(
        project,
        &Wish {
            seconds: SECONDS_OF_CI,
            targets,
        },
    )
}

/// Where the parts of one command find what they share.
struct Room<'a> {
    project: &'a Project,
    /// `target/fuzz`: builds, `corpus`, `found` and logs.
    folder: PathBuf,
    programs: PathBuf,
    seconds: u64,
}

fn run(project: &Project, wish: &Wish) -> Outcome {
    let folder = project.target().join("fuzz");
    check(project, &folder)?;
    let room = Room {
        project,
        programs: build(project, &folder)?,
        folder,
        seconds: wish.seconds,
    };
    let waiting = Mutex::new(wish.targets.iter().copied());
    let next = || {
        waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next()
    };
    let work = || {
        let targets = std::iter::from_fn(next);
        targets
            .filter_map(|target| room.run(target).err())
            .map(|failure| failure.to_string())
            .collect::<Vec<_>>()
    };
    let lanes = thread::available_parallelism().map_or(1, usize::from);
    let failures: Vec<String> = thread::scope(|scope| {
        let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(work)).collect();
        let ends = lanes.into_iter().map(thread::ScopedJoinHandle::join);
        ends.flat_map(|end| end.unwrap_or_else(|_| vec!["a thread of xtask panicked".to_owned()]))
            .collect()
    });
    if failures.is_empty() {
        return Ok(());
    }
    let advice =
        "mend it, and keep the input in fuzz/found/TARGET: the tests of fuzz/ play it for ever";
    Err(Failure::new(failures.join("\n"), advice))
}

/// Its own formatting, lints and tests, which no command for the workspace reaches; then the seeds.
fn check(project: &Project, folder: &Path) -> Outcome {
    let advice = "read the message above; the package is fuzz/, outside of the workspace";
    let steps: [&[&str]; 4] = [
        &["fmt", "--check"],
        &[
            "clippy",
            "--locked",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ],
        &["test", "--locked", "--lib"],
        &["run", "--quiet", "--locked", "--example", "seeds", "--"],
    ];
    let corpus = folder.join("corpus");
    for words in steps {
        let mut command = own_cargo(project, folder);
        command.args(words);
        if words.contains(&"seeds") {
            command.arg(&corpus);
        }
        process::run(&mut command, advice)?;
    }
    Ok(())
}

/// Builds the targets, and says where they are.
fn build(project: &Project, folder: &Path) -> Outcome<PathBuf> {
    let mut rustc = process::command(project, "rustc");
    let host = process::capture(rustc.args(["--print", "host-tuple"])).ok_or_else(|| {
        Failure::new(
            "rustc does not say its host",
            "install the toolchain of rust-toolchain.toml",
        )
    })?;
    let host = host.trim();
    let mut command = own_cargo(project, folder);
    // With a target of its own, the flags do not reach build scripts.
    command.args(["build", "--locked", "--release", "--bins", "--target", host]);
    command.env("RUSTFLAGS", INSTRUMENTED);
    let advice = "read the message above; libFuzzer needs a C++ compiler";
    process::run(&mut command, advice)?;
    Ok(folder.join(host).join("release"))
}

fn own_cargo(project: &Project, folder: &Path) -> Command {
    let mut command = cargo(project);
    command
        .current_dir(project.root().join("fuzz"))
        .env("CARGO_TARGET_DIR", folder);
    command
}

impl Room<'_> {
    fn run(&self, target: &str) -> Outcome {
        let (corpus, found) = (
            self.folder("corpus", target)?,
            self.folder("found", target)?,
        );
        let log = self.folder.join(format!("{target}.log"));
        let program = self.programs.join(target);
        let mut command = process::command(self.project, &program);
        command.arg(&corpus).args([
            format!("-max_total_time={}", self.seconds),
            format!("-artifact_prefix={}/", found.display()),
            "-timeout=25".to_owned(),
            "-rss_limit_mb=2048".to_owned(),
            "-print_final_stats=1".to_owned(),
        ]);
        let advice = format!(
            "replay it with `{} {}/FILE`, the file that the message names",
            program.display(),
            found.display()
        );
        process::run_quietly(&format!("fuzz {target}"), &mut command, &log, &advice)?;
        let text = std::fs::read_to_string(&log).unwrap_or_default();
        let number = |name| figure(&text, name).unwrap_or_default();
        let (executions, coverage) = (
            number("stat::number_of_executed_units:"),
            last_coverage(&text),
        );
        say(format_args!(
            "fuzz {target}: {executions} inputs in {} s, {coverage} places reached, nothing found",
            self.seconds
        ));
        match executions {
            0 => Err(Failure::new(
                format!("{target} ran no input"),
                format!("read {}", log.display()),
            )),
            _ => Ok(()),
        }
    }

    fn folder(&self, kind: &str, target: &str) -> Outcome<PathBuf> {
        let folder = self.folder.join(kind).join(target);
        std::fs::create_dir_all(&folder).or_failure(
            format_args!("creating {}", folder.display()),
            "make it writable",
        )?;
        Ok(folder)
    }
}

/// The number behind a name in libFuzzer's last words.
fn figure(log: &str, name: &str) -> Option<u64> {
    log.rsplit_once(name)?
        .1
        .split_whitespace()
        .next()?
        .parse()
        .ok()
}

fn last_coverage(log: &str) -> u64 {
    figure(log, " cov:").unwrap_or_default()
}

fn read(words: &[String]) -> Outcome<Wish> {
    let mut wish = Wish {
        seconds: SECONDS_OF_CI,
        targets: Vec::new(),
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--seconds" {
            let number = words.next().and_then(|word| word.parse().ok());
            wish.seconds = number.filter(|number| *number > 0).ok_or_else(|| {
                Failure::new("`--seconds` needs a number", "for example `--seconds 3600`")
            })?;
            continue;
        }
        let target = TARGETS.into_iter().find(|target| target == word);
        wish.targets.push(target.ok_or_else(|| {
            Failure::new(
                format!("there is no fuzz target `{word}`"),
                format!("choose of {}", TARGETS.join(", ")),
            )
        })?);
    }
    if wish.targets.is_empty() {
        wish.targets = TARGETS.to_vec();
    }
    Ok(wish)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(line: &str) -> Outcome<Wish> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        read(&words)
    }

    #[test]
    fn targets_and_seconds_are_read() {
        assert_eq!(wish("").unwrap().targets, TARGETS);
        let one = wish("--seconds 5 bayeux").unwrap();
        assert_eq!((one.seconds, one.targets), (5, vec!["bayeux"]));
        assert!(wish("--seconds 0").is_err());
        assert!(wish("--seconds").is_err());
        assert!(wish("chat").unwrap_err().to_string().contains("transcript"));
    }

    #[test]
    fn every_target_stands_in_the_manifest() {
        let manifest = include_str!("../../fuzz/Cargo.toml");
        for target in TARGETS {
            assert!(manifest.contains(&format!("\"fuzz_targets/{target}.rs\"")));
        }
    }

    #[test]
    fn the_last_words_of_libfuzzer_are_understood() {
        let log = "#2 INITED cov: 10 ft: 11\n#9 DONE   cov: 2914 ft: 10477 corp: 1/2b\n\
                   stat::number_of_executed_units: 109762\n";
        assert_eq!(
            figure(log, "stat::number_of_executed_units:"),
            Some(109_762)
        );
        assert_eq!(last_coverage(log), 2914);
        assert_eq!(figure(log, "stat::nothing:"), None);
    }
}
