//! What is shown while nobody has joined yet, and where nobody can. `src/extras.js` fills in figures and hours.

use wasm_bindgen::JsValue;

use super::node::{Node, button, div, tag};
use super::{Chat, Key};

pub(super) fn waiting(chat: &Chat) -> Node {
    let chat = chat.clone();
    div("waits").child_from(move || chat.is_waiting.get().then(|| card(&chat)))
}

fn card(chat: &Chat) -> Node {
    let asking = chat.is_asking.clone();
    let card = div("waiting")
        .part("waiting")
        .child(pulse())
        .child(tag("h3").text(chat.say(Key::WaitingHeading)))
        .child(tag("p").text(chat.say(Key::WaitingLead)))
        .child(div("figures"))
        .child(
            button("quiet")
                .part("leave")
                .text(chat.say(Key::WaitingLeave))
                .on("click", move |_| asking.set(true)),
        );
    filled_in(chat, card, "wait", &chat.waits_since.get().into())
}

/// What is shown outside of business hours.
pub(super) fn closed(chat: &Chat) -> Node {
    let card = div("waiting closed").part("closed");
    filled_in(chat, card, "closed", &JsValue::UNDEFINED)
}

/// The extras fill a card in when it is in the document.
fn filled_in(chat: &Chat, card: Node, name: &str, more: &JsValue) -> Node {
    (chat.actions.extra)(name, card.element(), more);
    card
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
