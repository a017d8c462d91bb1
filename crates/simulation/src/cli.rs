//! The command line: what to run, and what to print about it.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "results and complaints are what a command line is for"
)]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use crate::campaign::{Campaign, Find, Report, run};
#[cfg(feature = "defects")]
use crate::defects;
use crate::named;
use crate::plan::Plan;
use crate::shrink::shrink;
use crate::storm;
use crate::tabs;
use crate::world::World;

const USAGE: &str = "\
cargo xtask simulate [OPTIONS]

  --seeds N        run so many schedules (default 20000)
  --from S         begin with this seed (default 0)
  --threads N      on so many cores (default: all)
  --finds N        look on until so many seeds have broken a rule (default 20)
  --replay SEED    run one seed, shorten it if it fails, and tell what happens
  --only A,B,C     with --replay: nothing but the items of these numbers
  --named NAME     a schedule with a name, and what happens in it; `list` lists them
  --defects        how many seeds it takes to find each deliberate defect (cargo feature `defects`)
  --tabs           one chat in several tabs that close, freeze and crash; with --seeds, --from, or --replay SEED
  --storm          100,000 widgets lose the server for a minute: who comes back when
";

/// What the words ask for.
#[derive(Debug)]
struct Options {
    seeds: u64,
    from: u64,
    threads: usize,
    finds: usize,
    task: Task,
    only: Option<Vec<usize>>,
    /// Several tabs instead of one page.
    tabs: bool,
}

/// What to do.
#[derive(Debug, PartialEq, Eq)]
enum Task {
    Campaign,
    Replay(u64),
    Named(String),
    Defects,
    Storm,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seeds: 20_000,
            from: 0,
            threads: thread::available_parallelism().map_or(1, usize::from),
            finds: 20,
            task: Task::Campaign,
            only: None,
            tabs: false,
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
                "--replay" => options.task = Task::Replay(number(value()?)?),
                "--named" => options.task = Task::Named(value()?.clone()),
                "--defects" => options.task = Task::Defects,
                "--storm" => options.task = Task::Storm,
                "--tabs" => options.tabs = true,
                "--only" => {
                    let numbers = value()?
                        .split(',')
                        .map(|part| number(part).map(|it| it as usize));
                    options.only = Some(numbers.collect::<Result<_, _>>()?);
                }
                other => return Err(format!("there is no option `{other}`")),
            }
        }
        Ok(options)
    }

    fn go(self) -> ExitCode {
        match &self.task {
            Task::Campaign if self.tabs => play_tabs(self.from, self.seeds, self.threads),
            Task::Replay(seed) if self.tabs => replay_tabs(*seed),
            Task::Campaign => self.campaign(),
            Task::Replay(seed) => replay(*seed, self.only),
            Task::Named(name) => tell_named(name),
            Task::Defects => look_for_defects(self.threads),
            Task::Storm => print_storm(self.threads),
        }
    }

    fn campaign(self) -> ExitCode {
        let report = Campaign {
            from: self.from,
            seeds: self.seeds,
            threads: self.threads,
            most_finds: self.finds,
            progress: |schedules, finds| eprintln!("{schedules} schedules, {finds} finds"),
            #[cfg(feature = "defects")]
            defect: None,
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

/// Plays seeds of several tabs on all threads; tells the first one that breaks a rule.
fn play_tabs(from: u64, seeds: u64, threads: usize) -> ExitCode {
    let began = Instant::now();
    let share = |thread: u64| {
        let mine = (from..from + seeds).filter(move |seed| seed % threads as u64 == thread);
        mine.map(|seed| (seed, tabs::run(seed, None)))
            .find(|(_, outcome)| outcome.is_err())
    };
    let finds: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads as u64)
            .map(|thread| scope.spawn(move || share(thread)))
            .collect();
        let finds = workers.into_iter().map(|worker| worker.join());
        finds.filter_map(|find| find.unwrap_or(None)).collect()
    });
    let seconds = began.elapsed().as_secs_f64();
    println!("{seeds} seeds of several tabs in {seconds:.1} s on {threads} threads");
    match finds.into_iter().min_by_key(|(seed, _)| *seed) {
        Some((seed, Err(broken))) => {
            println!("seed {seed}: {broken}\n\ncargo xtask simulate --tabs --replay {seed}");
            ExitCode::FAILURE
        }
        Some(_) | None => {
            println!("no rule was broken");
            ExitCode::SUCCESS
        }
    }
}

fn replay_tabs(seed: u64) -> ExitCode {
    match tabs::run(seed, Some(print_line)) {
        Ok(()) => {
            println!("no rule was broken");
            ExitCode::SUCCESS
        }
        Err(broken) => {
            println!("{broken}");
            ExitCode::FAILURE
        }
    }
}

fn replay(seed: u64, only: Option<Vec<usize>>) -> ExitCode {
    let plan = Plan::of(seed);
    let kept = only
        .clone()
        .unwrap_or_else(|| (0..plan.items.len()).collect());
    let told = plan.only(&kept);
    println!("{:?}, faults until {} ms", plan.subject, plan.calm);
    for (number, item) in kept.iter().zip(&told.items) {
        println!("  [{number:>2}] {item}");
    }
    let outcome = World::tell(&told, print_line);
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

/// Tells what happens in a schedule that has a name, to everybody who can be tried.
fn tell_named(name: &str) -> ExitCode {
    let Some(named) = named::ALL.iter().find(|named| named.name == name) else {
        for named in &named::ALL {
            println!("  {:<34} {}", named.name, named.about);
        }
        return ExitCode::SUCCESS;
    };
    println!("{}: {}", named.name, named.about);
    let mut code = ExitCode::SUCCESS;
    for subject in named::SUBJECTS {
        let plan = named.plan(subject);
        println!("\n{subject:?}");
        match World::tell(&plan, print_line).violation {
            None => println!("no rule was broken"),
            Some(violation) => {
                println!("{} ms: {} {}", violation.at, violation.rule, violation.what);
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}

fn print_line(now: u64, line: &str) {
    let line: String = line.chars().take(600).collect();
    println!("{:>10.3}  {line}", now as f64 / 1000.0);
}

fn print_storm(threads: usize) -> ExitCode {
    let count = storm::size();
    let crowds = storm::widgets(count, threads)
        .and_then(|ours| Ok((ours, storm::officials(count, threads)?)));
    let (ours, theirs) = match crowds {
        Ok(crowds) => crowds,
        Err(what) => {
            eprintln!("{what}");
            return ExitCode::FAILURE;
        }
    };
    println!("{count} widgets lose the server for 60 s; requests that reach it when it is back:");
    for (name, crowd) in [("ours", &ours), ("linear backoff", &theirs)] {
        println!(
            "  {name:<15} {:>7} in the worst second, {:>7} in the worst 100 ms; {} in all, half of them after {:.1} s, 99 % after {:.1} s",
            crowd.peak(1_000),
            crowd.peak(100),
            crowd.total(),
            crowd.share_by(500) as f64 / 1000.0,
            crowd.share_by(990) as f64 / 1000.0,
        );
    }
    let seconds: Vec<String> = ours
        .seconds()
        .take(40)
        .map(|count| count.to_string())
        .collect();
    println!("  ours, second by second: {}", seconds.join(" "));
    println!(
        "  ours is {:.1} times gentler by the second, {:.1} times by 100 ms",
        theirs.peak(1_000) as f64 / ours.peak(1_000).max(1) as f64,
        theirs.peak(100) as f64 / ours.peak(100).max(1) as f64
    );
    storm::verdict(&ours, &theirs)
}

fn print_short(seed: u64, only: Option<Vec<usize>>) {
    let plan = Plan::of(seed);
    let kept = only.unwrap_or_else(|| (0..plan.items.len()).collect());
    let Some(violation) = run(&plan.only(&kept)).violation else {
        return;
    };
    let short = shrink(&plan, kept, violation);
    println!(
        "\nshortened to {} items ({:?}, faults until {} ms):",
        short.kept.len(),
        plan.subject,
        plan.calm
    );
    for (number, item) in short.kept.iter().zip(&short.plan.items) {
        println!("  [{number:>2}] {item}");
    }
    println!(
        "  at {} ms: {} {}",
        short.violation.at, short.violation.rule, short.violation.what
    );
    let numbers: Vec<String> = short.kept.iter().map(usize::to_string).collect();
    println!(
        "\ncargo xtask simulate --replay {seed} --only {}",
        numbers.join(",")
    );
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
        "{} schedules in {seconds:.1} s on {} threads: {rate:.0} a second",
        report.schedules, report.threads,
    );
    if let Some(used) = report.processor {
        let used = used.as_secs_f64().max(1e-9);
        println!(
            "{used:.1} s of the processor: {:.0} schedules for each",
            report.schedules as f64 / used
        );
    }
    for (what, tally) in [("happenings", &report.steps), ("faults", &report.faults)] {
        println!(
            "{what} in a schedule: {} in the middle, {} at most in 90 of 100, {} at most",
            tally.percentile(50),
            tally.percentile(90),
            tally.greatest()
        );
    }
    let (steps, seed) = report.longest;
    println!("the longest schedule has {steps} happenings: seed {seed}");
    println!(
        "{:.0} simulated hours, {} exchanges, {} happenings",
        figures.millis as f64 / 3_600_000.0,
        figures.exchanges.iter().sum::<u64>(),
        figures.steps
    );
    println!(
        "{} pairs of state and input in {} states",
        figures.coverage.pairs(),
        figures.coverage.states()
    );
}

fn number(word: &str) -> Result<u64, String> {
    word.trim()
        .replace('_', "")
        .parse()
        .map_err(|_| format!("`{word}` is no number"))
}

#[cfg(feature = "defects")]
fn look_for_defects(threads: usize) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    println!("| defect | rule | seeds needed | shortest schedule found |");
    println!("| --- | --- | --- | --- |");
    for hunt in defects::hunts(threads) {
        if hunt.find.is_none() {
            code = ExitCode::FAILURE;
        }
        println!("{hunt}");
    }
    code
}

#[cfg(not(feature = "defects"))]
fn look_for_defects(_threads: usize) -> ExitCode {
    eprintln!("build with the feature: `cargo xtask simulate --defects` does");
    ExitCode::FAILURE
}
