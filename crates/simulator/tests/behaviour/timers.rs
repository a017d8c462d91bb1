//! What ends chats, sessions and services by itself.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Browser, events, meta, pass, pushed, server};

const JOINED: &str = "when the chat starts\n Kristi joins";

#[tokio::test(start_paused = true)]
async fn a_polling_visitor_must_ask_within_45_seconds() {
    let mut browser = Browser::nameless(&server("", &[]));
    let id = browser.chat("").await;
    for _ in 0..5 {
        pass(44.0).await;
        let reply = browser.operate(&id, "refresh", "").await.json();
        assert_eq!(reply["chatIxnState"], "TRANSCRIPT");
    }
    pass(46.0).await;
    let reply = browser
        .operate(&id, "refresh", "transcriptPosition=1")
        .await
        .json();
    assert_eq!(reply["chatIxnState"], "DISCONNECTED");
    assert_eq!(events(&reply), ["Notice.Left|VasyaP|has left the session"]);
    let chats = browser.desk(Method::GET, "chats", Value::Null).await.json();
    assert_eq!(chats[0]["chat"]["why"], "keep-alive");
}

#[tokio::test(start_paused = true)]
async fn a_cometd_session_keeps_a_chat_alive_and_its_loss_does_not() {
    let mut browser = Browser::new(&server("", &[]));
    let client = browser.session(true).await;
    browser.chat("&notify_by=comet").await;
    for _ in 0..3 {
        let reply = browser.connect(&client, json!({})).await;
        assert_eq!(meta(&reply)["successful"], true);
    }
    // The session lives for 10 s more, the chat for 45 s after that.
    pass(54.0).await;
    let chats = browser.desk(Method::GET, "chats", Value::Null).await.json();
    assert_eq!(chats[0]["chat"]["phase"], "waiting");
    pass(2.0).await;
    let chats = browser.desk(Method::GET, "chats", Value::Null).await.json();
    assert_eq!(chats[0]["chat"]["why"], "keep-alive");
}

#[tokio::test(start_paused = true)]
async fn an_idle_chat_is_warned_and_then_closed() {
    let mut browser = Browser::new(&server(JOINED, &[]));
    let client = browser.session(false).await;
    let id = browser.chat("&notify_by=comet").await;
    let begin = tokio::time::Instant::now();
    let mut told = Vec::new();
    loop {
        let reply = browser.connect(&client, json!({})).await;
        for event in pushed(&reply) {
            told.push((begin.elapsed().as_secs(), event));
        }
        if meta(&reply)["advice"]["reconnect"] == "none" {
            break;
        }
    }
    let expected = [
        (0, "2 Notice.Joined|Kristi Sippola|has joined the session"),
        (
            255,
            "3 Message.Text|system|Chat session will be closed soon due to inactivity of chat participants.",
        ),
        (
            300,
            "4 Message.Text|system|Chat session was closed due to inactivity of chat participants.",
        ),
    ];
    assert_eq!(told, expected.map(|(at, event)| (at, event.to_owned())));
    assert_eq!(
        browser.operate(&id, "refresh", "").await.json()["chatIxnState"],
        "DISCONNECTED"
    );
}

#[tokio::test(start_paused = true)]
async fn a_word_stops_the_idle_timer_and_typing_does_not() {
    let settings = [
        ("idle-alert", "30s"),
        ("idle-close", "10s"),
        ("keep-alive", "1h"),
    ];
    let mut browser = Browser::nameless(&server(JOINED, &settings));
    let id = browser.chat("").await;
    pass(35.0).await;
    browser.operate(&id, "send", "message=still%20here").await;
    pass(25.0).await;
    browser.operate(&id, "startTyping", "").await;
    let chat = browser.desk(Method::GET, "chats", Value::Null).await.json()[0]["chat"].clone();
    assert_eq!(chat["phase"], "talking");
    assert_eq!(chat["timers"]["idleClose"], Value::Null);
    let left = chat["timers"]["idleAlert"].as_u64().unwrap();
    assert!((4_900..=5_000).contains(&left), "{left}");
    pass(16.0).await;
    let chat = browser.desk(Method::GET, "chats", Value::Null).await.json()[0]["chat"].clone();
    assert_eq!(chat["why"], "idle");
}

#[tokio::test(start_paused = true)]
async fn nobody_is_idle_while_waiting() {
    let mut browser = Browser::nameless(&server("", &[("idle-alert", "5s"), ("keep-alive", "1h")]));
    let id = browser.chat("").await;
    pass(60.0).await;
    assert_eq!(
        browser.operate(&id, "refresh", "").await.json()["chatIxnState"],
        "TRANSCRIPT"
    );
}

#[tokio::test(start_paused = true)]
async fn services_are_forgotten_after_their_time_to_live() {
    let mut browser = Browser::nameless(&server(
        "",
        &[("service-ttl", "100s"), ("keep-alive", "1h")],
    ));
    let unused = browser.service("request-chat").await;
    let ended = browser.chat("").await;
    let live = browser.chat("").await;
    pass(50.0).await;
    browser.operate(&ended, "disconnect", "").await;
    pass(60.0).await;
    let gone = browser
        .post(&format!("{unused}/ixn/chat"), "subject=x")
        .await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert_eq!(
        browser.operate(&ended, "refresh", "").await.status,
        StatusCode::OK
    );
    assert_eq!(
        browser.operate(&live, "refresh", "").await.status,
        StatusCode::OK
    );
    pass(60.0).await;
    assert_eq!(
        browser.operate(&ended, "refresh", "").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        browser.operate(&live, "refresh", "").await.status,
        StatusCode::OK
    );
}
