//! The project's commands: `cargo xtask demo`, `test`, `ci`, `size`, `dist`, `bench`, and Trunk's hook `stamp`.
#![allow(
    clippy::print_stdout,
    reason = "progress and results are what a command line is for"
)]
#![allow(clippy::print_stderr, reason = "so are complaints")]

mod bench;
mod ci;
mod demo;
mod dist;
mod examples;
mod failure;
mod fuzz;
mod process;
mod project;
mod report;
mod simulate;
mod size;
mod soak;
mod stamp;
mod surface;
mod test;
mod tidy;
mod tools;

use std::process::ExitCode;

use failure::{Failure, Outcome};
use project::Project;

const USAGE: &str = "\
cargo xtask COMMAND

  demo       build the widget, start the simulator, serve the demo page and the agent desk
             --example NAME: a page of examples/ in place of the demo page
             --port N  --open  --scenario NAME  --mode poll|cometd|delayed
             --cors ORIGIN: a page of your own, served from there, may use the simulator
  test       every test: protocol, simulation, simulator, xtask, widget, interop, browser, end to end, servers, chaos,
             proxies, soak
             NAME...   only the suites of these names
  ci         what a submission must pass: format, lints, docs, rules, every test, size
  dist       the release build, into dist/
  screenshots  a picture of every screen, in target/e2e
  gallery    every screen of the widget in every view, judged by axe-core; target/gallery/index.html shows them
  size       what a visitor downloads, in brotli bytes, against the budget
  tidy       the rules of ARCHITECTURE.md that a machine can check
  api        write docs/api.md from its table
  bench      the benches; without a name, the list of them
  simulate   the protocol core against a model of everything else, on a virtual clock
             --seeds N  --from S  --replay SEED  --named NAME  --defects  --storm
  soak       hundreds of visitors and a few real tabs against the simulator, while everything goes wrong (docs/soak.md)
             --hours H | --minutes M  --visitors N  --tabs N  --seed N
  fuzz       the fuzz targets, 60 s each: --seconds N  TARGET...
  setup      install what the other commands need; `setup build` without the browser
  stamp      Trunk's post_build hook: minify, hash and link the built files

GMS_CHAT_TOOLS=FOLDER shares installed tools between checkouts (default: .tools in this one).
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.is_told() {
                eprintln!("xtask: {failure}");
            }
            ExitCode::FAILURE
        }
    }
}

fn dispatch(words: &[String]) -> Outcome {
    let Some((command, rest)) = words.split_first() else {
        print!("{USAGE}");
        return Ok(());
    };
    let run: fn(&Project, &[String]) -> Outcome = match command.as_str() {
        "demo" => demo::demo,
        "test" => test::test,
        "ci" => ci::ci,
        "dist" => dist::dist,
        "screenshots" => test::screenshots,
        "gallery" => test::gallery,
        "size" => size::size,
        "tidy" => tidy::tidy,
        "api" => surface::api,
        "bench" => bench::bench,
        "simulate" => simulate::simulate,
        "soak" => soak::soak,
        "fuzz" => fuzz::fuzz,
        "setup" => tools::setup,
        "stamp" => stamp::stamp,
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            return Ok(());
        }
        other => {
            return Err(Failure::new(
                format!("there is no command `{other}`"),
                "`cargo xtask help` lists them",
            ));
        }
    };
    let asks = |word: &String| matches!(word.as_str(), "--help" | "-h");
    // These programs have a help of their own.
    if rest.iter().any(asks) && !matches!(command.as_str(), "simulate" | "soak" | "bench") {
        print!("{USAGE}");
        return Ok(());
    }
    run(&Project::find()?, rest)
}

/// For commands without arguments.
fn no_arguments(command: &str, rest: &[String]) -> Outcome {
    let Some(extra) = rest.first() else {
        return Ok(());
    };
    Err(Failure::new(
        format!("`{command}` takes no argument, not `{extra}`"),
        "`cargo xtask help` lists the arguments",
    ))
}
