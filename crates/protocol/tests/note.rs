//! Lines of the page's own: they stand where they were put, and concern nobody else.

#[path = "support/gms_peer.rs"]
mod gms_peer;

use gms_chat_protocol::chat::{Command, Delivery};
use gms_peer::{Peer, config, secs};

fn note(text: &str) -> Command {
    Command::Note {
        text: text.to_owned(),
        tone: "info".to_owned(),
    }
}

#[test]
fn a_line_of_the_page_stays_where_it_was_put_and_is_never_sent() {
    for mut chat in [Peer::polling().with_agent(), Peer::comet().with_agent()] {
        chat.agent_says("one");
        chat.advance(secs(5));
        let before = chat.gms.position();
        chat.command(note("Prices are those of today"));
        chat.say("two");
        chat.advance(secs(5));
        chat.agent_says("three");
        chat.advance(secs(5));
        assert_eq!(
            chat.screen(),
            [
                "Kristi joined",
                "Kristi: one",
                "~ info: Prices are those of today ~",
                "me: two ✓",
                "Kristi: three"
            ]
        );
        assert_eq!(chat.count("/customNotice"), 0);
        // The server has what was said before and after it, and nothing else.
        assert_eq!(chat.gms.position(), before + 2);
    }
}

#[test]
fn it_does_not_outlive_its_page_nor_its_chat() {
    let mut chat = Peer::comet().with_agent();
    chat.command(note("of this page"));
    assert!(
        chat.snapshot()
            .is_some_and(|kept| !kept.contains("of this page"))
    );
    assert!(chat.reload(config(Delivery::Cometd)).is_some());
    chat.advance(secs(5));
    assert_eq!(chat.screen(), ["Kristi joined"]);
    chat.command(note("of this chat"));
    chat.command(Command::End);
    chat.advance(secs(5));
    chat.start();
    chat.advance(secs(5));
    assert!(!chat.screen().concat().contains("of this chat"));
}
