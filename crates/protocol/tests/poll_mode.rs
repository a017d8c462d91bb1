//! Poll mode: what is asked for, how often, and that nothing is lost or doubled.

#[path = "support/gms_peer.rs"]
mod gms_peer;

use gms_chat_protocol::PageEvent;
use gms_chat_protocol::chat::{Command, Phase};
use gms_peer::{Fault, Peer, agent, field, secs};

#[test]
fn what_the_agent_writes_is_shown_once_and_in_order() {
    let mut chat = Peer::polling().with_agent();
    for text in ["one", "two", "three"] {
        chat.agent_says(text);
    }
    chat.advance(secs(2));
    chat.agent_says("four");
    chat.advance(secs(30));
    assert_eq!(
        chat.screen(),
        [
            "Kristi joined",
            "Kristi: one",
            "Kristi: two",
            "Kristi: three",
            "Kristi: four"
        ]
    );
}
