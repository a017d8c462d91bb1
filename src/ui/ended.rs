//! What stands in the composer's place when a chat is over.

use gms_chat_protocol::chat::{Command, Phase};

use super::node::{Node, button, div, tag};
use super::{Chat, Key};

pub(super) fn ended(chat: &Chat) -> Node {
    let again = chat.clone();
    let mut button = button("button primary")
        .part("again")
        .attr("data-focus", "")
        .text(chat.say(Key::Again))
        .on("click", move |_| {
            again.command(Command::Reset);
        });
    if chat.keeps_focus.get() {
        button = button.focused();
    }
    let sentence = match chat.phase.peek() {
        Phase::Ended(end) => chat.texts.end(&end).to_owned(),
        Phase::Idle
        | Phase::Restoring
        | Phase::Connecting
        | Phase::Waiting
        | Phase::Active
        | Phase::Ending
        | Phase::Failed(_) => String::new(),
    };
    chat.announce(sentence.clone());
    div("ended")
        .part("ended")
        .child(tag("p").text(&sentence))
        .child(survey(chat))
        .child(button)
}

/// What the page puts into the slot `survey`; else a link, if the page names an address.
fn survey(chat: &Chat) -> Node {
    let slot = tag("slot").attr("name", "survey");
    let Some(url) = &chat.face.survey else {
        return slot;
    };
    slot.child(
        tag("a")
            .class("button survey")
            .part("survey")
            .attr("href", url)
            .attr("target", "_blank")
            .attr("rel", "noopener noreferrer")
            .text(chat.say(Key::Survey)),
    )
}
