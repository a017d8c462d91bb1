//! The warning before the server closes a talk in which nobody writes.

use gms_chat_protocol::chat::Command;

use super::node::{Node, button, div, tag};
use super::{Chat, Key};

/// Stands above the composer while the end is near; announced once, when it appears.
pub(super) fn idle(chat: &Chat) -> Node {
    let chat = chat.clone();
    div("idles").child_from(move || chat.is_idle.get().then(|| warning(&chat)))
}

fn warning(chat: &Chat) -> Node {
    let here = chat.clone();
    let left = tag("span").class("left").attr("role", "timer");
    chat.count(
        left.element(),
        chat.closes_at.get(),
        Key::IdleLeft,
        Key::IdleOver,
    );
    chat.announce([chat.say(Key::IdleHeading), " ", chat.say(Key::IdleLead)].concat());
    div("idle")
        .part("idle")
        .child(
            tag("p")
                .child(tag("b").text(chat.say(Key::IdleHeading)))
                .child(tag("span").text(chat.say(Key::IdleLead)))
                .child(left),
        )
        .child(
            // The server counts what is said and nothing less: so the visitor says it, and the agent sees it.
            button("button primary")
                .part("still-here")
                .text(chat.say(Key::IdleStay))
                .on("click", move |_| {
                    here.focus();
                    here.command(Command::Say(here.say(Key::IdleSay).to_owned()));
                }),
        )
}
