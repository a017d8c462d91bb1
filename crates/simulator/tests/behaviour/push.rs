//! Chats in push mode: deliveries on `/_genesys`, their keys, their end, and how gaps are repaired.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Browser, events, meta, pass, pushed, server};

const COMET: &str = "&notify_by=comet";

#[tokio::test(start_paused = true)]
async fn creation_names_the_channel_and_demands_the_user() {
    let simulator = server("", &[]);
    let mut browser = Browser::new(&simulator);
    let id = browser.service("request-chat").await;
    let form = "subject=x&notify_by=comet&_verbose=true";
    let created = browser.post(&format!("{id}/ixn/chat"), form).await.json();
    assert_eq!(created["comet_channel"], "/_genesys");
    assert_eq!(created["chatIxnState"], "CONNECTED");
    assert_eq!(created["transcriptPosition"], "1");
    let mut nameless = Browser::nameless(&simulator);
    let other = nameless.service("request-chat").await;
    let refused = nameless.post(&format!("{other}/ixn/chat"), form).await;
    assert_eq!(refused.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(refused.json()["message"], "Header gms_user is missing");
    let mut stranger = Browser::named(&simulator, "somebody-else");
    for mut wrong in [nameless, stranger.clone()] {
        let refused = wrong.operate(&id, "refresh", "").await;
        assert_eq!(refused.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    // Polling is nobody's but the service's.
    let polled = stranger.service("request-chat").await;
    assert_eq!(
        stranger
            .post(&format!("{polled}/ixn/chat"), "subject=x")
            .await
            .status,
        StatusCode::OK
    );
}

#[tokio::test(start_paused = true)]
async fn events_are_delivered_as_in_the_trace() {
    let mut browser = Browser::new(&server(
        "when the chat starts\n wait 14s\n Kristi joins",
        &[],
    ));
    let client = browser.session(true).await;
    let id = browser.chat(COMET).await;
    let before = tokio::time::Instant::now();
    let reply = browser.connect(&client, json!({"ext": {"ack": 1}})).await;
    assert_eq!(before.elapsed().as_secs(), 14);
    let event = reply.json()[0].clone();
    let (delivery, chat) = (
        event["data"]["id"].clone(),
        event["data"]["message"].clone(),
    );
    assert_eq!(delivery.as_str().unwrap().len(), 32);
    assert_eq!(
        reply.json(),
        json!([
            {"data": {"id": delivery, "message": {
                "chatSessionId": chat["chatSessionId"], "transcriptPosition": "2",
                "chatServiceMessage": "Chat service is available", "startedAt": chat["startedAt"],
                "chatIxnState": "TRANSCRIPT", "transcriptToShow":
                    [["Notice.Joined", "Kristi Sippola", "has joined the session", "14", "AGENT"]]},
                "tag": format!("service.chat.refresh.{id}")}, "channel": "/_genesys"},
            {"id": "7", "successful": true, "channel": "/meta/connect", "ext": {"ack": 2}},
        ])
    );
}

#[tokio::test(start_paused = true)]
async fn the_visitors_own_messages_are_echoed() {
    let mut browser = Browser::new(&server("", &[]));
    let client = browser.session(true).await;
    let id = browser.chat(COMET).await;
    let held = browser.held(&client).await;
    let sent = browser.operate(&id, "send", "message=Hi").await.json();
    assert_eq!(sent["comet_channel"], "/_genesys");
    assert_eq!(sent.as_object().unwrap().len(), 2);
    assert_eq!(pushed(&held.await.unwrap()), ["2 Message.Text|VasyaP|Hi"]);
    let by_refresh = browser.operate(&id, "refresh", "message=Ho").await.json();
    assert_eq!(by_refresh, sent);
    browser.operate(&id, "startTyping", "").await;
    let verbose = browser
        .operate(&id, "stopTyping", "_verbose=true")
        .await
        .json();
    assert_eq!(verbose["transcriptPosition"], "5");
    assert_eq!(verbose["chatIxnState"], "TRANSCRIPT");
    assert_eq!(verbose["comet_channel"], "/_genesys");
    assert_eq!(verbose.get("transcriptToShow"), None);
    let reply = browser.connect(&client, json!({"ext": {"ack": 2}})).await;
    assert_eq!(
        pushed(&reply),
        [
            "3 Message.Text|VasyaP|Ho",
            "4 Notice.TypingStarted|VasyaP|is typing",
            "5 Notice.TypingStopped|VasyaP|stopped typing"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_transfer_is_one_batch() {
    let script =
        "when the chat starts\n Kristi joins\nwhen the visitor writes\n Kristi transfers to Anna";
    let mut browser = Browser::new(&server(script, &[]));
    let client = browser.session(false).await;
    let id = browser.chat(COMET).await;
    browser.connect(&client, json!({})).await;
    browser.operate(&id, "send", "message=Hi").await;
    let mut seen = Vec::new();
    while seen.len() < 3 {
        let reply = browser.connect(&client, json!({})).await;
        seen.extend(pushed(&reply));
        let batch = reply.json().as_array().unwrap().iter().any(|message| {
            message["data"]["message"]["transcriptToShow"]
                .as_array()
                .is_some_and(|events| events.len() == 2)
        });
        assert_eq!(batch, seen.len() == 3);
    }
    assert_eq!(
        seen[1..],
        [
            "4 Notice.Left|Kristi Sippola|has left the session",
            "5 Notice.Joined|Anna Virtanen|has joined the session"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn events_are_keyed_by_the_user() {
    let simulator = server("when the chat starts\n Kristi joins", &[]);
    let (mut one, mut other) = (
        Browser::named(&simulator, "a"),
        Browser::named(&simulator, "b"),
    );
    let (first, second) = (one.session(false).await, other.session(false).await);
    one.chat(COMET).await;
    assert_eq!(pushed(&one.connect(&first, json!({})).await).len(), 1);
    assert_eq!(
        pushed(
            &other
                .connect(&second, json!({"advice": {"timeout": 100}}))
                .await
        )
        .len(),
        0
    );
    // Two sessions of one user both hear of the chat.
    let mut tab = Browser::named(&simulator, "a");
    let third = tab.session(false).await;
    let id = one.chat(COMET).await;
    let tags = |reply: Value| reply[0]["data"]["tag"].as_str().unwrap().to_owned();
    let tag = format!("service.chat.refresh.{id}");
    assert_eq!(tags(one.connect(&first, json!({})).await.json()), tag);
    assert_eq!(tags(tab.connect(&third, json!({})).await.json()), tag);
}

#[tokio::test(start_paused = true)]
async fn without_the_header_the_cookie_stands_for_the_user() {
    let simulator = server(
        "when the chat starts\n Kristi joins",
        &[("gms-user", "off")],
    );
    let (mut one, mut other) = (Browser::nameless(&simulator), Browser::nameless(&simulator));
    let (first, second) = (one.session(false).await, other.session(false).await);
    one.chat(COMET).await;
    assert_eq!(pushed(&one.connect(&first, json!({})).await).len(), 1);
    assert_eq!(
        pushed(
            &other
                .connect(&second, json!({"advice": {"timeout": 100}}))
                .await
        )
        .len(),
        0
    );
}

#[tokio::test(start_paused = true)]
async fn the_end_is_reconnect_none_after_the_last_event() {
    let script = "when the chat starts\n Kristi joins\n wait 3s\n Kristi ends the chat";
    for ack in [true, false] {
        let mut browser = Browser::new(&server(script, &[]));
        let client = browser.session(ack).await;
        let id = browser.chat(COMET).await;
        browser.connect(&client, json!({"ext": {"ack": 1}})).await;
        let last = browser.connect(&client, json!({"ext": {"ack": 2}})).await;
        assert_eq!(
            pushed(&last),
            ["3 Notice.Left|Kristi Sippola|has left the session"]
        );
        assert_eq!(
            last.json()[0]["data"]["message"]["chatIxnState"],
            "DISCONNECTED"
        );
        assert_eq!(meta(&last).get("advice"), None);
        let end = browser.connect(&client, json!({"ext": {"ack": 3}})).await;
        assert_eq!(meta(&end)["advice"], json!({"reconnect": "none"}));
        assert_eq!(meta(&end)["successful"], true);
        assert_eq!(end.json().as_array().unwrap().len(), 1);
        // A refresh tells the same.
        let refresh = browser.operate(&id, "refresh", "").await.json();
        assert_eq!(refresh["chatIxnState"], "DISCONNECTED");
        // A new chat on the same session is heard again.
        browser.chat(COMET).await;
        let reply = browser.connect(&client, json!({"ext": {"ack": 4}})).await;
        assert_eq!(pushed(&reply).len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_held_connect_hears_of_the_visitors_own_end() {
    let mut browser = Browser::new(&server("", &[]));
    let client = browser.session(true).await;
    let id = browser.chat(COMET).await;
    let held = browser.held(&client).await;
    let ended = browser
        .operate(&id, "disconnect", "_verbose=true")
        .await
        .json();
    assert_eq!(ended["chatIxnState"], "DISCONNECTED");
    assert_eq!(ended["transcriptPosition"], "1");
    assert_eq!(ended.get("comet_channel"), None);
    assert_eq!(
        pushed(&held.await.unwrap()),
        ["2 Notice.Left|VasyaP|has left the session"]
    );
    let end = browser.connect(&client, json!({"ext": {"ack": 2}})).await;
    assert_eq!(meta(&end)["advice"]["reconnect"], "none");
}

#[tokio::test(start_paused = true)]
async fn one_of_two_chats_may_end() {
    let mut browser = Browser::new(&server("", &[]));
    let client = browser.session(false).await;
    let (one, other) = (browser.chat(COMET).await, browser.chat(COMET).await);
    browser.operate(&one, "disconnect", "").await;
    browser.connect(&client, json!({})).await;
    let held = browser.held(&client).await;
    browser
        .operate(&other, "send", "message=still%20here")
        .await;
    assert_eq!(pushed(&held.await.unwrap()).len(), 1);
}

async fn repaired(repair: &str) -> (Value, Vec<String>) {
    let mut browser = Browser::new(&server("", &[("repair", repair)]));
    let client = browser.session(false).await;
    let id = browser.chat(COMET).await;
    for text in ["one", "two", "three"] {
        browser
            .operate(&id, "send", &format!("message={text}"))
            .await;
        browser.connect(&client, json!({})).await;
    }
    let reply = browser
        .operate(&id, "refresh", "transcriptPosition=2")
        .await
        .json();
    let after = browser
        .connect(&client, json!({"advice": {"timeout": 10}}))
        .await;
    (reply, pushed(&after))
}

#[tokio::test(start_paused = true)]
async fn gaps_are_repaired_in_one_of_three_ways() {
    let missing = ["3 Message.Text|VasyaP|two", "4 Message.Text|VasyaP|three"];
    let (reply, after) = repaired("neither").await;
    assert_eq!(reply.as_object().unwrap().len(), 2);
    assert_eq!(after, [""; 0]);
    let (reply, after) = repaired("reply").await;
    assert_eq!(
        events(&reply),
        ["Message.Text|VasyaP|two", "Message.Text|VasyaP|three"]
    );
    assert_eq!(reply["comet_channel"], "/_genesys");
    assert_eq!(after, [""; 0]);
    let (reply, after) = repaired("pushed").await;
    assert_eq!(reply.as_object().unwrap().len(), 2);
    assert_eq!(after, missing);
}

#[tokio::test(start_paused = true)]
async fn what_comes_between_two_sessions_is_lost_or_kept() {
    for (policy, expected) in [("lost", 0), ("kept", 2)] {
        let script = "when the chat starts\n wait 20s\n Kristi joins\n Kristi says: Hello";
        let mut browser = Browser::new(&server(script, &[("between-sessions", policy)]));
        browser.session(true).await;
        browser.chat(COMET).await;
        pass(30.0).await;
        let client = browser.session(true).await;
        let reply = browser
            .connect(
                &client,
                json!({"ext": {"ack": 0}, "advice": {"timeout": 0}}),
            )
            .await;
        assert_eq!(pushed(&reply).len(), expected, "{policy}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_leaves_with_a_position_is_told_the_rest_on_return_and_the_agents_that_he_left() {
    let script = "when the chat starts\n Kristi joins\n wait 20s\n Kristi says: Hello";
    let mut browser = Browser::new(&server(script, &[]));
    let client = browser.session(true).await;
    browser.chat(COMET).await;
    browser.connect(&client, json!({"ext": {"ack": 1}})).await;
    let leave = json!([{"channel": "/meta/disconnect", "clientId": client, "ext": {"transcriptPosition": "2"}}]);
    browser.bayeux("/disconnect", leave).await;
    pass(30.0).await;
    let client = browser.session(true).await;
    let reply = browser.connect(&client, json!({"ext": {"ack": 0}})).await;
    assert_eq!(
        pushed(&reply),
        [
            "3 Notice.Custom|GMS|The client is disconnected",
            "4 Message.Text|Kristi Sippola|Hello"
        ]
    );
}
