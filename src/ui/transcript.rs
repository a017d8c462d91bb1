//! The transcript: draws each change where it happened, and nothing else again.
//!
//! Lines stand in pages, and pages in chapters, of a fixed size: the browser leaves out the layout of those that
//! are out of sight (`content-visibility`), and an append touches only the last page of the last chapter.
//! Of a very long chat the oldest pages become plain text, see `pages`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gms_chat_protocol::chat::{Change, Entry, Phase};
use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::icon::{ARROW_DOWN, icon};
use super::live::Live;
use super::node::{Node, button, div, tag};
use super::pages::Pages;
use super::row::spoken;
use super::thread::{Side, side};
use super::waiting::{pulse, waiting};
use super::{Chat, Key};
use crate::config::Tool;

/// How far from its end, in pixels, the transcript still counts as read.
const NEAR: i32 = 80;

pub(super) fn transcript(chat: &Chat) -> Node {
    let box_node = div("scroll").part("transcript").attr("tabindex", "0");
    (chat.actions.extra)("arrows", box_node.element(), &JsValue::UNDEFINED);
    let scroll = Scroll {
        view: box_node.element().clone(),
        is_away: Rc::default(),
        has_missed: Live::new(false),
    };
    let (watched, shown, jump) = (scroll.clone(), scroll.clone(), scroll.clone());
    let label = chat.say(Key::Jump).to_owned();
    let is_waiting = chat.is_waiting.clone();
    let flow = div("flow")
        .class_when("calm", move || is_waiting.get())
        .child(waiting(chat))
        .child(log(chat, scroll))
        .child(typing(chat));
    div("transcript")
        .child(box_node.on("scroll", move |_| watched.moved()).child(flow))
        .child(
            button("jump")
                .part("jump")
                .text(&label)
                .child(icon(ARROW_DOWN))
                .attr_when("hidden", "", move || !shown.has_missed.get())
                .on("click", move |_| jump.to_end()),
        )
}

/// Where the visitor looks. The box grows from its end (`column-reverse`): zero is the end, what is above is
/// negative, and the browser keeps the end in sight without being told.
#[derive(Clone)]
struct Scroll {
    view: Element,
    is_away: Rc<Cell<bool>>,
    has_missed: Live<bool>,
}

impl Scroll {
    fn moved(&self) {
        self.is_away.set(self.view.scroll_top() < -NEAR);
        if !self.is_away.get() {
            self.has_missed.set(false);
        }
    }

    fn to_end(&self) {
        self.view.set_scroll_top(0);
        self.has_missed.set(false);
    }

    /// Keeps the visitor where he is, unless he has just written something.
    fn arrived(&self, entry: &Entry) {
        match side(entry) {
            Side::Mine => self.to_end(),
            Side::Theirs if self.is_away.get() => self.has_missed.set(true),
            Side::Theirs | Side::Aside | Side::Unseen => {}
        }
    }
}

/// The lines themselves. They are not live: `speech` says what is new, once.
fn log(chat: &Chat, scroll: Scroll) -> Node {
    let mut log = div("pages")
        .attr("role", "log")
        .attr("aria-live", "off")
        .attr("aria-label", chat.say(Key::Conversation));
    if chat.face.markdown {
        log = log.attr("data-markdown", "");
    }
    let words = if chat.face.tools.contains(&Tool::Copy) {
        Array::of2(&chat.say(Key::Copy).into(), &chat.say(Key::Copied).into()).into()
    } else {
        JsValue::NULL
    };
    chat.extra("talk", log.element(), &words);
    let chat = chat.clone();
    let pages = RefCell::new(None);
    log.effect(move |root| {
        let mut pages = pages.borrow_mut();
        let pages = pages.get_or_insert_with(|| Pages::with_all(&chat, root));
        // What another page has shown is neither news nor said again.
        let known = chat.is_restoring();
        for change in chat.changes.take() {
            if let Change::Appended(entry) = &change {
                scroll.arrived(entry);
            }
            if let Change::Appended(entry) | Change::Replaced(entry) = &change
                && !known
                && let Some(line) = spoken(&chat, entry)
            {
                chat.announce(line);
            }
            let is_seen = known || chat.is_watched.get() && !scroll.is_away.get();
            pages.apply(&chat, change, is_seen);
        }
    })
}

/// Who is typing at the other side.
fn typing(chat: &Chat) -> Node {
    let chat = chat.clone();
    div("typings").child_from(move || {
        let party = chat.typing.get()?;
        let name = chat.texts.name(&party);
        Some(
            div("typing")
                .part("typing")
                .child(pulse())
                .child(tag("span").text(&chat.texts.fill(Key::Typing, &[("name", name)]))),
        )
    })
}

impl Chat {
    /// Whether what is told has been told on another page.
    pub(crate) fn is_restoring(&self) -> bool {
        self.phase.peek() == Phase::Restoring
    }

    /// What is to be said first, in a chat that another page has asked for.
    pub(crate) fn say_first(&self, text: Option<String>) {
        self.first_message.replace(text);
    }
}
