//! The weather over everybody: storms in which requests come to harm, and calm in which everything has to settle.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use crate::dice::Dice;
use crate::gms::Desk;
use crate::tally::Tally;

/// How it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weather {
    /// Anything may go wrong.
    Storm,
    /// Nothing does.
    Calm,
    /// Nor does anybody say anything. By the moment at the latest every chat has to agree with the server.
    Hush { round: u32, until: Instant },
    /// The trial is over.
    Over,
}

/// How long everything takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tempo {
    /// Between two messages of a visitor, on the average.
    pub(crate) pace: Duration,
    /// The most that happens in a chat.
    pub(crate) deeds: usize,
    /// For how long the server holds a connect.
    pub(crate) hold: Duration,
    /// How long a native client waits for an answer.
    pub(crate) network_delay: Duration,
    pub(crate) storm: Duration,
    pub(crate) calm: Duration,
    /// The longest that everything may take to settle.
    pub(crate) hush: Duration,
}

impl Tempo {
    /// For an hour or many.
    pub(crate) const USUAL: Self = Self {
        pace: Duration::from_secs(10),
        deeds: 70,
        hold: Duration::from_secs(20),
        network_delay: Duration::from_secs(10),
        storm: Duration::from_secs(100),
        calm: Duration::from_secs(20),
        hush: Duration::from_secs(150),
    };
    /// For a minute or two.
    pub(crate) const BRIEF: Self = Self {
        pace: Duration::from_secs(5),
        deeds: 20,
        hold: Duration::from_secs(4),
        network_delay: Duration::from_secs(4),
        storm: Duration::from_secs(14),
        calm: Duration::from_secs(3),
        hush: Duration::from_secs(60),
    };
}

/// Kinds of requests, as the simulator names them.
const ROUTES: [&str; 12] = [
    "connect",
    "connect",
    "connect",
    "send",
    "send",
    "refresh",
    "refresh",
    "rest",
    "cometd",
    "handshake",
    "subscribe",
    "chat",
];
/// What can happen to them.
const HARMS: [&str; 16] = [
    "drop-before",
    "drop-after",
    "drop-after",
    "reset-before",
    "reset-after",
    "reset-after",
    "truncate",
    "truncate",
    "junk",
    "status=500",
    "status=502",
    "status=503/2",
    "status=504",
    "stall-before",
    "stall-after",
    "delay",
];
/// How the server may answer a question for what is missing, and what becomes of events that nobody fetches.
const MANNERS: [(&str, &[&str]); 3] = [
    ("repair", &["reply", "reply", "pushed", "neither"]),
    ("between-sessions", &["lost", "kept"]),
    ("events", &["events-first", "reply-first"]),
];

/// Makes the weather.
pub(crate) struct Sky {
    pub(crate) desk: Desk,
    pub(crate) tempo: Tempo,
    pub(crate) dice: Dice,
    pub(crate) weather: watch::Sender<Weather>,
    pub(crate) tally: Tally,
    /// How many have said, in this round, that they agree with the server.
    pub(crate) settled: Arc<AtomicUsize>,
    pub(crate) everybody: usize,
    /// Whether the server names no positions where it is asked for what is missing.
    pub(crate) is_mute: Arc<AtomicBool>,
}

impl Sky {
    /// Storms and calm in turn until this moment, then a last calm. The simulator's desk has to be there.
    pub(crate) async fn pass(mut self, until: Instant) -> Result<(), String> {
        let mut round = 0;
        loop {
            let now = Instant::now();
            let storm = self.tempo.storm.min(until.saturating_duration_since(now));
            self.storm(now + storm).await?;
            self.weather.send_replace(Weather::Calm);
            sleep(self.tempo.calm).await;
            round += 1;
            self.hush(round).await;
            // A storm of a few seconds is not worth its calm.
            if Instant::now() + self.tempo.storm / 3 >= until {
                self.weather.send_replace(Weather::Over);
                return Ok(());
            }
        }
    }

    async fn storm(&mut self, until: Instant) -> Result<(), String> {
        self.weather.send_replace(Weather::Storm);
        self.tally.count("storms");
        for (name, values) in MANNERS {
            let value = values[self.dice.roll(values.len())];
            self.desk.switch(name, value).await?;
            if name == "repair" {
                self.is_mute.store(value == "neither", Ordering::Relaxed);
            }
        }
        while Instant::now() < until {
            self.desk.clear().await?;
            match self.dice.roll(16) {
                0 | 1 => {}
                2 => {
                    self.tally.count("restarts");
                    self.desk.restart().await?;
                }
                3 => {
                    self.tally.count("restarts");
                    self.desk.forget().await?;
                }
                4 => self.cut_off().await?,
                _ => {
                    for _ in 0..=self.dice.roll(4) {
                        let fault = self.fault();
                        self.tally.count("faults armed");
                        self.desk.arm(&fault).await?;
                    }
                }
            }
            let spell = Duration::from_secs(2) + self.dice.millis(5_000);
            sleep_until((Instant::now() + spell).min(until)).await;
        }
        self.desk.clear().await
    }

    /// Nobody reaches the server.
    async fn cut_off(&mut self) -> Result<(), String> {
        self.tally.count("outages");
        let how = ["reset-before", "status=502", "drop-before"][self.dice.roll(3)];
        self.desk.arm(&format!("rest:{how}:*")).await?;
        self.desk.arm(&format!("cometd:{how}:*")).await
    }

    fn fault(&mut self) -> String {
        let route = ROUTES[self.dice.roll(ROUTES.len())];
        let every = 2 + self.dice.roll(7);
        match HARMS[self.dice.roll(HARMS.len())] {
            "delay" => {
                let millis = 50 + self.dice.roll(1_500);
                format!("{route}:delay={millis}ms:%{every}")
            }
            harm => format!("{route}:{harm}:%{every}"),
        }
    }

    async fn hush(&self, round: u32) {
        self.settled.store(0, Ordering::Relaxed);
        let until = Instant::now() + self.tempo.hush;
        self.weather.send_replace(Weather::Hush { round, until });
        // Whoever has not settled by then says so himself, a little later.
        let give_up = until + self.tempo.hush / 2;
        while self.settled.load(Ordering::Relaxed) < self.everybody && Instant::now() < give_up {
            sleep(Duration::from_millis(200)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_fault_is_one_that_the_simulator_knows() {
        let (weather, _) = watch::channel(Weather::Calm);
        let mut sky = Sky {
            desk: Desk::nowhere(),
            tempo: Tempo::BRIEF,
            dice: Dice(1),
            weather,
            tally: Tally::default(),
            settled: Arc::default(),
            everybody: 0,
            is_mute: Arc::default(),
        };
        for _ in 0..500 {
            let fault = sky.fault();
            assert!(
                fault.parse::<gms_chat_simulator::Fault>().is_ok(),
                "{fault}"
            );
        }
    }
}
