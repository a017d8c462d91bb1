//! One tab: its window, its address, and what it lives through.

use fantoccini::wd::WindowHandle;
use serde_json::json;
use tokio::time::{Duration, Instant};

use crate::browser::Browser;

use super::glass::{self, State};
use super::spell::Spell;

/// Runs in each page before its own scripts: what a judge has to know and the page tells nobody.
const WITNESS: &str = "
const soak = { memories: [], service: null, end: null, refused: null };
Object.defineProperty(window, 'soak', { value: soak });
for (const name of ['instantiate', 'instantiateStreaming']) {
  const before = WebAssembly[name];
  WebAssembly[name] = async (...given) => {
    const made = await before.apply(WebAssembly, given);
    const { exports } = made.instance ?? made;
    soak.memories.push(...Object.values(exports).filter((one) => one instanceof WebAssembly.Memory));
    return made;
  };
}
new PerformanceObserver((list) => {
  for (const { name } of list.getEntries()) soak.service = /\\/1\\/service\\/([^/?]+)\\//.exec(name)?.[1] ?? soak.service;
}).observe({ type: 'resource', buffered: true });
addEventListener('gms-chat-sessionend', ({ detail }) => (soak.end = detail.reason));";

/// A tab of the browser.
#[derive(Debug)]
pub(super) struct Tab {
    /// From 1.
    pub(super) number: usize,
    window: WindowHandle,
    address: String,
    /// What it lives through, and until when.
    spell: Option<(Spell, Instant)>,
    /// The service that its page has spoken of last.
    service: Option<String>,
}

impl Tab {
    /// The browser's first tab is there already.
    pub(super) async fn open(
        browser: &Browser,
        number: usize,
        address: String,
    ) -> Result<Self, String> {
        let window = match number {
            1 => browser.first_window().await?,
            _ => browser.new_window().await?,
        };
        let tab = Self {
            number,
            window,
            address,
            spell: None,
            service: None,
        };
        tab.furnish(browser).await?;
        Ok(tab)
    }

    /// A new window gets its witness and its page.
    async fn furnish(&self, browser: &Browser) -> Result<(), String> {
        self.turn_to(browser).await?;
        let witness = json!({ "source": WITNESS });
        browser
            .devtools("Page.addScriptToEvaluateOnNewDocument", witness)
            .await?;
        self.load(browser).await
    }

    pub(super) fn name(&self) -> String {
        format!("tab {}", self.number)
    }

    pub(super) async fn turn_to(&self, browser: &Browser) -> Result<(), String> {
        browser.turn_to(&self.window).await
    }

    pub(super) async fn load(&self, browser: &Browser) -> Result<(), String> {
        browser.visit(&self.address).await
    }

    /// Whether its page with the chat runs.
    pub(super) fn is_there(&self) -> bool {
        !self.spell.is_some_and(|(spell, _)| spell.takes_the_page())
    }

    /// Whether somebody can write in it.
    pub(super) fn is_usable(&self) -> bool {
        !self.spell.is_some_and(|(spell, _)| spell.takes_the_keys())
    }

    pub(super) fn is_free(&self) -> bool {
        self.spell.is_none()
    }

    /// Whether what it lives through ends now.
    pub(super) fn is_due(&self, calm: bool, now: Instant) -> bool {
        self.spell.is_some_and(|(_, end)| calm || end <= now)
    }

    /// Turns to the tab and reads how its chat stands. The service is told when it has changed there.
    pub(super) async fn see(&mut self, browser: &Browser) -> Result<State, String> {
        self.turn_to(browser).await?;
        let mut state = glass::state(browser).await?;
        if state.service == self.service {
            state.service = None;
        } else {
            self.service.clone_from(&state.service);
        }
        Ok(state)
    }

    /// The service that its page has asked for last, as it was seen last.
    pub(super) fn asked(&self) -> Option<&String> {
        self.service.as_ref()
    }

    /// The visitor looks away and comes back, upon which the page asks whether another tab runs a chat.
    pub(super) async fn come_to(&self, browser: &Browser) -> Result<(), String> {
        self.turn_to(browser).await?;
        Spell::Hidden.begin(browser, &self.address).await?;
        Spell::Hidden.end(browser, &self.address).await
    }

    /// Something begins that lasts. Of two, the first goes on. `neighbour`: a tab that stays.
    pub(super) async fn suffer(
        &mut self,
        browser: &Browser,
        spell: Spell,
        time: Duration,
        neighbour: Option<&WindowHandle>,
    ) -> Result<(), String> {
        if self.spell.is_some() {
            return Ok(());
        }
        self.spell = Some((spell, Instant::now() + time));
        match (spell, neighbour) {
            (Spell::Crashed, Some(neighbour)) => browser.crash(neighbour).await,
            (Spell::Closed, Some(neighbour)) => {
                browser.close_window().await?;
                browser.turn_to(neighbour).await
            }
            _ => spell.begin(browser, &self.address).await,
        }
    }

    /// It is as before. `neighbour`: a tab that has stayed.
    pub(super) async fn recover(
        &mut self,
        browser: &Browser,
        neighbour: Option<&WindowHandle>,
    ) -> Result<(), String> {
        let Some((spell, _)) = self.spell.take() else {
            return Ok(());
        };
        match (spell, neighbour) {
            (Spell::Closed | Spell::Crashed, Some(neighbour)) => {
                browser.turn_to(neighbour).await?;
                self.window = browser.new_window().await?;
                self.service = None;
                self.furnish(browser).await
            }
            _ => {
                self.turn_to(browser).await?;
                spell.end(browser, &self.address).await
            }
        }
    }

    pub(super) fn window(&self) -> WindowHandle {
        self.window.clone()
    }

    /// Bytes of the heap and of the wasm's memory.
    pub(super) async fn weigh(&self, browser: &Browser) -> Result<[Option<f64>; 2], String> {
        glass::weigh(browser, &self.window).await
    }
}
