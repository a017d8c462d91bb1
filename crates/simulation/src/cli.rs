//! The command line: what to run, and what to print about it.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "results and complaints are what a command line is for"
)]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::thread;

use crate::campaign::{Campaign, Find, Report, run};
use crate::plan::Plan;
use crate::shrink::shrink;
use crate::world::World;

const USAGE: &str = "\
cargo xtask simulate [OPTIONS]

  --seeds N        run so many schedules (default 20000)
  --from S         begin with this seed (default 0)
  --threads N      on so many cores (default: all)
  --finds N        look on until so many seeds have broken a rule (default 20)
  --replay SEED    run one seed, shorten it if it fails, and tell what happens
  --only A,B,C     with --replay: nothing but the items of these numbers
";

/// What the words ask for.
#[derive(Debug)]
struct Options {
    seeds: u64,
    from: u64,
    threads: usize,
    finds: usize,
    replay: Option<u64>,
    only: Option<Vec<usize>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seeds: 20_000,
            from: 0,
            threads: thread::available_parallelism().map_or(1, usize::from),
            finds: 20,
            replay: None,
            only: None,
        }
    }
}

/// Does what the words of the command line ask for.
pub fn simulate(words: &[String]) -> ExitCode {
    match Options::read(words) {
        Ok(options) => options.go(),
        Err(complaint) => {
            eprintln!("{complaint}\n\n{USAGE}");
            ExitCode::FAILURE
        }
    }
}

impl Options {
    fn read(words: &[String]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("`{word}` wants a value"));
            match word.as_str() {
                "--seeds" => options.seeds = number(value()?)?,
                "--from" => options.from = number(value()?)?,
                "--threads" => options.threads = number(value()?)?.clamp(1, 256) as usize,
                "--finds" => options.finds = number(value()?)? as usize,
                "--replay" => options.replay = Some(number(value()?)?),
                "--only" => {
                    let numbers = value()?.split(',').map(|part| number(part).map(|it| it as usize));
                    options.only = Some(numbers.collect::<Result<_, _>>()?);
                }
                other => return Err(format!("there is no option `{other}`")),
            }
        }
        Ok(options)
    }

    fn go(self) -> ExitCode {
        match self.replay {
            Some(seed) => replay(seed, self.only),
            None => self.campaign(),
        }
    }

    fn campaign(self) -> ExitCode {
        let report = Campaign {
            from: self.from,
            seeds: self.seeds,
            threads: self.threads,
            most_finds: self.finds,
        }
        .run();
        print_figures(&report);
        let Some(Find { seed, violation }) = report.finds.first() else {
            println!("no rule was broken");
            return ExitCode::SUCCESS;
        };
        print_finds(&report.finds);
        println!("\nseed {seed}: {} {}", violation.rule, violation.what);
        print_short(*seed, None);
        ExitCode::FAILURE
    }
}

fn replay(seed: u64, only: Option<Vec<usize>>) -> ExitCode {
    let plan = Plan::of(seed);
    let kept = only.clone().unwrap_or_else(|| (0..plan.items.len()).collect());
    let told = plan.only(&kept);
    println!("{:?}, faults until {} ms", plan.subject, plan.calm);
    for (number, item) in kept.iter().zip(&told.items) {
        println!("  [{number:>2}] {item}");
    }
    let outcome = World::tell(&told, |now, line| {
        let line: String = line.chars().take(600).collect();
        println!("{:>10.3}  {line}", now as f64 / 1000.0);
    });
    match outcome.violation {
        None => {
            println!("no rule was broken");
            ExitCode::SUCCESS
        }
        Some(violation) => {
            println!("{} ms: {} {}", violation.at, violation.rule, violation.what);
            print_short(seed, only);
            ExitCode::FAILURE
        }
    }
}

fn print_short(seed: u64, only: Option<Vec<usize>>) {
    let plan = Plan::of(seed);
    let kept = only.unwrap_or_else(|| (0..plan.items.len()).collect());
    let Some(violation) = run(&plan.only(&kept)).violation else {
        return;
    };
    let short = shrink(&plan, kept, violation);
    println!("\nshortened to {} items ({:?}, faults until {} ms):", short.kept.len(), plan.subject, plan.calm);
    for (number, item) in short.kept.iter().zip(&short.plan.items) {
        println!("  [{number:>2}] {item}");
    }
    println!("  at {} ms: {} {}", short.violation.at, short.violation.rule, short.violation.what);
    let numbers: Vec<String> = short.kept.iter().map(usize::to_string).collect();
    println!("\ncargo xtask simulate --replay {seed} --only {}", numbers.join(","));
}

/// Of each rule the first few seeds.
fn print_finds(finds: &[Find]) {
    println!("\n{} seeds broke a rule:", finds.len());
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for Find { seed, violation } in finds {
        let count = counts.entry(violation.rule).or_default();
        *count += 1;
        if *count <= 5 {
            println!("  {seed:>9}  {} {}", violation.rule, violation.what);
        }
    }
    for (rule, count) in counts {
        println!("  {rule}: {count}");
    }
}

fn print_figures(report: &Report) {
    let seconds = report.took.as_secs_f64().max(1e-9);
    let figures = &report.figures;
    let rate = report.schedules as f64 / seconds;
    println!(
        "{} schedules in {seconds:.1} s on {} cores: {rate:.0} a second, {:.0} per core",
        report.schedules,
        report.threads,
        rate / report.threads as f64
    );
    println!(
        "{:.0} simulated hours, {} exchanges, {} happenings",
        figures.millis as f64 / 3_600_000.0,
        figures.exchanges,
        figures.steps
    );
    println!(
        "{} pairs of state and input in {} states",
        figures.coverage.pairs(),
        figures.coverage.states()
    );
}

fn number(word: &str) -> Result<u64, String> {
    word.trim().replace('_', "").parse().map_err(|_| format!("`{word}` is no number"))
}
