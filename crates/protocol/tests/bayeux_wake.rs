//! Sleep, wake, offline, online: the page's life and its clock are inputs.

#[path = "support/bayeux_peer.rs"]
mod bayeux_peer;

use bayeux_peer::*;
use gms_chat_protocol::bayeux::{Event, Farewell};
use gms_chat_protocol::{Failure, Moment, PageEvent};
use serde_json::json;

/// A session that waits about 30 s for its next try.
fn far_gone() -> Peer {
    let mut peer = Peer::ready();
    for _ in 0..7 {
        while !peer.is_asked("/meta/connect") {
            peer.advance_to_timer();
        }
        peer.fail("/meta/connect", Failure::Network);
    }
    assert!(peer.wait() > secs(20));
    peer.advance(secs(2));
    peer.forget();
    peer
}

#[test]
fn a_young_connect_is_left_alone() {
    for page in [
        PageEvent::Visible,
        PageEvent::Online,
        PageEvent::Hidden,
        PageEvent::Offline,
    ] {
        let mut peer = Peer::ready();
        peer.advance(secs(59));
        peer.page(page);
        assert_eq!(peer.cancelled(), []);
        assert_eq!(peer.sent(), [] as [&str; 0]);
    }
}

#[test]
fn a_connect_older_than_the_hold_is_replaced_without_being_called_a_failure() {
    for page in [PageEvent::Visible, PageEvent::Online] {
        let mut peer = Peer::ready();
        let held = peer.connect().id;
        peer.advance(secs(60));
        peer.page(page);
        assert_eq!(peer.cancelled(), [held]);
        assert!(peer.connect().asks_for_proof());
        assert_eq!(peer.events(), []);
        peer.answer(&[]);
        assert!(peer.holds());
    }
}

#[test]
fn the_hold_that_counts_is_the_advised_one() {
    let mut peer = Peer::ready();
    let good = peer.good_with(json!({ "advice": { "timeout": 5000 } }));
    peer.answer_exactly(&[good]);
    peer.forget();
    peer.advance(secs(5));
    peer.page(PageEvent::Visible);
    assert_eq!(peer.cancelled().len(), 1);
}

#[test]
fn coming_back_online_casts_doubt_on_the_connection() {
    let mut peer = Peer::ready();
    peer.advance(secs(3));
    peer.page(PageEvent::Offline);
    peer.advance(secs(3));
    peer.page(PageEvent::Online);
    assert_eq!(peer.cancelled().len(), 1);
    assert!(peer.connect().asks_for_proof());
}

#[test]
fn waking_ends_a_wait_but_not_the_count() {
    for page in [PageEvent::Visible, PageEvent::Online] {
        let mut peer = far_gone();
        peer.page(page);
        assert_eq!(peer.sent(), ["/meta/connect"]);
        peer.fail("/meta/connect", Failure::Network);
        assert!(peer.wait() > secs(20), "{:?}", peer.wait());
    }
}

#[test]
fn checking_ends_a_wait_too() {
    let mut peer = far_gone();
    peer.check();
    assert_eq!(peer.sent(), ["/meta/connect"]);
    assert!(peer.connect().asks_for_proof());
}

#[test]
fn checking_replaces_the_held_connect_once() {
    let mut peer = Peer::ready();
    peer.check();
    peer.check();
    peer.check();
    assert_eq!(peer.cancelled().len(), 1);
    assert_eq!(peer.sent(), ["/meta/connect"]);
}

#[test]
fn hiding_changes_nothing() {
    let mut peer = far_gone();
    let wake = peer.wake();
    peer.page(PageEvent::Hidden);
    peer.page(PageEvent::Offline);
    assert_eq!(peer.wake(), wake);
    assert_eq!(peer.sent(), [] as [&str; 0]);
}

#[test]
fn a_timer_five_seconds_late_is_a_failure_and_a_later_one_is_sleep() {
    let mut peer = Peer::ready();
    peer.sleep(secs(75));
    assert!(matches!(peer.events()[..], [Event::Trouble { .. }]));
    let mut peer = Peer::ready();
    peer.sleep(secs(76));
    assert_eq!(peer.events(), [], "nobody was there to read the answer");
    assert_eq!(peer.cancelled().len(), 1);
    assert!(peer.connect().asks_for_proof());
}

#[test]
fn an_hour_of_sleep_costs_no_wait_in_any_state() {
    let mut handshaking = Peer::opened();
    handshaking.forget();
    handshaking.sleep(secs(3600));
    assert_eq!(handshaking.sent(), ["/meta/handshake"]);
    assert_eq!(handshaking.events(), []);

    let mut subscribing = Peer::opened();
    subscribing.grant();
    subscribing.forget();
    subscribing.sleep(secs(3600));
    assert_eq!(subscribing.sent(), ["/meta/subscribe", "/meta/connect"]);

    let mut waiting = far_gone();
    waiting.sleep(secs(3600));
    assert_eq!(waiting.sent(), ["/meta/connect"]);

    let mut leaving = Peer::ready();
    leaving.close(Farewell::Over);
    leaving.forget();
    leaving.sleep(secs(3600));
    assert_eq!(leaving.sent(), [] as [&str; 0]);
    assert_eq!(leaving.wake(), None);
}

#[test]
fn sleep_past_the_expiry_of_the_session_ends_in_a_new_one() {
    let mut peer = Peer::ready();
    peer.sleep(secs(600));
    peer.forget_client();
    peer.get_ready();
    assert_eq!(peer.connect().last()["clientId"], "client-2");
}

#[test]
fn sleep_within_the_hold_loses_nothing() {
    let mut peer = Peer::ready();
    let id = peer.connect().id;
    let good = peer.good();
    peer.now = peer.now + secs(40);
    peer.page(PageEvent::Visible);
    peer.reply(id, &ok(&json!([event("while asleep"), good])));
    assert_eq!(peer.deliveries(), [json!("while asleep")]);
    assert!(peer.holds());
}

#[test]
fn fifty_flaps_in_ten_seconds_are_at_most_three_requests_a_second() {
    let mut peer = Peer::ready();
    for _ in 0..50 {
        peer.page(PageEvent::Offline);
        peer.advance(millis(100));
        peer.page(PageEvent::Online);
        peer.advance(millis(100));
        if peer.is_asked("/meta/connect") && peer.connect().asks_for_proof() {
            peer.answer(&[]);
        }
    }
    let requests = peer.requests();
    assert!(requests.len() <= 30, "{} requests", requests.len());
    peer.advance(secs(2));
    peer.get_ready();
    assert!(peer.holds());
}

#[test]
fn a_message_is_reachable_within_a_second_of_coming_back() {
    for flaps in 1..4 {
        let mut peer = far_gone();
        for _ in 0..flaps {
            peer.page(PageEvent::Offline);
            peer.page(PageEvent::Online);
            if peer.is_asked("/meta/connect") {
                peer.fail("/meta/connect", Failure::Network);
            }
        }
        peer.page(PageEvent::Online);
        peer.advance(millis(1001));
        assert!(peer.is_asked("/meta/connect"), "after {flaps} flaps");
    }
}

#[test]
fn a_clock_that_is_set_back_does_no_harm() {
    let mut peer = Peer::ready();
    peer.now = Moment::from_millis(5);
    peer.session.handle_timeout(peer.now);
    peer.now = Moment::from_millis(1_010_000);
    peer.drain();
    peer.answer(&[event("after midnight")]);
    assert_eq!(peer.deliveries(), [json!("after midnight")]);
    assert!(peer.holds());
    let noon = peer.now;
    let id = peer.connect().id;
    peer.oracle.failed(id);
    let morning = Moment::from_millis(5);
    peer.session.handle_failure(id, Failure::Network, morning);
    peer.drain();
    let id = peer.connect().id;
    peer.oracle.failed(id);
    peer.session.handle_failure(id, Failure::Network, morning);
    peer.drain();
    assert!(
        peer.wake() > Some(noon),
        "the wait begins now, not in the morning"
    );
}

#[test]
fn a_stopped_session_sleeps_well() {
    let mut peer = Peer::new(config(), 1);
    for page in [
        PageEvent::Visible,
        PageEvent::Online,
        PageEvent::Offline,
        PageEvent::Hidden,
    ] {
        peer.page(page);
        peer.check();
        peer.sleep(secs(1000));
    }
    peer.close(Farewell::Over);
    assert_eq!(peer.events(), []);
    assert_eq!(peer.sent(), [] as [&str; 0]);
    assert_eq!(peer.wake(), None);
}
