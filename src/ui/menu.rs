//! What the visitor can do with the conversation besides talking: keep it, or silence its sound.

use gms_chat_protocol::chat::Entry;
use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::icon::{BELL, DOTS, icon_button};
use super::live::Live;
use super::node::{Node, button, div};
use super::row::{moment, said};
use super::{Chat, Key, Screen};
use crate::config::Tool;

/// The buttons in the head of the window.
pub(super) fn menu(chat: &Chat) -> Node {
    let mut tools = div("tools");
    if chat.face.sound {
        tools = tools.child(bell(chat));
    }
    if !chat.face.tools.is_empty() {
        tools = tools.child(more(chat));
    }
    tools
}

/// Whether a new message may be heard; always in sight where there is sound at all.
fn bell(chat: &Chat) -> Node {
    toggle(
        "mute",
        chat.say(Key::Mute),
        BELL,
        "aria-pressed",
        &chat.is_muted,
    )
}

fn more(chat: &Chat) -> Node {
    let (there, list) = (chat.clone(), chat.clone());
    div("more")
        .attr_when("hidden", "", move || there.screen.get() == Screen::Form)
        .child(toggle(
            "more",
            chat.say(Key::More),
            DOTS,
            "aria-expanded",
            &chat.has_menu,
        ))
        .child_from(move || list.has_menu.get().then(|| tools(&list)))
}

/// A button that turns something on and off.
fn toggle(part: &str, label: &str, path: &str, state: &'static str, value: &Live<bool>) -> Node {
    let turned = value.clone();
    icon_button("quiet round", label, path)
        .part(part)
        .switch(state, value)
        .on("click", move |_| turned.update(|on| *on = !*on))
}

fn tools(chat: &Chat) -> Node {
    let mut list = div("menu").part("menu");
    for tool in &chat.face.tools {
        let label = chat.say(match tool {
            Tool::Text => Key::KeepText,
            Tool::Html => Key::KeepHtml,
            Tool::Copy => Key::KeepCopy,
            Tool::Print => Key::KeepPrint,
        });
        let (chat, word) = (chat.clone(), tool.word());
        let item = button("item").part("menu-item").text(label);
        let target = item.element().clone();
        list = list.child(item.on("click", move |_| keep(&chat, &target, word)));
    }
    list
}

/// Hands the transcript over as it stands: names, times and texts, no markup.
fn keep(chat: &Chat, target: &Element, word: &str) {
    let thread = chat.thread.borrow();
    let lines: Array = thread
        .entries()
        .iter()
        .filter_map(|entry| line(chat, entry))
        .collect();
    let order = [word, chat.say(Key::Title), chat.say(Key::Copied)];
    let order: Array = order.into_iter().map(JsValue::from_str).collect();
    order.push(&lines);
    chat.extra("keep", target, &order);
}

fn line(chat: &Chat, entry: &Entry) -> Option<JsValue> {
    let (name, text) = said(&chat.texts, entry)?;
    let at = entry.at.map_or(JsValue::NULL, moment);
    Some(Array::of3(&name.into(), &at, &text.into()).into())
}
