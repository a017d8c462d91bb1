//! The network changes in the middle of a chat: it goes and comes back, another one takes its place, it wants to be
//! agreed with first, it has no patience with held requests.

use std::time::Duration;

use serde_json::{Value, json};

use crate::desk::Desk;
use crate::proxy::{Proxy, Refusal, Trouble, WELCOME};
use crate::servers::Servers;
use crate::stage::{Backstage, Console, Lapse, Step, eventually, journey};
use crate::visitor::Visitor;

const AGENT: &str = "Kristi Sippola";
const MODES: [&str; 2] = ["cometd", "poll"];
const OFFLINE: &str = "You are offline. What you write is sent as soon as you are back.";
/// The server answers with what is missing where it is asked for it.
const REPAIRS: [(&str, &str); 1] = [("repair", "reply")];

/// The servers of a journey, and a proxy between them and the browser.
struct Behind {
    servers: Servers,
    proxy: Proxy,
}

impl Behind {
    async fn start() -> Step<Self> {
        let servers = Servers::one_origin_with("desk", &REPAIRS).await?;
        let proxy = Proxy::start(servers.port(), 1).await?;
        Ok(Self { servers, proxy })
    }

    fn desk(&self) -> Desk {
        self.servers.desk()
    }
}

impl Backstage for Behind {
    async fn leave_evidence(&self, name: &str) {
        self.servers.leave_evidence(name).await;
    }

    async fn end(self) {
        self.servers.end().await;
    }
}

/// A chat in which both have said something.
async fn in_talk(visitor: &Visitor, desk: &Desk, page: &str) -> Step {
    visitor.visit(page).await?;
    visitor.start_chat("My parcel").await?;
    desk.join(AGENT).await?;
    desk.say(AGENT, "Hello").await?;
    visitor.see_messages(&["Hello"]).await?;
    visitor.say("Hi").await?;
    desk.read("Hi").await?;
    visitor.see_messages(&["Hello", "Hi"]).await
}

/// The desk has this text once, and nothing on the screen is open any more.
async fn arrived_once(visitor: &Visitor, desk: &Desk, text: &str) -> Step {
    desk.read(text).await?;
    visitor.see_no_more("Sending…").await?;
    visitor.see_no_more("Not confirmed yet.").await?;
    match desk.times(text).await? {
        1 => Ok(()),
        times => Err(Lapse::new(format!("the desk has “{text}” {times} times"))),
    }
}

#[tokio::test]
async fn what_is_written_without_a_network_arrives_once() {
    for mode in MODES {
        let behind = Behind::start().await.unwrap();
        journey(
            &format!("offline-{mode}"),
            behind,
            Console::FailedRequests,
            async |visitor, behind| {
                let desk = behind.desk();
                let page = behind.proxy.page(&format!("?delivery={mode}"));
                in_talk(visitor, &desk, &page).await?;
                visitor.go_offline(true).await?;
                // The browser's tools leave alone what is under way.
                behind.proxy.cut();
                visitor.see(OFFLINE).await?;
                visitor.say("Written in a tunnel").await?;
                visitor.say("And this too").await?;
                desk.say(AGENT, "Are you there?").await?;
                visitor
                    .see_messages(&["Hello", "Hi", "Written in a tunnel", "And this too"])
                    .await?;
                visitor.go_offline(false).await?;
                visitor.see_no_more(OFFLINE).await?;
                arrived_once(visitor, &desk, "Written in a tunnel").await?;
                arrived_once(visitor, &desk, "And this too").await?;
                desk.say(AGENT, "Welcome back").await?;
                let talk = [
                    "Hello",
                    "Hi",
                    "Are you there?",
                    "Written in a tunnel",
                    "And this too",
                    "Welcome back",
                ];
                visitor.see_messages(&talk).await
            },
        )
        .await;
    }
}

#[tokio::test]
async fn another_network_takes_over_while_a_message_is_on_its_way() {
    for (mode, route) in [("cometd", "send"), ("poll", "refresh")] {
        for (moment, fault) in [("before", "stall-before"), ("after", "stall-after")] {
            let behind = Behind::start().await.unwrap();
            journey(
                &format!("switch-{mode}-{moment}"),
                behind,
                Console::FailedRequests,
                async |visitor, behind| {
                    let desk = behind.desk();
                    let page = behind.proxy.page(&format!("?delivery={mode}"));
                    in_talk(visitor, &desk, &page).await?;
                    let before = desk.requests(route).await?;
                    desk.arm(&format!("{route}:{fault}:1")).await?;
                    visitor.say("From the platform").await?;
                    eventually("the message on its way", async || {
                        Ok((desk.requests(route).await? > before).then_some(()))
                    })
                    .await?;
                    behind.proxy.cut();
                    arrived_once(visitor, &desk, "From the platform").await?;
                    desk.say(AGENT, "I see").await?;
                    visitor
                        .see_messages(&["Hello", "Hi", "From the platform", "I see"])
                        .await
                },
            )
            .await;
        }
    }
}

#[tokio::test]
async fn nothing_that_a_captive_portal_says_is_taken_for_the_chat() {
    for mode in MODES {
        let behind = Behind::start().await.unwrap();
        journey(
            &format!("portal-{mode}"),
            behind,
            Console::FailedRequests,
            async |visitor, behind| {
                let desk = behind.desk();
                let page = behind.proxy.page(&format!("?delivery={mode}"));
                in_talk(visitor, &desk, &page).await?;
                behind.proxy.set(Trouble::Portal);
                behind.proxy.cut();
                visitor.say("In the train").await?;
                desk.say(AGENT, "Are you there?").await?;
                visitor
                    .see("The chat service does not answer. We keep trying, and nothing is lost.")
                    .await?;
                is_unsettled(visitor).await?;
                visitor
                    .see_messages(&["Hello", "Hi", "In the train"])
                    .await?;
                behind.proxy.set(Trouble::None);
                arrived_once(visitor, &desk, "In the train").await?;
                visitor
                    .see_messages(&["Hello", "Hi", "Are you there?", "In the train"])
                    .await?;
                visitor
                    .see_no_more("The chat service does not answer.")
                    .await?;
                shows_no_portal(visitor).await
            },
        )
        .await;
    }
}

/// The last message is neither called sent nor failed.
async fn is_unsettled(visitor: &Visitor) -> Step {
    const FATE: &str = "
const last = [...root.querySelectorAll('[part~=message-mine]')].at(-1);
return last.querySelector('.told')?.textContent ?? 'sent';";
    let fate = visitor.look(FATE, &json!(null)).await?;
    match fate.as_str() {
        Some("Sending…" | "Not confirmed yet. We are checking.") => {
            shows_no_portal(visitor).await
        }
        _ => Err(Lapse::new(format!("the message is said to be {fate}"))),
    }
}

async fn shows_no_portal(visitor: &Visitor) -> Step {
    let text = visitor
        .look("return root.textContent", &json!(null))
        .await?;
    match text.as_str() {
        Some(text) if !text.contains(WELCOME) => Ok(()),
        _ => Err(Lapse::new(format!("the portal is seen in {text}"))),
    }
}

/// A proxy gives a held connect up at this age, in seconds. Below 10 s nobody would be asked to hold for less.
const IMPATIENT: u64 = 11;

async fn learns_patience(name: &str, refusal: Refusal) {
    let behind = Behind::start().await.unwrap();
    journey(
        name,
        behind,
        Console::FailedRequests,
        async |visitor, behind| {
            let desk = behind.desk();
            let patience = Duration::from_secs(IMPATIENT);
            behind.proxy.set(Trouble::Impatient(patience, refusal));
            in_talk(visitor, &desk, &behind.proxy.page("?delivery=cometd")).await?;
            // Twice cut at the same age is somebody's rule; from then on the server lets go before.
            let is_cut = |entry: &Value| entry["outcome"] == "aborted";
            for times in 1..=2 {
                eventually(format_args!("cut {times}"), async || {
                    let cuts = connects(&desk)
                        .await?
                        .iter()
                        .filter(|it| is_cut(it))
                        .count();
                    Ok((cuts >= times).then_some(()))
                })
                .await?;
            }
            let answered = eventually("a held connect that is answered", async || {
                let connects = connects(&desk).await?;
                let last_cut = connects.iter().rposition(is_cut).unwrap_or(0);
                let held = connects[last_cut..]
                    .iter()
                    .find(|entry| entry["outcome"] == 200 && entry["took"].as_u64() > Some(5_000));
                Ok(held.cloned())
            })
            .await?;
            if answered["took"].as_u64() >= Some(IMPATIENT * 1_000) {
                return Err(Lapse::new(format!("it was held for too long: {answered}")));
            }
            desk.say(AGENT, "Still here").await?;
            visitor.see_messages(&["Hello", "Hi", "Still here"]).await
        },
    )
    .await;
}

#[tokio::test]
async fn a_proxy_that_resets_held_connects_is_asked_for_less_patience() {
    learns_patience("impatient-reset", Refusal::Reset).await;
}

#[tokio::test]
async fn a_proxy_that_answers_504_to_held_connects_is_asked_for_less_patience() {
    learns_patience("impatient-504", Refusal::GatewayTimeout).await;
}

/// The connects that are over.
async fn connects(desk: &Desk) -> Step<Vec<Value>> {
    let mut log = desk.log().await?;
    log.retain(|entry| {
        let routes = entry["routes"].as_array();
        let connects = routes.is_some_and(|routes| routes.iter().any(|route| route == "connect"));
        connects && entry["outcome"] != "open"
    });
    Ok(log)
}
