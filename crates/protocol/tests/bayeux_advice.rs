//! The server's advice: obeyed where it is sane, and nowhere else.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/bayeux_peer.rs"]
mod bayeux_peer;

use bayeux_peer::*;
use gms_chat_protocol::bayeux::{Event, Fault, Reason};
use gms_chat_protocol::{Failure, PageEvent};
use serde_json::{Value, json};

/// A ready session whose connect has just been answered well, with this advice.
fn advised(advice: &Value) -> Peer {
    let mut peer = Peer::ready();
    let good = peer.good_with(json!({ "advice": advice }));
    peer.answer_exactly(&[good]);
    peer
}

/// A ready session whose connect has just been refused, with this advice.
fn refused(error: &str, advice: &Value) -> Peer {
    let mut peer = Peer::ready();
    peer.refuse("/meta/connect", json!({ "error": error, "advice": advice }));
    peer
}

#[test]
fn none_after_a_good_connect_is_how_gms_ends_a_chat() {
    let mut peer = Peer::ready();
    let none = peer.good_with(json!({ "advice": { "reconnect": "none" } }));
    peer.answer_exactly(&[event("bye"), none]);
    let end = Event::Ended(Reason::Advised { error: None });
    assert_eq!(peer.events(), [Event::Delivery(json!("bye").into()), end]);
}

#[test]
fn none_holds_until_the_application_asks_again() {
    let mut peer = advised(&json!({ "reconnect": "none" }));
    peer.forget();
    for page in [
        PageEvent::Offline,
        PageEvent::Online,
        PageEvent::Hidden,
        PageEvent::Visible,
    ] {
        peer.page(page);
        peer.check();
        peer.advance(secs(3600));
        peer.sleep(secs(3600));
    }
    assert_eq!(peer.sent(), [] as [&str; 0]);
    assert_eq!(peer.events(), []);
    peer.open();
    peer.get_ready();
    assert!(peer.holds());
}

#[test]
fn none_with_a_refusal_tells_the_error() {
    let mut peer = refused(
        "402:client-1:Unknown client",
        &json!({ "reconnect": "none" }),
    );
    let error = Some("402::Unknown client".to_owned());
    assert_eq!(peer.end(), Some(Reason::Advised { error }));
}

#[test]
fn none_in_the_handshake_reply_or_the_subscribe_reply_ends_the_session() {
    let none = json!({ "advice": { "reconnect": "none" } });
    let mut peer = Peer::opened();
    peer.grant_with(none.clone());
    assert_eq!(peer.end(), Some(Reason::Advised { error: None }));

    let mut peer = Peer::opened();
    peer.grant();
    let reply = json!({ "channel": "/meta/subscribe", "successful": true });
    peer.reply_to("/meta/subscribe", &ok(&json!([with(reply, none.clone())])));
    assert_eq!(peer.end(), Some(Reason::Advised { error: None }));

    let mut peer = Peer::opened();
    peer.grant();
    peer.refuse("/meta/subscribe", with(json!({ "error": "403::x" }), none));
    assert_eq!(
        peer.end(),
        Some(Reason::Advised {
            error: Some("403::x".to_owned())
        })
    );
}

#[test]
fn handshake_after_a_good_connect_renews_the_session() {
    let mut peer = advised(&json!({ "reconnect": "handshake", "interval": 500 }));
    assert!(!peer.is_asked("/meta/handshake"));
    assert_eq!(peer.wait(), millis(500));
    peer.advance(millis(500));
    peer.get_ready();
    assert_eq!(peer.connect().last()["clientId"], "client-2");
}

#[test]
fn handshake_after_every_good_connect_is_obeyed_ever_more_slowly() {
    let mut peer = advised(&json!({ "reconnect": "handshake" }));
    let mut gaps = Vec::new();
    for _ in 0..6 {
        let before = peer.now;
        while !peer.is_asked("/meta/handshake") {
            peer.advance_to_timer();
        }
        gaps.push(peer.now.since(before));
        peer.grant();
        let again = peer.good_with(json!({ "advice": { "reconnect": "handshake" } }));
        peer.answer_exactly(&[again]);
    }
    assert!(gaps.last().unwrap() >= &secs(12), "{gaps:?}");
}

#[test]
fn an_unknown_word_is_a_retry() {
    for word in [
        json!("reconnect"),
        json!("RETRY"),
        json!(""),
        json!(1),
        json!(null),
        json!({}),
    ] {
        let peer = advised(&json!({ "reconnect": word }));
        assert!(peer.holds(), "{word}");
        let mut peer = refused("500::x", &json!({ "reconnect": word }));
        peer.advance(secs(2));
        assert!(peer.connect().asks_for_proof(), "{word}");
    }
}

#[test]
fn an_unknown_word_beside_an_unknown_client_leaves_it_to_the_error() {
    let mut peer = refused("402::session_unknown", &json!({ "reconnect": "restart" }));
    peer.advance(secs(2));
    assert!(peer.is_asked("/meta/handshake"));
}

#[test]
fn advice_goes_before_the_error() {
    let mut peer = refused("402::session_unknown", &json!({ "reconnect": "retry" }));
    peer.advance(secs(2));
    assert!(peer.is_asked("/meta/connect"));
    let mut peer = refused("500::overloaded", &json!({ "reconnect": "handshake" }));
    peer.advance(secs(2));
    assert!(peer.is_asked("/meta/handshake"));
}

#[test]
fn the_interval_passes_between_two_connects() {
    let mut peer = advised(&json!({ "reconnect": "retry", "interval": 2000 }));
    assert_eq!(peer.wait(), secs(2));
    peer.advance(millis(1999));
    assert!(!peer.is_asked("/meta/connect"));
    peer.advance(millis(1));
    assert!(peer.holds());
}

#[test]
fn the_interval_is_added_to_the_backoff() {
    let peer = refused("500::x", &json!({ "reconnect": "retry", "interval": 3000 }));
    assert_eq!(
        peer.wait(),
        secs(3),
        "the first retry of an outage costs no backoff"
    );
    let mut peer = peer;
    peer.advance(secs(3));
    peer.refuse(
        "/meta/connect",
        json!({ "error": "500::x", "advice": { "interval": 3000 } }),
    );
    assert!((millis(3750)..=millis(4250)).contains(&peer.wait()));
}

#[test]
fn nothing_undercuts_the_interval() {
    let mut peer = advised(&json!({ "interval": 60_000 }));
    peer.forget();
    for page in [PageEvent::Visible, PageEvent::Offline, PageEvent::Online] {
        peer.page(page);
        peer.check();
    }
    peer.advance(millis(59_999));
    assert_eq!(peer.sent(), [] as [&str; 0]);
    peer.advance(millis(1));
    assert_eq!(peer.sent(), ["/meta/connect"]);
}

#[test]
fn a_negative_interval_means_to_stop() {
    for interval in [
        json!(-1),
        json!(-1.5),
        json!("-1"),
        json!(i64::MIN),
        json!(-1e300),
    ] {
        let mut peer = advised(&json!({ "interval": interval }));
        assert_eq!(
            peer.end(),
            Some(Reason::Advised { error: None }),
            "{interval}"
        );
        let mut peer = refused(
            "500::x",
            &json!({ "reconnect": "retry", "interval": interval }),
        );
        assert_eq!(
            peer.end(),
            Some(Reason::Advised {
                error: Some("500::x".to_owned())
            })
        );
    }
}

#[test]
fn a_huge_interval_is_what_a_timer_can_hold() {
    for interval in [
        json!(3_000_000_000_u64),
        json!(u64::MAX),
        json!(1e300),
        json!("99999999999"),
    ] {
        let peer = advised(&json!({ "interval": interval }));
        assert_eq!(peer.wait(), millis(i32::MAX as u64), "{interval}");
    }
}

#[test]
fn numbers_may_come_as_decimal_strings_and_nothing_else() {
    let table = [
        (json!("400"), 10_400),
        (json!(" 400 "), 10_400),
        (json!(400), 10_400),
        (json!(400.9), 10_400),
        (json!(0), 10_000),
        (json!("4e2"), 70_000),
        (json!("4x"), 70_000),
        (json!(""), 70_000),
        (json!(true), 70_000),
        (json!(null), 70_000),
        (json!([400]), 70_000),
        (json!({ "timeout": 400 }), 70_000),
        (json!(-5), 70_000),
        (json!(u64::MAX), i32::MAX as u64 + 10_000),
    ];
    for (timeout, deadline) in table {
        let peer = advised(&json!({ "timeout": timeout }));
        assert_eq!(peer.wait(), millis(deadline), "{timeout}");
    }
    let peer = advised(&json!({ "interval": "100" }));
    assert_eq!(peer.wait(), millis(100));
}

#[test]
fn advice_for_the_transport_goes_before_advice_for_all() {
    let peer =
        advised(&json!({ "timeout": 1000, "interval": 5, "long-polling": { "timeout": 2000 } }));
    assert_eq!(peer.wait(), millis(5));
    let mut peer = peer;
    peer.advance(millis(5));
    assert_eq!(peer.wait(), secs(12));
    let mut peer =
        advised(&json!({ "reconnect": "retry", "long-polling": { "reconnect": "none" } }));
    assert_eq!(peer.end(), Some(Reason::Advised { error: None }));
    let peer = advised(&json!({ "timeout": 1000, "long-polling": { "timeout": "soon" } }));
    assert_eq!(peer.wait(), secs(11), "what makes no sense is not specific");
    let peer =
        advised(&json!({ "timeout": 1000, "long-polling": 7, "websocket": { "timeout": 5 } }));
    assert_eq!(peer.wait(), secs(11));
}

#[test]
fn newer_advice_replaces_older_as_a_whole() {
    let mut peer = advised(&json!({ "timeout": 20_000 }));
    assert_eq!(peer.wait(), secs(30));
    peer.advance(secs(5));
    peer.answer(&[]);
    assert_eq!(peer.wait(), secs(30), "no advice changes nothing");
    let good = peer.good_with(json!({ "advice": { "interval": 0 } }));
    peer.answer_exactly(&[good]);
    assert_eq!(
        peer.wait(),
        secs(70),
        "what it does not mention is the default"
    );
}

#[test]
fn advice_that_is_no_object_is_no_advice() {
    for advice in [json!("none"), json!(["none"]), json!(0), json!(null)] {
        let peer = advised(&advice);
        assert!(peer.holds());
    }
}

#[test]
fn advice_of_an_event_is_not_ours() {
    let mut peer = Peer::ready();
    let sly = with(
        event("x"),
        json!({ "advice": { "reconnect": "none", "interval": 9000, "timeout": 1 } }),
    );
    peer.answer(&[sly]);
    assert!(peer.holds());
    assert_eq!(peer.wait(), secs(70));
    assert_eq!(peer.end(), None);
}

#[test]
fn advice_does_not_survive_a_handshake() {
    let mut peer = refused(
        "402::x",
        &json!({ "reconnect": "handshake", "timeout": 5000, "interval": 100 }),
    );
    peer.advance(secs(1));
    peer.get_ready();
    assert_eq!(peer.wait(), secs(70), "the new session has said nothing");
    assert!(peer.holds());
}

#[test]
fn handshake_advice_in_a_good_handshake_reply_does_not_loop() {
    let mut peer = Peer::opened();
    peer.grant_with(json!({ "advice": { "reconnect": "handshake" } }));
    assert!(peer.connect().asks_for_proof());
}

#[test]
fn a_refused_handshake_without_advice_is_tried_again() {
    let mut peer = Peer::opened();
    peer.refuse("/meta/handshake", json!({ "error": "500::busy" }));
    assert!(
        peer.is_asked("/meta/handshake"),
        "the first retry is immediate"
    );
    peer.refuse(
        "/meta/handshake",
        json!({ "error": "500::busy", "advice": { "reconnect": "retry", "interval": 4000 } }),
    );
    assert!((millis(4750)..=millis(5250)).contains(&peer.wait()));
}

#[test]
fn several_clients_of_one_browser_are_told_once_and_the_interval_is_kept() {
    let advice = json!({ "reconnect": "retry", "multiple-clients": true, "interval": 2000 });
    let mut peer = advised(&advice);
    assert_eq!(peer.events(), [Event::MultipleClients]);
    for _ in 0..20 {
        assert_eq!(peer.wait(), secs(2));
        peer.advance(secs(2));
        let good = peer.good_with(json!({ "advice": advice }));
        peer.answer_exactly(&[good]);
    }
    assert_eq!(peer.events(), []);
    peer.advance(secs(2));
    let alone = peer.good_with(json!({ "advice": { "interval": 0 } }));
    peer.answer_exactly(&[alone]);
    assert_eq!(
        peer.wait(),
        secs(2),
        "the server did not hold this one either"
    );
}

#[test]
fn a_server_that_allows_one_client_only_ends_the_other() {
    let mut peer = refused(
        "408::multiple",
        &json!({ "multiple-clients": true, "reconnect": "none", "interval": -1 }),
    );
    assert!(matches!(
        peer.events()[..],
        [Event::MultipleClients, Event::Ended(Reason::Advised { .. })]
    ));
}

#[test]
fn hosts_are_not_followed() {
    let mut peer = advised(&json!({ "hosts": ["https://evil.example/cometd"] }));
    assert!(matches!(&peer.events()[..], [Event::Diagnostic(text)] if text.contains("hosts")));
    assert!(peer.holds());
}

#[test]
fn max_interval_says_when_a_retry_of_the_session_is_of_no_use_any_more() {
    let mut peer = advised(&json!({ "timeout": 5000, "interval": 0, "maxInterval": 4000 }));
    peer.forget();
    let mut connects = 0;
    while !peer.is_asked("/meta/handshake") {
        if peer.is_asked("/meta/connect") {
            connects += 1;
            peer.fail("/meta/connect", Failure::Network);
        } else {
            peer.advance_to_timer();
        }
    }
    // Retries after about 0, 1, 3 and 7 s; the next would have been at 15 s.
    assert_eq!(connects, 5);
    assert!(
        peer.faults()
            .iter()
            .all(|(fault, _)| *fault == Fault::Unreachable)
    );
    peer.get_ready();
    assert!(peer.holds());
}

#[test]
fn without_max_interval_the_session_is_asked_for_ever() {
    for max_interval in [json!(null), json!(0), json!(-1)] {
        let mut peer = advised(&json!({ "timeout": 1000, "maxInterval": max_interval }));
        for _ in 0..10 {
            if peer.is_asked("/meta/connect") {
                peer.fail("/meta/connect", Failure::Network);
            }
            peer.advance_to_timer();
        }
        assert!(peer.is_asked("/meta/connect"));
    }
}
