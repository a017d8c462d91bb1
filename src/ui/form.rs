//! The form before the chat: its frame. `src/form.js` draws the fields and knows when they are right.

use gms_chat_protocol::chat::Phase;
use js_sys::Array;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::node::{Node, div, set_attribute, set_class, tag};
use super::{Chat, Key};

pub(super) fn form(chat: &Chat) -> Node {
    let submit = chat.clone();
    let mut heading = tag("h3")
        .attr("tabindex", "-1")
        .text(chat.say(Key::FormHeading));
    if chat.keeps_focus.get() {
        heading = heading.focused();
    }
    let fields = div("fields");
    (chat.actions.draw_form)(fields.element());
    tag("form")
        .class("form")
        .part("form")
        .attr("novalidate", "")
        .on("submit", move |event| {
            event.prevent_default();
            start(&submit);
        })
        .child(problem(chat))
        .child(heading)
        .child(tag("p").class("lead").text(chat.say(Key::FormLead)))
        .child(fields)
        .child(submit_button(chat))
}

fn submit_button(chat: &Chat) -> Node {
    let chat = chat.clone();
    tag("button")
        .class("button primary wide")
        .part("start")
        .attr("type", "submit")
        .effect(move |button| {
            let is_connecting = chat.phase.get() == Phase::Connecting;
            let is_checking = chat.is_checking.get();
            let is_busy = is_connecting || is_checking;
            set_attribute(button, "aria-disabled", is_busy.then_some("true"));
            set_class(button, "busy", is_busy);
            let key = match (is_connecting, is_checking) {
                (true, _) => Key::Submitting,
                (false, true) => Key::Checking,
                (false, false) => Key::Submit,
            };
            button.set_text_content(Some(chat.say(key)));
        })
}

/// Why the last try failed.
fn problem(chat: &Chat) -> Node {
    let chat = chat.clone();
    div("problems")
        .attr("role", "alert")
        .child_from(move || match chat.phase.get() {
            Phase::Failed(problem) => Some(
                div("problem")
                    .part("problem")
                    .child(tag("strong").text(chat.say(Key::ProblemHeading)))
                    .child(tag("p").text(chat.texts.problem(&problem))),
            ),
            Phase::Idle
            | Phase::Restoring
            | Phase::Connecting
            | Phase::Waiting
            | Phase::Active
            | Phase::Ending
            | Phase::Ended(_) => None,
        })
}

/// Lets the form judge itself, which may take the page's own check, and starts the chat.
fn start(chat: &Chat) {
    if chat.is_checking.peek() || chat.phase.peek() == Phase::Connecting {
        return;
    }
    let judgement = JsFuture::from((chat.actions.submit_form)());
    chat.is_checking.set(true);
    let chat = chat.clone();
    spawn_local(async move {
        let given = judgement.await;
        chat.is_checking.set(false);
        if let Ok(given) = given
            && Array::is_array(&given)
        {
            let texts = Array::from(&given);
            chat.start(texts.iter().filter_map(|text| text.as_string()).collect());
        }
    });
}
