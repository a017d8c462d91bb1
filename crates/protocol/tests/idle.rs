//! Nobody writes: the visitor is warned in time, and not when there is nothing to warn of.

#[path = "support/gms_peer.rs"]
mod gms_peer;

use gms_chat_protocol::chat::{Command, Delivery};
use gms_peer::{Peer, agent, config, secs};
use serde_json::json;

/// A talk that has just begun, by polling and by CometD.
fn talks() -> [Peer; 2] {
    [Peer::polling().with_agent(), Peer::comet().with_agent()]
}

/// How many seconds are left, as the window was told.
fn left(chat: &Peer) -> Option<u64> {
    chat.closes_at()
        .map(|at| at.since(chat.now).as_secs().next_multiple_of(5))
}

#[test]
fn a_talk_that_has_fallen_silent_is_warned_of_its_end() {
    for mut chat in talks() {
        chat.advance(secs(250));
        assert_eq!(left(&chat), None);
        chat.advance(secs(10));
        assert_eq!(left(&chat), Some(40));
    }
}

#[test]
fn whoever_writes_takes_the_warning_back() {
    for mut chat in talks() {
        chat.advance(secs(260));
        chat.say("I am still here");
        chat.advance(secs(5));
        assert_eq!(left(&chat), None);
        chat.advance(secs(200));
        chat.agent_says("Good");
        chat.advance(secs(200));
        assert_eq!(
            left(&chat),
            None,
            "the silence begins anew with each message"
        );
    }
}

#[test]
fn typing_is_no_sign_of_life_to_the_server() {
    for mut chat in talks() {
        chat.advance(secs(200));
        chat.gms.event(agent("Notice.TypingStarted", ""));
        chat.command(Command::Typing);
        chat.advance(secs(60));
        assert_eq!(left(&chat), Some(40));
    }
}

#[test]
fn the_servers_own_warning_counts_from_when_it_comes() {
    for mut chat in talks() {
        chat.advance(secs(100));
        let warning = [
            "Notice.Custom",
            "system",
            "IDLE_CONTROL_ALERT",
            "100",
            "EXTERNAL",
        ];
        chat.gms.event(json!(warning));
        chat.advance(secs(8));
        assert_eq!(left(&chat), Some(40));
    }
}

#[test]
fn a_warning_that_proves_wrong_goes_away() {
    for mut chat in talks() {
        chat.advance(secs(301));
        assert_eq!(left(&chat), None);
        chat.advance(secs(600));
        assert_eq!(left(&chat), None, "and does not come back by itself");
    }
}

#[test]
fn nobody_is_warned_while_waiting_or_after_the_end() {
    for mut chat in [Peer::polling(), Peer::comet()] {
        chat.advance(secs(260));
        assert_eq!(left(&chat), None);
    }
    for mut chat in talks() {
        chat.advance(secs(260));
        chat.command(Command::End);
        chat.advance(secs(1));
        assert_eq!(left(&chat), None);
    }
}

#[test]
fn a_page_that_does_not_know_the_limit_leaves_the_warning_to_the_server() {
    let mut config = config(Delivery::Poll);
    config.limits.idle_alert = secs(0);
    let mut chat = Peer::new(config);
    chat.start();
    chat.advance(secs(2));
    chat.gms.event(agent("Notice.Joined", ""));
    chat.advance(secs(400));
    assert_eq!(left(&chat), None);
    chat.gms.event(json!([
        "Notice.IDLE_CONTROL_ALERT",
        "",
        "",
        "9",
        "EXTERNAL"
    ]));
    chat.advance(secs(8));
    assert_eq!(left(&chat), Some(40));
}
