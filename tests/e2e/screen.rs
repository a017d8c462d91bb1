//! A window of the browser, used by what is written on it: names of buttons, labels of fields, texts.

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::{Element, ElementRef};
use fantoccini::error::CmdError;
use fantoccini::wd::WindowHandle;
use serde_json::{Value, json};

use crate::driver::Session;
use crate::engine::Engine;
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
    session: Session,
    window: WindowHandle,
    part: Part,
}

/// The driver waits for the answer of a page that is gone.
const CRASH: std::time::Duration = std::time::Duration::from_millis(500);

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
/// All that is seen, and how the page stands to the visitor and to other tabs.
const SCENE: &str = "
const element = document.querySelector('gms-chat');
const words = plain(all(':not(:has(*))').map((e) => e.innerText || e.value || '').join(' | '));
return [document.visibilityState, element?.state ?? '', element?.hasAttribute('open') ?? '', words].join('; ');";
const TEXTS: &str = "return all(wanted).map((e) => plain(e.innerText));";

const MOVES: &str = "
const ends = (a) => a.playState === 'running' && a.effect.getComputedTiming().endTime !== Infinity;
return root.getAnimations().filter(ends).length;";
const PLACE: &str = "
const { left, top, width, height } = root.querySelector(wanted).getBoundingClientRect();
return [left, top, width, height].map(Math.round);";

/// A key that is pressed and let go.
fn stroke(value: char) -> [KeyAction; 2] {
    [KeyAction::Down { value }, KeyAction::Up { value }]
}

impl Screen {
    /// The window that the browser has in front.
    pub(crate) async fn in_front(session: Session, part: Part) -> Step<Self> {
        let window = session.client.window().await?;
        Ok(Self {
            session,
            window,
            part,
        })
    }

    /// Another window of the same browser, at this address.
    pub(crate) async fn beside(&self, address: &str) -> Step<Self> {
        let opened = self.session.client.new_window(false).await?;
        let screen = Self {
            session: self.session.clone(),
            window: opened.handle,
            part: Part::Page,
        };
        screen.visit(address).await?;
        Ok(screen)
    }

    /// Another tab of the same browser, at this address, with the part of it that this one looks at.
    pub(crate) async fn tab(&self, address: &str) -> Step<Self> {
        let opened = self.session.client.new_window(true).await?;
        let screen = Self {
            session: self.session.clone(),
            window: opened.handle,
            part: self.part,
        };
        screen.visit(address).await?;
        Ok(screen)
    }

    /// The visitor turns to the tab.
    pub(crate) async fn come_to(&self) -> Step {
        self.turn_to().await?;
        if Engine::chosen()? != Engine::Chromium {
            return Ok(());
        }
        let front = self.session.devtools("Page.bringToFront", json!({}));
        front.await.map(drop)
    }

    /// The browser has no locks, for the pages that this tab visits from here on.
    pub(crate) async fn have_no_locks(&self) -> Step {
        self.turn_to().await?;
        let source = "Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });";
        let wish = json!({ "source": source });
        let done = self
            .session
            .devtools("Page.addScriptToEvaluateOnNewDocument", wish);
        done.await.map(drop)
    }

    /// Closes the tab.
    pub(crate) async fn close(&self) -> Step {
        self.turn_to().await?;
        Ok(self.session.client.close_window().await?)
    }

    /// Ends the process of the tab's page without a word to it.
    pub(crate) async fn crash(&self) -> Step {
        self.turn_to().await?;
        // Nobody is left to answer.
        let crash = self.session.devtools("Page.crash", json!({}));
        drop(tokio::time::timeout(CRASH, crash).await);
        Ok(())
    }

    /// Puts the window away, so that nobody sees its page, or takes it up again.
    pub(crate) async fn hide(&self, is_hidden: bool) -> Step {
        self.turn_to().await?;
        let client = &self.session.client;
        if is_hidden {
            client.minimize_window().await?;
        } else {
            client.set_window_size(1024, 768).await?;
        }
        eventually("the page to notice it", async || {
            let seen = self.look("return document.hidden", &json!(null)).await?;
            Ok((seen == is_hidden).then_some(()))
        })
        .await
    }

    /// Stops everything that the page does, as browsers do with hidden ones, or lets it go on.
    pub(crate) async fn freeze(&self, is_frozen: bool) -> Step {
        self.turn_to().await?;
        let state = if is_frozen { "frozen" } else { "active" };
        self.session
            .devtools("Page.setWebLifecycleState", json!({ "state": state }))
            .await
            .map(drop)
    }

    /// Goes to a page.
    pub(crate) async fn visit(&self, address: &str) -> Step {
        self.turn_to().await?;
        Ok(self.session.client.goto(address).await?)
    }

    /// Presses the button, or follows the link, of this name.
    pub(crate) async fn press(&self, name: &str) -> Step {
        let click = async |button: &Element| button.click().await;
        self.use_found("a button", BUTTON, name, click).await
    }

    /// Waits until the button of this name is there.
    pub(crate) async fn sees_button(&self, name: &str) -> Step {
        self.find("a button", BUTTON, name).await.map(drop)
    }

    /// Presses whatever holds this text.
    pub(crate) async fn press_on(&self, text: &str) -> Step {
        let place = self.find("the text", TEXT, text).await?;
        Ok(place.click().await?)
    }

    /// Types into the field whose label begins so.
    pub(crate) async fn type_into(&self, label: &str, keys: &str) -> Step {
        let write = async |field: &Element| field.send_keys(keys).await;
        self.use_found("a field", FIELD, label, write).await
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

    /// Waits until nothing moves any more, but for what moves for ever.
    pub(crate) async fn rest(&self) -> Step {
        eventually("the page to come to rest", async || {
            Ok((self.ask(MOVES, "").await? == 0).then_some(()))
        })
        .await
    }

    /// Left, top, width and height of the element of this CSS selector, in CSS pixels of the window.
    pub(crate) async fn place_of(&self, selector: &str) -> Step<[i64; 4]> {
        Ok(serde_json::from_value(self.ask(PLACE, selector).await?)?)
    }

    /// Sets an attribute of the chat element, as the page's own script would; `None` takes it away.
    pub(crate) async fn set_attribute(&self, name: &str, value: Option<&str>) -> Step {
        const SET: &str = "
const [name, value] = arguments[0];
value === null ? root.host.removeAttribute(name) : root.host.setAttribute(name, value);";
        self.look(SET, &json!([name, value])).await.map(drop)
    }

    /// What the whole window shows, as a PNG.
    pub(crate) async fn picture(&self) -> Step<Vec<u8>> {
        self.turn_to().await?;
        Ok(self.session.client.screenshot().await?)
    }

    /// Makes the window that of another device: its size in CSS pixels, and whether fingers point.
    pub(crate) async fn become_device(&self, width: u32, height: u32, is_phone: bool) -> Step {
        self.become_screen(width, height, 2, is_phone).await
    }

    /// Likewise, with so many pixels of the device to one of CSS.
    pub(crate) async fn become_screen(
        &self,
        width: u32,
        height: u32,
        scale: u32,
        is_phone: bool,
    ) -> Step {
        self.turn_to().await?;
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": scale, "mobile": is_phone,
        });
        let session = &self.session;
        session
            .devtools("Emulation.setDeviceMetricsOverride", metrics)
            .await?;
        let touch = json!({ "enabled": is_phone });
        session
            .devtools("Emulation.setTouchEmulationEnabled", touch)
            .await
            .map(drop)
    }

    /// Presses keys one after the other, wherever the focus is.
    pub(crate) async fn keys(&self, keys: &str) -> Step {
        self.act(keys.chars().flat_map(stroke).collect()).await
    }

    /// Presses one key together with the Shift key.
    pub(crate) async fn shifted(&self, key: &str) -> Step {
        let shift = '\u{e008}';
        let mut actions = vec![KeyAction::Down { value: shift }];
        actions.extend(key.chars().flat_map(stroke));
        actions.push(KeyAction::Up { value: shift });
        self.act(actions).await
    }

    async fn act(&self, actions: Vec<KeyAction>) -> Step {
        self.turn_to().await?;
        let mut keyboard = KeyActions::new("keyboard".to_owned());
        for action in actions {
            keyboard = keyboard.then(action);
        }
        Ok(self.session.client.perform_actions(keyboard).await?)
    }

    /// Takes the network away from the browser, or gives it back.
    pub(crate) async fn go_offline(&self, is_offline: bool) -> Step {
        self.turn_to().await?;
        // Without it the browser says that it is offline, and is not.
        self.session.devtools("Network.enable", json!({})).await?;
        let conditions = json!({
            "offline": is_offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1
        });
        self.session
            .devtools("Network.emulateNetworkConditions", conditions)
            .await
            .map(drop)
    }

    /// Lays the page out as for paper, or for a screen again.
    pub(crate) async fn become_paper(&self, is_paper: bool) -> Step {
        self.turn_to().await?;
        let media = json!({ "media": if is_paper { "print" } else { "" } });
        self.session
            .devtools("Emulation.setEmulatedMedia", media)
            .await
            .map(drop)
    }

    /// Makes the system prefer dark colours.
    pub(crate) async fn go_dark(&self) -> Step {
        self.prefer("prefers-color-scheme", "dark").await
    }

    /// Makes the system prefer something: a media feature of CSS and its value.
    pub(crate) async fn prefer(&self, feature: &str, value: &str) -> Step {
        self.turn_to().await?;
        let feature = json!({ "name": feature, "value": value });
        self.session
            .devtools(
                "Emulation.setEmulatedMedia",
                json!({ "features": [feature] }),
            )
            .await
            .map(drop)
    }

    /// What the page holds after a collection of garbage: bytes of the heap, nodes, listeners.
    pub(crate) async fn weigh(&self) -> Step<[f64; 3]> {
        self.turn_to().await?;
        // What a finaliser lets go is collected by the next run.
        for _ in 0..3 {
            self.session
                .devtools("HeapProfiler.collectGarbage", json!({}))
                .await?;
        }
        let heap = self
            .session
            .devtools("Runtime.getHeapUsage", json!({}))
            .await?;
        let counts = self
            .session
            .devtools("Memory.getDOMCounters", json!({}))
            .await?;
        let number = |value: &Value| value.as_f64().unwrap_or(f64::INFINITY);
        Ok([
            number(&heap["usedSize"]),
            number(&counts["nodes"]),
            number(&counts["jsEventListeners"]),
        ])
    }

    /// How long scripts have run in this window's process since the first call, in seconds, by the browser's own count.
    pub(crate) async fn script_time(&self) -> Step<f64> {
        self.turn_to().await?;
        let session = &self.session;
        session.devtools("Performance.enable", json!({})).await?;
        let told = session
            .devtools("Performance.getMetrics", json!({}))
            .await?;
        let metrics = told["metrics"].as_array().into_iter().flatten();
        let mut found = metrics.filter(|metric| metric["name"] == "ScriptDuration");
        let seconds = found.next().and_then(|metric| metric["value"].as_f64());
        seconds.ok_or_else(|| Lapse::new(format!("no ScriptDuration in {told}")))
    }

    /// Whatever this script returns about the part, which it knows as `root`; `wanted` is its argument.
    pub(crate) async fn look(&self, script: &str, wanted: &Value) -> Step<Value> {
        self.turn_to().await?;
        let script = [self.root(), script].concat();
        let arguments = vec![wanted.clone()];
        Ok(self.session.client.execute(&script, arguments).await?)
    }

    /// Likewise, with what the script hands to its last argument, a function, when it is done.
    pub(crate) async fn wait_for(&self, script: &str, wanted: &Value) -> Step<Value> {
        self.turn_to().await?;
        let script = [self.root(), script].concat();
        let arguments = vec![wanted.clone()];
        Ok(self
            .session
            .client
            .execute_async(&script, arguments)
            .await?)
    }

    async fn turn_to(&self) -> Step {
        Ok(self
            .session
            .client
            .switch_to_window(self.window.clone())
            .await?)
    }

    /// Uses what is found. The widget may take the place of the form before it just then: then it is looked for again.
    async fn use_found(
        &self,
        kind: &str,
        script: &str,
        name: &str,
        act: impl AsyncFn(&Element) -> Result<(), CmdError>,
    ) -> Step {
        let found = self.find(kind, script, name).await?;
        match act(&found).await {
            Err(error) if error.is_stale_element_reference() => {
                let anew = self.find(kind, script, name).await?;
                Ok(act(&anew).await?)
            }
            done => Ok(done?),
        }
    }

    async fn find(&self, kind: &str, script: &str, name: &str) -> Step<Element> {
        let found = eventually(format_args!("{kind} “{name}”"), async || {
            let found = self.ask(script, name).await?;
            let id = found
                .as_object()
                .and_then(|object| object.values().next())
                .and_then(Value::as_str);
            Ok(id.map(|id| {
                Element::from_element_id(
                    self.session.client.clone(),
                    ElementRef::from(id.to_owned()),
                )
            }))
        })
        .await;
        match found {
            Ok(found) => Ok(found),
            // The picture is one of the first tab only, and stays on the machine.
            Err(lapse) => Err(Lapse::new(format!("{lapse}: saw {}", self.scene().await))),
        }
    }

    /// All that is seen in words, or why nothing is, for whoever reads why a journey failed.
    pub(crate) async fn scene(&self) -> String {
        let there = self.ask(SCENE, "").await;
        there.map_or_else(|lapse| lapse.to_string(), |there| there.to_string())
    }

    async fn ask(&self, script: &str, wanted: &str) -> Step<Value> {
        self.look(&[EYES, script].concat(), &json!(wanted)).await
    }

    fn root(&self) -> &'static str {
        match self.part {
            Part::Page => "const root = document;",
            Part::Widget => "const root = document.querySelector('gms-chat')?.shadowRoot;",
        }
    }
}
