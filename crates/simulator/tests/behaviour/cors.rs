//! Cross-origin calls under each policy.

use axum::http::{Method, StatusCode};

use crate::support::{Browser, Reply, server};

const PAGE: &str = "http://shop.test";

async fn preflight(policy: &str, origin: &str) -> Reply {
    let mut browser = Browser::nameless(&server("", &[("cors", policy)]));
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type,gms_user"),
    ];
    browser
        .send(Method::OPTIONS, "/genesys/cometd/handshake", &headers, "")
        .await
}

async fn call(policy: &str, origin: &str) -> Reply {
    let mut browser = Browser::nameless(&server("", &[("cors", policy)]));
    let headers = [("origin", origin)];
    browser
        .send(
            Method::POST,
            "/genesys/1/service/request-chat",
            &headers,
            "",
        )
        .await
}

#[tokio::test(start_paused = true)]
async fn a_preflight_is_answered_to_those_who_may() {
    for (policy, origin, allowed) in [
        ("off", PAGE, false),
        ("any", PAGE, true),
        ("http://shop.test,https://other.test", PAGE, true),
        ("https://shop.test", PAGE, false),
        ("http://shop.test", "http://shop.test.evil.test", false),
        ("http://shop.test", "null", false),
    ] {
        let reply = preflight(policy, origin).await;
        let expected = allowed.then_some(origin);
        assert_eq!(
            reply.header("access-control-allow-origin"),
            expected,
            "{policy} {origin}"
        );
        assert_eq!(reply.status == StatusCode::NO_CONTENT, allowed);
        if allowed {
            assert_eq!(
                reply.header("access-control-allow-headers"),
                Some("gms_user, content-type")
            );
            assert_eq!(
                reply.header("access-control-allow-credentials"),
                Some("true")
            );
            assert_eq!(reply.header("vary"), Some("Origin"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn replies_can_be_read_by_those_who_may() {
    let allowed = call("any", PAGE).await;
    assert_eq!(allowed.header("access-control-allow-origin"), Some(PAGE));
    assert_eq!(
        allowed.header("access-control-expose-headers"),
        Some("Retry-After")
    );
    for policy in ["off", "http://other.test"] {
        let reply = call(policy, PAGE).await;
        assert_eq!(
            reply.header("access-control-allow-origin"),
            None,
            "{policy}"
        );
        assert_eq!(reply.status, StatusCode::OK);
    }
}

#[tokio::test(start_paused = true)]
async fn a_preflight_is_logged_with_what_it_asks() {
    let simulator = server("", &[("cors", "any")]);
    let mut browser = Browser::nameless(&simulator);
    let headers = [
        ("origin", PAGE),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "gms_user"),
    ];
    browser
        .send(Method::OPTIONS, "/genesys/cometd/", &headers, "")
        .await;
    let entry = simulator.log().last(1).remove(0);
    assert_eq!(entry.method, "OPTIONS");
    assert_eq!(entry.asked_headers.as_deref(), Some("gms_user"));
    assert_eq!(entry.origin.as_deref(), Some(PAGE));
}
