//! A page goes: the back/forward cache gives its chat back, and a page that will not come back says goodbye.

use serde_json::json;

use crate::servers::Servers;
use crate::stage::{Console, Lapse, Step, eventually, journey};
use crate::visitor::Visitor;

const AGENT: &str = "Kristi Sippola";
/// Whether the page came out of the cache, or why not.
const AGAIN: &str =
    "return window.again || performance.getEntriesByType('navigation')[0].notRestoredReasons;";
/// A page of the same origin without the widget.
const ELSEWHERE: &str = "site.css";

/// A chat in which both have said something, and half a sentence stands in the composer.
async fn in_talk(visitor: &Visitor, servers: &Servers, query: &str) -> Step {
    let desk = servers.desk();
    visitor.visit(&servers.page(query)).await?;
    visitor.start_chat("My parcel").await?;
    desk.join(AGENT).await?;
    desk.say(AGENT, "Hello").await?;
    visitor.see_messages(&["Hello"]).await?;
    visitor.say("Hi").await?;
    desk.read("Hi").await?;
    visitor.see_messages(&["Hello", "Hi"]).await?;
    visitor.type_into("Your message", "Half a sen").await
}

/// What follows when the page is back: all is there, and both can go on.
async fn goes_on(visitor: &Visitor, servers: &Servers) -> Step {
    let desk = servers.desk();
    visitor.see_messages(&["Hello", "Hi"]).await?;
    visitor.see("You are talking to Kristi Sippola").await?;
    visitor.say("tence").await?;
    desk.read("Half a sentence").await?;
    desk.say(AGENT, "I see").await?;
    visitor
        .see_messages(&["Hello", "Hi", "Half a sentence", "I see"])
        .await?;
    match desk.requests("service").await? {
        1 => Ok(()),
        count => Err(Lapse::new(format!("{count} services were created"))),
    }
}

#[tokio::test]
async fn the_back_forward_cache_gives_the_chat_back() {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(
        "bfcache",
        servers,
        Console::FailedRequests,
        async |visitor, servers| {
            in_talk(visitor, servers, "?delivery=cometd").await?;
            let note = "addEventListener('pageshow', (event) => (window.again = event.persisted));";
            visitor.look(note, &json!(null)).await?;
            visitor.visit(&servers.page(ELSEWHERE)).await?;
            visitor.look("history.back()", &json!(null)).await?;
            eventually("the page out of the cache", async || {
                let again = visitor.look(AGAIN, &json!(null)).await?;
                if again == true {
                    return Ok(Some(()));
                }
                Err(Lapse::new(format!("not restored: {again}")))
            })
            .await?;
            goes_on(visitor, servers).await
        },
    )
    .await;
}

#[tokio::test]
async fn a_page_that_goes_for_good_tells_the_server_at_once() {
    for (name, query) in [
        ("goodbye", "?delivery=cometd"),
        ("goodbye-poll", "?delivery=poll"),
    ] {
        let servers = Servers::one_origin("desk").await.unwrap();
        journey(
            name,
            servers,
            Console::FailedRequests,
            async |visitor, servers| {
                in_talk(visitor, servers, query).await?;
                // A page that says so is not kept for the way back.
                let note = "addEventListener('unload', () => {})";
                visitor.look(note, &json!(null)).await?;
                visitor.visit("about:blank").await?;
                servers.desk().is_over().await
            },
        )
        .await;
    }
}
