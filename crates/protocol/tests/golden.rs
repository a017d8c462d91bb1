//! Every HTTP example of the API page: requests are produced, replies are understood.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

#[path = "support/gms_peer.rs"]
mod gms_peer;
#[path = "support/golden.rs"]
mod golden;

use gms_chat_protocol::chat::{
    Body, Command, Config, Delivery, End, Event, Fate, Phase, Problem, Role, Session, Visitor,
};
use gms_chat_protocol::form::{self, Form};
use gms_chat_protocol::{Lane, Moment, Output, Reply};
use gms_peer::{Peer, config, field, millis, secs};
use golden::{Exchange, all, named};

/// The service of the push examples.
const PUSH: &str = "4d1697a9-dda5-4742-8a6f-fbc01c25c640";
const GMS_USER: &str = "b16416334828b1d26ef14f329628b55b5a8c631d8928a371a5584722dd7fb673";

fn reply(exchange: &Exchange) -> Reply {
    Reply {
        status: exchange.status,
        retry_after: None,
        body: exchange.reply.body.clone(),
    }
}

/// A session whose requests are answered from golden files, one after another.
struct Player {
    peer: Peer,
}

impl Player {
    fn new(config: Config) -> Self {
        let mut peer = Peer::new(config);
        peer.serving = false;
        Self { peer }
    }

    /// The request under way by REST must be that of the example; it gets the example's reply.
    fn rest(&mut self, start: &str) -> &mut Self {
        let exchange = named(start);
        let sent = &self.peer.rest().request;
        let (path, query) = exchange
            .path
            .split_once('?')
            .unwrap_or((&exchange.path, ""));
        assert_eq!(sent.url, path, "{start}");
        assert_eq!(sent.content_type, form::CONTENT_TYPE);
        let parts = [query, &exchange.request.body]
            .into_iter()
            .filter(|part| !part.is_empty());
        let expected = as_we_send(&parts.collect::<Vec<_>>().join("&"));
        assert_eq!(sent.body, expected, "{start}");
        self.peer.answer(Lane::Rest, reply(&exchange));
        self
    }

    /// The same for a request whose body differs by decision.
    fn rest_with(&mut self, start: &str, body: &str) -> &mut Self {
        let exchange = named(start);
        let sent = &self.peer.rest().request;
        assert_eq!(
            sent.url,
            exchange.path.split('?').next().unwrap(),
            "{start}"
        );
        assert_eq!(sent.body, body, "{start}");
        self.peer.answer(Lane::Rest, reply(&exchange));
        self
    }

    /// The reply of an example to whatever is under way in a lane.
    fn reply(&mut self, lane: Lane, start: &str) -> &mut Self {
        self.peer.answer(lane, reply(&named(start)));
        self
    }

    /// The reply of an example on the held connect, with the id that was sent.
    fn connect(&mut self, start: &str) -> &mut Self {
        let connect = self
            .peer
            .in_flight
            .iter()
            .find(|sent| sent.id.lane() == Lane::Connect);
        let exchange = named(start);
        assert_eq!(connect.unwrap().request.url, exchange.path, "{start}");
        self.peer.answer(Lane::Connect, reply(&exchange));
        self
    }
}

/// A form of the source as we send it: without `_verbose`, encoded as browsers do.
fn as_we_send(form: &str) -> String {
    let mut out = Form::new();
    for pair in form.split('&').filter(|pair| !pair.is_empty()) {
        let name = pair.split('=').next().unwrap();
        if name != "_verbose" {
            out.add(name, &field(form, name).unwrap());
        }
    }
    out.into_body()
}

#[test]
fn the_push_sequence_of_the_source_is_walked_through() {
    let mut player = Player::new(Config {
        user_id: Some(GMS_USER.to_owned()),
        ..config(Delivery::Cometd)
    });
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    player.peer.command(Command::Start(Visitor {
        subject: "French".to_owned(),
        data: vec![
            pair("FirstName", "John"),
            pair("LastName", "Harry"),
            pair("EmailAddress", "j.h@gmail.com"),
        ],
        ..Visitor::default()
    }));
    player
        .reply(Lane::Meta, "07")
        .reply(Lane::Meta, "08")
        .connect("09");
    let data = "FirstName=John&LastName=Harry&EmailAddress=j.h%40gmail.com";
    player.rest_with("10", data);
    player.rest_with("11", &format!("notify_by=comet&subject=French&{data}"));
    assert_eq!(player.peer.phase(), Phase::Waiting);
    player.connect("12");
    assert_eq!(player.peer.phase(), Phase::Active);
    player.connect("13");
    assert_eq!(player.peer.typist().as_deref(), Some("Kristi Sippola"));
    player.connect("14");
    assert_eq!(player.peer.typist(), None);
    player.peer.say("Hi Verbose");
    // We send by `send` in push mode; the source's example uses `refresh`, with the same answer.
    assert_eq!(player.peer.rest().request.body, "message=Hi+Verbose");
    player.reply(Lane::Rest, "15").connect("16");
    assert_eq!(
        player.peer.screen(),
        [
            "Kristi Sippola joined",
            "Kristi Sippola: Hello",
            "me: Hi Verbose ✓"
        ]
    );
    player.connect("17");
    let verdict = &player.peer.rest().request;
    assert_eq!(
        verdict.url,
        format!("/genesys/1/service/{PUSH}/ixn/chat/refresh")
    );
    assert_eq!(verdict.body, "transcriptPosition=5");
    player.reply(Lane::Rest, "29");
    player.rest("18").reply(Lane::Meta, "20");
    assert_eq!(player.peer.phase(), Phase::Ended(End::Server));
    assert!(player.peer.in_flight.is_empty());
    let secret = format!("{:?}", player.peer.events);
    assert!(
        !secret.contains("1b21478a91a7d1dc"),
        "the secureKey is told"
    );
}

#[test]
fn the_delayed_sequence_of_the_source_is_walked_through() {
    let mut player = Player::new(Config {
        service: "request-chat-poll".to_owned(),
        ..config(Delivery::Poll)
    });
    player.peer.start();
    player.rest_with("25", "");
    player.rest("26");
    assert_eq!(player.peer.phase(), Phase::Waiting);
    player.peer.advance(secs(4));
    player.rest("27");
    let body = named("28").request.body;
    let body = body.strip_prefix("notify_by=comet&").unwrap();
    player.rest_with("28", &as_we_send(body));
    assert_eq!(player.peer.phase(), Phase::Waiting);
    player.peer.command(Command::End);
    player.rest("31");
    assert_eq!(player.peer.phase(), Phase::Ended(End::Abandoned));
}

/// A chat in poll mode on the service of an example, just created.
fn created(service: &str) -> Player {
    let mut player = Player::new(config(Delivery::Poll));
    player.peer.start();
    let id = format!("{{\"_id\":\"{service}\"}}");
    player.peer.answer(Lane::Rest, gms_peer::reply(200, &id));
    player.peer.answer(
        Lane::Rest,
        gms_peer::reply(200, r#"{"chatIxnState":"CONNECTED"}"#),
    );
    player
}

fn service_of(exchange: &Exchange) -> String {
    exchange.path.split('/').nth(4).unwrap().to_owned()
}

#[test]
fn forms_of_the_source_are_produced_to_the_byte() {
    let create = named("01");
    let query = create.path.split_once('?').unwrap().1;
    let mut form = Form::new();
    for (name, value) in [
        ("notify_by", "comet"),
        ("firstName", "Buzz"),
        ("lastName", "Brain"),
        ("subject", "French"),
        ("email", "b.b@gmail.com"),
    ] {
        form.add(name, value);
    }
    assert_eq!(form.into_body(), query);
    let mut form = Form::new();
    for (name, value) in [
        ("_verbose", "true"),
        ("notify_by", "comet"),
        ("FirstName", "John"),
        ("LastName", "Harry"),
        ("subject", "French"),
        ("EmailAddress", "j.h@gmail.com"),
    ] {
        form.add(name, value);
    }
    assert_eq!(form.into_body(), named("11").request.body);
}

#[test]
fn operations_go_where_the_source_sends_them_and_carry_its_headers() {
    for (start, command) in [
        ("34", Command::Say("aaa".to_owned())),
        ("36", Command::Typing),
        ("38", Command::End),
    ] {
        let exchange = named(start);
        let mut player = created(&service_of(&exchange));
        player.peer.command(command);
        let sent = &player.peer.rest().request;
        assert_eq!(
            sent.url,
            exchange.path.split('?').next().unwrap(),
            "{start}"
        );
        let source = exchange.request.header("Content-Type").unwrap();
        assert!(sent.content_type.starts_with(source), "{start}");
        assert!(
            sent.body.ends_with(&exchange.request.body),
            "{start}: {}",
            sent.body
        );
    }
}

#[test]
fn the_end_of_typing_is_announced_as_in_the_source() {
    let mut player = created(&service_of(&named("37")));
    player.peer.advance(millis(500));
    player.peer.command(Command::Typing);
    player.rest("36");
    player.peer.command(Command::StopTyping);
    // The answer speaks of position 8, and what stands before it is missing; typing comes first.
    player.peer.advance(secs(1));
    player.rest("37");
    assert!(player.peer.rest().request.url.ends_with("/refresh"));
    assert!(
        player
            .peer
            .events
            .iter()
            .all(|event| !matches!(event, Event::Typing(_)))
    );
}

/// What the screen shows after the poll is answered by this example.
fn shown(start: &str) -> Vec<String> {
    let exchange = named(start);
    let mut player = created(&service_of(&exchange));
    player.peer.advance(secs(2));
    player.peer.answer(Lane::Rest, reply(&exchange));
    player.peer.screen()
}

#[test]
fn transcripts_of_the_source_are_shown() {
    let screen = [
        "ksippo joined",
        "VasyaP: hello agent",
        "ksippo: hello customer",
    ];
    for start in ["04", "35", "field-index", "field-numbers"] {
        assert_eq!(shown(start), screen, "{start}");
    }
    assert_eq!(
        shown("03"),
        [
            "ksippo joined",
            "ksippo: hello customer",
            "VasyaP: hello agent"
        ]
    );
}

#[test]
fn times_of_the_source_are_added_up() {
    let exchange = named("04");
    let mut player = created(&service_of(&exchange));
    player.peer.advance(secs(2));
    player.peer.answer(Lane::Rest, reply(&exchange));
    // 2012-06-09T22:26:17Z and 15 seconds.
    assert_eq!(player.peer.entry(0).at, Some(1_339_280_792_000));
    assert_eq!(player.peer.entry(0).party.role, Role::Agent);
}

#[test]
fn a_message_on_a_refresh_is_settled_by_the_transcript_of_the_source() {
    let exchange = named("04");
    let mut player = created(&service_of(&exchange));
    player.peer.say("hello agent");
    let body = &player.peer.rest().request.body;
    assert_eq!(field(body, "message").as_deref(), Some("hello agent"));
    player.peer.answer(Lane::Rest, reply(&exchange));
    assert_eq!(
        player.peer.screen(),
        [
            "ksippo joined",
            "me: hello agent ✓",
            "ksippo: hello customer"
        ]
    );
    assert!(matches!(
        &player.peer.entry(1).body,
        Body::Mine {
            fate: Fate::Sent,
            ..
        }
    ));
}

#[test]
fn creation_answers_of_the_source_begin_a_chat() {
    for start in ["01", "02", "28", "32", "33"] {
        let exchange = named(start);
        let mut player = Player::new(config(Delivery::Poll));
        player.peer.start();
        let id = format!("{{\"_id\":\"{}\"}}", service_of(&exchange));
        player.peer.answer(Lane::Rest, gms_peer::reply(200, &id));
        player.peer.answer(Lane::Rest, reply(&exchange));
        let active = start == "33";
        let expected = if active {
            Phase::Active
        } else {
            Phase::Waiting
        };
        assert_eq!(player.peer.phase(), expected, "{start}");
        assert_eq!(
            player.peer.screen().len(),
            if active { 3 } else { 0 },
            "{start}"
        );
    }
}

#[test]
fn service_answers_of_the_source_name_the_service() {
    for start in ["05", "06", "10", "25", "39"] {
        let mut player = Player::new(config(Delivery::Poll));
        player.peer.start();
        let exchange = named(start);
        player.peer.answer(Lane::Rest, reply(&exchange));
        let id = exchange
            .reply
            .body
            .split("\"_id\":")
            .nth(1)
            .unwrap()
            .split('"')
            .nth(1)
            .unwrap();
        let url = &player.peer.rest().request.url;
        assert_eq!(*url, format!("/genesys/1/service/{id}/ixn/chat"), "{start}");
    }
}

#[test]
fn unavailable_is_waited_out_and_unsupported_is_not() {
    for start in ["40", "45"] {
        let mut player = Player::new(config(Delivery::Poll));
        player.peer.start();
        if start == "40" {
            player
                .peer
                .answer(Lane::Rest, gms_peer::reply(200, r#"{"_id":"x"}"#));
        }
        player.reply(Lane::Rest, start);
        assert!(
            matches!(player.peer.phase(), Phase::Waiting | Phase::Connecting),
            "{start}"
        );
    }
    for start in ["41", "42", "43", "44"] {
        let exchange = named(start);
        let mut player = created(&service_of(&exchange));
        player.peer.advance(secs(2));
        player.reply(Lane::Rest, start);
        assert_eq!(player.peer.phase(), Phase::Waiting, "{start}");
    }
    let mut player = Player::new(config(Delivery::Poll));
    player.peer.start();
    player
        .peer
        .answer(Lane::Rest, gms_peer::reply(200, r#"{"_id":"x"}"#));
    player.reply(Lane::Rest, "46");
    assert_eq!(player.peer.phase(), Phase::Failed(gms_peer::refused(415)));
}

#[test]
fn the_farewell_of_the_source_ends_the_chat() {
    for start in ["18", "31", "38"] {
        let exchange = named(start);
        let mut player = created(&service_of(&exchange));
        player.peer.command(Command::End);
        player.reply(Lane::Rest, start);
        assert_eq!(player.peer.phase(), Phase::Ended(End::Abandoned), "{start}");
    }
}

#[test]
fn reports_from_the_field_are_understood() {
    assert_eq!(shown("field-transfer")[..], ["~ something is missing ~"; 0]);
    for start in ["field-exception", "field-exception-200"] {
        let exchange = named(start);
        let mut player = created(&service_of(&exchange));
        player.peer.advance(secs(2));
        player.peer.answer(Lane::Rest, reply(&exchange));
        player.peer.advance(secs(2));
        player.peer.answer(Lane::Rest, reply(&exchange));
        assert_eq!(player.peer.phase(), Phase::Ended(End::Lost), "{start}");
    }
}

#[test]
fn the_batches_from_the_field_follow_the_transcript_of_the_source() {
    let follow = |start: &str| {
        let exchange = named("35");
        let mut player = created(&service_of(&exchange));
        player.peer.advance(secs(2));
        player.peer.answer(Lane::Rest, reply(&exchange));
        player.peer.advance(secs(2));
        player.peer.answer(Lane::Rest, reply(&named(start)));
        player.peer
    };
    let last = |peer: &Peer| peer.screen()[3..].to_vec();
    assert_eq!(
        last(&follow("field-transfer")),
        ["ksippo handed over to mlopez"]
    );
    let url = "ksippo offers www.example.com <https://www.example.com/tariffs?id=7>";
    assert_eq!(last(&follow("field-push-url")), [url]);
    let peer = follow("field-custom-notice");
    assert_eq!(last(&peer), ["boss joined"]);
    assert_eq!(
        peer.notices(),
        [
            "Notice.Custom system text||WELCOME",
            "Notice.Sparkle system what is this"
        ]
    );
    let peer = follow("field-short-typing");
    assert_eq!(peer.typist(), None);
    assert!(last(&peer).is_empty());
}

#[test]
fn links_of_a_verbose_answer_are_used_when_they_lie_below_the_endpoint() {
    let exchange = named("02");
    let id = format!("{{\"_id\":\"{}\"}}", service_of(&exchange));
    let with_links = |from: &str, to: &str| {
        let mut player = Player::new(config(Delivery::Poll));
        player.peer.start();
        player.peer.answer(Lane::Rest, gms_peer::reply(200, &id));
        let body = exchange.reply.body.replace(from, to);
        player.peer.answer(Lane::Rest, gms_peer::reply(200, &body));
        player.peer.command(Command::Typing);
        player.peer.rest().request.url.clone()
    };
    let own = format!(
        "/genesys/1/service/{}/ixn/chat/startTyping",
        service_of(&exchange)
    );
    assert_eq!(
        with_links("chat/startTyping", "chat/begin"),
        own.replace("startTyping", "begin")
    );
    assert_eq!(
        with_links("\"/genesys/", "\"https://evil.example/genesys/"),
        own
    );
    assert_eq!(with_links("\"/genesys/", "\"//evil.example/genesys/"), own);
    assert_eq!(with_links("/ixn/chat/startTyping", "/../../../x"), own);
    assert_eq!(with_links(&service_of(&exchange), "{service_id}"), own);
}

#[test]
fn every_reply_of_the_source_is_harmless_at_every_moment() {
    for exchange in all() {
        let now = Moment::from_millis(5);
        for stop in 0..4 {
            let mut session = Session::new(config(Delivery::Poll), 1, now);
            session.handle_command(Command::Start(gms_peer::visitor()), now);
            for step in 0..=stop {
                let mut rest = None;
                while let output @ (Output::Send(..) | Output::Cancel(_) | Output::Event(_)) =
                    session.poll_output()
                {
                    if let Output::Send(id, _) = output {
                        rest = Some(id);
                    }
                }
                let Some(id) = rest else { break };
                let body = match (step == stop, step) {
                    (true, _) => reply(&exchange),
                    (false, 0) => gms_peer::reply(200, &format!("{{\"_id\":\"{PUSH}\"}}")),
                    (false, _) => gms_peer::reply(200, r#"{"chatIxnState":"TRANSCRIPT"}"#),
                };
                let now = now + secs(40 * u64::try_from(step).unwrap());
                session.handle_reply(id, body, now);
                session.handle_timeout(now + secs(39));
            }
        }
    }
}

#[test]
fn a_problem_keeps_the_words_of_the_server() {
    let mut player = Player::new(config(Delivery::Poll));
    player.peer.start();
    player.reply(Lane::Rest, "field-exception");
    assert_eq!(
        player.peer.phase(),
        Phase::Failed(Problem::Exception {
            exception: "com.genesyslab.gsg.services.chat.ChatSessionException".to_owned(),
            message: "Chat session does not exist".to_owned(),
        })
    );
}
