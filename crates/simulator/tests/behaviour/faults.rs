//! Faults, as far as they can be seen without a socket.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use gms_chat_simulator::{Break, Broken, Simulator};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use crate::support::{Browser, events, meta, options, pass, pushed, server};

/// A chat whose server has this fault armed.
async fn chat_under(fault: &str) -> (Browser, String) {
    let mut browser = Browser::nameless(&server("", &[]));
    let id = browser.chat("").await;
    arm(&mut browser, fault).await;
    (browser, id)
}

async fn arm(browser: &mut Browser, fault: &str) -> u64 {
    let reply = browser
        .desk(Method::POST, "faults", json!({"fault": fault}))
        .await;
    reply.json()["id"].as_u64().unwrap()
}

async fn said(browser: &mut Browser, id: &str) -> usize {
    let reply = browser
        .operate(id, "refresh", "transcriptPosition=1")
        .await
        .json();
    events(&reply).len()
}

#[tokio::test(start_paused = true)]
async fn a_drop_comes_before_or_after_the_work() {
    for (fault, how, done) in [
        ("send:drop-before", Break::Close, 0),
        ("send:drop-after", Break::Close, 1),
        ("send:reset-before", Break::Reset, 0),
        ("send:reset-after", Break::Reset, 1),
    ] {
        let (mut browser, id) = chat_under(fault).await;
        let reply = browser.operate(&id, "send", "message=x").await;
        assert_eq!(reply.broken, Some(Broken(how)), "{fault}");
        assert_eq!(said(&mut browser, &id).await, done, "{fault}");
        let again = browser.operate(&id, "send", "message=x").await;
        assert_eq!((again.broken, again.status), (None, StatusCode::OK));
    }
}

#[tokio::test(start_paused = true)]
async fn a_status_may_say_when_to_try_again() {
    for (fault, status, retry_after) in [
        ("send:status=500", 500, None),
        ("send:status=503/30", 503, Some("30")),
        (
            "send:status=429/Wed, 21 Oct 2026 07:28:00 GMT",
            429,
            Some("Wed, 21 Oct 2026 07:28:00 GMT"),
        ),
        ("rest:status=204", 204, None),
    ] {
        let (mut browser, id) = chat_under(fault).await;
        let reply = browser.operate(&id, "send", "message=x").await;
        assert_eq!(reply.status.as_u16(), status, "{fault}");
        assert_eq!(reply.header("retry-after"), retry_after);
        assert_eq!(said(&mut browser, &id).await, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_delay_comes_before_the_work() {
    let (mut browser, id) = chat_under("send:delay=2s").await;
    let begin = Instant::now();
    let slow = {
        let (mut browser, id) = (browser.clone(), id.clone());
        tokio::spawn(async move { browser.operate(&id, "send", "message=x").await })
    };
    tokio::task::yield_now().await;
    assert_eq!(said(&mut browser, &id).await, 0);
    assert_eq!(slow.await.unwrap().status, StatusCode::OK);
    assert_eq!(begin.elapsed().as_secs(), 2);
    assert_eq!(said(&mut browser, &id).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_stall_never_ends_and_a_cut_ends_a_hold() {
    for (fault, done) in [("send:stall-before", 0), ("send:stall-after", 1)] {
        let (mut browser, id) = chat_under(fault).await;
        let long = Duration::from_secs(40);
        let stalled = timeout(long, browser.clone().operate(&id, "send", "message=x")).await;
        assert!(stalled.is_err(), "{fault}");
        assert_eq!(said(&mut browser, &id).await, done, "{fault}");
    }
    let mut browser = Browser::new(&server("", &[]));
    let client = browser.session(false).await;
    arm(&mut browser, "connect:cut=30s:*").await;
    let begin = Instant::now();
    let cut = browser.connect(&client, json!({})).await;
    assert_eq!(
        (cut.broken, begin.elapsed().as_secs()),
        (Some(Broken(Break::Close)), 30)
    );
    let short = browser
        .connect(&client, json!({"advice": {"timeout": 24_000}}))
        .await;
    assert_eq!(meta(&short)["successful"], true);
}

#[tokio::test(start_paused = true)]
async fn bodies_break_off_or_are_junk() {
    let (mut browser, id) = chat_under("send:truncate").await;
    let reply = browser.operate(&id, "send", "message=x").await;
    assert_eq!((reply.status, reply.whole), (StatusCode::OK, false));
    assert_eq!(said(&mut browser, &id).await, 1);

    for (fault, kind, body) in [
        (
            "send:junk=[null,7]",
            "application/json;charset=UTF-8",
            "[null,7]",
        ),
        ("send:junk=", "application/json;charset=UTF-8", ""),
        ("send:junk=<p>busy:later", "text/html", "<p>busy:later"),
    ] {
        let (mut browser, id) = chat_under(fault).await;
        let reply = browser.operate(&id, "send", "message=x").await;
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(reply.header("content-type"), Some(kind));
        assert_eq!(String::from_utf8_lossy(&reply.body), body);
        assert_eq!(said(&mut browser, &id).await, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_forgotten_client_has_to_shake_hands_again() {
    let simulator = server("", &[]);
    let (mut browser, mut other) = (Browser::new(&simulator), Browser::new(&simulator));
    let (client, spared) = (browser.session(false).await, other.session(false).await);
    arm(&mut browser, "connect:forget:1").await;
    let reply = browser.connect(&client, json!({})).await;
    assert_eq!(meta(&reply)["error"], "402::session_unknown");
    assert_eq!(meta(&reply)["advice"]["reconnect"], "handshake");
    let reply = other
        .connect(&spared, json!({"advice": {"timeout": 0}}))
        .await;
    assert_eq!(meta(&reply)["successful"], true);
}

#[tokio::test(start_paused = true)]
async fn a_restart_forgets_sessions_and_perhaps_chats() {
    for (fault, status) in [
        ("send:restart", StatusCode::OK),
        ("send:restart-all", StatusCode::NOT_FOUND),
    ] {
        let mut browser = Browser::new(&server("", &[]));
        let client = browser.session(false).await;
        let id = browser.chat("").await;
        arm(&mut browser, fault).await;
        assert_eq!(
            browser.operate(&id, "send", "message=x").await.status,
            status,
            "{fault}"
        );
        let reply = browser.connect(&client, json!({})).await;
        assert_eq!(meta(&reply)["error"], "402::session_unknown");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_to_a_held_connect_takes_its_events_along() {
    let mut browser = Browser::new(&server("", &[]));
    let client = browser.session(false).await;
    let id = browser.chat("&notify_by=comet").await;
    arm(&mut browser, "connect:drop-after:1").await;
    let held = browser.held(&client).await;
    browser.operate(&id, "send", "message=one").await;
    assert_eq!(held.await.unwrap().broken, Some(Broken(Break::Close)));
    browser.operate(&id, "send", "message=two").await;
    let reply = browser.connect(&client, json!({})).await;
    assert_eq!(pushed(&reply), ["3 Message.Text|VasyaP|two"]);
}

#[tokio::test(start_paused = true)]
async fn faults_come_from_options_scenarios_and_the_desk_and_are_counted() {
    let mut options = options(
        "fault: send:status=500:1\nwhen the visitor writes\n fault refresh:status=502:1",
        &[],
    );
    options.faults.push("chat:status=503:1".parse().unwrap());
    let mut browser = Browser::nameless(&Simulator::new(options));
    let id = browser.service("request-chat").await;
    let create = format!("{id}/ixn/chat");
    assert_eq!(
        browser.post(&create, "subject=x").await.status.as_u16(),
        503
    );
    assert_eq!(
        browser.post(&create, "subject=x").await.status.as_u16(),
        200
    );
    assert_eq!(
        browser
            .operate(&id, "send", "message=x")
            .await
            .status
            .as_u16(),
        500
    );
    assert_eq!(
        browser
            .operate(&id, "send", "message=x")
            .await
            .status
            .as_u16(),
        200
    );
    pass(0.1).await;
    assert_eq!(
        browser.operate(&id, "refresh", "").await.status.as_u16(),
        502
    );
    let own = arm(&mut browser, "any:status=418:*").await;
    assert_eq!(
        browser.operate(&id, "refresh", "").await.status.as_u16(),
        418
    );
    let armed = browser
        .desk(Method::GET, "faults", Value::Null)
        .await
        .json();
    assert_eq!(armed.as_array().unwrap().len(), 4);
    assert_eq!(
        armed[0],
        json!({"id": 1, "fault": "send:status=500:1", "seen": 2, "harmed": 1, "spent": true})
    );
    let path = format!("faults/{own}");
    assert_eq!(
        browser
            .desk(Method::DELETE, &path, Value::Null)
            .await
            .status
            .as_u16(),
        200
    );
    assert_eq!(
        browser
            .desk(Method::DELETE, &path, Value::Null)
            .await
            .status
            .as_u16(),
        404
    );
    assert_eq!(
        browser.operate(&id, "refresh", "").await.status.as_u16(),
        200
    );
    browser.desk(Method::DELETE, "faults", Value::Null).await;
    assert_eq!(
        browser
            .desk(Method::GET, "faults", Value::Null)
            .await
            .json(),
        json!([])
    );
    let wrong = browser
        .desk(Method::POST, "faults", json!({"fault": "nonsense"}))
        .await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(start_paused = true)]
async fn a_fault_meets_the_single_endpoint_by_its_message() {
    let mut browser = Browser::new(&server("", &[]));
    arm(&mut browser, "handshake:status=500:1").await;
    let handshake = json!([{"channel": "/meta/handshake"}]);
    assert_eq!(
        browser.bayeux("", handshake.clone()).await.status.as_u16(),
        500
    );
    assert_eq!(browser.bayeux("", handshake).await.status.as_u16(), 200);
}
