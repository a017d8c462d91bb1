//! A chat of which nothing is known but the name of its service: told from its beginning as the past that it is.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

#[path = "support/gms_peer.rs"]
mod gms_peer;

use gms_chat_protocol::PageEvent;
use gms_chat_protocol::chat::{Delivery, End, Event, Phase, Visitor};
use gms_peer::{Peer, RefreshStyle, SERVICE, agent, config, secs};

/// As `src/carrier.js` writes it.
fn name(service: &str, marks: &str) -> String {
    let service = serde_json::to_string(service).unwrap();
    [
        "[",
        &service,
        ",\"",
        marks,
        r#"","",{"chatIxnState":"TRANSCRIPT"},[],[]]"#,
    ]
    .concat()
}

/// A page of another sub-domain, which knows this much of the chat.
fn finds(chat: &mut Peer, delivery: Delivery, left: &str) -> bool {
    chat.page_begins(config(delivery));
    chat.events.clear();
    chat.session
        .restore(left, true, Visitor::default(), chat.now)
}

/// A chat in which everybody has said something.
fn chat(delivery: Delivery) -> Peer {
    let mut chat = Peer::new(config(delivery));
    chat.start();
    let mut chat = chat.with_agent();
    chat.agent_says("hello");
    chat.advance(secs(2));
    chat.say("hi");
    chat.advance(secs(2));
    chat.gms.style = RefreshStyle::Transcript;
    chat
}

const MODES: [(Delivery, &str); 2] = [(Delivery::Poll, "8"), (Delivery::Cometd, "11")];
const SAID: [&str; 3] = ["Kristi joined", "Kristi: hello", "me: hi ✓"];

#[test]
fn everything_is_there_and_was_told_before_the_chat_counts_as_alive() {
    for (delivery, marks) in MODES {
        let mut chat = chat(delivery);
        assert!(finds(&mut chat, delivery, &name(SERVICE, marks)));
        chat.pump();
        assert_eq!(chat.screen(), SAID, "{delivery:?}");
        assert_eq!(chat.phase(), Phase::Active, "{delivery:?}");
        let told = chat.events.iter();
        let told: Vec<bool> = told
            .filter_map(|event| match event {
                Event::Phase(Phase::Waiting | Phase::Active) => Some(true),
                Event::Entry(_) => Some(false),
                _ => None,
            })
            .collect();
        assert!(told.is_sorted(), "{delivery:?}: {:?}", chat.events);
        chat.say("and here I go on");
        chat.advance(secs(3));
        chat.agent_says("good");
        chat.advance(secs(4));
        let screen = chat.screen();
        assert_eq!(
            screen[3..],
            ["me: and here I go on ✓", "Kristi: good"],
            "{delivery:?}"
        );
        assert_eq!(chat.gms.created, 1);
    }
}

#[test]
fn a_chat_that_is_gone_is_lost_and_nobody_begins_or_ends_one_in_its_place() {
    for (delivery, marks) in MODES {
        let mut chat = chat(delivery);
        chat.gms.gone = true;
        let before = chat.sent.len();
        assert!(finds(&mut chat, delivery, &name(SERVICE, marks)));
        chat.advance(secs(60));
        assert_eq!(chat.phase(), Phase::Ended(End::Lost), "{delivery:?}");
        let asked = chat.sent[before..].iter();
        let asked: Vec<&str> = asked
            .map(gms_peer::Sent::path)
            .filter(|path| !path.starts_with("/cometd"))
            .collect();
        assert_eq!(asked, ["/ixn/chat/refresh"], "{delivery:?}");
    }
}

#[test]
fn a_chat_that_is_over_says_by_whom() {
    let mut chat = chat(Delivery::Poll);
    chat.gms.lost_event(agent("Notice.Left", "has left"));
    chat.gms.over = true;
    assert!(finds(&mut chat, Delivery::Poll, &name(SERVICE, "8")));
    chat.advance(secs(20));
    assert_eq!(chat.phase(), Phase::Ended(End::Agent));
}

#[test]
fn without_a_network_it_is_waited_for() {
    let mut chat = chat(Delivery::Poll);
    chat.online = false;
    assert!(finds(&mut chat, Delivery::Poll, &name(SERVICE, "8")));
    chat.advance(secs(120));
    assert_eq!(chat.phase(), Phase::Restoring);
    chat.online = true;
    chat.page(PageEvent::Online);
    chat.advance(secs(3));
    assert_eq!(chat.screen(), SAID);
}

#[test]
fn a_name_that_is_none_leads_nowhere_but_to_its_own_place() {
    for service in ["", ".", ".."] {
        let mut chat = chat(Delivery::Poll);
        assert!(!finds(&mut chat, Delivery::Poll, &name(service, "8")));
    }
    for service in [
        "../../admin",
        "a/b?c#d",
        "\0",
        "ü",
        "https://evil.example/x",
    ] {
        let mut chat = chat(Delivery::Poll);
        assert!(finds(&mut chat, Delivery::Poll, &name(service, "8")));
        chat.pump();
        let url = &chat.last("/ixn/chat/refresh").request.url;
        let between = url
            .strip_prefix("/genesys/1/service/")
            .and_then(|rest| rest.strip_suffix("/ixn/chat/refresh"));
        let between = between.unwrap();
        assert!(!between.contains(['/', '?', '#', ':']), "{between}");
        assert!(matches!(chat.phase(), Phase::Ended(_) | Phase::Restoring));
    }
}
