//! A simulator, and somebody in the middle who spoils what goes through.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use gms_chat_doctor::{Finding, Options, Report, Verdict, examine};
use gms_chat_simulator::{Running, Scenario, set_switch, start};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

/// A simulator on which agents greet and answer, with these switches and faults.
pub(crate) async fn simulator(switches: &[(&str, &str)], faults: &[&str]) -> Running {
    simulator_of("happy", switches, faults).await
}

pub(crate) async fn simulator_of(
    scenario: &str,
    switches: &[(&str, &str)],
    faults: &[&str],
) -> Running {
    let mut options = gms_chat_simulator::Options::on_any_port();
    options.play(Scenario::named(scenario).unwrap());
    for (name, value) in switches {
        set_switch(&mut options, name, value).unwrap();
    }
    options.faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    start(options).await.unwrap()
}

/// Wishes for a quick examination of what listens there.
pub(crate) fn wishes(address: SocketAddr) -> Options {
    let mut options = Options::for_endpoint(&format!("http://{address}/genesys")).unwrap();
    options.quick = true;
    options
}

/// The examination of a simulator with these wishes on top.
pub(crate) async fn look(server: &Running, wish: impl FnOnce(&mut Options)) -> Report {
    let mut options = wishes(server.address());
    wish(&mut options);
    examine(&options, |_| ()).await
}

/// Codes of all findings of a report, in their order.
pub(crate) fn codes(report: &Report) -> Vec<&'static str> {
    let found = report.rows.iter().filter_map(|row| row.finding);
    found.map(Finding::code).collect()
}

/// What was seen and where, of this finding.
#[track_caller]
pub(crate) fn seen(report: &Report, finding: Finding) -> String {
    let row = report.rows.iter().find(|row| row.finding == Some(finding));
    let Some(row) = row else {
        panic!("no {} in {:#?}", finding.code(), report.rows);
    };
    assert_eq!(row.verdict, finding.verdict());
    format!("{} @ {}", row.seen, row.at)
}

#[track_caller]
pub(crate) fn assert_well(report: &Report) {
    assert_eq!(report.worst(), Verdict::Ok, "{:#?}", report.rows);
}

/// What becomes of a request.
pub(crate) enum Act {
    /// It goes through.
    Pass,
    /// It is answered in the place of the server: status line and headers, body.
    Answer(&'static str, String),
    /// The connection is closed after this time.
    Cut(Duration),
    /// Nothing ever comes back.
    Swallow,
    /// The answer is held back for this long.
    Late(Duration),
    /// The first text is replaced by the second in the request.
    Rewrite(&'static str, &'static str),
    /// Likewise in the answer.
    Retell(&'static str, &'static str),
}

/// Whoever stands between doctor and server; dropping it closes everything.
pub(crate) struct Middle {
    pub(crate) address: SocketAddr,
    _accepting: JoinSet<()>,
}

impl Middle {
    /// `decide` sees each whole request. Without a server, `Pass` closes the connection.
    pub(crate) async fn before(
        server: Option<SocketAddr>,
        decide: impl Fn(&str) -> Act + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let decide = Arc::new(decide);
        let mut accepting = JoinSet::new();
        accepting.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let decide = Arc::clone(&decide);
                open.spawn(async move {
                    // A connection that breaks is what some of the tests want.
                    let _ = serve(stream, server, &*decide).await;
                });
            }
        });
        Self {
            address,
            _accepting: accepting,
        }
    }

    pub(crate) async fn look(&self, wish: impl FnOnce(&mut Options)) -> Report {
        let mut options = wishes(self.address);
        wish(&mut options);
        examine(&options, |_| ()).await
    }
}

/// The doctor makes one request on each connection.
async fn serve(
    mut stream: TcpStream,
    server: Option<SocketAddr>,
    decide: &(impl Fn(&str) -> Act + Sync),
) -> io::Result<()> {
    let request = request(&mut stream).await?;
    let mut retell = None;
    let mut late = Duration::ZERO;
    let mut sent = request.clone();
    match decide(&request) {
        Act::Pass => {}
        Act::Answer(head, body) => {
            let length = body.len();
            let answer = format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\n\r\n{body}");
            return stream.write_all(answer.as_bytes()).await;
        }
        Act::Cut(after) => {
            sleep(after).await;
            return Ok(());
        }
        Act::Swallow => std::future::pending().await,
        Act::Late(by) => late = by,
        Act::Rewrite(from, to) => sent = request.replace(from, to),
        Act::Retell(from, to) => retell = Some((from, to)),
    }
    let Some(server) = server else {
        return Ok(());
    };
    let mut upstream = TcpStream::connect(server).await?;
    upstream.write_all(sent.as_bytes()).await?;
    let mut answer = request_or_answer(&mut upstream).await?;
    if let Some((from, to)) = retell {
        answer = answer.replace(from, to);
    }
    sleep(late).await;
    stream.write_all(answer.as_bytes()).await
}

async fn request(stream: &mut TcpStream) -> io::Result<String> {
    request_or_answer(stream).await
}

/// A head and as much of a body as it announces.
async fn request_or_answer(stream: &mut TcpStream) -> io::Result<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.trim().parse().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                return Ok(text);
            }
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// Whether a request is a connect that the server is to hold.
pub(crate) fn is_held(request: &str) -> bool {
    request.contains("/meta/connect") && !request.contains(r#""timeout":0"#)
}
