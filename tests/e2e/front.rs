//! Somebody else's CometD server with a small GMS in front of it: the Node program in `tests/servers`.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::http;
use crate::servers::dist;
use crate::stage::{Backstage, Lapse, Step, evidence};

/// A Node program on a busy machine.
const START: Duration = Duration::from_secs(30);

/// A running front.
pub(crate) struct Front {
    port: u16,
    program: Child,
}

/// What the front knows.
#[derive(Debug, Deserialize)]
pub(crate) struct State {
    /// The chats, oldest first.
    pub(crate) chats: Vec<Chat>,
    /// Milliseconds between an answered connect and the next one, by user.
    pub(crate) gaps: std::collections::BTreeMap<String, Vec<f64>>,
}

/// A chat as it stands at the server.
#[derive(Debug, Deserialize)]
pub(crate) struct Chat {
    /// The transcript: type, nickname, text, seconds, kind of party.
    pub(crate) events: Vec<(String, String, String, String, String)>,
    /// Whether its events go out by CometD.
    pub(crate) push: bool,
}

impl Chat {
    /// The messages in their order: whether the visitor wrote it, and its text.
    pub(crate) fn messages(&self) -> impl Iterator<Item = (bool, &str)> {
        let messages = self.events.iter().filter(|event| event.0 == "Message.Text");
        messages.map(|event| (event.4 == "CLIENT", event.2.as_str()))
    }
}

impl Front {
    /// Starts one; `options` are those of `tests/servers/front.js`.
    pub(crate) async fn start(options: &[(&str, &str)]) -> Step<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers");
        if !folder.join("node_modules/faye").is_dir() {
            return Err(Lapse::new(
                "tests/servers has no packages: run `cargo xtask test servers`, or `npm ci` there",
            ));
        }
        let mut command = Command::new("node");
        command.arg("front.js").arg("--site").arg(dist()?);
        for (name, value) in options {
            command.arg(format!("--{name}")).arg(value);
        }
        command
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true);
        let mut program = command
            .spawn()
            .map_err(|error| Lapse::new(format!("node cannot be started: {error}")))?;
        let said = program.stdout.take();
        let said = said.ok_or_else(|| Lapse::new("the front has no output"))?;
        let mut lines = BufReader::new(said).lines();
        let line = timeout(START, lines.next_line()).await;
        let line = line.map_err(|_| Lapse::new("the front did not start in time"))??;
        let port = line
            .as_deref()
            .and_then(|line| line.rsplit(':').next()?.parse().ok());
        let port = port.ok_or_else(|| Lapse::new(format!("the front said {line:?}")))?;
        Ok(Self { port, program })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The demo page, with options in its query.
    pub(crate) fn page(&self, query: &str) -> String {
        format!("http://127.0.0.1:{}/{query}", self.port)
    }

    /// The agent says this in the latest chat.
    pub(crate) async fn say(&self, text: &str) -> Step {
        self.control("say", &json!({ "text": text })).await
    }

    /// The agent says so many lines in one go: the text, a blank and a number from 1.
    pub(crate) async fn burst(&self, text: &str, count: usize) -> Step {
        self.control("say", &json!({ "text": text, "count": count }))
            .await
    }

    /// The agent joins the latest chat.
    pub(crate) async fn join(&self) -> Step {
        self.control("join", &json!({})).await
    }

    /// Every CometD session is forgotten and every connection cut.
    pub(crate) async fn restart(&self) -> Step {
        self.control("restart", &json!({})).await
    }

    pub(crate) async fn state(&self) -> Step<State> {
        let state = http::get(self.port, "/control/state").await?;
        Ok(serde_json::from_value(state)?)
    }

    async fn control(&self, what: &str, wish: &Value) -> Step {
        http::post(self.port, &format!("/control/{what}"), wish)
            .await
            .map(drop)
    }
}

impl Backstage for Front {
    async fn leave_evidence(&self, name: &str) {
        if let Ok(state) = http::get(self.port, "/control/state").await {
            let state = format!("{state:#}");
            drop(std::fs::write(evidence(name, "server.json"), state));
        }
    }

    async fn end(mut self) {
        drop(self.program.kill().await);
    }
}
