//! REST in poll mode: services, chats, forms, errors, and every way of writing the replies.

use axum::http::{Method, StatusCode};
use gms_chat_simulator::{Simulator, options::Service};
use serde_json::{Value, json};

use crate::support::{Browser, events, options, pass, server};

const GREETING: &str = "when the chat starts\n wait 14s\n Kristi joins\n wait 8s\n Kristi types\n wait 1s\n \
                        Kristi says: Hello {nickname}";

fn poller(simulator: &Simulator) -> Browser {
    Browser::nameless(simulator)
}

#[tokio::test(start_paused = true)]
async fn a_basic_service_is_created() {
    let mut browser = poller(&server("", &[]));
    let plain = browser
        .post("request-chat", "_verbose=false&tier=gold")
        .await;
    assert_eq!(plain.status, StatusCode::OK);
    assert_eq!(
        plain.header("content-type"),
        Some("application/json;charset=UTF-8")
    );
    assert_eq!(plain.header("cache-control"), Some("no-cache, no-store"));
    assert_eq!(plain.json().as_object().unwrap().len(), 1);

    let verbose = browser.post("request-chat?_verbose=true", "").await.json();
    let id = verbose["_id"].as_str().unwrap();
    let url = format!("/genesys/1/service/{id}/ixn/chat");
    assert_eq!(verbose["_chatIxnAPI-CREATE-URL"], url);
    assert_eq!(verbose.get("_data_id"), None);
}

#[tokio::test(start_paused = true)]
async fn a_service_of_a_named_user_tells_its_data_id() {
    let mut browser = Browser::new(&server("", &[]));
    let verbose = browser.post("request-chat", "_verbose=true").await.json();
    assert!(verbose["_data_id"].as_str().unwrap().starts_with("429-"));
}

#[tokio::test(start_paused = true)]
async fn any_configured_name_will_do_and_no_other() {
    let mut options = options("", &[]);
    options.services.push(Service::basic("sales-chat"));
    let mut browser = poller(&Simulator::new(options));
    assert_eq!(browser.post("sales-chat", "").await.status, StatusCode::OK);
    let unknown = browser.post("other-chat", "").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert_eq!(
        unknown.json(),
        json!({"message": "Service other-chat is not configured", "exception": "com.genesyslab.gsg.services.ServiceNotFoundException"})
    );
}

#[tokio::test(start_paused = true)]
async fn a_chat_is_created_as_in_the_examples() {
    let mut browser = poller(&server("", &[]));
    let id = browser.service("request-chat").await;
    let path = format!("{id}/ixn/chat");
    let plain = browser.post(&path, "subject=French").await.json();
    let session = plain["chatSessionId"].as_str().unwrap().to_owned();
    assert_eq!(
        plain,
        json!({"chatIxnState": "CONNECTED", "chatSessionId": session, "transcriptPosition": 1,
            "chatServiceMessage": "Chat service is available"})
    );
    // The first reply may have been lost: the same chat is told again.
    let again = browser
        .post(&path, "subject=French&_verbose=true")
        .await
        .json();
    assert_eq!(again["chatSessionId"], session);
    assert_eq!(again["transcriptPosition"], "1");
    for (name, operation) in [
        ("_chatIxnAPI_SEND_URL", "send"),
        ("_chatIxnAPI_REFRESH_URL", "refresh"),
        ("_chatIxnAPI_START_TYPING_URL", "startTyping"),
        ("_chatIxnAPI_STOP_TYPING_URL", "stopTyping"),
        ("_chatIxnAPI_DISCONNECT_URL", "disconnect"),
        ("_chatIxnAPI_SEND_CUSTOM_URL", "customNotice"),
        (
            "_chatIxnAPI_REFRESH_FROM_START_URL",
            "refresh?transcriptPosition=1",
        ),
    ] {
        assert_eq!(
            again[name],
            format!("/genesys/1/service/{id}/ixn/chat/{operation}")
        );
    }
    for name in [
        "userId",
        "secureKey",
        "chatServerHost",
        "chatWebApiPort",
        "clientTimeZoneOffset",
    ] {
        assert!(again[name].is_string(), "{name}");
    }
    assert_eq!(again["isTLSrequired"], "false");
}

#[tokio::test(start_paused = true)]
async fn a_position_at_the_creation_brings_the_transcript() {
    let mut browser = poller(&server("when the chat starts\n Kristi joins", &[]));
    let id = browser.service("request-chat").await;
    let reply = browser
        .post(&format!("{id}/ixn/chat"), "subject=x&transcriptPosition=0")
        .await
        .json();
    assert_eq!(reply["chatIxnState"], "TRANSCRIPT");
    assert_eq!(
        events(&reply),
        ["Notice.Joined|127.0.0.1|has joined the session"]
    );
    pass(1.0).await;
    let form = "subject=x&transcriptPosition=1";
    let again = browser.post(&format!("{id}/ixn/chat"), form).await.json();
    assert_eq!(
        events(&again),
        ["Notice.Joined|Kristi Sippola|has joined the session"]
    );
}

#[tokio::test(start_paused = true)]
async fn values_that_are_missing_or_wrong_are_answered_415() {
    let mut browser = poller(&server("", &[]));
    let id = browser.chat("").await;
    let fresh = browser.service("request-chat").await;
    for (path, form, message) in [
        (
            format!("{fresh}/ixn/chat"),
            "firstName=A",
            "Parameter subject is missing",
        ),
        (
            format!("{fresh}/ixn/chat"),
            "subject=",
            "Parameter subject is missing",
        ),
        (
            format!("{fresh}/ixn/chat"),
            "subject=x&notify_by=email",
            "Parameter notify_by is email: only comet is supported",
        ),
        (
            format!("{id}/ixn/chat/send"),
            "",
            "Parameter message is missing",
        ),
        (
            format!("{id}/ixn/chat/customNotice"),
            "message=",
            "Parameter message is missing",
        ),
        (
            format!("{id}/ixn/chat/refresh"),
            "transcriptPosition=abc",
            "Parameter transcriptPosition is abc: not a number",
        ),
    ] {
        let reply = browser.post(&path, form).await;
        assert_eq!(
            reply.status,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "{path} {form}"
        );
        assert_eq!(reply.json()["message"], message);
        assert_eq!(
            reply.json()["exception"],
            "com.genesyslab.gsg.services.IllegalArgumentException"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_services_and_methods_are_refused() {
    let mut browser = poller(&server("", &[]));
    let reply = browser.operate("nobody", "refresh", "").await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
    assert_eq!(
        reply.json()["exception"],
        "com.genesyslab.gsg.services.ServiceNotFoundException"
    );
    let id = browser.service("request-chat").await;
    assert_eq!(
        browser.operate(&id, "refresh", "").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        browser.operate(&id, "dance", "").await.status,
        StatusCode::NOT_FOUND
    );
    let status = browser.post(&format!("{id}/status"), "").await;
    assert_eq!(status.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let get = browser
        .send(Method::GET, "/genesys/1/service/request-chat", &[], "")
        .await;
    assert_eq!(get.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test(start_paused = true)]
async fn multipart_and_query_parameters_count_too() {
    let mut browser = poller(&server("", &[]));
    let id = browser.chat("").await;
    let kind = [("content-type", "multipart/form-data; boundary=XyZ")];
    let body = "--XyZ\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\nline 1\r\nline 2 & 🎉\r\n--XyZ--\r\n";
    let path = format!("/genesys/1/service/{id}/ixn/chat/send?transcriptPosition=1");
    let reply = browser.send(Method::POST, &path, &kind, body).await.json();
    assert_eq!(
        events(&reply),
        ["Message.Text|VasyaP|line 1\r\nline 2 & 🎉"]
    );
    let path = format!(
        "/genesys/1/service/{id}/ixn/chat/refresh?message=hello%20agent&transcriptPosition=2"
    );
    let reply = browser.send(Method::POST, &path, &[], "").await.json();
    assert_eq!(events(&reply), ["Message.Text|VasyaP|hello agent"]);
    let json = [("content-type", "application/json")];
    let refused = browser.send(Method::POST, &path, &json, "{}").await;
    assert_eq!(refused.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test(start_paused = true)]
async fn nicknames_follow_what_the_visitor_tells() {
    let mut browser = poller(&server("", &[]));
    for (form, nickname) in [
        ("firstName=Vasya&lastName=Pupkin", "VasyaP"),
        ("firstName=Vasya", "Vasya"),
        ("lastName=Pupkin", "Pupkin"),
        ("firstName=Vasya&userDisplayName=Captain", "Captain"),
        ("FirstName=John&LastName=Harry", "127.0.0.1"),
    ] {
        let id = browser.service("request-chat").await;
        let form = format!("subject=x&{form}&transcriptPosition=0");
        let reply = browser.post(&format!("{id}/ixn/chat"), &form).await.json();
        assert_eq!(reply["transcriptToShow"][0][1], nickname, "{form}");
    }
}

#[tokio::test(start_paused = true)]
async fn polling_brings_what_is_new() {
    let mut browser = poller(&server(GREETING, &[]));
    let id = browser.chat("").await;
    let nothing = browser
        .operate(&id, "refresh", "transcriptPosition=1")
        .await
        .json();
    assert_eq!(nothing["transcriptToShow"], json!([]));
    assert_eq!(nothing["transcriptPosition"], "1");
    pass(30.0).await;
    let reply = browser
        .operate(&id, "refresh", "transcriptPosition=1")
        .await
        .json();
    assert_eq!(reply["chatIxnState"], "TRANSCRIPT");
    assert_eq!(reply["transcriptPosition"], "4");
    assert_eq!(
        reply["transcriptToShow"],
        json!([
            [
                "Notice.Joined",
                "Kristi Sippola",
                "has joined the session",
                "14",
                "AGENT"
            ],
            [
                "Notice.TypingStarted",
                "Kristi Sippola",
                "is typing",
                "22",
                "AGENT"
            ],
            [
                "Message.Text",
                "Kristi Sippola",
                "Hello VasyaP",
                "23",
                "AGENT"
            ],
        ])
    );
    // The reply may have been lost: the same position brings the same events.
    let again = browser
        .operate(&id, "refresh", "transcriptPosition=1")
        .await
        .json();
    assert_eq!(again["transcriptToShow"], reply["transcriptToShow"]);
    let later = browser
        .operate(&id, "refresh", "transcriptPosition=3")
        .await
        .json();
    assert_eq!(events(&later), ["Message.Text|Kristi Sippola|Hello VasyaP"]);
    let beyond = browser
        .operate(&id, "refresh", "transcriptPosition=99")
        .await
        .json();
    assert_eq!(beyond["transcriptToShow"], json!([]));
    let iso = reply["startedAt"].as_str().unwrap();
    assert!(iso.len() == 20 && iso.ends_with('Z'), "{iso}");
}

#[tokio::test(start_paused = true)]
async fn without_a_position_only_news_since_the_last_reply_come() {
    let mut browser = poller(&server(
        "when the visitor writes\n Robo joins\n Robo says: Yes?",
        &[],
    ));
    let id = browser.chat("").await;
    let first = browser.operate(&id, "refresh", "").await.json();
    assert_eq!(first.get("transcriptToShow"), None);
    let own = browser.operate(&id, "refresh", "message=aaa").await.json();
    assert_eq!(events(&own), ["Message.Text|VasyaP|aaa"]);
    pass(1.0).await;
    let news = browser.operate(&id, "refresh", "").await.json();
    assert_eq!(
        events(&news),
        [
            "Notice.Joined|Bot|has joined the session",
            "Message.Text|Bot|Yes?"
        ]
    );
    assert_eq!(news["transcriptToShow"][1][4], "EXTERNAL");
    assert_eq!(
        browser
            .operate(&id, "refresh", "")
            .await
            .json()
            .get("transcriptToShow"),
        None
    );
}

#[tokio::test(start_paused = true)]
async fn typing_takes_positions_and_is_answered_as_in_the_examples() {
    let mut browser = poller(&server("", &[]));
    let id = browser.chat("").await;
    pass(5.0).await;
    let typing = browser.operate(&id, "startTyping", "").await.json();
    let started = typing["startedAt"].clone();
    assert_eq!(
        typing,
        json!({"chatIxnState": "TRANSCRIPT", "transcriptPosition": "2", "startedAt": started,
            "chatServiceMessage": "Chat service is available",
            "transcriptToShow": [["Notice.TypingStarted", "VasyaP", "is typing", "5", "CLIENT"]]})
    );
    pass(2.0).await;
    let stopped = browser.operate(&id, "stopTyping", "").await.json();
    assert_eq!(stopped["transcriptPosition"], "3");
    assert_eq!(
        stopped["transcriptToShow"],
        json!([[
            "Notice.TypingStopped",
            "VasyaP",
            "stopped typing",
            "7",
            "CLIENT"
        ]])
    );
    let notice = browser
        .operate(&id, "customNotice", "message=a%7C%7CB")
        .await
        .json();
    assert_eq!(events(&notice), ["Notice.Custom|VasyaP|a||B"]);
}

#[tokio::test(start_paused = true)]
async fn the_visitor_disconnects() {
    let mut browser = poller(&server("", &[]));
    let id = browser.chat("").await;
    let plain = browser.operate(&id, "disconnect", "").await.json();
    assert_eq!(
        plain,
        json!({"chatIxnState": "DISCONNECTED", "transcriptPosition": "1", "chatServiceMessage": "Chat was finished"})
    );
    let again = browser
        .operate(&id, "disconnect", "_verbose=true")
        .await
        .json();
    assert_eq!(again["chatIxnState"], "DISCONNECTED");
    assert!(again["chatSessionId"].is_string());
    // What is sent afterwards is not part of the chat.
    let late = browser
        .operate(&id, "send", "message=late&transcriptPosition=1")
        .await
        .json();
    assert_eq!(late["chatIxnState"], "DISCONNECTED");
    assert_eq!(events(&late), ["Notice.Left|VasyaP|has left the session"]);
    let create = browser.post(&format!("{id}/ixn/chat"), "subject=x").await;
    assert_eq!(create.status, StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test(start_paused = true)]
async fn an_agents_end_is_told_with_the_last_events() {
    let mut browser = poller(&server(
        "when the chat starts\n Kristi joins\n Kristi says: Bye\n Kristi ends the chat",
        &[],
    ));
    let id = browser.chat("").await;
    let reply = browser
        .operate(&id, "refresh", "transcriptPosition=2")
        .await
        .json();
    assert_eq!(reply["chatIxnState"], "DISCONNECTED");
    assert_eq!(reply["chatServiceMessage"], "Chat was finished");
    assert_eq!(
        events(&reply),
        [
            "Message.Text|Kristi Sippola|Bye",
            "Notice.Left|Kristi Sippola|has left the session"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn an_ended_chat_may_answer_with_an_exception() {
    let mut browser = poller(&server(
        "when the chat starts\n server ends the chat",
        &[("after-end", "exception")],
    ));
    let id = browser.chat("").await;
    let reply = browser.operate(&id, "refresh", "").await;
    assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(
        reply.json(),
        json!({"message": "Chat session does not exist",
            "exception": "com.genesyslab.gsg.services.chat.ChatSessionException"})
    );
}

async fn spoken(settings: &[(&str, &str)]) -> Value {
    let script = "when the chat starts\n Kristi joins\n Kristi types\n Kristi pauses";
    let mut browser = poller(&server(script, settings));
    let id = browser.chat("").await;
    browser
        .operate(&id, "refresh", "transcriptPosition=2")
        .await
        .json()
}

#[tokio::test(start_paused = true)]
async fn replies_can_be_written_in_other_ways() {
    let numbers = spoken(&[("numbers", "numbers")]).await;
    assert_eq!(numbers["transcriptPosition"], 4);
    let quoted = spoken(&[("transcript", "quoted")]).await;
    let inner: Value = serde_json::from_str(quoted["transcriptToShow"].as_str().unwrap()).unwrap();
    assert_eq!(inner[0][0], "Notice.TypingStarted");
    let short = spoken(&[("typing-names", "short")]).await;
    assert_eq!(short["transcriptToShow"][0][0], "Notice.TypingStart");
    assert_eq!(short["transcriptToShow"][1][0], "Notice.TypingStop");
    let indexed = spoken(&[("event-index", "on")]).await;
    assert_eq!(indexed["transcriptToShow"][0][5], 3);
    assert_eq!(indexed["transcriptToShow"][1][5], 4);
}

#[tokio::test(start_paused = true)]
async fn a_delayed_service_waits_for_its_agent() {
    let mut browser = poller(&server("available: after 10s", &[("retry-after", "5s")]));
    let id = browser.service("request-chat-poll").await;
    assert_eq!(id.len(), 32);
    let status = browser.post(&format!("{id}/status"), "").await.json();
    assert_eq!(
        status,
        json!({"message": {"_id": id, "_status": "waiting", "_dialog": "waiting_for_agent.html"},
            "tag": format!("a2c.advanced.service.statuschanged.{id}")})
    );
    for path in ["ixn/chat", "ixn/chat/refresh"] {
        let early = browser.post(&format!("{id}/{path}"), "subject=x").await;
        assert_eq!(early.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(early.body, b"");
        assert_eq!(early.header("retry-after"), Some("5"));
    }
    pass(10.0).await;
    let status = browser.post(&format!("{id}/status"), "").await.json();
    assert_eq!(
        status,
        json!({"message": {"_id": id, "_status": "available", "_dialog": "agent_available.html"},
            "tag": format!("a2c.advanced.service.agentavailable.{id}")})
    );
    let chat = browser
        .post(&format!("{id}/ixn/chat"), "subject=x")
        .await
        .json();
    assert_eq!(
        chat,
        json!({"chatIxnState": "CONNECTED", "transcriptPosition": "1",
            "chatServiceMessage": "Chat service is available"})
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_may_not_be_endless() {
    let mut browser = poller(&server("", &[]));
    let reply = browser.post("request-chat", &"a".repeat(2_000_000)).await;
    assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE);
}
