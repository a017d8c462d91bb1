//! Between the browser and a server: passes requests on, or does to them what bad networks and tired proxies do.

mod fault;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::dice::Dice;
use crate::stage::{Lapse, Step};
pub(crate) use fault::{Fault, Refusal, Trouble, WELCOME};

/// A proxy of its own for one journey. Dropping it closes it.
pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    server: u16,
    state: Mutex<State>,
    /// Told when every connection is to break.
    cut: watch::Sender<()>,
}

struct State {
    dice: Dice,
    trouble: Trouble,
    log: Vec<Passage>,
}

/// A request that came by.
#[derive(Clone, Debug)]
pub(crate) struct Passage {
    pub(crate) at: Instant,
    pub(crate) path: String,
    pub(crate) fault: Fault,
}

/// A request, as far as a proxy looks into it.
struct Request {
    path: String,
    /// As it goes on to the server.
    bytes: Vec<u8>,
}

impl Proxy {
    /// Stands in front of the server on this port of the loopback.
    pub(crate) async fn start(server: u16, seed: u64) -> Step<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let state = State {
            dice: Dice(seed),
            trouble: Trouble::None,
            log: Vec::new(),
        };
        let shared = Arc::new(Shared {
            server,
            state: Mutex::new(state),
            cut: watch::Sender::new(()),
        });
        Ok(Self {
            address: listener.local_addr()?,
            task: tokio::spawn(serve(listener, Arc::clone(&shared))),
            shared,
        })
    }

    /// Where the browser finds the page.
    pub(crate) fn page(&self, query: &str) -> String {
        format!("http://{}/{query}", self.address)
    }

    /// What happens to requests from now on.
    pub(crate) fn set(&self, trouble: Trouble) {
        self.shared.with(|state| state.trouble = trouble);
    }

    /// Breaks every connection, as another network in the place of this one does.
    pub(crate) fn cut(&self) {
        self.shared.cut.send_replace(());
    }

    /// What came by so far.
    pub(crate) fn log(&self) -> Vec<Passage> {
        self.shared.with(|state| state.log.clone())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn draw(&self, path: &str) -> Fault {
        self.with(|state| {
            let fault = state.trouble.draw(path, &mut state.dice);
            state.log.push(Passage {
                at: Instant::now(),
                path: path.to_owned(),
                fault,
            });
            fault
        })
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((browser, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        // A connection that breaks is what this is all about; nobody needs to know.
        tokio::spawn(async move {
            let mut cut = shared.cut.subscribe();
            tokio::select! {
                carried = carry(browser, &shared) => drop(carried),
                // The stream goes with whoever carried it.
                _ = cut.changed() => {}
            }
        });
    }
}

/// One request on one connection, which is then closed: nothing of it can hang over into the next.
async fn carry(mut browser: TcpStream, shared: &Shared) -> Step {
    let request = read_request(&mut browser).await?;
    let fault = shared.draw(&request.path);
    match fault {
        Fault::Pass => {
            let answer = ask(&mut browser, shared.server, &request).await?;
            give(browser, &answer).await
        }
        Fault::ResetBefore => reset(browser),
        Fault::ResetAfter => {
            ask(&mut browser, shared.server, &request).await?;
            reset(browser)
        }
        Fault::Stall(time) => {
            let answer = ask(&mut browser, shared.server, &request).await?;
            sleep(time).await;
            give(browser, &answer).await
        }
        Fault::Truncate => {
            let answer = ask(&mut browser, shared.server, &request).await?;
            give(browser, &answer[..answer.len().saturating_sub(9)]).await
        }
        Fault::Refuse(status) => give(browser, page_of_a_proxy(status).as_bytes()).await,
        Fault::RefuseAfter(status) => {
            ask(&mut browser, shared.server, &request).await?;
            give(browser, page_of_a_proxy(status).as_bytes()).await
        }
        Fault::Forget => give(browser, fault::unknown_session().as_bytes()).await,
        Fault::Portal => give(browser, fault::portal().as_bytes()).await,
        Fault::Impatient(time, refusal) => {
            let answer = timeout(time, ask(&mut browser, shared.server, &request)).await;
            match (answer, refusal) {
                (Ok(answer), _) => give(browser, &answer?).await,
                (Err(_), Refusal::Reset) => reset(browser),
                (Err(_), Refusal::GatewayTimeout) => {
                    give(browser, page_of_a_proxy(504).as_bytes()).await
                }
            }
        }
    }
}

async fn read_request(browser: &mut TcpStream) -> Step<Request> {
    let mut bytes = Vec::new();
    let end = loop {
        if browser.read_buf(&mut bytes).await? == 0 {
            return Err(Lapse::new("the browser sent nothing"));
        }
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length: usize = header(&head, "content-length")
        .and_then(|value| value.parse().ok())
        .unwrap_or(0);
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        if browser.read_buf(&mut body).await? == 0 {
            return Err(Lapse::new("the browser broke off"));
        }
    }
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let kept = head
        .lines()
        .filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let mut passed = kept.collect::<Vec<_>>().join("\r\n");
    passed.push_str("\r\nConnection: close\r\n\r\n");
    let mut bytes = passed.into_bytes();
    bytes.append(&mut body);
    Ok(Request { path, bytes })
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// The server's whole answer. It is given up when the browser goes away.
async fn ask(browser: &mut TcpStream, server: u16, request: &Request) -> Step<Vec<u8>> {
    let mut upstream = TcpStream::connect(("127.0.0.1", server)).await?;
    upstream.write_all(&request.bytes).await?;
    let mut answer = Vec::new();
    let mut more = [0];
    tokio::select! {
        read = upstream.read_to_end(&mut answer) => drop(read?),
        _ = browser.read(&mut more) => return Err(Lapse::new("the browser went away")),
    }
    match answer.len() {
        0 => Err(Lapse::new("the server went away")),
        _ => Ok(answer),
    }
}

async fn give(mut browser: TcpStream, answer: &[u8]) -> Step {
    browser.write_all(answer).await?;
    Ok(browser.shutdown().await?)
}

fn reset(browser: TcpStream) -> Step {
    browser.set_zero_linger()?;
    drop(browser);
    Ok(())
}

/// What a proxy shows when the server behind it does not answer: HTML where JSON is expected.
fn page_of_a_proxy(status: u16) -> String {
    let body = format!("<html><body><h1>{status}</h1></body></html>");
    format!(
        "HTTP/1.1 {status} Trouble\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// How many requests of a kind came at most within this time.
pub(crate) fn most_within(
    log: &[Passage],
    window: Duration,
    is_counted: impl Fn(&Passage) -> bool,
) -> usize {
    let times: Vec<Instant> = log
        .iter()
        .filter(|passage| is_counted(passage))
        .map(|passage| passage.at)
        .collect();
    let count = |from: &Instant| {
        let inside = |at: &&Instant| **at >= *from && at.duration_since(*from) < window;
        times.iter().filter(inside).count()
    };
    times.iter().map(count).max().unwrap_or(0)
}
