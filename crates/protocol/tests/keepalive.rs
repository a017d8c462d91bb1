//! The server's patience: 45 s without a request end a chat, so no silence lasts that long.

#[path = "support/gms_peer.rs"]
mod gms_peer;

use std::time::Duration;

use gms_chat_protocol::chat::{Config, Delivery, Phase};
use gms_chat_protocol::{Lane, PageEvent};
use gms_peer::{Peer, RefreshStyle, config, secs};

/// The longest time without a REST request.
fn longest_silence(chat: &Peer) -> Duration {
    let rest = chat.sent.iter().filter(|sent| sent.id.lane() == Lane::Rest);
    let times: Vec<_> = rest.map(|sent| sent.at).chain([chat.now]).collect();
    let silences = times.windows(2).map(|pair| pair[1].since(pair[0]));
    silences.max().unwrap_or_default()
}

#[test]
fn an_idle_comet_chat_gives_a_sign_of_life_by_rest() {
    for style in [
        RefreshStyle::Transcript,
        RefreshStyle::Pushed,
        RefreshStyle::Nothing,
    ] {
        let mut chat = Peer::comet().with_agent();
        chat.gms.style = style;
        chat.advance(secs(3600));
        let silence = longest_silence(&chat);
        assert!(silence <= secs(36), "{style:?}: {silence:?}");
        assert!(
            chat.count("/refresh") <= 102,
            "{style:?}: and not more often than needed"
        );
        assert_eq!(chat.screen(), ["Kristi joined"], "{style:?}");
    }
}

#[test]
fn messages_and_typing_count_as_signs_of_life() {
    let mut chat = Peer::comet().with_agent();
    for _ in 0..10 {
        chat.advance(secs(30));
        chat.say("x");
    }
    assert_eq!(chat.count("/refresh"), 0);
}

#[test]
fn a_hidden_page_gives_signs_of_life_too() {
    for mut chat in [Peer::polling().with_agent(), Peer::comet().with_agent()] {
        chat.page(PageEvent::Hidden);
        chat.advance(secs(1800));
        assert!(longest_silence(&chat) <= secs(36));
        assert_eq!(chat.phase(), Phase::Active);
    }
}

#[test]
fn another_patience_of_the_server_is_respected() {
    for delivery in [Delivery::Poll, Delivery::Cometd] {
        let mut config: Config = config(delivery);
        config.limits.keepalive = secs(10);
        let mut chat = Peer::new(config);
        chat.start();
        chat.page(PageEvent::Hidden);
        chat.advance(secs(300));
        assert!(longest_silence(&chat) <= secs(8), "{delivery:?}");
    }
}

#[test]
fn a_late_timer_is_made_up_for_at_once() {
    for mut chat in [Peer::polling().with_agent(), Peer::comet().with_agent()] {
        let before = chat.count("/refresh");
        chat.sleep(secs(40));
        assert!(chat.count("/refresh") > before);
    }
}
