//! Where the visitor writes.

use std::cell::Cell;

use gms_chat_protocol::chat::{Command, Phase};
use wasm_bindgen::JsCast;
use web_sys::{Event, KeyboardEvent};

use super::draft::{Press, Room, room, sendable};
use super::icon::{ARROW_UP, icon_button};
use super::node::{Node, div, set_class, tag};
use super::{Chat, Key};

/// The key code of a key press that belongs to an input method, in engines that do not say `isComposing`.
const IN_COMPOSITION: u32 = 229;

pub(super) fn composer(chat: &Chat) -> Node {
    let submit = chat.clone();
    let ready = chat.clone();
    tag("form")
        .class("composer")
        .part("composer")
        .on("submit", move |event| {
            event.prevent_default();
            send(&submit);
        })
        .child(hint(chat))
        .child(
            div("line").child(text_box(chat)).child(
                icon_button("send round", chat.say(Key::Send), ARROW_UP)
                    .part("send")
                    .attr("type", "submit")
                    // The text box keeps the focus, and a phone its keyboard.
                    .on("mousedown", |event| event.prevent_default())
                    .class_when("ready", move || {
                        ready.sendable(&ready.draft.get()).is_some()
                    }),
            ),
        )
}

/// Grows with its text: an invisible twin with the same text gives the height.
fn text_box(chat: &Chat) -> Node {
    let (shown, draft) = (chat.draft.clone(), chat.draft.clone());
    let (typed, left, pressed) = (chat.clone(), chat.clone(), chat.clone());
    let mut area = tag("textarea")
        .part("input")
        .attr("rows", "1")
        .attr("data-focus", "")
        .attr("enterkeyhint", "send")
        .attr("aria-label", chat.say(Key::Message))
        .attr("placeholder", chat.say(Key::Placeholder))
        .attr("aria-describedby", "room")
        .value(&chat.draft)
        .on("input", move |_| {
            let is_still = draft.peek().trim().is_empty() || !typed.face.tells_typing;
            typed.command(if is_still {
                Command::StopTyping
            } else {
                Command::Typing
            });
        })
        .on("blur", move |_| left.command(Command::StopTyping))
        .on("keydown", move |event| on_key(&pressed, &event));
    if chat.keeps_focus.get() {
        area = area.focused();
    }
    div("grow")
        .attr_from("data-text", move || Some(shown.get()))
        .child(area)
}

/// How much room is left, once it gets scarce.
fn hint(chat: &Chat) -> Node {
    let chat = chat.clone();
    let weight = Cell::new(0);
    tag("p")
        .class("room")
        .attr("id", "room")
        .effect(move |hint| {
            let room = room(&chat.draft.get(), chat.face.most_characters);
            let sentence = match room {
                Room::Plenty => String::new(),
                Room::Left(count) => left(&chat, Key::CharactersLeft, count),
                Room::Over(count) => left(&chat, Key::CharactersOver, count),
            };
            hint.set_text_content(Some(&sentence));
            set_class(hint, "over", matches!(room, Room::Over(_)));
            if room.weight() > weight.replace(room.weight()) {
                chat.announce(sentence);
            }
        })
}

fn left(chat: &Chat, key: Key, count: usize) -> String {
    chat.texts
        .count(key, u32::try_from(count).unwrap_or(u32::MAX))
}

fn on_key(chat: &Chat, event: &Event) {
    let Some(key) = event.dyn_ref::<KeyboardEvent>() else {
        return;
    };
    let press = Press {
        key: key.key(),
        shift: key.shift_key(),
        control: key.ctrl_key() || key.meta_key(),
        composing: key.is_composing() || key.key_code() == IN_COMPOSITION,
    };
    if press.sends(chat.face.enter_sends) {
        event.prevent_default();
        send(chat);
    }
}

impl Chat {
    fn sendable<'a>(&self, draft: &'a str) -> Option<&'a str> {
        sendable(draft, self.face.most_characters)
    }
}

/// Sends the draft, unless it is empty or too long, or the chat is ending.
fn send(chat: &Chat) {
    if chat.phase.peek() == Phase::Ending {
        return;
    }
    let draft = chat.draft.peek();
    if let Some(text) = chat.sendable(&draft) {
        chat.command(Command::Say(text.to_owned()));
        chat.draft.set(String::new());
        chat.focus();
    }
}
