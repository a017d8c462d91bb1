//! The acknowledgement extension: what was not handed over is asked for again.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/bayeux_peer.rs"]
mod bayeux_peer;

use bayeux_peer::*;
use gms_chat_protocol::{Failure, PageEvent};
use serde_json::{Value, json};

/// The number that the connect under way acknowledges.
fn acknowledged(peer: &Peer) -> Option<u64> {
    peer.connect()
        .last()
        .pointer("/ext/ack")
        .map(|number| number.as_u64().unwrap())
}

/// Answers the connect under way with batch `number`.
fn answer_batch(peer: &mut Peer, number: impl Into<Value>, events: &[Value]) {
    let mut body = events.to_vec();
    body.push(peer.good_with(json!({ "ext": { "ack": number.into() } })));
    peer.answer_exactly(&body);
}

#[test]
fn every_connect_carries_the_number_of_the_last_batch() {
    let mut peer = Peer::ready();
    assert_eq!(acknowledged(&peer), Some(0));
    for number in 1..=5 {
        answer_batch(&mut peer, number, &[event(number)]);
        assert_eq!(acknowledged(&peer), Some(number));
    }
    answer_batch(&mut peer, 6, &[]);
    assert_eq!(acknowledged(&peer), Some(6), "empty batches count too");
}

#[test]
fn an_answer_without_a_number_leaves_the_last_one() {
    let mut peer = Peer::ready();
    answer_batch(&mut peer, 4, &[]);
    peer.answer(&[event("GMS sends none")]);
    assert_eq!(acknowledged(&peer), Some(4));
}

#[test]
fn the_number_never_goes_back() {
    let mut peer = Peer::ready();
    answer_batch(&mut peer, 9, &[event(1)]);
    answer_batch(&mut peer, 3, &[event(2)]);
    assert_eq!(acknowledged(&peer), Some(9));
}

#[test]
fn only_whole_numbers_count() {
    for number in [
        json!("7"),
        json!(7.5),
        json!(-7),
        json!(true),
        json!([7]),
        json!(null),
    ] {
        let mut peer = Peer::ready();
        answer_batch(&mut peer, 2, &[event(1)]);
        answer_batch(&mut peer, number.clone(), &[event(2)]);
        assert_eq!(acknowledged(&peer), Some(2), "{number}");
    }
}

#[test]
fn the_extension_is_used_only_when_the_server_agrees() {
    let table = [
        (json!(null), None),
        (json!({ "ack": false }), None),
        (json!({ "ack": "true" }), None),
        (json!({ "ack": 1 }), None),
        (json!({ "ack": { "enabled": false, "batch": 3 } }), None),
        (json!({ "ack": {} }), None),
        (json!([]), None),
        (json!({ "ack": true }), Some(0)),
        (json!({ "ack": { "enabled": true } }), Some(0)),
        (json!({ "ack": { "enabled": true, "batch": 3 } }), Some(3)),
        (json!({ "ack": { "enabled": true, "batch": "3" } }), Some(0)),
    ];
    for (ext, expected) in table {
        let mut peer = Peer::opened();
        peer.handshake_ext = ext.clone();
        peer.get_ready();
        assert_eq!(acknowledged(&peer), expected, "{ext}");
    }
}

#[test]
fn without_the_extension_a_number_is_ignored() {
    let mut peer = Peer::opened_without_ack();
    peer.get_ready();
    answer_batch(&mut peer, 5, &[event(1)]);
    assert_eq!(acknowledged(&peer), None);
}

#[test]
fn a_lost_answer_is_not_acknowledged_and_comes_again_under_a_new_number() {
    let mut peer = Peer::ready();
    answer_batch(&mut peer, 1, &[event("a")]);
    peer.fail("/meta/connect", Failure::Network);
    assert_eq!(acknowledged(&peer), Some(1), "batch 2 is lost");
    answer_batch(&mut peer, 3, &[event("b")]);
    assert_eq!(acknowledged(&peer), Some(3));
    assert_eq!(peer.deliveries(), [json!("a"), json!("b")]);
}

#[test]
fn a_truncated_answer_is_not_acknowledged() {
    let mut peer = Peer::ready();
    let good = peer.good_with(json!({ "ext": { "ack": 8 } }));
    let whole = json!([event("cut"), good]).to_string();
    peer.reply_to("/meta/connect", &text(&whole[..whole.len() - 1]));
    assert_eq!(acknowledged(&peer), Some(0));
    assert_eq!(peer.deliveries(), [] as [Value; 0]);
}

#[test]
fn an_answer_without_a_connect_reply_delivers_but_acknowledges_nothing() {
    let mut peer = Peer::ready();
    let event = with(event("a"), json!({ "ext": { "ack": 5 } }));
    peer.answer_exactly(&[event]);
    assert_eq!(peer.deliveries(), [json!("a")]);
    assert_eq!(acknowledged(&peer), Some(0));
}

#[test]
fn the_answer_to_a_connect_that_was_given_up_is_not_acknowledged() {
    let mut peer = Peer::ready();
    let held = peer.connect().clone();
    peer.check();
    let late = json!([event("late"), { "channel": "/meta/connect", "id": held.message_id(), "successful": true, "ext": { "ack": 2 } }]);
    peer.reply(held.id, &ok(&late));
    answer_batch(&mut peer, 3, &[event("late")]);
    assert_eq!(acknowledged(&peer), Some(3));
    assert_eq!(
        peer.deliveries(),
        [json!("late")],
        "once, because it was redelivered"
    );
}

#[test]
fn a_new_session_begins_to_count_anew() {
    let mut peer = Peer::ready();
    answer_batch(&mut peer, 12, &[event(1)]);
    peer.advance(secs(20));
    peer.forget_client();
    peer.get_ready();
    assert_eq!(acknowledged(&peer), Some(0));
    answer_batch(&mut peer, 1, &[event(2)]);
    assert_eq!(acknowledged(&peer), Some(1));
}

#[test]
fn a_new_session_may_drop_the_extension() {
    let mut peer = Peer::ready();
    answer_batch(&mut peer, 12, &[event(1)]);
    peer.handshake_ext = Value::Null;
    peer.advance(secs(20));
    peer.forget_client();
    peer.get_ready();
    assert_eq!(acknowledged(&peer), None);
}

#[test]
fn a_giant_batch_is_handed_over_whole_and_in_order() {
    let mut peer = Peer::ready();
    let events: Vec<Value> = (0..1000).map(event).collect();
    answer_batch(&mut peer, 1, &events);
    let expected: Vec<Value> = (0..1000).map(|number| json!(number)).collect();
    assert_eq!(peer.deliveries(), expected);
    assert_eq!(acknowledged(&peer), Some(1));
}

#[test]
fn junk_in_a_batch_does_not_keep_it_from_being_acknowledged() {
    let mut peer = Peer::ready();
    answer_batch(
        &mut peer,
        1,
        &[
            json!(null),
            event("a"),
            json!(5),
            json!({ "data": "no channel" }),
        ],
    );
    assert_eq!(
        acknowledged(&peer),
        Some(1),
        "else it would come again for ever"
    );
    assert_eq!(peer.deliveries(), [json!("a")]);
}

#[test]
fn waking_up_acknowledges_what_had_come_before() {
    let mut peer = Peer::ready();
    answer_batch(&mut peer, 7, &[event("a")]);
    peer.advance(millis(1500));
    peer.page(PageEvent::Offline);
    peer.page(PageEvent::Online);
    assert!(peer.connect().asks_for_proof());
    assert_eq!(acknowledged(&peer), Some(7));
}
