//! Scenarios at work: what happens when, and what happens when a person takes over.

use axum::http::Method;
use gms_chat_simulator::{Options, Scenario, Simulator};
use serde_json::{Value, json};

use crate::support::{Browser, events, meta, pass, pushed, server};

/// Sends these messages, and returns what is said in the next seconds.
async fn answers(scenario: &str, messages: &[&str]) -> Vec<String> {
    let mut browser = Browser::nameless(&server(scenario, &[]));
    let id = browser.chat("").await;
    for message in messages {
        browser
            .operate(&id, "send", &format!("message={message}"))
            .await;
        pass(10.0).await;
    }
    let reply = browser
        .operate(&id, "refresh", "transcriptPosition=1")
        .await
        .json();
    let said = events(&reply)
        .into_iter()
        .filter(|event| !event.contains("|VasyaP|"));
    said.collect()
}

#[tokio::test(start_paused = true)]
async fn the_narrower_rule_answers() {
    let script = "when the chat starts\n Robo joins\nwhen the visitor writes\n Robo says: any\n\
                  when the visitor writes \"Bye\", \"ciao\"\n Robo says: word\n\
                  when the visitor writes message 2\n Robo says: second";
    let said = answers(script, &["hello", "ciao", "CIAO", "well"]).await;
    assert_eq!(
        said[1..],
        [
            "Message.Text|Bot|any",
            "Message.Text|Bot|second",
            "Message.Text|Bot|word",
            "Message.Text|Bot|any"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn answers_follow_one_after_the_other() {
    let script = "when the chat starts\n Kristi joins\nwhen the visitor writes\n wait 3s\n Kristi says: {message}!";
    let mut browser = Browser::new(&server(script, &[]));
    let client = browser.session(false).await;
    let id = browser.chat("&notify_by=comet").await;
    let begin = tokio::time::Instant::now();
    browser.operate(&id, "send", "message=one").await;
    browser.operate(&id, "send", "message=two").await;
    let mut said = Vec::new();
    while said.len() < 2 {
        let reply = browser.connect(&client, json!({})).await;
        let answers = pushed(&reply)
            .into_iter()
            .filter(|event| event.ends_with('!'));
        said.extend(answers.map(|event| (begin.elapsed().as_secs(), event)));
    }
    let expected = [
        (3, "5 Message.Text|Kristi Sippola|one!"),
        (6, "6 Message.Text|Kristi Sippola|two!"),
    ];
    assert_eq!(said, expected.map(|(at, event)| (at, event.to_owned())));
}

#[tokio::test(start_paused = true)]
async fn who_is_not_there_does_nothing() {
    let script = "when the visitor writes\n Kristi says: I am not here\n Anna leaves\n Kristi transfers to Anna\n \
                  Anna ends the chat\n Kristi types\n Kristi pauses\n Kristi pushes: https://x.test/\n \
                  Kristi sends Notice.Custom: x";
    assert_eq!(answers(script, &["hello"]).await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn typing_and_quiet_set_off_rules() {
    let script = "when the chat starts\n Robo joins\nwhen the visitor types\n Robo says: I see you\n\
                  when the visitor is quiet for 5s\n Robo says: Still there?";
    let mut browser = Browser::nameless(&server(script, &[]));
    let id = browser.chat("").await;
    browser.operate(&id, "startTyping", "").await;
    pass(20.0).await;
    browser.operate(&id, "send", "message=yes").await;
    pass(20.0).await;
    let reply = browser
        .operate(&id, "refresh", "transcriptPosition=2")
        .await
        .json();
    assert_eq!(
        events(&reply),
        [
            "Notice.TypingStarted|VasyaP|is typing",
            "Message.Text|Bot|I see you",
            "Message.Text|Bot|Still there?",
            "Message.Text|VasyaP|yes",
            "Message.Text|Bot|Still there?"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_burst_comes_in_one_reply_and_in_order() {
    let mut options = Options::on_any_port();
    options.play(Scenario::named("burst").unwrap());
    let mut browser = Browser::new(&Simulator::new(options));
    let client = browser.session(true).await;
    let id = browser.chat("&notify_by=comet").await;
    browser.operate(&id, "send", "message=burst").await;
    let mut said: Vec<String> = Vec::new();
    let mut ack = 1;
    while said.len() < 1_000 {
        let reply = browser.connect(&client, json!({"ext": {"ack": ack}})).await;
        ack = meta(&reply)["ext"]["ack"].as_u64().unwrap();
        said.extend(
            pushed(&reply)
                .into_iter()
                .filter(|event| event.contains("|Burst ")),
        );
    }
    let expected = (1..=1_000).map(|n| format!("Burst {n}"));
    let texts = said
        .iter()
        .map(|event| event.rsplit('|').next().unwrap().to_owned());
    assert!(texts.eq(expected));
}

#[tokio::test(start_paused = true)]
async fn every_built_in_scenario_plays_to_its_end() {
    for name in Scenario::names() {
        let mut options = Options::on_any_port();
        options.play(Scenario::named(name).unwrap());
        // What the network does to it is another test's business.
        options.scenario.faults.clear();
        let mut browser = Browser::nameless(&Simulator::new(options));
        let id = browser.chat("").await;
        for message in [
            "hello", "help", "link", "bad", "transfer", "word", "restart", "bye",
        ] {
            pass(20.0).await;
            browser
                .operate(&id, "send", &format!("message={message}"))
                .await;
        }
        pass(20.0).await;
        let reply = browser
            .operate(&id, "refresh", "transcriptPosition=0")
            .await
            .json();
        let state = reply["chatIxnState"].as_str().unwrap();
        let ends = ["demo", "happy", "agent_ends"].contains(&name);
        assert_eq!(state == "DISCONNECTED", ends, "{name}");
        let silent = ["desk", "nobody"].contains(&name);
        let spoke = events(&reply)
            .iter()
            .any(|event| !event.contains("|VasyaP|"));
        assert_eq!(spoke, !silent, "{name}");
        assert!(
            events(&reply)
                .iter()
                .all(|event| !event.contains("{nickname}")),
            "{name}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_person_takes_over_from_the_script() {
    let script = "when the chat starts\n Kristi joins\n Kristi says: Hello\nwhen the visitor writes\n \
                  wait 2s\n Kristi says: scripted";
    let mut browser = Browser::nameless(&server(script, &[]));
    let id = browser.chat("").await;
    browser.operate(&id, "send", "message=hi").await;
    let join = json!({"name": "Kim", "alone": true});
    browser
        .desk(Method::POST, &format!("chats/{id}/join"), join)
        .await;
    pass(10.0).await;
    browser.operate(&id, "send", "message=hello%20again").await;
    pass(10.0).await;
    let reply = browser
        .operate(&id, "refresh", "transcriptPosition=3")
        .await
        .json();
    assert_eq!(
        events(&reply),
        [
            "Message.Text|VasyaP|hi",
            "Notice.Left|Kristi Sippola|has left the session",
            "Notice.Joined|Kim|has joined the session",
            "Message.Text|VasyaP|hello again"
        ]
    );
    let chat = browser.desk(Method::GET, "chats", Value::Null).await.json()[0]["chat"].clone();
    assert_eq!(chat["scripted"], false);
}

#[tokio::test(start_paused = true)]
async fn a_script_can_be_silenced_without_joining() {
    let script = "when the chat starts\n Kristi joins\n wait 5s\n Kristi says: scripted";
    let mut browser = Browser::nameless(&server(script, &[]));
    let id = browser.chat("").await;
    browser
        .desk(Method::POST, &format!("chats/{id}/take-over"), Value::Null)
        .await;
    pass(10.0).await;
    let reply = browser
        .operate(&id, "refresh", "transcriptPosition=1")
        .await
        .json();
    assert_eq!(
        events(&reply),
        ["Notice.Joined|Kristi Sippola|has joined the session"]
    );
}
