//! What the official JavaScript client 9.0.0 was seen to do under scripted faults, and what is done here.
//!
//! One test per fault, in the order of the table that the project's specification keeps of them. The
//! figures of the official client stand beside ours.

#[path = "support/bayeux_peer.rs"]
mod bayeux_peer;

use bayeux_peer::*;
use gms_chat_protocol::bayeux::{Event, Fault, Reason};
use gms_chat_protocol::{Failure, Reply};
use serde_json::{Value, json};

/// How many requests leave in the first second, and in the first minute, of `reaction` to every request.
fn requests(peer: &mut Peer, reaction: fn(&mut Peer)) -> (usize, usize) {
    peer.forget();
    let start = peer.now;
    let mut times = Vec::new();
    while peer.now.since(start) <= secs(60) {
        if peer.lanes().is_empty() {
            peer.advance_to_timer();
        } else {
            // A round trip on a loopback.
            peer.advance(millis(1));
            reaction(peer);
        }
        times.extend(peer.requests().into_iter().map(|sent| sent.at.since(start)));
    }
    let within = |limit| times.iter().filter(|time| **time <= limit).count();
    (within(secs(1)), within(secs(60)))
}

#[test]
fn connect_answered_with_an_event_but_no_connect_reply() {
    // Official: stops for ever, with status "connected".
    let mut peer = Peer::ready();
    peer.answer_exactly(&[event("delivered")]);
    assert_eq!(peer.deliveries(), [json!("delivered")]);
    assert!(peer.connect().asks_for_proof());
    peer.answer(&[]);
    assert!(peer.holds());
}

#[test]
fn connect_reply_without_id() {
    // Official: stops for ever.
    let mut peer = Peer::ready();
    peer.answer_exactly(&[json!({ "channel": "/meta/connect", "successful": true })]);
    assert!(peer.holds());
}

#[test]
fn connect_reply_with_another_id() {
    // Official: stops for ever, although GMS's own example has one.
    let mut peer = Peer::ready();
    peer.answer_exactly(&[json!({ "channel": "/meta/connect", "successful": true, "id": "400" })]);
    assert!(peer.holds());
}

#[test]
fn array_element_with_data_and_no_channel() {
    // Official: stops for ever; the rest of the response is lost.
    let mut peer = Peer::ready();
    peer.answer(&[json!({ "data": "nobody's" }), event("somebody's")]);
    assert_eq!(peer.deliveries(), [json!("somebody's")]);
    assert!(peer.holds());
}

#[test]
fn successful_connect_with_advice_handshake_or_an_unknown_word() {
    // Official: stops for ever.
    for (word, channel) in [
        ("handshake", "/meta/handshake"),
        ("whatever", "/meta/connect"),
    ] {
        let mut peer = Peer::ready();
        let good = peer.good_with(json!({ "advice": { "reconnect": word } }));
        peer.answer_exactly(&[good]);
        assert_eq!(peer.sent(), [channel]);
        peer.get_ready();
        assert!(peer.holds());
    }
}

#[test]
fn handshake_reply_with_x_messages_larger_than_what_came() {
    // Official: never connects.
    let mut peer = Peer::opened();
    peer.grant_with(json!({ "x-messages": 3 }));
    assert!(peer.is_asked("/meta/connect"));
}

#[test]
fn advice_timeout_as_a_string() {
    // Official: a deadline of 600,400 ms.
    let mut peer = Peer::ready();
    let good = peer.good_with(json!({ "advice": { "timeout": "400" } }));
    peer.answer_exactly(&[good]);
    assert_eq!(peer.wait(), millis(10_400));
}

#[test]
fn page_csp_without_blob_workers() {
    // Official: never connects after the handshake, for want of a worker to keep the time.
    // Ours needs neither a worker nor a timer: each step follows from the answer before it.
    let mut peer = Peer::opened();
    peer.grant();
    peer.accept();
    peer.answer(&[]);
    for number in 0..20 {
        peer.answer(&[event(number)]);
    }
    assert!(peer.holds());
    assert_eq!(peer.deliveries().len(), 20);
}

#[test]
fn unknown_client_and_handshake_to_every_connect() {
    // Official: 801 to 969 requests a second in Node, 261 to 387 in Chromium.
    let mut peer = Peer::opened();
    peer.advance(secs(2));
    let (second, minute) = requests(&mut peer, |peer| {
        if peer.is_asked("/meta/handshake") {
            peer.grant();
        } else {
            peer.forget_client();
        }
    });
    assert!(second <= 4, "{second} in the first second");
    // Handshake, subscribe and connect make a round.
    assert!(minute <= 18, "{minute} in the first minute");
}

#[test]
fn immediate_empty_connect_replies_with_interval_zero() {
    // Official: 650 to 716 requests a second.
    let mut peer = Peer::ready();
    let (second, minute) = requests(&mut peer, |peer| peer.answer(&[]));
    assert!(second <= 4, "{second} in the first second");
    assert!(minute <= 40, "{minute} in the first minute");
}

#[test]
fn interval_minus_one_or_three_billion() {
    // Official: 461 to 657, and 478 to 693 requests a second.
    let mut peer = Peer::ready();
    let minus = peer.good_with(json!({ "advice": { "interval": -1 } }));
    peer.answer_exactly(&[minus]);
    assert_eq!(peer.end(), Some(Reason::Advised { error: None }));
    assert_eq!(peer.wake(), None);

    let mut peer = Peer::ready();
    let huge = peer.good_with(json!({ "advice": { "interval": 3_000_000_000_u64 } }));
    peer.answer_exactly(&[huge]);
    assert!(peer.lanes().is_empty());
    assert_eq!(peer.wait(), millis(2_147_483_647));
}

#[test]
fn event_with_advice_none() {
    // Official: disconnects for good and tells no event.
    let mut peer = Peer::ready();
    peer.answer(&[with(
        event("x"),
        json!({ "advice": { "reconnect": "none" } }),
    )]);
    assert_eq!(peer.events(), [Event::Delivery(json!("x").into())]);
    assert!(peer.holds());
}

#[test]
fn successful_connect_with_advice_none() {
    // Official: goes to "disconnected"; nothing says that the chat has ended.
    let mut peer = Peer::ready();
    let none = peer.good_with(json!({ "advice": { "reconnect": "none" } }));
    peer.answer_exactly(&[none]);
    assert_eq!(
        peer.events(),
        [Event::Ended(Reason::Advised { error: None })]
    );
}

#[test]
fn handshake_without_client_id() {
    // Official: goes on connecting without one.
    let mut peer = Peer::opened();
    peer.grant_with(json!({ "clientId": null }));
    assert!(matches!(peer.faults()[..], [(Fault::Malformed { .. }, _)]));
    assert_eq!(peer.sent(), ["/meta/handshake", "/meta/handshake"]);
}

#[test]
fn a_request_behind_a_failed_one() {
    // Official: four publishes, the second gets 500; the third and the fourth are called failed and
    // never sent. Here a lane has no queue to lose: what is still wanted is asked again, in order.
    let mut peer = Peer::opened();
    peer.reply_to("/meta/handshake", &status(500));
    peer.grant();
    peer.advance(secs(2));
    peer.reply_to("/meta/subscribe", &status(500));
    peer.advance(secs(2));
    peer.accept();
    assert_eq!(
        peer.sent(),
        [
            "/meta/handshake",
            "/meta/handshake",
            "/meta/connect",
            "/meta/subscribe",
            "/meta/subscribe"
        ]
    );
}

#[test]
fn a_wish_during_an_outage() {
    // Official: a publish during a 1 s outage has failed at once. Here what was wanted before the
    // outage is still wanted after it.
    let mut peer = Peer::opened();
    peer.grant();
    for channel in ["/meta/subscribe", "/meta/connect"] {
        peer.fail(channel, Failure::Network);
    }
    peer.advance(millis(100));
    for channel in ["/meta/subscribe", "/meta/connect"] {
        if peer.is_asked(channel) {
            peer.fail(channel, Failure::Network);
        }
    }
    peer.advance(secs(1));
    peer.get_ready();
    assert!(peer.holds());
}

#[test]
fn subscribe_gets_500_or_no_answer() {
    // Official: the listener is dropped and never tried again.
    for patience in [0, 10] {
        let mut peer = Peer::opened();
        peer.grant();
        peer.answer(&[]);
        if patience == 0 {
            peer.reply_to("/meta/subscribe", &status(500));
        } else {
            peer.advance(secs(patience));
        }
        peer.advance(secs(2));
        peer.accept();
        assert!(peer.events().contains(&Event::Ready { renewed: false }));
    }
}

#[test]
fn a_listener_before_a_subscription() {
    // Official: counts listeners as subscriptions, and then sends no subscribe message.
    // Here the subscription is in the configuration: every session makes it.
    let mut peer = Peer::opened();
    for _ in 0..4 {
        peer.grant();
        assert!(peer.is_asked("/meta/subscribe"));
        peer.get_ready();
        peer.advance(secs(20));
        peer.forget_client();
    }
}

#[test]
fn bare_object_as_handshake_reply() {
    // Official: treated like an empty answer.
    let mut peer = Peer::opened();
    let reply = json!({ "channel": "/meta/handshake", "successful": true, "clientId": "client-1" });
    peer.reply_to("/meta/handshake", &ok(&reply));
    assert_eq!(
        peer.sent(),
        ["/meta/handshake", "/meta/subscribe", "/meta/connect"]
    );
}

#[test]
fn busy_with_retry_after_30() {
    // Official: tried again after 0.2, 0.4, 0.6 s.
    let mut peer = Peer::ready();
    let reply = Reply {
        retry_after: Some("30".to_owned()),
        ..status(503)
    };
    peer.reply_to("/meta/connect", &reply);
    peer.forget();
    peer.advance(millis(29_999));
    assert_eq!(peer.sent(), [] as [&str; 0]);
}

#[test]
fn forbidden_to_everything() {
    // Official: retried for ever, every second or more often.
    let mut peer = Peer::opened();
    let (_, minute) = requests(&mut peer, |peer| {
        let channel = peer.oracle.in_flight[0].channel().to_owned();
        peer.reply_to(&channel, &status(403));
    });
    assert!(minute <= 4, "{minute} in the first minute");
}

#[test]
fn unknown_client_to_another_request_while_the_connect_hangs() {
    // Official: nothing happens until the held connect ends, for up to a minute.
    let mut peer = Peer::opened();
    peer.grant();
    peer.answer(&[]);
    peer.refuse(
        "/meta/subscribe",
        json!({ "error": "402::session_unknown" }),
    );
    assert!(peer.connect().asks_for_proof());
    peer.forget_client();
    peer.advance(secs(2));
    assert!(peer.is_asked("/meta/handshake"));
    // The same for what the owner of the session learns by REST.
    let mut peer = Peer::ready();
    peer.check();
    assert!(peer.connect().asks_for_proof());
}

#[test]
fn late_truncated_html_duplicate_null_204_and_double_replies() {
    // Official: recovers, but without the extension the events of a late or truncated answer are lost.
    let mut peer = Peer::ready();
    peer.advance(secs(70));
    let good = peer.good();
    let body = json!([event("again"), good]).to_string();
    peer.reply_to("/meta/connect", &text(&body[..body.len() / 2]));
    for reply in [text("<html>sorry</html>"), status(204), text("[null]")] {
        peer.get_ready();
        peer.reply_to("/meta/connect", &reply);
    }
    peer.get_ready();
    let good = peer.good();
    peer.answer_exactly(&[good.clone(), json!(null), event("again"), good]);
    assert_eq!(peer.deliveries(), [json!("again")]);
    assert!(peer.holds());
}

#[test]
fn the_same_batch_again_after_it_was_acknowledged() {
    // Official: delivered twice. A batch has no ids by which the transport could tell; it hands both over
    // and the chat drops the second by its transcript position.
    let mut peer = Peer::ready();
    for number in [1, 2] {
        let good = peer.good_with(json!({ "ext": { "ack": number } }));
        peer.answer_exactly(&[event("same"), good]);
    }
    assert_eq!(
        peer.deliveries(),
        [json!("same"), json!("same")] as [Value; 2]
    );
}
