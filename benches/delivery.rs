//! From a REST send to the text in the DOM, and from one poll to the next: the widget and the official client.
//!
//! One headless Chromium, one page, one cometd-nodejs-server; rounds alternate, so that what disturbs one side
//! disturbs the other. `cargo xtask bench delivery [ROUNDS]`.
#![allow(clippy::print_stdout, reason = "a bench prints what it measured")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a bench stops at the first surprise"
)]
#![allow(
    dead_code,
    reason = "the rooms of the end-to-end tests hold more than a bench needs"
)]

#[path = "../tests/e2e/desk.rs"]
mod desk;
#[path = "../tests/e2e/driver.rs"]
mod driver;
#[path = "../tests/e2e/engine.rs"]
mod engine;
#[path = "../tests/e2e/front.rs"]
mod front;
#[path = "../tests/e2e/http.rs"]
mod http;
#[path = "../tests/e2e/screen.rs"]
mod screen;
#[path = "../tests/e2e/servers.rs"]
mod servers;
#[path = "../tests/e2e/stage.rs"]
mod stage;
#[path = "../tests/e2e/visitor.rs"]
mod visitor;

use serde_json::json;

use front::Front;
use stage::{Console, Lapse, Step, eventually, journey};
use visitor::Visitor;

/// Rounds of each side and manner, unless the command line names another number.
const ROUNDS: usize = 10;
/// Samples of one round.
const SAMPLES: usize = 50;
/// A rest before each sample, in milliseconds, in which the next poll reaches the server.
const REST: u32 = 10;
/// A poll that the server held for longer than this was not answered for an event.
const LONGEST_GAP: f64 = 1000.0;

const LOAD: &str = "
const script = document.createElement('script');
script.type = 'module';
script.src = '/bench/delivery.js';
document.head.append(script);";
const ROUND: &str = "
const [[side, count, pause], done] = arguments;
bench(side, count, pause).then(done);";

/// Milliseconds of one side in one manner.
#[derive(Default)]
struct Times(Vec<f64>);

impl Times {
    /// The value that this share of the samples does not exceed.
    fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().saturating_sub(1);
        #[allow(
            clippy::cast_sign_loss,
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            reason = "a place among some thousand samples"
        )]
        let place = (share * last as f64).round() as usize;
        sorted.get(place).copied().unwrap_or(f64::NAN)
    }
}

/// What was measured, ours first.
#[derive(Default)]
struct Result {
    rested: [Times; 2],
    hurried: [Times; 2],
    gaps: [Times; 2],
}

const SIDES: [&str; 2] = ["ours", "official"];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let wish = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let rounds = wish.unwrap_or(ROUNDS);
    let options = [("sessions", "-1"), ("csp", "off"), ("hold", "30000")];
    let front = Front::start(&options).await.unwrap();
    journey(
        "bench-delivery",
        front,
        Console::Clean,
        async |visitor, front| {
            begin(visitor, front).await?;
            let result = measure(visitor, front, rounds).await?;
            print(&result);
            Ok(())
        },
    )
    .await;
}

/// Both sides have a chat.
async fn begin(visitor: &Visitor, front: &Front) -> Step {
    visitor.visit(&front.page("?delivery=cometd")).await?;
    visitor.start_chat("Bench").await?;
    visitor.see("Finding someone for you").await?;
    front.join().await?;
    visitor.see("You are talking to Kristi Sippola").await?;
    visitor.look(LOAD, &json!(null)).await?;
    eventually("the official client", async || {
        let ready = visitor.look("return typeof bench;", &json!(null)).await?;
        Ok((ready == "function").then_some(()))
    })
    .await
}

async fn measure(visitor: &Visitor, front: &Front, rounds: usize) -> Step<Result> {
    let mut result = Result::default();
    for side in SIDES {
        sample(visitor, side, 0).await?;
    }
    let skipped = [gaps(front, 0).await?.len(), gaps(front, 1).await?.len()];
    for round in 0..rounds {
        // Ours, theirs, theirs, ours: neither is always the first.
        let order = if round % 2 == 0 { [0, 1] } else { [1, 0] };
        for side in order {
            let times = sample(visitor, SIDES[side], REST).await?;
            result.rested[side].0.extend(times);
        }
        for side in order {
            let times = sample(visitor, SIDES[side], 0).await?;
            result.hurried[side].0.extend(times);
        }
    }
    for (side, skipped) in skipped.into_iter().enumerate() {
        let gaps = gaps(front, side).await?.into_iter().skip(skipped);
        let gaps = gaps.filter(|gap| *gap < LONGEST_GAP);
        result.gaps[side].0.extend(gaps);
    }
    Ok(result)
}

async fn sample(visitor: &Visitor, side: &str, pause: u32) -> Step<Vec<f64>> {
    let wish = json!([side, SAMPLES, pause]);
    let times = visitor.wait_for(ROUND, &wish).await?;
    Ok(serde_json::from_value(times)?)
}

/// How long the server waited for each next poll of this side.
async fn gaps(front: &Front, side: usize) -> Step<Vec<f64>> {
    let gaps = front.state().await?.gaps.into_iter();
    let mut of_side = gaps.filter(|(user, _)| (user == "official") == (side == 1));
    let (_, gaps) = of_side.next().ok_or_else(|| Lapse::new("no polls"))?;
    Ok(gaps)
}

fn print(result: &Result) {
    println!(
        "\n{:<34} {:>9} {:>9} {:>9} {:>9}",
        "milliseconds", "ours", "official", "ratio", "samples"
    );
    let rows = [
        ("send to text, server waiting", &result.rested),
        ("send to text, one after the other", &result.hurried),
        ("gap between polls, at the server", &result.gaps),
    ];
    for (name, [ours, official]) in rows {
        for (share, word) in [(0.5, "median"), (0.99, "p99")] {
            let (a, b) = (ours.quantile(share), official.quantile(share));
            let samples = ours.0.len().min(official.0.len());
            println!(
                "{name:<34} {a:>9.2} {b:>9.2} {:>9.2} {samples:>9}  {word}",
                a / b
            );
        }
    }
}
