//! Whole chats under random faults: what both sides said is on the screen, once and in order.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

#[path = "support/dice.rs"]
mod dice;
#[path = "support/gms_peer.rs"]
mod gms_peer;

use dice::Dice;
use gms_chat_protocol::PageEvent;
use gms_chat_protocol::chat::{Connection, Delivery, Phase};
use gms_peer::{Fault, Peer, RefreshStyle, agent, config, secs};

/// Chats of each kind. Ten thousand have been played; these are what a test run has time for.
const SEEDS: u64 = 150;

fn fault(dice: &mut Dice) -> Fault {
    match dice.roll(11) {
        0 | 1 => Fault::Lost,
        2 | 3 => Fault::AnswerLost,
        4 => Fault::Truncated,
        5 => Fault::Silence,
        6 => Fault::DoneInSilence,
        7 => Fault::Status(503, Some("2")),
        8 => Fault::Status(502, None),
        9 => Fault::DoneButStatus(500),
        _ => Fault::DoneButBody("<html>"),
    }
}

/// One chat of two minutes with something going wrong most of the time, and a calm end.
fn play(delivery: Delivery, style: RefreshStyle, seed: u64) -> Peer {
    let mut dice = Dice(seed);
    let mut chat = Peer::seeded(config(delivery), seed);
    chat.gms.style = style;
    chat.start();
    chat.advance(secs(3));
    chat.gms.event(agent("Notice.Joined", ""));
    let (mut ours, mut theirs) = (0_u32, 0_u32);
    for _ in 0..80 {
        match dice.roll(12) {
            0..=2 => {
                chat.say(&format!("v{ours}"));
                ours += 1;
            }
            3..=5 => {
                let event = agent("Message.Text", &format!("a{theirs}"));
                theirs += 1;
                if dice.roll(4) == 0 {
                    chat.gms.lost_event(event);
                } else {
                    chat.gms.event(event);
                }
                chat.pump();
            }
            6 | 7 => chat.gms.fault("/1/service/", fault(&mut dice)),
            8 => chat.gms.fault("/cometd", fault(&mut dice)),
            9 => chat.gms.forget_clients(),
            10 => {
                chat.online = !chat.online;
                let event = if chat.online {
                    PageEvent::Online
                } else {
                    PageEvent::Offline
                };
                chat.page(event);
            }
            _ => chat.command(gms_chat_protocol::chat::Command::Typing),
        }
        chat.advance(dice.millis(3000));
    }
    chat.online = true;
    chat.gms.heal();
    chat.page(PageEvent::Online);
    chat.advance(secs(150));
    assert_eq!(chat.phase(), Phase::Active, "seed {seed}");
    assert_eq!(chat.connection(), Connection::Fine, "seed {seed}");
    assert_eq!(chat.gms.created, 1, "seed {seed}");
    chat
}

/// The screen must be the server's transcript; beside it may stand messages that the server does
/// not have, and says so. `all`: there are none of these.
fn check(chat: &Peer, all: bool, seed: u64) {
    let text = |event: &serde_json::Value| match (event[0].as_str()?, event[4].as_str()?) {
        ("Message.Text", "CLIENT") => Some(format!("me: {} ✓", event[2].as_str()?)),
        ("Message.Text", _) => Some(format!("Kristi: {}", event[2].as_str()?)),
        ("Notice.Joined", _) => Some("Kristi joined".to_owned()),
        _ => None,
    };
    let expected: Vec<String> = chat.gms.transcript.iter().filter_map(text).collect();
    let failed = |line: &String| line.ends_with('?') || line.contains('✗');
    let (failed, shown): (Vec<String>, Vec<String>) = chat.screen().into_iter().partition(failed);
    assert_eq!(shown, expected, "seed {seed}");
    assert!(!all || failed.is_empty(), "seed {seed}: {failed:?}");
    let written = |line: &String| line.split(' ').nth(1).unwrap()[1..].parse::<u32>().unwrap();
    let sent: Vec<u32> = shown
        .iter()
        .filter(|line| line.starts_with("me"))
        .map(written)
        .collect();
    assert!(
        sent.is_sorted_by(|one, next| one < next),
        "seed {seed}: {sent:?}"
    );
    for line in failed {
        assert!(
            !sent.contains(&written(&line)),
            "seed {seed}: {line} is at the server"
        );
    }
}

#[test]
fn nothing_is_lost_doubled_or_reordered_in_poll_mode() {
    for seed in 0..SEEDS {
        let chat = play(Delivery::Poll, RefreshStyle::Pushed, seed);
        check(&chat, true, seed);
    }
}

#[test]
fn nothing_is_lost_doubled_or_reordered_where_refresh_answers_with_the_transcript() {
    for seed in 0..SEEDS {
        let chat = play(Delivery::Cometd, RefreshStyle::Transcript, seed);
        check(&chat, true, seed);
    }
}

#[test]
fn nothing_is_lost_doubled_or_reordered_where_refresh_pushes() {
    for seed in 0..SEEDS {
        let chat = play(Delivery::Auto, RefreshStyle::Pushed, seed);
        check(&chat, false, seed);
    }
}

#[test]
fn nothing_is_lost_doubled_or_reordered_where_the_start_is_pushed() {
    for seed in 0..SEEDS {
        let chat = play(Delivery::Cometd, RefreshStyle::PushedFromStart, seed);
        check(&chat, false, seed);
    }
}
