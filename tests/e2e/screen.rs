//! A window of the browser, used by what is written on it: names of buttons, labels of fields, texts.

use fantoccini::Client;
use fantoccini::elements::{Element, ElementRef};
use fantoccini::wd::WindowHandle;
use serde_json::{Value, json};

use crate::stage::{Lapse, Step, eventually};

/// The part of a page that somebody looks at.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    /// Everything.
    Page,
    /// The inside of the widget, through its open shadow root.
    Widget,
}

/// One window, with the part of its page that somebody looks at.
pub(crate) struct Screen {
    client: Client,
    window: WindowHandle,
    part: Part,
}

/// Shared by the scripts below: what can be seen, and what a thing is called.
const EYES: &str = "
const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest('[inert], [aria-live=polite]');
const all = (what) => root ? [...root.querySelectorAll(what)].filter(seen) : [];
const plain = (text) => (text ?? '').replace(/\\s+/g, ' ').trim();
const label = (e) => e.labels?.length ? e.labels[0].innerText : e.innerText;
const called = (e) => plain(e.getAttribute('aria-label') ?? label(e));
const [wanted] = arguments;
";
const BUTTON: &str =
    "return all('button, a').find((e) => called(e) === wanted && !e.disabled) ?? null;";
const FIELD: &str =
    "return all('input, textarea').find((e) => called(e).startsWith(wanted)) ?? null;";
/// The innermost element that holds the text.
const TEXT: &str = "
const holds = (e) => plain(e.textContent).includes(wanted);
return all('*').find((e) => holds(e) && ![...e.children].some(holds)) ?? null;";
const TEXTS: &str = "return all(wanted).map((e) => plain(e.innerText));";

impl Screen {
    /// The window that the browser has in front.
    pub(crate) async fn in_front(client: Client, part: Part) -> Step<Self> {
        let window = client.window().await?;
        Ok(Self {
            client,
            window,
            part,
        })
    }

    /// Another window of the same browser, at this address.
    pub(crate) async fn beside(&self, address: &str) -> Step<Self> {
        let opened = self.client.new_window(false).await?;
        let screen = Self {
            client: self.client.clone(),
            window: opened.handle,
            part: Part::Page,
        };
        screen.visit(address).await?;
        Ok(screen)
    }

    /// Goes to a page.
    pub(crate) async fn visit(&self, address: &str) -> Step {
        self.client.switch_to_window(self.window.clone()).await?;
        Ok(self.client.goto(address).await?)
    }

    /// Presses the button, or follows the link, of this name.
    pub(crate) async fn press(&self, name: &str) -> Step {
        let button = self.find("a button", BUTTON, name).await?;
        Ok(button.click().await?)
    }

    /// Presses whatever holds this text.
    pub(crate) async fn press_on(&self, text: &str) -> Step {
        let place = self.find("the text", TEXT, text).await?;
        Ok(place.click().await?)
    }

    /// Types into the field whose label begins so.
    pub(crate) async fn type_into(&self, label: &str, keys: &str) -> Step {
        let field = self.find("a field", FIELD, label).await?;
        Ok(field.send_keys(keys).await?)
    }

    /// Waits until this text stands somewhere.
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

    /// Waits until the visible elements of this CSS selector hold exactly these texts.
    pub(crate) async fn see_all(&self, selector: &str, wanted: &[&str]) -> Step {
        let mut last = Vec::new();
        let seen = eventually("the texts", async || {
            let texts: Vec<String> = serde_json::from_value(self.ask(TEXTS, selector).await?)?;
            last = texts;
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
        let root = match self.part {
            Part::Page => "const root = document;",
            Part::Widget => "const root = document.querySelector('gms-chat')?.shadowRoot;",
        };
        self.client.switch_to_window(self.window.clone()).await?;
        Ok(self
            .client
            .execute(&format!("{root}{EYES}{script}"), vec![json!(wanted)])
            .await?)
    }
}
