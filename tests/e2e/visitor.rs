//! What a visitor does and sees, by the words on the screen. Everything goes through the open shadow root.

use fantoccini::Client;
use fantoccini::elements::{Element, ElementRef};
use serde_json::{Value, json};

use crate::stage::{Lapse, Step, eventually};

/// Shared by the scripts below: the window's root, what is visible, what a thing is called.
const EYES: &str = "
const root = document.querySelector('gms-chat')?.shadowRoot;
const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest('[inert], [aria-live=polite]');
const all = (what) => root ? [...root.querySelectorAll(what)].filter(seen) : [];
const plain = (text) => (text ?? '').replace(/\\s+/g, ' ').trim();
const label = (e) => e.labels?.length ? e.labels[0].innerText : e.innerText;
const called = (e) => plain(e.getAttribute('aria-label') ?? label(e));
const [wanted] = arguments;
";

/// A person at the browser.
pub(crate) struct Visitor {
    client: Client,
}

impl Visitor {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Goes to a page.
    pub(crate) async fn visit(&self, address: &str) -> Step {
        Ok(self.client.goto(address).await?)
    }

    /// Presses the round button.
    pub(crate) async fn open_chat(&self) -> Step {
        self.press("Chat with us").await
    }

    /// Fills in the form as far as `fields` say, by label.
    pub(crate) async fn fill_form(&self, fields: &[(&str, &str)]) -> Step {
        for (label, text) in fields {
            let field = self.find("a field", FIELD, label).await?;
            field.send_keys(text).await?;
        }
        Ok(())
    }

    /// Opens the window and sends the form with this subject.
    pub(crate) async fn start_chat(&self, subject: &str) -> Step {
        self.open_chat().await?;
        self.fill_form(&[("First name", "Ada"), ("How can we help?", subject)])
            .await?;
        self.press("Start chat").await
    }

    /// Presses the button of this name.
    pub(crate) async fn press(&self, name: &str) -> Step {
        let button = self.find("a button", BUTTON, name).await?;
        Ok(button.click().await?)
    }

    /// Writes into the composer without sending.
    pub(crate) async fn write(&self, text: &str) -> Step {
        let composer = self.find("the composer", FIELD, "Your message").await?;
        Ok(composer.send_keys(text).await?)
    }

    /// Writes and sends with the Enter key.
    pub(crate) async fn say(&self, text: &str) -> Step {
        self.write(&format!("{text}\u{e007}")).await
    }

    /// Waits until this text stands somewhere in the window, as a whole or as the end of a line.
    pub(crate) async fn see(&self, text: &str) -> Step {
        self.find("the text", TEXT, text).await.map(drop)
    }

    /// Waits until this text is gone.
    pub(crate) async fn see_no_more(&self, text: &str) -> Step {
        eventually(format_args!("“{text}” to go away"), async || {
            let there = self.ask(TEXT, text).await?;
            Ok(there.is_null().then_some(()))
        })
        .await
    }

    /// The messages of the transcript, in order.
    pub(crate) async fn messages(&self) -> Step<Vec<String>> {
        let texts = self.ask(MESSAGES, "").await?;
        Ok(serde_json::from_value(texts)?)
    }

    /// Waits until the transcript holds exactly these messages.
    pub(crate) async fn see_messages(&self, wanted: &[&str]) -> Step {
        let mut last = Vec::new();
        let seen = eventually("the messages", async || {
            last = self.messages().await?;
            Ok((last == wanted).then_some(()))
        })
        .await;
        seen.map_err(|lapse| Lapse::new(format!("{lapse}: saw {last:?}, not {wanted:?}")))
    }

    async fn find(&self, kind: &str, script: &str, name: &str) -> Step<Element> {
        eventually(format_args!("{kind} “{name}”"), async || {
            let found = self.ask(script, name).await?;
            let id = found
                .as_object()
                .and_then(|object| object.values().next())
                .and_then(Value::as_str);
            Ok(id.map(|id| {
                Element::from_element_id(self.client.clone(), ElementRef::from(id.to_owned()))
            }))
        })
        .await
    }

    async fn ask(&self, script: &str, wanted: &str) -> Step<Value> {
        Ok(self
            .client
            .execute(&format!("{EYES}{script}"), vec![json!(wanted)])
            .await?)
    }
}

const BUTTON: &str =
    "return all('button, a').find((e) => called(e) === wanted && !e.disabled) ?? null;";
const FIELD: &str =
    "return all('input, textarea').find((e) => called(e).startsWith(wanted)) ?? null;";
/// The innermost element that holds the text.
const TEXT: &str = "
const holds = (e) => plain(e.textContent).includes(wanted);
return all('*').find((e) => holds(e) && ![...e.children].some(holds)) ?? null;";
const MESSAGES: &str = "return all('[role=log] [part~=bubble]').map((e) => plain(e.innerText));";
