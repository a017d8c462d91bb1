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
mod page;
#[cfg(test)]
mod rehearsal;
mod report;
mod text;
mod transport;
mod ui;

use std::cell::{OnceCell, RefCell};
use std::rc::{Rc, Weak};

use gms_chat_protocol::PageEvent;
use gms_chat_protocol::chat::{Command, Session};
use leptos::mount::{UnmountHandle, mount_to_renderer};
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Element;

use config::{Complaint, Options};
use driver::Driver;
use front::{Front, emit};
use js_sys::Array;
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
    driver: Rc<Driver>,
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
            running.front.chat().tell_entries(&|entry| {
                lines.push(&front::object(&report::line(entry)));
            });
        }
        lines
    }

    /// What the next page needs to go on with the chat; nothing when there is none.
    pub fn keep(&self) -> Option<String> {
        self.running.as_ref()?.driver.snapshot()
    }

    /// Goes on with what another page has kept, `sent` what its form had sent, `unread` its count; false when that
    /// cannot be. What is told meanwhile has been told before.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "what crosses from JavaScript is owned"
    )]
    pub fn restore(&self, kept: String, sent: Vec<String>, unread: u32) -> bool {
        let (visitor, first_message) = config::visitor(sent);
        self.running.as_ref().is_some_and(|running| {
            running.front.chat().say_first(first_message);
            let is_taken = running.driver.restore(&kept, visitor);
            running.front.count(unread, false);
            is_taken
        })
    }

    /// The page was asleep; or it goes for good, and nothing was kept.
    pub fn page(&self, goes: bool) {
        if let Some(running) = &self.running {
            running.driver.page(if goes {
                PageEvent::Leaving
            } else if page::is_visible() {
                PageEvent::Visible
            } else {
                PageEvent::Awake
            });
        }
    }

    /// Does what is due, for a page whose timers may be late.
    pub fn tick(&self) {
        if let Some(running) = &self.running {
            running.driver.tick();
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

    fn command(&self, command: Command) {
        if let Some(running) = &self.running {
            running.driver.command(command);
        }
    }
}

fn run(root: &Element, options: Options, host: Host) -> Widget {
    let session = options.session;
    let link: Rc<OnceCell<Weak<Driver>>> = Rc::default();
    let actions = actions(Rc::clone(&link), host.clone());
    let lent = host.clone();
    let texts = Catalogue::new(Box::new(host.clone()), &options.language);
    let chat = Chat::new(texts, options.face, actions);
    let view = draw(root, &chat);
    let front = Rc::new(Front::new(chat, host.clone(), options.expose_text));
    let session = Session::new(session, u64::from_le_bytes(page::random()), page::now());
    let tell = Rc::clone(&front);
    let driver = Driver::new(session, options.credentials, host, move |event| {
        tell.tell(event);
    });
    let known = link.set(Rc::downgrade(&driver));
    debug_assert!(known.is_ok(), "a window has one driver");
    let running = Running { front, driver };
    Widget {
        root: root.clone(),
        host: lent,
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

fn actions(link: Rc<OnceCell<Weak<Driver>>>, host: Host) -> Actions {
    Actions {
        command: {
            let host = host.clone();
            Box::new(move |command| {
                let is_held = matches!(&command, Command::Say(text) if host.hold(text));
                if let Some(driver) = link.get().and_then(Weak::upgrade).filter(|_| !is_held) {
                    driver.command(command);
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
    let (front, driver) = (Rc::clone(&running.front), Rc::clone(&running.driver));
    let chat = front.chat();
    page::watch(move |event| {
        match event {
            PageEvent::Visible | PageEvent::Hidden => front.seen(),
            PageEvent::Online => chat.set_offline(false),
            PageEvent::Offline => chat.set_offline(true),
            PageEvent::Awake | PageEvent::Frozen | PageEvent::Leaving => {}
        }
        driver.page(event);
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
