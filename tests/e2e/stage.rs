//! A journey: its servers, its browser, its end; and the evidence that a failed one leaves.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::driver::{Browser, Line};
use crate::visitor::Visitor;

/// The longest that anything may take to be seen.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it is looked for.
const GLANCE: Duration = Duration::from_millis(50);

/// Why a journey did not arrive, in words for whoever reads the log.
#[derive(Debug)]
pub(crate) struct Lapse(String);

/// The outcome of one step of a journey.
pub(crate) type Step<T = ()> = Result<T, Lapse>;

impl Lapse {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// So that `?` takes the driver's and the system's errors too.
impl<E: std::error::Error> From<E> for Lapse {
    fn from(error: E) -> Self {
        Self(format!("{error} ({error:?})"))
    }
}

impl Display for Lapse {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

/// What the console may hold at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Console {
    /// No error at all.
    Clean,
    /// Requests that failed, which the browser itself writes down; nothing else.
    FailedRequests,
    /// Errors that hold one of these texts; nothing else.
    Told(&'static [&'static str]),
    /// Requests that failed, and a hint to the developer that holds this text.
    Hinted(&'static str),
}

/// Whoever answers the browser's requests.
pub(crate) trait Backstage {
    /// Leaves what the servers saw and hold.
    async fn leave_evidence(&self, name: &str);
    /// Stops them.
    async fn end(self);
}

/// Plays `steps` and panics with their lapse. Whatever happens, the browser and the servers end.
pub(crate) async fn journey<B: Backstage>(
    name: &str,
    servers: B,
    console: Console,
    steps: impl AsyncFnOnce(&Visitor, &B) -> Step,
) {
    let mut browser = Browser::start(1024, 768)
        .await
        .unwrap_or_else(|lapse| panic!("{name}: {lapse}"));
    let mut outcome = match Visitor::new(browser.session.clone()).await {
        Ok(visitor) => steps(&visitor, &servers).await,
        Err(lapse) => Err(lapse),
    };
    if outcome.is_ok() {
        outcome = judge_console(&mut browser, console).await;
    }
    if outcome.is_err() {
        browser.leave_evidence(name).await;
        servers.leave_evidence(name).await;
    }
    let told = browser.last_lines();
    browser.end().await;
    servers.end().await;
    if let Err(lapse) = outcome {
        let picture = evidence(name, "png");
        panic!(
            "{name}: {lapse}\nthe console's last lines:{told}\nsee {}",
            picture.display()
        );
    }
}

/// Where a failed journey leaves what may explain it.
pub(crate) fn evidence(name: &str, ending: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("e2e");
    // Where it cannot be made, the evidence is missing; the journey's own complaint matters more.
    drop(std::fs::create_dir_all(&folder));
    folder.join(format!("{name}.{ending}"))
}

async fn judge_console(browser: &mut Browser, allowed: Console) -> Step {
    let is_error = |line: &Line| match &allowed {
        Console::Clean => line.level == "SEVERE",
        Console::Told(texts) => {
            line.level == "SEVERE" && !texts.iter().any(|text| line.text.contains(text))
        }
        Console::FailedRequests | Console::Hinted(_) => {
            line.level == "SEVERE" && line.source != "network"
        }
    };
    let is_told = browser.tells_console();
    let lines = browser.console().await?;
    if let Console::Hinted(text) = &allowed
        && is_told
        && !lines.iter().any(|line| line.text.contains(text))
    {
        return Err(Lapse::new(format!("the console does not say: {text}")));
    }
    let errors: Vec<String> = lines
        .iter()
        .filter(|line| is_error(line))
        .map(ToString::to_string)
        .collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Lapse::new(format!(
            "the console has errors:\n{}",
            errors.join("\n")
        )))
    }
}

/// Looks until `look` finds something. A lapse of `look` itself is tried again too: the page may be changing.
pub(crate) async fn eventually<T>(
    what: impl Display,
    mut look: impl AsyncFnMut() -> Step<Option<T>>,
) -> Step<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let seen = look().await;
        if let Ok(Some(found)) = seen {
            return Ok(found);
        }
        if Instant::now() >= deadline {
            let last = seen
                .err()
                .map_or_else(String::new, |lapse| format!("; at last: {lapse}"));
            return Err(Lapse::new(format!(
                "waited {} s for {what}{last}",
                PATIENCE.as_secs()
            )));
        }
        sleep(GLANCE).await;
    }
}
