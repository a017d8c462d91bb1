//! The tabs of a real browser, each a window of its own, each family of them an origin of its own, driven one after the other.

mod chat;
mod family;
mod glass;
mod spell;
mod tab;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::browser::Browser;
use crate::families::Families;
use crate::judge::Harm;
use crate::trial::Scale;
use crate::visitor::World;
use crate::weather::Weather;
use family::{Family, Seat};

/// How often somebody looks whether a tab is to do something.
const GLANCE: Duration = Duration::from_millis(500);
/// So many steps in a row that a browser refuses are the end of it.
const PATIENCE: u32 = 20;

/// All tabs, and what they need.
pub(crate) struct Tabs {
    pub(crate) world: Arc<World>,
    pub(crate) weather: watch::Receiver<Weather>,
    pub(crate) scale: Scale,
    pub(crate) begun: Instant,
    pub(crate) seed: u64,
    pub(crate) families: Families,
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

    async fn open(&self, browser: &Browser) -> Result<Vec<Family>, String> {
        let (mut families, mut tabs) = (Vec::new(), 1);
        for (number, size) in self.families.0.iter().enumerate() {
            let seat = Seat {
                number,
                visitor: self.first + number,
                seed: self.seed,
                first: tabs,
                size: *size,
            };
            families.push(Family::open(browser, seat, &self.world).await?);
            tabs += size;
        }
        Ok(families)
    }

    async fn browse(&mut self, browser: &Browser) -> Result<(), String> {
        let mut families = self.open(browser).await?;
        let (mut refused, mut said) = (0, 0);
        loop {
            let weather = *self.weather.borrow_and_update();
            for family in &mut families {
                match family.attend(browser, weather).await {
                    Ok(()) => refused = 0,
                    Err(complaint) => {
                        self.world.tally.count("steps that the browser refused");
                        refused += 1;
                        if refused > PATIENCE {
                            return Err(complaint);
                        }
                    }
                }
            }
            match weather {
                Weather::Over => return Ok(()),
                Weather::Hush { round, .. }
                    if said != round && families.iter().all(|family| family.round == round) =>
                {
                    said = round;
                    self.weigh(browser, &families).await?;
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

    async fn weigh(&self, browser: &Browser, families: &[Family]) -> Result<(), String> {
        for family in families {
            for tab in family.tabs.iter().filter(|tab| tab.is_there()) {
                let [heap, wasm] = tab.weigh(browser).await?;
                let (at, name) = (self.begun.elapsed(), family.name_of(tab));
                self.scale.note(&format!("{name} heap"), at, heap);
                self.scale.note(&format!("{name} wasm"), at, wasm);
            }
        }
        Ok(())
    }
}
