//! What the window is told about the line: late enough, soon enough, with a reason and a next try.

#[path = "support/gms_peer.rs"]
mod gms_peer;

use gms_chat_protocol::PageEvent;
use gms_chat_protocol::chat::{Command, Connection, Delivery, Event, Problem};
use gms_peer::{Fault, Peer, config, millis, secs};

fn chats() -> [Peer; 2] {
    [Peer::polling().with_agent(), Peer::comet().with_agent()]
}

fn told(chat: &Peer) -> Vec<Connection> {
    let told = chat.events.iter().filter_map(|event| match event {
        Event::Connection(connection) => Some(connection.clone()),
        _ => None,
    });
    told.collect()
}

#[test]
fn a_short_trouble_is_not_told() {
    let mut chat = Peer::polling().with_agent();
    chat.gms.fault("/refresh", Fault::Lost);
    chat.advance(secs(30));
    assert!(told(&chat).is_empty());
}

#[test]
fn trouble_is_told_when_it_has_lasted_three_seconds() {
    let mut chat = Peer::polling().with_agent();
    chat.online = false;
    let before = chat.sent.len();
    chat.advance(millis(1300));
    let first = chat.sent[before].at;
    chat.advance(millis(2900).saturating_sub(chat.now.since(first)));
    assert!(told(&chat).is_empty());
    chat.advance(millis(200));
    assert_eq!(told(&chat).len(), 1);
    let Connection::Troubled { reason, next_try } = chat.connection() else {
        panic!("{:?}", chat.connection());
    };
    assert_eq!(reason, Problem::Unreachable);
    assert!(next_try.unwrap() > chat.now);
}

#[test]
fn relief_is_told_at_once_and_once() {
    for mut chat in chats() {
        chat.online = false;
        chat.advance(secs(90));
        assert!(matches!(chat.connection(), Connection::Troubled { .. }));
        chat.online = true;
        chat.page(PageEvent::Online);
        chat.advance(secs(2));
        assert_eq!(chat.connection(), Connection::Fine);
        chat.advance(secs(60));
        let fine = told(&chat)
            .into_iter()
            .filter(|told| *told == Connection::Fine);
        assert_eq!(fine.count(), 1);
    }
}

#[test]
fn the_next_try_is_made_when_it_was_announced() {
    let mut chat = Peer::polling().with_agent();
    chat.online = false;
    chat.advance(secs(20));
    let Connection::Troubled {
        next_try: Some(next),
        ..
    } = chat.connection()
    else {
        panic!("{:?}", chat.connection());
    };
    let before = chat.sent.len();
    chat.advance(next.since(chat.now));
    assert_eq!(chat.sent.len(), before + 1);
    assert_eq!(chat.sent[before].at, next);
}

#[test]
fn failures_are_repeated_with_growing_pauses_up_to_thirty_seconds() {
    let mut chat = Peer::polling().with_agent();
    chat.online = false;
    let before = chat.sent.len();
    chat.advance(secs(600));
    let times: Vec<u64> = chat.sent[before..]
        .iter()
        .map(|sent| sent.at.as_millis())
        .collect();
    let pauses: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(pauses[0] <= 1250 && pauses[3] >= 6000, "{pauses:?}");
    assert!(pauses.iter().all(|pause| *pause <= 37_500), "{pauses:?}");
    assert!(
        (18..=40).contains(&times.len()),
        "{} tries in ten minutes",
        times.len()
    );
}

#[test]
fn online_and_visible_try_at_once() {
    for event in [PageEvent::Online, PageEvent::Visible] {
        let mut chat = Peer::polling().with_agent();
        chat.online = false;
        chat.advance(secs(100));
        chat.online = true;
        chat.agent_says("back?");
        chat.page(event);
        assert_eq!(chat.screen().last().unwrap(), "Kristi: back?", "{event:?}");
    }
}

#[test]
fn whoever_writes_or_tries_again_does_not_wait_for_the_next_try() {
    for tries_again in [false, true] {
        for mut chat in chats() {
            for path in ["/refresh", "/send"] {
                chat.gms.fault(path, Fault::Status(400, None));
            }
            chat.say("I am");
            chat.advance(secs(5));
            let key = chat.key(1);
            chat.online = false;
            chat.advance(secs(100));
            chat.online = true;
            chat.agent_says("back?");
            if tries_again {
                chat.command(Command::Retry(key));
            } else {
                chat.command(Command::Discard(key));
                chat.say("I am");
            }
            chat.advance(secs(1));
            let seen = chat.screen();
            assert_eq!(seen[1..], ["Kristi: back?", "me: I am ✓"], "{tries_again}");
        }
    }
}

#[test]
fn after_a_try_that_was_wanted_the_pauses_begin_anew() {
    let mut chat = Peer::polling().with_agent();
    chat.online = false;
    chat.advance(secs(100));
    chat.agent_says("back?");
    // Tried at once, in vain.
    chat.say("I am");
    chat.online = true;
    chat.advance(millis(1250));
    assert_eq!(chat.screen()[1], "Kristi: back?");
}

#[test]
fn the_wish_of_the_server_outweighs_online() {
    let mut chat = Peer::polling().with_agent();
    chat.gms.fault("/refresh", Fault::Status(503, Some("60")));
    chat.advance(secs(3));
    let before = chat.sent.len();
    chat.page(PageEvent::Online);
    chat.page(PageEvent::Visible);
    chat.say("Hello?");
    chat.advance(secs(50));
    assert_eq!(chat.sent.len(), before);
    assert!(matches!(
        chat.connection(),
        Connection::Troubled {
            reason: Problem::Busy {
                retry_after: Some(_)
            },
            ..
        }
    ));
    chat.advance(secs(10));
    assert_eq!(chat.connection(), Connection::Fine);
}

#[test]
fn a_wish_of_hours_is_cut_to_five_minutes() {
    let mut chat = Peer::polling().with_agent();
    chat.gms
        .fault("/refresh", Fault::Status(503, Some("86400")));
    chat.advance(secs(310));
    assert_eq!(chat.connection(), Connection::Fine);
}

#[test]
fn flapping_networks_do_not_make_a_storm() {
    for mut chat in chats() {
        let before = chat.sent.len();
        for _ in 0..50 {
            chat.online = false;
            chat.page(PageEvent::Offline);
            chat.advance(millis(100));
            chat.online = true;
            chat.page(PageEvent::Online);
            chat.advance(millis(100));
        }
        // The harness sees to three requests a second in each lane; three lanes, ten seconds.
        assert!(chat.sent.len() - before <= 90);
        chat.advance(secs(40));
        chat.agent_says("calm again");
        chat.advance(secs(4));
        assert_eq!(chat.screen().last().unwrap(), "Kristi: calm again");
    }
}

#[test]
fn trouble_at_the_start_is_told_too() {
    let mut peer = Peer::new(config(Delivery::Poll));
    peer.online = false;
    peer.start();
    peer.advance(secs(4));
    assert!(matches!(peer.connection(), Connection::Troubled { .. }));
    peer.online = true;
    peer.advance(secs(5));
    assert_eq!(peer.connection(), Connection::Fine);
}

#[test]
fn an_end_in_trouble_takes_the_trouble_off_the_screen() {
    let mut chat = Peer::polling().with_agent();
    chat.online = false;
    chat.advance(secs(10));
    chat.command(Command::End);
    chat.advance(secs(11));
    assert_eq!(chat.connection(), Connection::Fine);
}

#[test]
fn the_developer_is_told_what_failed_and_not_the_same_thing_over_and_over() {
    let mut chat = Peer::polling().with_agent();
    chat.online = false;
    chat.advance(secs(300));
    let words = chat.diagnostics();
    assert_eq!(words.lines().count(), 1, "{words}");
    assert!(
        words.starts_with("POST /genesys/1/service/{id}/ixn/chat/refresh got no answer"),
        "{words}"
    );
}

#[test]
fn each_status_has_its_hint() {
    for (fault, hint) in [
        (
            Fault::Status(415, None),
            "application/x-www-form-urlencoded",
        ),
        (Fault::Status(404, None), "does not know the service"),
        (Fault::Status(403, None), "`gms_user`"),
        (Fault::Status(500, None), "answered 500"),
        (Fault::Status(503, None), "answered 503"),
        (Fault::Silence, "in time"),
        (Fault::Truncated, "a whole answer"),
        (Fault::Body(200, "<html>"), "is this a GMS"),
        (
            Fault::Body(200, r#"{"exception":"Oops","message":"secret text"}"#),
            "exception Oops",
        ),
    ] {
        let mut chat = Peer::polling().with_agent();
        chat.gms.fault("/refresh", fault.clone());
        chat.advance(secs(12));
        let words = chat.diagnostics();
        assert!(words.contains(hint), "{fault:?}: {words}");
        assert!(!words.contains("secret text"));
    }
}
