//! Bayeux: handshakes, cookies, held connects, advice, and what happens to clients that break the rules.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Browser, Reply, meta, pass, server};

const RETRY: fn() -> Value = || json!({"interval": 0, "reconnect": "retry", "timeout": 60_000});

fn subscribe(client: &str, channel: &str) -> Value {
    json!([{"channel": "/meta/subscribe", "subscription": channel, "id": "2", "clientId": client}])
}

fn publish(client: &str, channel: &str, data: &Value) -> Value {
    json!([{"channel": channel, "data": data, "id": "9", "clientId": client}])
}

fn first(reply: &Reply) -> Value {
    reply.json()[0].clone()
}

#[tokio::test(start_paused = true)]
async fn the_handshake_is_that_of_the_specification() {
    let mut browser = Browser::new(&server("", &[]));
    let request = json!([{"version": "1.0", "minimumVersion": "0.9", "channel": "/meta/handshake",
        "supportedConnectionTypes": ["long-polling", "callback-polling"],
        "advice": {"timeout": 60_000, "interval": 0}, "id": "1"}]);
    let reply = browser.bayeux("/handshake", request).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(
        reply.header("content-type"),
        Some("application/json;charset=UTF-8")
    );
    let client = first(&reply)["clientId"].clone();
    assert_eq!(
        reply.json(),
        json!([{"id": "1", "minimumVersion": "1.0", "successful": true, "channel": "/meta/handshake",
            "supportedConnectionTypes": ["callback-polling", "long-polling"], "ext": {"ack": true},
            "clientId": client, "version": "1.0"}])
    );
    let cookie = reply.header("set-cookie").unwrap();
    assert!(
        cookie.starts_with("BAYEUX_BROWSER=") && cookie.ends_with("; Path=/; HttpOnly"),
        "{cookie}"
    );
    // The browser keeps its cookie.
    let again = browser
        .bayeux("/handshake", json!([{"channel": "/meta/handshake"}]))
        .await;
    assert_eq!(again.header("set-cookie"), None);
}

#[tokio::test(start_paused = true)]
async fn both_url_styles_and_both_body_forms_work() {
    for (handshake, other, connect) in [
        ("/handshake", "/", "/connect"),
        ("", "", ""),
        ("/", "/", "/"),
    ] {
        let mut browser = Browser::new(&server("", &[]));
        let reply = browser
            .bayeux(handshake, json!({"channel": "/meta/handshake", "id": "0"}))
            .await;
        let client = first(&reply)["clientId"].as_str().unwrap().to_owned();
        let reply = browser
            .bayeux(other, subscribe(&client, "/_genesys")[0].clone())
            .await;
        assert_eq!(
            reply.json(),
            json!([{"id": "2", "subscription": "/_genesys", "successful": true, "channel": "/meta/subscribe"}])
        );
        let request = json!({"channel": "/meta/connect", "clientId": client, "id": "3"});
        let reply = browser.bayeux(connect, request).await;
        assert_eq!(
            reply.json(),
            json!([{"id": "3", "successful": true, "advice": RETRY(), "channel": "/meta/connect"}])
        );
    }
}

#[tokio::test(start_paused = true)]
async fn nonsense_is_answered_400() {
    let mut browser = Browser::new(&server("", &[]));
    for body in ["", "{", "[]", "null", "7", "[1]", "[[]]"] {
        let reply = browser
            .send(Method::POST, "/genesys/cometd/", &[], body)
            .await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{body}");
    }
    let nameless = browser.bayeux("/", json!([{"id": "1"}])).await;
    assert_eq!(first(&nameless)["error"], "400::channel_missing");
}

#[tokio::test(start_paused = true)]
async fn gms_user_is_demanded() {
    let mut nameless = Browser::nameless(&server("", &[]));
    let refused = nameless
        .bayeux("/handshake", json!([{"channel": "/meta/handshake"}]))
        .await;
    assert_eq!(refused.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(refused.json()["message"], "Header gms_user is missing");
    let mut welcome = Browser::nameless(&server("", &[("gms-user", "off")]));
    welcome.session(false).await;
}

#[tokio::test(start_paused = true)]
async fn a_connect_is_held_for_its_time() {
    let mut browser = Browser::new(&server("", &[]));
    let client = browser.session(false).await;
    for (asked, held) in [
        (json!({}), 60.0),
        (json!({"advice": {"timeout": 1_500}}), 1.5),
        (json!({"advice": {"timeout": 0}}), 0.0),
        (json!({"advice": {"timeout": 3_600_000}}), 60.0),
    ] {
        let before = tokio::time::Instant::now();
        let reply = browser.connect(&client, asked.clone()).await;
        assert_eq!(
            before.elapsed().as_secs_f64().round(),
            f64::round(held),
            "{asked}"
        );
        let with_advice = asked.get("advice").map(|_| RETRY());
        assert_eq!(first(&reply).get("advice"), with_advice.as_ref(), "{asked}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_connect_is_answered_at_once_unless_switched() {
    for (first_connect, seconds) in [("at-once", 0), ("held", 60)] {
        let mut browser = Browser::new(&server("", &[("first-connect", first_connect)]));
        let client = browser.handshake(false).await;
        let before = tokio::time::Instant::now();
        let reply = browser.connect(&client, json!({})).await;
        assert_eq!(before.elapsed().as_secs(), seconds, "{first_connect}");
        assert_eq!(first(&reply)["advice"], RETRY());
    }
}

#[tokio::test(start_paused = true)]
async fn advice_can_be_in_every_reply() {
    let mut browser = Browser::new(&server("", &[("advice", "always"), ("hold", "2s")]));
    let client = browser.session(false).await;
    let reply = browser.connect(&client, json!({})).await;
    assert_eq!(first(&reply)["advice"]["timeout"], 2_000);
}

#[tokio::test(start_paused = true)]
async fn a_connect_among_others_is_not_held() {
    let mut browser = Browser::new(&server("", &[]));
    let client = browser.session(false).await;
    let both = json!([subscribe(&client, "/x")[0], {"channel": "/meta/connect", "clientId": client, "id": "8"}]);
    let before = tokio::time::Instant::now();
    let reply = browser.bayeux("/", both).await;
    assert!(before.elapsed().is_zero());
    assert_eq!(reply.json().as_array().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn unknown_clients_are_told_so() {
    let mut browser = Browser::new(&server("", &[]));
    let client = "nobody";
    let connect = browser.connect(client, json!({})).await;
    assert_eq!(connect.status, StatusCode::OK);
    assert_eq!(
        first(&connect),
        json!({"id": "7", "successful": false, "error": "402::session_unknown", "channel": "/meta/connect",
            "advice": {"reconnect": "handshake", "interval": 0}})
    );
    let disconnect = json!([{"channel": "/meta/disconnect", "id": "3", "clientId": client}]);
    for message in [
        subscribe(client, "/_genesys"),
        publish(client, "/x", &json!(1)),
        disconnect,
    ] {
        let reply = first(&browser.bayeux("/", message).await);
        assert_eq!(reply["error"], "402::session_unknown");
        assert_eq!(reply.get("advice"), None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_belongs_to_its_cookie() {
    for (policy, known) in [("required", false), ("optional", true), ("off", true)] {
        let mut browser = Browser::new(&server("", &[("cookie", policy)]));
        let client = browser.session(false).await;
        assert_eq!(browser.cookie.is_some(), policy != "off");
        browser.cookie = None;
        let reply = browser
            .connect(&client, json!({"advice": {"timeout": 0}}))
            .await;
        assert_eq!(first(&reply)["successful"], known, "{policy}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_cookie_can_have_further_attributes() {
    let settings = [("cookie-attributes", "SameSite=None; Secure; Partitioned")];
    let mut browser = Browser::new(&server("", &settings));
    let reply = browser
        .bayeux("", json!({"channel": "/meta/handshake"}))
        .await;
    let cookie = reply.header("set-cookie").unwrap();
    assert!(
        cookie.ends_with("; Path=/; HttpOnly; SameSite=None; Secure; Partitioned"),
        "{cookie}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_second_connect_displaces_the_first() {
    for (policy, status, seconds) in [
        ("500", StatusCode::INTERNAL_SERVER_ERROR, 0),
        ("408", StatusCode::REQUEST_TIMEOUT, 0),
        ("answered", StatusCode::OK, 0),
        ("silent", StatusCode::OK, 60),
    ] {
        let mut browser = Browser::new(&server("", &[("duplicate", policy)]));
        let client = browser.session(false).await;
        let begin = tokio::time::Instant::now();
        let displaced = browser.held(&client).await;
        let second = browser.held(&client).await;
        let displaced = displaced.await.unwrap();
        assert_eq!(displaced.status, status, "{policy}");
        assert_eq!(begin.elapsed().as_secs(), seconds, "{policy}");
        if status != StatusCode::OK {
            assert_eq!(displaced.body, b"");
        }
        assert_eq!(first(&second.await.unwrap())["successful"], true);
        assert_eq!(begin.elapsed().as_secs(), 60);
        // The session has survived it.
        let reply = browser
            .connect(&client, json!({"advice": {"timeout": 0}}))
            .await;
        assert_eq!(first(&reply)["successful"], true);
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_without_connects_expires() {
    let mut browser = Browser::new(&server("", &[("max-interval", "10s")]));
    let client = browser.session(false).await;
    pass(9.9).await;
    let alive = browser
        .connect(&client, json!({"advice": {"timeout": 1_000}}))
        .await;
    assert_eq!(first(&alive)["successful"], true);
    pass(10.0).await;
    let expired = browser.connect(&client, json!({})).await;
    assert_eq!(first(&expired)["error"], "402::session_unknown");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_away_in_a_held_connect_expires_too() {
    let mut browser = Browser::new(&server("", &[]));
    let client = browser.session(false).await;
    let held = browser.held(&client).await;
    held.abort();
    pass(9.0).await;
    let sessions = browser
        .desk(Method::GET, "sessions", Value::Null)
        .await
        .json();
    assert_eq!(sessions[0]["held"], false);
    pass(2.0).await;
    let sessions = browser
        .desk(Method::GET, "sessions", Value::Null)
        .await
        .json();
    assert_eq!(sessions, json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_second_session_of_the_browser_has_to_poll() {
    let simulator = server("", &[]);
    let mut browser = Browser::new(&simulator);
    let one = browser.session(false).await;
    let other = browser.session(false).await;
    let held = browser.held(&one).await;
    let before = tokio::time::Instant::now();
    let crowded = browser.connect(&other, json!({})).await;
    assert!(before.elapsed().is_zero());
    assert_eq!(
        first(&crowded)["advice"],
        json!({"multiple-clients": true, "interval": 2_000, "reconnect": "retry", "timeout": 60_000})
    );
    assert_eq!(first(&crowded)["successful"], true);
    // A session that polls lives longer by its interval.
    pass(11.0).await;
    assert_eq!(
        first(&browser.connect(&other, json!({})).await)["successful"],
        true
    );
    held.abort();
    pass(0.1).await;
    let before = tokio::time::Instant::now();
    browser.connect(&other, json!({})).await;
    assert_eq!(before.elapsed().as_secs(), 60);
    // Another browser is not concerned, and the limit can be lifted.
    let mut elsewhere = Browser::new(&simulator);
    let third = elsewhere.session(false).await;
    let _held = browser.held(&other).await;
    let before = tokio::time::Instant::now();
    elsewhere.connect(&third, json!({})).await;
    assert_eq!(before.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn the_interval_of_a_crowd_is_taken_back() {
    let mut browser = Browser::new(&server("", &[]));
    let (one, other) = (browser.session(false).await, browser.session(false).await);
    let held = browser.held(&one).await;
    let crowded = browser.connect(&other, json!({})).await;
    assert_eq!(first(&crowded)["advice"]["interval"], 2_000);
    held.abort();
    pass(1.0).await;
    assert_eq!(
        first(&browser.connect(&other, json!({})).await)["advice"],
        RETRY()
    );
    assert_eq!(
        first(&browser.connect(&other, json!({})).await).get("advice"),
        None
    );
}

#[tokio::test(start_paused = true)]
async fn the_server_may_disconnect_by_itself() {
    let mut browser = Browser::new(&server("", &[]));
    let client = browser.session(false).await;
    let held = browser.held(&client).await;
    let wish = json!({"client": client});
    browser
        .desk(Method::POST, "sessions/disconnect", wish)
        .await;
    assert_eq!(
        held.await.unwrap().json(),
        json!([
            {"channel": "/meta/disconnect", "successful": true},
            {"id": "7", "successful": true, "channel": "/meta/connect"},
        ])
    );
    let gone = browser.connect(&client, json!({})).await;
    assert_eq!(first(&gone)["error"], "402::session_unknown");
}

#[tokio::test(start_paused = true)]
async fn the_limit_of_sessions_can_be_lifted() {
    let mut browser = Browser::new(&server("", &[("sessions-per-browser", "unlimited")]));
    let (one, other) = (browser.session(false).await, browser.session(false).await);
    let _held = browser.held(&one).await;
    let before = tokio::time::Instant::now();
    browser.connect(&other, json!({})).await;
    assert_eq!(before.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn disconnect_ends_the_session_and_its_held_connect() {
    let mut browser = Browser::new(&server("", &[]));
    let client = browser.session(false).await;
    let held = browser.held(&client).await;
    let disconnect = json!([{"channel": "/meta/disconnect", "id": "10", "clientId": client}]);
    let reply = browser.bayeux("/disconnect", disconnect).await;
    assert_eq!(
        first(&reply),
        json!({"id": "10", "successful": true, "channel": "/meta/disconnect"})
    );
    let released = held.await.unwrap();
    assert_eq!(
        released.json(),
        json!([{"id": "7", "successful": true, "channel": "/meta/connect"}])
    );
    assert_eq!(
        first(&browser.connect(&client, json!({})).await)["error"],
        "402::session_unknown"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_published_reaches_all_who_listen() {
    let simulator = server("", &[]);
    let (mut one, mut other) = (
        Browser::named(&simulator, "a"),
        Browser::named(&simulator, "b"),
    );
    let (from, to) = (one.session(false).await, other.session(true).await);
    one.bayeux("/", subscribe(&from, "/room/1")).await;
    let several =
        json!([{"channel": "/meta/subscribe", "subscription": ["/room/*", "/y"], "clientId": to}]);
    other.bayeux("/", several).await;
    let held = other.held(&to).await;
    let own = one
        .bayeux("/", publish(&from, "/room/1", &json!("x")))
        .await;
    // Without acknowledgement, the publisher's copy rides on the reply.
    assert_eq!(
        own.json(),
        json!([{"channel": "/room/1", "data": "x"}, {"id": "9", "successful": true, "channel": "/room/1"}])
    );
    let heard = held.await.unwrap().json();
    assert_eq!(heard[0], json!({"channel": "/room/1", "data": "x"}));
    // Nobody listens any more.
    let stop = json!([{"channel": "/meta/unsubscribe", "subscription": "/room/1", "id": "3", "clientId": from}]);
    let stopped = first(&one.bayeux("/", stop).await);
    assert_eq!(
        stopped,
        json!({"id": "3", "subscription": "/room/1", "successful": true, "channel": "/meta/unsubscribe"})
    );
    let silent = one.bayeux("/", publish(&from, "/room/1", &json!(0))).await;
    assert_eq!(silent.json().as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn nobody_speaks_in_the_servers_name() {
    let mut browser = Browser::new(&server("", &[]));
    let client = browser.session(false).await;
    for channel in ["/_genesys", "/meta/other"] {
        let reply = browser
            .bayeux("/", publish(&client, channel, &json!({})))
            .await;
        assert_eq!(first(&reply)["error"], "403::publish_denied", "{channel}");
    }
    for channel in ["/meta/connect", "nonsense"] {
        let reply = first(&browser.bayeux("/", subscribe(&client, channel)).await);
        assert_eq!(reply["error"], "403::subscribe_denied", "{channel}");
        assert_eq!(reply["subscription"], channel);
    }
    let empty = json!([{"channel": "/x", "id": "1", "clientId": client}]);
    assert_eq!(
        first(&browser.bayeux("/", empty).await)["error"],
        "400::data_missing"
    );
}

#[tokio::test(start_paused = true)]
async fn events_stand_where_they_are_wanted() {
    for (order, place) in [("events-first", 2), ("reply-first", 0)] {
        let mut browser = Browser::new(&server("", &[("events", order)]));
        let client = browser.session(true).await;
        browser.bayeux("/", subscribe(&client, "/x")).await;
        browser.bayeux("/", publish(&client, "/x", &json!(1))).await;
        browser.bayeux("/", publish(&client, "/x", &json!(2))).await;
        let reply = browser.connect(&client, json!({})).await.json();
        assert_eq!(reply.as_array().unwrap().len(), 3);
        assert_eq!(reply[place]["channel"], "/meta/connect", "{order}");
    }
}

#[tokio::test(start_paused = true)]
async fn events_can_come_one_by_one() {
    for ack in [true, false] {
        let mut browser = Browser::new(&server("", &[("batch", "one")]));
        let mut other = browser.clone();
        let client = browser.session(ack).await;
        browser.bayeux("/", subscribe(&client, "/x")).await;
        let speaker = other.session(true).await;
        for number in 1..=3 {
            other
                .bayeux("/", publish(&speaker, "/x", &json!(number)))
                .await;
        }
        for number in 1..=3 {
            let reply = browser
                .connect(&client, json!({"ext": {"ack": number}}))
                .await;
            let data = first(&reply)["data"].clone();
            assert_eq!(data, number, "ack {ack}");
            assert_eq!(reply.json().as_array().unwrap().len(), 2);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn ids_may_be_numbers_absent_or_wrong() {
    for (policy, expected) in [
        ("echoed", json!("7")),
        ("missing", Value::Null),
        ("other", json!("8")),
    ] {
        let mut browser = Browser::new(&server("", &[("ids", policy)]));
        let client = browser.session(false).await;
        let reply = browser
            .connect(&client, json!({"advice": {"timeout": 0}}))
            .await;
        assert_eq!(meta(&reply)["id"], expected, "{policy}");
    }
    let mut browser = Browser::new(&server("", &[]));
    let client = browser.session(false).await;
    let reply = browser
        .connect(&client, json!({"id": 12, "advice": {"timeout": 0}}))
        .await;
    assert_eq!(meta(&reply)["id"], 12);
}
