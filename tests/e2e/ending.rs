//! How chats end, and that a new one can begin.

use crate::servers::Servers;
use crate::stage::{Console, Step, journey};
use crate::visitor::Visitor;

const AGENT: &str = "Kristi Sippola";

/// Until both have said something.
async fn in_talk(visitor: &Visitor, servers: &Servers, query: &str) -> Step {
    let desk = servers.desk();
    visitor.visit(&servers.page(query)).await?;
    visitor.start_chat("My parcel").await?;
    desk.join(AGENT).await?;
    desk.say(AGENT, "Hello").await?;
    visitor.see_messages(&["Hello"]).await?;
    visitor.say("Hi").await?;
    desk.read("Hi").await
}

#[tokio::test]
async fn the_agent_ends_a_chat_over_cometd() {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(
        "agent-ends",
        servers,
        Console::Clean,
        async |visitor, servers| {
            in_talk(visitor, servers, "?delivery=cometd").await?;
            servers.desk().end(AGENT).await?;
            visitor
                .see("The chat is over. Thank you for writing.")
                .await?;
            // What was said stays readable.
            visitor.see_messages(&["Hello", "Hi"]).await?;
            visitor.press("Start a new chat").await?;
            visitor.see("How can we help?").await
        },
    )
    .await;
}

#[tokio::test]
async fn the_agent_ends_a_polled_chat() {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(
        "agent-ends-poll",
        servers,
        Console::Clean,
        async |visitor, servers| {
            in_talk(visitor, servers, "?delivery=poll").await?;
            servers.desk().end(AGENT).await?;
            visitor
                .see("The chat is over. Thank you for writing.")
                .await
        },
    )
    .await;
}

#[tokio::test]
async fn the_visitor_ends_the_chat_after_a_question() {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(
        "visitor-ends",
        servers,
        Console::Clean,
        async |visitor, servers| {
            in_talk(visitor, servers, "?delivery=cometd").await?;
            visitor.press("End chat").await?;
            visitor.see("End this chat?").await?;
            visitor.press("Keep chatting").await?;
            visitor.see_no_more("End this chat?").await?;
            visitor.say("One more thing").await?;
            servers.desk().read("One more thing").await?;
            visitor.press("End chat").await?;
            visitor.see("End this chat?").await?;
            visitor.press("End chat").await?;
            visitor
                .see("You have ended the chat. Thank you for writing.")
                .await?;
            servers.desk().is_over().await
        },
    )
    .await;
}

#[tokio::test]
async fn the_visitor_leaves_the_queue() {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(
        "visitor-leaves",
        servers,
        Console::Clean,
        async |visitor, servers| {
            visitor.visit(&servers.page("?delivery=cometd")).await?;
            visitor.start_chat("My parcel").await?;
            visitor.press("Leave the queue").await?;
            visitor.press("Leave").await?;
            visitor.see("You have left the queue.").await?;
            servers.desk().is_over().await
        },
    )
    .await;
}
