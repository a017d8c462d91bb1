//! The strip that says when the line is broken, why, and when the next try is made.

use super::icon::{EXCLAMATION, icon};
use super::node::{Node, div, tag};
use super::{Chat, Key};

pub(super) fn notice(chat: &Chat) -> Node {
    let chat = chat.clone();
    div("notices").child_from(move || {
        chat.line.get();
        chat.trouble.get().map(|key| strip(&chat, key))
    })
}

/// Announced once for each kind of trouble; the tries within it go on in silence.
fn strip(chat: &Chat, key: Key) -> Node {
    let sentence = chat.say(key);
    chat.announce(sentence.to_owned());
    let told = tag("p").text(sentence);
    let told = if key == Key::TroubleOffline {
        // Nothing is tried without a network.
        told
    } else {
        told.child(next_try(chat))
    };
    let strip = div("notice").part("notice");
    strip.child(icon(EXCLAMATION)).child(told)
}

fn next_try(chat: &Chat) -> Node {
    let chat = chat.clone();
    tag("span").class("next").effect(move |element| {
        chat.tries.get();
        chat.count(element, chat.next_try.get(), Key::NextTry, Key::Trying);
    })
}
