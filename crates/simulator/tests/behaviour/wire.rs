//! Faults on a real connection, and the life of a server with a socket.

use std::io::ErrorKind;

use gms_chat_simulator::{Running, start};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::options;

async fn server_with(fault: &str) -> Running {
    let mut options = options("", &[]);
    options.faults.extend(fault.parse());
    start(options).await.unwrap()
}

/// Sends a request over a connection of its own; returns what came until its end, and how it ended.
async fn talk(server: &Running, path: &str, body: &str) -> (String, Result<(), ErrorKind>) {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    ask(&mut stream, path, body, "close").await;
    read_to_end(&mut stream).await
}

async fn ask(stream: &mut TcpStream, path: &str, body: &str, connection: &str) {
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: test\r\ngms_user: u\r\nConnection: {connection}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
}

async fn read_to_end(stream: &mut TcpStream) -> (String, Result<(), ErrorKind>) {
    let mut read = Vec::new();
    let end = stream.read_to_end(&mut read).await;
    let text = String::from_utf8_lossy(&read).into_owned();
    (text, end.map(|_| ()).map_err(|error| error.kind()))
}

const SERVICE: &str = "/genesys/1/service/request-chat";

#[tokio::test]
async fn a_server_answers_on_its_socket() {
    let server = server_with("site:drop-before").await;
    assert_eq!(
        server.base(),
        format!("http://127.0.0.1:{}", server.address().port())
    );
    let (text, end) = talk(&server, SERVICE, "").await;
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    assert_eq!(end, Ok(()));
}

#[tokio::test]
async fn a_drop_closes_the_connection_and_a_reset_resets_it() {
    for (fault, expected) in [
        ("service:drop-before", Ok(())),
        ("service:drop-after", Ok(())),
        ("service:reset-before", Err(ErrorKind::ConnectionReset)),
        ("service:reset-after", Err(ErrorKind::ConnectionReset)),
    ] {
        let server = server_with(fault).await;
        assert_eq!(
            talk(&server, SERVICE, "").await,
            (String::new(), expected),
            "{fault}"
        );
        let (text, _) = talk(&server, SERVICE, "").await;
        assert!(text.starts_with("HTTP/1.1 200"), "{fault}");
    }
}

#[tokio::test]
async fn a_truncated_reply_promises_more_than_it_sends() {
    let server = server_with("service:truncate").await;
    let (text, _) = talk(&server, SERVICE, "").await;
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("HTTP/1.1 200") && head.contains("content-length: 46"),
        "{head}"
    );
    assert_eq!(body.len(), 23);
    assert!(body.starts_with("{\"_id\":\""));
}

#[tokio::test]
async fn a_restart_resets_held_connects_and_the_server_goes_on() {
    let server = server_with("site:drop-before").await;
    let mut held = TcpStream::connect(server.address()).await.unwrap();
    // A session without cookie checks, so that a bare socket can hold a connect.
    server_handshake(&server, &mut held).await;
    server.restart(true);
    assert_eq!(
        read_to_end(&mut held).await.1,
        Err(ErrorKind::ConnectionReset)
    );
    assert!(
        talk(&server, SERVICE, "")
            .await
            .0
            .starts_with("HTTP/1.1 200")
    );
    server.stop().await;
}

#[tokio::test]
async fn a_server_that_stops_lets_go_of_its_port_and_of_its_clients() {
    let server = server_with("site:drop-before").await;
    let address = server.address();
    let mut held = TcpStream::connect(address).await.unwrap();
    server_handshake(&server, &mut held).await;
    server.stop().await;
    assert_eq!(read_to_end(&mut held).await, (String::new(), Ok(())));
    let refused = TcpStream::connect(address)
        .await
        .map(drop)
        .map_err(|error| error.kind());
    assert_eq!(refused, Err(ErrorKind::ConnectionRefused));
}

#[tokio::test]
async fn two_servers_know_nothing_of_each_other() {
    let (one, other) = (
        server_with("service:status=500:*").await,
        server_with("site:junk").await,
    );
    assert!(talk(&one, SERVICE, "").await.0.starts_with("HTTP/1.1 500"));
    assert!(
        talk(&other, SERVICE, "")
            .await
            .0
            .starts_with("HTTP/1.1 200")
    );
    assert_eq!(one.simulator().log().last(10).len(), 1);
}

#[tokio::test]
async fn a_client_that_hangs_up_frees_its_session() {
    let server = server_with("site:drop-before").await;
    let mut held = TcpStream::connect(server.address()).await.unwrap();
    server_handshake(&server, &mut held).await;
    drop(held);
    // The log's entry turns into `aborted` as soon as the server has seen it.
    let log = server.simulator().log();
    while log.last(1)[0].outcome != gms_chat_simulator::Outcome::Aborted {
        tokio::task::yield_now().await;
    }
}

/// Opens a session and leaves a connect held on this connection.
async fn server_handshake(server: &Running, held: &mut TcpStream) {
    let handshake = r#"[{"channel":"/meta/handshake"}]"#;
    let (text, _) = talk(server, "/genesys/cometd/handshake", handshake).await;
    let between = |text: &str, start: &str, end: char| {
        let rest = text.split_once(start).unwrap().1.to_owned();
        rest.split(end).next().unwrap().to_owned()
    };
    let client = between(&text, "\"clientId\":\"", '"');
    let cookie = between(&text, "BAYEUX_BROWSER=", ';');
    let connect = |timeout: &str| {
        format!(r#"[{{"channel":"/meta/connect","clientId":"{client}"{timeout}}}]"#)
    };
    for (body, connection) in [
        (connect(r#","advice":{"timeout":0}"#), "keep-alive"),
        (connect(""), "close"),
    ] {
        let request = format!(
            "POST /genesys/cometd/connect HTTP/1.1\r\nHost: test\r\ngms_user: u\r\nConnection: {connection}\r\n\
             Cookie: BAYEUX_BROWSER={cookie}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        held.write_all(request.as_bytes()).await.unwrap();
        if connection == "keep-alive" {
            let mut reply = [0; 2048];
            let count = held.read(&mut reply).await.unwrap();
            assert!(String::from_utf8_lossy(&reply[..count]).contains("\"successful\":true"));
        }
    }
    // The log names the connect as soon as the server has taken it.
    let log = server.simulator().log();
    while log.last(1)[0].outcome != gms_chat_simulator::Outcome::Open {
        tokio::task::yield_now().await;
    }
}
