//! How chats end, and that each end is told for what it is.

#[path = "support/gms_peer.rs"]
mod gms_peer;

use gms_chat_protocol::chat::{Command, Connection, End, Phase};
use gms_chat_protocol::{Failure, Lane, PageEvent};
use gms_peer::{Fault, Peer, RefreshStyle, agent, millis, secs};
use serde_json::{Value, json};

const GONE: &str =
    r#"{"message":"Chat session does not exist","exception":"ChatSessionException"}"#;

fn chats() -> [Peer; 2] {
    [Peer::polling().with_agent(), Peer::comet().with_agent()]
}

/// The server ends the chat with these last events.
fn end_by_server(chat: &mut Peer, last: Vec<Value>) {
    chat.gms.over = true;
    chat.gms.events(last);
    chat.advance(secs(3));
}

#[test]
fn the_visitor_ends_a_chat() {
    for mut chat in chats() {
        chat.serving = false;
        chat.command(Command::End);
        assert_eq!(chat.phase(), Phase::Ending);
        chat.serving = true;
        chat.advance(secs(1));
        assert_eq!(chat.phase(), Phase::Ended(End::Visitor));
        assert!(chat.gms.over);
    }
}

#[test]
fn a_chat_that_is_left_before_an_agent_came_is_abandoned() {
    for mut chat in [Peer::polling(), Peer::comet()] {
        chat.command(Command::End);
        chat.advance(secs(1));
        assert_eq!(chat.phase(), Phase::Ended(End::Abandoned));
        assert!(chat.gms.over);
    }
}

#[test]
fn the_agent_ends_a_chat_by_leaving_it() {
    for mut chat in chats() {
        end_by_server(&mut chat, vec![agent("Notice.Left", "")]);
        assert_eq!(chat.phase(), Phase::Ended(End::Agent));
        assert_eq!(chat.screen(), ["Kristi joined", "Kristi left"]);
    }
}

#[test]
fn the_agents_last_words_are_shown_before_the_end() {
    for mut chat in chats() {
        end_by_server(
            &mut chat,
            vec![agent("Message.Text", "bye"), agent("Notice.Left", "")],
        );
        assert_eq!(
            chat.screen(),
            ["Kristi joined", "Kristi: bye", "Kristi left"]
        );
        assert_eq!(chat.phase(), Phase::Ended(End::Agent));
    }
}

#[test]
fn the_server_ends_a_chat_while_the_agent_is_there() {
    for mut chat in chats() {
        end_by_server(&mut chat, vec![agent("Message.Text", "one mom")]);
        assert_eq!(chat.phase(), Phase::Ended(End::Server));
    }
}

#[test]
fn one_agent_of_two_leaving_is_not_the_agents_end() {
    for mut chat in chats() {
        chat.gms
            .event(json!(["Notice.Joined", "Marco", "", "1", "AGENT"]));
        end_by_server(&mut chat, vec![agent("Notice.Left", "")]);
        assert_eq!(chat.phase(), Phase::Ended(End::Server));
    }
}

#[test]
fn a_chat_in_which_nobody_wrote_is_ended_as_idle() {
    let sentence = "Chat session will be closed soon due to inactivity of chat participants.";
    for warning in [
        json!(["Message.Text", "system", sentence, "255", "EXTERNAL"]),
        json!([
            "Notice.Custom",
            "system",
            "IDLE_CONTROL_ALERT",
            "255",
            "EXTERNAL"
        ]),
        json!(["Notice.IDLE_CONTROL_CLOSE", "system", "", "300", "EXTERNAL"]),
    ] {
        for mut chat in chats() {
            chat.gms.event(warning.clone());
            chat.advance(secs(3));
            end_by_server(&mut chat, vec![agent("Notice.Left", "")]);
            assert_eq!(chat.phase(), Phase::Ended(End::Idle), "{warning}");
        }
    }
}

#[test]
fn a_warning_that_was_answered_is_forgotten() {
    for mut chat in chats() {
        chat.gms.event(json!([
            "Notice.Custom",
            "system",
            "IDLE_CONTROL_ALERT",
            "255",
            "EXTERNAL"
        ]));
        chat.advance(secs(3));
        chat.say("I am here");
        chat.advance(secs(3));
        end_by_server(&mut chat, vec![agent("Notice.Left", "")]);
        assert_eq!(chat.phase(), Phase::Ended(End::Agent));
    }
}

#[test]
fn an_agent_who_speaks_of_inactivity_does_not_end_it_as_idle() {
    for mut chat in chats() {
        chat.agent_says("I close this due to inactivity");
        end_by_server(&mut chat, vec![agent("Notice.Left", "")]);
        assert_eq!(chat.phase(), Phase::Ended(End::Agent));
    }
}

#[test]
fn a_chat_that_the_server_has_forgotten_is_lost() {
    let mut chat = Peer::polling().with_agent();
    chat.gms.gone = true;
    chat.advance(secs(1));
    assert_eq!(chat.phase(), Phase::Active, "one word is not enough");
    chat.advance(secs(5));
    assert_eq!(chat.phase(), Phase::Ended(End::Lost));
}

#[test]
fn one_exception_does_not_end_a_chat() {
    let mut chat = Peer::polling().with_agent();
    chat.gms.fault("/refresh", Fault::Body(200, GONE));
    chat.advance(secs(10));
    assert_eq!(chat.phase(), Phase::Active);
    chat.agent_says("still here");
    chat.advance(secs(3));
    assert_eq!(chat.screen().last().unwrap(), "Kristi: still here");
}

#[test]
fn an_exception_counts_under_any_status() {
    for status in [200, 400, 404, 500, 503] {
        let mut chat = Peer::polling().with_agent();
        for _ in 0..2 {
            chat.gms.fault("/refresh", Fault::Body(status, GONE));
        }
        chat.advance(secs(6));
        assert_eq!(chat.phase(), Phase::Ended(End::Lost), "{status}");
    }
}

#[test]
fn a_forgotten_chat_whose_agent_had_left_was_ended_by_the_agent() {
    let mut chat = Peer::polling().with_agent();
    chat.gms.event(agent("Notice.Left", ""));
    chat.advance(secs(3));
    chat.gms.gone = true;
    chat.advance(secs(6));
    assert_eq!(chat.phase(), Phase::Ended(End::Agent));
}

#[test]
fn three_times_not_found_is_lost_and_twice_is_not() {
    for (times, lost) in [(2, false), (3, true)] {
        let mut chat = Peer::polling().with_agent();
        for _ in 0..times {
            chat.gms.fault("/refresh", Fault::Status(404, None));
        }
        chat.advance(secs(20));
        assert_eq!(chat.phase() == Phase::Ended(End::Lost), lost, "{times}");
    }
}

#[test]
fn a_gateway_that_wants_credentials_does_not_end_the_chat() {
    let mut chat = Peer::polling().with_agent();
    for _ in 0..8 {
        chat.gms.fault("/refresh", Fault::Status(401, None));
    }
    chat.advance(secs(30));
    assert_eq!(chat.phase(), Phase::Active);
    assert!(matches!(chat.connection(), Connection::Troubled { .. }));
    chat.gms.heal();
    chat.advance(secs(40));
    assert_eq!(chat.connection(), Connection::Fine);
}

#[test]
fn an_outage_never_ends_a_chat_by_itself() {
    for mut chat in chats() {
        chat.online = false;
        chat.advance(secs(600));
        assert_eq!(chat.phase(), Phase::Active);
    }
}

#[test]
fn after_an_outage_too_long_the_chat_is_lost() {
    for mut chat in chats() {
        chat.online = false;
        chat.advance(secs(60));
        chat.gms.gone = true;
        chat.gms.forget_clients();
        chat.online = true;
        chat.page(PageEvent::Online);
        chat.advance(secs(15));
        assert_eq!(chat.phase(), Phase::Ended(End::Lost));
    }
}

#[test]
fn messages_that_had_not_left_fail_with_the_end_and_doubts_stay_doubts() {
    let mut chat = Peer::polling().with_agent();
    chat.serving = false;
    chat.advance(secs(2));
    chat.answer(Lane::Rest, gms_peer::reply(200, "{}"));
    chat.say("on the wire");
    chat.say("waiting");
    chat.lose(Lane::Rest, Failure::Network);
    chat.advance(secs(2));
    chat.answer(
        Lane::Rest,
        gms_peer::reply(200, r#"{"chatIxnState":"DISCONNECTED"}"#),
    );
    chat.advance(secs(11));
    assert_eq!(chat.phase(), Phase::Ended(End::Server));
    assert_eq!(
        chat.screen()[1..],
        ["me: on the wire ??", "me: waiting ✗ ended"]
    );
}

#[test]
fn the_visitors_last_words_go_out_before_the_end() {
    for mut chat in chats() {
        chat.say("thanks");
        chat.say("bye");
        chat.command(Command::End);
        chat.advance(secs(3));
        assert_eq!(chat.gms.received, ["thanks", "bye"]);
        assert_eq!(chat.phase(), Phase::Ended(End::Visitor));
        assert_eq!(chat.screen()[1..], ["me: thanks ✓", "me: bye ✓"]);
    }
}

#[test]
fn trouble_does_not_keep_a_visitor_who_wants_to_leave() {
    for mut chat in chats() {
        chat.online = false;
        chat.say("bye");
        chat.command(Command::End);
        assert_eq!(chat.phase(), Phase::Ending);
        chat.advance(secs(11));
        assert_eq!(chat.phase(), Phase::Ended(End::Visitor));
    }
}

#[test]
fn a_refused_disconnect_is_an_end_too() {
    for fault in [
        Fault::Status(404, None),
        Fault::Body(500, GONE),
        Fault::Status(415, None),
    ] {
        for mut chat in chats() {
            chat.gms.fault("chat/disconnect", fault.clone());
            chat.command(Command::End);
            chat.advance(millis(100));
            assert_eq!(chat.phase(), Phase::Ended(End::Visitor), "{fault:?}");
        }
    }
}

#[test]
fn a_lost_disconnect_is_repeated() {
    for mut chat in chats() {
        chat.gms.fault("chat/disconnect", Fault::Lost);
        chat.command(Command::End);
        chat.advance(secs(3));
        assert!(chat.gms.over);
        assert_eq!(chat.phase(), Phase::Ended(End::Visitor));
    }
}

#[test]
fn ending_twice_ends_once() {
    for mut chat in chats() {
        chat.serving = false;
        chat.command(Command::End);
        chat.command(Command::End);
        chat.serving = true;
        chat.advance(secs(1));
        chat.command(Command::End);
        chat.advance(secs(1));
        assert_eq!(chat.count("chat/disconnect"), 1);
    }
}

#[test]
fn the_end_by_the_server_is_not_told_before_what_is_missing_is_fetched() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.style = RefreshStyle::Transcript;
    chat.gms.lost_event(agent("Message.Text", "one more thing"));
    chat.gms.over = true;
    chat.gms.event(agent("Notice.Left", ""));
    chat.serving = false;
    chat.answer_connect();
    assert_eq!(chat.phase(), Phase::Active);
    chat.serving = true;
    chat.advance(secs(1));
    assert_eq!(
        chat.screen(),
        ["Kristi joined", "Kristi: one more thing", "Kristi left"]
    );
    assert_eq!(chat.phase(), Phase::Ended(End::Agent));
}

#[test]
fn a_fetch_that_leads_nowhere_puts_the_end_off_for_ten_seconds_at_most() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.style = RefreshStyle::Nothing;
    chat.gms.lost_event(agent("Message.Text", "lost"));
    chat.gms.over = true;
    chat.gms.event(agent("Notice.Left", ""));
    chat.advance(secs(11));
    assert_eq!(chat.phase(), Phase::Ended(End::Agent));
    assert_eq!(
        chat.screen(),
        ["Kristi joined", "~ something is missing ~", "Kristi left"]
    );
}

#[test]
fn what_is_written_while_the_chat_closes_is_not_swallowed() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.style = RefreshStyle::Nothing;
    chat.gms.lost_event(agent("Message.Text", "lost"));
    chat.gms.over = true;
    chat.gms.event(agent("Notice.Left", ""));
    chat.advance(secs(1));
    assert_eq!(chat.phase(), Phase::Active);
    chat.say("one more question");
    chat.advance(secs(11));
    assert_eq!(
        chat.screen().last().unwrap(),
        "me: one more question ✗ ended"
    );
}

#[test]
fn a_visitor_need_not_wait_for_the_fetch() {
    let mut chat = Peer::comet().with_agent();
    chat.gms.style = RefreshStyle::Nothing;
    chat.gms.lost_event(agent("Message.Text", "lost"));
    chat.gms.over = true;
    chat.gms.event(agent("Notice.Left", ""));
    chat.advance(secs(1));
    chat.command(Command::End);
    assert_eq!(chat.phase(), Phase::Ended(End::Agent));
}

#[test]
fn after_the_end_nothing_is_sent_and_nothing_changes() {
    for mut chat in chats() {
        chat.command(Command::End);
        chat.advance(secs(2));
        let (sent, told) = (chat.sent.len(), chat.events.len());
        chat.say("hello?");
        chat.command(Command::Typing);
        chat.command(Command::StopTyping);
        chat.command(Command::Notice("x".to_owned()));
        chat.command(Command::End);
        chat.page(PageEvent::Hidden);
        chat.page(PageEvent::Visible);
        chat.page(PageEvent::Offline);
        chat.page(PageEvent::Online);
        chat.advance(secs(3600));
        assert_eq!((chat.sent.len(), chat.events.len()), (sent, told));
    }
}

#[test]
fn a_reset_forgets_an_ended_chat_and_only_that() {
    for mut chat in chats() {
        chat.command(Command::Reset);
        assert_eq!(chat.phase(), Phase::Active);
        chat.command(Command::End);
        chat.advance(secs(1));
        assert!(!chat.screen().is_empty(), "the transcript stays readable");
        chat.command(Command::Reset);
        assert_eq!(chat.phase(), Phase::Idle);
        assert!(chat.screen().is_empty());
    }
}

#[test]
fn a_new_chat_begins_with_an_empty_transcript_and_new_keys() {
    for mut chat in chats() {
        let key = chat.key(0);
        chat.command(Command::End);
        chat.advance(secs(2));
        chat.gms.over = false;
        chat.gms.transcript.clear();
        chat.start();
        chat.advance(secs(2));
        assert_eq!(chat.phase(), Phase::Waiting);
        assert!(chat.screen().is_empty());
        chat.agent_says("hello again");
        chat.advance(secs(3));
        assert_eq!(chat.screen(), ["Kristi: hello again"]);
        assert_ne!(chat.key(0), key);
    }
}

#[test]
fn an_answer_to_the_old_chat_does_not_touch_the_new_one() {
    let mut chat = Peer::polling().with_agent();
    chat.serving = false;
    chat.say("old");
    let old = chat.rest().clone();
    chat.gms.over = true;
    chat.command(Command::End);
    chat.advance(millis(10_500));
    assert_eq!(chat.phase(), Phase::Ended(End::Visitor));
    let left = chat
        .in_flight
        .iter()
        .filter(|sent| sent.id == old.id)
        .count();
    assert_eq!(left, 0, "it was given up");
    chat.start();
    let body = chat.gms.chat_object(Some(0)).to_string();
    chat.session
        .handle_reply(old.id, gms_peer::reply(200, &body), chat.now);
    chat.pump();
    assert!(chat.screen().is_empty());
}
