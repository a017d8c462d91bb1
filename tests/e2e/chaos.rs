//! The built widget, other people's CometD servers, and a proxy between them that does its worst.
//!
//! Each schedule is drawn from a seed. When it is over and the network is well again, the screen is judged against
//! the server's transcript: agent's lines once and in order, visitor's lines each with its true fate.

use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::dice::Dice;
use crate::front::Front;
use crate::oracle;
use crate::proxy::{Fault, Passage, Proxy, Trouble, most_within};
use crate::stage::{Backstage, Console, Lapse, Step, eventually, evidence, journey};
use crate::visitor::Visitor;

/// How long the trouble lasts at least.
const TROUBLE: Duration = Duration::from_secs(7);
/// How long it lasts at most, if few requests come to harm: a visitor who is offline makes none.
const MOST_TROUBLE: Duration = Duration::from_secs(60);
/// Names the seed that a failed schedule is replayed with.
const SEED: &str = "GMS_CHAT_CHAOS_SEED";
/// Requests that must have come to harm.
const LEAST_HARM: usize = 4;
/// A little less than a second, in which three requests of a lane may come.
const NEARLY_A_SECOND: Duration = Duration::from_millis(800);

/// A server and the proxy in front of it.
struct Troubled {
    front: Front,
    proxy: Proxy,
}

impl Backstage for Troubled {
    async fn leave_evidence(&self, name: &str) {
        self.front.leave_evidence(name).await;
        let mut story = String::new();
        let log = self.proxy.log();
        for passage in &log {
            let after = passage.at.duration_since(log[0].at).as_millis();
            story.push_str(&format!(
                "{after:>7} {:?} {}\n",
                passage.fault, passage.path
            ));
        }
        drop(std::fs::write(evidence(name, "proxy.txt"), story));
    }

    async fn end(self) {
        self.front.end().await;
    }
}

/// What was said while things went wrong.
#[derive(Default)]
struct Said {
    by_agent: usize,
    by_visitor: Vec<String>,
}

async fn survive(name: &str, seed: u64, options: &[(&str, &str)], delivery: &str) {
    let wish = std::env::var(SEED).ok().and_then(|text| text.parse().ok());
    let seed = wish.unwrap_or(seed);
    let front = Front::start(options).await.unwrap();
    let proxy = Proxy::start(front.port(), seed).await.unwrap();
    let servers = Troubled { front, proxy };
    let name = format!("chaos-{name}-{seed}");
    journey(
        &name,
        servers,
        Console::FailedRequests,
        async |visitor, servers| {
            let played = play(visitor, servers, delivery, seed).await;
            let hint = format!("replay with `{SEED}={seed} cargo xtask test chaos`");
            played.map_err(|lapse| Lapse::new(format!("{lapse}\n{hint}")))
        },
    )
    .await;
}

async fn play(visitor: &Visitor, servers: &Troubled, delivery: &str, seed: u64) -> Step {
    begin(visitor, servers, delivery).await?;
    let said = suffer(visitor, servers, &mut Dice(seed)).await?;
    recover(visitor, servers, said).await
}

/// A chat with an agent, on a page that allows the widget what it needs and nothing else: no `blob:` workers.
async fn begin(visitor: &Visitor, servers: &Troubled, delivery: &str) -> Step {
    visitor
        .visit(&servers.proxy.page(&format!("?delivery={delivery}")))
        .await?;
    let policy = "const [, done] = arguments;
        fetch('/').then((page) => done(page.headers.get('content-security-policy')));";
    let policy = visitor.wait_for(policy, &json!(null)).await?;
    let policy = policy.as_str().unwrap_or_default();
    if !policy.starts_with("default-src 'none';") || policy.contains("blob:") {
        return Err(Lapse::new(format!("the page's policy is {policy:?}")));
    }
    visitor.start_chat("My parcel").await?;
    visitor.see("Finding someone for you").await?;
    servers.front.join().await?;
    visitor.see("You are talking to Kristi Sippola").await
}

/// Both talk while everything goes wrong that can.
async fn suffer(visitor: &Visitor, servers: &Troubled, dice: &mut Dice) -> Step<Said> {
    let mut said = Said::default();
    let begun = Instant::now();
    let is_over = || match harmed(&servers.proxy) {
        0..LEAST_HARM => begun.elapsed() > MOST_TROUBLE,
        _ => begun.elapsed() > TROUBLE,
    };
    servers.proxy.set(Trouble::Mixed);
    while !is_over() {
        match dice.roll(12) {
            0 => servers.proxy.set(Trouble::Cut),
            1 => servers.proxy.set(Trouble::Storm),
            2 => servers.front.restart().await?,
            3 => visitor.go_offline(true).await?,
            4 | 5 => {
                visitor.go_offline(false).await?;
                servers.proxy.set(Trouble::Mixed);
            }
            6 | 7 => {
                let text = format!("My line {}", said.by_visitor.len() + 1);
                visitor.say(&text).await?;
                said.by_visitor.push(text);
            }
            8 => {
                servers
                    .front
                    .burst(&format!("Burst {}.", said.by_agent), 20)
                    .await?;
                said.by_agent += 20;
            }
            _ => {
                servers
                    .front
                    .say(&format!("Line {}", said.by_agent))
                    .await?;
                said.by_agent += 1;
            }
        }
        sleep(dice.millis(300)).await;
    }
    Ok(said)
}

/// The network is well again, and so is the chat.
async fn recover(visitor: &Visitor, servers: &Troubled, mut said: Said) -> Step {
    servers.proxy.set(Trouble::None);
    visitor.go_offline(false).await?;
    let last = "Are you still there?".to_owned();
    visitor.say(&last).await?;
    said.by_visitor.push(last);
    servers.front.say("The last line").await?;
    said.by_agent += 1;
    let mut verdict = Ok(());
    let settled = eventually("the screen to agree with the server", async || {
        verdict = judge(visitor, servers, &said).await;
        Ok(verdict.is_ok().then_some(()))
    })
    .await;
    if let Err(lapse) = settled {
        let last = verdict
            .err()
            .map_or_else(String::new, |last| last.to_string());
        let (scene, log) = (visitor.scene().await, servers.proxy.log());
        let since = |passage: &Passage| format!("{:.1} s ago", passage.at.elapsed().as_secs_f64());
        let last_call = log.last().map(since);
        return Err(Lapse::new(format!(
            "{lapse}: {last}; saw {scene}; {} calls, the last {last_call:?}",
            log.len()
        )));
    }
    was_harmed(&servers.proxy)?;
    keeps_its_pace(&servers.proxy)
}

/// A schedule that does no harm proves nothing.
fn was_harmed(proxy: &Proxy) -> Step {
    match harmed(proxy) {
        0..LEAST_HARM => Err(Lapse::new("too few requests came to harm")),
        _ => Ok(()),
    }
}

fn harmed(proxy: &Proxy) -> usize {
    let log = proxy.log();
    log.iter()
        .filter(|passage| passage.fault != Fault::Pass)
        .count()
}

async fn judge(visitor: &Visitor, servers: &Troubled, said: &Said) -> Step {
    let state = servers.front.state().await?;
    let chat = state.chats.last().ok_or_else(|| Lapse::new("no chat"))?;
    let truth: Vec<_> = chat
        .messages()
        .map(|(mine, text)| (mine, text.to_owned()))
        .collect();
    let by_agent = truth.iter().filter(|(mine, _)| !mine).count();
    if by_agent != said.by_agent {
        return Err(Lapse::new(format!(
            "the server has {by_agent} agent's lines, not {}",
            said.by_agent
        )));
    }
    oracle::judge(&oracle::lines(visitor).await?, &truth, &said.by_visitor)
}

/// A storm of unknown sessions makes no storm of requests: in each lane three a second at most.
fn keeps_its_pace(proxy: &Proxy) -> Step {
    let log = proxy.log();
    let is_refused =
        |passage: &Passage| passage.path.ends_with("/connect") && passage.fault == Fault::Forget;
    let is_handshake = |passage: &Passage| passage.path.ends_with("/handshake");
    let connects = most_within(&log, NEARLY_A_SECOND, is_refused);
    let handshakes = most_within(&log, NEARLY_A_SECOND, is_handshake);
    match connects.max(handshakes) {
        0..=3 => Ok(()),
        _ => Err(Lapse::new(format!(
            "{connects} refused connects, {handshakes} handshakes within a second"
        ))),
    }
}

#[tokio::test]
async fn cometd_with_acknowledgements() {
    survive("ack", 1, &[("hold", "2000")], "cometd").await;
}

#[tokio::test]
async fn cometd_with_acknowledgements_again() {
    survive("ack", 2, &[("hold", "2000"), ("sessions", "-1")], "cometd").await;
}

#[tokio::test]
async fn cometd_without_acknowledgements() {
    survive("plain", 3, &[("hold", "2000"), ("ack", "off")], "cometd").await;
}

#[tokio::test]
async fn faye() {
    survive(
        "faye",
        4,
        &[("hold", "2000"), ("channel", "faye")],
        "cometd",
    )
    .await;
}

#[tokio::test]
async fn polling() {
    survive("poll", 5, &[], "poll").await;
}
