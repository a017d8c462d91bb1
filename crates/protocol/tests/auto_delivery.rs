//! `Delivery::Auto`: CometD where it works, polling where it does not, and a word about why.

#[path = "support/gms_peer.rs"]
mod gms_peer;

use gms_chat_protocol::chat::{Delivery, Phase, Problem};
use gms_chat_protocol::{Failure, Lane};
use gms_peer::{Fault, Peer, RefreshStyle, agent, config, secs};

fn auto() -> Peer {
    Peer::new(config(Delivery::Auto))
}

/// A chat by `Auto` in which the agent has said something.
fn talk(peer: &mut Peer) {
    peer.advance(secs(5));
    peer.gms.event(agent("Notice.Joined", ""));
    peer.agent_says("hello");
    peer.advance(secs(5));
    assert_eq!(peer.screen(), ["Kristi joined", "Kristi: hello"]);
}

#[test]
fn cometd_is_used_where_it_works() {
    let mut peer = auto();
    peer.start();
    talk(&mut peer);
    assert!(peer.gms.comet);
    assert_eq!(peer.diagnostics(), "");
    assert_eq!(peer.count("/refresh"), 0, "nothing has to be asked for");
}

#[test]
fn a_chat_is_polled_where_the_cookie_does_not_come_back() {
    let mut peer = auto();
    peer.gms.cookie = false;
    peer.start();
    peer.advance(secs(10));
    talk(&mut peer);
    assert!(!peer.gms.comet);
    let words = peer.diagnostics();
    assert!(words.contains("Polling instead of CometD"), "{words}");
    assert!(
        words.contains("BAYEUX_BROWSER") && words.contains("Partitioned"),
        "{words}"
    );
}

#[test]
fn a_chat_is_polled_where_cometd_is_not_to_be_found() {
    for status in [404, 405, 403, 401] {
        let mut peer = auto();
        peer.gms.fault("/cometd", Fault::Status(status, None));
        peer.start();
        assert_eq!(peer.phase(), Phase::Waiting, "{status}: without delay");
        talk(&mut peer);
        assert!(!peer.gms.comet);
        assert!(peer.diagnostics().contains(&status.to_string()));
    }
}

#[test]
fn the_developer_is_told_what_cometd_misses() {
    for (status, hint) in [
        (404, "`comet-path` and `append-type`"),
        (415, "`underscores_in_headers on`"),
        (403, "credentials"),
    ] {
        let mut peer = auto();
        for _ in 0..9 {
            peer.gms.fault("/cometd", Fault::Status(status, None));
        }
        peer.start();
        peer.advance(secs(60));
        let words = peer.diagnostics();
        assert!(words.contains(hint), "{status}: {words}");
        assert!(
            !words.contains("name of the `service`"),
            "{status}: {words}"
        );
    }
}

#[test]
fn a_chat_is_polled_where_cometd_keeps_failing() {
    for fault in [
        Fault::Lost,
        Fault::Status(500, None),
        Fault::Body(200, "<html>"),
    ] {
        let mut peer = auto();
        for _ in 0..3 {
            peer.gms.fault("/cometd", fault.clone());
        }
        peer.start();
        peer.advance(secs(5));
        peer.gms.heal();
        talk(&mut peer);
        assert!(!peer.gms.comet, "{fault:?}");
    }
}

#[test]
fn one_failure_is_forgiven() {
    let mut peer = auto();
    peer.gms.fault("/cometd", Fault::Lost);
    peer.start();
    talk(&mut peer);
    assert!(peer.gms.comet);
}

#[test]
fn a_cometd_that_never_answers_costs_ten_seconds() {
    let mut peer = auto();
    for _ in 0..5 {
        peer.gms.fault("/cometd", Fault::Silence);
    }
    peer.start();
    peer.advance(secs(9));
    assert_eq!(peer.phase(), Phase::Connecting);
    peer.advance(secs(2));
    assert_eq!(peer.phase(), Phase::Waiting);
    assert!(!peer.gms.comet);
}

#[test]
fn where_cors_may_forbid_the_header_polling_does_without_it() {
    let mut peer = auto();
    for _ in 0..3 {
        peer.gms.fault("/cometd", Fault::Lost);
    }
    peer.start();
    peer.advance(secs(5));
    peer.gms.heal();
    talk(&mut peer);
    assert!(peer.last("request-chat").request.gms_user.is_none());
    assert!(peer.last("/refresh").request.gms_user.is_none());
}

#[test]
fn where_the_server_answers_the_header_stays() {
    let mut peer = auto();
    peer.gms.fault("/cometd", Fault::Status(404, None));
    peer.start();
    talk(&mut peer);
    assert!(peer.last("/refresh").request.gms_user.is_some());
}

#[test]
fn a_push_chat_that_may_exist_stays_one_although_its_server_is_busy_and_cometd_fails() {
    let mut peer = auto();
    peer.gms.fault("/ixn/chat", Fault::AnswerLost);
    peer.gms.fault("/refresh", Fault::Status(503, None));
    peer.start();
    for _ in 0..2 {
        peer.gms.fault("/cometd", Fault::Lost);
    }
    peer.lose(Lane::Connect, Failure::Network);
    peer.advance(secs(10));
    assert_eq!(peer.phase(), Phase::Waiting);
    assert_eq!(peer.gms.created, 1);
    assert_eq!(peer.count("/ixn/chat"), 1, "it is not created once more");
    peer.gms.style = RefreshStyle::Nothing;
    talk(&mut peer);
}

#[test]
fn the_channel_is_left_for_good_when_the_chat_is_polled() {
    let mut peer = auto();
    peer.gms.cookie = false;
    peer.start();
    peer.advance(secs(10));
    assert_eq!(peer.phase(), Phase::Waiting);
    let before = peer
        .sent
        .iter()
        .filter(|sent| sent.path().contains("cometd"))
        .count();
    peer.advance(secs(120));
    let after = peer
        .sent
        .iter()
        .filter(|sent| sent.path().contains("cometd"))
        .count();
    assert_eq!(before, after);
}

#[test]
fn a_chat_that_wants_cometd_does_without_nothing_else() {
    let mut peer = Peer::new(config(Delivery::Cometd));
    peer.gms.cookie = false;
    peer.start();
    peer.advance(secs(60));
    assert_eq!(peer.phase(), Phase::Failed(Problem::CookieLost));
    assert_eq!(peer.gms.created, 0);
}

#[test]
fn a_chat_that_wants_cometd_fails_where_it_is_forbidden() {
    let mut peer = Peer::new(config(Delivery::Cometd));
    for _ in 0..5 {
        peer.gms.fault("/cometd", Fault::Status(403, None));
    }
    peer.start();
    peer.advance(secs(60));
    assert_eq!(
        peer.phase(),
        Phase::Failed(Problem::Unauthorised { status: 403 })
    );
}
