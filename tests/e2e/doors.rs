//! The three doors of the widget on pages as customers write them: queued commands, swapped bodies, two chats,
//! a hundred lives.

use serde_json::{Value, json};

use crate::house::{House, Page, Plan};
use crate::stage::{Console, Lapse, Step, eventually, journey};
use crate::visitor::Visitor;

/// The stub that the documentation shows, commands and queries before the loader is there, and then the loader.
const QUEUE: Page = Page {
    path: "/",
    headers: &[],
    html: "<!doctype html><html lang=en><meta charset=utf-8><title>A shop</title>
<script>
  !function (w) { w.gmsChat = w.gmsChat || function () { var g = arguments; return new Promise(function (y, n) { (w.gmsChat.q = w.gmsChat.q || []).push([g, y, n]) }) } }(window);
  window.told = [];
  const tell = (name) => (answer) => told.push(name + ' ' + JSON.stringify(answer ?? null));
  const fail = (name) => (error) => told.push(name + ' ' + error.name + ' ' + error.code);
  gmsChat('on', 'sessionstart', (event) => told.push(event.type));
  gmsChat('getState').then(tell('state'));
  gmsChat('dance').then(tell('dance'), fail('dance'));
  gmsChat('init', { endpoint: '{gms}/genesys', delivery: 'cometd', credentials: 'include' });
  gmsChat('start', { user: { firstName: 'Ada', subject: 'Parcel' }, data: async () => ({ tier: 'gold' }) }).then(tell('start'), fail('start'));
  gmsChat('send', 'from the queue').then(tell('send'), fail('send'));
</script>
<h1>A shop</h1>
<script async src=gms-chat.js></script>",
};

#[tokio::test]
async fn what_was_asked_before_the_loader_came_is_answered_in_order() {
    let house = House::open(Plan::of(&[QUEUE])).await.unwrap();
    journey("queue", house, Console::Clean, async |visitor, house| {
        visitor.visit(&house.page("/")).await?;
        house.desk().join("Kristi").await?;
        house.desk().read("from the queue").await?;
        let told = told(visitor, 5).await?;
        let starts = [
            "dance GmsChatError unknown_command",
            "state {\"state\":\"idle\"",
            "gms-chat-sessionstart",
            "start {\"delivery\":\"cometd\"}",
            "send ",
        ];
        for start in starts {
            if !told.iter().any(|line| line.starts_with(start)) {
                return Err(Lapse::new(format!("nobody told {start}: {told:?}")));
            }
        }
        Ok(())
    })
    .await;
}

/// What the page has collected in `told`, as soon as it is so much.
async fn told(visitor: &Visitor, count: usize) -> Step<Vec<String>> {
    eventually(format_args!("{count} answers"), async || {
        let told = visitor.look("return window.told;", &json!(null)).await?;
        let told: Vec<String> = serde_json::from_value(told)?;
        Ok((told.len() >= count).then_some(told))
    })
    .await
}

const PLAIN: Page = Page {
    path: "/",
    headers: &[],
    html: "<!doctype html><html lang=en><meta charset=utf-8><title>A shop</title><h1>A shop</h1>
<script async src=gms-chat.js data-endpoint={gms}/genesys data-delivery=poll data-subject=Parcel></script>",
};

/// As Turbo and Astro do it: the whole body is another one.
const SWAP: &str = "
const body = document.createElement('body');
body.append('Another page');
document.body.replaceWith(body);";

#[tokio::test]
async fn a_chat_survives_when_the_body_is_replaced() {
    let house = House::open(Plan::of(&[PLAIN])).await.unwrap();
    journey("swap", house, Console::Clean, async |visitor, house| {
        visitor.visit(&house.page("/")).await?;
        visitor.press("Chat with us").await?;
        visitor.press("Start chat").await?;
        house.desk().join("Kristi").await?;
        visitor.see("You are talking to Kristi").await?;
        visitor.look(SWAP, &json!(null)).await?;
        house.desk().say("Kristi", "still here").await?;
        visitor.see_messages(&["still here"]).await?;
        visitor.say("me too").await?;
        house.desk().read("me too").await
    })
    .await;
}

/// Properties before the loader is there; and a button that a framework draws later.
const EARLY: Page = Page {
    path: "/",
    headers: &[],
    html: "<!doctype html><html lang=en><meta charset=utf-8><title>A shop</title><h1>A shop</h1><nav></nav>
<gms-chat endpoint={gms}/genesys></gms-chat>
<script>
  Object.assign(document.querySelector('gms-chat'), { delivery: 'poll', launcher: 'none', firstName: 'Ada', subject: 'Parcel', data: { tier: 'gold' } });
</script>
<script async src=gms-chat.js></script>",
};
const DRAW: &str = "
const button = document.createElement('button');
button.dataset.gmsChatOpen = '';
document.querySelector('nav').replaceChildren(button);
button.focus();
button.click();";
const BUTTON: &str = "
const button = document.querySelector('nav button');
return button.getAttribute('aria-expanded') + ' ' + (document.activeElement == button);";

#[tokio::test]
async fn properties_set_early_count_and_a_button_drawn_late_opens() {
    let house = House::open(Plan::of(&[EARLY])).await.unwrap();
    journey("early", house, Console::Clean, async |visitor, house| {
        visitor.visit(&house.page("/")).await?;
        eventually("the element", async || {
            let shadow = "return Boolean(document.querySelector('gms-chat').shadowRoot);";
            Ok((visitor.look(shadow, &json!(null)).await? == json!(true)).then_some(()))
        })
        .await?;
        visitor.look(DRAW, &json!(null)).await?;
        visitor.press("Start chat").await?;
        house.desk().join("Kristi").await?;
        house.desk().read("gold").await?;
        visitor.see("You are talking to Kristi").await?;
        let seen = visitor.look(BUTTON, &json!(null)).await?;
        if seen != "true false" {
            return Err(Lapse::new(format!("with an open window: {seen}")));
        }
        visitor.press("Minimise").await?;
        eventually("the focus back on the button", async || {
            let seen = visitor.look(BUTTON, &json!(null)).await?;
            Ok((seen == "false true").then_some(()))
        })
        .await
    })
    .await;
}

const TWO: Page = Page {
    path: "/",
    headers: &[],
    html: "<!doctype html><html lang=en><meta charset=utf-8><title>A shop</title>
<script src=gms-chat.js></script><script src=gms-chat.js></script>
<gms-chat id=one endpoint={gms}/genesys delivery=poll subject=One></gms-chat>
<gms-chat id=two endpoint={gms}/../genesys delivery=poll subject=Two></gms-chat>",
};

const LEAD_BOTH: &str = "
const done = arguments[arguments.length - 1];
const lead = async (id) => {
  const element = document.getElementById(id);
  await element.start();
  await element.send('from ' + id);
  return element.getTranscript();
};
Promise.all(['one', 'two'].map(lead)).then(done, (error) => done(error.code));";

#[tokio::test]
async fn two_chats_on_one_page_keep_apart() {
    let house = House::open(Plan::of(&[TWO])).await.unwrap();
    journey("two", house, Console::Clean, async |visitor, house| {
        visitor.visit(&house.page("/")).await?;
        let both = visitor.wait_for(LEAD_BOTH, &json!(null)).await?;
        let texts = |of: &Value| {
            let lines = of.as_array().cloned().unwrap_or_default();
            let texts = lines
                .iter()
                .filter_map(|line| line["text"].as_str().map(str::to_owned));
            texts.collect::<Vec<_>>()
        };
        let wanted = (vec!["from one".to_owned()], vec!["from two".to_owned()]);
        if (texts(&both[0]), texts(&both[1])) == wanted {
            Ok(())
        } else {
            Err(Lapse::new(format!("the chats hold {both}")))
        }
    })
    .await;
}

/// So many elements are made, opened, led through a chat's start and destroyed; as many are destroyed before their
/// window is there.
const LIVES: &str = "
const [wanted] = arguments;
const done = arguments[arguments.length - 1];
const live = async () => {
  for (let life = 0; life < wanted; life++) {
    const element = await gmsChat('init', { endpoint: '/nowhere', subject: 'x' });
    await element.open();
    await element.start().catch((error) => error.code);
    await element.destroy();
    const hasty = await gmsChat('init', { endpoint: '/nowhere', subject: 'x' });
    const opened = hasty.open();
    const begun = hasty.start().catch((error) => error.code);
    await hasty.destroy();
    if ((await opened) || (await begun) != 'destroyed') return 'a chat began in an element that was gone: ' + (await begun);
  }
  return document.querySelectorAll('gms-chat').length;
};
live().then(done, (error) => done(String(error)));";

/// Another tab leads, and says nothing.
const LED: &str = "
const done = arguments[arguments.length - 1];
navigator.locks.request('gms-chat:/nowhere', () => (done(), new Promise(() => {})));";

#[tokio::test]
async fn a_hundred_lives_leave_nothing_behind() {
    lives("lives", false).await;
}

#[tokio::test]
async fn a_hundred_lives_beside_a_tab_that_leads_leave_nothing_behind() {
    lives("lives-led", true).await;
}

async fn lives(name: &str, is_led: bool) {
    const EMPTY: Page = Page {
        path: "/",
        headers: &[],
        html: "<!doctype html><html lang=en><title>A shop</title><script src=gms-chat.js></script>",
    };
    let house = House::open(Plan::of(&[EMPTY])).await.unwrap();
    let console = Console::FailedRequests;
    journey(name, house, console, async |visitor, house| {
        visitor.visit(&house.page("/")).await?;
        if is_led {
            visitor.wait_for(LED, &json!(null)).await?;
        }
        let live = async |lives: u32| -> Step<[f64; 3]> {
            for _ in 0..lives / 10 {
                let left = visitor.wait_for(LIVES, &json!(10)).await?;
                if left != 0 {
                    return Err(Lapse::new(format!("after ten lives: {left}")));
                }
            }
            visitor.weigh().await
        };
        // What is made once and kept: compiled code, the module, the caches of the engine.
        let [_, nodes, listeners] = live(20).await?;
        let [heap, ..] = live(20).await?;
        live(100).await?;
        let weigh = async || {
            let [heap_after, nodes_after, listeners_after] = visitor.weigh().await?;
            let is_flat = nodes_after <= nodes && listeners_after <= listeners;
            // A leaked window holds some 100 KB; 100 of them would be megabytes.
            if is_flat && heap_after - heap < 200_000.0 {
                return Ok(Some(()));
            }
            Err(Lapse::new(format!(
                "heap {heap} -> {heap_after}, nodes {nodes} -> {nodes_after}, listeners {listeners} -> {listeners_after}"
            )))
        };
        if is_led {
            // What is on its way for the last lives holds them for a moment; a leak holds for ever.
            eventually("a page that weighs no more than before", weigh).await
        } else {
            weigh().await.map(drop)
        }
    })
    .await;
}
