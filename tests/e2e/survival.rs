//! A chat outlives its page: reload, other pages, the back/forward cache; and a page that keeps nothing says goodbye.

use serde_json::json;

use crate::servers::Servers;
use crate::stage::{Console, Lapse, Step, eventually, journey};
use crate::visitor::Visitor;

const AGENT: &str = "Kristi Sippola";
/// Whether the page came out of the cache, or why not.
const AGAIN: &str =
    "return window.again || performance.getEntriesByType('navigation')[0].notRestoredReasons;";
/// In a script of the page's: Firefox does not count what its driver listens to.
const NOT_KEPT: &str = "
const script = document.createElement('script');
script.textContent = \"addEventListener('unload', () => {})\";
document.head.append(script);";
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

/// What follows when the chat has been taken up: all is there, and both can go on.
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

async fn survives_reload(name: &str, query: &str) {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(
        name,
        servers,
        Console::FailedRequests,
        async |visitor, servers| {
            in_talk(visitor, servers, query).await?;
            visitor.visit(&servers.page(query)).await?;
            goes_on(visitor, servers).await
        },
    )
    .await;
}

#[tokio::test]
async fn a_reload_in_the_middle_of_a_pushed_chat() {
    survives_reload("reload", "?delivery=cometd").await;
}

#[tokio::test]
async fn a_reload_in_the_middle_of_a_polled_chat() {
    survives_reload("reload-poll", "?delivery=poll").await;
}

#[tokio::test]
async fn what_is_said_while_no_page_is_there_is_seen_on_the_next_one() {
    let settings = [("repair", "reply")];
    let servers = Servers::one_origin_with("desk", &settings).await.unwrap();
    journey(
        "elsewhere",
        servers,
        Console::FailedRequests,
        async |visitor, servers| {
            in_talk(visitor, servers, "?delivery=cometd").await?;
            // Without the widget nobody asks.
            visitor.visit(&servers.page(ELSEWHERE)).await?;
            servers.desk().say(AGENT, "Are you there?").await?;
            visitor.visit(&servers.page("?delivery=cometd")).await?;
            visitor
                .see_messages(&["Hello", "Hi", "Are you there?"])
                .await?;
            visitor.see("You are talking to Kristi Sippola").await
        },
    )
    .await;
}

#[tokio::test]
async fn a_message_on_its_way_at_the_reload_stands_there_once() {
    for (name, fault) in [
        ("unload-after", "send:stall-after:1"),
        ("unload-before", "send:stall-before:1"),
    ] {
        let settings = [("repair", "reply")];
        let servers = Servers::one_origin_with("desk", &settings).await.unwrap();
        journey(
            name,
            servers,
            Console::FailedRequests,
            async |visitor, servers| {
                let desk = servers.desk();
                in_talk(visitor, servers, "?delivery=cometd").await?;
                desk.arm(fault).await?;
                visitor.say("tence").await?;
                if name == "unload-before" {
                    // What the server has already comes back at once.
                    visitor.see("Sending…").await?;
                }
                eventually("the message on its way", async || {
                    Ok((desk.requests("send").await? == 2).then_some(()))
                })
                .await?;
                visitor.visit(&servers.page("?delivery=cometd")).await?;
                desk.read("Half a sentence").await?;
                desk.say(AGENT, "I see").await?;
                visitor
                    .see_messages(&["Hello", "Hi", "Half a sentence", "I see"])
                    .await?;
                let sent = desk.times("Half a sentence").await?;
                if sent != 1 {
                    return Err(Lapse::new(format!("the desk has it {sent} times")));
                }
                visitor.see_no_more("Sending…").await?;
                visitor.see_no_more("Not confirmed yet.").await
            },
        )
        .await;
    }
}

#[tokio::test]
async fn a_chat_that_ended_meanwhile_is_told_to_be_over() {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(
        "died",
        servers,
        Console::FailedRequests,
        async |visitor, servers| {
            in_talk(visitor, servers, "?delivery=poll").await?;
            visitor.visit(&servers.page(ELSEWHERE)).await?;
            servers.desk().end(AGENT).await?;
            visitor.visit(&servers.page("?delivery=poll")).await?;
            visitor.see("The chat is over. Thank you").await?;
            visitor.see_messages(&["Hello", "Hi"]).await?;
            // And that is not told once more.
            visitor.visit(&servers.page("?delivery=poll")).await?;
            visitor.sees_button("Chat with us").await?;
            let left = visitor.look("return sessionStorage.length", &json!(null));
            match left.await?.as_u64() {
                Some(0) => Ok(()),
                left => Err(Lapse::new(format!("{left:?} things are left"))),
            }
        },
    )
    .await;
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
async fn a_page_in_the_cache_takes_up_what_another_page_went_on_with() {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(
        "bfcache-stale",
        servers,
        Console::FailedRequests,
        async |visitor, servers| {
            let desk = servers.desk();
            in_talk(visitor, servers, "?delivery=cometd").await?;
            visitor.visit(&servers.page("?delivery=cometd&b")).await?;
            goes_on(visitor, servers).await?;
            visitor.look("history.back()", &json!(null)).await?;
            visitor
                .see_messages(&["Hello", "Hi", "Half a sentence", "I see"])
                .await?;
            desk.say(AGENT, "Anything else?").await?;
            visitor
                .see_messages(&["Hello", "Hi", "Half a sentence", "I see", "Anything else?"])
                .await
        },
    )
    .await;
}

#[tokio::test]
async fn where_nothing_is_to_be_kept_the_server_is_told_at_once() {
    for (name, query) in [
        ("goodbye", "?delivery=cometd&persist=none"),
        ("goodbye-poll", "?delivery=poll&persist=none"),
    ] {
        let servers = Servers::one_origin("desk").await.unwrap();
        journey(
            name,
            servers,
            Console::FailedRequests,
            async |visitor, servers| {
                in_talk(visitor, servers, query).await?;
                // A page that says so is not kept for the way back.
                visitor.look(NOT_KEPT, &json!(null)).await?;
                visitor.visit("about:blank").await?;
                servers.desk().is_over().await
            },
        )
        .await;
    }
}

/// Messages of a long chat.
const LONG: usize = 200;
/// The longest that scripts may run until a restored transcript can be read, in seconds.
const READABLE: f64 = 0.3;

#[tokio::test]
async fn a_long_transcript_is_readable_in_less_than_300_ms_of_script_time() {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(
        "restore-time",
        servers,
        Console::FailedRequests,
        async |visitor, servers| {
            let desk = servers.desk();
            in_talk(visitor, servers, "?delivery=cometd").await?;
            for number in 1..=LONG {
                desk.say(AGENT, &format!("Sentence {number}")).await?;
            }
            visitor.see(&format!("Sentence {LONG}")).await?;
            let before = visitor.script_time().await?;
            visitor.visit(&servers.page("?delivery=cometd")).await?;
            visitor.see(&format!("Sentence {LONG}")).await?;
            let took = visitor.script_time().await? - before;
            visitor.see("You are talking to Kristi Sippola").await?;
            if !(0.0..READABLE).contains(&took) {
                return Err(Lapse::new(format!("{took:.3} s of script time")));
            }
            Ok(())
        },
    )
    .await;
}
