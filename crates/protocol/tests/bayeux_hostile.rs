//! Whatever arrives: junk is skipped, nothing panics, and no schedule of faults breaks an invariant.
#![allow(clippy::panic, reason = "a test fails by panicking")]

#[path = "support/bayeux_peer.rs"]
mod bayeux_peer;

#[path = "support/bayeux_chaos.rs"]
mod bayeux_chaos;

use bayeux_chaos::{Chaos, Tally};
use bayeux_peer::*;
use gms_chat_protocol::bayeux::{Event, Fault};
use gms_chat_protocol::{Failure, Lane};
use serde_json::{Value, json};

#[test]
fn bodies_that_are_no_messages_are_failures_on_every_lane() {
    let bodies = [
        "",
        " ",
        "null",
        "true",
        "7",
        "\"text\"",
        "{",
        "[",
        "[{]",
        "[{}",
        "<html></html>",
        "[]x",
        "\u{0}",
        "[\"\\ud800\"",
        "{\"channel\":\"/meta/connect\",\"successful\":true",
        "[1,]",
        "{\"a\":}",
    ];
    for body in bodies {
        let mut peer = Peer::opened();
        peer.reply_to("/meta/handshake", &text(body));
        assert!(
            matches!(peer.faults()[..], [(Fault::Malformed { .. }, false)]),
            "{body}"
        );
        peer.get_ready();
        peer.reply_to("/meta/connect", &text(body));
        assert!(
            matches!(peer.faults()[..], [(Fault::Malformed { .. }, false)]),
            "{body}"
        );
        peer.get_ready();
        assert!(peer.holds());
    }
}

#[test]
fn junk_elements_are_skipped_and_counted() {
    let mut peer = Peer::ready();
    let junk = [
        json!(null),
        json!(17),
        json!("text"),
        json!([]),
        json!({}),
        json!({ "data": 1 }),
        json!({ "channel": 5, "data": 1 }),
        json!({ "channel": null, "data": 1 }),
        json!({ "channel": CHANNEL }),
        json!({ "channel": "/other", "data": 1 }),
        json!({ "channel": "/_genesys/deeper", "data": 1 }),
        json!({ "channel": CHANNEL, "successful": true }),
    ];
    for (index, element) in junk.iter().enumerate() {
        peer.answer(&[event(index), element.clone(), event("after it")]);
        assert_eq!(
            peer.events(),
            [
                Event::Diagnostic("Parts of an answer that were skipped: 1".to_owned()),
                Event::Delivery(json!(index).into()),
                Event::Delivery(json!("after it").into()),
            ],
            "{element}"
        );
        assert!(peer.holds());
    }
}

#[test]
fn meta_messages_that_nobody_asked_for_are_dropped() {
    let mut peer = Peer::ready();
    let strays = [
        json!({ "channel": "/meta/handshake", "successful": true, "clientId": "client-9", "id": "1" }),
        json!({ "channel": "/meta/subscribe", "successful": false, "error": "403::x" }),
        json!({ "channel": "/meta/unsubscribe", "successful": true }),
        json!({ "channel": "/meta/connect/deeper", "successful": false }),
        json!({ "channel": "/meta/", "advice": { "reconnect": "none" } }),
        json!({ "channel": "/meta/nothing", "data": { "advice": { "reconnect": "none" } } }),
    ];
    for stray in strays {
        peer.advance(secs(2));
        peer.answer(std::slice::from_ref(&stray));
        assert!(peer.holds(), "{stray}");
        assert_eq!(peer.connect().last()["clientId"], "client-1");
    }
    assert_eq!(peer.events(), []);
}

#[test]
fn two_handshake_replies_in_one_answer_make_one_session() {
    let mut peer = Peer::opened();
    let reply = |client: &str, id: &str| json!({ "channel": "/meta/handshake", "successful": true, "clientId": client, "id": id });
    peer.reply_to(
        "/meta/handshake",
        &ok(&json!([reply("client-a", "9"), reply("client-b", "1")])),
    );
    assert_eq!(peer.connect().last()["clientId"], "client-b");
    assert_eq!(
        peer.sent(),
        ["/meta/handshake", "/meta/subscribe", "/meta/connect"]
    );
}

#[test]
fn members_of_the_wrong_type_are_as_good_as_absent() {
    let mut peer = Peer::ready();
    let odd =
        json!({ "successful": 1, "error": { "a": 1 }, "advice": [1], "ext": "ack", "id": [] });
    peer.answer_exactly(&[with(odd, json!({ "channel": "/meta/connect" }))]);
    let error = String::new();
    assert_eq!(peer.faults(), [(Fault::Refused { error }, false)]);
    let mut peer = Peer::ready();
    let good = peer.good_with(json!({ "successful": "true", "ext": 5, "advice": 5 }));
    peer.answer_exactly(&[good]);
    assert!(
        peer.holds(),
        "a server that quotes its booleans is understood"
    );
}

#[test]
fn a_megabyte_and_two_hundred_levels_are_delivered() {
    let mut peer = Peer::ready();
    peer.answer(&[event("x".repeat(1 << 20))]);
    assert_eq!(peer.deliveries()[0].as_str().map(str::len), Some(1 << 20));
    let nested = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let id = peer.connect().message_id().to_owned();
    let body = format!(
        r#"[{{"channel":"/_genesys","data":{nested}}},{{"channel":"/meta/connect","id":"{id}","successful":true}}]"#
    );
    peer.reply_to("/meta/connect", &text(&body));
    let mut data = &peer.deliveries()[0];
    let mut depth = 0;
    while let Some(inner) = data.as_array() {
        data = &inner[0];
        depth += 1;
    }
    assert_eq!(depth, 200);
    assert!(peer.holds());
}

#[test]
fn every_prefix_of_an_answer_is_survived() {
    let good = json!([event("a\"\\é"), { "channel": "/meta/connect", "successful": true, "advice": { "interval": 0 } }]).to_string();
    let mut peer = Peer::ready();
    for end in 0..good.len() {
        if good.is_char_boundary(end) {
            while !peer.is_asked("/meta/connect") {
                peer.get_ready();
            }
            peer.reply_to("/meta/connect", &text(&good[..end]));
            peer.advance(secs(40));
        }
    }
    assert_eq!(peer.deliveries(), [] as [Value; 0]);
    peer.get_ready();
    assert!(peer.holds());
}

#[test]
fn every_byte_of_an_answer_may_be_another() {
    let good = json!([event(json!({ "id": 1 })), { "channel": "/meta/connect", "id": "4", "successful": true, "ext": { "ack": 1 } }]).to_string();
    for index in 0..good.len() {
        for byte in ["\"", "{", "}", "[", "0", "\\", "\u{0}", "é"] {
            let mut peer = Peer::ready();
            let body = format!("{}{byte}{}", &good[..index], &good[index + 1..]);
            peer.reply_to("/meta/connect", &text(&body));
            peer.advance(secs(2));
        }
    }
}

#[test]
fn exchanges_that_never_were_are_ignored() {
    let mut stranger = Peer::ready();
    stranger.close(gms_chat_protocol::bayeux::Farewell::Over);
    let foreign = stranger.asked("/meta/disconnect").id;
    let mut peer = Peer::opened();
    let none = json!([{ "channel": "/meta/handshake", "successful": false, "advice": { "reconnect": "none" } }]);
    peer.reply(foreign, &ok(&none));
    peer.session
        .handle_failure(foreign, Failure::Network, peer.now);
    peer.drain();
    assert_eq!(peer.lanes(), [Lane::Meta]);
    assert_eq!(peer.events(), []);
}

#[test]
fn secrets_are_not_told() {
    let mut peer = Peer::ready();
    let errors = [
        "402:client-1:Unknown client",
        "402:client-1,/x:bad:client",
        "client-1",
    ];
    for error in errors {
        peer.refuse("/meta/connect", json!({ "error": error }));
        peer.get_ready();
    }
    let long = "x".repeat(5000);
    peer.refuse("/meta/connect", json!({ "error": long }));
    let [(Fault::Refused { error }, _)] = &peer.faults()[..] else {
        panic!("a refusal is told");
    };
    assert_eq!(error.len(), 200);
}

/// Twenty thousand schedules, in two halves for two cores. The oracle in the peer checks S1–S4, S8,
/// S11, L2, R1 and R3 at every output; the chaos checks S9, and that all is well soon after the last fault.
fn survives(seeds: std::ops::Range<u64>) -> Tally {
    let mut tally = Tally::default();
    for seed in seeds {
        Chaos::new(seed).run(&mut tally);
    }
    tally
}

#[test]
fn no_schedule_of_faults_breaks_an_invariant() {
    check_variety(&survives(0..10_000));
}

#[test]
fn no_other_schedule_of_faults_breaks_an_invariant() {
    check_variety(&survives(1_000_000..1_010_000));
}

/// A random test that never gets anywhere proves nothing.
fn check_variety(tally: &Tally) {
    let Tally {
        ready,
        renewed,
        recovered,
        ended,
        lost,
        crowded,
        deliveries,
        stale,
    } = tally;
    let least = [
        ready, renewed, recovered, ended, lost, crowded, deliveries, stale,
    ]
    .into_iter()
    .min();
    assert!(least > Some(&200), "{tally:?}");
}
