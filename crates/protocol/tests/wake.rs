//! A page that was asleep: past the server's patience everything is made anew within three seconds, before that nothing
//! happens at all.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

#[path = "support/gms_peer.rs"]
mod gms_peer;

use gms_chat_protocol::PageEvent;
use gms_chat_protocol::chat::{Delivery, Phase};
use gms_peer::{Peer, RefreshStyle, agent, config, secs};

/// How a page learns that it was asleep. Without a word, a timer is late.
const SIGNS: [Option<PageEvent>; 4] = [
    None,
    Some(PageEvent::Visible),
    Some(PageEvent::Awake),
    Some(PageEvent::Online),
];

/// The ways of a server to bring what was missed.
const STYLES: [RefreshStyle; 3] = [
    RefreshStyle::Transcript,
    RefreshStyle::Pushed,
    RefreshStyle::PushedFromStart,
];

/// The machine sleeps, and the page is told in this way.
fn sleep(chat: &mut Peer, seconds: u64, sign: Option<PageEvent>) {
    chat.now = chat.now + secs(seconds);
    match sign {
        Some(sign) => chat.page(sign),
        None => chat.sleep(secs(0)),
    }
}

#[test]
fn past_expiry_there_is_a_new_session_with_everything_in_it_within_three_seconds() {
    for sign in SIGNS {
        for style in STYLES {
            let mut chat = Peer::comet().with_agent();
            chat.gms.style = style;
            chat.serving = false;
            chat.gms.lost_event(agent("Message.Text", "good night"));
            chat.gms.forget_clients();
            sleep(&mut chat, 900, sign);
            chat.serving = true;
            chat.advance(secs(3));
            let seen = chat.screen();
            let wanted = ["Kristi joined", "Kristi: good night"];
            assert_eq!(seen, wanted, "{sign:?} {style:?}");
            assert_eq!(chat.count("/cometd/handshake"), 2, "{sign:?} {style:?}");
            let subscriptions = |sent: &&gms_peer::Sent| sent.request.body.contains("subscription");
            let subscribed = chat.sent.iter().filter(subscriptions).count();
            assert_eq!(subscribed, 2, "{sign:?} {style:?}");
            chat.agent_says("good morning");
            assert_eq!(chat.screen()[2], "Kristi: good morning", "{sign:?}");
            assert_eq!(chat.phase(), Phase::Active);
        }
    }
}

#[test]
fn within_the_hold_the_connect_is_left_alone() {
    for sign in SIGNS {
        let mut chat = Peer::comet().with_agent();
        let connects = chat.count("/cometd/connect");
        chat.serving = false;
        sleep(&mut chat, 50, sign);
        chat.serving = true;
        chat.pump();
        assert_eq!(chat.count("/cometd/connect"), connects, "{sign:?}");
        assert_eq!(chat.count("/cometd/handshake"), 1, "{sign:?}");
        chat.agent_says("good morning");
        assert_eq!(chat.screen()[1], "Kristi: good morning", "{sign:?}");
    }
}

#[test]
fn a_polled_chat_asks_at_once() {
    for sign in SIGNS {
        let mut chat = Peer::new(config(Delivery::Poll));
        chat.start();
        let mut chat = chat.with_agent();
        chat.page(PageEvent::Hidden);
        chat.advance(secs(1));
        chat.gms.event(agent("Message.Text", "good night"));
        sleep(&mut chat, 30, sign);
        assert_eq!(chat.screen()[1], "Kristi: good night", "{sign:?}");
    }
}
