//! Agents come, go, and hand over.

#[path = "support/gms_peer.rs"]
mod gms_peer;

use gms_chat_protocol::chat::Phase;
use gms_peer::{Peer, secs};
use serde_json::{Value, json};

fn party(kind: &str, nickname: &str, role: &str) -> Value {
    json!([kind, nickname, "", "90", role])
}

/// What the screen shows after this batch, in both modes.
fn check(batch: &[Value], expected: &[&str]) {
    for mut chat in [Peer::polling().with_agent(), Peer::comet().with_agent()] {
        chat.gms.events(batch.to_vec());
        chat.advance(secs(5));
        assert_eq!(&chat.screen()[1..], expected);
        assert_eq!(chat.phase(), Phase::Active);
    }
}

#[test]
fn left_and_joined_in_one_batch_is_one_handover() {
    check(
        &[
            party("Notice.Left", "Kristi", "AGENT"),
            party("Notice.Joined", "Marco", "AGENT"),
        ],
        &["Kristi handed over to Marco"],
    );
}

#[test]
fn left_and_joined_in_two_batches_are_two_lines() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.event(party("Notice.Left", "Kristi", "AGENT"));
    chat.gms.event(party("Notice.Joined", "Marco", "AGENT"));
    chat.pump();
    assert_eq!(
        chat.screen(),
        ["Kristi joined", "Kristi left", "Marco joined"]
    );
}

#[test]
fn the_same_agent_coming_back_is_no_handover() {
    check(
        &[
            party("Notice.Left", "Kristi", "AGENT"),
            party("Notice.Joined", "Kristi", "AGENT"),
        ],
        &["Kristi left", "Kristi joined"],
    );
}

#[test]
fn a_bot_that_leaves_and_an_agent_who_joins_are_two_lines() {
    check(
        &[
            party("Notice.Left", "bot", "EXTERNAL"),
            party("Notice.Joined", "Marco", "AGENT"),
        ],
        &["bot left", "Marco joined"],
    );
    check(
        &[
            party("Notice.Left", "Kristi", "AGENT"),
            party("Notice.Joined", "boss", "SUPERVISOR"),
        ],
        &["Kristi left", "boss joined"],
    );
}

#[test]
fn joined_before_left_stays_two_lines() {
    check(
        &[
            party("Notice.Joined", "Marco", "AGENT"),
            party("Notice.Left", "Kristi", "AGENT"),
        ],
        &["Marco joined", "Kristi left"],
    );
}

#[test]
fn two_handovers_in_one_batch_are_two_lines() {
    check(
        &[
            party("Notice.Left", "Kristi", "AGENT"),
            party("Notice.Joined", "Marco", "AGENT"),
            party("Notice.Left", "Marco", "AGENT"),
            party("Notice.Joined", "Ana", "AGENT"),
        ],
        &["Kristi handed over to Marco", "Marco handed over to Ana"],
    );
}

#[test]
fn the_talk_goes_on_with_the_new_agent() {
    let mut chat = Peer::polling().with_agent();
    chat.gms.events(vec![
        party("Notice.Left", "Kristi", "AGENT"),
        party("Notice.Joined", "Marco", "AGENT"),
        json!([
            "Message.Text",
            "Marco",
            "I take it from here",
            "91",
            "AGENT"
        ]),
    ]);
    chat.advance(secs(2));
    chat.say("thanks");
    assert_eq!(
        chat.screen(),
        [
            "Kristi joined",
            "Kristi handed over to Marco",
            "Marco: I take it from here",
            "me: thanks ✓"
        ]
    );
}

#[test]
fn an_agent_who_leaves_leaves_the_chat_open_for_the_next() {
    check(&[party("Notice.Left", "Kristi", "AGENT")], &["Kristi left"]);
}
