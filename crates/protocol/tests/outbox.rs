//! The visitor's messages: once each, in order, and always with a true word about their fate.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

#[path = "support/gms_peer.rs"]
mod gms_peer;

use gms_chat_protocol::chat::{Change, Command, Event};
use gms_chat_protocol::{Failure, Lane, PageEvent};
use gms_peer::{Fault, Peer, RefreshStyle, agent, millis, ok, secs};
use serde_json::json;

/// The path by which messages leave, and a chat of each mode.
fn chats() -> [(&'static str, Peer); 2] {
    [
        ("/refresh", Peer::polling().with_agent()),
        ("/send", Peer::comet().with_agent()),
    ]
}

fn mine(chat: &Peer) -> Vec<String> {
    let screen = chat.screen().into_iter();
    screen.filter(|line| line.starts_with("me: ")).collect()
}

/// The faults after which nobody knows whether the server has the message.
fn silent_faults() -> [Fault; 8] {
    [
        Fault::Lost,
        Fault::AnswerLost,
        Fault::Silence,
        Fault::DoneInSilence,
        Fault::Truncated,
        Fault::Status(502, None),
        Fault::DoneButStatus(504),
        Fault::DoneButBody("<html>"),
    ]
}

#[test]
fn a_message_whose_answer_is_lost_is_unknown_and_then_sent_exactly_once() {
    for fault in silent_faults() {
        for (path, mut chat) in chats() {
            chat.gms.fault(path, fault.clone());
            chat.say("only once");
            let after = if matches!(fault, Fault::Silence | Fault::DoneInSilence) {
                10_000
            } else {
                0
            };
            chat.advance(millis(after));
            let early = mine(&chat);
            assert!(
                early == ["me: only once ?"] || early == ["me: only once ✓"],
                "{fault:?} {early:?}"
            );
            chat.advance(secs(40));
            assert_eq!(mine(&chat), ["me: only once ✓"], "{fault:?} by {path}");
            assert_eq!(chat.gms.received, ["only once"], "{fault:?} by {path}");
        }
    }
}

#[test]
fn five_messages_typed_at_once_leave_one_by_one() {
    for (path, mut chat) in chats() {
        let texts = ["one", "two", "three", "four", "five"];
        chat.serving = false;
        texts.iter().for_each(|text| chat.say(text));
        let sent = |chat: &Peer| {
            let is_send = |body: &str| body.contains("message=");
            let sent = chat.sent.iter().map(|sent| sent.request.body.as_str());
            sent.filter(|body| is_send(body)).count()
        };
        for count in 1..=texts.len() {
            assert_eq!(sent(&chat), count, "{path}");
            let object = chat.gms.chat_object(None);
            chat.answer(Lane::Rest, ok(object));
            // Three requests a second are the most.
            chat.advance(secs(1));
        }
    }
}

#[test]
fn those_behind_an_unknown_one_wait_and_keep_their_order() {
    for fault in silent_faults() {
        for (path, mut chat) in chats() {
            chat.gms.fault(path, fault.clone());
            for text in ["one", "two", "three"] {
                chat.say(text);
            }
            chat.advance(secs(50));
            assert_eq!(
                mine(&chat),
                ["me: one ✓", "me: two ✓", "me: three ✓"],
                "{fault:?} {path}"
            );
            assert_eq!(
                chat.gms.received,
                ["one", "two", "three"],
                "{fault:?} {path}"
            );
        }
    }
}

#[test]
fn absence_is_not_believed_as_long_as_the_request_may_still_arrive() {
    let mut chat = Peer::polling().with_agent();
    chat.serving = false;
    chat.advance(secs(1));
    chat.say("slow");
    // The poll on the wire first.
    let poll = chat.rest().clone();
    let answer = chat
        .gms
        .serve(poll.id, &poll.request, chat.now)
        .unwrap()
        .unwrap();
    chat.answer(Lane::Rest, answer);
    let message = chat.rest().clone();
    chat.lose(Lane::Rest, Failure::Network);
    chat.serving = true;
    // The refreshes of the next seconds do not show it, and yet it must not be sent again.
    chat.advance(secs(4));
    assert_eq!(mine(&chat), ["me: slow ?"]);
    assert!(chat.gms.received.is_empty());
    chat.gms.serve(message.id, &message.request, chat.now);
    chat.advance(secs(20));
    assert_eq!(mine(&chat), ["me: slow ✓"]);
    assert_eq!(chat.gms.received, ["slow"]);
}

#[test]
fn what_is_typed_offline_goes_out_after_reconnecting() {
    for (_, mut chat) in chats() {
        chat.online = false;
        chat.page(PageEvent::Offline);
        chat.advance(secs(3));
        chat.say("typed in a tunnel");
        chat.say("and more");
        chat.advance(secs(60));
        assert!(chat.gms.received.is_empty());
        chat.online = true;
        chat.page(PageEvent::Online);
        chat.advance(secs(10));
        assert_eq!(chat.gms.received, ["typed in a tunnel", "and more"]);
        assert_eq!(mine(&chat), ["me: typed in a tunnel ✓", "me: and more ✓"]);
    }
}

#[test]
fn a_refused_message_fails_and_does_not_block_those_behind_it() {
    for (path, mut chat) in chats() {
        chat.gms.fault(path, Fault::Status(413, None));
        chat.say("too long");
        chat.say("short");
        chat.advance(secs(5));
        assert_eq!(
            mine(&chat),
            ["me: too long ✗ refused", "me: short ✓"],
            "{path}"
        );
        assert_eq!(chat.gms.received, ["short"], "{path}");
    }
}

#[test]
fn refusals_of_every_kind_are_told_apart() {
    let exception = r#"{"message":"no","exception":"BadWords"}"#;
    for (fault, mark) in [
        (Fault::Status(400, None), "refused"),
        (Fault::Status(415, None), "refused"),
        (Fault::Status(403, None), "unauthorised"),
        (Fault::Status(404, None), "not_found"),
        (Fault::Body(200, exception), "exception"),
    ] {
        for (path, mut chat) in chats() {
            chat.gms.fault(path, fault.clone());
            chat.say("hm");
            chat.advance(secs(5));
            assert_eq!(mine(&chat), [format!("me: hm ✗ {mark}")], "{path}");
        }
    }
}

#[test]
fn a_failed_message_can_be_sent_once_more_and_goes_to_the_end() {
    for (path, mut chat) in chats() {
        chat.gms.fault(path, Fault::Status(400, None));
        chat.say("first");
        chat.say("second");
        chat.advance(secs(5));
        assert_eq!(mine(&chat), ["me: first ✗ refused", "me: second ✓"]);
        let key = chat.key(1);
        chat.command(Command::Retry(key));
        chat.advance(secs(5));
        assert_eq!(mine(&chat), ["me: second ✓", "me: first ✓"]);
        assert_eq!(chat.key(2), key, "it is the same entry");
        assert_eq!(chat.gms.received, ["second", "first"]);
    }
}

#[test]
fn a_failed_message_can_be_discarded() {
    let mut chat = Peer::polling().with_agent();
    chat.gms.fault("/refresh", Fault::Status(400, None));
    chat.say("never mind");
    let key = chat.key(1);
    chat.command(Command::Discard(key));
    assert_eq!(chat.screen(), ["Kristi joined"]);
    chat.command(Command::Discard(key));
    chat.command(Command::Retry(key));
    chat.advance(secs(5));
    assert!(chat.gms.received.is_empty());
}

#[test]
fn messages_that_have_not_failed_cannot_be_retried_or_discarded() {
    let mut chat = Peer::comet().with_agent();
    chat.say("settled");
    chat.serving = false;
    chat.say("on the wire");
    chat.say("waiting");
    for line in 1..4 {
        let key = chat.key(line);
        chat.command(Command::Retry(key));
        chat.command(Command::Discard(key));
    }
    chat.serving = true;
    chat.advance(secs(3));
    assert_eq!(chat.gms.received, ["settled", "on the wire", "waiting"]);
    assert_eq!(
        mine(&chat),
        ["me: settled ✓", "me: on the wire ✓", "me: waiting ✓"]
    );
}

#[test]
fn blank_messages_are_ignored() {
    let mut chat = Peer::polling().with_agent();
    for text in ["", " ", "\n\t ", "\u{a0}"] {
        chat.say(text);
    }
    assert_eq!(chat.screen(), ["Kristi joined"]);
}

#[test]
fn equal_messages_are_told_apart_by_their_order() {
    for (path, mut chat) in chats() {
        chat.say("ok");
        chat.gms.fault(path, Fault::AnswerLost);
        chat.say("ok");
        chat.gms.fault(path, Fault::Lost);
        chat.say("ok");
        chat.advance(secs(40));
        assert_eq!(mine(&chat), ["me: ok ✓", "me: ok ✓", "me: ok ✓"], "{path}");
        assert_eq!(chat.gms.received, ["ok", "ok", "ok"], "{path}");
    }
}

#[test]
fn an_older_message_of_the_same_words_is_no_echo() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.style = RefreshStyle::Transcript;
    chat.gms
        .event(json!(["Message.Text", "VasyaP", "yes", "1", "CLIENT"]));
    chat.pump();
    assert_eq!(
        chat.screen(),
        ["Kristi joined", "VasyaP: yes"],
        "not written on this page"
    );
    chat.gms.fault("/send", Fault::Lost);
    chat.say("yes");
    chat.advance(secs(30));
    assert_eq!(chat.gms.received, ["yes"]);
    assert_eq!(chat.screen(), ["Kristi joined", "VasyaP: yes", "me: yes ✓"]);
}

#[test]
fn an_echo_that_the_server_has_changed_is_recognised() {
    for (path, mut chat) in chats() {
        chat.gms
            .fault(path, Fault::Body(200, r#"{"chatIxnState":"TRANSCRIPT"}"#));
        chat.say("a < b 😀");
        chat.gms.event(json!([
            "Message.Text",
            "VasyaP",
            "a &lt; b ?",
            "1",
            "CLIENT"
        ]));
        chat.advance(secs(5));
        assert_eq!(mine(&chat), ["me: a < b 😀 ✓"], "{path}");
        assert_eq!(chat.screen().len(), 2, "{path}");
    }
}

#[test]
fn blanks_and_line_breaks_do_not_keep_an_echo_from_its_message() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.fault("/send", Fault::Body(200, "{}"));
    chat.say("  two\nlines \n");
    chat.gms.event(json!([
        "Message.Text",
        "VasyaP",
        "two\r\nlines",
        "1",
        "CLIENT"
    ]));
    chat.pump();
    assert_eq!(mine(&chat), ["me:   two\nlines \n ✓"]);
}

#[test]
fn an_arriving_message_stands_above_what_is_still_under_way() {
    let mut chat = Peer::comet().with_agent();
    chat.serving = false;
    chat.say("mine");
    let key = chat.key(1);
    chat.gms.event(agent("Message.Text", "theirs"));
    chat.answer_connect();
    assert_eq!(
        chat.screen(),
        ["Kristi joined", "Kristi: theirs", "me: mine …"]
    );
    chat.serving = true;
    chat.pump();
    assert_eq!(
        chat.screen(),
        ["Kristi joined", "Kristi: theirs", "me: mine ✓"]
    );
    let moved = Event::Entry(Change::Removed(key));
    assert!(!chat.events.contains(&moved), "it has not moved");
}

#[test]
fn a_failed_message_that_turns_up_after_all_takes_its_true_place() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.fault("/send", Fault::Status(400, None));
    chat.say("refused, or is it?");
    chat.gms.lost_event(json!([
        "Message.Text",
        "VasyaP",
        "refused, or is it?",
        "1",
        "CLIENT"
    ]));
    chat.gms.style = RefreshStyle::Transcript;
    chat.agent_says("I have read it");
    chat.advance(secs(5));
    assert_eq!(
        chat.screen(),
        [
            "Kristi joined",
            "me: refused, or is it? ✓",
            "Kristi: I have read it"
        ]
    );
}

#[test]
fn what_was_accepted_but_never_shown_counts_as_sent() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.style = RefreshStyle::Nothing;
    chat.gms.fault(
        "/send",
        Fault::Body(200, r#"{"_id":"x","comet_channel":"/_genesys"}"#),
    );
    chat.say("into the void");
    chat.advance(secs(2));
    assert_eq!(mine(&chat), ["me: into the void …"]);
    chat.advance(secs(15));
    assert_eq!(mine(&chat), ["me: into the void ✓"]);
    // And if the echo comes later after all, the message is not shown twice.
    chat.gms.event(json!([
        "Message.Text",
        "VasyaP",
        "into the void",
        "1",
        "CLIENT"
    ]));
    chat.pump();
    assert_eq!(mine(&chat), ["me: into the void ✓"]);
}

#[test]
fn a_doubt_that_nothing_settles_stays_a_doubt_and_is_the_visitors_to_decide() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.style = RefreshStyle::Nothing;
    chat.gms.fault("/send", Fault::Lost);
    chat.say("did you get this?");
    chat.say("and this?");
    chat.advance(secs(40));
    assert_eq!(mine(&chat), ["me: did you get this? ??", "me: and this? ✓"]);
    assert_eq!(
        chat.gms.received,
        ["and this?"],
        "it is not sent twice by itself"
    );
    let key = chat.key(1);
    chat.command(Command::Retry(key));
    chat.advance(secs(10));
    assert_eq!(mine(&chat), ["me: and this? ✓", "me: did you get this? ✓"]);
}

#[test]
fn a_busy_server_gets_the_message_later_and_once() {
    for (path, mut chat) in chats() {
        chat.gms.fault(path, Fault::Status(503, Some("5")));
        chat.say("hello");
        chat.advance(millis(4900));
        assert!(chat.gms.received.is_empty(), "{path}");
        chat.advance(secs(10));
        assert_eq!(chat.gms.received, ["hello"], "{path}");
        assert_eq!(mine(&chat), ["me: hello ✓"], "{path}");
    }
}

#[test]
fn a_lost_delivery_of_the_echo_is_fetched() {
    for style in [RefreshStyle::Transcript, RefreshStyle::Pushed] {
        let mut chat = Peer::comet().with_agent();
        chat.gms.style = style;
        chat.gms.fault("/send", Fault::Body(200, "{}"));
        chat.say("echo?");
        chat.gms
            .lost_event(json!(["Message.Text", "VasyaP", "echo?", "1", "CLIENT"]));
        chat.advance(secs(6));
        assert_eq!(mine(&chat), ["me: echo? ✓"], "{style:?}");
    }
}

#[test]
fn too_many_waiting_messages_fail_at_once_and_can_be_retried() {
    let mut chat = Peer::polling().with_agent();
    chat.online = false;
    for number in 0..150 {
        chat.say(&number.to_string());
    }
    let waiting = mine(&chat)
        .iter()
        .filter(|line| !line.contains('✗'))
        .count();
    assert_eq!((waiting, mine(&chat).len()), (100, 150));
    assert_eq!(mine(&chat)[100], "me: 100 ✗ busy");
    let key = chat.key(101);
    chat.online = true;
    chat.page(PageEvent::Online);
    chat.advance(secs(60));
    chat.command(Command::Retry(key));
    chat.advance(secs(2));
    assert_eq!(mine(&chat).last().unwrap(), "me: 100 ✓");
}

#[test]
fn an_answer_about_another_chat_proves_nothing() {
    let mut chat = Peer::polling().with_agent();
    chat.gms.fault("/refresh", Fault::AnswerLost);
    chat.say("only once");
    let foreign = r#"{"chatSessionId":"OTHER","chatIxnState":"TRANSCRIPT","transcriptPosition":2}"#;
    for _ in 0..8 {
        chat.gms.fault("/refresh", Fault::Body(200, foreign));
    }
    chat.advance(secs(30));
    assert_eq!(chat.gms.received, ["only once"]);
    assert_eq!(mine(&chat), ["me: only once ✓"]);
}

#[test]
fn a_transcript_that_ends_too_early_proves_nothing() {
    let mut chat = Peer::comet().with_agent();
    chat.agent_says("one");
    chat.gms.fault("/send", Fault::AnswerLost);
    chat.gms.style = RefreshStyle::Nothing;
    let early = r#"{"chatIxnState":"TRANSCRIPT","transcriptPosition":"1"}"#;
    for _ in 0..8 {
        chat.gms.fault("/refresh", Fault::Body(200, early));
    }
    chat.serving = false;
    chat.say("only once");
    let sent = chat.rest().clone();
    // The server has it; neither the answer nor the echo arrives.
    let _ = chat.gms.serve(sent.id, &sent.request, chat.now);
    chat.gms.forget_clients();
    chat.lose(Lane::Rest, Failure::Network);
    chat.serving = true;
    chat.advance(secs(40));
    assert_eq!(chat.gms.received, ["only once"]);
}

#[test]
fn a_hundred_messages_typed_offline_arrive_in_order() {
    for (_, mut chat) in chats() {
        chat.online = false;
        for number in 0..100 {
            chat.say(&number.to_string());
        }
        chat.advance(secs(20));
        chat.online = true;
        chat.page(PageEvent::Online);
        chat.advance(secs(60));
        let expected: Vec<String> = (0..100).map(|number| number.to_string()).collect();
        assert_eq!(chat.gms.received, expected);
        assert!(mine(&chat).iter().all(|line| line.ends_with('✓')));
    }
}
