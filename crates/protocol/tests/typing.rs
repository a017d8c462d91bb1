//! Typing, both ways.

#[path = "support/gms_peer.rs"]
mod gms_peer;

use gms_chat_protocol::chat::{Command, Event, Phase};
use gms_peer::{Fault, Peer, agent, millis, secs};
use serde_json::json;

const START: &str = "/startTyping";
const STOP: &str = "/stopTyping";

fn chats() -> [Peer; 2] {
    [Peer::polling().with_agent(), Peer::comet().with_agent()]
}

/// How often the window was told who types.
fn told(chat: &Peer) -> usize {
    let typing = |event: &&Event| matches!(event, Event::Typing(_));
    chat.events.iter().filter(typing).count()
}

#[test]
fn the_agents_typing_is_shown_and_ends_with_the_message() {
    for mut chat in chats() {
        chat.gms.event(agent("Notice.TypingStarted", "is typing"));
        chat.advance(secs(2));
        assert_eq!(chat.typist().as_deref(), Some("Kristi"));
        chat.agent_says("done");
        chat.advance(secs(2));
        assert_eq!(chat.typist(), None);
        assert_eq!(chat.screen(), ["Kristi joined", "Kristi: done"]);
    }
}

#[test]
fn both_spellings_are_understood() {
    for (start, stop) in [
        ("Notice.TypingStarted", "Notice.TypingStopped"),
        ("Notice.TypingStart", "Notice.TypingStop"),
    ] {
        let mut chat = Peer::comet().with_agent();
        chat.gms.event(agent(start, ""));
        chat.pump();
        assert_eq!(chat.typist().as_deref(), Some("Kristi"), "{start}");
        chat.gms.event(agent(stop, ""));
        chat.pump();
        assert_eq!(chat.typist(), None, "{stop}");
    }
}

#[test]
fn typing_without_news_is_not_believed_for_longer_than_ten_seconds() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.event(agent("Notice.TypingStarted", ""));
    chat.advance(millis(9900));
    assert_eq!(chat.typist().as_deref(), Some("Kristi"));
    chat.advance(millis(200));
    assert_eq!(chat.typist(), None);
}

#[test]
fn more_typing_prolongs_it_without_being_told_again() {
    let mut chat = Peer::comet().with_agent();
    for _ in 0..5 {
        chat.gms.event(agent("Notice.TypingStarted", ""));
        chat.advance(secs(6));
    }
    assert_eq!(chat.typist().as_deref(), Some("Kristi"));
    assert_eq!(told(&chat), 1);
}

#[test]
fn typing_ends_when_the_agent_leaves_or_the_chat_ends() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.event(agent("Notice.TypingStarted", ""));
    chat.gms.event(agent("Notice.Left", ""));
    chat.pump();
    assert_eq!(chat.typist(), None);
    let mut chat = Peer::comet().with_agent();
    chat.gms.event(agent("Notice.TypingStarted", ""));
    chat.pump();
    chat.command(Command::End);
    assert_eq!(chat.typist(), None);
}

#[test]
fn somebody_elses_stop_does_not_end_it() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.event(agent("Notice.TypingStarted", ""));
    chat.gms.event(json!([
        "Notice.TypingStopped",
        "boss",
        "",
        "9",
        "SUPERVISOR"
    ]));
    chat.gms
        .event(json!(["Message.Text", "bot", "beep", "9", "EXTERNAL"]));
    chat.pump();
    assert_eq!(chat.typist().as_deref(), Some("Kristi"));
}

#[test]
fn typing_that_is_over_when_it_arrives_is_not_told() {
    let mut chat = Peer::polling().with_agent();
    chat.gms.event(agent("Notice.TypingStarted", ""));
    chat.gms.event(agent("Message.Text", "quick"));
    chat.advance(secs(2));
    assert_eq!(told(&chat), 0);
}

#[test]
fn the_visitors_own_typing_is_never_shown() {
    for mut chat in chats() {
        chat.command(Command::Typing);
        chat.advance(secs(3));
        assert_eq!(chat.count(START), 1);
        assert_eq!(told(&chat), 0);
        assert_eq!(chat.screen(), ["Kristi joined"]);
    }
}

#[test]
fn typing_is_announced_at_most_every_five_seconds() {
    for mut chat in chats() {
        for _ in 0..40 {
            chat.command(Command::Typing);
            chat.advance(millis(300));
        }
        assert_eq!(chat.count(START), 3, "in twelve seconds");
        assert_eq!(chat.count(STOP), 0);
    }
}

#[test]
fn still_keys_stop_it_after_five_seconds() {
    for mut chat in chats() {
        chat.command(Command::Typing);
        chat.advance(millis(4800));
        assert_eq!(chat.count(STOP), 0);
        chat.advance(millis(500));
        assert_eq!(chat.count(STOP), 1);
        chat.advance(secs(30));
        assert_eq!((chat.count(START), chat.count(STOP)), (1, 1));
    }
}

#[test]
fn an_emptied_draft_stops_it_at_once_and_once() {
    for mut chat in chats() {
        chat.command(Command::Typing);
        chat.advance(secs(1));
        chat.command(Command::StopTyping);
        chat.advance(secs(2));
        assert_eq!(chat.count(STOP), 1);
        chat.command(Command::StopTyping);
        chat.advance(secs(10));
        assert_eq!(chat.count(STOP), 1);
    }
}

#[test]
fn a_stop_without_a_start_is_not_sent() {
    let mut chat = Peer::comet().with_agent();
    chat.command(Command::StopTyping);
    chat.advance(secs(10));
    assert_eq!(chat.count(STOP), 0);
}

#[test]
fn a_message_is_the_end_of_typing_by_itself() {
    let mut chat = Peer::comet().with_agent();
    chat.command(Command::Typing);
    chat.say("done");
    chat.advance(secs(20));
    assert_eq!(chat.count(STOP), 0);
    chat.command(Command::Typing);
    chat.advance(secs(1));
    assert_eq!(
        chat.count(START),
        2,
        "and the next draft is announced at once"
    );
}

#[test]
fn a_start_that_cannot_go_out_at_once_does_not_go_out_at_all() {
    let mut chat = Peer::comet().with_agent();
    chat.serving = false;
    chat.say("on the wire");
    chat.command(Command::Typing);
    chat.serving = true;
    chat.advance(secs(2));
    assert_eq!(chat.count(START), 0);
    chat.command(Command::Typing);
    assert_eq!(chat.count(START), 1);
}

#[test]
fn a_stop_waits_for_its_turn() {
    let mut chat = Peer::comet().with_agent();
    chat.command(Command::Typing);
    chat.advance(secs(2));
    chat.serving = false;
    chat.command(Command::Notice("on the wire".to_owned()));
    chat.command(Command::StopTyping);
    chat.serving = true;
    chat.advance(secs(2));
    assert_eq!(chat.count(STOP), 1);
}

#[test]
fn typing_is_not_sent_into_trouble() {
    let mut chat = Peer::polling().with_agent();
    chat.online = false;
    chat.advance(secs(5));
    let before = chat.sent.len();
    for _ in 0..10 {
        chat.command(Command::Typing);
        chat.advance(millis(10));
    }
    assert_eq!(chat.count(START), 0);
    assert!(chat.sent.len() <= before + 1);
}

#[test]
fn refused_typing_is_no_trouble_of_the_line() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.fault(START, Fault::Status(404, None));
    chat.command(Command::Typing);
    chat.advance(secs(20));
    assert_eq!(chat.connection(), gms_chat_protocol::chat::Connection::Fine);
    assert_eq!(chat.phase(), Phase::Active);
}

#[test]
fn own_typing_takes_a_position_and_leaves_no_hole() {
    for mut chat in chats() {
        chat.command(Command::Typing);
        chat.advance(secs(1));
        chat.agent_says("one");
        chat.advance(secs(8));
        chat.agent_says("two");
        chat.advance(secs(8));
        assert_eq!(
            chat.screen(),
            ["Kristi joined", "Kristi: one", "Kristi: two"]
        );
    }
}

#[test]
fn typing_answers_bring_news_in_poll_mode_without_skipping_anything() {
    let mut chat = Peer::polling().with_agent();
    chat.agent_says("unseen");
    chat.command(Command::Typing);
    // The answer holds the typing alone; what stands before it has to be asked for.
    chat.advance(secs(1));
    assert_eq!(chat.screen(), ["Kristi joined", "Kristi: unseen"]);
}
