//! Poll mode: what is asked for, how often, and that nothing is lost or doubled.

#[path = "support/gms_peer.rs"]
mod gms_peer;

use gms_chat_protocol::PageEvent;
use gms_chat_protocol::chat::{Command, Config, Delivery, Phase};
use gms_peer::{Fault, Peer, agent, config, field, millis, secs};
use serde_json::json;

/// How many polls go out in this many seconds.
fn polls_in(peer: &mut Peer, seconds: u64) -> usize {
    let before = peer.count("/refresh");
    peer.advance(secs(seconds));
    peer.count("/refresh") - before
}

#[test]
fn what_the_agent_writes_is_shown_once_and_in_order() {
    let mut chat = Peer::polling().with_agent();
    for text in ["one", "two", "three"] {
        chat.agent_says(text);
    }
    chat.advance(secs(2));
    chat.agent_says("four");
    chat.advance(secs(30));
    assert_eq!(
        chat.screen(),
        [
            "Kristi joined",
            "Kristi: one",
            "Kristi: two",
            "Kristi: three",
            "Kristi: four"
        ]
    );
}

#[test]
fn every_poll_names_the_position_that_was_reached() {
    let mut chat = Peer::polling();
    chat.advance(secs(2));
    assert_eq!(chat.last("/refresh").request.body, "transcriptPosition=1");
    chat.gms.event(agent("Notice.Joined", ""));
    chat.agent_says("hello");
    chat.advance(secs(4));
    assert_eq!(chat.last("/refresh").request.body, "transcriptPosition=3");
}

#[test]
fn a_lost_answer_is_asked_for_again() {
    for fault in [
        Fault::AnswerLost,
        Fault::Truncated,
        Fault::DoneInSilence,
        Fault::DoneButStatus(504),
    ] {
        let mut chat = Peer::polling().with_agent();
        chat.agent_says("did you get this?");
        chat.gms.fault("/refresh", fault.clone());
        chat.advance(secs(20));
        assert_eq!(
            chat.screen(),
            ["Kristi joined", "Kristi: did you get this?"],
            "{fault:?}"
        );
    }
}

#[test]
fn events_before_the_position_are_not_shown_twice() {
    let mut chat = Peer::polling().with_agent();
    chat.agent_says("one");
    chat.advance(secs(2));
    let whole = chat.gms.chat_object(Some(0)).to_string();
    chat.gms.fault("/refresh", Fault::Body(200, whole.leak()));
    chat.advance(secs(2));
    assert_eq!(chat.screen(), ["Kristi joined", "Kristi: one"]);
}

#[test]
fn an_active_talk_is_polled_every_second_a_quiet_one_every_three() {
    let mut chat = Peer::polling().with_agent();
    let active = polls_in(&mut chat, 10);
    assert!(
        (8..=13).contains(&active),
        "{active} polls in ten active seconds"
    );
    chat.advance(secs(30));
    let quiet = polls_in(&mut chat, 60);
    assert!(
        (17..=26).contains(&quiet),
        "{quiet} polls in a quiet minute"
    );
}

#[test]
fn a_hidden_page_polls_every_ten_seconds() {
    let mut chat = Peer::polling().with_agent();
    chat.page(PageEvent::Hidden);
    chat.advance(secs(5));
    let hidden = polls_in(&mut chat, 100);
    assert!(
        (8..=13).contains(&hidden),
        "{hidden} polls in a hundred hidden seconds"
    );
}

#[test]
fn becoming_visible_polls_at_once() {
    let mut chat = Peer::polling().with_agent();
    chat.page(PageEvent::Hidden);
    chat.advance(secs(12));
    chat.agent_says("look");
    chat.page(PageEvent::Visible);
    assert_eq!(chat.screen().last().unwrap(), "Kristi: look");
}

#[test]
fn polls_are_not_in_step() {
    let mut times = Vec::new();
    for seed in 0..20 {
        let mut peer = Peer::seeded(config(Delivery::Poll), seed);
        peer.start();
        peer.advance(secs(10));
        times.push(peer.last("/refresh").at.as_millis());
    }
    times.sort_unstable();
    times.dedup();
    assert!(times.len() > 15, "20 pages poll at {} moments", times.len());
}

#[test]
fn the_pauses_can_be_configured() {
    let mut config = config(Delivery::Poll);
    config.limits.poll_active = secs(4);
    let mut peer = Peer::new(config);
    peer.start();
    peer.advance(millis(2900));
    assert_eq!(peer.count("/refresh"), 0);
    peer.advance(millis(2200));
    assert_eq!(peer.count("/refresh"), 1);
}

#[test]
fn a_message_rides_on_a_refresh_and_its_answer_brings_the_echo() {
    let mut chat = Peer::polling().with_agent();
    chat.agent_says("hello customer");
    chat.say("hello agent");
    let body = &chat.last("/refresh").request.body;
    assert_eq!(body, "transcriptPosition=2&message=hello+agent");
    assert_eq!(
        chat.screen(),
        [
            "Kristi joined",
            "Kristi: hello customer",
            "me: hello agent ✓"
        ]
    );
}

#[test]
fn text_goes_through_unharmed_both_ways() {
    let mut chat = Peer::polling().with_agent();
    for text in [
        "a & b = 100% + c",
        "two\nlines",
        "שלום, עולם",
        "😀👩‍🚀",
        "<b>\"'\\</b>",
        "\u{202e}abc",
    ] {
        chat.say(text);
        assert_eq!(chat.gms.received.pop().unwrap(), text.replace('\n', "\r\n"));
        assert_eq!(chat.screen().last().unwrap(), &format!("me: {text} ✓"));
        chat.agent_says(text);
        chat.advance(secs(2));
        assert_eq!(chat.screen().last().unwrap(), &format!("Kristi: {text}"));
    }
}

#[test]
fn line_breaks_of_the_server_become_line_breaks_of_the_page() {
    let mut chat = Peer::polling().with_agent();
    chat.agent_says("one\r\ntwo\nthree");
    chat.advance(secs(2));
    assert_eq!(chat.screen().last().unwrap(), "Kristi: one\ntwo\nthree");
}

#[test]
fn the_time_of_an_entry_is_the_start_plus_its_seconds() {
    let mut chat = Peer::polling().with_agent();
    let started = 1_411_717_255_000;
    assert_eq!(chat.entry(0).at, Some(started + 23_000));
    chat.gms
        .event(json!(["Message.Text", "Kristi", "later", 61, "AGENT"]));
    chat.gms
        .event(json!(["Message.Text", "Kristi", "never", "soon", "AGENT"]));
    chat.advance(secs(2));
    assert_eq!(chat.entry(1).at, Some(started + 61_000));
    assert_eq!(chat.entry(2).at, None);
}

#[test]
fn what_was_said_before_the_chat_was_joined_is_fetched() {
    let mut peer = Peer::new(config(Delivery::Poll));
    peer.gms.event(agent("Notice.Joined", ""));
    peer.gms.event(agent("Message.Text", "early bird"));
    let object = r#"{"chatIxnState":"TRANSCRIPT","transcriptPosition":"3"}"#;
    peer.gms.fault("/ixn/chat", Fault::DoneButBody(object));
    peer.start();
    peer.advance(secs(2));
    assert_eq!(peer.screen(), ["Kristi joined", "Kristi: early bird"]);
    assert_eq!(peer.phase(), Phase::Active);
}

#[test]
fn a_transcript_in_the_answer_to_the_creation_is_shown() {
    let mut peer = Peer::new(config(Delivery::Poll));
    peer.gms.event(agent("Notice.Joined", ""));
    let object = peer.gms.chat_object(Some(0)).to_string();
    peer.gms
        .fault("/ixn/chat", Fault::DoneButBody(object.leak()));
    peer.start();
    assert_eq!(peer.screen(), ["Kristi joined"]);
    peer.advance(secs(5));
    assert_eq!(peer.screen(), ["Kristi joined"]);
}

#[test]
fn an_agent_who_is_only_heard_counts_as_present() {
    let mut chat = Peer::polling();
    chat.agent_says("hello");
    chat.advance(secs(2));
    assert_eq!(chat.phase(), Phase::Active);
}

#[test]
fn supervisors_and_bots_do_not_make_a_chat_active() {
    let mut chat = Peer::polling();
    chat.gms.event(json!([
        "Message.Text",
        "bot",
        "Please hold the line",
        "3",
        "EXTERNAL"
    ]));
    chat.gms
        .event(json!(["Notice.Joined", "boss", "", "3", "SUPERVISOR"]));
    chat.gms
        .event(json!(["Message.Text", "thing", "beep", "3", "ROBOT"]));
    chat.advance(secs(2));
    assert_eq!(chat.phase(), Phase::Waiting);
    assert_eq!(
        chat.screen(),
        ["bot: Please hold the line", "boss joined", "thing: beep"]
    );
}

#[test]
fn custom_and_unknown_events_are_handed_on_and_not_shown() {
    let mut chat = Peer::polling().with_agent();
    chat.gms.event(json!([
        "Notice.Custom",
        "system",
        "text||WELCOME",
        "98",
        "EXTERNAL"
    ]));
    chat.gms
        .event(json!(["Notice.Sparkle", "system", "", "100", "EXTERNAL"]));
    chat.gms.event(json!("no event at all"));
    chat.agent_says("after it");
    chat.advance(secs(5));
    assert_eq!(
        chat.notices(),
        [
            "Notice.Custom system text||WELCOME",
            "Notice.Sparkle system "
        ]
    );
    assert_eq!(chat.screen(), ["Kristi joined", "Kristi: after it"]);
}

#[test]
fn a_custom_notice_is_sent_as_a_message_to_its_own_operation() {
    let mut chat = Peer::polling().with_agent();
    chat.command(Command::Notice("screen shared".to_owned()));
    assert_eq!(
        chat.last("/customNotice").request.body,
        "message=screen+shared"
    );
    chat.advance(secs(10));
    assert_eq!(chat.count("/customNotice"), 1);
}

#[test]
fn the_keepalive_limits_the_pause_of_a_hidden_page() {
    let mut config: Config = config(Delivery::Poll);
    config.limits.poll_hidden = secs(600);
    let mut peer = Peer::new(config);
    peer.start();
    peer.page(PageEvent::Hidden);
    peer.advance(secs(300));
    let times: Vec<u64> = peer.sent.iter().map(|sent| sent.at.as_millis()).collect();
    let longest = times
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .max()
        .unwrap();
    assert!(longest <= 36_000, "{longest} ms of silence");
}

#[test]
fn a_server_that_counts_lower_than_we_do_loses_nothing() {
    let mut chat = Peer::polling().with_agent();
    // An answer without a position makes us guess, and guess too high.
    let body = r#"{"transcriptToShow":[0,["Notice.Sparkle","x","y","1","AGENT"]]}"#;
    chat.gms.fault("/refresh", Fault::Body(200, body));
    chat.advance(secs(2));
    chat.agent_says("still here");
    chat.say("me too");
    chat.agent_says("fine");
    chat.advance(secs(6));
    assert_eq!(
        chat.screen(),
        [
            "Kristi joined",
            "Kristi: still here",
            "me: me too ✓",
            "Kristi: fine"
        ]
    );
    assert_eq!(chat.gms.received, ["me too"]);
}

#[test]
fn a_form_field_is_read_back_as_it_was_written() {
    let mut chat = Peer::polling().with_agent();
    chat.say("x=1&y=2");
    let body = chat.last("/refresh").request.body.clone();
    assert_eq!(field(&body, "message").unwrap(), "x=1&y=2");
}
