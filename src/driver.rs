//! The one loop: feeds the session, and carries out what it asks for.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use gloo_timers::callback::Timeout;
use gms_chat_protocol::chat::{Command, Event, Visitor};
use gms_chat_protocol::tabs::{Mark, Output as Wish, Tab};
use gms_chat_protocol::{ExchangeId, Failure, Moment, Output, PageEvent, Reply, Request, decimal};
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::config::Credentials;
use crate::front::Host;
use crate::line::Remote;
use crate::page;
use crate::transport::{self, Pending};

/// Everything that can reach the session.
enum Input {
    Command(Command),
    Answer(ExchangeId, Result<Reply, Failure>),
    Page(PageEvent),
    /// Something that was asked of the tab directly.
    Done,
    Due,
}

/// Where events go, and what the window shows, as events. They may lead to commands at once, which wait in `inbox`.
pub(crate) trait Audience {
    /// Shows what happened.
    fn tell(&self, event: Event);

    /// What draws the window as it is now.
    fn recall(&self) -> Vec<Event>;
}

/// A running session. Dropping it aborts its requests and stops its timer.
pub(crate) struct Driver {
    this: Weak<Self>,
    tab: RefCell<Tab>,
    credentials: Credentials,
    host: Host,
    audience: Rc<dyn Audience>,
    inbox: RefCell<VecDeque<Input>>,
    is_running: Cell<bool>,
    /// Requests that leave when the window has drawn what came before them.
    leaving: RefCell<Vec<(ExchangeId, Request)>>,
    pending: RefCell<Vec<(ExchangeId, Pending)>>,
    timer: RefCell<Option<Timer>>,
}

/// A timeout and the moment it is set to.
struct Timer {
    due: Moment,
    _timeout: Timeout,
}

impl Remote for Driver {
    fn command(&self, command: Command) {
        self.feed(Input::Command(command));
    }

    fn page(&self, event: PageEvent) {
        self.feed(Input::Page(event));
    }

    fn tick(&self) {
        self.feed(Input::Due);
    }

    fn snapshot(&self, known: Mark) -> Option<String> {
        let parts = self.tab.borrow().snapshot_after(known)?;
        let log = decimal(parts.mark.log.into());
        let length = decimal(parts.mark.length as u64);
        let lines = [log, length, parts.head, parts.events, parts.messages];
        Some(lines.join("\n"))
    }

    fn lead(&self, left: Option<(&str, bool)>, visitor: Visitor, user_id: Option<String>) -> bool {
        let leads = self
            .tab
            .borrow_mut()
            .lead(left, visitor, user_id, page::now());
        self.feed(Input::Done);
        leads
    }

    fn follow(&self, left: Option<&str>) {
        self.tab.borrow_mut().follow(left, page::now());
        self.feed(Input::Done);
    }

    fn hear(&self, text: &str) {
        self.tab.borrow_mut().hear(text, page::now());
        self.feed(Input::Done);
    }

    fn leave(&self) {
        self.tab.borrow_mut().leave(page::now());
        self.feed(Input::Done);
    }

    fn is_shared(&self) -> bool {
        self.tab.borrow().is_shared()
    }
}

impl Driver {
    /// Drives the chat of a tab; every event is told exactly once, in order.
    pub(crate) fn new(
        tab: Tab,
        credentials: Credentials,
        host: Host,
        audience: Rc<dyn Audience>,
    ) -> Rc<Self> {
        Rc::new_cyclic(|this| Self {
            this: this.clone(),
            tab: RefCell::new(tab),
            credentials,
            host,
            audience,
            inbox: RefCell::default(),
            is_running: Cell::new(false),
            leaving: RefCell::default(),
            pending: RefCell::default(),
            timer: RefCell::default(),
        })
    }

    /// Feeds one input after the other, and drains the session after each.
    /// An input that arrives meanwhile, from an event's listener, waits for its turn.
    fn feed(&self, input: Input) {
        self.inbox.borrow_mut().push_back(input);
        if self.is_running.replace(true) {
            return;
        }
        loop {
            let next = self.inbox.borrow_mut().pop_front();
            let Some(input) = next else { break };
            self.handle(input, page::now());
            self.drain();
        }
        self.is_running.set(false);
        self.depart();
    }

    /// Sends what is to be sent when what was told is drawn, and before the page's loop turns: sending takes the
    /// browser longer than drawing.
    fn depart(&self) {
        if self.leaving.borrow().is_empty() {
            return;
        }
        let this = self.this.clone();
        spawn_local(async move {
            // The effects that draw are in this queue already; whoever watches the page comes next.
            let turn = Promise::resolve(&JsValue::UNDEFINED);
            drop(JsFuture::from(turn).await);
            if let Some(driver) = this.upgrade() {
                for (id, request) in driver.leaving.take() {
                    driver.send(id, request);
                }
            }
        });
    }

    fn handle(&self, input: Input, now: Moment) {
        let mut tab = self.tab.borrow_mut();
        match input {
            Input::Command(command) => tab.handle_command(command, now),
            Input::Answer(id, Ok(reply)) => tab.handle_reply(id, reply, now),
            Input::Answer(id, Err(failure)) => tab.handle_failure(id, failure, now),
            Input::Page(event) => tab.handle_page(event, now),
            Input::Done => {}
            Input::Due => tab.handle_timeout(now),
        }
    }

    fn drain(&self) {
        loop {
            let wish = self.tab.borrow_mut().poll_output();
            match wish {
                Wish::Chat(Output::Send(id, request)) => {
                    self.leaving.borrow_mut().push((id, request));
                }
                Wish::Chat(Output::Cancel(id)) => {
                    self.leaving.borrow_mut().retain(|(other, _)| *other != id);
                    drop(self.take(id));
                }
                Wish::Chat(Output::Event(event)) => self.audience.tell(event),
                Wish::Chat(Output::Wait(due)) => return self.wait(due),
                Wish::Abandon => {
                    self.leaving.borrow_mut().clear();
                    self.pending.borrow_mut().clear();
                }
                Wish::Post(text) => self.host.post(&text),
                Wish::Recall => {
                    let events = self.audience.recall();
                    self.tab.borrow_mut().recalled(&events, page::now());
                }
                Wish::Yield => self.host.part(true),
                Wish::Part => self.host.part(false),
            }
        }
    }

    fn send(&self, id: ExchangeId, request: Request) {
        let this = self.this.clone();
        let host = self.host.clone();
        let pending = transport::post(request, self.credentials, host, move |answer| {
            if let Some(driver) = this.upgrade() {
                driver.take(id).into_iter().for_each(Pending::ended);
                driver.feed(Input::Answer(id, answer));
            }
        });
        self.pending.borrow_mut().push((id, pending));
    }

    fn take(&self, id: ExchangeId) -> Option<Pending> {
        let mut pending = self.pending.borrow_mut();
        let place = pending.iter().position(|(other, _)| *other == id)?;
        Some(pending.swap_remove(place).1)
    }

    fn wait(&self, due: Option<Moment>) {
        let mut timer = self.timer.borrow_mut();
        if timer.as_ref().map(|timer| timer.due) == due {
            return;
        }
        *timer = due.map(|due| self.timer(due));
    }

    fn timer(&self, due: Moment) -> Timer {
        let this = self.this.clone();
        // Rounded up: a timer that fires a little early would be set again for nothing.
        let millis = due.since(page::now()).as_millis() + 1;
        let fire = move || {
            if let Some(driver) = this.upgrade() {
                driver.timer.take();
                driver.feed(Input::Due);
            }
        };
        let millis = u32::try_from(millis).unwrap_or(u32::MAX >> 1);
        Timer {
            due,
            _timeout: page::later(millis, Box::new(fire)),
        }
    }
}
