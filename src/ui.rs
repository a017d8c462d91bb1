//! The window: what it knows, and its outermost frame.

mod composer;
mod confirm;
mod draft;
mod ended;
mod form;
mod header;
mod icon;
mod idle;
mod live;
mod menu;
mod node;
mod notice;
mod pages;
mod row;
mod speech;
mod talk;
mod thread;
mod transcript;
mod waiting;

use std::cell::{Cell, OnceCell, RefCell};
use std::ops::Deref;
use std::rc::Rc;

use gms_chat_protocol::Moment;
use gms_chat_protocol::chat::{Body, Change, Command, Connection, Entry, Event, Party, Phase};
use gms_chat_protocol::chat::{Problem, Role};
use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, KeyboardEvent, ShadowRoot};

use crate::config::{self, Face};
use crate::page;
use crate::text::{self, Catalogue, Key};
use live::Live;
use node::{div, tag};
use talk::DrawTalk;
use thread::Thread;

pub(crate) use node::{Mounted, Node};

/// What the window knows and whom it tells, and the language that it speaks; every component gets this one value.
#[derive(Clone)]
pub(crate) struct Chat {
    texts: Rc<Catalogue>,
    state: Rc<State>,
}

/// The one state of a window.
pub(crate) struct State {
    face: Face,
    actions: Actions,
    thread: RefCell<Thread>,
    root: RefCell<Option<Element>>,
    /// Whether the next screen takes the focus, because the last one had it.
    keeps_focus: Cell<bool>,
    phase: Live<Phase>,
    screen: Live<Screen>,
    is_waiting: Live<bool>,
    /// When the wait began, on the page's clock.
    waits_since: Cell<f64>,
    /// Whether business hours are over.
    is_closed: Live<bool>,
    is_over: Live<bool>,
    connection: RefCell<Connection>,
    is_offline: Cell<bool>,
    /// What is wrong with the line, and when the next try is made.
    trouble: Cell<Option<Key>>,
    next_try: Cell<Option<Moment>>,
    /// Changes when the trouble does; and when the next try does.
    line: Live<bool>,
    tries: Live<bool>,
    /// Whether the server will close the talk because nobody writes, and when.
    is_idle: Live<bool>,
    closes_at: Cell<Option<Moment>>,
    typing: Live<Option<Party>>,
    agent: Live<Option<Party>>,
    /// Changes that the transcript has not drawn yet.
    changes: Live<Vec<Change>>,
    /// Whether the visitor is being asked about the end.
    is_asking: Live<bool>,
    has_menu: Live<bool>,
    is_muted: Live<bool>,
    /// Whether the window is open on a page that can be seen.
    is_watched: Cell<bool>,
    draft: Live<String>,
    /// Whether the form is being checked.
    is_checking: Live<bool>,
    /// Said as soon as the chat is created.
    first_message: RefCell<Option<String>>,
    /// Lines that have not been announced yet.
    speech: Live<Vec<String>>,
    /// Draws the talk; comes with the session.
    talk: OnceCell<DrawTalk>,
}

impl Deref for Chat {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

/// What the window can ask of others.
pub(crate) struct Actions {
    /// Tells the session.
    pub(crate) command: Box<dyn Fn(Command)>,
    /// Closes the window; the chat goes on.
    pub(crate) minimise: Box<dyn Fn()>,
    /// Draws the fields of the form into an element.
    pub(crate) draw_form: Box<dyn Fn(&Element)>,
    /// Resolves to names and values in turn, unless something is wrong, which the form then shows.
    pub(crate) submit_form: Box<dyn Fn() -> Promise>,
    /// Calls a function of `src/extras.js`, which may still have to be fetched: the name, an element, and what
    /// else it takes. What cannot be fetched is not done; nothing depends on it.
    pub(crate) extra: Extra,
}

pub(crate) type Extra = Box<dyn Fn(&str, &Element, &JsValue)>;

/// The faces of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Screen {
    Form,
    Closed,
    Talk,
}

impl Screen {
    fn of(phase: &Phase, is_closed: bool) -> Self {
        match phase {
            Phase::Idle | Phase::Failed(_) if is_closed => Self::Closed,
            Phase::Idle | Phase::Connecting | Phase::Failed(_) => Self::Form,
            Phase::Restoring | Phase::Waiting | Phase::Active => Self::Talk,
            Phase::Ending | Phase::Ended(_) => Self::Talk,
        }
    }
}

impl Chat {
    /// A window without a chat.
    pub(crate) fn new(texts: Catalogue, face: Face, actions: Actions) -> Self {
        let state = State {
            face,
            actions,
            thread: RefCell::new(Thread::new(page::local, page::today())),
            root: RefCell::default(),
            keeps_focus: Cell::new(false),
            phase: Live::new(Phase::Idle),
            screen: Live::new(Screen::Form),
            is_waiting: Live::new(false),
            waits_since: Cell::new(0.0),
            is_closed: Live::new(false),
            is_over: Live::new(false),
            connection: RefCell::new(Connection::Fine),
            is_offline: Cell::new(false),
            trouble: Cell::new(None),
            next_try: Cell::new(None),
            line: Live::new(false),
            tries: Live::new(false),
            is_idle: Live::new(false),
            closes_at: Cell::new(None),
            typing: Live::new(None),
            agent: Live::new(None),
            changes: Live::new(Vec::new()),
            is_asking: Live::new(false),
            has_menu: Live::new(false),
            is_muted: Live::new(false),
            is_watched: Cell::new(false),
            draft: Live::new(String::new()),
            is_checking: Live::new(false),
            first_message: RefCell::default(),
            speech: Live::new(Vec::new()),
            talk: OnceCell::new(),
        };
        Self {
            texts: Rc::new(texts),
            state: Rc::new(state),
        }
    }

    /// The same chat in another language. Whatever has the focus passes it on to the next view.
    pub(crate) fn speaking(&self, texts: Catalogue) -> Self {
        self.keeps_focus.set(self.has_focus());
        Self {
            texts: Rc::new(texts),
            state: Rc::clone(&self.state),
        }
    }

    /// The sentences of the window.
    pub(crate) fn texts(&self) -> &Catalogue {
        &self.texts
    }

    /// Shows what happened.
    pub(crate) fn apply(&self, event: Event) {
        match event {
            Event::Phase(phase) => self.enter(phase),
            Event::Connection(connection) => {
                self.connection.replace(connection);
                self.judge_line();
            }
            Event::Idle(closes_at) => {
                self.closes_at.set(closes_at);
                self.is_idle.set(closes_at.is_some());
            }
            Event::Entry(change) => {
                if let Change::Appended(entry) | Change::Inserted { entry, .. } = &change {
                    self.meet(entry);
                }
                self.changes.update(|changes| changes.push(change));
            }
            Event::Typing(party) => {
                self.typing.set(party.filter(|_| self.face.shows_typing));
            }
            Event::Notice { .. } | Event::Diagnostic(_) => {}
        }
    }

    /// The browser says that it has lost the network, or found it.
    pub(crate) fn set_offline(&self, is_offline: bool) {
        self.is_offline.set(is_offline);
        self.judge_line();
    }

    /// The visitor sees the window, or does not any more.
    pub(crate) fn set_watched(&self, is_watched: bool) {
        self.is_watched.set(is_watched);
    }

    /// Whether a new message may be heard.
    pub(crate) fn rings(&self) -> bool {
        self.face.sound && !self.is_muted.peek()
    }

    /// Starts a chat with what the form holds (see [`config::visitor`]), unless nobody is there.
    pub(crate) fn start(&self, given: Vec<String>) {
        if !self.is_closed.peek() {
            let (visitor, first_message) = config::visitor(given);
            self.say_first(first_message);
            self.command(Command::Start(visitor));
        }
    }

    /// The chat cannot start: there is nobody to start it.
    pub(crate) fn fail(&self) {
        self.phase.set(Phase::Failed(Problem::Unreachable));
    }

    /// Business hours begin, or end.
    pub(crate) fn set_closed(&self, is_closed: bool) {
        self.keeps_focus.set(self.has_focus());
        self.is_closed.set(is_closed);
        self.screen.set(Screen::of(&self.phase.peek(), is_closed));
    }

    /// Takes the question back. What was inert below it can have the focus only after the effects have run.
    fn ask_no_more(&self) {
        self.is_asking.set(false);
        let chat = self.clone();
        spawn_local(async move { chat.focus() });
    }

    /// Moves the focus to where the visitor goes on.
    pub(crate) fn focus(&self) {
        let root = self.root.borrow();
        let target = root
            .as_ref()
            .and_then(|root| root.query_selector("[data-focus]").ok().flatten());
        if let Some(target) = target.as_ref().and_then(|target| target.dyn_ref()) {
            node::focus(target);
        }
    }

    fn enter(&self, phase: Phase) {
        let screen = Screen::of(&phase, self.is_closed.peek());
        self.keeps_focus.set(self.has_focus());
        if matches!(phase, Phase::Waiting) && !self.is_waiting.peek() {
            self.waits_since.set(page::clock());
        }
        self.is_waiting.set(matches!(phase, Phase::Waiting));
        self.is_over.set(matches!(phase, Phase::Ended(_)));
        if matches!(phase, Phase::Idle | Phase::Ended(_)) {
            self.is_asking.set(false);
            self.has_menu.set(false);
        }
        if matches!(phase, Phase::Connecting) {
            self.agent.set(None);
        }
        let is_created = matches!(phase, Phase::Waiting | Phase::Active);
        self.phase.set(phase);
        self.screen.set(screen);
        self.judge_line();
        if let Some(text) = is_created.then(|| self.first_message.take()).flatten() {
            self.command(Command::Say(text));
        }
    }

    /// What is to be said about the line. What the browser knows itself needs no proof by failed requests.
    fn judge_line(&self) {
        let (trouble, next_try) = match &*self.connection.borrow() {
            Connection::Fine => (None, None),
            Connection::Troubled { reason, next_try } => (Some(text::trouble(reason)), *next_try),
        };
        let in_talk = self.screen.peek() == Screen::Talk && !self.is_over.peek();
        let is_offline = self.is_offline.get() && in_talk;
        let trouble = if is_offline {
            Some(Key::TroubleOffline)
        } else {
            trouble
        };
        if self.trouble.replace(trouble) != trouble {
            self.line.update(|_| {});
        }
        if self.next_try.replace(next_try) != next_try {
            self.tries.update(|_| {});
        }
    }

    /// Remembers who the visitor is talking to.
    fn meet(&self, entry: &Entry) {
        if entry.party.role != Role::Agent {
            return;
        }
        match &entry.body {
            Body::Joined | Body::Transferred { .. } | Body::Message(_) => {
                self.agent.set(Some(entry.party.clone()));
            }
            Body::Left => {
                if self.agent.peek().as_ref() == Some(&entry.party) {
                    self.agent.set(None);
                }
            }
            Body::Mine { .. } | Body::PushUrl { .. } | Body::Gap | Body::Note { .. } => {}
        }
    }

    /// The events that draw the window as it is now.
    pub(crate) fn recall(&self) -> Vec<Event> {
        let mut events = vec![
            Event::Phase(Phase::Restoring),
            Event::Entry(Change::Cleared),
        ];
        self.tell_entries(&mut |entry| {
            events.push(Event::Entry(Change::Appended(entry.clone())));
        });
        events.extend([
            Event::Phase(self.phase.peek()),
            Event::Connection(self.connection.borrow().clone()),
            Event::Typing(self.typing.peek()),
            Event::Idle(self.closes_at.get()),
        ]);
        events
    }

    /// Puts a text where the visitor writes; he is not typing it here.
    pub(crate) fn write(&self, draft: String) {
        self.draft.set(draft);
    }

    /// Tells each entry of the transcript.
    pub(crate) fn tell_entries(&self, tell: &mut dyn FnMut(&Entry)) {
        self.thread.borrow().entries().iter().for_each(tell);
    }

    fn say(&self, key: Key) -> &str {
        self.texts.say(key)
    }

    fn command(&self, command: Command) {
        (self.actions.command)(command);
    }

    fn extra(&self, name: &str, element: &Element, more: &JsValue) {
        (self.actions.extra)(name, element, more);
    }

    /// Writes how long it is until a moment, second by second, and something else once it is over.
    fn count(&self, element: &Element, until: Option<Moment>, sentence: Key, over: Key) {
        let until = row::moment(until.map_or(0, Moment::as_millis));
        let order = Array::of3(&until, &self.say(sentence).into(), &self.say(over).into());
        self.extra("count", element, &order);
    }

    fn announce(&self, line: String) {
        self.speech.update(|lines| lines.push(line));
    }

    /// Whether the focus is inside the window.
    fn has_focus(&self) -> bool {
        self.root.borrow().as_ref().is_some_and(|root| {
            let shadow: Option<ShadowRoot> = root.get_root_node().dyn_into().ok();
            let active = shadow.and_then(|shadow| shadow.active_element());
            root.contains(active.as_deref())
        })
    }
}

/// The window with everything in it.
pub(crate) fn window(chat: &Chat) -> Node {
    let escape = chat.clone();
    let asking = chat.is_asking.clone();
    let panel = div("panel")
        .on("keydown", move |event| on_key(&escape, &event))
        .child(
            div("face")
                .attr_when("inert", "", move || asking.get())
                .child(header::header(chat))
                .child(notice::notice(chat))
                .child(body(chat))
                .child(tag("slot").attr("name", "footer")),
        )
        .child(confirm::confirm(chat))
        .child(speech::speech(chat));
    chat.root.replace(Some(panel.element().clone()));
    panel
}

/// What is shown where the page's options cannot be used.
pub(crate) fn broken(texts: &Catalogue, minimise: impl Fn() + 'static) -> Node {
    div("panel").child(
        div("face").child(header::bare(texts, minimise)).child(
            div("body").child(
                div("problem")
                    .attr("role", "alert")
                    .text(texts.say(Key::ProblemConfig)),
            ),
        ),
    )
}

fn body(chat: &Chat) -> Node {
    let chat = chat.clone();
    div("body").child_from(move || {
        Some(match chat.screen.get() {
            Screen::Form => form::form(&chat),
            Screen::Closed => waiting::closed(&chat),
            Screen::Talk => talk::talk(&chat),
        })
    })
}

/// Esc takes a question back, or a menu, or closes the window.
fn on_key(chat: &Chat, event: &web_sys::Event) {
    let Some(key) = event.dyn_ref::<KeyboardEvent>() else {
        return;
    };
    if key.key() != "Escape" || key.is_composing() || event.default_prevented() {
        return;
    }
    event.prevent_default();
    event.stop_propagation();
    if chat.has_menu.peek() {
        chat.has_menu.set(false);
        chat.focus();
    } else if chat.is_asking.peek() {
        chat.ask_no_more();
    } else {
        (chat.actions.minimise)();
    }
}
