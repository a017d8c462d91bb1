//! The long poll: held, answered, lost, refused, and always followed by a next step.

#[path = "support/bayeux_peer.rs"]
mod bayeux_peer;

use bayeux_peer::*;
use gms_chat_protocol::bayeux::{Event, Fault, Reason};
use gms_chat_protocol::{Failure, Lane};
use serde_json::{Value, json};

#[test]
fn an_answered_connect_is_followed_by_the_next_at_the_same_moment() {
    let mut peer = Peer::ready();
    for text in ["one", "two", "three"] {
        peer.advance(millis(20));
        let before = peer.now;
        peer.answer(&[event(text)]);
        assert_eq!(peer.connect().at, before);
        assert!(!peer.connect().asks_for_proof());
        assert_eq!(peer.deliveries(), [json!(text)]);
    }
}

#[test]
fn a_hundred_answers_in_a_row_with_events_are_not_slowed_down() {
    let mut peer = Peer::ready();
    for number in 0..100 {
        peer.advance(millis(3));
        peer.answer(&[event(number)]);
        assert!(peer.holds());
    }
    assert_eq!(peer.deliveries().len(), 100);
}

#[test]
fn events_come_in_the_order_of_the_array_wherever_the_reply_stands() {
    let mut peer = Peer::ready();
    let good = peer.good();
    peer.answer_exactly(&[event(1), event(2), good]);
    let good = peer.good();
    peer.answer_exactly(&[good, event(3), event(4)]);
    let good = peer.good();
    peer.answer_exactly(&[event(5), good, event(6)]);
    assert_eq!(
        peer.deliveries(),
        [1, 2, 3, 4, 5, 6].map(|number| json!(number))
    );
}

#[test]
fn data_may_be_any_json() {
    let mut peer = Peer::ready();
    let data = [
        json!(""),
        json!(0),
        json!(false),
        json!(null),
        json!([]),
        json!({ "a": 1 }),
    ];
    let events: Vec<Value> = data.iter().map(|data| event(data.clone())).collect();
    peer.answer(&events);
    assert_eq!(peer.deliveries(), data);
}

#[test]
fn being_ready_is_told_before_the_events_of_the_same_answer() {
    let mut peer = Peer::opened();
    peer.grant();
    peer.accept();
    peer.answer(&[event("first")]);
    assert_eq!(
        peer.events(),
        [
            Event::Ready { renewed: false },
            Event::Delivery(json!("first").into())
        ]
    );
}

#[test]
fn a_held_connect_may_take_as_long_as_the_server_holds_and_the_network_delays() {
    let mut peer = Peer::ready();
    assert_eq!(peer.wait(), secs(70));
    let advice = json!({ "advice": { "timeout": 30_000 } });
    let good = peer.good_with(advice);
    peer.answer_exactly(&[good]);
    assert_eq!(peer.wait(), secs(40));
    peer.advance(secs(40));
    assert_eq!(peer.faults(), [(Fault::TimedOut, false)]);
    assert_eq!(peer.cancelled().len(), 1);
    assert!(peer.connect().asks_for_proof());
    assert_eq!(
        peer.wait(),
        secs(10),
        "an answer that is wanted at once is not waited for so long"
    );
}

#[test]
fn a_reply_with_another_id_or_none_closes_the_exchange() {
    for id in [Value::Null, json!("99"), json!(4), json!({}), json!("")] {
        let mut peer = Peer::ready();
        let reply = json!({ "channel": "/meta/connect", "id": id, "successful": true });
        peer.answer_exactly(&[event("with it"), reply]);
        assert_eq!(peer.deliveries(), [json!("with it")]);
        assert!(peer.holds(), "after a reply with id {id}");
    }
}

#[test]
fn of_several_connect_replies_the_one_with_our_id_counts() {
    let mut peer = Peer::ready();
    let good = peer.good_with(json!({ "ext": { "ack": 3 } }));
    let foreign =
        json!({ "channel": "/meta/connect", "id": "99", "successful": false, "error": "402::x" });
    peer.answer_exactly(&[foreign.clone(), good, foreign]);
    assert!(peer.holds());
    assert_eq!(peer.connect().last()["ext"]["ack"], 3);
}

#[test]
fn an_event_whose_id_equals_ours_settles_nothing() {
    let mut peer = Peer::ready();
    let id = peer.connect().message_id().to_owned();
    let sly = with(event("sly"), json!({ "id": id, "successful": true }));
    peer.answer_exactly(&[sly]);
    assert_eq!(peer.deliveries(), [json!("sly")]);
    peer.advance(secs(2));
    assert!(peer.connect().asks_for_proof(), "the connect had no reply");
}

#[test]
fn a_connect_reply_in_the_other_lane_is_dropped_and_its_events_are_not() {
    let mut peer = Peer::opened_without_ack();
    peer.grant();
    peer.answer(&[]);
    peer.forget();
    let held = peer.connect().id;
    let stray = json!({ "channel": "/meta/connect", "id": peer.connect().message_id(), "successful": false,
        "error": "402::session_unknown", "advice": { "reconnect": "none" }, "ext": { "ack": 9 } });
    let subscribed = json!({ "channel": "/meta/subscribe", "successful": true });
    peer.reply_to(
        "/meta/subscribe",
        &ok(&json!([stray, event("kept"), subscribed])),
    );
    assert_eq!(peer.deliveries(), [json!("kept")]);
    assert_eq!(peer.connect().id, held);
    assert_eq!(peer.cancelled(), []);
}

#[test]
fn an_answer_without_a_reply_delivers_and_is_tried_again_with_backoff() {
    let mut peer = Peer::ready();
    peer.answer_exactly(&[event("alone")]);
    assert_eq!(peer.deliveries(), [json!("alone")]);
    assert!(
        peer.connect().asks_for_proof(),
        "the first retry is immediate"
    );
    peer.answer_exactly(&[]);
    assert!(!peer.is_asked("/meta/connect"));
    assert!(
        (millis(750)..=millis(1250)).contains(&peer.wait()),
        "{:?}",
        peer.wait()
    );
    peer.advance(secs(2));
    peer.answer(&[]);
    assert!(peer.holds());
}

#[test]
fn a_bare_object_is_an_answer() {
    let mut peer = Peer::opened();
    let granted =
        json!({ "channel": "/meta/handshake", "successful": true, "clientId": "client-1" });
    peer.reply_to("/meta/handshake", &ok(&granted));
    peer.get_ready();
    let good = peer.good();
    peer.reply_to("/meta/connect", &ok(&good));
    assert!(peer.holds());
}

#[test]
fn a_late_answer_to_a_request_that_was_given_up_changes_nothing() {
    let mut peer = Peer::ready();
    let held = peer.connect().clone();
    peer.advance(secs(70));
    peer.forget();
    let proof = peer.connect().id;
    let none = json!([event("late"), { "channel": "/meta/connect", "id": held.message_id(), "successful": true,
        "advice": { "reconnect": "none" }, "ext": { "ack": 5 } }]);
    peer.reply(held.id, &ok(&none));
    assert_eq!(peer.events(), []);
    assert_eq!(peer.requests().len(), 0);
    assert_eq!(peer.connect().id, proof);
    peer.answer(&[]);
    assert_eq!(peer.connect().last()["ext"]["ack"], 0);
}

#[test]
fn an_answer_that_beats_its_own_timer_counts() {
    let mut peer = Peer::ready();
    let id = peer.connect().id;
    let good = peer.good();
    peer.now = peer.now + secs(200);
    peer.reply(id, &ok(&json!([event("slow"), good])));
    assert_eq!(peer.deliveries(), [json!("slow")]);
    assert!(peer.holds());
}

#[test]
fn a_forgotten_session_is_renewed_at_once_and_subscribed_again() {
    let mut peer = Peer::ready();
    peer.advance(secs(60));
    peer.answer(&[]);
    peer.advance(secs(20));
    peer.forget();
    peer.forget_client();
    assert_eq!(peer.sent(), ["/meta/handshake"]);
    peer.grant();
    peer.accept();
    peer.answer(&[]);
    assert_eq!(
        peer.sent(),
        ["/meta/subscribe", "/meta/connect", "/meta/connect"]
    );
    assert!(matches!(
        peer.events()[..],
        [
            Event::Trouble { .. },
            Event::Recovered,
            Event::Ready { renewed: true }
        ]
    ));
    assert_eq!(peer.connect().last()["clientId"], "client-2");
}

#[test]
fn every_dialect_of_unknown_client_leads_to_a_handshake() {
    let dialects = [
        "402::session_unknown",
        "402::Unknown client",
        "402:client-1:Unknown client",
        "403::Unknown client",
        "401:client-1:Unknown client",
        "402::unknown_session",
        "Unknown Session",
        "402",
    ];
    for error in dialects {
        let mut peer = Peer::ready();
        peer.refuse("/meta/connect", json!({ "error": error }));
        peer.advance(secs(1));
        assert!(peer.is_asked("/meta/handshake"), "{error}");
        peer.get_ready();
        assert!(peer.holds());
    }
}

#[test]
fn other_refusals_of_a_connect_keep_the_session() {
    for error in [
        "500::overloaded",
        "403::denied",
        "unknownclient",
        "412:unknown:x",
        "",
    ] {
        let mut peer = Peer::ready();
        peer.refuse("/meta/connect", json!({ "error": error }));
        peer.advance(secs(1));
        assert!(peer.connect().asks_for_proof(), "{error}");
        peer.answer(&[]);
        assert!(peer.holds());
        assert!(peer.events().contains(&Event::Recovered));
    }
}

#[test]
fn errors_are_told_without_the_client_id() {
    let mut peer = Peer::ready();
    peer.refuse(
        "/meta/connect",
        json!({ "error": "401:client-1:Unknown client" }),
    );
    let error = "401::Unknown client".to_owned();
    assert_eq!(peer.faults(), [(Fault::Refused { error }, false)]);
}

#[test]
fn failures_on_the_way_keep_the_session() {
    let failures: [fn(&mut Peer); 10] = [
        |peer| peer.fail("/meta/connect", Failure::Network),
        |peer| peer.fail("/meta/connect", Failure::Truncated),
        |peer| peer.reply_to("/meta/connect", &status(400)),
        |peer| peer.reply_to("/meta/connect", &status(408)),
        |peer| peer.reply_to("/meta/connect", &status(413)),
        |peer| peer.reply_to("/meta/connect", &status(500)),
        |peer| peer.reply_to("/meta/connect", &status(502)),
        |peer| peer.reply_to("/meta/connect", &status(204)),
        |peer| peer.reply_to("/meta/connect", &text("<html>")),
        |peer| peer.reply_to("/meta/connect", &text("")),
    ];
    for fail in failures {
        let mut peer = Peer::ready();
        fail(&mut peer);
        assert!(peer.connect().asks_for_proof());
        peer.answer(&[]);
        assert!(matches!(
            peer.events()[..],
            [Event::Trouble { .. }, Event::Recovered]
        ));
        assert_eq!(peer.connect().last()["clientId"], "client-1");
    }
}

#[test]
fn a_disconnect_by_the_server_ends_the_session_after_its_events() {
    let mut peer = Peer::ready();
    let good = peer.good();
    let farewell = json!({ "channel": "/meta/disconnect", "successful": true });
    peer.answer_exactly(&[event("last words"), farewell, good]);
    assert_eq!(
        peer.events(),
        [
            Event::Delivery(json!("last words").into()),
            Event::Ended(Reason::Disconnected)
        ]
    );
    peer.advance(secs(600));
    assert_eq!(peer.sent(), [] as [&str; 0]);
}

#[test]
fn a_disconnect_by_the_server_needs_no_connect_reply() {
    let mut peer = Peer::ready();
    peer.answer_exactly(&[json!({ "channel": "/meta/disconnect" })]);
    assert_eq!(peer.end(), Some(Reason::Disconnected));
    let mut peer = Peer::ready();
    let refused = json!({ "channel": "/meta/disconnect", "successful": false, "error": "402::x" });
    let good = peer.good();
    peer.answer_exactly(&[refused, good]);
    assert!(peer.holds(), "a refused disconnect is nobody's end");
}

#[test]
fn a_server_that_never_holds_is_asked_less_and_less_often() {
    let mut peer = Peer::ready();
    let mut gaps = Vec::new();
    for _ in 0..9 {
        let before = peer.now;
        peer.answer(&[]);
        while !peer.holds() {
            peer.advance_to_timer();
        }
        gaps.push(peer.now.since(before));
    }
    // The first ones run into the general limit of three requests a second.
    assert!(gaps[..2].iter().all(|gap| *gap <= millis(1001)), "{gaps:?}");
    assert_eq!(gaps[3..], [500, 1000, 2000, 2000, 2000, 2000].map(millis));
    peer.answer(&[event("news")]);
    assert!(peer.holds(), "news ends the mistrust");
}

#[test]
fn a_real_hold_ends_the_mistrust_too() {
    let mut peer = Peer::ready();
    for _ in 0..6 {
        peer.answer(&[]);
        peer.advance(secs(3));
    }
    peer.answer(&[]);
    assert!(peer.holds());
}

#[test]
fn a_hold_cut_twice_at_the_same_age_is_shortened_for_an_hour() {
    let cuts: [fn(&mut Peer); 4] = [
        |peer| peer.reply_to("/meta/connect", &status(504)),
        |peer| peer.reply_to("/meta/connect", &status(502)),
        |peer| peer.fail("/meta/connect", Failure::Network),
        |peer| peer.fail("/meta/connect", Failure::Truncated),
    ];
    for cut in cuts {
        let mut peer = Peer::ready();
        for _ in 0..2 {
            assert!(peer.connect().last().get("advice").is_none());
            peer.advance(secs(30));
            cut(&mut peer);
            peer.answer(&[]);
        }
        assert_eq!(peer.connect().last()["advice"]["timeout"], 24_000);
        assert_eq!(
            peer.wait(),
            secs(70),
            "a server that ignores the wish is not given up for it"
        );
        for _ in 0..150 {
            peer.advance(secs(24));
            peer.answer(&[]);
        }
        assert!(
            peer.connect().last().get("advice").is_none(),
            "an hour later"
        );
    }
}

#[test]
fn cuts_at_different_ages_and_very_young_ones_do_not_shorten_the_hold() {
    for ages in [[30, 40], [9, 9], [20, 50]] {
        let mut peer = Peer::ready();
        for age in ages {
            peer.advance(secs(age));
            peer.fail("/meta/connect", Failure::Network);
            while !peer.holds() {
                if peer.is_asked("/meta/connect") {
                    peer.answer(&[]);
                } else {
                    peer.advance_to_timer();
                }
            }
        }
        assert!(peer.connect().last().get("advice").is_none(), "{ages:?}");
    }
}

#[test]
fn a_hold_that_lived_longer_in_between_absolves_the_way() {
    let mut peer = Peer::ready();
    for age in [30, 45, 30] {
        peer.advance(secs(age));
        if age == 45 {
            peer.answer(&[]);
        } else {
            peer.fail("/meta/connect", Failure::Network);
            peer.answer(&[]);
        }
    }
    assert!(peer.connect().last().get("advice").is_none());
}

#[test]
fn a_server_that_holds_even_shorter_is_not_asked_to() {
    let mut peer = Peer::ready();
    for _ in 0..2 {
        peer.advance(secs(30));
        peer.fail("/meta/connect", Failure::Network);
        let good = peer.good_with(json!({ "advice": { "timeout": 24_000 } }));
        peer.answer_exactly(&[good]);
    }
    assert!(peer.connect().last().get("advice").is_none());
}

#[test]
fn a_hold_that_ends_in_silence_twice_is_halved() {
    let mut peer = Peer::ready();
    for _ in 0..2 {
        peer.advance(secs(70));
        peer.answer(&[]);
    }
    assert_eq!(peer.connect().last()["advice"]["timeout"], 35_000);
}

#[test]
fn the_hold_is_never_asked_to_be_shorter_than_ten_seconds() {
    let mut peer = Peer::ready();
    for _ in 0..2 {
        peer.advance(secs(11));
        peer.reply_to("/meta/connect", &status(504));
        peer.answer(&[]);
    }
    assert_eq!(peer.connect().last()["advice"]["timeout"], 10_000);
}

#[test]
fn answers_that_nobody_can_read_lead_to_a_new_session_in_the_end() {
    let mut peer = Peer::opened();
    peer.grant();
    peer.accept();
    for _ in 0..2 {
        peer.reply_to("/meta/connect", &text("[{\"channel\": oops"));
        peer.advance(secs(5));
    }
    assert!(peer.is_asked("/meta/connect"));
    peer.reply_to("/meta/connect", &text("[{\"channel\": oops"));
    peer.advance(secs(5));
    assert!(
        peer.is_asked("/meta/handshake"),
        "what is not acknowledged would come for ever"
    );
    peer.get_ready();
    assert!(peer.holds());
}

#[test]
fn one_answer_that_can_be_read_forgives_those_that_could_not() {
    let mut peer = Peer::ready();
    for _ in 0..4 {
        for _ in 0..2 {
            peer.reply_to("/meta/connect", &text("?"));
            while !peer.is_asked("/meta/connect") {
                peer.advance_to_timer();
            }
        }
        peer.get_ready();
    }
    assert_eq!(peer.connect().last()["clientId"], "client-1");
}

#[test]
fn an_answer_that_is_too_much_leads_to_a_new_session_at_once() {
    let deep = format!("[{}{}]", "[".repeat(100_000), "]".repeat(100_000));
    let huge = format!("[\"{}\"]", "x".repeat(10_000_000));
    for (body, expected) in [
        (deep, "a body of at most 256 levels of nesting"),
        (huge, "a body of at most 8 MB"),
    ] {
        let mut peer = Peer::ready();
        peer.reply_to("/meta/connect", &text(&body));
        assert_eq!(peer.faults(), [(Fault::Excessive { expected }, false)]);
        peer.advance(secs(2));
        peer.get_ready();
        assert_eq!(peer.connect().last()["clientId"], "client-2");
    }
}

#[test]
fn there_are_never_more_than_two_exchanges() {
    let mut peer = Peer::ready();
    for round in 0..50 {
        match round % 5 {
            0 => peer.answer(&[event(round)]),
            1 => peer.check(),
            2 => peer.fail("/meta/connect", Failure::Network),
            3 => peer.page(gms_chat_protocol::PageEvent::Visible),
            _ => peer.advance(secs(20)),
        }
        assert!(peer.lanes().len() <= 2);
        assert!(
            peer.lanes()
                .iter()
                .filter(|lane| **lane == Lane::Connect)
                .count()
                <= 1
        );
        while !peer.is_asked("/meta/connect") {
            peer.advance_to_timer();
        }
    }
}
