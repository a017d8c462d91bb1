//! What the simulation found, each as the shortest story that shows it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

#[path = "support/gms_peer.rs"]
mod gms_peer;

use gms_chat_protocol::chat::{Body, Command, Delivery, Fate, Phase, Problem};
use gms_chat_protocol::{Failure, Lane, Output};
use gms_peer::{Fault, Peer, RefreshStyle, agent, config, millis, ok, secs};
use serde_json::json;

const MISSING: &str = "~ something is missing ~";

/// The fate of the visitor's only message.
fn fate(chat: &Peer) -> Fate {
    let screen = chat.screen();
    let line = screen.iter().position(|line| line.starts_with("me: "));
    match &chat.entry(line.unwrap()).body {
        Body::Mine { fate, .. } => fate.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_chat_that_is_over_takes_no_message_whatever_it_answers() {
    for mut chat in [Peer::polling(), Peer::comet()] {
        chat.advance(secs(30));
        chat.gms.over = true;
        let path = if chat.gms.comet { "/send" } else { "/refresh" };
        // Over, and not taken: the answer is a chat object all the same.
        chat.gms.fault(
            path,
            Fault::Body(
                200,
                r#"{"chatIxnState":"DISCONNECTED","transcriptPosition":1}"#,
            ),
        );
        chat.say("too late");
        chat.advance(secs(30));
        assert!(matches!(chat.phase(), Phase::Ended(_)));
        assert_eq!(fate(&chat), Fate::Failed(Problem::Ended));
    }
}

#[test]
fn an_empty_answer_is_no_receipt() {
    for mut chat in [Peer::polling(), Peer::comet()] {
        chat.advance(secs(30));
        let path = if chat.gms.comet { "/send" } else { "/refresh" };
        chat.gms.fault(path, Fault::Body(200, ""));
        chat.say("hello");
        chat.advance(secs(30));
        assert_eq!(chat.gms.received, ["hello"], "sent again, once");
        assert_eq!(fate(&chat), Fate::Sent);
    }
}

#[test]
fn a_message_that_somebody_delivers_twice_is_not_the_echo_of_the_next() {
    let mut chat = Peer::comet();
    chat.advance(secs(2));
    chat.say("one");
    chat.advance(millis(1));
    chat.serving = false;
    chat.say("two");
    chat.serving = true;
    chat.gms
        .event(json!(["Message.Text", "Ada", "one", "9", "CLIENT"]));
    chat.advance(secs(20));
    let screen = chat.screen();
    let mine: Vec<_> = screen
        .iter()
        .filter(|line| line.starts_with("me: "))
        .collect();
    assert_eq!(mine, ["me: one ✓", "me: two ✓"]);
    let texts = screen.iter().filter(|line| line.contains("two"));
    assert_eq!(texts.count(), 1, "{screen:?}");
}

#[test]
fn the_channels_timers_run_whatever_input_comes_first() {
    let mut chat = Peer::new(config(Delivery::Cometd));
    chat.serving = false;
    chat.start();
    let handshakes = chat.count("/handshake");
    // The page slept past the deadline, and a key press comes before the timer.
    chat.now = chat.now + secs(30);
    chat.say("hello");
    assert!(chat.count("/handshake") > handshakes);
    let wait = chat.session.poll_output();
    assert!(
        matches!(wait, Output::Wait(Some(due)) if due > chat.now),
        "{wait:?}"
    );
}

#[test]
fn what_is_aborted_in_the_same_breath_is_never_sent() {
    let mut chat = Peer::new(config(Delivery::Auto));
    chat.serving = false;
    chat.start();
    // The tenth second without an answer: the chat goes on without CometD, whose retry is not sent.
    chat.advance(secs(10));
    assert_eq!(chat.count("/handshake"), 1);
    assert_eq!(chat.count("request-chat"), 1);
}

#[test]
fn a_doubt_is_not_given_up_before_it_can_be_settled() {
    let mut chat = Peer::comet();
    chat.gms.style = RefreshStyle::Nothing;
    chat.advance(secs(2));
    chat.gms.fault("/send", Fault::Lost);
    chat.say("hello");
    // `{_id, comet_channel}` proves nothing; the whole transcript does, five seconds later.
    chat.advance(secs(8));
    assert_eq!(fate(&chat), Fate::Unknown);
    chat.gms.style = RefreshStyle::Pushed;
    chat.advance(secs(20));
    assert_eq!(chat.gms.received, ["hello"]);
    assert_eq!(fate(&chat), Fate::Sent);
}

#[test]
fn a_doubt_does_not_hold_up_what_is_behind_it_while_the_talk_goes_on() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.style = RefreshStyle::Nothing;
    chat.gms.fault("/send", Fault::Lost);
    chat.say("hello");
    chat.say("behind");
    for number in 0..12 {
        chat.advance(secs(2));
        chat.agent_says(&number.to_string());
    }
    assert_eq!(chat.gms.received, ["behind"]);
    assert!(
        chat.screen().contains(&"me: hello ??".to_owned()),
        "{:?}",
        chat.screen()
    );
}

#[test]
fn a_channel_that_ended_while_the_chat_was_created_is_missed() {
    let mut chat = Peer::new(config(Delivery::Auto));
    chat.gms.fault("/ixn/chat", Fault::Silence);
    chat.start();
    chat.gms.end_polling();
    chat.advance(secs(1));
    // The answer to the creation is lost, the first probe is turned away, and the second says: no chat.
    chat.gms.fault("/refresh", Fault::Status(403, None));
    chat.advance(secs(60));
    assert_eq!(chat.phase(), Phase::Waiting);
    assert_eq!(chat.gms.created, 1);
}

#[test]
fn a_failed_sign_of_life_is_repeated_when_the_window_says_so() {
    let mut chat = Peer::comet().with_agent();
    let refreshes = chat.count("/refresh");
    chat.gms.fault("/refresh", Fault::Lost);
    chat.advance(secs(39));
    assert!(chat.count("/refresh") >= refreshes + 2);
}

#[test]
fn an_accepted_message_without_an_echo_does_not_hang_while_the_talk_goes_on() {
    let mut chat = Peer::comet().with_agent();
    let taken = r#"{"chatIxnState":"TRANSCRIPT","transcriptPosition":2}"#;
    chat.gms.fault("/send", Fault::Body(200, taken));
    chat.say("hello");
    for _ in 0..10 {
        chat.advance(secs(2));
        chat.agent_says("and another thing");
    }
    assert_eq!(fate(&chat), Fate::Sent);
}

#[test]
fn a_wish_to_be_left_alone_outlives_the_chat_that_met_it() {
    let mut chat = Peer::new(config(Delivery::Poll));
    chat.gms.fault("/ixn/chat", Fault::Status(429, Some("35")));
    chat.start();
    chat.advance(secs(1));
    chat.command(Command::End);
    chat.start();
    chat.advance(secs(30));
    assert_eq!(chat.count("request-chat"), 1, "the second comes after 35 s");
    chat.advance(secs(10));
    assert_eq!(chat.phase(), Phase::Waiting);
}

#[test]
fn no_wait_after_a_failure_outlasts_the_servers_patience() {
    let mut chat = Peer::polling();
    chat.online = false;
    chat.advance(secs(300));
    let starts: Vec<_> = chat.sent.iter().map(|sent| sent.at).collect();
    let pauses = starts.windows(2).map(|pair| pair[1].since(pair[0]));
    // A request that hangs for 10 s may come between two such pauses, and the server waits 45 s.
    assert!(pauses.max().unwrap() <= secs(26));
}

/// The server takes the visitor's next message; its echo is lost.
fn say_without_echo(chat: &mut Peer, text: &str) {
    chat.serving = false;
    chat.say(text);
    let echo = json!(["Message.Text", "Ada", text, "9", "CLIENT"]);
    chat.gms.lost_event(echo);
    let answer = chat.gms.chat_object(None);
    chat.answer(Lane::Rest, ok(answer));
    chat.serving = true;
}

/// The CometD session is lost, and what was on the channel with it.
fn lose_session(chat: &mut Peer) {
    chat.gms.forget_clients();
    chat.lose(Lane::Connect, Failure::Network);
}

/// A chat on a server that repairs nothing, in which the first of two equal words has no echo.
fn with_twins(second: impl FnOnce(&mut Peer)) -> Peer {
    let mut chat = Peer::comet().with_agent();
    chat.gms.style = RefreshStyle::Position;
    say_without_echo(&mut chat, "again");
    chat.agent_says("between");
    second(&mut chat);
    chat.say("again");
    chat.advance(secs(60));
    chat
}

// Seeds 1302610 and 1502763.
#[test]
fn a_word_said_twice_does_not_hide_a_loss_at_the_end() {
    let mut chat = with_twins(|_| {});
    let before = [
        "Kristi joined",
        MISSING,
        "Kristi: between",
        "me: again ✓",
        "me: again ✓",
    ];
    assert_eq!(chat.screen(), before);
    chat.gms.lost_event(agent("Message.Text", "lost"));
    lose_session(&mut chat);
    chat.advance(secs(40));
    assert_eq!(chat.screen(), [&before[..], &[MISSING]].concat());
}

#[test]
fn a_word_said_twice_has_not_failed_as_long_as_one_of_them_may_be_in_the_gap() {
    let chat = with_twins(|chat| chat.gms.fault("/send", Fault::AnswerLost));
    assert_eq!(chat.gms.received, ["again"], "not sent a third time");
    assert_eq!(chat.screen()[3..], ["me: again ✓", "me: again ??"]);
}

// Seeds 2555445 and 2626833.
#[test]
fn what_was_looked_for_in_vain_is_marked_when_the_channel_turns_out_to_be_dead() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.style = RefreshStyle::Position;
    chat.gms.lost_event(agent("Message.Text", "lost"));
    chat.advance(secs(60));
    assert_eq!(
        chat.screen(),
        ["Kristi joined"],
        "nothing says that it is lost"
    );
    lose_session(&mut chat);
    chat.advance(secs(20));
    assert_eq!(chat.screen(), ["Kristi joined", MISSING]);
}

// Seed 2692151.
#[test]
fn a_polled_chat_whose_server_keeps_the_end_to_itself_is_marked() {
    let mut chat = Peer::polling().with_agent();
    // The server pushes: an answer that was lost had created the chat that way.
    chat.gms.comet = true;
    chat.gms.style = RefreshStyle::Position;
    chat.gms.event(agent("Message.Text", "lost"));
    chat.advance(secs(5));
    assert_eq!(chat.screen(), ["Kristi joined"], "not given up too early");
    chat.advance(secs(15));
    assert_eq!(chat.screen(), ["Kristi joined", MISSING]);
}

// Seed 1424726.
#[test]
fn a_gap_is_asked_for_again_when_there_is_a_new_channel() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.style = RefreshStyle::Position;
    chat.gms.lost_event(agent("Message.Text", "lost"));
    chat.agent_says("next");
    chat.advance(secs(300));
    assert_eq!(chat.screen(), ["Kristi joined", MISSING, "Kristi: next"]);
    chat.gms.style = RefreshStyle::Pushed;
    lose_session(&mut chat);
    chat.advance(secs(10));
    assert_eq!(
        chat.screen(),
        ["Kristi joined", "Kristi: lost", "Kristi: next"]
    );
}
