//! The one loop: feeds the session, and carries out what it asks for.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use gloo_timers::callback::Timeout;
use gms_chat_protocol::chat::{Command, Event, Session, Visitor};
use gms_chat_protocol::{ExchangeId, Failure, Moment, Output, PageEvent, Reply, Request};
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::config::Credentials;
use crate::front::Host;
use crate::page;
use crate::transport::{self, Pending};

/// Everything that can reach the session.
enum Input {
    Command(Command),
    Answer(ExchangeId, Result<Reply, Failure>),
    Page(PageEvent),
    Due,
}

/// A running session. Dropping it aborts its requests and stops its timer.
pub(crate) struct Driver {
    this: Weak<Self>,
    session: RefCell<Session>,
    credentials: Credentials,
    host: Host,
    /// Where events go. They may lead to commands at once, which wait in `inbox`.
    tell: Box<dyn Fn(Event)>,
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

impl Driver {
    /// Drives `session`; every event is told exactly once, in order.
    pub(crate) fn new(
        session: Session,
        credentials: Credentials,
        host: Host,
        tell: impl Fn(Event) + 'static,
    ) -> Rc<Self> {
        Rc::new_cyclic(|this| Self {
            this: this.clone(),
            session: RefCell::new(session),
            credentials,
            host,
            tell: Box::new(tell),
            inbox: RefCell::default(),
            is_running: Cell::new(false),
            leaving: RefCell::default(),
            pending: RefCell::default(),
            timer: RefCell::default(),
        })
    }

    /// What the next page needs to go on with the chat; `None` when there is none.
    pub(crate) fn snapshot(&self) -> Option<String> {
        self.session.borrow().snapshot()
    }

    /// Goes on with the chat of another page; false when that cannot be.
    pub(crate) fn restore(&self, snapshot: &str, visitor: Visitor) -> bool {
        let now = page::now();
        let is_taken = self.session.borrow_mut().restore(snapshot, visitor, now);
        self.feed(Input::Due);
        is_taken
    }

    /// Passes on what the visitor or the page wants.
    pub(crate) fn command(&self, command: Command) {
        self.feed(Input::Command(command));
    }

    /// Passes on what happened to the page.
    pub(crate) fn page(&self, event: PageEvent) {
        self.feed(Input::Page(event));
    }

    /// Does what is due, for a page whose timers may be late.
    pub(crate) fn tick(&self) {
        self.feed(Input::Due);
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
        let mut session = self.session.borrow_mut();
        match input {
            Input::Command(command) => session.handle_command(command, now),
            Input::Answer(id, Ok(reply)) => session.handle_reply(id, reply, now),
            Input::Answer(id, Err(failure)) => session.handle_failure(id, failure, now),
            Input::Page(event) => session.handle_page(event, now),
            Input::Due => session.handle_timeout(now),
        }
    }

    fn drain(&self) {
        loop {
            let output = self.session.borrow_mut().poll_output();
            match output {
                Output::Send(id, request) => self.leaving.borrow_mut().push((id, request)),
                Output::Cancel(id) => {
                    self.leaving.borrow_mut().retain(|(other, _)| *other != id);
                    self.forget(id);
                }
                Output::Event(event) => (self.tell)(event),
                Output::Wait(due) => return self.wait(due),
            }
        }
    }

    fn send(&self, id: ExchangeId, request: Request) {
        let this = self.this.clone();
        let host = self.host.clone();
        let pending = transport::post(request, self.credentials, host, move |answer| {
            if let Some(driver) = this.upgrade() {
                driver.forget(id);
                driver.feed(Input::Answer(id, answer));
            }
        });
        self.pending.borrow_mut().push((id, pending));
    }

    fn forget(&self, id: ExchangeId) {
        self.pending.borrow_mut().retain(|(other, _)| *other != id);
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
        let timeout = Timeout::new(u32::try_from(millis).unwrap_or(u32::MAX >> 1), move || {
            if let Some(driver) = this.upgrade() {
                driver.timer.take();
                driver.feed(Input::Due);
            }
        });
        Timer {
            due,
            _timeout: timeout,
        }
    }
}
