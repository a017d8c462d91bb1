//! The built widget against other people's CometD servers: a thousand events one by one, a thousand in a burst.

use serde_json::json;

use crate::front::Front;
use crate::oracle;
use crate::stage::{Console, Lapse, Step, eventually, journey};
use crate::visitor::Visitor;

/// How many events each way.
const MANY: usize = 1000;
/// Each call of a script ends within the driver's patience.
const PORTION: usize = 250;
/// How long these servers make a second poller of one browser wait, in milliseconds.
const CROWDED: f64 = 2000.0;

/// Says the next line when the one before it stands in the log, and so on.
const ONE_BY_ONE: &str = "
const [[from, to], done] = arguments;
const log = root.querySelector('[role=log]');
let next = from;
const say = () => fetch('/control/say', { method: 'POST', body: JSON.stringify({ text: `No ${next}` }) });
const holds = (node, text) => node.textContent.includes(text);
const observer = new MutationObserver((records) => {
  const text = `No ${next}`;
  if (!records.some(({ addedNodes }) => [...addedNodes].some((node) => holds(node, text)))) return;
  next += 1;
  if (next <= to) return void say();
  observer.disconnect();
  done(next);
});
observer.observe(log, { childList: true, subtree: true });
say();";

async fn start(visitor: &Visitor, front: &Front) -> Step {
    visitor.visit(&front.page("?delivery=cometd")).await?;
    visitor.start_chat("My parcel").await?;
    visitor.see("Finding someone for you").await?;
    front.join().await?;
    visitor.see("You are talking to Kristi Sippola").await
}

/// Waits until so many messages are there, then judges every one of them.
async fn see_all(visitor: &Visitor, front: &Front, count: usize) -> Step {
    eventually(format_args!("{count} messages"), async || {
        let lines = oracle::lines(visitor).await?;
        Ok((lines.len() >= count).then_some(()))
    })
    .await?;
    let state = front.state().await?;
    let chat = state.chats.last().ok_or_else(|| Lapse::new("no chat"))?;
    let truth: Vec<_> = chat
        .messages()
        .map(|(mine, text)| (mine, text.to_owned()))
        .collect();
    oracle::judge(&oracle::lines(visitor).await?, &truth, &[])?;
    match (chat.push, truth.len()) {
        (true, all) if all == count => Ok(()),
        (push, all) => Err(Lapse::new(format!(
            "push {push}, {all} messages at the server"
        ))),
    }
}

async fn two_thousand(name: &str, options: &[(&str, &str)]) {
    let front = Front::start(options).await.unwrap();
    journey(name, front, Console::Clean, async |visitor, front| {
        start(visitor, front).await?;
        for from in (1..=MANY).step_by(PORTION) {
            let range = json!([from, from + PORTION - 1]);
            visitor.wait_for(ONE_BY_ONE, &range).await?;
        }
        see_all(visitor, front, MANY).await?;
        front.burst("Burst", MANY).await?;
        see_all(visitor, front, 2 * MANY).await
    })
    .await;
}

#[tokio::test]
async fn cometd_with_acknowledgements() {
    two_thousand("cometd-ack", &[("ack", "on"), ("sessions", "1")]).await;
}

#[tokio::test]
async fn cometd_without_acknowledgements() {
    two_thousand("cometd-plain", &[("ack", "off"), ("sessions", "1")]).await;
}

#[tokio::test]
async fn cometd_with_acknowledgements_and_any_number_of_sessions() {
    two_thousand("cometd-ack-any", &[("ack", "on"), ("sessions", "-1")]).await;
}

#[tokio::test]
async fn cometd_without_acknowledgements_and_any_number_of_sessions() {
    two_thousand("cometd-plain-any", &[("ack", "off"), ("sessions", "-1")]).await;
}

#[tokio::test]
async fn faye() {
    two_thousand("faye", &[("channel", "faye")]).await;
}

/// A server that lets no browser hold a connect answers each at once and asks for two seconds before the next.
/// The chat stays in push mode and keeps that pace.
#[tokio::test]
async fn a_server_that_holds_no_connect_is_asked_at_its_own_pace() {
    let front = Front::start(&[("sessions", "0")]).await.unwrap();
    journey(
        "cometd-none-held",
        front,
        Console::Clean,
        async |visitor, front| {
            start(visitor, front).await?;
            for number in 1..=3 {
                front.say(&format!("No {number}")).await?;
                see_all(visitor, front, number).await?;
            }
            let gaps = front.state().await?.gaps.into_values().next();
            let gaps = gaps.ok_or_else(|| Lapse::new("no connect came"))?;
            // The first connect of a session only proves that connects are answered.
            match gaps.iter().skip(1).find(|gap| **gap < 0.95 * CROWDED) {
                Some(_) => Err(Lapse::new(format!("the gaps are {gaps:?}"))),
                None => Ok(()),
            }
        },
    )
    .await;
}
