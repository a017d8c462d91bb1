//! A chat that outlives its page: shown at once, proved alive before it counts as connected, nothing lost or doubled.
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
use gms_chat_protocol::chat::{Command, Config, Delivery, End, Event, Phase};
use gms_chat_protocol::{Lane, Moment, PageEvent};
use gms_peer::{Fault, Peer, RefreshStyle, agent, config, millis, secs, visitor};
use serde_json::json;

/// Chats with reloads of each kind. Ten thousand have been played; these are what a test run has time for.
const SEEDS: u64 = 100;

const MODES: [Delivery; 2] = [Delivery::Poll, Delivery::Cometd];

/// A chat in which both sides have said something.
fn chat(delivery: Delivery) -> Peer {
    let mut chat = Peer::new(config(delivery));
    chat.start();
    let mut chat = chat.with_agent();
    chat.agent_says("hello");
    chat.advance(secs(2));
    chat.say("hi");
    chat.advance(secs(2));
    assert_eq!(chat.screen(), SAID);
    chat
}

fn delayed(delivery: Delivery) -> Config {
    Config {
        service: "request-chat-poll".to_owned(),
        ..config(delivery)
    }
}

/// A chat whose visitor waits for an agent, behind others.
fn queued(delivery: Delivery, queue: u32) -> Peer {
    let mut chat = Peer::new(delayed(delivery));
    chat.gms.delayed = true;
    chat.gms.queue = queue;
    chat.start();
    chat
}

const SAID: [&str; 3] = ["Kristi joined", "Kristi: hello", "me: hi ✓"];

#[test]
fn the_transcript_is_there_before_the_server_has_been_asked() {
    for delivery in MODES {
        let mut chat = chat(delivery);
        chat.reload(config(delivery)).unwrap();
        assert_eq!(chat.screen(), SAID, "{delivery:?}");
        assert_eq!(chat.phase(), Phase::Restoring, "{delivery:?}");
        chat.pump();
        assert_eq!(chat.phase(), Phase::Active, "{delivery:?}");
        assert_eq!(chat.screen(), SAID, "{delivery:?}: nothing twice");
    }
}

#[test]
fn the_transcript_of_a_chat_that_was_created_at_a_later_position_is_there_too() {
    for delivery in MODES {
        let mut chat = Peer::new(config(delivery));
        chat.gms.event(agent("Notice.Custom", "before"));
        chat.gms.event(agent("Notice.Custom", "before"));
        chat.start();
        let mut chat = chat.with_agent();
        chat.agent_says("hello");
        chat.advance(secs(2));
        chat.reload(config(delivery)).unwrap();
        assert_eq!(chat.screen(), SAID[..2], "{delivery:?}");
    }
}

#[test]
fn an_answer_that_says_nothing_proves_nothing() {
    for delivery in MODES {
        let mut chat = chat(delivery);
        chat.gms.fault("/refresh", Fault::Body(200, "{}"));
        chat.gms
            .fault("/refresh", Fault::Body(200, "<html>log in</html>"));
        chat.reload(config(delivery)).unwrap();
        chat.serving = false;
        let first = chat.gms.serve(
            chat.rest().id,
            &chat.rest().request.clone(),
            Moment::from_millis(50),
        );
        chat.answer(Lane::Rest, first.unwrap().unwrap());
        assert_eq!(chat.phase(), Phase::Restoring, "{delivery:?}");
        chat.serving = true;
        chat.advance(secs(10));
        assert_eq!(chat.phase(), Phase::Active, "{delivery:?}");
        assert!(chat.gms.is_clean());
    }
}

#[test]
fn what_was_said_meanwhile_arrives_by_either_recipe() {
    let styles = [
        RefreshStyle::Transcript,
        RefreshStyle::Pushed,
        RefreshStyle::PushedFromStart,
    ];
    for delivery in MODES {
        for style in styles {
            let mut chat = chat(delivery);
            chat.gms.style = style;
            chat.gms
                .lost_event(agent("Message.Text", "while you were away"));
            chat.reload(config(delivery)).unwrap();
            chat.advance(secs(10));
            let mut wanted = SAID.to_vec();
            wanted.push("Kristi: while you were away");
            assert_eq!(chat.screen(), wanted, "{delivery:?} {style:?}");
        }
    }
}

#[test]
fn the_client_of_the_page_before_is_taken_leave_of_with_its_position() {
    let mut chat = chat(Delivery::Cometd);
    chat.reload(config(Delivery::Cometd)).unwrap();
    let before = chat.sent.len() - 2;
    chat.pump();
    let bodies = chat.sent[before..].iter().filter_map(|sent| {
        let messages: serde_json::Value = serde_json::from_str(&sent.request.body).ok()?;
        Some(messages[0].clone())
    });
    let bodies: Vec<_> = bodies.collect();
    assert_eq!(bodies[0]["channel"], "/meta/disconnect");
    assert_eq!(bodies[0]["clientId"], "client1");
    assert_eq!(bodies[0]["ext"], json!({"transcriptPosition": "4"}));
    let channels: Vec<_> = bodies.iter().map(|body| body["channel"].clone()).collect();
    assert_eq!(channels[1], "/meta/handshake");
    assert!(channels.contains(&json!("/meta/subscribe")), "{channels:?}");
}

#[test]
fn a_message_that_was_leaving_is_settled_by_the_transcript_before_anything_is_sent() {
    for delivery in MODES {
        for arrived in [true, false] {
            let mut chat = chat(delivery);
            chat.serving = false;
            chat.say("on its way");
            chat.say("behind it");
            let request = chat.rest().clone();
            if arrived {
                drop(chat.gms.serve(request.id, &request.request, chat.now));
            }
            chat.reload(config(delivery)).unwrap();
            let screen = chat.screen();
            assert_eq!(screen[3..], ["me: on its way ?", "me: behind it …"]);
            chat.serving = true;
            chat.pump();
            let early = chat.gms.received.len();
            assert_eq!(early, if arrived { 3 } else { 1 }, "{delivery:?}");
            chat.advance(secs(30));
            let said = chat.gms.received.clone();
            assert_eq!(said, ["hi", "on its way", "behind it"], "{delivery:?}");
            assert_eq!(
                chat.screen()[3..],
                ["me: on its way ✓", "me: behind it ✓"],
                "{delivery:?} {arrived}"
            );
        }
    }
}

#[test]
fn a_message_that_was_refused_can_be_tried_again_on_the_next_page() {
    let mut chat = chat(Delivery::Poll);
    chat.gms.fault("/refresh", Fault::Status(415, None));
    chat.say("once more");
    chat.reload(config(Delivery::Poll)).unwrap();
    chat.pump();
    assert_eq!(chat.screen()[3], "me: once more ✗ refused");
    chat.command(Command::Retry(chat.key(3)));
    chat.advance(secs(5));
    assert_eq!(chat.screen()[3], "me: once more ✓");
    assert_eq!(chat.gms.received, ["hi", "once more"]);
}

#[test]
fn a_chat_that_died_meanwhile_says_so() {
    for delivery in MODES {
        let mut gone = chat(delivery);
        gone.gms.gone = true;
        gone.reload(config(delivery)).unwrap();
        gone.say("too late");
        gone.pump();
        assert_eq!(gone.phase(), Phase::Ended(End::Lost), "{delivery:?}");
        assert_eq!(gone.screen()[3], "me: too late ✗ ended", "{delivery:?}");
        assert_eq!(gone.snapshot(), None);

        let mut over = chat(delivery);
        over.gms.lost_event(agent("Notice.Left", "has left"));
        over.gms.over = true;
        over.gms.style = RefreshStyle::Transcript;
        over.reload(config(delivery)).unwrap();
        over.advance(secs(20));
        assert_eq!(over.phase(), Phase::Ended(End::Agent), "{delivery:?}");
        assert_eq!(over.screen()[3], "Kristi left", "{delivery:?}");
    }
}

#[test]
fn without_a_network_the_chat_waits_for_it() {
    for delivery in MODES {
        let mut chat = chat(delivery);
        chat.online = false;
        chat.reload(config(delivery)).unwrap();
        chat.advance(secs(60));
        assert_eq!(chat.phase(), Phase::Restoring, "{delivery:?}");
        assert_eq!(chat.screen(), SAID);
        chat.online = true;
        chat.page(PageEvent::Online);
        chat.advance(secs(3));
        assert_eq!(chat.phase(), Phase::Active, "{delivery:?}");
    }
}

#[test]
fn the_wish_to_end_the_chat_is_not_forgotten() {
    for delivery in MODES {
        let mut chat = chat(delivery);
        chat.serving = false;
        chat.command(Command::End);
        chat.reload(config(delivery)).unwrap();
        chat.serving = true;
        chat.advance(secs(15));
        assert!(chat.gms.over, "{delivery:?}");
        assert_eq!(chat.phase(), Phase::Ended(End::Visitor), "{delivery:?}");
    }
}

#[test]
fn the_place_in_the_queue_and_what_was_written_there_are_kept() {
    for delivery in MODES {
        let mut chat = queued(delivery, 5);
        chat.say("my question");
        chat.reload(delayed(delivery)).unwrap();
        assert_eq!(chat.phase(), Phase::Restoring);
        chat.pump();
        assert_eq!(chat.phase(), Phase::Waiting, "{delivery:?}");
        chat.advance(secs(60));
        assert_eq!(chat.count("request-chat-poll"), 1, "{delivery:?}");
        assert_eq!(chat.gms.created, 1);
        assert_eq!(chat.gms.received, ["my question"]);
        assert_eq!(chat.screen(), ["me: my question ✓"]);
        let create = chat.last("/ixn/chat").request.body.clone();
        assert!(create.contains("firstName=Vasya") && create.contains("subject=test"));
    }
}

/// The page crashed before it had kept more than its place in the queue: asked to create the chat, the server speaks
/// of the one that there is as of a new one.
#[test]
fn what_was_said_since_the_queue_was_kept_is_on_the_next_page() {
    for delivery in MODES {
        let mut chat = queued(delivery, 2);
        let left = chat.snapshot().unwrap();
        chat.advance(secs(60));
        let mut chat = chat.with_agent();
        chat.agent_says("hello");
        chat.say("hi");
        chat.advance(secs(2));
        assert_eq!(chat.screen(), SAID, "{delivery:?}");
        chat.page_begins(delayed(delivery));
        assert!(chat.session.restore(&left, false, visitor(), chat.now));
        chat.advance(secs(20));
        // This page has not said it itself.
        let shown = [SAID[0], SAID[1], "VasyaP: hi"];
        assert_eq!(chat.screen(), shown, "{delivery:?}");
        chat.agent_says("and now?");
        chat.advance(secs(5));
        assert_eq!(chat.screen().len(), 4, "{delivery:?}");
        assert_eq!(chat.gms.received, ["hi"], "{delivery:?}");
    }
}

#[test]
fn a_chat_whose_creation_was_under_way_is_not_created_twice() {
    for delivery in MODES {
        for fault in [Fault::DoneInSilence, Fault::Silence] {
            let mut chat = Peer::new(config(delivery));
            chat.gms.fault("/ixn/chat", fault.clone());
            chat.start();
            assert_eq!(chat.phase(), Phase::Connecting);
            chat.reload(config(delivery)).unwrap();
            chat.advance(secs(20));
            assert_eq!(chat.phase(), Phase::Waiting, "{delivery:?} {fault:?}");
            assert_eq!(chat.gms.created, 1, "{delivery:?} {fault:?}");
        }
    }
}

#[test]
fn a_service_that_is_gone_ends_the_waiting_with_a_word() {
    let mut chat = queued(Delivery::Poll, 5);
    chat.gms.fault("/status", Fault::Status(404, None));
    chat.reload(delayed(Delivery::Poll)).unwrap();
    chat.pump();
    assert_eq!(chat.phase(), Phase::Ended(End::Lost));
}

#[test]
fn before_there_is_a_service_nothing_is_kept() {
    let mut chat = Peer::new(config(Delivery::Poll));
    assert_eq!(chat.snapshot(), None);
    chat.serving = false;
    chat.start();
    assert_eq!(chat.snapshot(), None);
}

#[test]
fn what_is_no_snapshot_is_refused_and_a_chat_is_not_replaced() {
    let mut chat = chat(Delivery::Poll);
    let left = chat.snapshot().unwrap();
    assert!(
        !chat.session.restore(&left, true, visitor(), chat.now),
        "a chat is on"
    );
    chat.page_begins(config(Delivery::Poll));
    let cuts = (0..left.len()).map(|at| left[..at].to_owned());
    let others = [
        "null",
        "7",
        "[]",
        "[[],[],[],[]]",
        r#"["","9","",0,[],[]]"#,
        r#"["..","9","",0,[],[]]"#,
        r#"["s","x","",0,[],[]]"#,
        r#"["s","9","",0,[],{}]"#,
        r#"["s","9","",0,[],[],[]]"#,
        r#"{"s":1}"#,
    ];
    for text in cuts.chain(others.map(str::to_owned)) {
        assert!(
            !chat.session.restore(&text, true, visitor(), chat.now),
            "{text}"
        );
    }
    let events = chat.events.len();
    chat.pump();
    assert_eq!(chat.events.len(), events, "nothing has happened");
    chat.start();
    assert_eq!(chat.phase(), Phase::Waiting, "a new chat can be had");
}

#[test]
fn no_snapshot_holds_who_the_visitor_is_to_the_server() {
    let chat = chat(Delivery::Cometd);
    let user = chat.last("/connect").request.gms_user.clone().unwrap();
    let left = chat.snapshot().unwrap();
    assert!(
        !left.contains(&user) && !left.contains("secureKey"),
        "{left}"
    );
}

/// Spoils a text: letters changed, taken out, doubled, swapped; numbers made absurd.
fn spoil(text: &str, dice: &mut Dice) -> String {
    let mut spoilt: Vec<char> = text.chars().collect();
    for _ in 0..=dice.roll(3) {
        let at = dice.roll(spoilt.len());
        let end = (at + dice.roll(30)).min(spoilt.len());
        let odd = [
            '"', ',', '[', ']', '0', '1', '9', '-', '\0', '\u{202e}', 'é',
        ];
        match dice.roll(6) {
            0 => spoilt[at] = odd[dice.roll(odd.len())],
            1 => drop(spoilt.drain(at..end)),
            2 => {
                let twice = spoilt[at..end].to_vec();
                spoilt.splice(at..at, twice);
            }
            3 => spoilt.truncate(at + 1),
            4 => {
                let absurd = ["9007199254740992", "18446744073709551615", "-1", "1e9", "7"];
                let digits = absurd[dice.roll(absurd.len())].chars();
                let number = |c: &char| c.is_ascii_digit();
                let Some(start) = spoilt[at..].iter().position(number) else {
                    continue;
                };
                let start = at + start;
                let long = spoilt[start..].iter().take_while(|c| number(c)).count();
                spoilt.splice(start..start + long, digits);
            }
            _ => spoilt.swap(at, end.saturating_sub(1)),
        }
        if spoilt.is_empty() {
            break;
        }
    }
    spoilt.into_iter().collect()
}

#[test]
fn a_forged_snapshot_does_no_harm() {
    let mut taken = 0;
    for seed in 0..4000 {
        let mut dice = Dice(seed);
        let delivery = MODES[dice.roll(2)];
        let mut chat = chat(delivery);
        if dice.roll(2) == 0 {
            chat.gms.style = RefreshStyle::Nothing;
            chat.gms.lost_event(agent("Message.Text", "lost"));
            chat.gms.event(agent("Message.Text", "next"));
            chat.advance(secs(20));
            chat.gms.fault("/send", Fault::AnswerLost);
            chat.gms.fault("/refresh", Fault::Status(415, None));
            chat.say("doubtful");
            chat.say("queued");
        }
        let left = chat.snapshot().unwrap();
        let left = spoil(&left, &mut dice);
        chat.page_begins(config(delivery));
        let told = chat.events.len();
        if chat.session.restore(&left, true, visitor(), chat.now) {
            taken += 1;
            // Whatever it was taken for, the chat goes on without a panic.
            chat.gms.style = RefreshStyle::Pushed;
            chat.try_advance(secs(20));
            chat.command(Command::End);
            chat.try_advance(secs(20));
        } else {
            chat.pump();
            assert_eq!(chat.events.len(), told, "{left}");
        }
    }
    assert!(taken > 100, "only {taken} were taken: nothing is tried");
}

/// One chat of two minutes in which pages come and go at any moment.
fn play(delivery: Delivery, style: RefreshStyle, seed: u64) -> Peer {
    let mut dice = Dice(seed);
    let mut chat = Peer::seeded(config(delivery), seed);
    chat.gms.style = style;
    chat.start();
    chat.advance(secs(3));
    chat.gms.event(agent("Notice.Joined", ""));
    chat.advance(secs(3));
    for number in 0..60 {
        match dice.roll(10) {
            0..=2 => chat.say(&format!("v{number}")),
            3..=5 => {
                let event = agent("Message.Text", &format!("a{number}"));
                if dice.roll(4) == 0 {
                    chat.gms.lost_event(event);
                } else {
                    chat.gms.event(event);
                }
            }
            6 => chat.gms.fault("/1/service/", chance(&mut dice)),
            7 => chat.gms.fault("/cometd", chance(&mut dice)),
            // The page goes while something is on the wire, which the server may yet see.
            8 => {
                chat.serving = false;
                chat.say(&format!("w{number}"));
                let rest = |sent: &&gms_peer::Sent| {
                    sent.id.lane() == Lane::Rest && !sent.request.url.is_empty()
                };
                let sent = chat.in_flight.iter().find(rest).cloned();
                if let Some(sent) = sent.filter(|_| dice.roll(2) == 0) {
                    drop(chat.gms.serve(sent.id, &sent.request, chat.now));
                }
                chat.serving = true;
                chat.reload(config(delivery)).unwrap();
            }
            _ => chat.reload(config(delivery)).unwrap(),
        }
        chat.advance(dice.millis(4000));
    }
    chat.gms.heal();
    chat.page(PageEvent::Online);
    chat.advance(secs(150));
    assert_eq!(chat.phase(), Phase::Active, "{delivery:?} seed {seed}");
    chat
}

fn chance(dice: &mut Dice) -> Fault {
    match dice.roll(5) {
        0 => Fault::Lost,
        1 => Fault::AnswerLost,
        2 => Fault::Silence,
        3 => Fault::DoneInSilence,
        _ => Fault::Status(502, None),
    }
}

#[test]
fn reloads_at_any_moment_lose_and_double_nothing() {
    let kinds = [
        (Delivery::Poll, RefreshStyle::Pushed),
        (Delivery::Cometd, RefreshStyle::Pushed),
        (Delivery::Cometd, RefreshStyle::Transcript),
    ];
    for seed in 0..SEEDS {
        for (delivery, style) in kinds {
            let chat = play(delivery, style, seed);
            let about = format!("{delivery:?} {style:?} seed {seed}");
            let line = |event: &serde_json::Value| {
                let text = event[2].as_str().unwrap();
                match (event[0].as_str().unwrap(), event[4].as_str().unwrap()) {
                    ("Message.Text", "CLIENT") => Some(format!("me: {text} ✓")),
                    ("Message.Text", _) => Some(format!("Kristi: {text}")),
                    _ => None,
                }
            };
            let truth: Vec<String> = chat.gms.transcript.iter().filter_map(line).collect();
            let screen = chat.screen();
            let shown: Vec<&String> = screen
                .iter()
                .filter(|line| line.contains(": ") && !line.ends_with(['…', '?']))
                .filter(|line| !line.contains('✗'))
                .collect();
            assert_eq!(shown, truth.iter().collect::<Vec<_>>(), "{about}");
            let mut received = chat.gms.received.clone();
            let count = received.len();
            received.sort();
            received.dedup();
            assert_eq!(received.len(), count, "{about}: sent twice");
            let open = screen.iter().filter(|line| line.ends_with(['…', '?']));
            assert_eq!(open.count(), 0, "{about}: {screen:#?}");
        }
    }
}

/// A snapshot of a page that was busy: an event that came late stands behind those that came before it.
fn busy(delivery: Delivery) -> (Peer, String) {
    let mut chat = chat(delivery);
    chat.serving = false;
    chat.say("waits");
    chat.say("behind it");
    let left = chat.snapshot().unwrap();
    let rows = left.split_once("],[\"Message.Text\"").unwrap();
    let (first, others) = rows.1.split_once(']').unwrap();
    // The first message comes last.
    let (events, messages) = others.split_once("],[").unwrap();
    let moved = format!(
        "{}{events},[\"Message.Text\"{first}]],[{messages}",
        rows.0.to_owned() + "]"
    );
    (chat, moved)
}

#[test]
fn events_are_taken_up_in_the_order_of_their_positions() {
    for delivery in MODES {
        let (mut chat, left) = busy(delivery);
        chat.page_begins(config(delivery));
        assert!(
            chat.session.restore(&left, true, visitor(), chat.now),
            "{left}"
        );
        chat.serving = true;
        chat.advance(secs(20));
        let mut wanted = SAID.to_vec();
        wanted.extend(["me: waits ✓", "me: behind it ✓"]);
        assert_eq!(chat.screen(), wanted, "{delivery:?}");
    }
}

#[test]
fn a_page_that_could_not_say_when_it_ended_leaves_what_was_waiting_in_doubt() {
    for delivery in MODES {
        for is_exact in [true, false] {
            let mut chat = chat(delivery);
            chat.serving = false;
            chat.say("waits");
            chat.say("behind it");
            let left = chat.snapshot().unwrap();
            chat.page_begins(config(delivery));
            assert!(chat.session.restore(&left, is_exact, visitor(), chat.now));
            chat.serving = true;
            chat.advance(millis(0));
            let fate = if is_exact { "…" } else { "?" };
            assert_eq!(
                chat.screen()[4],
                format!("me: behind it {fate}"),
                "{delivery:?}"
            );
            chat.advance(secs(20));
            let mut received = chat.gms.received.clone();
            received.dedup();
            assert_eq!(received, ["hi", "waits", "behind it"], "{delivery:?}");
        }
    }
}

#[test]
fn who_leaves_for_good_says_so_by_requests_that_outlive_the_page() {
    for delivery in MODES {
        let mut chat = chat(delivery);
        chat.serving = false;
        chat.advance(secs(5));
        let before = chat.sent.len();
        let told = chat.events.len();
        chat.page(PageEvent::Leaving);
        let last = chat.sent[before..].to_vec();
        let last = &last[..];
        assert!(last.iter().all(|sent| sent.request.keepalive), "{last:?}");
        let paths: Vec<&str> = last.iter().map(gms_peer::Sent::path).collect();
        if delivery == Delivery::Cometd {
            assert_eq!(paths, ["/cometd/disconnect", "/ixn/chat/disconnect"]);
            assert!(
                last[0]
                    .request
                    .body
                    .contains("\"transcriptPosition\":\"4\"")
            );
            let user = |sent: &gms_peer::Sent| sent.request.gms_user.as_deref() == Some("user-7");
            assert!(last.iter().all(user));
        } else {
            assert_eq!(paths, ["/ixn/chat/disconnect"]);
        }
        chat.serving = true;
        chat.advance(secs(100));
        assert!(chat.gms.over);
        assert_eq!(chat.sent.len(), before + paths.len(), "and nothing more");
        assert_eq!(chat.events.len(), told, "nobody is left to be told");
        assert_eq!(chat.snapshot(), None);
    }
}

#[test]
fn a_page_that_was_frozen_or_slept_asks_at_once() {
    for delivery in MODES {
        for event in [Some(PageEvent::Awake), None] {
            let mut chat = chat(delivery);
            chat.gms.lost_event(agent("Message.Text", "long ago"));
            chat.gms.forget_clients();
            chat.now = chat.now + secs(300);
            match event {
                Some(event) => chat.page(event),
                None => chat.sleep(millis(0)),
            }
            chat.advance(secs(3));
            assert_eq!(
                chat.screen()[3..],
                ["Kristi: long ago"],
                "{delivery:?} {event:?}"
            );
        }
    }
}

#[test]
fn a_restored_line_is_told_while_restoring_and_a_new_one_after_it() {
    let mut chat = chat(Delivery::Poll);
    chat.gms.lost_event(agent("Message.Text", "new"));
    let told = chat.events.len();
    chat.reload(config(Delivery::Poll)).unwrap();
    chat.pump();
    let place = |wanted: &dyn Fn(&Event) -> bool| {
        let found = chat.events[told..].iter().rposition(wanted);
        found.unwrap()
    };
    let active = place(&|event| matches!(event, Event::Phase(Phase::Active)));
    let line = place(&|event| matches!(event, Event::Entry(_)));
    assert!(active < line, "what is new is told to a living chat");
}
