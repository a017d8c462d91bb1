//! Between the tabs and the simulator: one request on each connection.
//!
//! On a connection that it has used before, Chromium sends a request again by itself when the connection closes
//! without an answer, a POST too. What the server had done already it then does twice, and no page can help it.
//! So that a doubled message is the widget's doing here, no connection is used twice.

use std::net::Ipv4Addr;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{Duration, Instant, sleep_until};

use crate::askers::{Ask, Askers};

/// Longer heads are nobody's.
const LONGEST: usize = 64 << 10;

/// How often the soak looks at its own watch.
const TICK: Duration = Duration::from_millis(100);

/// A door of its own for each family of tabs. Dropping it closes it.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) port: u16,
    porter: JoinHandle<()>,
    watch: JoinHandle<()>,
}

impl Door {
    /// Opens one to the server on this port; it tells who asks.
    pub(crate) async fn open(server: u16, askers: Askers) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let watch = tokio::spawn(watch(askers.clone()));
        let porter = tokio::spawn(async move {
            while let Ok((browser, _)) = listener.accept().await {
                // A connection that breaks is the storm's business.
                let askers = askers.clone();
                tokio::spawn(async move { drop(carry(browser, server, &askers).await) });
            }
        });
        Ok(Self {
            port,
            porter,
            watch,
        })
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.porter.abort();
        self.watch.abort();
    }
}

/// Tells by how much the soak itself is late.
async fn watch(askers: Askers) {
    loop {
        let due = Instant::now() + TICK;
        sleep_until(due).await;
        let now = Instant::now();
        askers.was_late(now.duration_since(due), now);
    }
}

async fn carry(mut browser: TcpStream, server: u16, askers: &Askers) -> std::io::Result<()> {
    let request = first_part(&mut browser).await?;
    let _asked = Ask::read(&request).map(|ask| askers.asks(ask));
    let mut upstream = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await?;
    upstream.write_all(&request).await?;
    let (mut from_browser, mut to_browser) = browser.split();
    let (mut from_server, mut to_server) = upstream.split();
    let answered = tokio::select! {
        answered = copy(&mut from_server, &mut to_browser) => answered,
        // The browser has given the request up.
        _ = copy(&mut from_browser, &mut to_server) => return Ok(()),
    };
    if answered.is_err() {
        // A reset is passed on as one.
        browser.set_zero_linger()?;
    }
    Ok(())
}

/// The head, which asks for the end of the connection behind the answer, and what came with it.
async fn first_part(browser: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let end = loop {
        if browser.read_buf(&mut bytes).await? == 0 || bytes.len() > LONGEST {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
    };
    let body = bytes.split_off(end + 4);
    Ok([closing(&bytes), body].concat())
}

fn closing(head: &[u8]) -> Vec<u8> {
    let head = String::from_utf8_lossy(head);
    let mut lines: Vec<&str> = head
        .trim_end()
        .lines()
        .filter(|line| !line.to_ascii_lowercase().starts_with("connection:"))
        .collect();
    lines.extend(["Connection: close", "", ""]);
    lines.join("\r\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_asks_for_the_end() {
        let head = b"POST / HTTP/1.1\r\nConnection: keep-alive\r\nHost: a\r\n\r\n";
        let told = String::from_utf8(closing(head)).unwrap();
        assert_eq!(
            told,
            "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        );
    }

    #[tokio::test]
    async fn an_answer_and_a_break_are_passed_on() {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = server.local_addr().unwrap().port();
        tokio::spawn(async move {
            let mut request = [0; 256];
            let (mut first, _) = server.accept().await.unwrap();
            assert!(first.read(&mut request).await.unwrap() > 0);
            first.write_all(b"HTTP/1.1 204 None\r\n\r\n").await.unwrap();
            first.shutdown().await.unwrap();
            let (mut second, _) = server.accept().await.unwrap();
            assert!(second.read(&mut request).await.unwrap() > 0);
            second.set_zero_linger().unwrap();
        });
        let door = Door::open(port, Askers::default()).await.unwrap();
        for whole in [true, false] {
            let mut stream = TcpStream::connect(("127.0.0.1", door.port)).await.unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
            let mut answer = String::new();
            let read = stream.read_to_string(&mut answer).await;
            assert_eq!((read.is_ok(), answer.len() > 9), (whole, whole));
        }
    }
}
