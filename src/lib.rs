//! The chat window: what the loader gets when it mounts one.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::panic,
        reason = "a test may stop at the first surprise"
    )
)]

mod config;
mod driver;
mod front;
mod line;
mod page;
#[cfg(test)]
mod rehearsal;
mod report;
mod text;
mod transport;
mod ui;

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use gms_chat_protocol::PageEvent;
use gms_chat_protocol::chat::{Command, Config};
use gms_chat_protocol::tabs::{Mark, Tab};
use leptos::mount::{UnmountHandle, mount_to_renderer};
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Element;

use config::{Complaint, Credentials, Options};
use driver::Driver;
use front::{Front, emit};
use js_sys::Array;
use line::{Line, Remote};
use page::Listener;
use text::Catalogue;
use ui::{Actions, Chat, Mounted};

pub use front::Host;

/// Small in code; the window allocates little and seldom.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// A mounted window. Freeing it takes it away, aborts its requests and stops its timers.
#[wasm_bindgen]
pub struct Widget {
    root: Element,
    host: Host,
    view: RefCell<Option<View>>,
    _listeners: Vec<Listener>,
    running: Option<Running>,
}

/// What is drawn; dropping it takes it away.
type View = UnmountHandle<Mounted>;

/// A window whose options could be used.
struct Running {
    front: Rc<Front>,
    line: Rc<Line>,
    /// What the session starts with, until it does.
    settings: RefCell<Option<(Config, Credentials)>>,
}

/// Draws the window into `root`. `options` are names and values in turn, see `config`.
#[wasm_bindgen]
#[allow(
    clippy::needless_pass_by_value,
    reason = "what crosses from JavaScript is owned"
)]
pub fn mount(root: &Element, options: Vec<String>, host: Host) -> Widget {
    match config::parse(&options) {
        Ok(options) => run(root, options, host),
        Err(complaint) => refuse(root, &complaint, &host),
    }
}

#[wasm_bindgen]
impl Widget {
    /// Gives the window its session, whose code has to be there by now: the one way from the window to it. Until then
    /// there is no chat; whoever starts or restores one calls this first.
    pub fn attach(&self) {
        let Some(running) = &self.running else { return };
        let Some((config, credentials)) = running.settings.take() else {
            return;
        };
        let tab = Tab::new(config, u64::from_le_bytes(page::random()), page::now());
        running.front.chat().expect_talk();
        let front = Rc::clone(&running.front);
        let driver = Driver::new(tab, credentials, self.host.clone(), front);
        running.line.attach(driver);
    }

    /// Tells the window whether it can be seen, and whether to take the focus.
    pub fn set_open(&self, is_open: bool, takes_focus: bool) {
        if let Some(running) = &self.running {
            running.front.set_open(is_open);
            if is_open && takes_focus {
                running.front.chat().focus();
            }
        }
    }

    /// Starts a chat; `given` is what the form holds, see `config::visitor`.
    pub fn start(&self, given: Vec<String>) {
        if let Some(running) = &self.running {
            running.front.chat().start(given);
        }
    }

    /// Sends a message; the report `messagesending` tells its number before this returns.
    pub fn send(&self, text: String) {
        self.command(Command::Say(text));
    }

    /// Sends a custom notice.
    pub fn notice(&self, text: String) {
        self.command(Command::Notice(text));
    }

    /// Puts a line of the page's own into the transcript; `tone` is the last word of its part.
    pub fn note(&self, text: String, tone: String) {
        self.command(Command::Note { text, tone });
    }

    /// Ends the chat without asking.
    pub fn end(&self) {
        self.command(Command::End);
    }

    /// Forgets a chat that is over.
    pub fn reset(&self) {
        self.command(Command::Reset);
    }

    /// The lines of the transcript, as objects.
    pub fn transcript(&self) -> Array {
        let lines = Array::new();
        if let Some(running) = &self.running {
            running.front.chat().tell_entries(&mut |entry| {
                lines.push(&front::object(&report::line(entry)));
            });
        }
        lines
    }

    /// What the next page needs to go on with the chat, see `Remote::snapshot`; nothing when there is none. Of the events of
    /// the `log` with this number, so many bytes are kept already.
    pub fn keep(&self, log: u32, length: usize) -> Option<String> {
        self.session()?.snapshot(Mark { log, length })
    }

    /// This tab runs the chat from here on: that of another tab, or what a page has `kept`, exactly or not, or its own.
    /// `sent`: what the form had sent, empty for a chat of its own; `user_id`: the name for `gms_user`, empty for none. False when there is nothing
    /// to run. What is told meanwhile has been told before.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "what crosses from JavaScript is owned"
    )]
    pub fn lead(
        &self,
        kept: Option<String>,
        is_exact: bool,
        sent: Vec<String>,
        user_id: String,
    ) -> bool {
        let is_own = sent.is_empty();
        let (visitor, first_message) = config::visitor(sent);
        let (Some(running), Some(session)) = (&self.running, self.session()) else {
            return false;
        };
        // A chat of its own has its first message already.
        if !is_own {
            running.front.chat().say_first(first_message);
        }
        let user_id = (!user_id.is_empty()).then_some(user_id);
        let left = kept.as_ref().map(|kept| (kept.as_str(), is_exact));
        session.lead(left, visitor, user_id)
    }

    /// Another tab runs the chat: this one shows it. `kept`: what the page before has left.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "what crosses from JavaScript is owned"
    )]
    pub fn follow(&self, kept: Option<String>) {
        if let Some(session) = self.session() {
            session.follow(kept.as_deref());
        }
    }

    /// Takes what another tab has posted.
    pub fn hear(&self, text: &str) {
        if let Some(session) = self.session() {
            session.hear(text);
        }
    }

    /// Others go on with the chat: this tab does nothing more for it.
    pub fn leave(&self) {
        if let Some(session) = self.session() {
            session.leave();
        }
    }

    /// Whether others may go on with the chat.
    pub fn is_shared(&self) -> bool {
        self.session().is_some_and(Remote::is_shared)
    }

    /// So many messages are unread, as another tab or page says.
    pub fn count(&self, unread: u32) {
        if let Some(running) = &self.running {
            running.front.count(unread, false);
        }
    }

    /// Puts a text where the visitor writes.
    pub fn write(&self, draft: String) {
        if let Some(running) = &self.running {
            running.front.chat().write(draft);
        }
    }

    /// The page was asleep; or it goes for good, and nothing was kept.
    pub fn page(&self, goes: bool) {
        if let Some(running) = &self.running {
            running.line.page(if goes {
                PageEvent::Leaving
            } else if page::is_visible() {
                PageEvent::Visible
            } else {
                PageEvent::Awake
            });
        }
    }

    /// Says that the chat cannot start, because the code of its session cannot be fetched; the form stays.
    pub fn fail(&self) {
        if let Some(running) = &self.running {
            running.front.chat().fail();
        }
    }

    /// Does what is due, for a page whose timers may be late.
    pub fn tick(&self) {
        if let Some(session) = self.session() {
            session.tick();
        }
    }

    /// Whether the contact centre is open.
    pub fn set_availability(&self, is_open: bool) {
        if let Some(running) = &self.running {
            running.front.chat().set_closed(!is_open);
        }
    }

    /// Draws the window again, in another language: the sentences come from the host, `language` is for times.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "what crosses from JavaScript is owned"
    )]
    pub fn speak(&self, language: String) {
        let texts = Catalogue::new(Box::new(self.host.clone()), &language);
        let Some(running) = &self.running else {
            drop(self.view.take());
            let broken = refusal(&self.root, texts, self.host.clone());
            self.view.replace(Some(broken));
            return;
        };
        let chat = running.front.chat().speaking(texts);
        // The old view goes first: the new one takes its place.
        drop(self.view.take());
        self.view.replace(Some(draw(&self.root, &chat)));
        running.front.speak(chat);
    }

    fn session(&self) -> Option<&dyn Remote> {
        self.running.as_ref()?.line.session()
    }

    fn command(&self, command: Command) {
        if let Some(running) = &self.running {
            running.line.command(command);
        }
    }
}

fn run(root: &Element, options: Options, host: Host) -> Widget {
    let line = Rc::new(Line::default());
    let actions = actions(Rc::downgrade(&line), host.clone());
    let texts = Catalogue::new(Box::new(host.clone()), &options.language);
    let chat = Chat::new(texts, options.face, actions);
    let view = draw(root, &chat);
    let running = Running {
        front: Rc::new(Front::new(chat, host.clone(), options.expose_text)),
        line,
        settings: RefCell::new(Some((options.session, options.credentials))),
    };
    Widget {
        root: root.clone(),
        host,
        view: RefCell::new(Some(view)),
        _listeners: listen(&running),
        running: Some(running),
    }
}

fn draw(root: &Element, chat: &Chat) -> View {
    let chat = chat.clone();
    show(root, Box::new(move || ui::window(&chat)))
}

fn show(root: &Element, make: Box<dyn FnOnce() -> ui::Node>) -> View {
    mount_to_renderer(root, make)
}

fn actions(line: Weak<Line>, host: Host) -> Actions {
    Actions {
        command: {
            let host = host.clone();
            Box::new(move |command| {
                let is_held = matches!(&command, Command::Say(text) if host.hold(text));
                if let Some(line) = line.upgrade().filter(|_| !is_held) {
                    line.command(command);
                }
            })
        },
        minimise: {
            let host = host.clone();
            Box::new(move || host.minimise())
        },
        draw_form: {
            let host = host.clone();
            Box::new(move |root| host.form(root))
        },
        submit_form: {
            let host = host.clone();
            Box::new(move || host.submit())
        },
        extra: Box::new(move |name, element, more| host.extra(name, element, more)),
    }
}

fn listen(running: &Running) -> Vec<Listener> {
    let (front, line) = (Rc::clone(&running.front), Rc::clone(&running.line));
    let chat = front.chat();
    page::watch(move |event| {
        match event {
            PageEvent::Visible | PageEvent::Hidden => front.seen(),
            PageEvent::Online => chat.set_offline(false),
            PageEvent::Offline => chat.set_offline(true),
            PageEvent::Awake | PageEvent::Frozen | PageEvent::Leaving => {}
        }
        line.page(event);
    })
}

/// The window of a page whose options cannot be used.
fn refusal(root: &Element, texts: Catalogue, host: Host) -> View {
    let make = move || ui::broken(&texts, move || host.minimise());
    show(root, Box::new(make))
}

fn refuse(root: &Element, complaint: &Complaint, host: &Host) -> Widget {
    let sentence = complaint.sentence();
    front::warn(&["bad_config: ", &sentence]);
    emit(host, &report::bad_config(&sentence));
    let texts = Catalogue::new(Box::new(host.clone()), "");
    Widget {
        root: root.clone(),
        view: RefCell::new(Some(refusal(root, texts, host.clone()))),
        host: host.clone(),
        _listeners: Vec::new(),
        running: None,
    }
}
