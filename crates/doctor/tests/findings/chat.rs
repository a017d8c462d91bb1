//! Whole test chats, in both ways of delivery.

use std::time::Duration;

use gms_chat_doctor::{Finding, Options};
use gms_chat_protocol::chat::Delivery;

use crate::support::{Act, Middle, assert_well, codes, look, seen, simulator, simulator_of};

fn by_cometd(options: &mut Options) {
    options.chats = vec![Delivery::Cometd];
    options.timeout = Duration::from_secs(2);
}

#[tokio::test]
async fn both_chats_are_held_and_ended() {
    let server = simulator(&[], &[]).await;
    let report = look(&server, |options| {
        options.chats = vec![Delivery::Cometd, Delivery::Poll];
    })
    .await;
    assert_well(&report);
    let chats = report.rows.iter().filter(|row| row.step.ends_with("-chat"));
    assert_eq!(chats.count(), 2);
    let log = server.simulator().log().last(1_000);
    let count = |end: &str| log.iter().filter(|entry| entry.path.ends_with(end)).count();
    assert_eq!([count("/ixn/chat"), count("/ixn/chat/disconnect")], [2, 2]);
}

#[tokio::test]
async fn no_chat_is_created_unasked() {
    let server = simulator(&[], &[]).await;
    look(&server, |_| ()).await;
    let log = server.simulator().log().last(1_000);
    assert!(log.iter().all(|entry| !entry.path.contains("/ixn/")));
}

#[tokio::test]
async fn the_chat_is_refused() {
    let server = simulator(&[], &["chat:status=415:*"]).await;
    let told = seen(&look(&server, by_cometd).await, Finding::ChatFailed);
    assert!(told.starts_with("refused: "), "{told}");
    assert!(
        told.ends_with("@ POST /genesys/1/service/{id}/ixn/chat"),
        "{told}"
    );
}

#[tokio::test]
async fn comet_is_no_push_type() {
    let server = simulator(&[], &[]).await;
    let polls = |request: &str| {
        if request.contains("notify_by=comet") {
            Act::Rewrite("notify_by=comet", "notify_xx=comet")
        } else {
            Act::Pass
        }
    };
    let middle = Middle::before(Some(server.address()), polls).await;
    let report = middle.look(by_cometd).await;
    assert_eq!(codes(&report), ["push-silent"]);
}

#[tokio::test]
async fn the_chat_is_told_on_another_channel() {
    let server = simulator(&[], &[]).await;
    let middle = Middle::before(Some(server.address()), |request| {
        if request.contains("/ixn/chat") {
            Act::Retell("/_genesys", "/_another")
        } else {
            Act::Pass
        }
    })
    .await;
    let told = seen(&middle.look(by_cometd).await, Finding::ChannelOther);
    assert!(told.starts_with("`/_another`"), "{told}");
}

#[tokio::test]
async fn a_message_is_not_taken() {
    let server = simulator(&[], &["send:status=415:*"]).await;
    let told = seen(&look(&server, by_cometd).await, Finding::MessageUnsettled);
    assert!(told.starts_with("refused: "), "{told}");
}

#[tokio::test]
async fn no_agent_is_there() {
    let server = simulator_of("desk", &[], &[]).await;
    let report = look(&server, |options| {
        by_cometd(options);
        options.timeout = Duration::from_millis(500);
        options.service = "request-chat-poll".to_owned();
    })
    .await;
    assert_eq!(codes(&report), ["no-agent"]);
}
