//! The built window beside a widget written by hand: start, appends, heap and frames, in headless Chromium.
#![cfg(not(target_family = "wasm"))]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a measurement prints its table, and stops where it cannot go on"
)]
#![allow(dead_code, reason = "a part of the browser tests' harness is used")]

#[path = "../tests/e2e/desk.rs"]
mod desk;
#[path = "../tests/e2e/driver.rs"]
mod driver;
#[path = "../tests/e2e/engine.rs"]
mod engine;
#[path = "../tests/e2e/http.rs"]
mod http;
#[path = "window/measure.rs"]
mod measure;
#[path = "../tests/e2e/screen.rs"]
mod screen;
#[path = "../tests/e2e/servers.rs"]
mod servers;
#[path = "window/site.rs"]
mod site;
#[path = "../tests/e2e/stage.rs"]
mod stage;
#[path = "window/table.rs"]
mod table;
#[path = "../tests/e2e/visitor.rs"]
mod visitor;

use measure::{Plan, measure};
use stage::Step;

const USAGE: &str = "cargo xtask bench window [--rounds N] [--messages N] [--slower N]";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some(plan) = plan(&words) else {
        eprintln!("{USAGE}");
        std::process::exit(2);
    };
    if let Err(lapse) = run(&plan).await {
        eprintln!("{lapse}");
        std::process::exit(1);
    }
}

/// The wishes of the command line; Cargo adds `--bench` to them.
fn plan(words: &[String]) -> Option<Plan> {
    let mut plan = Plan {
        rounds: 5,
        messages: 10_000,
        slower: 4,
    };
    let mut words = words.iter().filter(|word| *word != "--bench");
    while let Some(word) = words.next() {
        let number = words.next()?.parse().ok()?;
        match word.as_str() {
            "--rounds" => plan.rounds = number,
            "--messages" => plan.messages = number,
            "--slower" => plan.slower = number,
            _ => return None,
        }
    }
    (plan.rounds > 0 && plan.messages >= 1000 && plan.slower > 0).then_some(plan)
}

async fn run(plan: &Plan) -> Step {
    let site = site::open().await?;
    let measured = measure(plan, &site.base()).await;
    site.stop().await;
    print!("{}", table::table(plan, &measured?));
    Ok(())
}
