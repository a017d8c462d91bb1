//! How often a failing server is asked: soon at first, seldom later, and never all at once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

#[path = "support/bayeux_peer.rs"]
mod bayeux_peer;

use std::time::Duration;

use bayeux_peer::*;
use gms_chat_protocol::bayeux::{Event, Fault};
use gms_chat_protocol::{Failure, Moment, PageEvent, Reply};
use serde_json::json;

const NOW: Duration = Duration::ZERO;

/// Fails whatever is asked until `count` tries have been made, and answers the waits between them.
fn waits(peer: &mut Peer, count: usize, fail: fn(&mut Peer, &str)) -> Vec<Duration> {
    let mut waits = Vec::new();
    while waits.len() < count {
        let channel = ["/meta/connect", "/meta/handshake"]
            .into_iter()
            .find(|channel| peer.is_asked(channel));
        let before = peer.now;
        fail(peer, channel.expect("something is asked"));
        while !peer.is_asked("/meta/connect") && !peer.is_asked("/meta/handshake") {
            peer.advance_to_timer();
        }
        waits.push(peer.now.since(before));
    }
    waits
}

fn drop_it(peer: &mut Peer, channel: &str) {
    peer.fail(channel, Failure::Network);
}

fn deny(peer: &mut Peer, channel: &str) {
    peer.reply_to(channel, &status(403));
}

/// Whether `wait` is `seconds` give or take a quarter.
fn is_about(wait: Duration, seconds: u64) -> bool {
    let middle = secs(seconds);
    // The limit of requests a second may add a millisecond.
    (middle * 3 / 4..=middle * 5 / 4 + millis(1)).contains(&wait)
}

#[test]
fn waits_double_from_one_second_to_thirty() {
    for seed in 0..200 {
        let mut peer = Peer::opened_with(config(), seed);
        let waits = waits(&mut peer, 9, drop_it);
        assert_eq!(waits[0], NOW, "the first retry is immediate");
        for (wait, seconds) in waits[1..].iter().zip([1, 2, 4, 8, 16, 30, 30, 30]) {
            assert!(
                is_about(*wait, seconds),
                "{wait:?} is not about {seconds} s"
            );
        }
    }
}

#[test]
fn connects_back_off_like_handshakes() {
    let mut peer = Peer::ready();
    let waits = waits(&mut peer, 8, drop_it);
    assert_eq!(waits[0], NOW);
    for (wait, seconds) in waits[1..].iter().zip([1, 2, 4, 8, 16, 30, 30]) {
        assert!(
            is_about(*wait, seconds),
            "{wait:?} is not about {seconds} s"
        );
    }
}

#[test]
fn a_broken_connect_has_four_tries_before_gms_forgets_the_session() {
    // GMS destroys what it keeps of a client 10 s after its long poll broke.
    for seed in 0..200 {
        let mut peer = Peer::opened_with(config(), seed);
        peer.get_ready();
        peer.advance(secs(20));
        peer.forget();
        let broken = peer.now;
        peer.fail("/meta/connect", Failure::Network);
        while peer.now.since(broken) < secs(10) {
            if peer.is_asked("/meta/connect") {
                // Refused at once: nobody listens.
                peer.fail("/meta/connect", Failure::Network);
            } else {
                peer.advance_to_timer();
            }
        }
        let tries = peer.requests().into_iter();
        let tries = tries.filter(|sent| sent.at.since(broken) < secs(10));
        assert!(tries.count() >= 4, "seed {seed}");
    }
}

#[test]
fn a_handshake_that_succeeds_ends_no_outage() {
    let mut peer = Peer::ready();
    peer.advance(secs(20));
    let mut waits = Vec::new();
    for _ in 0..7 {
        let before = peer.now;
        peer.forget_client();
        while !peer.is_asked("/meta/handshake") {
            peer.advance_to_timer();
        }
        waits.push(peer.now.since(before));
        peer.grant();
    }
    assert_eq!(waits[0], NOW);
    for (wait, seconds) in waits[1..].iter().zip([1, 2, 4, 8, 16, 30]) {
        // A round is two tries: after six of them the limit of twelve a minute makes the wait longer.
        assert!(*wait >= secs(seconds) * 3 / 4, "{waits:?}");
        assert!(*wait <= secs(40), "{waits:?}");
    }
}

#[test]
fn a_connect_that_succeeds_ends_it() {
    let mut peer = Peer::ready();
    waits(&mut peer, 6, drop_it);
    peer.advance(secs(2));
    peer.get_ready();
    peer.advance(secs(60));
    peer.answer(&[]);
    peer.advance(secs(60));
    let waits = waits(&mut peer, 2, drop_it);
    assert_eq!(waits[0], NOW);
    assert!(is_about(waits[1], 1));
}

#[test]
fn a_held_connect_that_stood_ten_seconds_ends_it_too() {
    let mut peer = Peer::ready();
    waits(&mut peer, 6, drop_it);
    peer.get_ready();
    peer.advance(secs(10));
    assert_eq!(waits(&mut peer, 1, drop_it), [NOW]);
}

#[test]
fn a_proof_that_succeeds_shortens_what_comes_after_it() {
    let mut peer = Peer::ready();
    waits(&mut peer, 8, drop_it);
    peer.advance(secs(1));
    peer.answer(&[]);
    assert!(peer.holds());
    let waits = waits(&mut peer, 3, drop_it);
    for (wait, seconds) in waits.iter().zip([8, 16, 30]) {
        assert!(is_about(*wait, seconds), "{waits:?}");
    }
}

#[test]
fn proofs_that_succeed_and_holds_that_fail_at_once_do_not_race() {
    let mut peer = Peer::ready();
    let start = peer.now;
    let mut requests = 0;
    while peer.now.since(start) < secs(120) {
        if peer.holds() {
            peer.reply_to("/meta/connect", &status(502));
        } else if peer.is_asked("/meta/connect") {
            peer.advance(millis(5));
            peer.answer(&[]);
        } else {
            peer.advance_to_timer();
        }
        requests += peer.requests().len();
    }
    assert!(requests <= 40, "{requests} requests in two minutes");
}

#[test]
fn no_minute_of_failures_has_more_than_twelve_tries_whatever_the_page_does() {
    for seed in 0..50 {
        let mut peer = Peer::opened_with(config(), seed);
        let mut tries = Vec::new();
        for step in 0..3000 {
            if peer.is_asked("/meta/handshake") {
                tries.push(peer.now);
                peer.fail("/meta/handshake", Failure::Network);
            }
            let page = [PageEvent::Offline, PageEvent::Online, PageEvent::Visible];
            peer.page(page[step % 3]);
            peer.check();
            peer.advance(millis(100));
        }
        for first in &tries {
            let window = tries
                .iter()
                .filter(|moment| **moment >= *first && moment.since(*first) <= secs(60));
            assert!(window.count() <= 12);
        }
        assert!(tries.len() > 24, "{} tries in five minutes", tries.len());
    }
}

#[test]
fn two_clients_do_not_come_back_together() {
    let retries = |seed| -> Vec<Moment> {
        let mut peer = Peer::opened_with(config(), seed);
        let start = peer.now;
        let waits = waits(&mut peer, 5, drop_it);
        waits
            .iter()
            .scan(start, |now, wait| {
                *now = *now + *wait;
                Some(*now)
            })
            .collect()
    };
    let mut together = [0; 5];
    for seed in 0..1000 {
        let (one, other) = (retries(seed), retries(seed + 1000));
        let slot = |moment: &Moment| moment.as_millis() / 50;
        let slots = one.iter().zip(&other).filter(|(a, b)| slot(a) == slot(b));
        // The immediate first retry is shared by all.
        together[slots.count() - 1] += 1;
    }
    assert!(together[1] < 300, "{together:?}");
    assert!(together[2] < 25, "{together:?}");
    assert_eq!(together[3..], [0, 0]);
}

#[test]
fn retry_after_is_honoured_whatever_the_page_does() {
    for code in [429, 503] {
        let mut peer = Peer::ready();
        peer.reply_to(
            "/meta/connect",
            &Reply {
                retry_after: Some("30".to_owned()),
                ..status(code)
            },
        );
        let fault = Fault::Status {
            status: code,
            retry_after: Some(secs(30)),
        };
        assert!(
            matches!(peer.events().pop(), Some(Event::Trouble { fault: told, .. }) if told == fault)
        );
        peer.forget();
        for _ in 0..29 {
            peer.page(PageEvent::Offline);
            peer.page(PageEvent::Online);
            peer.page(PageEvent::Visible);
            peer.check();
            peer.advance(millis(1000));
        }
        assert_eq!(peer.sent(), [] as [&str; 0]);
        peer.advance(secs(9));
        assert_eq!(peer.sent(), ["/meta/connect"]);
    }
}

#[test]
fn retry_after_has_a_limit_and_must_be_a_number() {
    let table = [
        ("100000", 300),
        (" 7 ", 7),
        ("0", 0),
        ("-5", 0),
        ("soon", 0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 0),
        ("99999999999999999999999", 0),
    ];
    for (text, seconds) in table {
        let mut peer = Peer::ready();
        peer.reply_to(
            "/meta/connect",
            &Reply {
                retry_after: Some(text.to_owned()),
                ..status(503)
            },
        );
        if seconds == 0 {
            assert!(peer.is_asked("/meta/connect"), "{text}");
        } else {
            assert!(
                (secs(seconds)..=secs(seconds) * 5 / 4).contains(&peer.wait()),
                "{text}"
            );
        }
    }
}

#[test]
fn retry_after_outlives_closing_and_opening() {
    let mut peer = Peer::opened();
    peer.reply_to(
        "/meta/handshake",
        &Reply {
            retry_after: Some("60".to_owned()),
            ..status(503)
        },
    );
    peer.close(gms_chat_protocol::bayeux::Farewell::Over);
    peer.forget();
    peer.open();
    assert_eq!(peer.wait(), secs(60));
    assert_eq!(peer.sent(), [] as [&str; 0]);
}

#[test]
fn those_who_were_sent_away_together_do_not_come_back_together() {
    let mut returns: Vec<u64> = Vec::new();
    for seed in 0..1000 {
        let mut peer = Peer::opened_with(config(), seed);
        peer.reply_to(
            "/meta/handshake",
            &Reply {
                retry_after: Some("60".to_owned()),
                ..status(503)
            },
        );
        returns.push(peer.wake().unwrap().as_millis() / 1000);
    }
    let most = returns
        .iter()
        .map(|second| returns.iter().filter(|other| *other == second).count())
        .max();
    assert!(most < Some(120), "{most:?} of 1,000 in one second");
}

#[test]
fn retry_after_of_a_subscribe_does_not_touch_the_connect() {
    let mut peer = Peer::opened();
    peer.grant();
    peer.reply_to(
        "/meta/subscribe",
        &Reply {
            retry_after: Some("20".to_owned()),
            ..status(503)
        },
    );
    peer.answer(&[]);
    assert!(peer.holds());
    peer.forget();
    peer.advance(millis(19_999));
    assert_eq!(peer.sent(), [] as [&str; 0]);
    peer.advance(secs(6));
    assert_eq!(peer.sent(), ["/meta/subscribe"]);
}

#[test]
fn after_three_denials_only_a_slow_probe_goes_on() {
    for code in [401, 403, 404, 405, 407, 410] {
        let mut peer = Peer::opened();
        let mut lasting = Vec::new();
        let mut gaps = Vec::new();
        for _ in 0..5 {
            let before = peer.now;
            peer.reply_to("/meta/handshake", &status(code));
            lasting.extend(peer.faults().into_iter().map(|(_, lasting)| lasting));
            while !peer.is_asked("/meta/handshake") {
                peer.advance_to_timer();
            }
            gaps.push(peer.now.since(before));
        }
        assert_eq!(lasting, [false, false, true, true, true]);
        assert!(gaps[2..].iter().all(|gap| is_about(*gap, 60)), "{gaps:?}");
        peer.get_ready();
        assert!(peer.holds(), "the probe notices that it has been mended");
    }
}

#[test]
fn a_denied_connect_is_a_denial_too_and_other_failures_forgive_it() {
    let mut peer = Peer::ready();
    waits(&mut peer, 2, deny);
    peer.fail("/meta/connect", Failure::Network);
    peer.advance(secs(10));
    peer.forget();
    waits(&mut peer, 2, deny);
    assert!(peer.faults().iter().all(|(_, lasting)| !lasting));
    waits(&mut peer, 1, deny);
    assert_eq!(
        peer.faults().last().map(|(_, lasting)| *lasting),
        Some(true)
    );
}

#[test]
fn denials_by_bayeux_replies_count_as_well() {
    let mut peer = Peer::opened();
    for _ in 0..3 {
        while !peer.is_asked("/meta/handshake") {
            peer.advance_to_timer();
        }
        peer.refuse("/meta/handshake", json!({ "error": "403::denied" }));
    }
    assert_eq!(
        peer.faults().last().map(|(_, lasting)| *lasting),
        Some(true)
    );
    assert!(is_about(peer.wait(), 60));
}

#[test]
fn a_new_opening_has_its_three_tries() {
    let mut peer = Peer::opened();
    waits(&mut peer, 3, deny);
    peer.close(gms_chat_protocol::bayeux::Farewell::Over);
    peer.forget();
    peer.open();
    peer.advance(secs(2));
    peer.reply_to("/meta/handshake", &status(403));
    assert!(peer.faults().iter().all(|(_, lasting)| !lasting));
}

#[test]
fn blocked_cookies_are_noticed_at_the_second_round_and_asked_ever_more_slowly() {
    let mut peer = Peer::opened();
    let mut told = Vec::new();
    let start = peer.now;
    let mut rounds = 0;
    while peer.now.since(start) < secs(60) {
        if peer.is_asked("/meta/handshake") {
            peer.grant();
            rounds += 1;
            peer.forget_client();
            if peer.events().contains(&Event::CookieLost) {
                told.push(rounds);
            }
        }
        peer.advance_to_timer();
    }
    assert_eq!(told, [2]);
    assert!(rounds <= 6, "{rounds} rounds in a minute");
}

#[test]
fn each_opening_is_told_of_its_lost_cookie() {
    let mut peer = Peer::opened();
    for _ in 0..2 {
        peer.forget();
        for _ in 0..2 {
            while !peer.is_asked("/meta/handshake") {
                peer.advance_to_timer();
            }
            peer.grant();
            peer.forget_client();
        }
        assert!(peer.events().contains(&Event::CookieLost));
        peer.close(gms_chat_protocol::bayeux::Farewell::Over);
        peer.open();
    }
}

#[test]
fn nothing_hurries_a_loop_of_handshakes() {
    let mut peer = Peer::opened();
    for round in 0..6 {
        peer.grant();
        let before = peer.now;
        peer.forget_client();
        while !peer.is_asked("/meta/handshake") {
            peer.page(PageEvent::Visible);
            peer.check();
            peer.close(gms_chat_protocol::bayeux::Farewell::Over);
            peer.open();
            peer.advance(millis(50));
        }
        let least = secs(1 << round).min(secs(30)) * 3 / 4;
        assert!(peer.now.since(before) >= least, "round {round}");
    }
}

#[test]
fn nothing_hurries_it_where_the_advice_says_retry() {
    let mut peer = Peer::opened();
    let unknown = json!({
        "error": "402::session_unknown",
        "advice": { "reconnect": "retry", "timeout": 5000, "maxInterval": 1000 }
    });
    for round in 0..8 {
        peer.grant();
        let mut before = peer.now;
        while !peer.is_asked("/meta/handshake") {
            if peer.is_asked("/meta/connect") {
                peer.refuse("/meta/connect", unknown.clone());
                before = peer.now;
            }
            peer.page(PageEvent::Visible);
            peer.advance(millis(50));
        }
        let gap = peer.now.since(before);
        assert!(round < 3 || gap >= secs(6), "round {round}: {gap:?}");
    }
}

#[test]
fn one_forgotten_session_is_no_lost_cookie() {
    let mut peer = Peer::ready();
    for _ in 0..5 {
        peer.advance(secs(30));
        peer.forget_client();
        peer.get_ready();
    }
    assert!(!peer.events().contains(&Event::CookieLost));
}

#[test]
fn failures_of_the_subscription_do_not_slow_the_connect_down() {
    let mut peer = Peer::opened();
    peer.grant();
    peer.answer(&[]);
    for _ in 0..6 {
        while !peer.is_asked("/meta/subscribe") {
            peer.advance_to_timer();
        }
        peer.reply_to("/meta/subscribe", &status(500));
    }
    peer.answer(&[event(1)]);
    peer.advance(secs(2));
    peer.forget();
    peer.fail("/meta/connect", Failure::Network);
    assert_eq!(peer.sent(), ["/meta/connect"], "at once");
}

#[test]
fn every_trouble_names_the_next_try_truly() {
    let mut peer = Peer::ready();
    for _ in 0..12 {
        peer.fail("/meta/connect", Failure::Network);
        let next = peer.events().into_iter().find_map(|event| match event {
            Event::Trouble { next_try, .. } => next_try,
            _ => None,
        });
        while !peer.is_asked("/meta/connect") {
            peer.advance_to_timer();
        }
        assert_eq!(next, Some(peer.now));
    }
}

#[test]
fn a_fault_after_slow_probes_is_not_the_first() {
    let mut peer = Peer::opened();
    for _ in 0..6 {
        peer.reply_to("/meta/handshake", &status(403));
        while !peer.is_asked("/meta/handshake") {
            peer.advance_to_timer();
        }
    }
    peer.fail("/meta/handshake", Failure::Network);
    assert!(peer.wait() >= millis(22_500), "{:?}", peer.wait());
}
