//! Delayed services: the `status` loop, and 503 as "not yet".

#[path = "support/gms_peer.rs"]
mod gms_peer;

use gms_chat_protocol::PageEvent;
use gms_chat_protocol::chat::{Command, Config, Connection, Delivery, End, Phase, Problem};
use gms_peer::{Fault, Peer, config, millis, secs};

fn delayed(delivery: Delivery) -> Peer {
    let mut peer = Peer::new(Config {
        service: "request-chat-poll".to_owned(),
        ..config(delivery)
    });
    peer.gms.delayed = true;
    peer
}

#[test]
fn a_poll_service_is_asked_for_its_status_until_it_is_available() {
    for delivery in [Delivery::Poll, Delivery::Cometd, Delivery::Auto] {
        let mut peer = delayed(delivery);
        peer.gms.queue = 3;
        peer.start();
        assert_eq!(peer.phase(), Phase::Waiting);
        assert_eq!(peer.calls(), ["request-chat-poll", "/status"]);
        peer.advance(secs(10));
        assert_eq!(peer.count("/status"), 4);
        assert_eq!(peer.gms.created, 1);
        assert_eq!(peer.phase(), Phase::Waiting);
    }
}

#[test]
fn the_queue_is_waited_in_for_as_long_as_it_takes() {
    let mut peer = delayed(Delivery::Poll);
    peer.gms.queue = 1000;
    peer.start();
    peer.advance(secs(600));
    assert_eq!(peer.phase(), Phase::Waiting);
    let asked = peer.count("/status");
    assert!(
        (200..=300).contains(&asked),
        "{asked} questions in ten minutes"
    );
}

#[test]
fn a_hidden_page_asks_less_often() {
    let mut peer = delayed(Delivery::Poll);
    peer.gms.queue = 1000;
    peer.start();
    peer.page(PageEvent::Hidden);
    peer.advance(secs(10));
    let before = peer.count("/status");
    peer.advance(secs(100));
    let asked = peer.count("/status") - before;
    assert!(
        (8..=13).contains(&asked),
        "{asked} questions in a hundred seconds"
    );
}

#[test]
fn a_service_of_any_name_is_known_to_be_delayed_by_503() {
    let mut peer = Peer::new(config(Delivery::Poll));
    peer.gms.delayed = true;
    peer.gms.queue = 1;
    peer.start();
    assert_eq!(peer.calls(), ["request-chat", "/ixn/chat"]);
    assert_eq!(peer.phase(), Phase::Waiting);
    peer.advance(secs(10));
    assert_eq!(&peer.calls()[..3], ["/status", "/status", "/ixn/chat"]);
    assert_eq!(peer.gms.created, 1);
    assert_eq!(
        peer.connection(),
        Connection::Fine,
        "503 is no trouble here"
    );
}

#[test]
fn the_wish_of_a_503_is_honoured() {
    let mut peer = Peer::new(config(Delivery::Poll));
    peer.gms.fault("/ixn/chat", Fault::Status(503, Some("20")));
    peer.start();
    peer.advance(millis(19_900));
    assert_eq!(peer.count("/status"), 0);
    peer.advance(secs(1));
    assert_eq!(peer.count("/status"), 1);
    assert_eq!(peer.gms.created, 1);
}

#[test]
fn a_wish_is_honoured_in_the_loop_too() {
    let mut peer = delayed(Delivery::Poll);
    peer.gms.queue = 1;
    peer.start();
    peer.gms.fault("/status", Fault::Status(503, Some("30")));
    peer.advance(secs(29));
    assert_eq!(peer.count("/status"), 2);
    peer.advance(secs(10));
    assert_eq!(peer.gms.created, 1);
}

#[test]
fn a_service_that_is_said_not_to_be_delayed_is_busy_when_it_answers_503() {
    let mut peer = Peer::new(Config {
        delayed: Some(false),
        ..config(Delivery::Poll)
    });
    peer.gms.delayed = true;
    peer.start();
    peer.advance(secs(60));
    assert_eq!(peer.count("/status"), 0);
    assert_eq!(
        peer.phase(),
        Phase::Failed(Problem::Busy { retry_after: None })
    );
}

#[test]
fn a_service_that_is_said_to_be_delayed_is_asked_first() {
    let mut peer = Peer::new(Config {
        delayed: Some(true),
        ..config(Delivery::Poll)
    });
    peer.start();
    assert_eq!(peer.calls(), ["request-chat", "/status", "/ixn/chat"]);
}

#[test]
fn where_there_is_no_status_to_ask_for_503_was_busy_after_all() {
    for status in [404, 415, 405] {
        let mut peer = Peer::new(config(Delivery::Poll));
        peer.gms.fault("/ixn/chat", Fault::Status(503, None));
        peer.gms.fault("/status", Fault::Status(status, None));
        peer.start();
        peer.advance(secs(10));
        assert_eq!(peer.gms.created, 1, "{status}");
        assert_eq!(peer.phase(), Phase::Waiting);
    }
}

#[test]
fn a_queue_that_the_server_has_forgotten_is_a_failed_start() {
    let mut peer = delayed(Delivery::Poll);
    peer.gms.queue = 5;
    peer.start();
    peer.gms.fault("/status", Fault::Status(404, None));
    peer.advance(secs(10));
    assert_eq!(
        peer.phase(),
        Phase::Failed(Problem::NotFound { status: 404 })
    );
}

#[test]
fn nobody_is_sent_away_from_the_queue_because_of_a_bad_minute() {
    let mut peer = delayed(Delivery::Poll);
    peer.gms.queue = 2;
    peer.start();
    peer.online = false;
    peer.advance(secs(60));
    assert!(matches!(peer.connection(), Connection::Troubled { .. }));
    assert_eq!(peer.phase(), Phase::Waiting);
    peer.online = true;
    peer.page(PageEvent::Online);
    peer.advance(secs(10));
    assert_eq!(peer.connection(), Connection::Fine);
    assert_eq!(peer.gms.created, 1);
}

#[test]
fn available_and_yet_503_means_back_to_the_queue() {
    let mut peer = delayed(Delivery::Poll);
    peer.gms.fault("/ixn/chat", Fault::Status(503, None));
    peer.start();
    peer.advance(secs(10));
    assert_eq!(
        &peer.calls()[..5],
        [
            "request-chat-poll",
            "/status",
            "/ixn/chat",
            "/status",
            "/ixn/chat"
        ]
    );
    assert_eq!(peer.gms.created, 1);
}

#[test]
fn unknown_words_and_odd_shapes_of_status_mean_waiting() {
    for body in [
        r#"{"message":{"_status":"thinking"}}"#,
        r#"{"_status":"waiting"}"#,
        r#"{"message":{"_id":"x","_status":1}}"#,
    ] {
        let mut peer = delayed(Delivery::Poll);
        peer.gms.fault("/status", Fault::Body(200, body));
        peer.start();
        assert_eq!(peer.phase(), Phase::Waiting, "{body}");
        assert_eq!(peer.gms.created, 0, "{body}");
        peer.advance(secs(5));
        assert_eq!(peer.gms.created, 1, "{body}");
    }
}

#[test]
fn a_status_without_its_envelope_is_read_too() {
    let mut peer = delayed(Delivery::Poll);
    peer.gms.delayed = false;
    peer.gms
        .fault("/status", Fault::Body(200, r#"{"_status":"AVAILABLE"}"#));
    peer.start();
    assert_eq!(peer.gms.created, 1);
}

#[test]
fn leaving_the_queue_is_abandoning_the_chat() {
    let mut peer = delayed(Delivery::Poll);
    peer.gms.queue = 100;
    peer.start();
    peer.advance(secs(20));
    peer.command(Command::End);
    assert_eq!(peer.phase(), Phase::Ended(End::Abandoned));
    peer.calls();
    peer.advance(secs(60));
    assert!(peer.calls().is_empty(), "nothing more is asked");
}
