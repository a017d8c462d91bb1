//! The simulator as a process of its own, and its desk: what the agents do, what goes wrong, what the truth is.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::http::Http;
use crate::judge::Who;

/// A program on a busy machine.
const START: Duration = Duration::from_secs(30);
/// So often and at this distance is a thing tried that has to be done.
const TRIES: usize = 100;
const PAUSE: Duration = Duration::from_millis(100);

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

    /// Likewise something that can be done only once: an answer that was cut off, as a restart does it, is asked for
    /// again, and a refusal then says that it has been done.
    pub(crate) async fn act_surely(&self, service: &str, act: &str, wish: Value) -> bool {
        let path = format!("chats/{service}/{act}");
        let mut is_doubted = false;
        for _ in 0..TRIES {
            match self.post(&path, &wish).await {
                Ok(200) => return true,
                Ok(_) => return is_doubted,
                Err(_) => is_doubted = true,
            }
            sleep(PAUSE).await;
        }
        false
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

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// A desk whose connections end after one request each, with this answer or without any.
    async fn desk(answers: &'static [&'static str]) -> Desk {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = [0; 1024];
                assert!(stream.read(&mut request).await.unwrap() > 0);
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Desk {
            http: Http::new(),
            base: format!("http://127.0.0.1:{port}"),
        }
    }

    const DONE: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    const REFUSED: &str = "HTTP/1.1 409 Conflict\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

    #[tokio::test]
    async fn what_got_no_answer_is_asked_for_again_and_what_was_refused_is_not() {
        let ends: [(&'static [&'static str], bool); 4] = [
            (&[DONE], true),
            (&["", DONE], true),
            // It had been done, so it could not be done again.
            (&["", "", REFUSED], true),
            (&[REFUSED, DONE], false),
        ];
        for (answers, is_done) in ends {
            let desk = desk(answers).await;
            let done = desk.act_surely("chat", "end", json!({})).await;
            assert_eq!(done, is_done, "{answers:?}");
        }
    }
}
