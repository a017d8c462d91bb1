//! A visitor who looks elsewhere for long: the agent is told, the chat goes on, and nothing is missing on the return.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

#[path = "support/gms_peer.rs"]
mod gms_peer;

use std::time::Duration;

use gms_chat_protocol::PageEvent;
use gms_chat_protocol::chat::{Config, Delivery, Phase};
use gms_peer::{Fault, Peer, RefreshStyle, agent, config, millis, secs};
use serde_json::{Value, json};

const GOODBYE: &str = "/cometd/disconnect";
const AWAY: Duration = secs(60);

fn telling(delivery: Delivery) -> Config {
    let mut config = config(delivery);
    config.limits.away = AWAY;
    config
}

fn started() -> Peer {
    let mut chat = Peer::new(telling(Delivery::Cometd));
    chat.start();
    chat
}

/// A chat of a page that tells it, whose visitor looks elsewhere from now on.
fn hidden() -> Peer {
    let mut chat = started().with_agent();
    chat.page(PageEvent::Hidden);
    chat
}

/// Likewise, and for long enough.
fn away() -> Peer {
    let mut chat = hidden();
    chat.advance(AWAY);
    assert_eq!(chat.count(GOODBYE), 1);
    chat
}

fn last_message(chat: &Peer, path: &str) -> Value {
    let messages: Value = serde_json::from_str(&chat.last(path).request.body).unwrap();
    messages[0].clone()
}

#[test]
fn the_agent_is_told_when_the_page_was_hidden_for_as_long_as_the_page_says() {
    let mut chat = hidden();
    chat.advance(AWAY - millis(1));
    assert_eq!(chat.count(GOODBYE), 0);
    chat.advance(millis(1));
    let goodbye = last_message(&chat, GOODBYE);
    assert_eq!(goodbye["channel"], "/meta/disconnect");
    assert_eq!(goodbye["ext"], json!({"transcriptPosition": "2"}));
    chat.advance(secs(3600));
    assert_eq!(chat.count(GOODBYE), 1, "once");
    assert_eq!(chat.count("/cometd/handshake"), 1, "and nobody asks again");
    assert_eq!(chat.phase(), Phase::Active);
}

#[test]
fn it_is_not_told_unless_the_page_wants_it_and_not_in_a_polled_chat() {
    for config in [config(Delivery::Cometd), telling(Delivery::Poll)] {
        let mut chat = Peer::new(config);
        chat.start();
        let mut chat = chat.with_agent();
        chat.page(PageEvent::Hidden);
        chat.page(PageEvent::Frozen);
        chat.advance(secs(3600));
        assert_eq!(chat.count(GOODBYE), 0);
        assert_eq!(chat.phase(), Phase::Active);
    }
}

#[test]
fn a_visitor_who_looks_now_and_then_is_not_away() {
    let mut chat = hidden();
    for _ in 0..20 {
        chat.advance(AWAY - secs(1));
        chat.page(PageEvent::Visible);
        chat.page(PageEvent::Hidden);
    }
    chat.page(PageEvent::Visible);
    chat.advance(secs(3600));
    assert_eq!(chat.count(GOODBYE), 0);
    assert_eq!(chat.count("/cometd/handshake"), 1);
}

#[test]
fn while_away_the_server_hears_of_the_client_and_news_are_shown() {
    let mut chat = away();
    chat.gms.style = RefreshStyle::Transcript;
    let before = chat.count("/refresh");
    for hour in 0..3 {
        chat.gms
            .lost_event(agent("Message.Text", &format!("news {hour}")));
        chat.advance(secs(12));
        assert_eq!(
            chat.screen().last().unwrap(),
            &format!("Kristi: news {hour}")
        );
        chat.advance(secs(3588));
    }
    let asked = chat.count("/refresh") - before;
    // Never rarer than 80 % of the 45 seconds, and no more often than a hidden page asks.
    assert!((300..=1100).contains(&asked), "{asked}");
    assert_eq!(chat.phase(), Phase::Active);
}

#[test]
fn what_only_a_channel_can_bring_is_not_hunted_for_while_there_is_none() {
    for style in [
        RefreshStyle::Pushed,
        RefreshStyle::Position,
        RefreshStyle::Nothing,
    ] {
        let mut chat = away();
        chat.gms.style = style;
        chat.gms.lost_event(agent("Message.Text", "news"));
        let before = chat.count("/refresh");
        chat.advance(secs(3600));
        let asked = chat.count("/refresh") - before;
        assert!(asked <= 370, "{style:?}: {asked}");
        assert_eq!(chat.screen(), ["Kristi joined"], "{style:?}: no mark yet");
    }
}

#[test]
fn on_the_return_everything_is_there_within_three_seconds() {
    let styles = [
        RefreshStyle::Transcript,
        RefreshStyle::Pushed,
        RefreshStyle::PushedFromStart,
    ];
    for style in styles {
        let mut chat = away();
        chat.gms.style = style;
        chat.gms.lost_event(agent("Message.Text", "are you there?"));
        chat.gms.lost_event(agent("Message.Text", "hello?"));
        chat.advance(secs(300));
        chat.page(PageEvent::Visible);
        chat.advance(secs(3));
        let wanted = ["Kristi joined", "Kristi: are you there?", "Kristi: hello?"];
        assert_eq!(chat.screen(), wanted, "{style:?}");
        assert_eq!(chat.count("/cometd/handshake"), 2, "{style:?}");
        assert_eq!(
            last_message(&chat, "/cometd/connect")["clientId"],
            "client2"
        );
        chat.agent_says("back again");
        assert_eq!(chat.screen()[3], "Kristi: back again", "{style:?}: pushed");
        assert_eq!(chat.diagnostics(), "", "{style:?}");
    }
}

#[test]
fn who_returns_at_once_finds_everything_too() {
    let mut chat = hidden();
    chat.serving = false;
    chat.advance(AWAY);
    chat.page(PageEvent::Visible);
    chat.serving = true;
    chat.advance(secs(3));
    chat.agent_says("hello");
    assert_eq!(chat.screen(), ["Kristi joined", "Kristi: hello"]);
    assert_eq!(chat.count("/cometd/handshake"), 2);
}

#[test]
fn a_page_that_is_frozen_tells_it_at_once_and_waits_for_the_visitor() {
    let mut chat = hidden();
    chat.page(PageEvent::Frozen);
    assert_eq!(chat.count(GOODBYE), 1);
    assert!(chat.last(GOODBYE).request.keepalive);
    chat.sleep(secs(600));
    chat.page(PageEvent::Awake);
    chat.advance(secs(10));
    assert_eq!(chat.count("/cometd/handshake"), 1, "still hidden");
    chat.page(PageEvent::Visible);
    chat.advance(secs(3));
    assert_eq!(chat.count("/cometd/handshake"), 2);
}

#[test]
fn what_is_written_by_a_command_goes_out_and_shows_that_somebody_is_there() {
    let mut chat = away();
    chat.say("I am here");
    chat.advance(secs(3));
    assert_eq!(chat.gms.received, ["I am here"]);
    assert_eq!(chat.screen()[1], "me: I am here ✓");
    assert_eq!(chat.count("/cometd/handshake"), 2);
    chat.advance(AWAY);
    assert_eq!(chat.count(GOODBYE), 2, "and gone again");
}

#[test]
fn a_message_on_its_way_is_waited_for() {
    let mut chat = hidden();
    chat.advance(AWAY - secs(1));
    chat.gms.fault("/send", Fault::DoneInSilence);
    chat.say("slow");
    chat.page(PageEvent::Frozen);
    let mut chat = hidden();
    chat.online = false;
    chat.say("waits for a network");
    chat.advance(AWAY + secs(1));
    assert_eq!(chat.count(GOODBYE), 0);
    chat.online = true;
    chat.page(PageEvent::Online);
    chat.advance(AWAY);
    assert_eq!(chat.gms.received, ["waits for a network"]);
    assert_eq!(chat.count(GOODBYE), 1);
    assert_eq!(chat.screen()[1], "me: waits for a network ✓");
}

#[test]
fn without_an_agent_there_is_nobody_to_tell() {
    let mut chat = started();
    chat.page(PageEvent::Hidden);
    chat.advance(secs(600));
    assert_eq!(chat.count(GOODBYE), 0);
    let mut chat = chat.with_agent();
    assert_eq!(chat.screen(), ["Kristi joined"], "by the channel");
    chat.advance(secs(1));
    assert_eq!(chat.count(GOODBYE), 1, "the agent is told on arrival");
}

#[test]
fn a_chat_that_ends_meanwhile_is_over() {
    let mut chat = away();
    chat.gms.style = RefreshStyle::Transcript;
    chat.gms.lost_event(agent("Message.Text", "bye"));
    chat.gms.lost_event(agent("Notice.Left", "has left"));
    chat.gms.over = true;
    chat.advance(secs(30));
    assert_eq!(
        chat.screen(),
        ["Kristi joined", "Kristi: bye", "Kristi left"]
    );
    assert!(
        matches!(chat.phase(), Phase::Ended(_)),
        "{:?}",
        chat.phase()
    );
    chat.page(PageEvent::Visible);
    chat.advance(secs(60));
    assert_eq!(
        chat.count("/cometd/handshake"),
        1,
        "nothing to come back to"
    );
}

#[test]
fn another_page_takes_up_a_chat_whose_visitor_is_away() {
    let mut chat = away();
    chat.gms.lost_event(agent("Message.Text", "news"));
    chat.reload(telling(Delivery::Cometd)).unwrap();
    chat.advance(secs(10));
    assert_eq!(chat.screen(), ["Kristi joined", "Kristi: news"]);
    assert_eq!(
        chat.count(GOODBYE),
        1,
        "there was no client to take leave of"
    );
}
