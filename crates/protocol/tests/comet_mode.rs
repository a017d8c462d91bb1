//! Push mode: deliveries, sends, what happens when the channel breaks, and how the chat is left.

#[path = "support/gms_peer.rs"]
mod gms_peer;

use gms_chat_protocol::Lane;
use gms_chat_protocol::chat::{Command, Connection, End, Phase, Problem};
use gms_peer::{Fault, Peer, RefreshStyle, SESSION, agent, millis, secs};
use serde_json::json;

#[test]
fn what_the_agent_writes_is_shown_at_once() {
    let mut chat = Peer::comet().with_agent();
    chat.agent_says("hello");
    chat.agent_says("are you there?");
    assert_eq!(
        chat.screen(),
        ["Kristi joined", "Kristi: hello", "Kristi: are you there?"]
    );
    assert_eq!(chat.phase(), Phase::Active);
}

#[test]
fn a_message_goes_out_by_send_and_its_echo_settles_it() {
    let mut chat = Peer::comet().with_agent();
    chat.say("Hi Verbose");
    assert_eq!(chat.last("/send").request.body, "message=Hi+Verbose");
    assert_eq!(chat.screen(), ["Kristi joined", "me: Hi Verbose ✓"]);
}

#[test]
fn the_entry_of_a_message_keeps_its_key_when_the_echo_comes() {
    let mut chat = Peer::comet().with_agent();
    chat.serving = false;
    chat.say("hello");
    let key = chat.key(1);
    assert_eq!(chat.screen()[1], "me: hello …");
    chat.serving = true;
    chat.pump();
    assert_eq!(chat.screen()[1], "me: hello ✓");
    assert_eq!(chat.key(1), key);
}

#[test]
fn several_events_in_one_delivery_are_shown_in_order() {
    let mut chat = Peer::comet();
    chat.gms.events(vec![
        agent("Notice.Joined", ""),
        agent("Message.Text", "one"),
        agent("Message.Text", "two"),
    ]);
    chat.pump();
    assert_eq!(
        chat.screen(),
        ["Kristi joined", "Kristi: one", "Kristi: two"]
    );
}

#[test]
fn a_delivery_that_comes_twice_is_shown_once() {
    let mut chat = Peer::comet().with_agent();
    chat.agent_says("once");
    let again = chat.gms.delivery(0);
    chat.gms.deliver(again.clone());
    chat.gms.deliver(again);
    chat.pump();
    assert_eq!(chat.screen(), ["Kristi joined", "Kristi: once"]);
}

#[test]
fn deliveries_out_of_order_are_shown_in_order() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.lost_event(agent("Message.Text", "first"));
    let first = chat.gms.delivery(1);
    chat.gms.lost_event(agent("Message.Text", "second"));
    let second = chat.gms.delivery(2);
    chat.gms.deliver(second);
    chat.gms.deliver(first);
    chat.pump();
    assert_eq!(
        chat.screen(),
        ["Kristi joined", "Kristi: first", "Kristi: second"]
    );
}

#[test]
fn events_of_another_chat_are_ignored() {
    let mut chat = Peer::comet().with_agent();
    let event = json!([["Message.Text", "Eve", "not for you", "1", "AGENT"]]);
    let foreign = [
        json!({"chatSessionId": "OTHER", "transcriptPosition": 3, "transcriptToShow": event}),
        json!({"transcriptPosition": 3, "transcriptToShow": event}),
    ];
    for message in foreign {
        chat.gms
            .deliver(json!({"message": message, "tag": "service.chat.refresh.other"}));
    }
    let message =
        json!({"chatSessionId": "OTHER", "transcriptPosition": 3, "transcriptToShow": event});
    chat.gms.deliver_object(message);
    chat.pump();
    assert_eq!(chat.screen(), ["Kristi joined"]);
    chat.agent_says("for you");
    assert_eq!(chat.screen(), ["Kristi joined", "Kristi: for you"]);
}

#[test]
fn the_end_of_another_chat_is_not_the_end_of_this_one() {
    let mut chat = Peer::comet().with_agent();
    let message = json!({"chatSessionId": "OTHER", "chatIxnState": "DISCONNECTED"});
    chat.gms
        .deliver(json!({"message": message, "tag": "service.chat.refresh.other"}));
    chat.advance(secs(20));
    assert_eq!(chat.phase(), Phase::Active);
}

#[test]
fn a_session_that_was_not_named_at_the_start_is_learnt_from_the_first_event() {
    let mut chat = Peer::new(gms_peer::config(gms_chat_protocol::chat::Delivery::Cometd));
    let object = r#"{"chatIxnState":"CONNECTED","transcriptPosition":"1"}"#;
    chat.gms.fault("/ixn/chat", Fault::DoneButBody(object));
    chat.start();
    let event = |text: &str| json!([["Message.Text", "Kristi", text, "1", "AGENT"]]);
    let message = json!({"chatSessionId": SESSION, "transcriptPosition": 2, "transcriptToShow": event("ours")});
    chat.gms.deliver_object(message);
    let message = json!({"chatSessionId": "OTHER", "transcriptPosition": 3, "transcriptToShow": event("theirs")});
    chat.gms.deliver_object(message);
    chat.pump();
    assert_eq!(chat.screen(), ["Kristi: ours"]);
}

#[test]
fn events_that_overtake_the_answer_to_the_creation_are_not_lost() {
    let mut chat = Peer::new(gms_peer::config(gms_chat_protocol::chat::Delivery::Cometd));
    chat.serving = false;
    chat.start();
    let mut guard = 0;
    while chat.count("/ixn/chat") == 0 {
        let sent = chat.in_flight.remove(0);
        let answer = chat.gms.serve(sent.id, &sent.request, chat.now);
        match answer {
            Some(answer) => chat
                .session
                .handle_reply(sent.id, answer.unwrap(), chat.now),
            None => chat.in_flight.push(sent),
        }
        chat.pump();
        guard += 1;
        assert!(guard < 20);
    }
    let create = chat.rest().clone();
    let answer = chat
        .gms
        .serve(create.id, &create.request, chat.now)
        .unwrap()
        .unwrap();
    chat.gms.event(agent("Notice.Joined", ""));
    chat.answer_connect();
    assert!(chat.screen().is_empty());
    chat.answer(Lane::Rest, answer);
    assert_eq!(chat.screen(), ["Kristi joined"]);
    assert_eq!(chat.phase(), Phase::Active);
}

#[test]
fn a_chat_is_left_in_the_order_of_the_source() {
    let mut chat = Peer::comet().with_agent();
    chat.calls();
    let before = chat.sent.len();
    chat.command(Command::End);
    let urls: Vec<&str> = chat.sent[before..].iter().map(|sent| sent.path()).collect();
    assert_eq!(urls[0], "/ixn/chat/disconnect");
    let bayeux = &chat.sent.last().unwrap().request.body;
    assert!(
        bayeux.contains("/meta/unsubscribe") && bayeux.contains("/meta/disconnect"),
        "{bayeux}"
    );
    assert_eq!(chat.phase(), Phase::Ended(End::Visitor));
    let quiet = chat.sent.len();
    chat.advance(secs(300));
    assert_eq!(chat.sent.len(), quiet, "nothing is sent after the end");
}

#[test]
fn the_farewell_outlives_the_page() {
    let mut chat = Peer::comet().with_agent();
    chat.command(Command::End);
    assert!(chat.last("chat/disconnect").request.keepalive);
}

#[test]
fn a_second_chat_on_the_same_page_opens_the_channel_anew() {
    let mut chat = Peer::comet().with_agent();
    chat.command(Command::End);
    chat.gms.over = false;
    chat.gms.transcript.clear();
    chat.start();
    chat.advance(secs(2));
    assert_eq!(chat.phase(), Phase::Waiting);
    assert!(chat.screen().is_empty());
    chat.agent_says("welcome back");
    assert_eq!(chat.screen(), ["Kristi: welcome back"]);
    assert_eq!(chat.count("/cometd/handshake"), 2);
}

#[test]
fn what_was_said_while_the_server_forgot_the_session_is_fetched() {
    for style in [
        RefreshStyle::Transcript,
        RefreshStyle::Pushed,
        RefreshStyle::PushedFromStart,
    ] {
        let mut chat = Peer::comet().with_agent();
        chat.gms.style = style;
        chat.agent_says("before");
        chat.gms.lost_event(agent("Message.Text", "meanwhile"));
        chat.gms.forget_clients();
        chat.advance(secs(70));
        assert_eq!(
            chat.screen(),
            ["Kristi joined", "Kristi: before", "Kristi: meanwhile"],
            "{style:?}"
        );
        chat.agent_says("after");
        chat.advance(secs(1));
        assert_eq!(chat.screen().last().unwrap(), "Kristi: after", "{style:?}");
    }
}

#[test]
fn while_the_channel_is_down_the_chat_is_polled() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.style = RefreshStyle::Transcript;
    for _ in 0..500 {
        chat.gms.fault("/cometd", Fault::Status(502, None));
    }
    chat.gms.forget_clients();
    chat.advance(secs(70));
    chat.gms
        .lost_event(agent("Message.Text", "can you hear me?"));
    chat.advance(secs(5));
    assert_eq!(chat.screen().last().unwrap(), "Kristi: can you hear me?");
    assert!(matches!(
        chat.connection(),
        Connection::Troubled {
            reason: Problem::Server { status: 502 },
            ..
        }
    ));
    chat.gms.heal();
    chat.advance(secs(60));
    assert_eq!(chat.connection(), Connection::Fine);
}

#[test]
fn a_channel_that_delivers_nothing_is_found_out_and_polled_past() {
    let mut chat = Peer::comet();
    chat.gms.style = RefreshStyle::Transcript;
    chat.gms.lost_event(agent("Notice.Joined", ""));
    chat.advance(secs(11));
    assert_eq!(chat.screen(), ["Kristi joined"]);
    assert!(
        chat.diagnostics().contains("push types"),
        "{}",
        chat.diagnostics()
    );
    chat.gms.lost_event(agent("Message.Text", "hello"));
    chat.advance(secs(2));
    assert_eq!(chat.screen(), ["Kristi joined", "Kristi: hello"]);
    assert_eq!(chat.connection(), Connection::Fine);
    // It was only late: what it delivers makes the polls end.
    chat.agent_says("there you are");
    let before = chat.count("/refresh");
    chat.advance(secs(30));
    assert!(chat.count("/refresh") <= before + 1);
}

#[test]
fn a_silent_channel_is_asked_past_every_ten_seconds_until_it_delivers() {
    let mut chat = Peer::comet();
    chat.advance(secs(61));
    assert_eq!(chat.count("/refresh"), 6);
    chat.gms.event(agent("Notice.Joined", ""));
    chat.advance(secs(72));
    assert_eq!(chat.count("/refresh"), 8);
}

#[test]
fn reconnect_none_is_verified_and_then_believed() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.event(agent("Notice.Left", "has left the session"));
    chat.gms.over = true;
    chat.gms.end_polling();
    chat.advance(secs(1));
    assert_eq!(chat.count("/refresh"), 1);
    assert_eq!(chat.phase(), Phase::Ended(End::Agent));
    let quiet = chat.sent.len();
    chat.page(gms_chat_protocol::PageEvent::Online);
    chat.page(gms_chat_protocol::PageEvent::Visible);
    chat.advance(secs(300));
    assert_eq!(chat.sent.len(), quiet, "the end is the end");
}

#[test]
fn reconnect_none_of_a_chat_that_goes_on_opens_the_channel_once_more() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.end_polling();
    chat.advance(secs(1));
    assert_eq!(chat.phase(), Phase::Active);
    chat.agent_says("still here");
    assert_eq!(chat.screen(), ["Kristi joined", "Kristi: still here"]);
    assert!(chat.diagnostics().contains("reconnect: none"));
}

#[test]
fn reconnect_none_without_end_is_not_answered_without_end() {
    let mut chat = Peer::comet().with_agent();
    for _ in 0..20 {
        chat.gms.end_polling();
        chat.advance(secs(1));
    }
    assert_eq!(chat.phase(), Phase::Ended(End::Server));
    assert!(chat.count("/cometd/handshake") <= 3);
    assert!(chat.gms.over, "the server was told");
}

#[test]
fn reconnect_none_is_the_end_where_no_refresh_says_otherwise() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.style = RefreshStyle::Nothing;
    chat.gms.end_polling();
    chat.advance(secs(1));
    assert_eq!(chat.phase(), Phase::Ended(End::Server));
    assert_eq!(
        chat.last("chat/disconnect").path(),
        "/ixn/chat/disconnect",
        "as in the source"
    );
}

#[test]
fn a_verdict_that_cannot_be_had_at_once_is_waited_for() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.end_polling();
    chat.gms.fault("/refresh", Fault::Lost);
    chat.gms.fault("/refresh", Fault::Lost);
    chat.pump();
    chat.gms.over = true;
    assert_eq!(chat.phase(), Phase::Active);
    chat.advance(secs(10));
    assert_eq!(chat.phase(), Phase::Ended(End::Server));
}

#[test]
fn other_tabs_are_mentioned_to_the_developer() {
    let mut chat = Peer::comet().with_agent();
    chat.serving = false;
    let body = r#"[{"id":"x","successful":true,"channel":"/meta/connect",
        "advice":{"multiple-clients":true,"interval":2000}}]"#;
    chat.answer(Lane::Connect, gms_peer::reply(200, body));
    assert!(
        chat.diagnostics().contains("Another tab"),
        "{}",
        chat.diagnostics()
    );
    chat.advance(millis(100));
}

#[test]
fn a_chat_by_cometd_sends_its_messages_in_order() {
    let mut chat = Peer::comet().with_agent();
    for text in ["a", "b", "c", "d", "e"] {
        chat.say(text);
    }
    chat.advance(secs(3));
    assert_eq!(chat.gms.received, ["a", "b", "c", "d", "e"]);
    let lines: Vec<String> = chat.screen().split_off(1);
    assert_eq!(
        lines,
        ["me: a ✓", "me: b ✓", "me: c ✓", "me: d ✓", "me: e ✓"]
    );
}
