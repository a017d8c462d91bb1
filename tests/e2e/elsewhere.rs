//! A visitor who looks elsewhere: the chat keeps the server's patience, and the agent learns of it if the page wants.

use serde_json::{Value, json};

use crate::desk::Desk;
use crate::house::{House, Page, Plan};
use crate::servers::Servers;
use crate::stage::{Console, Lapse, Step, eventually, journey};
use crate::visitor::Visitor;

const AGENT: &str = "Kristi Sippola";
/// What the agents are told by the server.
const GONE: &str = "The client is disconnected";

/// Timers of a page that cannot be seen are a minute late from here on.
const SLOW: &str = "
const own = setTimeout;
window.setTimeout = (call, wait, ...more) => own(call, document.hidden ? 60000 : wait, ...more);";
/// Workers, and what the page's policy has refused, are counted from here on.
const COUNTED: &str = "
window.workers = [];
window.refused = 0;
document.addEventListener('securitypolicyviolation', () => refused++);
window.Worker = class extends Worker {
  constructor(...given) {
    super(...given);
    workers.push('works');
    this.number = workers.length - 1;
  }
  terminate() {
    super.terminate();
    workers[this.number] = 'ended';
  }
};";

/// A chat with an agent on a page in which workers are counted.
async fn in_talk(visitor: &Visitor, page: &str, desk: &Desk) -> Step {
    visitor.visit(page).await?;
    visitor.look(COUNTED, &json!(null)).await?;
    visitor.press("Chat with us").await?;
    visitor.type_into("How can we help?", "My parcel").await?;
    visitor.press("Start chat").await?;
    desk.join(AGENT).await?;
    visitor.see("You are talking to Kristi Sippola").await
}

async fn expect(visitor: &Visitor, script: &str, wanted: Value) -> Step {
    let seen = visitor.look(script, &json!(null)).await?;
    if seen == wanted {
        return Ok(());
    }
    Err(Lapse::new(format!("{script}: {seen}, not {wanted}")))
}

/// Waits until the server has been asked once more, so many times.
async fn is_asked(desk: &Desk, times: usize) -> Step {
    for _ in 0..times {
        let before = desk.requests("refresh").await?;
        eventually("a poll", async || {
            Ok((desk.requests("refresh").await? > before).then_some(()))
        })
        .await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_hidden_tab_with_slow_timers_is_polled_by_the_clock_of_a_worker() {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(
        "clock",
        servers,
        Console::Clean,
        async |visitor, servers| {
            let desk = servers.desk();
            in_talk(visitor, &servers.page("?delivery=poll"), &desk).await?;
            visitor.look(SLOW, &json!(null)).await?;
            visitor.hide(true).await?;
            // Two polls, ten seconds after one another, besides the one whose timer was set before.
            is_asked(&desk, 3).await?;
            desk.say(AGENT, "Are you there?").await?;
            visitor.see_messages(&["Are you there?"]).await?;
            expect(visitor, "return workers", json!(["works"])).await?;
            visitor.hide(false).await?;
            eventually("the end of the worker", async || {
                let workers = visitor.look("return workers", &json!(null)).await?;
                Ok((workers == json!(["ended"])).then_some(()))
            })
            .await
        },
    )
    .await;
}

#[tokio::test]
async fn a_pushed_chat_has_no_worker() {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(
        "no-clock",
        servers,
        Console::Clean,
        async |visitor, servers| {
            let desk = servers.desk();
            in_talk(visitor, &servers.page("?delivery=cometd"), &desk).await?;
            visitor.look(SLOW, &json!(null)).await?;
            visitor.hide(true).await?;
            desk.say(AGENT, "Are you there?").await?;
            visitor.see_messages(&["Are you there?"]).await?;
            expect(visitor, "return workers", json!([])).await
        },
    )
    .await;
}

const BANK: &str =
    "<!doctype html><html lang=en><meta charset=utf-8><title>A bank</title><h1>A bank</h1>
<script async src=gms-chat.js data-endpoint={gms}/genesys data-delivery=poll></script>";

#[tokio::test]
async fn the_documented_policy_allows_the_clock_and_it_goes_with_the_element() {
    const PAGE: Page = Page {
        path: "/",
        headers: &[(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'nonce-r4nd0m' 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self' {gms}",
        )],
        html: BANK,
    };
    let house = House::open(Plan::of(&[PAGE])).await.unwrap();
    journey(
        "clock-allowed",
        house,
        Console::Clean,
        async |visitor, house| {
            in_talk(visitor, &house.page("/"), &house.desk()).await?;
            visitor.look(SLOW, &json!(null)).await?;
            visitor.hide(true).await?;
            is_asked(&house.desk(), 2).await?;
            expect(visitor, "return workers", json!(["works"])).await?;
            // And nothing of it is left behind.
            visitor.look("gmsChat('destroy')", &json!(null)).await?;
            eventually("the end of the worker", async || {
                let workers = visitor.look("return workers", &json!(null)).await?;
                Ok((workers == json!(["ended"])).then_some(()))
            })
            .await
        },
    )
    .await;
}

#[tokio::test]
async fn where_workers_are_forbidden_timers_have_to_do_and_it_is_tried_once() {
    const PAGE: Page = Page {
        path: "/",
        headers: &[(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'; connect-src 'self' {gms}",
        )],
        html: BANK,
    };
    let house = House::open(Plan::of(&[PAGE])).await.unwrap();
    journey(
        "clock-forbidden",
        house,
        Console::Told(&["worker-src"]),
        async |visitor, house| {
            let desk = house.desk();
            in_talk(visitor, &house.page("/"), &desk).await?;
            for _ in 0..2 {
                visitor.hide(true).await?;
                is_asked(&desk, 2).await?;
                visitor.hide(false).await?;
                desk.say(AGENT, "Welcome back").await?;
                is_asked(&desk, 1).await?;
            }
            visitor
                .see_messages(&["Welcome back", "Welcome back"])
                .await?;
            expect(visitor, "return refused", json!(1)).await
        },
    )
    .await;
}

#[tokio::test]
async fn the_agent_is_told_that_the_visitor_is_away_and_nothing_is_lost_on_the_return() {
    let settings = [("repair", "reply")];
    let servers = Servers::one_origin_with("desk", &settings).await.unwrap();
    journey("away", servers, Console::Clean, async |visitor, servers| {
        let desk = servers.desk();
        let page = servers.page("?delivery=cometd&away=2");
        in_talk(visitor, &page, &desk).await?;
        desk.say(AGENT, "Hello").await?;
        visitor.see_messages(&["Hello"]).await?;
        visitor.hide(true).await?;
        desk.read(GONE).await?;
        desk.say(AGENT, "Are you there?").await?;
        // Found by asking, as rarely as a hidden page does.
        visitor.see_messages(&["Hello", "Are you there?"]).await?;
        expect(
            visitor,
            "return document.querySelector('gms-chat').unread",
            json!(1),
        )
        .await?;
        let before = desk.requests("handshake").await?;
        desk.say(AGENT, "I shall wait").await?;
        visitor.hide(false).await?;
        visitor
            .see_messages(&["Hello", "Are you there?", "I shall wait"])
            .await?;
        desk.reached(2).await?;
        desk.say(AGENT, "There you are").await?;
        visitor
            .see_messages(&["Hello", "Are you there?", "I shall wait", "There you are"])
            .await?;
        visitor.say("Hi").await?;
        desk.read("Hi").await?;
        match desk.requests("handshake").await? - before {
            1 => Ok(()),
            count => Err(Lapse::new(format!("{count} handshakes"))),
        }
    })
    .await;
}

#[tokio::test]
async fn what_the_page_sends_while_the_visitor_is_away_goes_out() {
    const SEND: &str = "
const done = arguments[arguments.length - 1];
gmsChat('send', 'From the page').then(() => done('sent'), (error) => done(error.code));";
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(
        "away-send",
        servers,
        Console::Clean,
        async |visitor, servers| {
            let desk = servers.desk();
            let page = servers.page("?delivery=cometd&away=1");
            in_talk(visitor, &page, &desk).await?;
            visitor.hide(true).await?;
            desk.read(GONE).await?;
            let sent = visitor.wait_for(SEND, &json!(null)).await?;
            desk.read("From the page").await?;
            visitor.see_messages(&["From the page"]).await?;
            match (sent == "sent", desk.times("From the page").await?) {
                (true, 1) => Ok(()),
                (_, times) => Err(Lapse::new(format!("{sent}; the desk has it {times} times"))),
            }
        },
    )
    .await;
}

#[tokio::test]
async fn a_page_that_is_frozen_tells_the_agent_at_once() {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(
        "away-frozen",
        servers,
        Console::Clean,
        async |visitor, servers| {
            let desk = servers.desk();
            let page = servers.page("?delivery=cometd&away=3600");
            in_talk(visitor, &page, &desk).await?;
            visitor.hide(true).await?;
            visitor.freeze(true).await?;
            desk.read(GONE).await?;
            desk.say(AGENT, "Are you there?").await?;
            visitor.freeze(false).await?;
            visitor.hide(false).await?;
            visitor.see_messages(&["Are you there?"]).await?;
            desk.reached(2).await
        },
    )
    .await;
}

#[tokio::test]
async fn a_page_that_wakes_when_the_server_has_forgotten_it_is_there_again() {
    let settings = [("repair", "reply")];
    let servers = Servers::one_origin_with("desk", &settings).await.unwrap();
    journey(
        "wake",
        servers,
        Console::FailedRequests,
        async |visitor, servers| {
            let desk = servers.desk();
            in_talk(visitor, &servers.page("?delivery=cometd"), &desk).await?;
            visitor.hide(true).await?;
            visitor.freeze(true).await?;
            desk.say(AGENT, "Good night").await?;
            servers.restart_gms();
            visitor.freeze(false).await?;
            visitor.hide(false).await?;
            visitor.see_messages(&["Good night"]).await?;
            desk.reached(2).await?;
            desk.say(AGENT, "Good morning").await?;
            visitor.see_messages(&["Good night", "Good morning"]).await
        },
    )
    .await;
}
