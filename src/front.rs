//! Between the session and the page: each event goes to the window, to the host page and into the unread count.

use std::cell::{Cell, RefCell};

use gms_chat_protocol::chat::{Body, Change, Entry, Event, Phase, Role};
use js_sys::{Array, Object, Promise, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Element, Request, console};

use crate::driver::Audience;
use crate::page;
use crate::report::{Report, Reporter, Value};
use crate::text::{Key, Source};
use crate::ui::Chat;

#[wasm_bindgen]
extern "C" {
    /// What the loader lends to the window.
    #[derive(Clone)]
    pub type Host;

    /// Fires a `CustomEvent`; `false` when a listener called `preventDefault`.
    #[wasm_bindgen(method)]
    fn emit(this: &Host, name: &str, detail: &JsValue) -> bool;

    /// The sentence of the key at this place, see `text::Key`.
    #[wasm_bindgen(method)]
    fn say(this: &Host, key: u32) -> String;

    /// Likewise, in the form for this many, with the number filled in.
    #[wasm_bindgen(method)]
    fn count(this: &Host, key: u32, number: u32) -> String;

    /// Draws the fields of the form.
    #[wasm_bindgen(method)]
    pub(crate) fn form(this: &Host, root: &Element);

    /// Resolves to what the form holds, if that is right.
    #[wasm_bindgen(method)]
    pub(crate) fn submit(this: &Host) -> Promise;

    /// Whether the page looks at a message first; it then comes back by the widget's method `send`, or not at all.
    #[wasm_bindgen(method)]
    pub(crate) fn hold(this: &Host, text: &str) -> bool;

    /// Puts headers of the page on a request, where it wants any: a promise of that. `refresh`: the last ones were
    /// answered with 401.
    #[wasm_bindgen(method)]
    pub(crate) fn dress(this: &Host, request: &Request, refresh: bool) -> Option<Promise>;

    /// What came of a request that was dressed: its address, the status, and the text.
    #[wasm_bindgen(method)]
    pub(crate) fn answered(this: &Host, url: &str, status: u16, text: &str);

    /// Closes the window and gives the focus back.
    #[wasm_bindgen(method)]
    pub(crate) fn minimise(this: &Host);

    /// Calls a function of `src/extras.js` once that is there; without it, what it does is left out.
    #[wasm_bindgen(method)]
    pub(crate) fn extra(this: &Host, name: &str, target: &JsValue, more: &JsValue);

    /// Tells the other tabs.
    #[wasm_bindgen(method)]
    pub(crate) fn post(this: &Host, text: &str);

    /// The chat needs no other tabs any more; or, if this tab `yields`, others are to lead it first.
    #[wasm_bindgen(method)]
    pub(crate) fn part(this: &Host, yields: bool);

    /// Shows a number on the launcher, and says it to screen readers.
    #[wasm_bindgen(method)]
    fn unread(this: &Host, count: u32, label: &str);
}

impl Source for Host {
    fn say(&self, key: u32) -> String {
        Self::say(self, key)
    }

    fn count(&self, key: u32, number: u32) -> String {
        Self::count(self, key, number)
    }
}

/// Passes on what the session tells.
pub(crate) struct Front {
    chat: RefCell<Chat>,
    host: Host,
    reporter: RefCell<Reporter>,
    is_open: Cell<bool>,
    unread: Cell<u32>,
    /// What went wrong last, for whoever asks why the chat has failed.
    cause: RefCell<String>,
}

impl Audience for Front {
    /// Tells the host page first: it may keep a pushed page to itself.
    fn tell(&self, event: Event) {
        self.log(&event);
        let reports = self.reporter.borrow_mut().reports(&event);
        let mut is_welcome = true;
        for report in &reports {
            is_welcome &= emit(&self.host, report);
        }
        if !is_welcome && is_offer(&event) {
            return;
        }
        if is_news(&event) && !self.is_watched() && !self.chat().is_restoring() {
            self.count(self.unread.get() + 1, true);
        }
        self.chat().apply(event);
    }

    fn recall(&self) -> Vec<Event> {
        self.chat().recall()
    }
}

impl Front {
    pub(crate) fn new(chat: Chat, host: Host, expose_text: bool) -> Self {
        Self {
            chat: RefCell::new(chat),
            host,
            reporter: RefCell::new(Reporter::new(expose_text)),
            is_open: Cell::new(false),
            unread: Cell::new(0),
            cause: RefCell::default(),
        }
    }

    /// The window as it speaks now.
    pub(crate) fn chat(&self) -> Chat {
        self.chat.borrow().clone()
    }

    /// The window speaks another language.
    pub(crate) fn speak(&self, chat: Chat) {
        self.chat.replace(chat);
        self.label();
    }

    /// The window was opened or closed.
    pub(crate) fn set_open(&self, is_open: bool) {
        self.is_open.set(is_open);
        self.seen();
    }

    /// The page can be seen, or not any more; with an open window nothing is unread then.
    pub(crate) fn seen(&self) {
        self.chat().set_watched(self.is_watched());
        if self.is_watched() && self.unread.get() > 0 {
            self.count(0, false);
        }
    }

    fn is_watched(&self) -> bool {
        self.is_open.get() && page::is_visible()
    }

    /// So many messages are unread, a new one among them or not.
    pub(crate) fn count(&self, unread: u32, is_new: bool) {
        self.unread.set(unread);
        let news = Array::of2(&unread.into(), &(is_new && self.chat().rings()).into());
        self.host.extra("news", &JsValue::NULL, &news);
        self.label();
        emit(
            &self.host,
            &Report::new("unreadchange").number("count", unread),
        );
    }

    fn log(&self, event: &Event) {
        match event {
            Event::Diagnostic(text) => {
                console::info_1(&["gms-chat: ", text].concat().into());
                self.cause.replace([": ", text].concat());
            }
            Event::Phase(Phase::Failed(problem)) => warn(&[problem.code(), &self.cause.borrow()]),
            Event::Phase(_)
            | Event::Connection(_)
            | Event::Entry(_)
            | Event::Typing(_)
            | Event::Idle(_)
            | Event::Notice { .. } => {}
        }
    }

    fn label(&self) {
        let unread = self.unread.get();
        let label = self.chat().texts().count(Key::Unread, unread);
        self.host.unread(unread, &label);
    }
}

/// Fires a report as an event of the element; `false` when the host page objects.
pub(crate) fn emit(host: &Host, report: &Report) -> bool {
    host.emit(report.name, &object(report))
}

/// The members of a report.
pub(crate) fn object(report: &Report) -> Object {
    let object = Object::new();
    for (name, value) in &report.detail {
        let value = match value {
            Value::Text(text) => text.into(),
            Value::Number(number) => (*number).into(),
            Value::Flag(flag) => (*flag).into(),
        };
        let set = Reflect::set(&object, &(*name).into(), &value);
        debug_assert!(set.is_ok(), "an object takes any member");
    }
    object
}

/// Tells the developer of the page what the visitor need not know.
pub(crate) fn warn(words: &[&str]) {
    console::warn_1(&["gms-chat: ", &words.concat()].concat().into());
}

/// What the event adds to the transcript.
fn added(event: &Event) -> Option<&Entry> {
    match event {
        Event::Entry(Change::Appended(entry) | Change::Inserted { entry, .. }) => Some(entry),
        Event::Entry(Change::Replaced(_) | Change::Removed(_) | Change::Cleared)
        | Event::Phase(_)
        | Event::Connection(_)
        | Event::Typing(_)
        | Event::Idle(_)
        | Event::Notice { .. }
        | Event::Diagnostic(_) => None,
    }
}

fn is_offer(event: &Event) -> bool {
    added(event).is_some_and(|entry| matches!(entry.body, Body::PushUrl { .. }))
}

/// Whether somebody else said something: lines about the conversation do not count as unread.
fn is_news(event: &Event) -> bool {
    added(event).is_some_and(|entry| {
        matches!(entry.body, Body::Message(_) | Body::PushUrl { .. })
            && entry.party.role != Role::Client
    })
}
