//! Whole chats, one for each way in which events can come.

use crate::desk::Desk;
use crate::servers::Servers;
use crate::stage::{Console, Lapse, Step, journey};

const AGENT: &str = "Kristi Sippola";

/// Both talk; the visitor sees everything once, in order.
async fn both_talk(name: &str, query: &str, check: impl AsyncFn(&Desk) -> Step) {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(name, servers, Console::Clean, async |visitor, servers| {
        let desk = servers.desk();
        visitor.visit(&servers.page(query)).await?;
        visitor.start_chat("My parcel").await?;
        visitor.see("Finding someone for you").await?;
        desk.join(AGENT).await?;
        visitor.see("You are talking to Kristi Sippola").await?;
        desk.types(AGENT).await?;
        visitor.see("Kristi Sippola is typing").await?;
        desk.say(AGENT, "Hello Ada, how can I help?").await?;
        visitor.see_no_more("Kristi Sippola is typing").await?;
        visitor
            .say("Where is it? 📦 100 % & <b>bold</b> ünï")
            .await?;
        desk.read("Where is it? 📦 100 % & <b>bold</b> ünï").await?;
        desk.say(AGENT, "On its way.").await?;
        let talk = [
            "Hello Ada, how can I help?",
            "Where is it? 📦 100 % & <b>bold</b> ünï",
            "On its way.",
        ];
        visitor.see_messages(&talk).await?;
        check(&desk).await
    })
    .await;
}

#[tokio::test]
async fn a_chat_over_cometd() {
    both_talk("cometd", "?delivery=cometd", async |desk| {
        expect("long polls", desk.requests("connect").await?, |count| {
            count > 1
        })?;
        expect("refreshes", desk.requests("refresh").await?, |count| {
            count == 0
        })
    })
    .await;
}

#[tokio::test]
async fn a_chat_by_polling() {
    both_talk("poll", "?delivery=poll", async |desk| {
        expect("refreshes", desk.requests("refresh").await?, |count| {
            count > 1
        })?;
        expect("CometD requests", desk.requests("cometd").await?, |count| {
            count == 0
        })
    })
    .await;
}

#[tokio::test]
async fn where_cometd_is_not_proven_a_chat_is_polled_and_the_console_says_why() {
    let servers = Servers::one_origin("desk").await.unwrap();
    let hint = Console::Hinted(
        "Polling instead of CometD: POST /genesys/cometd/ answered 404: check `comet-path` and `append-type`",
    );
    journey("auto", servers, hint, async |visitor, servers| {
        let desk = servers.desk();
        desk.arm("handshake:status=404:*").await?;
        visitor.visit(&servers.page("?delivery=auto")).await?;
        visitor.start_chat("My parcel").await?;
        desk.join(AGENT).await?;
        desk.say(AGENT, "Hello Ada").await?;
        visitor.see_messages(&["Hello Ada"]).await?;
        expect("refreshes", desk.requests("refresh").await?, |count| {
            count > 0
        })?;
        expect("connects", desk.requests("connect").await?, |count| {
            count == 0
        })
    })
    .await;
}

fn expect(what: &str, count: usize, fits: fn(usize) -> bool) -> Step {
    if fits(count) {
        Ok(())
    } else {
        Err(Lapse::new(format!("{count} {what}")))
    }
}

#[tokio::test]
async fn a_chat_that_waits_for_an_agent() {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(
        "delayed",
        servers,
        Console::Clean,
        async |visitor, servers| {
            let desk = servers.desk();
            visitor
                .visit(&servers.page("?delivery=cometd&service=request-chat-poll"))
                .await?;
            visitor.start_chat("My parcel").await?;
            visitor.see("Finding someone for you").await?;
            desk.accept().await?;
            desk.join(AGENT).await?;
            desk.say(AGENT, "Sorry for the wait.").await?;
            visitor.see_messages(&["Sorry for the wait."]).await?;
            visitor.say("No problem").await?;
            desk.read("No problem").await?;
            visitor
                .see_messages(&["Sorry for the wait.", "No problem"])
                .await
        },
    )
    .await;
}

/// The agent of a scenario greets by the name of the form, and answers.
#[tokio::test]
async fn a_chat_with_an_agent_who_plays_a_scenario() {
    let servers = Servers::one_origin("happy").await.unwrap();
    journey(
        "scenario",
        servers,
        Console::Clean,
        async |visitor, servers| {
            visitor.visit(&servers.page("?delivery=cometd")).await?;
            visitor.start_chat("My parcel").await?;
            visitor
                .see_messages(&["Hello Ada, how can I help you?"])
                .await?;
            visitor.say("Anything").await?;
            visitor
                .see_messages(&[
                    "Hello Ada, how can I help you?",
                    "Anything",
                    "You wrote: Anything",
                ])
                .await
        },
    )
    .await;
}

/// The page and the desk side by side, both used by hand.
#[tokio::test]
async fn a_person_answers_at_the_desk_page() {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(
        "desk-page",
        servers,
        Console::Clean,
        async |visitor, servers| {
            let agent = visitor.beside(&servers.desk_page()).await?;
            visitor.visit(&servers.page("")).await?;
            visitor.start_chat("My parcel").await?;
            agent.press_on("My parcel").await?;
            agent.press("Join").await?;
            visitor.see("You are talking to Kim Lind").await?;
            agent.type_into("Your answer", "Hello A").await?;
            visitor.see("Kim Lind is typing").await?;
            agent.type_into("Your answer", "da\u{e007}").await?;
            visitor.see_messages(&["Hello Ada"]).await?;
            visitor.type_into("Your message", "Where is").await?;
            agent.see("is typing…").await?;
            visitor.say(" it?").await?;
            agent
                .see_all("[role=log] .bubble", &["Hello Ada", "Where is it?"])
                .await?;
            visitor.see_messages(&["Hello Ada", "Where is it?"]).await?;
            agent.press("End chat…").await?;
            agent.press("End chat").await?;
            visitor
                .see("The chat is over. Thank you for writing.")
                .await
        },
    )
    .await;
}

#[tokio::test]
async fn rich_text_is_pasted_as_text() {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(
        "paste",
        servers,
        Console::Clean,
        async |visitor, servers| {
            let desk = servers.desk();
            visitor.visit(&servers.page("?delivery=cometd")).await?;
            visitor.start_chat("My parcel").await?;
            desk.join(AGENT).await?;
            visitor.see("You are talking to Kristi Sippola").await?;
            visitor.paste_rich_text().await?;
            visitor.say("!").await?;
            visitor.see_messages(&["bold link!"]).await?;
            desk.read("bold link!").await
        },
    )
    .await;
}
