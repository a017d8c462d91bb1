//! The tabs of a real browser, each a window of its own and an origin of its own, driven one after the other.

mod chat;
mod glass;
mod spell;
mod tab;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::browser::Browser;
use crate::door::Door;
use crate::judge::Harm;
use crate::trial::Scale;
use crate::visitor::World;
use crate::weather::Weather;
use tab::Tab;

/// How often somebody looks whether a tab is to do something.
const GLANCE: Duration = Duration::from_millis(500);
/// So many steps in a row that a browser refuses are the end of it.
const PATIENCE: u32 = 20;

/// Runs in each page before its own scripts: what a judge has to know and the page tells nobody.
const WITNESS: &str = "
const soak = { memories: [], service: null, end: null };
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

/// All tabs, and what they need.
pub(crate) struct Tabs {
    pub(crate) world: Arc<World>,
    pub(crate) weather: watch::Receiver<Weather>,
    pub(crate) scale: Scale,
    pub(crate) begun: Instant,
    pub(crate) seed: u64,
    pub(crate) count: usize,
    /// Numbers below belong to native clients.
    pub(crate) first: usize,
}

impl Tabs {
    /// Chats until the trial is over.
    pub(crate) async fn live(mut self) {
        let browser = match Browser::start().await {
            Ok(browser) => browser,
            Err(complaint) => return self.give_up(&complaint).await,
        };
        if let Err(complaint) = self.browse(&browser).await {
            self.give_up(&complaint).await;
        }
        browser.end().await;
    }

    /// Nobody must wait for tabs that are not there.
    async fn give_up(&mut self, complaint: &str) {
        let what = complaint.to_owned();
        self.world.tally.blame("the browser", Harm::Open, what);
        let mut said = 0;
        loop {
            let weather = *self.weather.borrow_and_update();
            match weather {
                Weather::Over => return,
                Weather::Hush { round, .. } if round != said => {
                    said = round;
                    self.world.settled.fetch_add(1, Ordering::Relaxed);
                }
                Weather::Hush { .. } | Weather::Calm | Weather::Storm => {}
            }
            if self.weather.changed().await.is_err() {
                return;
            }
        }
    }

    async fn browse(&mut self, browser: &Browser) -> Result<(), String> {
        let (mut tabs, mut doors) = (Vec::new(), Vec::new());
        for number in 0..self.count {
            let window = match number {
                0 => browser.first_window().await?,
                _ => browser.new_window().await?,
            };
            browser.turn_to(&window).await?;
            let witness = json!({ "source": WITNESS });
            browser
                .devtools("Page.addScriptToEvaluateOnNewDocument", witness)
                .await?;
            let door = Door::open(self.world.desk.port()).await;
            let door = door.map_err(|error| error.to_string())?;
            let world = &self.world;
            let mut tab = Tab::new(number, self.first, self.seed, window, world, door.port);
            tab.load(browser).await?;
            tabs.push(tab);
            doors.push(door);
        }
        let (mut refused, mut said) = (0, 0);
        loop {
            let weather = *self.weather.borrow_and_update();
            for tab in &mut tabs {
                match tab.attend(browser, weather).await {
                    Ok(()) => refused = 0,
                    Err(complaint) => {
                        self.world.tally.count("steps that the browser refused");
                        refused += 1;
                        if refused > PATIENCE {
                            return Err(format!("tab {}: {complaint}", tab.number));
                        }
                    }
                }
            }
            match weather {
                Weather::Over => return Ok(()),
                Weather::Hush { round, .. }
                    if said != round && tabs.iter().all(|tab| tab.round == round) =>
                {
                    said = round;
                    self.weigh(browser, &tabs).await?;
                    self.world.settled.fetch_add(1, Ordering::Relaxed);
                }
                Weather::Hush { .. } | Weather::Calm | Weather::Storm => {}
            }
            tokio::select! {
                _ = self.weather.changed() => {}
                () = sleep_until(Instant::now() + GLANCE) => {}
            }
        }
    }

    async fn weigh(&self, browser: &Browser, tabs: &[Tab]) -> Result<(), String> {
        for tab in tabs {
            let [heap, wasm] = tab.weigh(browser).await?;
            let at = self.begun.elapsed();
            self.scale.note(&format!("{} heap", tab.name()), at, heap);
            self.scale.note(&format!("{} wasm", tab.name()), at, wasm);
        }
        Ok(())
    }
}
