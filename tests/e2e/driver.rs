//! A driver and one browser: starting, looking at the console, taking pictures, ending.

use std::time::Duration;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::engine::{Driver, Engine};
use crate::http;
use crate::stage::{Lapse, Step, evidence};

/// A driver and a browser on a busy machine.
const START: Duration = Duration::from_secs(60);
/// How many drivers are tried before a journey is given up.
const DRIVERS: usize = 3;
/// How many lines of the console a failure tells.
const LAST_LINES: usize = 6;

/// What is needed to talk to a browser.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) client: Client,
    port: u16,
    id: String,
}

/// A browser of its own for one journey.
pub(crate) struct Browser {
    pub(crate) session: Session,
    engine: Engine,
    driver: Driver,
    /// The console so far; the driver hands out each line once.
    console: Vec<Line>,
}

/// A line of the browser's console.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) level: String,
    /// Where it comes from: `network` for a request that failed, `console-api`, `javascript`, `security`, …
    pub(crate) source: String,
    pub(crate) text: String,
}

impl Session {
    /// A command of the driver's own, which the standard does not know.
    async fn extension(&self, name: &str, body: &Value) -> Step<Value> {
        http::post(self.port, &format!("/session/{}/{name}", self.id), body).await
    }

    /// A command of Chromium's developer tools.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Step<Value> {
        let wish = json!({ "cmd": command, "params": parameters });
        let mut reply = self.extension("goog/cdp/execute", &wish).await?;
        Ok(reply["value"].take())
    }
}

impl Browser {
    /// Starts a driver and a browser with a window of this many CSS pixels. A driver that fails before there is a page is
    /// no word about the widget: another one is started.
    #[expect(clippy::print_stderr, reason = "who reads the log learns of it")]
    pub(crate) async fn start(width: u32, height: u32) -> Step<Self> {
        let mut lapses = Vec::new();
        for _ in 0..DRIVERS {
            match Self::start_once(width, height).await {
                Ok(browser) => return Ok(browser),
                Err(lapse) => {
                    eprintln!("another driver is started: {lapse}");
                    lapses.push(lapse.to_string());
                }
            }
        }
        Err(Lapse::new(lapses.join("\n")))
    }

    async fn start_once(width: u32, height: u32) -> Step<Self> {
        let engine = Engine::chosen()?;
        let driver = engine.start().await?;
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(engine.capabilities(width, height)?);
        let address = format!("http://127.0.0.1:{}", driver.port);
        let client = timeout(START, builder.connect(&address))
            .await
            .map_err(|_| driver.words.lapse("the browser did not start in time"))?
            .map_err(|error| driver.words.lapse(format!("{error} ({error:?})")))?;
        let id = client
            .session_id()
            .await?
            .ok_or_else(|| Lapse::new("the driver gave no session"))?;
        if engine == Engine::WebKit {
            // It takes no size when it starts.
            client.set_window_size(width, height).await?;
        }
        let port = driver.port;
        Ok(Self {
            session: Session { client, port, id },
            engine,
            driver,
            console: Vec::new(),
        })
    }

    /// Whether what the console holds can be seen.
    pub(crate) fn tells_console(&self) -> bool {
        self.engine.tells_console()
    }

    /// Every line of the console so far, where the driver tells it.
    pub(crate) async fn console(&mut self) -> Step<&[Line]> {
        if !self.tells_console() {
            return Ok(&[]);
        }
        let wish = json!({ "type": "browser" });
        let reply = self.session.extension("se/log", &wish).await?;
        let lines = reply["value"]
            .as_array()
            .ok_or_else(|| Lapse::new(format!("no console log in {reply}")))?;
        let text = |line: &Value, key: &str| line[key].as_str().unwrap_or_default().to_owned();
        self.console.extend(lines.iter().map(|line| Line {
            level: text(line, "level"),
            source: text(line, "source"),
            text: text(line, "message"),
        }));
        Ok(&self.console)
    }

    /// Leaves a picture and the console for whoever reads the failure.
    pub(crate) async fn leave_evidence(&mut self, name: &str) {
        if let Ok(png) = self.session.client.screenshot().await {
            drop(std::fs::write(evidence(name, "png"), png));
        }
        if let Ok(lines) = self.console().await {
            let text: Vec<String> = lines.iter().map(ToString::to_string).collect();
            drop(std::fs::write(
                evidence(name, "console.txt"),
                text.join("\n"),
            ));
        }
    }

    /// The end of the console as far as it was read: all that is seen of it where only the log of a failed run is left.
    pub(crate) fn last_lines(&self) -> String {
        let from = self.console.len().saturating_sub(LAST_LINES);
        let lines = self.console[from..]
            .iter()
            .map(|line| format!("\n  {line}"));
        lines.collect()
    }

    /// Ends the browser, then its driver.
    pub(crate) async fn end(mut self) {
        // The driver is killed in any case.
        drop(self.session.client.clone().close().await);
        drop(self.driver.process.kill().await);
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} {}: {}", self.level, self.source, self.text)
    }
}
