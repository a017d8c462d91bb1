//! The agent desk: its API, action by action, and its page.

use axum::http::{Method, StatusCode};
use gms_chat_simulator::Scenario;
use serde_json::{Value, json};

use crate::support::{Browser, Reply, pass, pushed, server};

async fn act(browser: &mut Browser, id: &str, action: &str, body: Value) -> Reply {
    browser
        .desk(Method::POST, &format!("chats/{id}/{action}"), body)
        .await
}

async fn view(browser: &mut Browser, what: &str) -> Value {
    browser.desk(Method::GET, what, Value::Null).await.json()
}

#[tokio::test(start_paused = true)]
async fn a_person_answers_by_hand() {
    let mut browser = Browser::new(&server("", &[]));
    let client = browser.session(false).await;
    let id = browser.chat("&notify_by=comet&tier=gold").await;
    for (action, body) in [
        ("join", json!({"name": "Kim"})),
        ("type", json!({"name": "Kim"})),
        ("pause", json!({"name": "Kim"})),
        ("say", json!({"name": "Kim", "text": "Hello\n<b>you</b>"})),
        (
            "push",
            json!({"name": "Kim", "url": "https://example.com/"}),
        ),
        (
            "send",
            json!({"name": "Kim", "type": "Notice.Custom", "text": "x||Y"}),
        ),
        ("join", json!({"name": "Sam", "role": "EXTERNAL"})),
        ("transfer", json!({"name": "Kim", "to": "Anna"})),
        ("leave", json!({"name": "Sam"})),
        ("end", json!({"name": "Anna"})),
    ] {
        let reply = act(&mut browser, &id, action, body).await;
        assert_eq!(
            (reply.status, reply.json()),
            (StatusCode::OK, json!({"ok": true})),
            "{action}"
        );
    }
    let reply = browser.connect(&client, json!({})).await;
    assert_eq!(
        pushed(&reply),
        [
            "2 Notice.Joined|Kim|has joined the session",
            "3 Notice.TypingStarted|Kim|is typing",
            "4 Notice.TypingStopped|Kim|stopped typing",
            "5 Message.Text|Kim|Hello\n<b>you</b>",
            "6 Notice.PushUrl|Kim|https://example.com/",
            "7 Notice.Custom|Kim|x||Y",
            "8 Notice.Joined|Sam|has joined the session",
            "9 Notice.Left|Kim|has left the session",
            "10 Notice.Joined|Anna|has joined the session",
            "11 Notice.Left|Sam|has left the session",
            "12 Notice.Left|Anna|has left the session"
        ]
    );
    let chat = view(&mut browser, "chats").await[0].clone();
    assert_eq!(chat["chat"]["phase"], "over");
    assert_eq!(chat["chat"]["why"], "agent");
    assert_eq!(chat["chat"]["events"][7]["role"], "EXTERNAL");
    assert!(
        chat["chat"]["fields"]
            .as_array()
            .unwrap()
            .contains(&json!(["tier", "gold"]))
    );
}

#[tokio::test(start_paused = true)]
async fn one_chat_is_shown_among_many() {
    let mut browser = Browser::new(&server("", &[]));
    browser.chat("").await;
    let id = browser.chat("&subject=mine").await;
    act(&mut browser, &id, "join", json!({"name": "Kim"})).await;
    let shown = view(&mut browser, &format!("chats/{id}")).await;
    assert_eq!(shown["service"], json!(id));
    assert_eq!(shown["chat"]["events"][1]["name"], "Kim");
    assert_eq!(view(&mut browser, "chats/nobody").await, Value::Null);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_possible_is_told() {
    let mut browser = Browser::nameless(&server("", &[]));
    let id = browser.chat("").await;
    for (chat, action, body, status) in [
        (
            "nobody",
            "join",
            json!({"name": "Kim"}),
            StatusCode::NOT_FOUND,
        ),
        ("nobody", "accept", json!({}), StatusCode::NOT_FOUND),
        (
            &id,
            "say",
            json!({"name": "Kim", "text": "x"}),
            StatusCode::CONFLICT,
        ),
        (&id, "join", json!({"name": "  "}), StatusCode::BAD_REQUEST),
        (&id, "join", json!([1]), StatusCode::BAD_REQUEST),
        (&id, "join", json!({"name": "Kim"}), StatusCode::OK),
        (&id, "say", json!({"name": "Kim"}), StatusCode::BAD_REQUEST),
        (&id, "dance", json!({"name": "Kim"}), StatusCode::NOT_FOUND),
        (&id, "end", json!({}), StatusCode::OK),
        (
            &id,
            "say",
            json!({"name": "Kim", "text": "x"}),
            StatusCode::CONFLICT,
        ),
    ] {
        let reply = act(&mut browser, chat, action, body.clone()).await;
        assert_eq!(reply.status, status, "{action} {body}");
        if status != StatusCode::OK {
            assert!(reply.json()["error"].as_str().unwrap().ends_with('.'));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_delayed_service_is_accepted_at_the_desk() {
    let mut browser = Browser::nameless(&server("available: at the desk", &[]));
    let id = browser.service("request-chat-poll").await;
    pass(600.0).await;
    let early = browser.post(&format!("{id}/ixn/chat"), "subject=x").await;
    assert_eq!(early.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(view(&mut browser, "chats").await[0]["stage"], "queued");
    act(&mut browser, &id, "accept", Value::Null).await;
    let status = browser.post(&format!("{id}/status"), "").await.json();
    assert_eq!(status["message"]["_status"], "available");
}

#[tokio::test(start_paused = true)]
async fn news_come_as_soon_as_there_are_any() {
    let simulator = server("", &[]);
    let mut browser = Browser::nameless(&simulator);
    let first = view(&mut browser, "state").await;
    let path = format!("state?after={}", first["revision"]);
    let begin = tokio::time::Instant::now();
    let quiet = view(&mut browser, &path).await;
    assert_eq!(begin.elapsed().as_secs(), 25);
    assert_eq!(quiet["revision"], first["revision"]);
    let waiting = tokio::spawn({
        let mut desk = browser.clone();
        let path = path.clone();
        async move { view(&mut desk, &path).await }
    });
    pass(3.0).await;
    let id = browser.chat("").await;
    let news = waiting.await.unwrap();
    assert_eq!(news["chats"][0]["service"], id);
    let revision = view(&mut browser, "state").await["revision"].clone();
    let begin = tokio::time::Instant::now();
    view(&mut browser, &format!("state?after={revision}&wait=2")).await;
    assert_eq!(begin.elapsed().as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn switches_are_changed_while_the_server_runs() {
    let mut browser = Browser::new(&server("", &[]));
    let set = json!({"name": "hold", "value": "3s"});
    assert_eq!(
        browser.desk(Method::POST, "switches", set).await.status,
        StatusCode::OK
    );
    let client = browser.session(false).await;
    let begin = tokio::time::Instant::now();
    browser.connect(&client, json!({})).await;
    assert_eq!(begin.elapsed().as_secs(), 3);
    let switches = view(&mut browser, "switches").await;
    let hold = switches
        .as_array()
        .unwrap()
        .iter()
        .find(|switch| switch["name"] == "hold")
        .unwrap();
    assert_eq!(hold["value"], "3s");
    for wrong in [
        json!({"name": "hold", "value": "long"}),
        json!({"name": "x", "value": ""}),
        json!({}),
    ] {
        let reply = browser.desk(Method::POST, "switches", wrong).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test(start_paused = true)]
async fn scenarios_are_changed_for_later_chats() {
    let mut browser = Browser::nameless(&server("", &[]));
    let names = view(&mut browser, "scenarios").await;
    assert_eq!(names.as_array().unwrap().len(), Scenario::names().count());
    let own = json!({"text": "external R: Robo\nset: hold 9s\nfault: send:status=500:1\nwhen the chat starts\n R joins"});
    assert_eq!(
        browser.desk(Method::POST, "scenarios", own).await.status,
        StatusCode::OK
    );
    browser.chat("").await;
    let state = view(&mut browser, "state").await;
    assert_eq!(
        state["chats"][0]["chat"]["present"],
        json!([{"name": "Robo", "role": "EXTERNAL"}])
    );
    assert_eq!(state["faults"][0]["fault"], "send:status=500:1");
    assert_eq!(state["scenario"], "own");
    let built_in = json!({"name": "transfer"});
    assert_eq!(
        browser
            .desk(Method::POST, "scenarios", built_in)
            .await
            .status,
        StatusCode::OK
    );
    assert_eq!(view(&mut browser, "state").await["scenario"], "transfer");
    for wrong in [json!({"name": "nothing"}), json!({"text": "when it rains"})] {
        let reply = browser.desk(Method::POST, "scenarios", wrong).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test(start_paused = true)]
async fn sessions_are_forgotten_and_the_server_restarted() {
    let mut browser = Browser::new(&server("", &[("sessions-per-browser", "unlimited")]));
    let (one, other) = (browser.session(false).await, browser.session(true).await);
    let id = browser.chat("&notify_by=comet").await;
    let held = browser.held(&one).await;
    browser
        .desk(Method::POST, "sessions/forget", json!({"client": one}))
        .await;
    let told = held.await.unwrap().json();
    assert_eq!(told[0]["error"], "402::session_unknown");
    assert_eq!(told[0]["advice"]["reconnect"], "handshake");
    let sessions = view(&mut browser, "sessions").await;
    assert_eq!(
        sessions,
        json!([{"client": other, "user": "user-1", "held": false, "ack": true}])
    );
    browser
        .desk(Method::POST, "restart", json!({"chats": "kept"}))
        .await;
    assert_eq!(view(&mut browser, "sessions").await, json!([]));
    assert_eq!(
        browser.operate(&id, "refresh", "").await.status,
        StatusCode::OK
    );
    browser
        .desk(Method::POST, "restart", json!({"chats": "lost"}))
        .await;
    assert_eq!(
        browser.operate(&id, "refresh", "").await.status,
        StatusCode::NOT_FOUND
    );
    let wrong = browser
        .desk(Method::POST, "restart", json!({"chats": "eaten"}))
        .await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(start_paused = true)]
async fn the_log_tells_of_requests_and_of_no_secret() {
    let mut browser = Browser::new(&server("", &[]));
    let client = browser.session(false).await;
    let id = browser.chat("").await;
    browser
        .operate(&id, "send?_verbose=true", "message=confidential")
        .await;
    let held = browser.held(&client).await;
    let log = view(&mut browser, "log?last=100").await;
    let entries = log.as_array().unwrap();
    assert_eq!(entries[0]["routes"], json!(["handshake", "cometd"]));
    assert_eq!(
        (&entries[0]["gmsUser"], &entries[0]["browserCookie"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(entries[1]["browserCookie"], true);
    let send = &entries[5];
    assert_eq!(
        (&send["routes"], &send["outcome"]),
        (&json!(["send"]), &json!(200))
    );
    assert_eq!(
        (&send["query"], &send["bodyLength"]),
        (&json!("_verbose"), &json!(20))
    );
    assert_eq!(
        send["contentType"],
        "application/x-www-form-urlencoded; charset=UTF-8"
    );
    let connect = entries.last().unwrap();
    assert_eq!(
        (&connect["outcome"], &connect["took"]),
        (&json!("open"), &Value::Null)
    );
    assert!(!log.to_string().contains("confidential"));
    pass(5.0).await;
    held.abort();
    pass(1.0).await;
    let log = view(&mut browser, "log?last=1").await;
    assert_eq!(
        (&log[0]["outcome"], &log[0]["took"]),
        (&json!("aborted"), &json!(5_000))
    );
    browser.desk(Method::DELETE, "log", Value::Null).await;
    assert_eq!(view(&mut browser, "log").await, json!([]));
}

#[tokio::test(start_paused = true)]
async fn pages_of_other_origins_may_not_use_the_desk() {
    let mut browser = Browser::nameless(&server("", &[]));
    let ask = |origin: &'static str| [("host", "127.0.0.1:8080"), ("origin", origin)];
    for (origin, status) in [
        ("http://127.0.0.1:8080", StatusCode::OK),
        ("http://evil.test", StatusCode::FORBIDDEN),
        ("http://127.0.0.1:9090", StatusCode::FORBIDDEN),
        ("null", StatusCode::FORBIDDEN),
    ] {
        let reply = browser
            .send(Method::DELETE, "/desk/api/faults", &ask(origin), "")
            .await;
        assert_eq!(reply.status, status, "{origin}");
        assert_eq!(reply.header("access-control-allow-origin"), None);
    }
}

#[tokio::test(start_paused = true)]
async fn the_page_comes_with_a_strict_policy() {
    let mut browser = Browser::nameless(&server("", &[]));
    for (path, kind) in [
        ("/agent", "text/html; charset=utf-8"),
        ("/agent/desk.js", "text/javascript; charset=utf-8"),
        ("/agent/desk.css", "text/css; charset=utf-8"),
    ] {
        let reply = browser.send(Method::GET, path, &[], "").await;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
        assert_eq!(reply.header("content-type"), Some(kind));
        let policy = reply.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'"));
    }
    // Nothing on the page may read text as HTML.
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/desk")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for word in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
        ] {
            assert!(!text.contains(word), "{word}");
        }
    }
}
