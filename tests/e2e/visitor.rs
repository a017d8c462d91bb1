//! What a visitor does in the widget, by the words on the screen.

use std::ops::Deref;

use serde_json::Value;

use crate::driver::Session;
use crate::engine::Engine;
use crate::screen::{Part, Screen};
use crate::stage::Step;

/// Selects a bold word and a link on the page, and copies them.
const RICH_TEXT: &str = "
const rich = document.createElement('p');
const bold = document.createElement('b');
const link = document.createElement('a');
bold.textContent = 'bold ';
link.textContent = 'link';
link.href = 'https://a.example/';
rich.append(bold, link);
document.body.prepend(rich);
getSelection().selectAllChildren(rich);
document.execCommand('copy');
rich.remove();";

/// The key that sends.
const ENTER: char = '\u{e007}';

/// A person who looks at the widget.
pub(crate) struct Visitor(Screen);

impl Deref for Visitor {
    type Target = Screen;

    fn deref(&self) -> &Screen {
        &self.0
    }
}

impl Visitor {
    pub(crate) async fn new(session: Session) -> Step<Self> {
        Screen::in_front(session, Part::Widget).await.map(Self)
    }

    /// The same person in another tab, at this address.
    pub(crate) async fn in_another_tab(&self, address: &str) -> Step<Self> {
        self.tab(address).await.map(Self)
    }

    /// Opens the window by its round button, fills in the form and sends it.
    pub(crate) async fn start_chat(&self, subject: &str) -> Step {
        self.press("Chat with us").await?;
        self.fill_in(subject).await
    }

    /// Fills in the form and sends it.
    pub(crate) async fn fill_in(&self, subject: &str) -> Step {
        self.type_into("First name", "Ada").await?;
        self.type_into("How can we help?", subject).await?;
        self.press("Start chat").await
    }

    /// Writes a message and sends it with the Enter key.
    pub(crate) async fn say(&self, text: &str) -> Step {
        const INSERT: &str = "
root.querySelector('textarea').focus();
document.execCommand('insertText', false, arguments[0]);";
        if Engine::chosen()?.types(text) {
            return self
                .type_into("Your message", &format!("{text}{ENTER}"))
                .await;
        }
        self.look(INSERT, &Value::from(text)).await?;
        self.keys(&ENTER.to_string()).await
    }

    /// Copies rich text of the page and pastes it into the composer.
    pub(crate) async fn paste_rich_text(&self) -> Step {
        self.look(RICH_TEXT, &Value::Null).await?;
        self.type_into("Your message", "\u{e009}v\u{e000}").await
    }

    /// Waits until the transcript holds exactly these messages, in this order.
    pub(crate) async fn see_messages(&self, wanted: &[&str]) -> Step {
        self.see_all("[role=log] [part~=bubble]", wanted).await
    }
}
