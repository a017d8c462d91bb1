//! What a visitor does not lose when the server does.

use crate::servers::Servers;
use crate::stage::{Console, journey};

const AGENT: &str = "Kristi Sippola";

#[tokio::test]
async fn a_restart_in_the_middle_of_a_chat_is_survived() {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(
        "restart",
        servers,
        Console::FailedRequests,
        async |visitor, servers| {
            let desk = servers.desk();
            visitor.visit(&servers.page("?delivery=cometd")).await?;
            visitor.start_chat("My parcel").await?;
            desk.join(AGENT).await?;
            desk.say(AGENT, "Before").await?;
            visitor.see_messages(&["Before"]).await?;
            servers.restart_gms();
            desk.reached(2).await?;
            desk.say(AGENT, "After").await?;
            visitor.see_messages(&["Before", "After"]).await?;
            visitor.say("Still here").await?;
            desk.read("Still here").await?;
            visitor
                .see_messages(&["Before", "After", "Still here"])
                .await
        },
    )
    .await;
}

#[tokio::test]
async fn what_was_said_during_a_restart_is_fetched() {
    let settings = [("repair", "reply")];
    let servers = Servers::one_origin_with("desk", &settings).await.unwrap();
    journey(
        "restart-gap",
        servers,
        Console::FailedRequests,
        async |visitor, servers| {
            let desk = servers.desk();
            visitor.visit(&servers.page("?delivery=cometd")).await?;
            visitor.start_chat("My parcel").await?;
            desk.join(AGENT).await?;
            desk.say(AGENT, "Before").await?;
            visitor.see_messages(&["Before"]).await?;
            // Nobody is subscribed at this moment.
            servers.restart_gms();
            desk.say(AGENT, "Meanwhile").await?;
            visitor.see_messages(&["Before", "Meanwhile"]).await
        },
    )
    .await;
}

#[tokio::test]
async fn a_failed_message_keeps_its_text_and_goes_out_on_retry() {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(
        "retry",
        servers,
        Console::FailedRequests,
        async |visitor, servers| {
            let desk = servers.desk();
            visitor.visit(&servers.page("?delivery=cometd")).await?;
            visitor.start_chat("My parcel").await?;
            desk.join(AGENT).await?;
            visitor.see("You are talking to Kristi Sippola").await?;
            desk.arm("send:status=415:1").await?;
            visitor.say("Do not lose this").await?;
            visitor.see("Not sent.").await?;
            visitor.see_messages(&["Do not lose this"]).await?;
            visitor.press("Try again").await?;
            desk.read("Do not lose this").await?;
            visitor.see_no_more("Not sent.").await?;
            visitor.see_messages(&["Do not lose this"]).await
        },
    )
    .await;
}
