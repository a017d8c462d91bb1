//! From the visitor's form to a created chat, and what happens when that fails.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

#[path = "support/gms_peer.rs"]
mod gms_peer;

use gms_chat_protocol::Lane;
use gms_chat_protocol::chat::{Command, Config, Delivery, End, Phase, Problem, Visitor};
use gms_peer::{Fault, Peer, SERVICE, config, millis, refused, reply, secs, visitor};

const CREATE: &str = "/ixn/chat";

/// The channels of the Bayeux requests and the paths of the REST requests, in order.
fn steps(peer: &Peer) -> Vec<String> {
    let step = |sent: &gms_peer::Sent| match sent.id.lane() {
        Lane::Rest => sent.path().to_owned(),
        Lane::Connect | Lane::Meta => {
            let body: serde_json::Value = serde_json::from_str(&sent.request.body).unwrap();
            body[0]["channel"].as_str().unwrap().to_owned()
        }
    };
    peer.sent.iter().map(step).collect()
}

#[test]
fn a_polled_chat_is_created_by_two_calls() {
    let mut peer = Peer::new(config(Delivery::Poll));
    peer.start();
    assert_eq!(steps(&peer), ["request-chat", "/ixn/chat"]);
    assert_eq!(peer.phase(), Phase::Waiting);
    assert_eq!(
        peer.last(CREATE).request.body,
        "firstName=Vasya&lastName=Pupkin&email=Vasya.Pupkin%40genesyslab.com&subject=test"
    );
}

#[test]
fn cometd_is_proven_before_the_chat_is_created() {
    let mut peer = Peer::new(config(Delivery::Cometd));
    peer.start();
    let steps = steps(&peer);
    let at = |step: &str| steps.iter().position(|other| other == step).unwrap();
    assert!(at("/meta/handshake") < at("/meta/subscribe"));
    assert!(at("/meta/subscribe") < at("request-chat"));
    assert!(at("/meta/connect") < at("request-chat"));
    assert!(at("request-chat") < at(CREATE));
    assert!(
        peer.last(CREATE)
            .request
            .body
            .starts_with("notify_by=comet&firstName=Vasya")
    );
    assert_eq!(peer.phase(), Phase::Waiting);
}

#[test]
fn phases_are_told_once_each() {
    let mut peer = Peer::new(config(Delivery::Poll));
    peer.start();
    peer.advance(secs(10));
    let phases: Vec<Phase> = peer
        .events
        .iter()
        .filter_map(|event| match event {
            gms_chat_protocol::chat::Event::Phase(phase) => Some(phase.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(phases, [Phase::Connecting, Phase::Waiting]);
}

#[test]
fn business_data_is_sent_with_the_service_and_with_the_chat() {
    let mut peer = Peer::new(config(Delivery::Poll));
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    peer.command(Command::Start(Visitor {
        data: vec![pair("contract", "A&B 1"), pair("page", "/tariffs?x=1")],
        ..visitor()
    }));
    let data = "contract=A%26B+1&page=%2Ftariffs%3Fx%3D1";
    assert_eq!(peer.last("request-chat").request.body, data);
    assert!(
        peer.last(CREATE)
            .request
            .body
            .ends_with(&format!("subject=test&{data}"))
    );
}

#[test]
fn business_data_cannot_set_the_parameters_of_the_api() {
    let mut peer = Peer::new(config(Delivery::Poll));
    let pair = |name: &str| (name.to_owned(), "x".to_owned());
    let data = [
        "_verbose",
        "notify_by",
        "transcriptPosition",
        "message",
        "",
        "ok",
    ]
    .map(pair);
    peer.command(Command::Start(Visitor {
        data: data.to_vec(),
        ..visitor()
    }));
    assert_eq!(peer.last("request-chat").request.body, "ok=x");
    assert!(peer.diagnostics().contains("_verbose"));
    assert_eq!(peer.phase(), Phase::Waiting);
}

#[test]
fn what_the_visitor_left_empty_is_not_sent() {
    let mut peer = Peer::new(config(Delivery::Poll));
    peer.command(Command::Start(Visitor {
        subject: "Line break\nhere".to_owned(),
        display_name: "V ☺".to_owned(),
        ..Visitor::default()
    }));
    assert_eq!(
        peer.last(CREATE).request.body,
        "subject=Line+break%0D%0Ahere&userDisplayName=V+%E2%98%BA"
    );
}

#[test]
fn the_name_of_the_service_is_part_of_the_path() {
    let mut peer = Peer::new(Config {
        service: "sales chat/é".to_owned(),
        ..config(Delivery::Poll)
    });
    peer.start();
    assert_eq!(peer.sent[0].path(), "sales%20chat%2F%C3%A9");
}

#[test]
fn gms_user_goes_with_every_request_of_a_comet_chat() {
    let peer = Peer::comet();
    for sent in &peer.sent {
        assert_eq!(sent.request.gms_user.as_deref(), Some("user-7"), "{sent:?}");
    }
}

#[test]
fn without_a_user_id_there_is_no_header() {
    let mut peer = Peer::new(Config {
        user_id: None,
        ..config(Delivery::Poll)
    });
    peer.start();
    assert!(peer.sent.iter().all(|sent| sent.request.gms_user.is_none()));
}

#[test]
fn a_missing_subject_is_refused_by_the_server_and_explained_to_the_developer() {
    let mut peer = Peer::new(config(Delivery::Poll));
    peer.command(Command::Start(Visitor::default()));
    assert_eq!(peer.phase(), Phase::Failed(refused(415)));
    assert!(
        peer.diagnostics().contains("`subject` is mandatory"),
        "{}",
        peer.diagnostics()
    );
    assert_eq!(peer.count(CREATE), 1, "415 is not repeated");
}

#[test]
fn a_wrong_endpoint_is_explained_to_the_developer() {
    let mut peer = Peer::new(config(Delivery::Poll));
    peer.gms.fault("request-chat", Fault::Status(404, None));
    peer.start();
    assert_eq!(
        peer.phase(),
        Phase::Failed(Problem::NotFound { status: 404 })
    );
    let words = peer.diagnostics();
    assert!(
        words.contains("POST /genesys/1/service/request-chat answered 404"),
        "{words}"
    );
    assert!(words.contains("`endpoint`"), "{words}");
}

#[test]
fn an_unreachable_server_is_tried_four_times_with_growing_pauses() {
    let mut peer = Peer::new(config(Delivery::Poll));
    peer.online = false;
    peer.start();
    peer.advance(secs(30));
    assert_eq!(peer.phase(), Phase::Failed(Problem::Unreachable));
    let times: Vec<u64> = peer.sent.iter().map(|sent| sent.at.as_millis()).collect();
    assert_eq!(times.len(), 4);
    let pauses: Vec<u64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    for (pause, expected) in pauses.iter().zip([1000, 2000, 4000]) {
        assert!(
            (expected * 3 / 4..=expected * 5 / 4).contains(pause),
            "{pauses:?}"
        );
    }
    let words = peer.diagnostics();
    assert!(words.contains("`connect-src`"), "{words}");
}

#[test]
fn what_may_forbid_a_request_is_named_as_far_as_the_endpoint_allows() {
    let told = |endpoint: &str| {
        let mut wanted = config(Delivery::Poll);
        endpoint.clone_into(&mut wanted.endpoint);
        let mut peer = Peer::new(wanted);
        peer.online = false;
        peer.start();
        peer.diagnostics()
    };
    let words = ["connect-src", "CORS", "`gms_user`", "mixed content"];
    for (endpoint, expected) in [
        ("/genesys", [true, false, false, false]),
        ("https://gms.example/genesys", [true, true, true, false]),
        ("http://gms.example/genesys", [true, true, true, true]),
    ] {
        let text = told(endpoint);
        assert_eq!(words.map(|word| text.contains(word)), expected, "{text}");
    }
}

#[test]
fn a_start_that_failed_can_be_tried_again() {
    let mut peer = Peer::new(config(Delivery::Poll));
    peer.gms.fault("request-chat", Fault::Status(403, None));
    peer.start();
    assert_eq!(
        peer.phase(),
        Phase::Failed(Problem::Unauthorised { status: 403 })
    );
    peer.advance(secs(1));
    peer.start();
    assert_eq!(peer.phase(), Phase::Waiting);
}

#[test]
fn a_busy_server_is_asked_again_when_it_wishes() {
    let mut peer = Peer::new(config(Delivery::Poll));
    peer.gms
        .fault("request-chat", Fault::Status(503, Some("7")));
    peer.start();
    peer.advance(millis(6900));
    assert_eq!(peer.sent.len(), 1);
    peer.advance(millis(200));
    assert_eq!(peer.phase(), Phase::Waiting);
}

#[test]
fn an_exception_ends_the_start_with_the_servers_words() {
    let mut peer = Peer::new(config(Delivery::Poll));
    let body = r#"{"message":"limit reached","exception":"SessionLimit"}"#;
    peer.gms.fault("request-chat", Fault::Body(200, body));
    peer.start();
    assert_eq!(
        peer.phase(),
        Phase::Failed(Problem::Exception {
            exception: "SessionLimit".to_owned(),
            message: "limit reached".to_owned(),
        })
    );
}

#[test]
fn a_page_of_something_in_between_is_not_taken_for_an_answer() {
    let mut peer = Peer::new(config(Delivery::Poll));
    for _ in 0..4 {
        peer.gms
            .fault("request-chat", Fault::Body(200, "<html>Log in</html>"));
    }
    peer.start();
    peer.advance(secs(20));
    assert!(matches!(
        peer.phase(),
        Phase::Failed(Problem::Malformed { .. })
    ));
    assert!(
        peer.diagnostics().contains("is this a GMS"),
        "{}",
        peer.diagnostics()
    );
}

#[test]
fn ids_that_cannot_stand_in_a_url_are_not_taken() {
    for body in [
        r#"{"_id":""}"#,
        r#"{"_id":".."}"#,
        r#"{"_id":[1]}"#,
        "{}",
        "[]",
        "null",
        "",
    ] {
        let mut peer = Peer::new(config(Delivery::Poll));
        for _ in 0..4 {
            peer.gms.fault("request-chat", Fault::Body(200, body));
        }
        peer.start();
        peer.advance(secs(20));
        assert!(
            matches!(peer.phase(), Phase::Failed(Problem::Malformed { .. })),
            "{body}"
        );
    }
}

#[test]
fn odd_ids_are_encoded() {
    let mut peer = Peer::new(config(Delivery::Poll));
    peer.gms.fault(
        "request-chat",
        Fault::Body(200, r#"{"_id":"180-a/b?c#d e"}"#),
    );
    peer.start();
    let url = &peer.last(CREATE).request.url;
    assert_eq!(url, "/genesys/1/service/180-a%2Fb%3Fc%23d%20e/ixn/chat");
}

#[test]
fn a_lost_answer_to_the_creation_does_not_create_a_second_chat() {
    let faults = [
        Fault::AnswerLost,
        Fault::Truncated,
        Fault::DoneButStatus(502),
        Fault::DoneButStatus(500),
        Fault::DoneButBody("<html>"),
        Fault::DoneInSilence,
    ];
    for fault in faults {
        let mut peer = Peer::new(config(Delivery::Poll));
        peer.gms.fault(CREATE, fault.clone());
        peer.start();
        peer.advance(secs(30));
        assert_eq!(peer.phase(), Phase::Waiting, "{fault:?}");
        assert_eq!(peer.gms.created, 1, "{fault:?}");
    }
}

#[test]
fn a_creation_that_never_arrived_is_repeated() {
    for fault in [Fault::Lost, Fault::Silence, Fault::Status(502, None)] {
        let mut peer = Peer::new(config(Delivery::Poll));
        peer.gms.fault(CREATE, fault.clone());
        peer.start();
        peer.advance(secs(30));
        assert_eq!(peer.phase(), Phase::Waiting, "{fault:?}");
        assert_eq!(peer.gms.created, 1, "{fault:?}");
        assert_eq!(peer.count(CREATE), 2, "{fault:?}");
    }
}

/// The answer to the creation is lost, and something in between does not find the path so often.
fn wrongly_denied(times: usize) -> Peer {
    let mut peer = Peer::new(config(Delivery::Poll));
    peer.gms.fault(CREATE, Fault::AnswerLost);
    let exists = r#"{"message":"the service has a chat","exception":"ChatSessionException"}"#;
    for _ in 0..times {
        peer.gms.fault("/refresh", Fault::Status(404, None));
        peer.gms.fault(CREATE, Fault::Body(500, exists));
    }
    peer.start();
    peer.advance(secs(30));
    assert!(!matches!(peer.phase(), Phase::Failed(_)));
    peer
}

#[test]
fn a_chat_that_was_wrongly_denied_is_found_when_it_is_asked_for_again() {
    let peer = wrongly_denied(1);
    assert_eq!(peer.phase(), Phase::Waiting);
    assert!(!peer.gms.over, "the chat is the visitor's");
    assert_eq!((peer.count("request-chat"), peer.gms.created), (1, 1));
}

#[test]
fn a_chat_that_was_wrongly_denied_twice_is_left_for_another_service() {
    let peer = wrongly_denied(2);
    assert!(peer.gms.over, "the chat that nobody is in was ended");
    assert_eq!((peer.count("request-chat"), peer.gms.created), (2, 2));
}

#[test]
fn a_start_given_up_in_doubt_is_taken_back_at_the_server() {
    let mut peer = Peer::new(config(Delivery::Poll));
    peer.gms.fault(CREATE, Fault::DoneButStatus(502));
    for _ in 0..6 {
        peer.gms.fault("/refresh", Fault::Status(502, None));
    }
    peer.start();
    peer.advance(secs(60));
    assert_eq!(peer.phase(), Phase::Failed(Problem::Server { status: 502 }));
    assert!(peer.gms.over, "the chat that may exist was ended");
}

#[test]
fn leaving_before_the_chat_exists_is_abandoning_it() {
    let mut peer = Peer::new(config(Delivery::Poll));
    peer.serving = false;
    peer.start();
    peer.command(Command::End);
    assert_eq!(peer.phase(), Phase::Ended(End::Abandoned));
    assert!(peer.in_flight.is_empty(), "the request is taken back");
}

#[test]
fn leaving_while_the_chat_is_being_created_ends_it_at_the_server() {
    let mut peer = Peer::new(config(Delivery::Poll));
    peer.serving = false;
    peer.start();
    peer.answer(
        Lane::Rest,
        reply(200, &format!("{{\"_id\":\"{SERVICE}\"}}")),
    );
    assert_eq!(peer.rest().path(), CREATE);
    peer.command(Command::End);
    assert_eq!(peer.phase(), Phase::Ended(End::Abandoned));
    assert_eq!(peer.rest().path(), CREATE, "the server has it already");
    peer.serving = true;
    peer.advance(secs(1));
    assert_eq!(peer.last("/disconnect").path(), "/ixn/chat/disconnect");
    assert!(peer.gms.over);
    assert_eq!(peer.phase(), Phase::Ended(End::Abandoned));
}

#[test]
fn a_second_start_is_ignored_while_the_first_is_under_way() {
    let mut peer = Peer::new(config(Delivery::Cometd));
    peer.start();
    peer.start();
    peer.advance(secs(1));
    peer.start();
    assert_eq!(peer.count("/cometd/handshake"), 1);
    assert_eq!(peer.gms.created, 1);
}

#[test]
fn messages_typed_before_the_chat_exists_are_sent_when_it_does() {
    let mut peer = Peer::new(config(Delivery::Poll));
    peer.gms
        .fault("request-chat", Fault::Status(503, Some("2")));
    peer.start();
    peer.say("is anybody there?");
    assert_eq!(peer.screen(), ["me: is anybody there? …"]);
    peer.advance(secs(4));
    assert_eq!(peer.screen(), ["me: is anybody there? ✓"]);
    assert_eq!(peer.gms.received, ["is anybody there?"]);
}

#[test]
fn messages_typed_for_a_chat_that_never_came_fail_with_its_problem() {
    let mut peer = Peer::new(config(Delivery::Poll));
    peer.gms
        .fault("request-chat", Fault::Status(503, Some("1")));
    peer.gms.fault("request-chat", Fault::Status(403, None));
    peer.start();
    peer.say("hello?");
    peer.advance(secs(3));
    assert_eq!(peer.screen(), ["me: hello? ✗ unauthorised"]);
}

#[test]
fn what_was_typed_for_a_chat_that_never_came_goes_into_the_next_one() {
    let mut peer = Peer::new(config(Delivery::Poll));
    peer.gms
        .fault("request-chat", Fault::Status(503, Some("1")));
    peer.gms.fault("request-chat", Fault::Status(403, None));
    peer.start();
    peer.say("hello?");
    peer.say("anybody?");
    peer.advance(secs(3));
    assert!(matches!(peer.phase(), Phase::Failed(_)));
    peer.start();
    peer.advance(secs(3));
    assert_eq!(peer.gms.received, ["hello?", "anybody?"]);
    assert_eq!(peer.screen(), ["me: hello? ✓", "me: anybody? ✓"]);
}

#[test]
fn nothing_but_start_does_anything_before_the_start() {
    let mut peer = Peer::new(config(Delivery::Cometd));
    peer.say("hello");
    peer.command(Command::Typing);
    peer.command(Command::StopTyping);
    peer.command(Command::Notice("x".to_owned()));
    peer.command(Command::End);
    peer.command(Command::Reset);
    peer.advance(secs(100));
    assert!(peer.sent.is_empty());
    assert!(peer.events.is_empty());
}
