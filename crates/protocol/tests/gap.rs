//! Holes in the transcript: found on every path, repaired in every documented form, or told honestly.

#[path = "support/gms_peer.rs"]
mod gms_peer;

use gms_chat_protocol::chat::{Body, Connection, End, Phase};
use gms_chat_protocol::{Failure, Lane};
use gms_peer::{Fault, Peer, RefreshStyle, agent, millis, ok, secs};
use serde_json::json;

const MISSING: &str = "~ something is missing ~";

fn says(text: &str) -> serde_json::Value {
    agent("Message.Text", text)
}

/// A comet chat in which the delivery of `lost` did not arrive and that of `next` did.
fn with_hole(style: RefreshStyle) -> Peer {
    let mut chat = Peer::comet().with_agent();
    chat.gms.style = style;
    chat.gms.lost_event(says("lost"));
    chat.gms.event(says("next"));
    chat
}

#[test]
fn a_hole_is_repaired_before_what_stands_behind_it_is_shown() {
    for style in [RefreshStyle::Transcript, RefreshStyle::Pushed] {
        let mut chat = with_hole(style);
        chat.serving = false;
        chat.answer_connect();
        assert_eq!(chat.screen(), ["Kristi joined"], "{style:?}: held back");
        assert_eq!(
            chat.rest().request.body,
            "transcriptPosition=2",
            "{style:?}: asked at once"
        );
        chat.serving = true;
        chat.pump();
        assert_eq!(
            chat.screen(),
            ["Kristi joined", "Kristi: lost", "Kristi: next"],
            "{style:?}"
        );
    }
}

#[test]
fn where_the_position_is_ignored_the_start_is_asked_for() {
    let mut chat = with_hole(RefreshStyle::PushedFromStart);
    chat.advance(secs(5));
    assert_eq!(
        chat.screen(),
        ["Kristi joined", "Kristi: lost", "Kristi: next"]
    );
    assert_eq!(chat.last("refresh?transcriptPosition=1").request.body, "");
}

#[test]
fn where_nothing_helps_the_visitor_is_told() {
    let mut chat = with_hole(RefreshStyle::Nothing);
    chat.advance(secs(4));
    assert_eq!(chat.screen(), ["Kristi joined"], "not given up too early");
    chat.advance(secs(4));
    assert_eq!(chat.screen(), ["Kristi joined", MISSING, "Kristi: next"]);
    let forms: Vec<String> = chat.calls().split_off(2);
    assert_eq!(
        forms,
        [
            "/ixn/chat/refresh",
            "/ixn/chat/refresh?transcriptPosition=1",
            "/ixn/chat/refresh"
        ],
        "every documented form, and then no more"
    );
    chat.advance(secs(25));
    assert!(chat.calls().is_empty());
}

#[test]
fn what_was_lost_with_the_channel_is_marked_although_nothing_follows() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.style = RefreshStyle::Position;
    chat.gms.lost_event(says("lost"));
    chat.gms.forget_clients();
    chat.lose(Lane::Connect, Failure::Network);
    chat.advance(secs(5));
    assert_eq!(chat.screen(), ["Kristi joined"], "not given up too early");
    chat.advance(secs(8));
    assert_eq!(chat.screen(), ["Kristi joined", MISSING]);
    chat.agent_says("next");
    chat.advance(secs(1));
    assert_eq!(chat.screen(), ["Kristi joined", MISSING, "Kristi: next"]);
    chat.gms.style = RefreshStyle::Transcript;
    chat.advance(secs(40));
    assert_eq!(
        chat.screen(),
        ["Kristi joined", "Kristi: lost", "Kristi: next"],
        "it is asked for once more, as there is occasion"
    );
}

#[test]
fn what_cannot_be_had_of_a_chat_that_is_over_is_marked() {
    for (lost, wanted) in [
        (
            vec![says("one"), says("two")],
            vec!["Kristi joined", MISSING],
        ),
        // The notice that the agent left is what ended the chat: the visitor is told that anyway.
        (vec![], vec!["Kristi joined"]),
    ] {
        let mut chat = Peer::comet().with_agent();
        chat.gms.style = RefreshStyle::Position;
        for event in lost {
            chat.gms.lost_event(event);
        }
        chat.gms.lost_event(agent("Notice.Left", ""));
        chat.gms.over = true;
        chat.gms.forget_clients();
        for _ in 0..20 {
            chat.gms.fault("/handshake", Fault::Status(503, None));
        }
        chat.lose(Lane::Connect, Failure::Network);
        chat.advance(secs(30));
        assert_eq!(chat.phase(), Phase::Ended(End::Server));
        assert_eq!(chat.screen(), wanted);
    }
}

#[test]
fn an_echo_of_the_visitors_own_that_was_lost_with_the_channel_is_no_gap() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.style = RefreshStyle::Position;
    chat.serving = false;
    chat.say("mine");
    let sent = chat.rest().request.body.clone();
    assert_eq!(sent, "message=mine");
    chat.gms
        .lost_event(json!(["Message.Text", "Ada", "mine", "9", "CLIENT"]));
    let answer = chat.gms.chat_object(None);
    chat.answer(Lane::Rest, ok(answer));
    chat.serving = true;
    chat.gms.forget_clients();
    chat.lose(Lane::Connect, Failure::Network);
    chat.advance(secs(40));
    assert_eq!(chat.screen(), ["Kristi joined", "me: mine ✓"]);
}

#[test]
fn the_mark_goes_when_the_missing_turns_up_after_all() {
    let mut chat = with_hole(RefreshStyle::Nothing);
    chat.advance(secs(10));
    assert_eq!(chat.screen()[1], MISSING);
    let whole = chat.gms.delivery(0);
    chat.gms.deliver(whole);
    chat.pump();
    assert_eq!(
        chat.screen(),
        ["Kristi joined", "Kristi: lost", "Kristi: next"]
    );
}

#[test]
fn the_mark_stays_as_long_as_anything_is_missing() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.style = RefreshStyle::Nothing;
    chat.gms.lost_event(says("one"));
    let one = chat.gms.delivery(1);
    chat.gms.lost_event(says("two"));
    let two = chat.gms.delivery(2);
    chat.gms.event(says("three"));
    chat.advance(secs(10));
    assert_eq!(chat.screen(), ["Kristi joined", MISSING, "Kristi: three"]);
    chat.gms.deliver(two);
    chat.pump();
    assert_eq!(
        chat.screen(),
        ["Kristi joined", MISSING, "Kristi: two", "Kristi: three"]
    );
    chat.gms.deliver(one);
    chat.pump();
    assert_eq!(
        chat.screen(),
        [
            "Kristi joined",
            "Kristi: one",
            "Kristi: two",
            "Kristi: three"
        ]
    );
}

#[test]
fn the_mark_moves_to_what_is_missing_still() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.style = RefreshStyle::Nothing;
    for text in ["one", "two", "three"] {
        chat.gms.lost_event(says(text));
    }
    chat.agent_says("four");
    chat.advance(secs(10));
    assert_eq!(chat.screen(), ["Kristi joined", MISSING, "Kristi: four"]);
    // The middle one comes late.
    let mut late = chat.gms.chat_object(Some(2));
    late["transcriptPosition"] = json!("4");
    late["transcriptToShow"].as_array_mut().unwrap().truncate(1);
    chat.gms.deliver_object(late);
    chat.answer_connect();
    assert_eq!(
        chat.screen(),
        [
            "Kristi joined",
            MISSING,
            "Kristi: two",
            MISSING,
            "Kristi: four"
        ]
    );
}

#[test]
fn two_holes_are_two_marks() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.style = RefreshStyle::Nothing;
    for text in ["a", "b"] {
        chat.gms.lost_event(says("lost"));
        chat.gms.event(says(text));
    }
    chat.advance(secs(30));
    assert_eq!(
        chat.screen(),
        ["Kristi joined", MISSING, "Kristi: a", MISSING, "Kristi: b"]
    );
}

#[test]
fn talk_during_the_repair_does_not_prolong_it_for_ever() {
    let mut chat = with_hole(RefreshStyle::Nothing);
    for round in 0..8 {
        chat.gms.event(says(&format!("more {round}")));
        chat.advance(secs(1));
    }
    let screen = chat.screen();
    assert_eq!(&screen[..3], ["Kristi joined", MISSING, "Kristi: next"]);
    assert_eq!(screen.len(), 3 + 8);
}

#[test]
fn a_repair_waits_for_the_network_and_is_not_given_up_meanwhile() {
    let mut chat = with_hole(RefreshStyle::Transcript);
    for _ in 0..6 {
        chat.gms.fault("/refresh", Fault::Lost);
    }
    chat.advance(secs(20));
    assert_eq!(chat.screen(), ["Kristi joined"]);
    assert!(matches!(chat.connection(), Connection::Troubled { .. }));
    chat.advance(secs(100));
    assert!(chat.gms.is_clean());
    assert_eq!(
        chat.screen(),
        ["Kristi joined", "Kristi: lost", "Kristi: next"]
    );
}

#[test]
fn a_position_in_an_answer_betrays_a_delivery_that_is_missing() {
    for style in [RefreshStyle::Transcript, RefreshStyle::Pushed] {
        let mut chat = Peer::comet().with_agent();
        chat.gms.style = style;
        chat.gms.lost_event(says("the last thing I said"));
        // The answer to this names position 3, and so far nothing stands behind 2.
        chat.command(gms_chat_protocol::chat::Command::Notice("x".to_owned()));
        chat.advance(millis(1400));
        assert_eq!(chat.screen(), ["Kristi joined"]);
        chat.advance(millis(300));
        assert_eq!(
            chat.screen(),
            ["Kristi joined", "Kristi: the last thing I said"],
            "{style:?}"
        );
    }
}

#[test]
fn a_betrayal_that_leads_to_nothing_is_followed_three_times() {
    let mut chat = Peer::comet().with_agent();
    let body = r#"{"chatIxnState":"TRANSCRIPT","transcriptPosition":"9"}"#;
    chat.gms.fault("/customNotice", Fault::Body(200, body));
    for _ in 0..9 {
        chat.gms.fault("/refresh", Fault::Body(200, body));
    }
    chat.command(gms_chat_protocol::chat::Command::Notice("x".to_owned()));
    chat.advance(secs(30));
    assert_eq!(
        chat.count("/refresh") + chat.count("/refresh?transcriptPosition=1"),
        3
    );
    assert_eq!(
        chat.screen(),
        ["Kristi joined"],
        "nothing is known to be missing"
    );
}

#[test]
fn a_hole_in_poll_mode_is_asked_for_at_once() {
    let mut chat = Peer::polling().with_agent();
    chat.gms.lost_event(says("one"));
    chat.gms.lost_event(says("two"));
    chat.gms.lost_event(says("three"));
    let last = chat.gms.chat_object(Some(3)).to_string();
    chat.gms.fault("/refresh", Fault::Body(200, last.leak()));
    chat.advance(millis(2600));
    assert_eq!(
        chat.screen(),
        [
            "Kristi joined",
            "Kristi: one",
            "Kristi: two",
            "Kristi: three"
        ]
    );
}

#[test]
fn a_poll_that_lies_about_its_positions_ends_in_an_honest_mark() {
    let mut chat = Peer::polling().with_agent();
    let body = r#"{"chatIxnState":"TRANSCRIPT","transcriptPosition":7,
        "transcriptToShow":[["Message.Text","Kristi","far ahead","30","AGENT"]]}"#;
    for _ in 0..30 {
        chat.gms.fault("/refresh", Fault::Body(200, body));
    }
    chat.advance(secs(20));
    assert_eq!(
        chat.screen(),
        ["Kristi joined", MISSING, "Kristi: far ahead"]
    );
}

#[test]
fn an_absurd_position_is_not_believed() {
    for position in ["4000000000", "18446744073709551615", "\"99999999\""] {
        let mut chat = Peer::comet().with_agent();
        let message = format!(
            r#"{{"transcriptPosition":{position},
                "transcriptToShow":[["Message.Text","Kristi","hello","30","AGENT"]]}}"#
        );
        let message: serde_json::Value = serde_json::from_str(&message).unwrap();
        chat.gms.deliver_object(message);
        chat.pump();
        assert_eq!(
            chat.screen(),
            ["Kristi joined", "Kristi: hello"],
            "{position}"
        );
    }
}

#[test]
fn events_without_any_position_are_shown_in_the_order_in_which_they_come() {
    let mut chat = Peer::comet().with_agent();
    for text in ["one", "two"] {
        let event = json!([["Message.Text", "Kristi", text, "30", "AGENT"]]);
        chat.gms.deliver_object(json!({"transcriptToShow": event}));
    }
    chat.pump();
    assert_eq!(
        chat.screen(),
        ["Kristi joined", "Kristi: one", "Kristi: two"]
    );
}

#[test]
fn an_index_is_preferred_and_shows_a_hole_inside_a_batch() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.style = RefreshStyle::Nothing;
    let event =
        |text: &str, index: u32| json!(["Message.Text", "Kristi", text, "30", "AGENT", index]);
    let message = json!({
        "transcriptPosition": "5",
        "transcriptToShow": [event("three", 3), event("five", 5)],
    });
    chat.gms.deliver_object(message);
    chat.advance(secs(10));
    assert_eq!(
        chat.screen(),
        ["Kristi joined", "Kristi: three", MISSING, "Kristi: five"]
    );
}

#[test]
fn an_index_that_counts_from_zero_is_shifted_and_a_senseless_one_is_not_used() {
    let event = |text: &str, index: serde_json::Value| {
        json!(["Message.Text", "Kristi", text, "30", "AGENT", index])
    };
    let batches = [
        [event("three", json!(2)), event("four", json!(3))],
        [event("three", json!("3")), event("four", json!("4"))],
        [event("three", json!(9)), event("four", json!(9))],
        [event("three", json!("a")), event("four", json!(null))],
        [event("three", json!(100)), event("four", json!(101))],
    ];
    for batch in batches {
        let mut chat = Peer::comet().with_agent();
        let message = json!({"transcriptPosition": "4", "transcriptToShow": batch});
        chat.gms.deliver_object(message);
        chat.pump();
        assert_eq!(
            chat.screen(),
            ["Kristi joined", "Kristi: three", "Kristi: four"],
            "{batch:?}"
        );
    }
}

#[test]
fn a_quoted_transcript_and_numbers_in_any_form_are_read() {
    let events = r#"[["Message.Text","Kristi","hello",30,"AGENT"]]"#;
    let forms = [
        json!({"transcriptPosition": 3, "transcriptToShow": events}),
        json!({"transcriptPosition": "3", "transcriptToShow": serde_json::from_str::<serde_json::Value>(events).unwrap()}),
        json!({"transcriptPosition": 3.0, "transcriptToShow": [["Message.Text","Kristi","hello","30","AGENT","text",{"a":1},7]]}),
    ];
    for message in forms {
        let mut chat = Peer::comet().with_agent();
        chat.gms.deliver_object(message);
        chat.pump();
        assert_eq!(chat.screen(), ["Kristi joined", "Kristi: hello"]);
        assert_eq!(chat.entry(1).at, Some(1_411_717_255_000 + 30_000));
    }
}

#[test]
fn the_mark_itself_is_an_entry_of_nobody() {
    let mut chat = with_hole(RefreshStyle::Nothing);
    chat.advance(secs(10));
    assert_eq!(chat.entry(1).body, Body::Gap);
    assert_eq!(chat.entry(1).party.nickname, "");
    assert_eq!(chat.entry(1).at, None);
}

#[test]
fn a_monstrous_delivery_is_read_from_its_end_in_good_time() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.style = RefreshStyle::Nothing;
    let event = |number: usize| json!(["Message.Text", "K", number, "1", "AGENT"]);
    let many: Vec<_> = (0..21_000).map(event).collect();
    let message = json!({"transcriptPosition": 1, "transcriptToShow": many});
    chat.gms.deliver_object(message);
    // And some at positions that are taken already: nothing of it is lost or doubled.
    let again: Vec<_> = (20_900..21_010).map(event).collect();
    let message = json!({"transcriptPosition": 19_000, "transcriptToShow": again});
    chat.gms.deliver_object(message);
    chat.advance(secs(20));
    let screen = chat.screen();
    assert_eq!(screen.len(), 1 + 20_000 + 10);
    assert_eq!(screen[1], "K: 1000");
    assert!(screen.contains(&"K: 21009".to_owned()));
}

#[test]
fn a_thousand_events_in_one_delivery_are_shown_in_order() {
    let mut chat = Peer::comet().with_agent();
    let many = (0..1000).map(|number| says(&number.to_string())).collect();
    chat.gms.events(many);
    chat.pump();
    let lines: Vec<String> = chat.screen().split_off(1);
    let expected: Vec<String> = (0..1000)
        .map(|number| format!("Kristi: {number}"))
        .collect();
    assert_eq!(lines, expected);
}
