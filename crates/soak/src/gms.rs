//! The simulator as a process of its own, and its desk: what the agents do, what goes wrong, what the truth is.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::http::Http;
use crate::judge::Who;

/// A program on a busy machine.
const START: Duration = Duration::from_secs(30);

/// The running simulator. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Gms {
    program: Child,
    pub(crate) desk: Desk,
}

/// Its desk; clones share the connections.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    http: Http,
    base: String,
}

/// A chat as the server has it.
#[derive(Debug)]
pub(crate) struct Truth {
    pub(crate) messages: Vec<(Who, String)>,
    pub(crate) is_over: bool,
}

impl Gms {
    /// Starts one that holds connects for so long, and serves this folder.
    pub(crate) async fn start(
        program: &Path,
        site: Option<&Path>,
        hold: Duration,
        seed: u64,
    ) -> Result<Self, String> {
        let mut command = Command::new(program);
        command
            .args(["--port", "0", "--scenario", "desk"])
            .args(["--hold", &format!("{}ms", hold.as_millis())])
            .args(["--seed", &seed.to_string()])
            // What is over is judged at once; the memory is to show what is left behind by mistake.
            .args(["--service-ttl", "2m"])
            .args(["--idle-alert", "1h"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        if let Some(site) = site {
            command.arg("--site").arg(site);
        }
        // Ctrl-C is for the soak, which then ends this one itself.
        #[cfg(unix)]
        command.process_group(0);
        let mut program = command
            .spawn()
            .map_err(|error| format!("the simulator cannot be started: {error}"))?;
        let said = program.stdout.take().ok_or("the simulator has no output")?;
        let mut lines = BufReader::new(said).lines();
        let base = timeout(START, async {
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some(endpoint) = line.strip_prefix("endpoint") {
                    let base = endpoint.trim().strip_suffix("/genesys");
                    return base.map(str::to_owned);
                }
            }
            None
        });
        let base = base.await.ok().flatten();
        let base = base.ok_or("the simulator does not say where it is")?;
        // It has more to say, and must find an ear.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let http = Http::new();
        Ok(Self {
            program,
            desk: Desk { http, base },
        })
    }

    pub(crate) fn process(&self) -> Option<u32> {
        self.program.id()
    }

    /// Whether it still runs.
    pub(crate) fn is_there(&mut self) -> bool {
        matches!(self.program.try_wait(), Ok(None))
    }
}

impl Desk {
    /// For whoever asks nobody.
    #[cfg(test)]
    pub(crate) fn nowhere() -> Self {
        Self {
            http: Http::new(),
            base: String::new(),
        }
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The port of it.
    pub(crate) fn port(&self) -> u16 {
        let port = self.base.rsplit(':').next();
        port.and_then(|port| port.parse().ok()).unwrap_or(0)
    }

    /// The chat of a service; `None` when there is none.
    pub(crate) async fn truth(&self, service: &str) -> Result<Option<Truth>, String> {
        let url = format!("{}/desk/api/chats/{service}", self.base);
        // A restart of the simulator cuts the desk's connections too.
        let mut asked = self.http.ask(Method::GET, &url, &Value::Null).await;
        if asked.is_err() {
            asked = self.http.ask(Method::GET, &url, &Value::Null).await;
        }
        let (status, mut view) = asked?;
        let chat = view["chat"].take();
        if status != 200 || chat.is_null() {
            return Ok(None);
        }
        let events = chat["events"].as_array();
        let events = events.ok_or_else(|| format!("no events in {chat}"))?;
        Ok(Some(Truth {
            messages: events.iter().filter_map(message).collect(),
            is_over: chat["phase"] == "over",
        }))
    }

    /// An agent does something in a chat. Whether he could.
    pub(crate) async fn act(&self, service: &str, act: &str, wish: Value) -> bool {
        let path = format!("chats/{service}/{act}");
        matches!(self.post(&path, &wish).await, Ok(200))
    }

    /// Something goes wrong from now on, for example `send:status=500:1`.
    pub(crate) async fn arm(&self, fault: &str) -> Result<(), String> {
        match self.post("faults", &json!({ "fault": fault })).await? {
            200 => Ok(()),
            status => Err(format!("{fault} was answered {status}")),
        }
    }

    /// Nothing goes wrong any more.
    pub(crate) async fn clear(&self) -> Result<(), String> {
        let url = format!("{}/desk/api/faults", self.base);
        let asked = self.http.ask(Method::DELETE, &url, &Value::Null).await;
        asked.map(drop)
    }

    /// Every CometD session is forgotten and every connection cut.
    pub(crate) async fn restart(&self) -> Result<(), String> {
        self.post("restart", &json!({"chats": "kept"}))
            .await
            .map(drop)
    }

    /// Every CometD session is forgotten.
    pub(crate) async fn forget(&self) -> Result<(), String> {
        self.post("sessions/forget", &Value::Null).await.map(drop)
    }

    /// Changes how the server behaves.
    pub(crate) async fn switch(&self, name: &str, value: &str) -> Result<(), String> {
        let wish = json!({ "name": name, "value": value });
        match self.post("switches", &wish).await? {
            200 => Ok(()),
            status => Err(format!("{name}={value} was answered {status}")),
        }
    }

    async fn post(&self, path: &str, wish: &Value) -> Result<u16, String> {
        let url = format!("{}/desk/api/{path}", self.base);
        let (status, _) = self.http.ask(Method::POST, &url, wish).await?;
        Ok(status)
    }
}

fn message(event: &Value) -> Option<(Who, String)> {
    let who = match event["role"].as_str()? {
        "CLIENT" => Who::Visitor,
        "AGENT" => Who::Agent,
        _ => return None,
    };
    let text = event["text"].as_str()?;
    (event["type"] == "Message.Text").then(|| (who, text.to_owned()))
}
