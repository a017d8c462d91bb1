//! The official JavaScript client's own test-suite, as far as it is about long polling.
//!
//! Each test is named after the number that `docs/conformance.md` gives to its model, and does with a
//! scripted server what the model does with Jetty. Where a model is about something that this client
//! leaves to REST or to the page, the document says so.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "support/bayeux_peer.rs"]
mod bayeux_peer;

use bayeux_peer::*;
use gms_chat_protocol::bayeux::{Config, Event, Farewell, Fault, Output, Reason};
use gms_chat_protocol::{Failure, PageEvent};
use serde_json::{Value, json};

/// The gaps between the requests on `channel` while `fail` answers each of them.
fn gaps(peer: &mut Peer, channel: &str, count: usize, fail: fn(&mut Peer, &str)) -> Vec<u64> {
    let mut gaps = Vec::new();
    while gaps.len() < count {
        let before = peer.now;
        fail(peer, channel);
        while !peer.is_asked(channel) {
            peer.advance_to_timer();
        }
        gaps.push(peer.now.since(before).as_millis() as u64);
    }
    gaps
}

/// Whether waits grow as this client's do: none, then about 1, 2, 4 … seconds.
fn grow(gaps: &[u64]) -> bool {
    let about = |(gap, seconds): (&u64, u64)| (750 * seconds..=1250 * seconds + 1).contains(gap);
    gaps[0] == 0 && gaps[1..].iter().zip([1, 2, 4, 8]).all(about)
}

#[test]
fn t1_multiple_handshakes() {
    let mut peer = Peer::opened();
    for _ in 0..3 {
        peer.session.open(peer.now);
        peer.drain();
    }
    peer.get_ready();
    peer.session.open(peer.now);
    peer.drain();
    assert_eq!(peer.sent(), [] as [&str; 0]);
    peer.close(Farewell::Over);
    peer.reply_to("/meta/disconnect", &text("[]"));
    peer.forget();
    peer.advance(secs(2));
    peer.open();
    assert_eq!(peer.sent(), ["/meta/handshake"]);
}

#[test]
fn t2_handshake_failure() {
    let mut peer = Peer::opened();
    let gaps = gaps(&mut peer, "/meta/handshake", 5, |peer, channel| {
        peer.reply_to(channel, &status(500))
    });
    assert!(grow(&gaps), "{gaps:?}");
    peer.close(Farewell::Over);
    peer.forget();
    peer.advance(secs(300));
    assert_eq!(peer.sent(), [] as [&str; 0]);
}

#[test]
fn t3_handshake_props() {
    let mut peer = Peer::opened();
    peer.refuse(
        "/meta/handshake",
        json!({ "error": "403::token missing", "advice": { "reconnect": "none" } }),
    );
    assert_eq!(
        peer.end(),
        Some(Reason::Advised {
            error: Some("403::token missing".to_owned())
        })
    );
    peer.forget();
    peer.open();
    peer.get_ready();
    assert!(peer.holds());
}

#[test]
fn t4_handshake_dynamic_props() {
    let mut peer = Peer::ready();
    peer.advance(secs(20));
    peer.forget_client();
    let handshake = &peer.requests()[0];
    assert_eq!(handshake.request.gms_user.as_deref(), Some("visitor-1"));
    assert_eq!(handshake.last()["ext"]["ack"], true);
}

#[test]
fn t5_handshake_reconnect() {
    let mut peer = Peer::opened();
    peer.grant_with(json!({ "advice": { "timeout": 2000, "interval": 0, "maxInterval": 3000 } }));
    peer.accept();
    peer.answer(&[]);
    let mut channels = Vec::new();
    let start = peer.now;
    while peer.now.since(start) < secs(40) {
        for channel in ["/meta/connect", "/meta/handshake"] {
            if peer.is_asked(channel) {
                channels.push(channel);
                peer.fail(channel, Failure::Network);
            }
        }
        peer.advance_to_timer();
    }
    let switch = channels
        .iter()
        .position(|channel| *channel == "/meta/handshake")
        .unwrap();
    assert!(
        channels[..switch]
            .iter()
            .all(|channel| *channel == "/meta/connect")
    );
    assert!(
        channels[switch..]
            .iter()
            .all(|channel| *channel == "/meta/handshake")
    );
    peer.get_ready();
    assert!(peer.holds());
}

#[test]
fn t6_and_t7_wishes_after_a_failed_handshake_are_kept() {
    // The model reports them as failed; here the subscription is made as soon as there is a session.
    let mut peer = Peer::opened();
    peer.reply_to("/meta/handshake", &status(500));
    assert_eq!(peer.faults().len(), 1);
    peer.advance(secs(2));
    peer.grant();
    assert!(peer.is_asked("/meta/subscribe"));
}

#[test]
fn t8_order_on_the_wire() {
    let mut peer = Peer::opened();
    peer.advance(secs(1));
    assert_eq!(
        peer.sent(),
        ["/meta/handshake"],
        "nothing overtakes the handshake"
    );
    peer.grant();
    assert_eq!(peer.sent(), ["/meta/subscribe", "/meta/connect"]);
}

#[test]
fn t9_messages_not_sent_in_handshake_response() {
    let mut peer = Peer::opened();
    peer.grant();
    peer.answer(&[event("queued")]);
    assert_eq!(peer.deliveries(), [json!("queued")]);
    assert!(peer.holds());
}

#[test]
fn t10_to_t12_messages_sent_in_handshake_response() {
    let acks = [
        json!(null),
        json!({ "ack": { "enabled": true, "batch": 1 } }),
        json!({ "ack": { "enabled": true, "batch": 2 } }),
    ];
    for (ext, announced) in acks.into_iter().zip([2, 2, 4]) {
        let mut peer = Peer::opened();
        let reply = json!({ "channel": "/meta/handshake", "successful": true, "clientId": "client-1", "ext": ext, "x-messages": announced });
        peer.reply_to(
            "/meta/handshake",
            &ok(&json!([event("A"), event("B"), reply])),
        );
        assert_eq!(peer.deliveries(), [json!("A"), json!("B")]);
        let batch = ext["ack"]["batch"].as_u64();
        assert_eq!(
            peer.connect()
                .last()
                .pointer("/ext/ack")
                .and_then(Value::as_u64),
            batch
        );
        peer.answer(&[]);
        assert!(peer.holds());
    }
}

#[test]
fn t13_and_t14_transport_negotiation_failure() {
    for types in [json!(["callback-polling"]), json!(["websocket"]), json!([])] {
        let mut peer = Peer::opened();
        peer.grant_with(json!({ "supportedConnectionTypes": types }));
        assert_eq!(peer.end(), Some(Reason::NoCommonTransport));
        peer.forget();
        peer.advance(secs(300));
        assert_eq!(peer.sent(), [] as [&str; 0]);
    }
}

#[test]
fn t16_exact_number_of_sends() {
    let mut peer = Peer::opened();
    peer.grant();
    peer.accept();
    peer.answer(&[]);
    peer.close(Farewell::Leaving { position: None });
    assert_eq!(
        peer.sent(),
        [
            "/meta/handshake",
            "/meta/subscribe",
            "/meta/connect",
            "/meta/connect",
            "/meta/disconnect"
        ]
    );
}

#[test]
fn t19_no_handshake_advice_after_session_expired() {
    let mut peer = Peer::ready();
    peer.advance(secs(20));
    peer.forget_client();
    // The reply to this handshake has no advice at all; the old `handshake` must be forgotten.
    peer.grant();
    assert!(peer.is_asked("/meta/connect"));
    peer.answer(&[]);
    assert!(peer.holds());
}

#[test]
fn t20_connect_failure() {
    let mut peer = Peer::ready();
    let gaps = gaps(&mut peer, "/meta/connect", 5, |peer, channel| {
        peer.reply_to(channel, &status(500))
    });
    assert!(grow(&gaps), "{gaps:?}");
    peer.close(Farewell::Over);
    peer.forget();
    peer.advance(secs(300));
    assert_eq!(peer.sent(), [] as [&str; 0]);
}

#[test]
fn t21_connect_temporary_failure() {
    let mut peer = Peer::ready();
    peer.refuse("/meta/connect", json!({ "error": "500::temporary" }));
    let error = "500::temporary".to_owned();
    assert_eq!(peer.faults(), [(Fault::Refused { error }, false)]);
    peer.answer(&[]);
    assert_eq!(peer.events(), [Event::Recovered]);
    assert_eq!(
        peer.sent(),
        ["/meta/connect", "/meta/connect"],
        "and no handshake"
    );
}

#[test]
fn t22_redeploy() {
    let mut peer = Peer::ready();
    peer.advance(secs(20));
    peer.fail("/meta/connect", Failure::Network);
    assert_eq!(peer.faults(), [(Fault::Unreachable, false)]);
    peer.forget_client();
    peer.get_ready();
    assert_eq!(peer.connect().last()["clientId"], "client-2");
}

#[test]
fn t23_duplicate_meta_connect_without_failing_the_existing_one() {
    let mut peer = Peer::ready();
    let duplicate = json!({ "channel": "/meta/connect", "id": "77", "successful": false, "error": "408::duplicate" });
    peer.answer(&[duplicate, event("kept")]);
    assert_eq!(peer.events(), [Event::Delivery(json!("kept").into())]);
    assert!(peer.holds());
}

#[test]
fn t24_max_network_delay_of_a_connect() {
    let config = Config {
        network_delay: secs(2),
        ..config()
    };
    let mut peer = Peer::opened_with(config, 3);
    peer.grant_with(json!({ "advice": { "timeout": 5000 } }));
    peer.accept();
    peer.answer(&[]);
    let slow = peer.connect().id;
    peer.advance(millis(6999));
    assert_eq!(peer.faults(), []);
    peer.advance(millis(1));
    assert_eq!(peer.faults(), [(Fault::TimedOut, false)]);
    peer.answer(&[]);
    peer.forget();
    // The server answers the old one after all, with a failure.
    peer.reply(slow, &status(500));
    assert_eq!(peer.events(), []);
    for _ in 0..3 {
        peer.advance(secs(5));
        peer.answer(&[]);
    }
    assert_eq!(peer.events(), []);
}

#[test]
fn t25_max_network_delay_of_another_request() {
    let mut peer = Peer::opened();
    peer.grant();
    peer.answer(&[]);
    let slow = peer.asked("/meta/subscribe").id;
    peer.advance(secs(10));
    assert_eq!(peer.faults(), [(Fault::TimedOut, false)], "told once");
    peer.reply(slow, &status(500));
    assert_eq!(peer.faults(), []);
}

#[test]
fn t26_empty_response() {
    let mut peer = Peer::opened();
    peer.reply_to("/meta/handshake", &text(""));
    assert_eq!(
        peer.faults(),
        [(Fault::Malformed { expected: "JSON" }, false)]
    );
    assert!(peer.is_asked("/meta/handshake"));
}

#[test]
fn t27_a_server_of_another_origin() {
    let server = "https://chat.example:8443/genesys/cometd";
    let config = Config {
        url: server.to_owned(),
        ..config()
    };
    let mut peer = Peer::opened_with(config, 7);
    peer.grant();
    peer.accept();
    peer.answer(&[]);
    peer.close(Farewell::Over);
    let requests = peer.requests();
    let paths = requests
        .iter()
        .map(|sent| sent.request.url.strip_prefix(server));
    let expected = ["/handshake", "/", "/connect", "/connect", "/disconnect"];
    assert!(paths.eq(expected.map(Some)), "{requests:?}");
    // What makes the browser ask the server first, every time.
    let mut headers = requests
        .iter()
        .map(|sent| (sent.request.gms_user.as_deref(), sent.request.content_type));
    assert!(headers.all(|it| it == (Some("visitor-1"), "application/json;charset=UTF-8")));
}

#[test]
fn t28_a_new_handshake_does_not_change_the_transport() {
    let mut peer = Peer::ready();
    peer.advance(secs(20));
    peer.fail("/meta/connect", Failure::Network);
    peer.forget_client();
    assert_eq!(
        peer.asked("/meta/handshake").last()["supportedConnectionTypes"],
        json!(["long-polling"])
    );
    peer.get_ready();
    assert_eq!(peer.connect().last()["connectionType"], "long-polling");
}

#[test]
fn t32_disconnect() {
    let mut peer = Peer::ready();
    peer.close(Farewell::Over);
    assert_eq!(peer.sent(), ["/meta/disconnect"]);
    peer.reply_to(
        "/meta/disconnect",
        &ok(&json!([{ "channel": "/meta/disconnect", "successful": true }])),
    );
    peer.advance(secs(200));
    assert_eq!(peer.sent(), [] as [&str; 0]);
    assert_eq!(peer.end(), Some(Reason::Closed));
}

#[test]
fn t33_and_t34_disconnect_upon_the_handshake() {
    let mut peer = Peer::opened();
    peer.grant();
    peer.forget();
    peer.close(Farewell::Over);
    assert_eq!(peer.sent(), ["/meta/disconnect"]);
    assert_eq!(peer.cancelled().len(), 2);
    peer.advance(secs(200));
    assert_eq!(peer.sent(), [] as [&str; 0]);
}

#[test]
fn t35_disconnect_upon_the_first_connect() {
    let mut peer = Peer::opened();
    peer.grant();
    peer.accept();
    peer.answer(&[]);
    peer.forget();
    peer.close(Farewell::Over);
    assert_eq!(peer.cancelled().len(), 1);
    assert_eq!(peer.sent(), ["/meta/disconnect"]);
}

#[test]
fn t36_disconnect_failure() {
    let failures: [fn(&mut Peer); 4] = [
        |peer| peer.reply_to("/meta/disconnect", &status(500)),
        |peer| peer.fail("/meta/disconnect", Failure::Network),
        |peer| {
            peer.refuse(
                "/meta/disconnect",
                json!({ "error": "402::session_unknown" }),
            )
        },
        |peer| peer.advance(secs(10)),
    ];
    for fail in failures {
        let mut peer = Peer::ready();
        peer.close(Farewell::Over);
        fail(&mut peer);
        assert_eq!(peer.wake(), None);
        assert_eq!(peer.end(), Some(Reason::Closed));
    }
}

#[test]
fn t37_and_t38_server_side_disconnect() {
    let mut peer = Peer::ready();
    let farewell = json!({ "channel": "/meta/disconnect", "successful": true });
    peer.answer(&[event("the last one"), farewell]);
    assert_eq!(
        peer.events(),
        [
            Event::Delivery(json!("the last one").into()),
            Event::Ended(Reason::Disconnected)
        ]
    );
    peer.advance(secs(200));
    assert_eq!(peer.sent(), [] as [&str; 0]);
}

#[test]
fn t39_a_subscription_is_sent_once() {
    let mut peer = Peer::opened();
    peer.get_ready();
    for number in 0..10 {
        peer.answer(&[event(number)]);
    }
    assert!(!peer.sent().contains(&"/meta/subscribe".to_owned()));
    peer.close(Farewell::Over);
    let farewell = &peer.requests()[0];
    assert_eq!(farewell.messages[0]["channel"], "/meta/unsubscribe");
    assert_eq!(farewell.messages.len(), 2);
}

#[test]
fn t40_and_t41_subscriptions_across_sessions() {
    let mut peer = Peer::ready();
    for session in 2..5 {
        peer.advance(secs(20));
        peer.forget_client();
        peer.get_ready();
        peer.answer(&[event(session)]);
        assert_eq!(peer.deliveries(), [json!(session)], "once");
    }
}

#[test]
fn t42_and_t44_subscription_denied() {
    let mut peer = Peer::opened();
    peer.grant();
    peer.refuse("/meta/subscribe", json!({ "error": "403::denied" }));
    assert_eq!(
        peer.end(),
        Some(Reason::Denied {
            error: "403::denied".to_owned()
        })
    );
    peer.close(Farewell::Over);
    peer.reply_to("/meta/disconnect", &status(200));
    peer.advance(secs(2));
    peer.open();
    peer.get_ready();
    peer.answer(&[event("allowed now")]);
    assert_eq!(peer.deliveries(), [json!("allowed now")]);
}

#[test]
fn t43_subscription_successful() {
    let mut peer = Peer::opened();
    peer.grant();
    peer.answer(&[]);
    peer.accept();
    assert_eq!(peer.events(), [Event::Ready { renewed: false }]);
}

#[test]
fn t46_subscribe_failure_does_not_touch_the_backoff_of_the_connect() {
    let mut peer = Peer::opened();
    peer.grant();
    peer.answer(&[]);
    peer.reply_to("/meta/subscribe", &status(500));
    assert_eq!(peer.faults().len(), 1);
    peer.advance(secs(5));
    peer.forget();
    peer.fail("/meta/connect", Failure::Network);
    assert_eq!(
        peer.sent(),
        ["/meta/connect"],
        "at once, as in a first failure"
    );
}

#[test]
fn t47_subscribe_failed_only_on_the_client() {
    let mut peer = Peer::opened();
    peer.grant();
    peer.answer(&[]);
    peer.advance(secs(10));
    assert_eq!(peer.faults(), [(Fault::TimedOut, false)]);
    // The server had made the subscription; what it publishes is delivered, not dropped.
    peer.answer(&[event("early")]);
    peer.accept();
    peer.answer(&[event("late")]);
    assert_eq!(peer.deliveries(), [json!("early"), json!("late")]);
}

#[test]
fn t48_unsubscribe_failure() {
    let mut peer = Peer::ready();
    peer.close(Farewell::Over);
    let refused = json!([
        { "channel": "/meta/unsubscribe", "successful": false, "error": "500::x" },
        { "channel": "/meta/disconnect", "successful": true },
    ]);
    peer.reply_to("/meta/disconnect", &ok(&refused));
    assert_eq!(peer.wake(), None);
    assert_eq!(peer.faults(), []);
}

#[test]
fn t57_a_batch_keeps_its_order() {
    let mut peer = Peer::ready();
    peer.close(Farewell::Over);
    let farewell = &peer.requests()[0];
    let channels: Vec<&Value> = farewell
        .messages
        .iter()
        .map(|message| &message["channel"])
        .collect();
    assert_eq!(channels, ["/meta/unsubscribe", "/meta/disconnect"]);
    let ids: Vec<u32> = farewell
        .messages
        .iter()
        .map(|message| message["id"].as_str().unwrap().parse().unwrap())
        .collect();
    assert_eq!(ids[0] + 1, ids[1]);
}

#[test]
fn t59_deliveries_on_other_channels_are_skipped() {
    let mut peer = Peer::ready();
    let private = json!({ "channel": "/service/private", "data": "psst" });
    peer.answer(&[private, event("public")]);
    assert!(
        matches!(&peer.events()[..], [Event::Diagnostic(_), Event::Delivery(data)] if data.as_str() == Some("public"))
    );
}

#[test]
fn t60_charset() {
    let text = "Привет, κόσμε, 你好, مرحبا, 👩‍👩‍👧, \u{2028}\u{0}";
    let mut peer = Peer::ready();
    peer.answer(&[event(text)]);
    assert_eq!(peer.deliveries(), [json!(text)]);
}

#[test]
fn t61_and_t62_falsy_messages() {
    let mut peer = Peer::ready();
    peer.answer(&[event(""), event(0), event(false), event(Value::Null)]);
    assert_eq!(
        peer.deliveries(),
        [json!(""), json!(0), json!(false), Value::Null]
    );
}

#[test]
fn t63_requests_stay_far_below_the_maximum_message_size() {
    let mut peer = Peer::opened();
    peer.grant();
    peer.accept();
    peer.answer(&[]);
    peer.close(Farewell::Over);
    assert!(
        peer.requests()
            .iter()
            .all(|sent| sent.request.body.len() < 300)
    );
}

#[test]
fn t70_to_t73_url_path() {
    let sent = |config: Config| {
        let mut session = gms_chat_protocol::bayeux::Session::new(config, 1);
        session.open(gms_chat_protocol::Moment::from_millis(0));
        match session.poll_output() {
            Output::Send(_, request) => request.url,
            other => panic!("a handshake, not {other:?}"),
        }
    };
    assert_eq!(sent(Config::new("/cometd")), "/cometd/handshake");
    assert_eq!(
        sent(Config::new("/cometd/target.cometd")),
        "/cometd/target.cometd"
    );
    assert_eq!(sent(Config::new("/cometd/?param=1")), "/cometd/?param=1");
    assert_eq!(
        sent(Config {
            append_type: false,
            ..Config::new("/cometd")
        }),
        "/cometd"
    );
}

#[test]
fn t74_and_t75_acknowledgement() {
    let mut peer = Peer::opened();
    assert_eq!(peer.asked("/meta/handshake").last()["ext"]["ack"], true);
    peer.get_ready();
    for number in 1..4 {
        assert_eq!(peer.connect().last()["ext"]["ack"], number - 1);
        let good = peer.good_with(json!({ "ext": { "ack": number } }));
        peer.answer_exactly(&[event(number), good]);
    }
    assert_eq!(peer.deliveries(), [json!(1), json!(2), json!(3)]);
}

#[test]
fn t76_to_t85_a_page_that_comes_back() {
    // The model keeps a clientId across the reload. Here the old page takes leave and says how far it
    // has read; the new one makes a session of its own, and the chat repairs what lies between.
    let mut old = Peer::ready();
    old.answer(&[event("before")]);
    old.forget();
    old.close(Farewell::Leaving { position: Some(12) });
    let farewell = &old.requests()[0];
    assert!(farewell.request.keepalive);
    assert_eq!(farewell.last()["ext"]["transcriptPosition"], "12");
    let mut new = Peer::opened();
    new.grant();
    new.accept();
    new.answer(&[event("after")]);
    assert_eq!(
        new.events(),
        [
            Event::Ready { renewed: false },
            Event::Delivery(json!("after").into())
        ]
    );
}

#[test]
fn t88_to_t91_exact_number_of_messages() {
    let mut peer = Peer::opened();
    peer.grant();
    peer.accept();
    peer.answer(&[]);
    let count = |requests: Vec<Sent>| {
        requests
            .iter()
            .map(|sent| sent.messages.len())
            .sum::<usize>()
    };
    assert_eq!(
        count(peer.requests()),
        4,
        "handshake, subscribe, connect, connect"
    );
    peer.answer(&[event(1), event(2)]);
    assert_eq!(
        count(peer.requests()),
        1,
        "an answer costs one connect, however much it brings"
    );
    peer.close(Farewell::Over);
    assert_eq!(count(peer.requests()), 2, "unsubscribe, disconnect");
}

#[test]
fn t92_to_t98_an_owner_who_fails_at_one_event_loses_nothing_else() {
    let mut peer = Peer::ready();
    let connect = peer.connect().id;
    let answer = ok(&json!([event("one"), event("two"), peer.good()]));
    peer.oracle.given(connect, &answer, peer.now);
    peer.session.handle_reply(connect, &answer, peer.now);
    // The owner takes the first event, fails at it, and comes back with what happens next.
    let first = peer.session.poll_output();
    peer.oracle.saw(&first, peer.now);
    assert_eq!(
        first,
        Output::Event(Event::Delivery(json!("one").into())),
        "nothing stands before it"
    );
    peer.page(PageEvent::Visible);
    assert_eq!(peer.deliveries(), [json!("two")]);
    assert_eq!(peer.sent(), ["/meta/connect"]);
}

#[test]
fn t128_two_instances() {
    let mut one = Peer::opened_with(config(), 1);
    let mut other = Peer::opened_with(config(), 1);
    one.get_ready();
    other.reply_to("/meta/handshake", &status(500));
    one.answer(&[event("mine")]);
    assert_eq!(one.deliveries(), [json!("mine")]);
    assert_eq!(other.deliveries(), [] as [Value; 0]);
    one.close(Farewell::Over);
    assert!(other.is_asked("/meta/handshake"));
}
