//! The transcript: draws each change where it happened, and nothing else again.
//!
//! Lines stand in pages, and pages in chapters, of a fixed size: the browser leaves out the layout of those that
//! are out of sight (`content-visibility`), and an append touches only the last page of the last chapter.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gms_chat_protocol::chat::{Change, Entry};
use web_sys::Element;

use super::icon::{ARROW_DOWN, icon};
use super::live::Live;
use super::node::{Mounted, Node, button, div, set_class, tag};
use super::row::{Clock, row, spoken};
use super::thread::{Edit, Side, side};
use super::waiting::{pulse, waiting};
use super::{Chat, Key};

/// Lines per page, and pages per chapter.
const SIZE: u32 = 25;
/// How far from its end, in pixels, the transcript still counts as read.
const NEAR: i32 = 80;

pub(super) fn transcript(chat: &Chat) -> Node {
    let box_node = div("scroll").part("transcript").attr("tabindex", "0");
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
        .child(pages(chat, scroll))
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
fn pages(chat: &Chat, scroll: Scroll) -> Node {
    let chat = chat.clone();
    let pages = RefCell::new(None);
    div("pages")
        .attr("role", "log")
        .attr("aria-live", "off")
        .attr("aria-label", chat.say(Key::Conversation))
        .effect(move |root| {
            let mut pages = pages.borrow_mut();
            let pages = pages.get_or_insert_with(|| Pages::with_all(&chat, root));
            for change in chat.changes.take() {
                if let Change::Appended(entry) = &change {
                    scroll.arrived(entry);
                }
                if let Change::Appended(entry) | Change::Replaced(entry) = &change
                    && let Some(line) = spoken(&chat, entry)
                {
                    chat.announce(line);
                }
                pages.apply(&chat, change);
            }
        })
}

/// The drawn lines, in the order of the thread's entries, and whether each says who speaks.
struct Pages {
    root: Element,
    rows: Vec<(Mounted, bool)>,
    clock: Clock,
}

impl Pages {
    /// Draws what the thread holds already.
    fn with_all(chat: &Chat, root: &Element) -> Self {
        let mut pages = Self {
            root: root.clone(),
            rows: Vec::new(),
            clock: Clock::new(),
        };
        for index in 0..chat.thread.borrow().entries().len() {
            pages.insert(chat, index);
        }
        pages
    }

    fn apply(&mut self, chat: &Chat, change: Change) {
        let edit = chat.thread.borrow_mut().apply(change);
        match edit {
            Edit::Inserted(index) => self.insert(chat, index),
            Edit::Replaced(index) => {
                self.replace(chat, index);
                self.mark_around(chat, index);
            }
            Edit::Removed(index) => {
                self.rows.remove(index);
                self.mark_around(chat, index);
            }
            Edit::Cleared => {
                self.rows.clear();
                self.root.set_text_content(None);
            }
            Edit::Nothing => {}
        }
    }

    fn insert(&mut self, chat: &Chat, index: usize) {
        let (fresh, is_first) = self.row(chat, index);
        let mounted = match self.rows.get(index) {
            Some((next, _)) => fresh.insert_before(next.element()),
            None => fresh.append_to(&self.last_page()),
        };
        self.rows.insert(index, (mounted, is_first));
        self.mark_around(chat, index);
    }

    fn replace(&mut self, chat: &Chat, index: usize) {
        let (fresh, is_first) = self.row(chat, index);
        if let Some(row) = self.rows.get_mut(index) {
            *row = (fresh.insert_before(row.0.element()), is_first);
        }
    }

    fn row(&self, chat: &Chat, index: usize) -> (Node, bool) {
        let thread = chat.thread.borrow();
        let is_first = thread.place(index).is_first;
        let row = row(chat, &self.clock, &thread.entries()[index], is_first);
        (row, is_first)
    }

    /// The page that takes the next line.
    fn last_page(&self) -> Element {
        let last_full = |chapter: &Element| {
            let page = chapter.last_element_child();
            page.is_none_or(|page| page.child_element_count() >= SIZE)
        };
        let chapter = last(&self.root, "chapter", |chapter| {
            chapter.child_element_count() < SIZE || !last_full(chapter)
        });
        last(&chapter, "page", |page| page.child_element_count() < SIZE)
    }

    /// Shows where the line at `index` and its neighbours stand in their groups. Behind an appended line there is
    /// none, and the one before it stays what it was except that it may not be the last of its group any more.
    fn mark_around(&mut self, chat: &Chat, index: usize) {
        for near in index.saturating_sub(1)..=index + 1 {
            let Some((_, was_first)) = self.rows.get(near) else {
                continue;
            };
            let place = chat.thread.borrow().place(near);
            if *was_first != place.is_first {
                self.replace(chat, near);
            }
            set_class(self.rows[near].0.element(), "last", place.is_last);
        }
    }
}

/// The last child, if it has room, else a new one of this class.
fn last(parent: &Element, class: &str, has_room: impl Fn(&Element) -> bool) -> Element {
    if let Some(child) = parent.last_element_child().filter(has_room) {
        return child;
    }
    let child = div(class).element().clone();
    let added = parent.append_child(&child);
    debug_assert!(added.is_ok(), "a log takes pages");
    child
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
