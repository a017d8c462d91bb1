//! The example configurations in `deploy/`, each run by the real server in front of the simulator.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod site;

use std::time::Duration;

use gms_chat_doctor::{Options, Verdict, examine};
use gms_chat_protocol::chat::Delivery;
use site::{KINDS, Kind, Site};

/// What a proxy on the same machine may add.
const AT_ONCE: u64 = 1_000;

/// The whole examination, with chats; `hold` is that of the server.
async fn examined(kind: Kind, hold: &str, wish: impl FnOnce(&mut Options)) -> Site {
    let site = Site::behind(kind, hold).await;
    let mut options = site.wishes();
    // The gateway's business here.
    options.user_id = None;
    options.timeout = Duration::from_secs(30);
    wish(&mut options);
    let report = examine(&options, |_| ()).await;
    assert_eq!(report.worst(), Verdict::Ok, "{kind:?}: {:#?}", report.rows);
    for row in &report.rows {
        if let Some(millis) = millis(&row.seen) {
            assert!(millis < AT_ONCE, "{kind:?}: {row}");
        }
    }
    site
}

/// The number of milliseconds that a row names.
fn millis(seen: &str) -> Option<u64> {
    let (before, _) = seen.split_once(" ms")?;
    before.rsplit(' ').next()?.parse().ok()
}

async fn is_well_with_chats(kind: Kind) {
    let site = examined(kind, "2s", |options| {
        options.chats = vec![Delivery::Cometd, Delivery::Poll];
    })
    .await;
    let log = site.gms.simulator().log().last(1_000);
    let cometd: Vec<_> = log
        .iter()
        .filter(|entry| entry.path.contains("/cometd"))
        .collect();
    assert!(cometd.len() > 5 && cometd.iter().all(|entry| entry.gms_user));
}

#[tokio::test]
async fn through_nginx_all_is_well_and_events_come_at_once() {
    is_well_with_chats(Kind::Nginx).await;
}

#[tokio::test]
async fn through_haproxy_all_is_well_and_events_come_at_once() {
    is_well_with_chats(Kind::Haproxy).await;
}

#[tokio::test]
async fn through_caddy_all_is_well_and_events_come_at_once() {
    is_well_with_chats(Kind::Caddy).await;
}

#[tokio::test]
async fn a_hold_above_the_servers_own_limits_is_not_cut() {
    let patient = |kind| examined(kind, "64s", |_| ());
    let [nginx, haproxy, caddy] = KINDS.map(patient);
    tokio::join!(nginx, haproxy, caddy);
}

#[tokio::test]
async fn a_page_cannot_take_another_visitors_name() {
    for kind in KINDS {
        let site = Site::behind(kind, "60s").await;
        let shake = r#"[{"channel":"/meta/handshake","version":"1.0","supportedConnectionTypes":["long-polling"],"id":"1"}]"#;
        let told = site
            .ask(&format!(
                "POST /genesys/cometd/handshake HTTP/1.1\r\nhost: localhost\r\ngms_user: victim\r\n\
                 content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{shake}",
                shake.len()
            ))
            .await;
        assert!(told.starts_with("HTTP/1.1 200"), "{kind:?}: {told}");
        let cookies: Vec<_> = told
            .lines()
            .filter(|line| line.to_ascii_lowercase().starts_with("set-cookie"))
            .collect();
        assert_eq!(cookies.len(), 2, "{kind:?}: {told}");
        for cookie in cookies {
            let cookie = cookie.to_ascii_lowercase();
            for attribute in ["httponly", "secure", "samesite=lax"] {
                assert!(cookie.contains(attribute), "{kind:?}: {cookie}");
            }
        }
        let sessions = site
            .ask_gms(
                "GET /desk/api/sessions HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
            )
            .await;
        assert!(sessions.contains("\"user\""), "{kind:?}: {sessions}");
        assert!(!sessions.contains("victim"), "{kind:?}: {sessions}");
    }
}

#[tokio::test]
async fn the_widgets_files_are_compressed_and_cached_as_their_names_allow() {
    for kind in KINDS {
        let site = Site::behind(kind, "60s").await;
        for (file, cache) in [
            ("gms-chat.js", "public, max-age=600"),
            (
                "gms-chat-0123456789abcdef.js",
                "public, max-age=31536000, immutable",
            ),
            (
                "gms-chat-0123456789abcdef.wasm",
                "public, max-age=31536000, immutable",
            ),
        ] {
            let told = site
                .ask(&format!(
                    "GET /chat/{file} HTTP/1.1\r\nhost: localhost\r\naccept-encoding: gzip\r\nconnection: close\r\n\r\n"
                ))
                .await;
            let head = told
                .split("\r\n\r\n")
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase();
            for line in [
                &format!("cache-control: {cache}"),
                "content-encoding: gzip",
                "x-content-type-options: nosniff",
            ] {
                assert!(head.contains(line), "{kind:?} {file}: {line} in {head}");
            }
            if file.ends_with("wasm") {
                assert!(
                    head.contains("content-type: application/wasm"),
                    "{kind:?}: {head}"
                );
            }
        }
    }
}

#[tokio::test]
async fn nginx_without_our_line_loses_the_header_and_the_doctor_says_so() {
    let line = "proxy_set_header   gms_user $gms_user;";
    let site = Site::without(Kind::Nginx, line).await;
    let mut options = site.wishes();
    options.quick = true;
    let report = examine(&options, |_| ()).await;
    let found: Vec<_> = report.rows.iter().filter_map(|row| row.finding).collect();
    assert_eq!(
        found,
        [gms_chat_doctor::Finding::GmsUser],
        "{:#?}",
        report.rows
    );
}
