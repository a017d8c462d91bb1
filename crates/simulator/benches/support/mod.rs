//! A client of few lines: HTTP over one kept connection, and a Bayeux session over it.

use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A session whose connects share one connection.
pub(crate) struct Poll {
    stream: TcpStream,
    user: String,
    client: String,
    cookie: String,
    read: Vec<u8>,
}

impl Poll {
    /// Shakes hands, subscribes to `/_genesys` and `/everybody`, and connects once.
    pub(crate) async fn open(address: SocketAddr, user: &str) -> Self {
        let mut poll = Self {
            stream: TcpStream::connect(address).await.unwrap(),
            user: user.to_owned(),
            client: String::new(),
            cookie: String::new(),
            read: Vec::new(),
        };
        poll.post(
            "cometd/handshake",
            &json!([{"channel": "/meta/handshake"}]).to_string(),
        )
        .await;
        let (head, messages) = poll.reply().await;
        messages[0]["clientId"]
            .as_str()
            .unwrap()
            .clone_into(&mut poll.client);
        let cookie = head
            .split("BAYEUX_BROWSER=")
            .nth(1)
            .and_then(|rest| rest.split(';').next());
        cookie.unwrap().clone_into(&mut poll.cookie);
        for channel in ["/_genesys", "/everybody"] {
            let subscribe = json!([{"channel": "/meta/subscribe", "subscription": channel, "clientId": poll.client}]);
            poll.post("cometd/", &subscribe.to_string()).await;
            assert_eq!(poll.reply().await.1[0]["successful"], true);
        }
        poll.connect().await;
        assert_eq!(poll.answer().await[0]["successful"], true);
        poll
    }

    /// Sends a connect and does not wait.
    pub(crate) async fn connect(&mut self) {
        let connect = json!([{"channel": "/meta/connect", "clientId": self.client}]);
        self.post("cometd/connect", &connect.to_string()).await;
    }

    /// The messages of the next reply.
    pub(crate) async fn answer(&mut self) -> Vec<Value> {
        self.reply().await.1
    }

    pub(crate) async fn publish(&mut self, channel: &str, data: &Value) {
        let publish = json!([{"channel": channel, "data": data, "clientId": self.client}]);
        self.post("cometd/", &publish.to_string()).await;
        self.reply().await;
    }

    /// Creates a service and a chat in push mode, over a connection of its own.
    pub(crate) async fn create_chat(&self, address: SocketAddr) {
        let mut other = Self {
            stream: TcpStream::connect(address).await.unwrap(),
            user: self.user.clone(),
            client: String::new(),
            cookie: String::new(),
            read: Vec::new(),
        };
        other.post("1/service/request-chat", "").await;
        let (_, service) = other.reply().await;
        let id = service[0]["_id"].as_str().unwrap().to_owned();
        other
            .post(
                &format!("1/service/{id}/ixn/chat?subject=x&notify_by=comet"),
                "",
            )
            .await;
        assert_eq!(other.reply().await.1[0]["chatIxnState"], "CONNECTED");
    }

    async fn post(&mut self, path: &str, body: &str) {
        let request = format!(
            "POST /genesys/{path} HTTP/1.1\r\nHost: bench\r\ngms_user: {}\r\nCookie: BAYEUX_BROWSER={}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.user,
            self.cookie,
            body.len()
        );
        let request = if self.cookie.is_empty() {
            request.replace("Cookie: BAYEUX_BROWSER=\r\n", "")
        } else {
            request
        };
        self.stream.write_all(request.as_bytes()).await.unwrap();
    }

    /// The head and the messages of the next reply; a single object counts as one message.
    async fn reply(&mut self) -> (String, Vec<Value>) {
        loop {
            if let Some(head_end) = find(&self.read, b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.read[..head_end]).into_owned();
                assert!(head.starts_with("HTTP/1.1 200"), "{head}");
                let length = head.split("content-length: ").nth(1).unwrap();
                let length: usize = length.lines().next().unwrap().parse().unwrap();
                let end = head_end + 4 + length;
                if self.read.len() >= end {
                    let body = serde_json::from_slice(&self.read[head_end + 4..end]).unwrap();
                    self.read.drain(..end);
                    return match body {
                        Value::Array(messages) => (head, messages),
                        single => (head, vec![single]),
                    };
                }
            }
            let count = self.stream.read_buf(&mut self.read).await.unwrap();
            assert_ne!(count, 0, "the server has closed the connection");
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

/// How many files this process may open; unknown outside Linux.
pub(crate) fn open_files() -> Option<usize> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"))?;
    line.split_whitespace().nth(3)?.parse().ok()
}

/// The memory of this process; 0 outside Linux.
pub(crate) fn resident_kib() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap_or_default();
    line.split_whitespace()
        .nth(1)
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

/// Median, 99th percentile and maximum.
pub(crate) fn summary(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |share: f64| {
        let index = (times.len() as f64 * share) as usize;
        times
            .get(index.min(times.len().saturating_sub(1)))
            .copied()
            .unwrap_or_default()
    };
    format!(
        "median {:.1?}, p99 {:.1?}, worst {:.1?}",
        at(0.5),
        at(0.99),
        at(1.0)
    )
}
