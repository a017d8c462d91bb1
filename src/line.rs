//! The line from the window to its session, whose code comes after the window, in a wasm of its own.
//!
//! Nothing here names the session: it is reached through the table of functions that it brings along. So whoever
//! draws the window can call nothing that is not there yet, and `cargo xtask stamp` sees which code can wait.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use gms_chat_protocol::PageEvent;
use gms_chat_protocol::chat::{Command, Visitor};
use gms_chat_protocol::tabs::Mark;

/// A running session, as the window sees it.
pub(crate) trait Remote {
    /// Passes on what the visitor or the page wants.
    fn command(&self, command: Command);

    /// Passes on what happened to the page.
    fn page(&self, event: PageEvent);

    /// Does what is due, for a page whose timers may be late.
    fn tick(&self);

    /// What the next page needs to go on with the chat beside what is kept already; `None` when there is no chat. In
    /// lines: the mark to give the next time, as two numbers, and the parts of `Tab::snapshot_after`.
    fn snapshot(&self, known: Mark) -> Option<String>;

    /// This tab runs the chat from here on, see `Tab::lead`: the one of another tab, or what a page has `left`, a
    /// snapshot and whether it is exact, or its own.
    fn lead(&self, left: Option<(&str, bool)>, visitor: Visitor, user_id: Option<String>) -> bool;

    /// Another tab runs the chat, see `Tab::follow`.
    fn follow(&self, left: Option<&str>);

    /// Takes what another tab has posted.
    fn hear(&self, text: &str);

    /// This tab does nothing more for a chat that others go on with.
    fn leave(&self);

    /// Whether others may go on with the chat.
    fn is_shared(&self) -> bool;
}

/// Where a session is attached once. Until then there is no chat, and nothing that could be done to one.
#[derive(Default)]
pub(crate) struct Line {
    session: OnceCell<Rc<dyn Remote>>,
    /// What the page told before: each event once, the last ones last.
    missed: RefCell<Vec<PageEvent>>,
}

impl Line {
    /// The session, when it is there.
    pub(crate) fn session(&self) -> Option<&dyn Remote> {
        self.session.get().map(|session| &**session)
    }

    /// Attaches the session, and tells it what it has missed.
    pub(crate) fn attach(&self, session: Rc<dyn Remote>) {
        let session = self.session.get_or_init(|| session);
        for event in self.missed.take() {
            session.page(event);
        }
    }

    /// Passes on what the visitor or the page wants.
    pub(crate) fn command(&self, command: Command) {
        if let Some(session) = self.session() {
            session.command(command);
        }
    }

    /// Passes on what happened to the page.
    pub(crate) fn page(&self, event: PageEvent) {
        if let Some(session) = self.session() {
            return session.page(event);
        }
        let mut missed = self.missed.borrow_mut();
        missed.retain(|other| *other != event);
        missed.push(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Remembers what it is told.
    #[derive(Default)]
    struct Ear {
        heard: RefCell<Vec<PageEvent>>,
        commands: RefCell<Vec<Command>>,
    }

    impl Remote for Ear {
        fn command(&self, command: Command) {
            self.commands.borrow_mut().push(command);
        }

        fn page(&self, event: PageEvent) {
            self.heard.borrow_mut().push(event);
        }

        fn tick(&self) {}

        fn snapshot(&self, _: Mark) -> Option<String> {
            None
        }

        fn lead(&self, _: Option<(&str, bool)>, _: Visitor, _: Option<String>) -> bool {
            false
        }

        fn follow(&self, _: Option<&str>) {}

        fn hear(&self, _: &str) {}

        fn leave(&self) {}

        fn is_shared(&self) -> bool {
            false
        }
    }

    #[test]
    fn a_session_is_told_what_the_page_told_before_it_came() {
        let line = Line::default();
        for event in [
            PageEvent::Hidden,
            PageEvent::Offline,
            PageEvent::Visible,
            PageEvent::Hidden,
        ] {
            line.page(event);
        }
        line.command(Command::End);
        assert!(line.session().is_none());
        let ear = Rc::new(Ear::default());
        line.attach(Rc::clone(&ear) as Rc<dyn Remote>);
        let told = [PageEvent::Offline, PageEvent::Visible, PageEvent::Hidden];
        assert_eq!(*ear.heard.borrow(), told);
        line.page(PageEvent::Online);
        line.command(Command::Reset);
        assert_eq!(ear.heard.borrow().last(), Some(&PageEvent::Online));
        assert_eq!(*ear.commands.borrow(), [Command::Reset]);
    }

    #[test]
    fn a_line_has_one_session() {
        let line = Line::default();
        let (first, second) = (Rc::new(Ear::default()), Rc::new(Ear::default()));
        line.attach(Rc::clone(&first) as Rc<dyn Remote>);
        line.attach(Rc::clone(&second) as Rc<dyn Remote>);
        line.page(PageEvent::Awake);
        assert_eq!(*first.heard.borrow(), [PageEvent::Awake]);
        assert!(second.heard.borrow().is_empty());
    }
}
