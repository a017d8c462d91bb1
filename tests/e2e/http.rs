//! One JSON request over loopback, for what is no page: the desk's interface and the driver's log.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::stage::{Lapse, Step};

const PATIENCE: Duration = Duration::from_secs(20);

/// Posts JSON and returns the reply's JSON (`null` for an empty body). Any status but 2xx is a lapse.
pub(crate) async fn post(port: u16, path: &str, body: &Value) -> Step<Value> {
    let body = body.to_string();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    exchange(port, &(head + &body)).await
}

/// Likewise for reading.
pub(crate) async fn get(port: u16, path: &str) -> Step<Value> {
    exchange(
        port,
        &format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"),
    )
    .await
}

async fn exchange(port: u16, request: &str) -> Step<Value> {
    let line = request.lines().next().unwrap_or_default();
    let reply = timeout(PATIENCE, reply(port, request)).await;
    let (head, body) = reply.map_err(|_| Lapse::new(format!("no reply to {line} in time")))??;
    if !head.starts_with("HTTP/1.1 2") {
        return Err(Lapse::new(format!("{line} was answered {head} {body}")));
    }
    if body.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&body)
        .map_err(|error| Lapse::new(format!("{line} was answered no JSON ({error}): {body}")))
}

/// Head and body. Both servers send a length, and the driver leaves the connection open.
async fn reply(port: u16, request: &str) -> Step<(String, String)> {
    let mut stream = BufReader::new(TcpStream::connect(("127.0.0.1", port)).await?);
    stream.write_all(request.as_bytes()).await?;
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await? == 0 {
            return Err(Lapse::new(format!("the connection closed after {head:?}")));
        }
    }
    let lower = head.to_ascii_lowercase();
    let length = lower
        .split_once("content-length:")
        .and_then(|(_, rest)| rest.lines().next()?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await?;
    Ok((head, String::from_utf8_lossy(&body).into_owned()))
}
