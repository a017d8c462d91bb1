//! What is shown while nobody has joined yet.

use super::node::{Node, button, div, tag};
use super::{Chat, Key};

pub(super) fn waiting(chat: &Chat) -> Node {
    let chat = chat.clone();
    div("waits").child_from(move || chat.is_waiting.get().then(|| card(&chat)))
}

fn card(chat: &Chat) -> Node {
    let asking = chat.is_asking.clone();
    div("waiting")
        .part("waiting")
        .child(pulse())
        .child(tag("h3").text(chat.say(Key::WaitingHeading)))
        .child(tag("p").text(chat.say(Key::WaitingLead)))
        .child(
            button("quiet")
                .text(chat.say(Key::WaitingLeave))
                .on("click", move |_| asking.set(true)),
        )
}

/// Three dots that move; also used while somebody types.
pub(super) fn pulse() -> Node {
    tag("span")
        .class("pulse")
        .attr("aria-hidden", "true")
        .child(tag("i"))
        .child(tag("i"))
        .child(tag("i"))
}
