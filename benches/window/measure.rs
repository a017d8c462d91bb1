//! What is measured, of which page, in which order.

use std::time::Duration;

use fantoccini::wd::TimeoutConfiguration;
use serde_json::{Value, json};

use crate::driver::{Browser, Session};
use crate::stage::{Lapse, Step};
use crate::table;

/// Appends in one call of the driver.
const CHUNK: u32 = 250;
/// How long the driver waits for one call: the plain widget needs minutes at the end of a long chat.
const PATIENCE: Duration = Duration::from_mins(20);
/// Messages for the measurement of frames.
const FRAMES: u32 = 150;

/// How much is measured.
pub(crate) struct Plan {
    pub(crate) rounds: u32,
    pub(crate) messages: u32,
    /// So many times the processor is slowed down.
    pub(crate) slower: u32,
}

/// The pages, in the order of the table.
pub(crate) const PAGES: [&str; 4] = ["empty", "plain", "windowed", "ours"];

/// The order of the long chats: the page that takes longest comes last.
const BY_LENGTH: [usize; 4] = [0, 2, 3, 1];

/// What was found about one page.
#[derive(Default)]
pub(crate) struct Findings {
    /// Milliseconds to the launcher, to the usable window and to all of it, and of blocking; each with one value a round.
    pub(crate) open: [Vec<f64>; 4],
    /// The same with a slow processor behind a slow line.
    pub(crate) open_slowly: [Vec<f64>; 4],
    /// Milliseconds of each append.
    pub(crate) appends: Vec<f64>,
    /// Milliseconds of the main thread for one append, of all of them.
    pub(crate) main_thread: f64,
    /// Kilobytes of the heap, of what scripts hold besides, and nodes.
    pub(crate) heap: f64,
    pub(crate) backing: f64,
    pub(crate) nodes: f64,
    /// How many messages can be found in the page's text.
    pub(crate) found: f64,
    /// Milliseconds between frames, at the end of the long chat, with a slow processor.
    pub(crate) frames: Vec<f64>,
}

/// Measures all pages, in turn within each round, each in a browser of its own.
pub(crate) async fn measure(plan: &Plan, base: &str) -> Step<Vec<Findings>> {
    let mut all: Vec<Findings> = PAGES.iter().map(|_| Findings::default()).collect();
    for round in 0..plan.rounds {
        for (page, findings) in PAGES.iter().zip(&mut all) {
            for is_slow in [false, true] {
                eprintln!(
                    "round {}: {page}{}",
                    round + 1,
                    if is_slow { ", slow" } else { "" }
                );
                let slower = is_slow.then_some(plan.slower);
                let opened = in_browser(base, async |tab| tab.open(page, slower).await).await?;
                let kept = if is_slow {
                    &mut findings.open_slowly
                } else {
                    &mut findings.open
                };
                for (values, value) in kept.iter_mut().zip(opened) {
                    values.push(value);
                }
            }
        }
    }
    for index in BY_LENGTH {
        let (page, findings) = (PAGES[index], &mut all[index]);
        eprintln!("{} messages: {page}", plan.messages);
        in_browser(base, async |tab| {
            tab.open(page, None).await?;
            if page != "empty" {
                tab.append(plan.messages, findings).await?;
            }
            tab.weigh(findings).await?;
            if page != "empty" {
                tab.frame(plan, findings).await?;
            }
            Ok(())
        })
        .await?;
        eprintln!("{}", table::line(plan, findings));
    }
    Ok(all)
}

async fn in_browser<T>(base: &str, work: impl AsyncFnOnce(&Tab) -> Step<T>) -> Step<T> {
    let browser = Browser::start(1280, 900).await?;
    let patience = TimeoutConfiguration::new(Some(PATIENCE), None, None);
    browser.session.client.update_timeouts(patience).await?;
    let tab = Tab {
        session: browser.session.clone(),
        base: base.to_owned(),
    };
    let outcome = work(&tab).await;
    browser.end().await;
    outcome
}

/// A page in a fresh browser.
struct Tab {
    session: Session,
    base: String,
}

impl Tab {
    /// Loads the page, then the widget; answers the times of launcher, form and window, and the blocking time.
    async fn open(&self, page: &str, slower: Option<u32>) -> Step<[f64; 4]> {
        self.session.client.goto(&self.base).await?;
        if let Some(rate) = slower {
            self.slow_down(rate).await?;
            // Fast 3G: 150 ms of latency, 1.6 Mbit/s down, 750 kbit/s up.
            let line = json!({ "offline": false, "latency": 150,
                "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8 });
            self.session.devtools("Network.enable", json!({})).await?;
            self.session
                .devtools("Network.emulateNetworkConditions", line)
                .await?;
        }
        let found = self.call("open", vec![json!(page)]).await?;
        let names = ["launcher", "usable", "whole", "blocked"];
        Ok(names.map(|name| found[name].as_f64().unwrap_or(f64::NAN)))
    }

    async fn append(&self, messages: u32, findings: &mut Findings) -> Step {
        self.call("talk", Vec::new()).await?;
        let before = self.metric("TaskDuration").await?;
        for first in (0..messages).step_by(CHUNK as usize) {
            let count = CHUNK.min(messages - first);
            let took = self
                .call("append", vec![json!(first), json!(count)])
                .await?;
            findings.appends.extend(numbers(&took));
        }
        let spent = self.metric("TaskDuration").await? - before;
        findings.main_thread = spent * 1000.0 / f64::from(messages);
        findings.found = number(&self.call("whole", vec![json!(messages)]).await?);
        Ok(())
    }

    async fn weigh(&self, findings: &mut Findings) -> Step {
        self.session
            .devtools("HeapProfiler.collectGarbage", json!({}))
            .await?;
        let heap = self
            .session
            .devtools("Runtime.getHeapUsage", json!({}))
            .await?;
        findings.heap =
            (number(&heap["usedSize"]) + number(&heap["embedderHeapUsedSize"])) / 1024.0;
        findings.backing = number(&heap["backingStorageSize"]) / 1024.0;
        findings.nodes = number(&self.call("nodes", Vec::new()).await?);
        Ok(())
    }

    async fn frame(&self, plan: &Plan, findings: &mut Findings) -> Step {
        self.slow_down(plan.slower).await?;
        let took = self
            .call("frames", vec![json!(plan.messages), json!(FRAMES)])
            .await?;
        findings.frames = numbers(&took);
        Ok(())
    }

    async fn slow_down(&self, rate: u32) -> Step {
        self.session
            .devtools("Emulation.setCPUThrottlingRate", json!({ "rate": rate }))
            .await
            .map(drop)
    }

    /// A figure of the browser's own, in seconds or bytes.
    async fn metric(&self, name: &str) -> Step<f64> {
        self.session
            .devtools("Performance.enable", json!({}))
            .await?;
        let all = self
            .session
            .devtools("Performance.getMetrics", json!({}))
            .await?;
        let mut metrics = all["metrics"].as_array().into_iter().flatten();
        let found = metrics.find(|metric| metric["name"] == name);
        found
            .and_then(|metric| metric["value"].as_f64())
            .ok_or_else(|| Lapse::new(format!("the browser has no metric {name}")))
    }

    /// Calls a function of `probe.js` and waits for what it promises.
    async fn call(&self, name: &str, arguments: Vec<Value>) -> Step<Value> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             (async () => {name}(...[...arguments].slice(0, -1)))().then((value) => done([value]), (error) => done(String(error)));"
        );
        let answer = self
            .session
            .client
            .execute_async(&script, arguments)
            .await?;
        match answer {
            Value::Array(mut values) if values.len() == 1 => Ok(values.remove(0)),
            other => Err(Lapse::new(format!("{name}: {other}"))),
        }
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().into_iter().flatten().map(number).collect()
}
