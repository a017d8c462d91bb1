//! The head of the window: title, state of the chat, end and minimise.

use gms_chat_protocol::chat::Phase;

use super::icon::{CHEVRON_DOWN, icon_button};
use super::menu::menu;
use super::node::{Node, button, div, tag};
use super::{Catalogue, Chat, Key};

/// A head without a chat.
pub(super) fn bare(texts: &Catalogue, minimise: impl Fn() + 'static) -> Node {
    div("header")
        .part("header")
        .child(div("titles").child(title(texts.say(Key::Title))))
        .child(minimiser(texts.say(Key::Minimise), minimise))
}

fn title(text: &str) -> Node {
    tag("h2").attr("id", "title").part("title").text(text)
}

fn minimiser(label: &str, minimise: impl Fn() + 'static) -> Node {
    icon_button("quiet round", label, CHEVRON_DOWN)
        .part("minimise")
        .on("click", move |_| minimise())
}

pub(super) fn header(chat: &Chat) -> Node {
    let minimise = chat.clone();
    div("header")
        .part("header")
        .child(tag("slot").attr("name", "header"))
        .child(
            div("titles")
                .child(title(chat.say(Key::Title)))
                .child(status(chat)),
        )
        .child(end(chat))
        .child(menu(chat))
        .child(minimiser(chat.say(Key::Minimise), move || {
            (minimise.actions.minimise)();
        }))
}

fn end(chat: &Chat) -> Node {
    let phase = chat.phase.clone();
    let asking = chat.is_asking.clone();
    button("quiet")
        .part("end")
        .text(chat.say(Key::End))
        .attr_when("hidden", "", move || {
            !matches!(
                phase.get(),
                Phase::Restoring | Phase::Waiting | Phase::Active
            )
        })
        .on("click", move |_| asking.set(true))
}

/// How the chat is doing. Whom one talks to is shown by name, and heard as a sentence.
fn status(chat: &Chat) -> Node {
    let (line, sentence, heard, shown) = (chat.clone(), chat.clone(), chat.clone(), chat.clone());
    tag("p")
        .class("status")
        .class_when("live", move || {
            line.line.get();
            line.phase.get() == Phase::Active && line.trouble.get().is_none()
        })
        .child(
            tag("span")
                .class_when("unseen", move || partner(&heard).is_some())
                .text_from(move || state(&sentence)),
        )
        .child(
            tag("bdi")
                .attr("aria-hidden", "true")
                .text_from(move || partner(&shown).unwrap_or_default()),
        )
}

/// The name of whom one talks to.
fn partner(chat: &Chat) -> Option<String> {
    let agent = (chat.phase.get() == Phase::Active).then(|| chat.agent.get())??;
    Some(chat.texts.name(&agent).to_owned())
}

/// The state of the chat in a few words.
fn state(chat: &Chat) -> String {
    let key = match chat.phase.get() {
        Phase::Idle | Phase::Failed(_) if chat.is_closed.get() => Key::StatusClosed,
        Phase::Idle | Phase::Failed(_) => Key::StatusIdle,
        Phase::Restoring | Phase::Connecting => Key::StatusConnecting,
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
