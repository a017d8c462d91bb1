//! The whole trial: starts everybody, looks at the clock and at the memory, and ends everybody.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::dice::Dice;
use crate::families::Families;
use crate::gms::Gms;
use crate::judge::Harm;
use crate::memory::{Curve, resident, worked};
use crate::report::{Report, progress};
use crate::tabs::Tabs;
use crate::tally::Tally;
use crate::visitor::{Visitor, World};
use crate::weather::{Sky, Tempo, Weather};

/// How often memory is looked at, and how many looks there are to a line of progress.
const LOOK: Duration = Duration::from_secs(5);
const LOOKS: u64 = 12;
/// So much of the time fills pools and caches.
const WARM_UP: u32 = 5;

/// What a trial is to be like.
#[derive(Clone, Debug)]
pub(crate) struct Wishes {
    pub(crate) time: Duration,
    pub(crate) visitors: usize,
    /// The tabs of a browser.
    pub(crate) families: Families,
    pub(crate) seed: u64,
    pub(crate) tempo: Tempo,
    pub(crate) folder: PathBuf,
    pub(crate) simulator: PathBuf,
    pub(crate) site: Option<PathBuf>,
}

/// What everything held, by name; clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scale(Arc<Mutex<BTreeMap<String, Curve>>>);

impl Scale {
    pub(crate) fn note(&self, what: &str, at: Duration, bytes: Option<f64>) {
        let mut curves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        curves.entry(what.to_owned()).or_default().note(at, bytes);
    }

    pub(crate) fn curves(&self) -> BTreeMap<String, Curve> {
        let curves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        curves.clone()
    }
}

/// Who takes part.
struct Cast {
    gms: Gms,
    tally: Tally,
    shared: Tally,
    scale: Scale,
    weather: watch::Sender<Weather>,
    everybody: JoinSet<()>,
    begun: Instant,
}

/// Runs a trial; tells its progress line by line.
pub(crate) async fn run(wishes: &Wishes, tell: fn(&str)) -> Result<Report, String> {
    let Wishes {
        time,
        visitors,
        families,
        seed,
        tempo,
        ..
    } = wishes;
    tell(&format!(
        "soak: {visitors} visitors and {} tabs for {} s, --seed {seed}",
        families.told(),
        time.as_secs()
    ));
    let gms = Gms::start(&wishes.simulator, wishes.site.as_deref(), tempo.hold, *seed).await?;
    let mut cast = Cast {
        gms,
        tally: Tally::default(),
        shared: Tally::default(),
        scale: Scale::default(),
        weather: watch::Sender::new(Weather::Calm),
        everybody: JoinSet::new(),
        begun: Instant::now(),
    };
    let sky = cast.call(wishes);
    let sky = tokio::spawn(sky.pass(cast.begun + *time));
    let is_whole = cast.watch(sky, tell).await;
    cast.weather.send_replace(Weather::Over);
    cast.part().await;
    let warm = cast.begun.elapsed() / WARM_UP;
    Ok(Report {
        wishes: wishes.clone(),
        took: cast.begun.elapsed(),
        is_whole,
        worked: worked(std::process::id()),
        book: cast.tally.book(),
        shared: cast.shared.book(),
        memory: cast
            .scale
            .curves()
            .into_iter()
            .map(|(name, curve)| (name, curve.growth(warm)))
            .collect(),
    })
}

impl Cast {
    /// Calls everybody, and who makes their weather.
    fn call(&mut self, wishes: &Wishes) -> Sky {
        let settled = Arc::default();
        // The simulator's own default.
        let is_mute = Arc::new(AtomicBool::new(true));
        let world = Arc::new(World {
            desk: self.gms.desk.clone(),
            tempo: wishes.tempo,
            tally: self.tally.clone(),
            shared: self.shared.clone(),
            settled: Arc::clone(&settled),
            is_mute: Arc::clone(&is_mute),
            folder: wishes.folder.clone(),
        });
        for number in 1..=wishes.visitors {
            let weather = self.weather.subscribe();
            let visitor = Visitor::new(number, wishes.seed, &world, weather);
            self.everybody.spawn(visitor.live());
        }
        if wishes.families.tabs() > 0 {
            let tabs = Tabs {
                world,
                weather: self.weather.subscribe(),
                scale: self.scale.clone(),
                begun: self.begun,
                seed: wishes.seed,
                families: wishes.families.clone(),
                first: wishes.visitors + 1,
            };
            self.everybody.spawn(tabs.live());
        }
        Sky {
            desk: self.gms.desk.clone(),
            tempo: wishes.tempo,
            dice: Dice(wishes.seed),
            weather: self.weather.clone(),
            tally: self.tally.clone(),
            settled,
            is_mute,
            // All tabs speak with one voice.
            everybody: wishes.visitors + usize::from(wishes.families.tabs() > 0),
        }
    }

    /// Looks on until the weather is over. False when somebody has ended the trial before.
    async fn watch(
        &mut self,
        mut sky: tokio::task::JoinHandle<Result<(), String>>,
        tell: fn(&str),
    ) -> bool {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut looked = 0;
        loop {
            tokio::select! {
                passed = &mut sky => {
                    let complaint = match passed {
                        Ok(Ok(())) => return true,
                        Ok(Err(complaint)) => complaint,
                        Err(error) => error.to_string(),
                    };
                    self.tally.blame("the simulator", Harm::Open, complaint);
                    return false;
                }
                Some(Err(error)) = self.everybody.join_next() => {
                    self.tally.blame("a client", Harm::Open, error.to_string());
                }
                _ = looks.tick() => {
                    self.look();
                    looked += 1;
                    if looked % LOOKS == 0 {
                        tell(&progress(self.begun.elapsed(), &self.tally.book(), &self.scale));
                    }
                    if !self.gms.is_there() {
                        let what = "it has ended by itself".to_owned();
                        self.tally.blame("the simulator", Harm::Open, what);
                        sky.abort();
                        return false;
                    }
                }
                _ = tokio::signal::ctrl_c() => {
                    sky.abort();
                    return false;
                }
            }
        }
    }

    fn look(&self) {
        let at = self.begun.elapsed();
        let simulator = self.gms.process().and_then(resident);
        self.scale.note("simulator", at, simulator);
        let clients = resident(std::process::id());
        self.scale.note("native clients", at, clients);
    }

    /// Everybody goes home.
    async fn part(&mut self) {
        let until = Duration::from_secs(20);
        let parting = async {
            while let Some(gone) = self.everybody.join_next().await {
                if let Err(error) = gone {
                    self.tally.blame("a client", Harm::Open, error.to_string());
                }
            }
        };
        // Whoever hangs is ended with the runtime.
        let _ = tokio::time::timeout(until, parting).await;
    }
}
