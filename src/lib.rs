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

use std::cell::OnceCell;
use std::rc::{Rc, Weak};

use gms_chat_protocol::PageEvent;
use gms_chat_protocol::chat::{Command, Session};
use leptos::mount::{UnmountHandle, mount_to_renderer};
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Element;

use config::{Complaint, Options};
use driver::Driver;
use front::{Front, emit};
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
    _view: UnmountHandle<Mounted>,
    _listeners: Vec<Listener>,
    running: Option<Running>,
}

/// A window whose options could be used.
struct Running {
    chat: Chat,
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
                running.chat.focus();
            }
        }
    }

    /// Starts a chat with what the form holds.
    pub fn start(&self) {
        if let Some(running) = &self.running {
            let visitor = running.chat.visitor();
            running.driver.command(Command::Start(visitor));
        }
    }

    /// Sends a message.
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

    fn command(&self, command: Command) {
        if let Some(running) = &self.running {
            running.driver.command(command);
        }
    }
}

fn run(root: &Element, options: Options, host: Host) -> Widget {
    let mut session = options.session;
    if options.invent_user {
        session.user_id = Some(page::invented_user());
    }
    let link: Rc<OnceCell<Weak<Driver>>> = Rc::default();
    let actions = actions(Rc::clone(&link), host.clone());
    let drawn = Rc::new(OnceCell::new());
    let view = mount_to_renderer(root, {
        let (texts, drawn) = (options.texts.clone(), Rc::clone(&drawn));
        move || {
            let chat = Chat::new(texts, options.face, options.visitor, actions);
            let view = ui::window(&chat);
            let known = drawn.set(chat);
            debug_assert!(known.is_ok(), "a view is made once");
            view
        }
    });
    let running = drawn.get().cloned().map(|chat| {
        let texts = options.texts;
        let front = Rc::new(Front::new(chat.clone(), host, texts, options.expose_text));
        let session = Session::new(session, u64::from_le_bytes(page::random()), page::now());
        let tell = Rc::clone(&front);
        let driver = Driver::new(session, options.credentials, move |event| tell.tell(event));
        let known = link.set(Rc::downgrade(&driver));
        debug_assert!(known.is_ok(), "a window has one driver");
        Running {
            chat,
            front,
            driver,
        }
    });
    Widget {
        _view: view,
        _listeners: running.as_ref().map(listen).unwrap_or_default(),
        running,
    }
}

fn actions(link: Rc<OnceCell<Weak<Driver>>>, host: Host) -> Actions {
    Actions {
        command: Box::new(move |command| {
            if let Some(driver) = link.get().and_then(Weak::upgrade) {
                driver.command(command);
            }
        }),
        minimise: Box::new({
            let host = host.clone();
            move || host.minimise()
        }),
        extra: Box::new(move |name, element, more| host.extra(name, element, more)),
    }
}

fn listen(running: &Running) -> Vec<Listener> {
    let (front, driver) = (Rc::clone(&running.front), Rc::clone(&running.driver));
    let chat = running.chat.clone();
    page::watch(move |event| {
        match event {
            PageEvent::Visible | PageEvent::Hidden => front.seen(),
            PageEvent::Online => chat.set_offline(false),
            PageEvent::Offline => chat.set_offline(true),
        }
        driver.page(event);
    })
}

fn refuse(root: &Element, complaint: &Complaint, host: &Host) -> Widget {
    let sentence = complaint.sentence();
    front::warn(&["bad_config: ", &sentence]);
    emit(host, &report::bad_config(&sentence));
    Widget {
        _view: mount_to_renderer(root, || ui::broken(&Catalogue::default())),
        _listeners: Vec::new(),
        running: None,
    }
}
