//! CometD: its path, header, channel and cookie, and polls that are held.

use std::time::Duration;

use gms_chat_doctor::{Address, Finding, Options};

use crate::support::{Act, Middle, codes, is_held, look, seen, simulator};

fn of_shop(options: &mut Options) {
    options.origin = Some(Address::parse("http://shop.example").unwrap());
}

#[tokio::test]
async fn cometd_is_somewhere_else() {
    let server = simulator(&[], &[]).await;
    let report = look(&server, |options| options.comet_path = "/comet".to_owned()).await;
    let told = seen(&report, Finding::CometPath);
    assert_eq!(told, "status 405 @ POST /genesys/comet/handshake");
}

#[tokio::test]
async fn a_gateway_passes_the_path_and_nothing_below_it() {
    let server = simulator(&[], &[]).await;
    let middle = Middle::before(Some(server.address()), |request| {
        if request.starts_with("POST /genesys/cometd/") {
            Act::Answer("404 Not Found", String::new())
        } else {
            Act::Pass
        }
    })
    .await;
    let report = middle.look(|_| ()).await;
    assert_eq!(codes(&report), ["append-type"]);
    assert!(seen(&report, Finding::AppendType).ends_with("/cometd/handshake"));
    let report = middle.look(|options| options.append_type = false).await;
    assert_eq!(codes(&report), [""; 0]);
}

#[tokio::test]
async fn the_header_gms_user_gets_lost() {
    let server = simulator(&[], &[]).await;
    // As nginx does without `underscores_in_headers`.
    let drops = |_: &str| Act::Rewrite("gms_user:", "x-lost:");
    let middle = Middle::before(Some(server.address()), drops).await;
    let told = seen(&middle.look(|_| ()).await, Finding::GmsUser);
    assert!(told.starts_with("status 415: "), "{told}");
    assert!(told.ends_with("/cometd/handshake"), "{told}");
}

/// Answers messages of this kind in the server's place.
async fn answering(kind: &'static str, body: &'static str) -> Vec<&'static str> {
    let server = simulator(&[], &[]).await;
    let middle = Middle::before(Some(server.address()), move |request| {
        if request.contains(kind) {
            Act::Answer("200 OK", body.to_owned())
        } else {
            Act::Pass
        }
    })
    .await;
    codes(&middle.look(|_| ()).await)
}

#[tokio::test]
async fn cometd_refuses() {
    let no = r#"[{"channel":"/meta/handshake","successful":false,"error":"403::no"}]"#;
    assert_eq!(answering("/meta/handshake", no).await, ["bayeux-refused"]);
    let other = r#"[{"channel":"/meta/handshake","successful":true,"clientId":"a","ext":{"ack":true},
        "version":"1.0","supportedConnectionTypes":["websocket"]}]"#;
    let found = answering("/meta/handshake", other).await;
    assert_eq!(found, ["cookie-missing", "no-long-polling"]);
    let no = r#"[{"channel":"/meta/subscribe","successful":false,"error":"403::denied","subscription":"/_genesys"}]"#;
    assert_eq!(answering("/meta/subscribe", no).await, ["channel-refused"]);
}

#[tokio::test]
async fn the_cookie_is_looked_at_as_a_browser_does() {
    for (cookie, attributes, expected) in [
        ("off", "", &["cookie-missing"][..]),
        (
            "required",
            "Path=/other",
            &["cookie-withheld", "session-lost"],
        ),
        (
            "required",
            "Domain=gms.internal",
            &["cookie-withheld", "session-lost"],
        ),
        ("required", "SameSite=Strict", &[]),
    ] {
        let server = simulator(
            &[("cookie", cookie), ("cookie-attributes", attributes)],
            &[],
        )
        .await;
        assert_eq!(
            codes(&look(&server, |_| ()).await),
            expected,
            "{attributes}"
        );
    }
}

#[tokio::test]
async fn across_sites_the_cookie_needs_more() {
    for (attributes, expected) in [
        ("", &["cookie-cross-site", "session-lost"][..]),
        ("SameSite=None; Secure", &["cookie-partitioned"]),
        ("SameSite=None; Secure; Partitioned", &[]),
    ] {
        let switches = [("cors", "any"), ("cookie-attributes", attributes)];
        let server = simulator(&switches, &[]).await;
        assert_eq!(
            codes(&look(&server, of_shop).await),
            expected,
            "{attributes}"
        );
    }
}

#[tokio::test]
async fn no_acknowledgement() {
    let server = simulator(&[("ack", "off")], &[]).await;
    assert_eq!(codes(&look(&server, |_| ()).await), ["ack-off"]);
}

#[tokio::test]
async fn a_server_that_takes_every_session_for_a_further_tab() {
    let told = r#"[{"channel":"/meta/connect","successful":true,
        "advice":{"reconnect":"retry","interval":2000,"timeout":60000,"multiple-clients":true}}]"#;
    let server = simulator(&[], &[]).await;
    let middle = Middle::before(Some(server.address()), move |request| {
        if request.contains("/meta/connect") {
            Act::Answer("200 OK", told.to_owned())
        } else {
            Act::Pass
        }
    })
    .await;
    let report = middle
        .look(|options| options.timeout = Duration::from_secs(1))
        .await;
    assert!(report.has(Finding::MultipleClients), "{:#?}", report.rows);
}

/// The findings of a patient examination with this done to polls that are held.
async fn holding(hold: &str, quick: bool, act: fn() -> Act) -> Vec<&'static str> {
    let server = simulator(&[("hold", hold)], &[]).await;
    let middle = Middle::before(Some(server.address()), move |request| {
        if is_held(request) { act() } else { Act::Pass }
    })
    .await;
    let wish = |options: &mut Options| {
        options.quick = quick;
        options.timeout = Duration::from_secs(3);
    };
    codes(&middle.look(wish).await)
}

#[tokio::test]
async fn a_proxy_cuts_held_polls() {
    let cut = || Act::Cut(Duration::from_millis(300));
    assert_eq!(holding("2s", false, cut).await, ["hold-cut"]);
    let gone = || Act::Answer("504 Gateway Timeout", String::new());
    assert_eq!(holding("2s", false, gone).await, ["hold-cut"]);
}

#[tokio::test]
async fn a_firewall_forgets_held_polls() {
    assert_eq!(
        holding("100ms", false, || Act::Swallow).await,
        ["hold-lost"]
    );
    assert_eq!(
        holding("60s", true, || Act::Swallow).await,
        ["not-released"]
    );
}

#[tokio::test]
async fn somebody_answers_polls_instead_of_holding_them() {
    let at_once = || {
        let body = r#"[{"channel":"/meta/connect","successful":true}]"#;
        Act::Answer("200 OK", body.to_owned())
    };
    assert_eq!(holding("60s", false, at_once).await, ["hold-short"]);
}

#[tokio::test]
async fn somebody_keeps_answers_back() {
    let late = || Act::Late(Duration::from_millis(2_500));
    assert_eq!(holding("60s", true, late).await, ["answer-delayed"]);
}
