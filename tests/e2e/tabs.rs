//! One chat in several tabs: all show it, one asks the server, and another goes on when that one is gone.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::servers::Servers;
use crate::stage::{Console, Lapse, Step, eventually, journey};
use crate::visitor::Visitor;

const AGENT: &str = "Kristi Sippola";
/// The longest that a chat may stand still when the tab that ran it is gone.
const HANDOVER: Duration = Duration::from_secs(2);
/// Tabs of a browser that opens six connections to a server at most.
const MANY: usize = 6;
const QUERIES: [&str; 2] = ["?delivery=cometd", "?delivery=poll"];

/// A chat in which both have said something.
async fn in_talk(visitor: &Visitor, servers: &Servers, query: &str) -> Step {
    let desk = servers.desk();
    visitor.visit(&servers.page(query)).await?;
    visitor.start_chat("My parcel").await?;
    desk.join(AGENT).await?;
    desk.say(AGENT, "Hello").await?;
    visitor.see_messages(&["Hello"]).await?;
    visitor.say("Hi").await?;
    desk.read("Hi").await?;
    visitor.see_messages(&["Hello", "Hi"]).await
}

/// The tab has the lock, and not another one that is about to give it back: whoever comes to another tab finds the chat there.
async fn leads(tab: &Visitor) -> Step {
    // Only by a lock of its own a page learns who it is.
    const LEADS: &str = "const [, done] = arguments;
navigator.locks.request('who', async () => {
  const { held } = await navigator.locks.query();
  const of = (name) => held.find((lock) => lock.name.startsWith(name))?.clientId;
  done(of('gms-chat:') === of('who'));
});";
    eventually("the lock", async || {
        let leads = tab.wait_for(LEADS, &json!(null)).await?;
        Ok((leads == true).then_some(()))
    })
    .await
}

/// Nobody has begun a second chat, and nothing that was written stands there twice.
async fn is_one_chat(servers: &Servers, said: &[&str]) -> Step {
    let desk = servers.desk();
    let services = desk.requests("service").await?;
    if services != 1 {
        return Err(Lapse::new(format!("{services} services were created")));
    }
    for text in said {
        let times = desk.times(text).await?;
        if times != 1 {
            return Err(Lapse::new(format!("the desk has {text:?} {times} times")));
        }
    }
    Ok(())
}

/// What stands where the visitor writes. Pages that nobody sees draw nothing, so they cannot wait for it themselves.
async fn holds(tab: &Visitor, draft: &str) -> Step {
    let script = "return root.querySelector('textarea').value";
    eventually(format!("the draft {draft:?}"), async || {
        let held = tab.look(script, &json!(null)).await?;
        Ok((held == draft).then_some(()))
    })
    .await
}

async fn plays(name: &str, steps: impl AsyncFn(&Visitor, &Servers, &str) -> Step) {
    for query in QUERIES {
        let settings = [("repair", "reply")];
        let servers = Servers::one_origin_with("desk", &settings).await.unwrap();
        journey(
            &format!("{name}{}", query.replace(['?', '='], "-")),
            servers,
            Console::FailedRequests,
            async |visitor, servers| steps(visitor, servers, query).await,
        )
        .await;
    }
}

#[tokio::test]
async fn what_is_said_in_one_tab_is_seen_in_the_others() {
    plays("tabs", async |one, servers, query| {
        let desk = servers.desk();
        in_talk(one, servers, query).await?;
        let two = one.in_another_tab(&servers.page(query)).await?;
        // The window stands open there as it does here.
        two.see_messages(&["Hello", "Hi"]).await?;
        two.see("You are talking to Kristi Sippola").await?;
        two.say("From the second tab").await?;
        desk.read("From the second tab").await?;
        desk.say(AGENT, "I see").await?;
        let all = ["Hello", "Hi", "From the second tab", "I see"];
        for tab in [&two, one] {
            tab.see_messages(&all).await?;
            tab.see_no_more("Sending…").await?;
        }
        two.type_into("Your message", "Half a sen").await?;
        holds(one, "Half a sen").await?;
        one.say("tence").await?;
        desk.read("Half a sentence").await?;
        holds(&two, "").await?;
        desk.types(AGENT).await?;
        for tab in [&two, one] {
            tab.see("Kristi Sippola is typing").await?;
        }
        is_one_chat(servers, &["From the second tab", "Half a sentence"]).await
    })
    .await;
}

#[tokio::test]
async fn a_tab_that_was_there_before_finds_the_chat_when_the_visitor_comes_to_it() {
    plays("tabs-before", async |two, servers, query| {
        let desk = servers.desk();
        two.visit(&servers.page(query)).await?;
        two.sees_button("Chat with us").await?;
        let one = two.in_another_tab(&servers.page(query)).await?;
        in_talk(&one, servers, query).await?;
        two.come_to().await?;
        two.see_messages(&["Hello", "Hi"]).await?;
        two.say("Here I am").await?;
        desk.read("Here I am").await?;
        one.see_messages(&["Hello", "Hi", "Here I am"]).await?;
        is_one_chat(servers, &["Here I am"]).await
    })
    .await;
}

/// The chat goes on in the second tab when something has happened to the first, which led it.
async fn goes_on(
    one: &Visitor,
    servers: &Servers,
    query: &str,
    gone: impl AsyncFn() -> Step,
) -> Step {
    let desk = servers.desk();
    in_talk(one, servers, query).await?;
    let two = one.in_another_tab(&servers.page(query)).await?;
    two.see_messages(&["Hello", "Hi"]).await?;
    gone().await?;
    let since = Instant::now();
    two.come_to().await?;
    desk.say(AGENT, "Are you still there?").await?;
    two.see_messages(&["Hello", "Hi", "Are you still there?"])
        .await?;
    let took = since.elapsed();
    two.say("Of course").await?;
    desk.read("Of course").await?;
    two.see("You are talking to Kristi Sippola").await?;
    two.see_no_more("Sending…").await?;
    if took > HANDOVER {
        return Err(Lapse::new(format!("the hand-over took {took:?}")));
    }
    is_one_chat(servers, &["Of course", "Hi"]).await
}

#[tokio::test]
async fn when_the_tab_that_asks_the_server_is_closed_another_goes_on() {
    plays("tabs-close", async |one, servers, query| {
        goes_on(one, servers, query, async || one.close().await).await
    })
    .await;
}

#[tokio::test]
async fn when_the_tab_that_asks_the_server_crashes_another_goes_on() {
    plays("tabs-crash", async |one, servers, query| {
        goes_on(one, servers, query, async || one.crash().await).await
    })
    .await;
}

#[tokio::test]
async fn when_the_tab_that_asks_the_server_is_frozen_another_goes_on() {
    plays("tabs-freeze", async |one, servers, query| {
        goes_on(one, servers, query, async || one.freeze(true).await).await?;
        // When it runs again it shows what was said meanwhile.
        one.freeze(false).await?;
        one.see_messages(&["Hello", "Hi", "Are you still there?", "Of course"])
            .await
    })
    .await;
}

#[tokio::test]
async fn nobody_can_write_in_a_tab_that_wakes_before_it_knows_what_the_others_have() {
    const STOP_AND_WAKE: &str = "
for (const name of ['freeze', 'resume']) document.dispatchEvent(new Event(name));
return root.querySelector('dialog').inert;";
    plays("tabs-wake", async |one, servers, query| {
        let desk = servers.desk();
        in_talk(one, servers, query).await?;
        let two = one.in_another_tab(&servers.page(query)).await?;
        two.see_messages(&["Hello", "Hi"]).await?;
        one.come_to().await?;
        let is_closed = one.look(STOP_AND_WAKE, &json!(null)).await?;
        if is_closed != true {
            return Err(Lapse::new(format!("the window is shut: {is_closed}")));
        }
        // And as soon as it knows it again, what is written there is said.
        eventually("the window to be open again", async || {
            let script = "return root?.querySelector('dialog[open]')?.inert === false
                && root.host.state === 'active'";
            let is_open = one.look(script, &json!(null)).await?;
            Ok((is_open == true).then_some(()))
        })
        .await?;
        one.say("Here I am").await?;
        desk.read("Here I am").await?;
        for tab in [one, &two] {
            tab.see_messages(&["Hello", "Hi", "Here I am"]).await?;
        }
        is_one_chat(servers, &["Here I am"]).await
    })
    .await;
}

#[tokio::test]
async fn a_tab_that_is_reloaded_finds_the_chat_in_the_other_one() {
    plays("tabs-reload", async |one, servers, query| {
        let desk = servers.desk();
        in_talk(one, servers, query).await?;
        let two = one.in_another_tab(&servers.page(query)).await?;
        two.see_messages(&["Hello", "Hi"]).await?;
        for tab in [one, &two, &two, one] {
            tab.visit(&servers.page(query)).await?;
            tab.see_messages(&["Hello", "Hi"]).await?;
        }
        one.say("Once more").await?;
        desk.read("Once more").await?;
        two.see_messages(&["Hello", "Hi", "Once more"]).await?;
        is_one_chat(servers, &["Once more", "Hi"]).await
    })
    .await;
}

#[tokio::test]
async fn the_end_in_one_tab_is_the_end_in_all_and_each_can_begin_anew() {
    plays("tabs-end", async |one, servers, query| {
        let desk = servers.desk();
        in_talk(one, servers, query).await?;
        let two = one.in_another_tab(&servers.page(query)).await?;
        two.see_messages(&["Hello", "Hi"]).await?;
        desk.end(AGENT).await?;
        for tab in [&two, one] {
            tab.see("The chat is over. Thank you").await?;
        }
        two.press("Start a new chat").await?;
        for tab in [one, &two] {
            tab.sees_button("Start chat").await?;
        }
        two.fill_in("Another thing").await?;
        two.see("Waiting for an agent").await?;
        leads(&two).await?;
        one.come_to().await?;
        one.see("Waiting for an agent").await?;
        match desk.requests("service").await? {
            2 => Ok(()),
            count => Err(Lapse::new(format!("{count} services were created"))),
        }
    })
    .await;
}

#[tokio::test]
async fn six_tabs_have_one_long_poll_and_all_can_be_used() {
    plays("tabs-many", async |one, servers, query| {
        let desk = servers.desk();
        in_talk(one, servers, query).await?;
        let mut tabs = Vec::new();
        for _ in 1..MANY {
            let tab = one.in_another_tab(&servers.page(query)).await?;
            tab.see_messages(&["Hello", "Hi"]).await?;
            tabs.push(tab);
        }
        let mut all = vec!["Hello".to_owned(), "Hi".to_owned()];
        for (number, tab) in tabs.iter().enumerate() {
            let text = format!("From tab {number}");
            tab.say(&text).await?;
            desk.read(&text).await?;
            all.push(text);
        }
        desk.say(AGENT, "So many").await?;
        all.push("So many".to_owned());
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        for tab in &tabs {
            tab.see_messages(&all).await?;
        }
        one.see_messages(&all).await?;
        // One session at most asks for events, however many tabs there are.
        eventually("one session", async || {
            Ok((desk.sessions().await? <= 1).then_some(()))
        })
        .await?;
        is_one_chat(servers, &all[2..all.len() - 1]).await
    })
    .await;
}

#[tokio::test]
async fn where_there_are_no_locks_each_tab_has_a_chat_of_its_own() {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(
        "tabs-no-locks",
        servers,
        Console::FailedRequests,
        async |one, servers| {
            let query = "?delivery=cometd";
            one.have_no_locks().await?;
            in_talk(one, servers, query).await?;
            let two = one.in_another_tab("about:blank").await?;
            two.have_no_locks().await?;
            two.visit(&servers.page(query)).await?;
            two.start_chat("Another thing").await?;
            let desk = servers.desk();
            eventually("a second chat", async || {
                Ok((desk.requests("service").await? == 2).then_some(()))
            })
            .await?;
            one.see_messages(&["Hello", "Hi"]).await
        },
    )
    .await;
}
