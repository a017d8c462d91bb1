//! The head of the window: title, state of the chat, end and minimise.

use gms_chat_protocol::chat::Phase;

use super::icon::{CHEVRON_DOWN, icon_button};
use super::menu::menu;
use super::node::{Node, button, div, tag};
use super::{Chat, Key};

pub(super) fn header(chat: &Chat) -> Node {
    let phase = chat.phase.clone();
    let status = chat.clone();
    let minimise = chat.clone();
    div("header")
        .part("header")
        .child(
            div("titles")
                .child(
                    tag("h2")
                        .attr("id", "title")
                        .part("title")
                        .text(chat.say(Key::Title)),
                )
                .child(
                    tag("p")
                        .class("status")
                        .class_when("live", move || phase.get() == Phase::Active)
                        .text_from(move || state(&status)),
                ),
        )
        .child(end(chat))
        .child(menu(chat))
        .child(
            icon_button("quiet round", chat.say(Key::Minimise), CHEVRON_DOWN)
                .part("minimise")
                .on("click", move |_| (minimise.actions.minimise)()),
        )
}

fn end(chat: &Chat) -> Node {
    let phase = chat.phase.clone();
    let asking = chat.is_asking.clone();
    button("quiet")
        .part("end")
        .text(chat.say(Key::End))
        .attr_when("hidden", "", move || {
            !matches!(phase.get(), Phase::Waiting | Phase::Active)
        })
        .on("click", move |_| asking.set(true))
}

/// The state of the chat in a few words.
fn state(chat: &Chat) -> String {
    let key = match chat.phase.get() {
        Phase::Idle | Phase::Failed(_) => Key::StatusIdle,
        Phase::Connecting => Key::StatusConnecting,
        Phase::Waiting => Key::StatusWaiting,
        Phase::Active => match chat.agent.get() {
            Some(agent) => {
                return chat
                    .texts
                    .fill(Key::StatusWith, &[("name", chat.texts.name(&agent))]);
            }
            None => Key::StatusActive,
        },
        Phase::Ending => Key::StatusEnding,
        Phase::Ended(_) => Key::StatusEnded,
    };
    chat.say(key).to_owned()
}
