//! The golden exchanges in `tests/golden`: the simulator answers the requests of the vendor's page as that page shows,
//! member for member. What must differ from run to run (identifiers, hosts) is compared by its shape.

mod example;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::golden::example::Example;
use crate::support::{Browser, Reply, options, pass};
use gms_chat_simulator::Simulator;

/// Members that a newer server adds to what an older example shows.
const NEWER: &[&str] = &["_chatIxnAPI_SEND_CUSTOM_URL"];
/// In push mode the channel is always named; the shorter examples leave it out.
const CHANNEL: &[&str] = &["comet_channel"];

/// A visitor who sends the requests of examples.
struct Visitor {
    browser: Browser,
    /// What stands for the identifiers of the examples.
    service: String,
    client: String,
}

impl Visitor {
    fn new(scenario: &str, settings: &[(&str, &str)]) -> Self {
        Self {
            browser: Browser::nameless(&Simulator::new(options(scenario, settings))),
            service: String::new(),
            client: String::new(),
        }
    }

    /// A visitor with a chat in poll mode, as Vasya Pupkin.
    async fn polling(scenario: &str, settings: &[(&str, &str)]) -> Self {
        let mut visitor = Self::new(scenario, settings);
        visitor.service = visitor.browser.chat("").await;
        visitor
    }

    async fn poll(&mut self, form: &str) {
        let id = self.service.clone();
        self.browser.operate(&id, "refresh", form).await;
    }

    /// Sends the example's request and compares the reply; `more` may stand in it besides what is shown.
    async fn replay(&mut self, name: &str, more: &[&str]) -> Value {
        let example = Example::read(name);
        let reply = self.ask(&example).await;
        assert_eq!(reply.status.as_u16(), example.status, "{name}");
        match &example.reply {
            Some(expected) => {
                let more: BTreeSet<&str> = more.iter().chain(NEWER).copied().collect();
                example::compare(name, expected, &reply.json(), &more);
            }
            None if example.status == 503 => assert_eq!(reply.body, b"", "{name}"),
            // The page does not show the body of a 415.
            None => assert!(reply.json()["message"].is_string(), "{name}"),
        }
        reply.json()
    }

    async fn ask(&mut self, example: &Example) -> Reply {
        self.browser.user = example.header("gms_user").map(str::to_owned);
        let path = example.path_of(&self.service);
        let body = example.body_of(&self.client);
        let kind = [(
            "content-type",
            example.header("Content-Type").unwrap_or_default(),
        )];
        self.browser
            .send(axum::http::Method::POST, &path, &kind, body)
            .await
    }
}

const DIALOGUE: &str = "agent Ksippo: ksippo\nwhen the chat starts\n wait 15s\n Ksippo joins\n wait 42s\n \
                        Ksippo types\n wait 4s\n Ksippo says: hello customer";

/// A chat as the examples of 9 June 2012 show it: five positions, the last one after 61 seconds.
async fn dialogue(settings: &[(&str, &str)]) -> Visitor {
    let settings: Vec<_> = settings
        .iter()
        .copied()
        .chain([("keep-alive", "1h")])
        .collect();
    let mut visitor = Visitor::polling(DIALOGUE, &settings).await;
    pass(26.0).await;
    let id = visitor.service.clone();
    visitor
        .browser
        .operate(&id, "send", "message=hello%20agent&transcriptPosition=1")
        .await;
    pass(44.0).await;
    visitor
}

#[tokio::test(start_paused = true)]
async fn services_and_structures() {
    let mut visitor = Visitor::new("", &[("gms-user", "off")]);
    for name in [
        "05-service-basic",
        "06-service-basic-verbose",
        "39-create-basic-service",
        "10-push-create-service",
    ] {
        visitor.replay(name, &[]).await;
    }
    for (name, more) in [
        ("01-structures-create", CHANNEL),
        ("02-structures-create-verbose", CHANNEL),
        ("46-start-chat-unsupported", &[]),
    ] {
        visitor.service = visitor.browser.service("request-chat").await;
        visitor.replay(name, more).await;
    }
    let faulty = "fault: service:status=503:1";
    Visitor::new(faulty, &[])
        .replay("45-create-service-unavailable", &[])
        .await;
}

#[tokio::test(start_paused = true)]
async fn transcripts() {
    let script = "agent Ksippo: ksippo\nwhen the chat starts\n wait 35s\n Ksippo joins\n wait 7s\n Ksippo types\n \
                  wait 6s\n Ksippo says: hello customer";
    let mut quoted =
        Visitor::polling(script, &[("transcript", "quoted"), ("keep-alive", "1h")]).await;
    pass(71.0).await;
    quoted
        .replay("03-structures-refresh-quoted-transcript", &[])
        .await;

    // Each shows the same transcript, whose visitor spoke earlier than the request that shows it.
    for name in [
        "04-structures-refresh-verbose from the start",
        "35-refresh-with-position without message",
    ] {
        dialogue(&[]).await.replay(name, &[]).await;
    }
    dialogue(&[])
        .await
        .replay("33-start-chat-with-position", &[])
        .await;
    dialogue(&[]).await.replay("32-start-chat", &[]).await;
    let mut up_to_date = dialogue(&[]).await;
    up_to_date.poll("transcriptPosition=1").await;
    up_to_date.replay("34-refresh without message", &[]).await;
    dialogue(&[("numbers", "numbers")])
        .await
        .replay("field-numbers", &[])
        .await;
    dialogue(&[("event-index", "on")])
        .await
        .replay("field-index", &[])
        .await;
}

#[tokio::test(start_paused = true)]
async fn typing_and_the_end() {
    let script = "when the chat starts\n Robo joins\n Robo says 5 times: No {n}";
    let mut visitor = Visitor::polling(script, &[("keep-alive", "1h")]).await;
    pass(57.0).await;
    visitor.poll("transcriptPosition=1").await;
    visitor.replay("36-start-typing", &[]).await;
    pass(20.0).await;
    visitor.replay("37-stop-typing", &[]).await;
    visitor.replay("38-disconnect", &[]).await;
}

#[tokio::test(start_paused = true)]
async fn what_public_clients_report() {
    let settings = [("keep-alive", "1h")];
    let start = "agent Ksippo: ksippo\nagent Mlopez: mlopez\nexternal System: system\nrole ROBOT Robot: system\n\
                 role SUPERVISOR Boss: boss\nwhen the chat starts\n ";
    let say = |who: &str, after: &str, rest: &str| {
        format!(
            "{start}Ksippo joins\n Ksippo says 2 times: No {{n}}\n {who}\n wait {after}\n {rest}"
        )
    };
    for (name, script) in [
        (
            "field-push-url",
            say(
                "Ksippo says: x",
                "97s",
                "Ksippo pushes: https://www.example.com/tariffs?id=7",
            ),
        ),
        (
            "field-transfer",
            say("Ksippo says: x", "90s", "Ksippo transfers to Mlopez"),
        ),
        (
            "field-short-typing",
            say(
                "Ksippo says: x",
                "92s",
                "Ksippo types\n wait 3s\n Ksippo pauses\nset: typing-names short",
            ),
        ),
        (
            "field-custom-notice",
            format!(
                "{start}Robot joins\n System joins\n System says 2 times: x\n wait 98s\n System sends Notice.Custom: \
                 text||WELCOME\n wait 1s\n Boss joins\n wait 1s\n Robot sends Notice.Sparkle: what is this"
            ),
        ),
    ] {
        let mut visitor = Visitor::polling(&script, &settings).await;
        pass(101.0).await;
        visitor.replay(name, &[]).await;
    }
    for (policy, name) in [
        ("exception", "field-exception"),
        ("exception-200", "field-exception-200"),
    ] {
        let script = "when the chat starts\n server ends the chat";
        Visitor::polling(script, &[("after-end", policy)])
            .await
            .replay(name, &[])
            .await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_push_sequence_from_handshake_to_disconnect() {
    let script = "when the chat starts\n wait 14s\n Kristi joins\n wait 8s\n Kristi types\n wait 1s\n Kristi says: Hello\n\
                  when the visitor writes\n server ends the chat";
    let mut visitor = Visitor::new(script, &[]);
    let handshake = visitor.replay("07-cometd-handshake", &[]).await;
    visitor.client = handshake[0]["clientId"].as_str().unwrap().to_owned();
    visitor.replay("08-cometd-subscribe", &[]).await;
    visitor.replay("09-cometd-first-connect", &[]).await;
    let service = visitor.replay("10-push-create-service", &[]).await;
    visitor.service = service["_id"].as_str().unwrap().to_owned();
    visitor.replay("11-push-create-chat", &[]).await;
    visitor.replay("12-push-joined", &[]).await;
    visitor.replay("13-push-typing", &[]).await;
    visitor.replay("14-push-message", &[]).await;
    pass(9.0).await;
    visitor.replay("15-push-send-by-refresh", &[]).await;
    visitor.replay("16-push-echo", &[]).await;
    visitor.replay("17-push-reconnect-none", &[]).await;
    visitor.replay("18-push-disconnect-chat", &[]).await;
    visitor.replay("19-cometd-unsubscribe", &[]).await;
    visitor.replay("20-cometd-disconnect", &[]).await;
}

#[tokio::test(start_paused = true)]
async fn the_quick_start_on_one_endpoint() {
    let mut visitor = Visitor::new("", &[("ids", "other")]);
    // The page's server offered `websocket` too; this one cannot speak it.
    let offered = visitor
        .replay("21-quickstart-handshake without websocket", &[])
        .await;
    visitor.client = offered[0]["clientId"].as_str().unwrap().to_owned();
    visitor
        .browser
        .desk(
            axum::http::Method::POST,
            "switches",
            json!({"name": "ids", "value": "echoed"}),
        )
        .await;
    visitor.replay("22-quickstart-connect", &[]).await;
    visitor.replay("23-quickstart-subscribe", &[]).await;
    // Request 3 is answered with id 4 there.
    visitor
        .browser
        .desk(
            axum::http::Method::POST,
            "switches",
            json!({"name": "ids", "value": "other"}),
        )
        .await;
    visitor.replay("24-quickstart-long-poll", &[]).await;
}

#[tokio::test(start_paused = true)]
async fn the_delayed_sequence() {
    let script =
        "available: after 60s\nwhen the chat starts\n Robo joins\n Robo says 6 times: No {n}";
    let mut visitor = Visitor::new(script, &[("gms-user", "off")]);
    let service = visitor.replay("25-delayed-create-service", &[]).await;
    visitor.service = service["_id"].as_str().unwrap().to_owned();
    visitor.replay("26-delayed-status-waiting", &[]).await;
    for name in [
        "40-start-chat",
        "41-refresh",
        "42-start-typing",
        "43-stop-typing",
        "44-disconnect",
    ] {
        visitor.replay(&format!("{name}-unavailable"), &[]).await;
    }
    pass(60.0).await;
    visitor.replay("27-delayed-status-available", &[]).await;
    visitor.replay("28-delayed-create-chat", CHANNEL).await;
    visitor.replay("29-delayed-refresh", &[]).await;
    visitor.replay("30-delayed-send", &[]).await;
    pass(1.0).await;
    visitor.replay("31-delayed-disconnect", &[]).await;
}

#[test]
fn no_example_is_left_out() {
    let tests = concat!(include_str!("golden.rs"), "");
    for name in example::names() {
        let unavailable = name.strip_suffix("-unavailable").unwrap_or(&name);
        assert!(tests.contains(unavailable), "{name} is replayed by no test");
    }
}
