//! From `open` to the first held connect, and the end: what goes over the wire, and in which order.
#![allow(clippy::panic, reason = "a test fails by panicking")]

#[path = "support/bayeux_peer.rs"]
mod bayeux_peer;

use bayeux_peer::*;
use gms_chat_protocol::bayeux::{Config, Event, Farewell, Fault, Reason};
use gms_chat_protocol::{Failure, Lane};
use serde_json::{Value, json};

#[test]
fn the_sequence_of_the_vendors_trace() {
    let mut peer = Peer::opened();
    peer.grant();
    peer.accept();
    peer.answer(&[]);
    let requests = peer.requests();
    let bodies: Vec<&str> = requests
        .iter()
        .map(|sent| sent.request.body.as_str())
        .collect();
    assert_eq!(
        bodies,
        [
            r#"[{"version":"1.0","minimumVersion":"0.9","channel":"/meta/handshake","supportedConnectionTypes":["long-polling"],"advice":{"timeout":60000,"interval":0},"ext":{"ack":true},"id":"1"}]"#,
            r#"[{"channel":"/meta/subscribe","subscription":"/_genesys","id":"2","clientId":"client-1"}]"#,
            r#"[{"channel":"/meta/connect","connectionType":"long-polling","advice":{"timeout":0},"id":"3","clientId":"client-1","ext":{"ack":0}}]"#,
            r#"[{"channel":"/meta/connect","connectionType":"long-polling","id":"4","clientId":"client-1","ext":{"ack":0}}]"#,
        ]
    );
    let urls: Vec<&str> = requests
        .iter()
        .map(|sent| sent.request.url.as_str())
        .collect();
    let base = "/genesys/cometd/";
    assert_eq!(
        urls,
        [
            format!("{base}handshake"),
            base.to_owned(),
            format!("{base}connect"),
            format!("{base}connect")
        ]
    );
    assert!(requests.iter().all(|sent| !sent.request.keepalive));
}

#[test]
fn a_configuration_without_ack_never_mentions_it() {
    let mut peer = Peer::opened_with(
        Config {
            ack: false,
            ..config()
        },
        1,
    );
    peer.get_ready();
    // Even though the server's handshake reply had `ext.ack`, as GMS's has.
    assert!(peer.connect().last().get("ext").is_none());
    assert!(!peer.connect().request.body.contains("ext"));
}

#[test]
fn ready_is_told_when_subscribed_and_connected_in_whichever_order() {
    let mut peer = Peer::opened();
    peer.grant();
    peer.accept();
    assert_eq!(peer.events(), []);
    peer.answer(&[]);
    assert_eq!(peer.events(), [Event::Ready { renewed: false }]);

    let mut peer = Peer::opened();
    peer.grant();
    peer.answer(&[]);
    assert_eq!(peer.events(), []);
    assert!(
        peer.holds(),
        "the subscription does not hold up the long poll"
    );
    peer.accept();
    assert_eq!(peer.events(), [Event::Ready { renewed: false }]);
}

#[test]
fn subscribe_and_first_connect_travel_side_by_side() {
    let mut peer = Peer::opened();
    assert_eq!(peer.lanes(), [Lane::Meta]);
    peer.grant();
    assert_eq!(peer.lanes(), [Lane::Meta, Lane::Connect]);
    assert_eq!(
        peer.sent(),
        ["/meta/handshake", "/meta/subscribe", "/meta/connect"]
    );
}

#[test]
fn a_second_open_is_ignored_while_the_first_lasts() {
    let mut peer = Peer::opened();
    peer.session.open(peer.now);
    peer.drain();
    assert_eq!(peer.sent(), ["/meta/handshake"]);
    peer.grant();
    peer.session.open(peer.now);
    peer.drain();
    peer.get_ready();
    peer.session.open(peer.now);
    peer.drain();
    assert_eq!(peer.sent(), [] as [&str; 0]);
}

#[test]
fn a_handshake_reply_without_a_client_id_is_a_failure() {
    for client_id in [Value::Null, json!(""), json!(17), json!({})] {
        let mut peer = Peer::opened();
        peer.grant_with(json!({ "clientId": client_id }));
        let expected = "a clientId in the reply to /meta/handshake";
        assert_eq!(peer.faults(), [(Fault::Malformed { expected }, false)]);
        assert!(peer.is_asked("/meta/handshake"), "and is tried again");
        peer.get_ready();
        assert!(peer.holds());
    }
}

#[test]
fn a_server_without_long_polling_ends_the_session() {
    let mut peer = Peer::opened();
    peer.grant_with(json!({ "supportedConnectionTypes": ["websocket", "callback-polling"] }));
    assert_eq!(peer.end(), Some(Reason::NoCommonTransport));
    peer.advance(secs(600));
    assert_eq!(peer.sent(), ["/meta/handshake"]);
}

#[test]
fn fayes_refusal_for_lack_of_a_connection_type_ends_the_session() {
    let mut peer = Peer::opened();
    let advice = json!({ "reconnect": "handshake" });
    peer.refuse(
        "/meta/handshake",
        json!({ "error": "301:websocket:Connection types not supported", "advice": advice }),
    );
    assert_eq!(peer.end(), Some(Reason::NoCommonTransport));
}

#[test]
fn a_handshake_reply_without_a_list_of_types_is_taken_at_its_word() {
    let mut peer = Peer::opened();
    peer.grant_with(json!({ "supportedConnectionTypes": null }));
    assert!(peer.is_asked("/meta/connect"));
}

#[test]
fn a_denied_handshake_with_advice_none_ends_the_session_until_it_is_opened_again() {
    let mut peer = Peer::opened();
    let denied = json!({ "error": "403::Handshake denied", "advice": { "reconnect": "none" } });
    peer.refuse("/meta/handshake", denied);
    let error = Some("403::Handshake denied".to_owned());
    assert_eq!(peer.end(), Some(Reason::Advised { error }));
    peer.advance(secs(600));
    assert_eq!(peer.sent(), ["/meta/handshake"]);
    peer.open();
    peer.get_ready();
    assert!(peer.holds());
}

#[test]
fn events_in_the_handshake_reply_are_delivered_whatever_their_announced_number() {
    let mut peer = Peer::opened();
    let reply = json!({
        "channel": "/meta/handshake", "id": "1", "successful": true, "clientId": "client-1",
        "supportedConnectionTypes": ["long-polling"], "x-messages": 5,
    });
    peer.reply_to("/meta/handshake", &ok(&json!([reply, event(1), event(2)])));
    assert_eq!(peer.deliveries(), [json!(1), json!(2)]);
    peer.get_ready();
    assert!(peer.holds(), "nobody waits for the three that are missing");
}

#[test]
fn events_in_the_subscribe_reply_are_delivered() {
    let mut peer = Peer::opened_without_ack();
    peer.grant();
    let reply = json!({ "channel": "/meta/subscribe", "id": "2", "successful": true });
    peer.reply_to(
        "/meta/subscribe",
        &ok(&json!([event("a"), reply, event("b")])),
    );
    assert_eq!(peer.deliveries(), [json!("a"), json!("b")]);
}

#[test]
fn a_refused_subscription_is_final() {
    let mut peer = Peer::opened();
    peer.grant();
    peer.answer(&[]);
    peer.refuse(
        "/meta/subscribe",
        json!({ "error": "403:/_genesys:subscription_denied" }),
    );
    let error = "403::subscription_denied".to_owned();
    assert_eq!(peer.end(), Some(Reason::Denied { error }));
    assert_eq!(peer.cancelled().len(), 1, "the held connect is let go");
    peer.forget();
    peer.advance(secs(600));
    assert_eq!(peer.sent(), [] as [&str; 0]);
}

#[test]
fn a_subscription_that_the_server_could_not_make_is_tried_again() {
    let failures: [fn(&mut Peer); 6] = [
        |peer| peer.reply_to("/meta/subscribe", &status(500)),
        |peer| peer.fail("/meta/subscribe", Failure::Network),
        |peer| peer.reply_to("/meta/subscribe", &text("[]")),
        |peer| peer.refuse("/meta/subscribe", json!({ "error": "500::internal" })),
        |peer| {
            peer.refuse(
                "/meta/subscribe",
                json!({ "error": "403::x", "advice": { "reconnect": "retry" } }),
            )
        },
        |peer| {
            peer.advance(secs(10));
        },
    ];
    for fail in failures {
        let mut peer = Peer::opened();
        peer.grant();
        peer.answer(&[]);
        peer.forget();
        fail(&mut peer);
        assert_eq!(peer.faults().len(), 1);
        peer.advance(secs(2));
        peer.accept();
        assert_eq!(
            peer.events(),
            [Event::Recovered, Event::Ready { renewed: false }]
        );
        assert!(peer.holds());
    }
}

#[test]
fn a_subscription_unknown_to_the_server_asks_the_connect_for_proof() {
    let mut peer = Peer::opened();
    peer.grant();
    peer.answer(&[]);
    peer.forget();
    peer.refuse(
        "/meta/subscribe",
        json!({ "error": "402::session_unknown" }),
    );
    assert_eq!(peer.cancelled().len(), 1);
    assert!(peer.connect().asks_for_proof());
    assert!(
        !peer.is_asked("/meta/handshake"),
        "the connect's answer decides, not the other lane"
    );
    peer.answer(&[]);
    peer.advance(secs(2));
    peer.accept();
    assert!(matches!(
        peer.events()[..],
        [Event::Trouble { .. }, Event::Recovered, Event::Ready { .. }]
    ));
}

#[test]
fn a_chat_that_is_over_unsubscribes_and_disconnects() {
    let mut peer = Peer::ready();
    peer.close(Farewell::Over);
    assert_eq!(peer.cancelled().len(), 1, "the held connect is let go");
    let requests = peer.requests();
    assert_eq!(
        requests[0].request.body,
        r#"[{"channel":"/meta/unsubscribe","subscription":"/_genesys","id":"5","clientId":"client-1"},{"channel":"/meta/disconnect","id":"6","clientId":"client-1"}]"#
    );
    assert!(!requests[0].request.keepalive);
    assert_eq!(peer.end(), Some(Reason::Closed));
    let farewell = json!([
        { "channel": "/meta/unsubscribe", "id": "5", "successful": true },
        { "channel": "/meta/disconnect", "id": "6", "successful": true },
    ]);
    peer.reply_to("/meta/disconnect", &ok(&farewell));
    assert_eq!(peer.wake(), None);
}

#[test]
fn a_page_that_leaves_says_how_far_it_has_read_in_a_request_that_outlives_it() {
    let mut peer = Peer::ready();
    peer.close(Farewell::Leaving { position: Some(17) });
    let requests = peer.requests();
    assert_eq!(
        requests[0].request.body,
        r#"[{"channel":"/meta/disconnect","id":"5","clientId":"client-1","ext":{"transcriptPosition":"17"}}]"#
    );
    assert!(requests[0].request.keepalive);
    assert!(requests[0].request.body.len() < 150);
}

#[test]
fn closing_before_a_client_id_is_known_sends_nothing() {
    let mut peer = Peer::opened();
    peer.close(Farewell::Leaving { position: None });
    assert_eq!(peer.sent(), ["/meta/handshake"]);
    assert_eq!(peer.cancelled().len(), 1);
    assert_eq!(peer.end(), Some(Reason::Closed));
    assert_eq!(peer.wake(), None);
}

#[test]
fn closing_ends_in_time_even_when_the_server_does_not_answer() {
    let mut peer = Peer::ready();
    peer.close(Farewell::Over);
    assert_eq!(peer.wait(), secs(10));
    peer.advance(secs(10));
    assert_eq!(peer.cancelled().len(), 2);
    assert_eq!(peer.wake(), None);
    assert!(peer.lanes().is_empty());
}

#[test]
fn after_the_end_by_the_server_one_farewell_is_still_possible() {
    let mut peer = Peer::ready();
    let none = peer.good_with(json!({ "advice": { "reconnect": "none" } }));
    peer.answer_exactly(&[none]);
    peer.forget();
    peer.close(Farewell::Over);
    peer.close(Farewell::Over);
    assert_eq!(peer.sent(), ["/meta/disconnect"]);
    assert_eq!(peer.events(), [], "the end has been told");
    peer.reply_to("/meta/disconnect", &status(500));
    peer.close(Farewell::Over);
    assert_eq!(peer.sent(), [] as [&str; 0]);
}

#[test]
fn opening_while_the_farewell_is_under_way_waits_for_it() {
    let mut peer = Peer::ready();
    peer.close(Farewell::Over);
    peer.open();
    assert_eq!(peer.sent(), ["/meta/disconnect"]);
    peer.reply_to("/meta/disconnect", &status(200));
    peer.advance(secs(2));
    assert_eq!(peer.sent(), ["/meta/handshake"]);
    peer.get_ready();
    assert_eq!(peer.connect().last()["clientId"], "client-2");
}

#[test]
fn closing_again_before_that_handshake_cancels_the_opening() {
    let mut peer = Peer::ready();
    peer.close(Farewell::Over);
    peer.open();
    peer.forget();
    peer.close(Farewell::Over);
    assert_eq!(peer.end(), Some(Reason::Closed));
    peer.reply_to("/meta/disconnect", &status(200));
    peer.advance(secs(60));
    assert_eq!(peer.sent(), [] as [&str; 0]);
}

#[test]
fn a_session_opened_anew_is_not_called_a_renewal() {
    let mut peer = Peer::ready();
    peer.close(Farewell::Over);
    peer.reply_to("/meta/disconnect", &status(200));
    peer.advance(secs(5));
    peer.forget();
    peer.open();
    peer.grant();
    peer.accept();
    peer.answer(&[]);
    assert_eq!(peer.events(), [Event::Ready { renewed: false }]);
}

#[test]
fn types_are_appended_to_the_url_where_it_can_be_extended() {
    let table = [
        ("/genesys/cometd", "/genesys/cometd/handshake"),
        ("/genesys/cometd/", "/genesys/cometd/handshake"),
        (
            "https://chat.example.com/genesys/cometd",
            "https://chat.example.com/genesys/cometd/handshake",
        ),
        (
            "https://chat.example.com",
            "https://chat.example.com/handshake",
        ),
        (
            "https://chat.example.com/v1.2/cometd",
            "https://chat.example.com/v1.2/cometd/handshake",
        ),
        (
            "https://chat.example.com/cometd.jsp",
            "https://chat.example.com/cometd.jsp",
        ),
        ("/cometd.jsp", "/cometd.jsp"),
        ("/cometd?tenant=1", "/cometd?tenant=1"),
        ("/cometd#1", "/cometd#1"),
        ("cometd", "cometd/handshake"),
    ];
    for (url, expected) in table {
        let mut session = gms_chat_protocol::bayeux::Session::new(Config::new(url), 1);
        session.open(gms_chat_protocol::Moment::from_millis(0));
        let gms_chat_protocol::bayeux::Output::Send(_, request) = session.poll_output() else {
            panic!("a handshake is sent");
        };
        assert_eq!(request.url, expected);
    }
}

#[test]
fn types_are_not_appended_when_that_is_switched_off() {
    let config = Config {
        append_type: false,
        ..Config::new("/genesys/cometd")
    };
    let mut session = gms_chat_protocol::bayeux::Session::new(config, 1);
    session.open(gms_chat_protocol::Moment::from_millis(0));
    let gms_chat_protocol::bayeux::Output::Send(_, request) = session.poll_output() else {
        panic!("a handshake is sent");
    };
    assert_eq!(request.url, "/genesys/cometd");
    assert_eq!(request.gms_user, None);
}

#[test]
fn names_are_quoted_for_json() {
    let mut peer = Peer::opened();
    let strange = "a\"b\\c\u{1}\n\u{2028}é";
    let reply = json!([{ "channel": "/meta/handshake", "successful": true, "clientId": strange }]);
    peer.reply_to("/meta/handshake", &ok(&reply));
    assert_eq!(peer.connect().last()["clientId"], strange);
}
