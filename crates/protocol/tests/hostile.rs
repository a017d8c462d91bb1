//! Whatever arrives, the session neither panics nor storms nor stalls: golden bodies, mutated by seed.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

#[path = "support/dice.rs"]
mod dice;
#[path = "support/gms_peer.rs"]
mod gms_peer;
#[path = "support/golden.rs"]
mod golden;

use dice::Dice;
use gms_chat_protocol::chat::{Command, Delivery, Phase};
use gms_chat_protocol::{Failure, Lane, PageEvent, Reply};
use gms_peer::{Peer, agent, config, reply, secs};
use serde_json::{Value, json};

/// A value that stands where another one was expected.
fn odd_value(dice: &mut Dice) -> Value {
    match dice.roll(14) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(0),
        4 => json!(u64::MAX),
        5 => json!(1e308),
        6 => json!("18446744073709551616"),
        7 => json!(""),
        8 => json!("\u{0}\u{202e}\u{ffff}😀"),
        9 => json!([]),
        10 => json!({}),
        11 => json!([
            [["Message.Text"]],
            null,
            7,
            ["Notice.Left"],
            ["Message.Text", 1, 2, 3, 4, 5]
        ]),
        12 => json!("[[\"Message.Text\",\"x\",\"quoted\",\"1\",\"AGENT\"]]"),
        _ => json!("x".repeat(5000)),
    }
}

/// Changes one place somewhere inside a value.
fn mutate(value: &mut Value, dice: &mut Dice) {
    let inside = dice.roll(4) != 0;
    match value {
        Value::Array(items) if inside && !items.is_empty() => {
            let place = dice.roll(items.len());
            match dice.roll(5) {
                0 => drop(items.remove(place)),
                1 => items.push(items[place].clone()),
                2 => items.insert(place, odd_value(dice)),
                _ => mutate(&mut items[place], dice),
            }
        }
        Value::Object(members) if inside && !members.is_empty() => {
            let place = dice.roll(members.len());
            let name = members.keys().nth(place).unwrap().clone();
            if dice.roll(5) == 0 {
                members.remove(&name);
            } else {
                mutate(&mut members[&name], dice);
            }
        }
        other => *other = odd_value(dice),
    }
}

/// A golden body as it should never come.
fn mutant(bodies: &[String], dice: &mut Dice) -> String {
    let body = &bodies[dice.roll(bodies.len())];
    match (dice.roll(8), serde_json::from_str::<Value>(body)) {
        (0, _) => body.chars().take(dice.roll(body.len())).collect(),
        (1, _) => body.replace("transcriptPosition\" : \"", "transcriptPosition\" : \"9"),
        (_, Ok(mut value)) => {
            for _ in 0..=dice.roll(4) {
                mutate(&mut value, dice);
            }
            value.to_string()
        }
        (_, Err(_)) => "[".repeat(dice.roll(500)),
    }
}

fn bodies() -> Vec<String> {
    let bodies = golden::all()
        .into_iter()
        .map(|exchange| exchange.reply.body);
    bodies.filter(|body| !body.is_empty()).collect()
}

/// Something that a visitor or a page might do.
fn whim(chat: &mut Peer, dice: &mut Dice) {
    match dice.roll(12) {
        0 | 1 => chat.say("hello"),
        2 => chat.command(Command::Typing),
        3 => chat.command(Command::StopTyping),
        4 => chat.command(Command::Notice("n".to_owned())),
        5 => chat.page(PageEvent::Hidden),
        6 => chat.page(PageEvent::Visible),
        7 => chat.page(PageEvent::Online),
        8 if dice.roll(10) == 0 => chat.command(Command::End),
        9 if dice.roll(10) == 0 => chat.command(Command::Reset),
        10 => chat.start(),
        _ => chat.advance(dice.millis(3000)),
    }
}

/// The body of a delivery that a mutant hides in.
fn delivery(body: &str) -> String {
    let message: Value = serde_json::from_str(body).unwrap_or(json!(body));
    let tag = format!("service.chat.refresh.{}", gms_peer::SERVICE);
    let event = json!({"channel": "/_genesys", "data": {"message": message, "tag": tag}});
    json!([event, {"channel": "/meta/connect", "successful": true}]).to_string()
}

/// Plays a session against nothing but mutants.
fn torment(delivery_mode: Delivery, seed: u64, bodies: &[String]) {
    let mut dice = Dice(seed);
    let mut chat = Peer::seeded(config(delivery_mode), seed);
    chat.start();
    // Half of the sessions meet the mutants when the chat is on, half from the first answer.
    if dice.roll(2) == 0 {
        chat.advance(secs(2));
        chat.gms.event(agent("Notice.Joined", ""));
        chat.advance(secs(2));
    }
    chat.serving = false;
    for _ in 0..60 {
        let Some(sent) = chat.in_flight.first().cloned() else {
            chat.advance(secs(1));
            whim(&mut chat, &mut dice);
            continue;
        };
        let lane = sent.id.lane();
        let mut body = mutant(bodies, &mut dice);
        if lane == Lane::Connect && dice.roll(2) == 0 {
            body = delivery(&body);
        }
        let status = [200, 200, 200, 200, 204, 301, 403, 404, 500, 503, 0, 999][dice.roll(12)];
        let wish = ["", "1", "-1", "x", "99999999999999999999"][dice.roll(5)];
        match dice.roll(10) {
            0 => chat.lose(lane, Failure::Network),
            1 => chat.lose(lane, Failure::Truncated),
            _ => chat.answer(
                lane,
                Reply {
                    status,
                    retry_after: Some(wish.to_owned()),
                    body,
                },
            ),
        }
        whim(&mut chat, &mut dice);
        chat.advance(dice.millis(1500));
    }
}

#[test]
fn tormented_sessions_survive() {
    let bodies = bodies();
    for seed in 0..400 {
        torment(Delivery::Poll, seed, &bodies);
    }
    for seed in 400..600 {
        torment(Delivery::Auto, seed, &bodies);
    }
}

#[test]
fn a_torment_is_the_same_every_time() {
    let bodies = bodies();
    let trace = |seed: u64| {
        let mut dice = Dice(seed);
        (0..50)
            .map(|_| mutant(&bodies, &mut dice))
            .collect::<Vec<_>>()
    };
    assert_eq!(trace(4), trace(4));
    assert_ne!(trace(4), trace(5));
}

#[test]
fn a_chat_goes_on_after_any_single_mutant() {
    let bodies = bodies();
    let mut dice = Dice(99);
    for round in 0..500 {
        let mut chat = Peer::polling().with_agent();
        let body = mutant(&bodies, &mut dice);
        // The session id of the examples is not this chat's, and their end is not its end.
        let foreign = body.contains("DISCONNECTED");
        chat.gms
            .fault("/refresh", gms_peer::Fault::Body(200, body.clone().leak()));
        chat.advance(secs(3));
        chat.agent_says("still here");
        chat.advance(secs(20));
        if foreign && matches!(chat.phase(), Phase::Ended(_)) {
            continue;
        }
        let screen = chat.screen();
        assert!(
            screen.iter().any(|line| line == "Kristi: still here"),
            "round {round}: {body}\n{screen:?}"
        );
    }
}

#[test]
fn deep_and_large_answers_are_read_or_refused_and_never_fatal() {
    let nested = |levels: usize| {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        format!(
            r#"{{"chatIxnState":"TRANSCRIPT","transcriptPosition":3,"deep":{open}{close},
            "transcriptToShow":[["Message.Text","Kristi","deep","1","AGENT"]]}}"#
        )
    };
    for (levels, read) in [(200, true), (250, true), (300, false), (100_000, false)] {
        let mut chat = Peer::polling().with_agent();
        chat.gms.fault(
            "/refresh",
            gms_peer::Fault::Body(200, nested(levels).leak()),
        );
        chat.advance(secs(4));
        assert_eq!(chat.screen().len() == 2, read, "{levels}");
        assert_eq!(chat.phase(), Phase::Active);
    }
    for (bytes, read) in [(1 << 20, true), (10 << 20, false)] {
        let mut chat = Peer::polling().with_agent();
        let text = "x".repeat(bytes);
        let body = format!(
            r#"{{"transcriptPosition":3,"transcriptToShow":[["Message.Text","Kristi","{text}","1","AGENT"]]}}"#
        );
        chat.serving = false;
        chat.advance(secs(2));
        chat.answer(Lane::Rest, reply(200, &body));
        assert_eq!(chat.screen().len() == 2, read, "{bytes}");
        assert_eq!(chat.diagnostics().contains("8 MB"), !read);
    }
}

#[test]
fn answers_to_unknown_exchanges_are_ignored() {
    let mut chat = Peer::polling().with_agent();
    let old = chat.sent[0].id;
    let told = chat.events.len();
    chat.session.handle_reply(
        old,
        reply(200, r#"{"chatIxnState":"DISCONNECTED"}"#),
        chat.now,
    );
    chat.session.handle_failure(old, Failure::Network, chat.now);
    chat.pump();
    assert_eq!(chat.events.len(), told);
    assert_eq!(chat.phase(), Phase::Active);
}

#[test]
fn a_clock_that_stands_still_or_leaps_does_no_harm() {
    for mut chat in [Peer::polling().with_agent(), Peer::comet().with_agent()] {
        for _ in 0..100 {
            chat.session.handle_timeout(chat.now);
            chat.pump();
        }
        chat.sleep(secs(86_400 * 365));
        chat.advance(secs(60));
        chat.agent_says("good morning");
        chat.advance(secs(5));
        assert_eq!(chat.screen().last().unwrap(), "Kristi: good morning");
    }
}
