//! Very many held long polls at once: opened, held, woken all together, and woken one by one.
//!
//! `cargo bench -p gms-chat-simulator --bench held_polls -- 2000`. Server and clients share this process, so each
//! poll takes two file descriptors.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a bench prints, and a failed request is its result"
)]

mod support;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gms_chat_simulator::{Options, Running, Scenario, set_switch, start};
use serde_json::json;
use tokio::sync::{Barrier, Semaphore};
use tokio::task::JoinSet;

use support::{Poll, open_files, resident_kib, summary};

const POLLS: usize = 2_000;
/// How long all of them are held without an event.
const QUIET: Duration = Duration::from_secs(3);

fn main() -> ExitCode {
    let polls = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(POLLS);
    let needed = polls * 2 + 200;
    if let Some(limit) = open_files().filter(|limit| *limit < needed) {
        eprintln!(
            "{polls} polls need {needed} open files, and {limit} are allowed: run `ulimit -n {needed}` first."
        );
        return ExitCode::from(2);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let failures = runtime.block_on(run(polls));
    if failures == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

async fn run(polls: usize) -> usize {
    let server = start(options()).await.unwrap();
    let before = resident_kib();
    let begin = Instant::now();
    let mut all = open(&server, polls).await;
    println!(
        "{polls} sessions opened, with 4 requests each, in {:.2?}",
        begin.elapsed()
    );

    let mut failures = 0;
    let held = hold(&mut all, &server, polls).await;
    println!(
        "{polls} connects held for {QUIET:?}: {held} still held, {} KiB of memory for each (client and server)",
        resident_kib().saturating_sub(before) / polls.max(1)
    );
    failures += polls - held;

    let begin = Instant::now();
    let mut publisher = Poll::open(server.address(), "publisher").await;
    publisher.publish("/everybody", &json!("wake up")).await;
    let woken = answers(&mut all, |data| data == "wake up").await;
    println!(
        "one event to all of them: the last one heard it after {:.2?}",
        begin.elapsed()
    );
    failures += polls - woken;

    let latencies = one_by_one(&server, all).await;
    failures += polls - latencies.len();
    println!(
        "{polls} chats created, 50 at a time, each agent heard by its poll: {}",
        summary(latencies)
    );
    println!("{failures} errors");
    server.stop().await;
    failures
}

fn options() -> Options {
    let mut options = Options::on_any_port();
    let script = "agent A: Anna\nwhen the chat starts\n A joins";
    options.play(Scenario::parse("bench", script).unwrap());
    // No poll may end by itself while the bench runs.
    for (switch, value) in [("hold", "1h"), ("max-interval", "1h")] {
        set_switch(&mut options, switch, value).unwrap();
    }
    options
}

/// Opens all sessions, a hundred at a time.
async fn open(server: &Running, polls: usize) -> Vec<Poll> {
    let mut opened = Vec::with_capacity(polls);
    let mut opening = JoinSet::new();
    for number in 0..polls {
        if opening.len() == 100 {
            opened.extend(opening.join_next().await.unwrap());
        }
        let address = server.address();
        opening.spawn(async move { Poll::open(address, &format!("user {number}")).await });
    }
    while let Some(poll) = opening.join_next().await {
        opened.extend(poll);
    }
    opened
}

/// Sends a connect on each and waits; returns how many are still held.
async fn hold(all: &mut [Poll], server: &Running, polls: usize) -> usize {
    for poll in all.iter_mut() {
        poll.connect().await;
    }
    let log = server.simulator().log();
    let is_open =
        |entry: &gms_chat_simulator::LogEntry| entry.outcome == gms_chat_simulator::Outcome::Open;
    let open = || {
        log.last(polls)
            .iter()
            .filter(|entry| is_open(entry))
            .count()
    };
    let begin = Instant::now();
    while open() < polls && begin.elapsed() < Duration::from_secs(30) {
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(QUIET).await;
    open()
}

/// Waits for the answer of each; returns how many carried the right event.
async fn answers(all: &mut [Poll], right: impl Fn(&serde_json::Value) -> bool) -> usize {
    let mut count = 0;
    for poll in all {
        let messages = poll.answer().await;
        count += usize::from(messages.iter().any(|message| right(&message["data"])));
    }
    count
}

/// Each poll connects again and creates a chat; returns how long each waited for its agent.
async fn one_by_one(server: &Running, all: Vec<Poll>) -> Vec<Duration> {
    let everybody_is_held = Arc::new(Barrier::new(all.len()));
    let turns = Arc::new(Semaphore::new(50));
    let mut tasks = JoinSet::new();
    for mut poll in all {
        let (barrier, turns) = (Arc::clone(&everybody_is_held), Arc::clone(&turns));
        let address = server.address();
        tasks.spawn(async move {
            poll.connect().await;
            barrier.wait().await;
            let _turn = turns.acquire().await.unwrap();
            let begin = Instant::now();
            poll.create_chat(address).await;
            let messages = poll.answer().await;
            let heard = messages.iter().any(|message| {
                message["data"]["message"]["transcriptToShow"][0][0] == "Notice.Joined"
            });
            heard.then(|| begin.elapsed())
        });
    }
    let mut latencies = Vec::new();
    while let Some(latency) = tasks.join_next().await {
        latencies.extend(latency.ok().flatten());
    }
    latencies
}
