//! A whole chat without a mouse: the visitor never presses anything but keys, and always sees where the focus is.

use serde_json::{Value, json};

use crate::servers::Servers;
use crate::stage::{Console, Lapse, Step, eventually, journey};
use crate::visitor::Visitor;

const AGENT: &str = "Kristi";
const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";
const UP: &str = "\u{e013}";
const DOWN: &str = "\u{e015}";

/// What has the focus, by its name; it must be drawn, and not hidden below anything.
const FOCUSED: &str = "
let e = document.activeElement;
if (e === root.host) e = root.activeElement;
if (!e || e === document.body) return 'the page';
const ring = getComputedStyle(e);
const line = e.closest('.line');
const isDrawn = ring.outlineStyle !== 'none' || (line && getComputedStyle(line).boxShadow !== 'none') || e.matches('h3, dialog');
const plain = (text) => (text ?? '').replace(/\\s+/g, ' ').trim();
const name = plain(e.getAttribute('aria-label') ?? (e.labels?.[0] ?? e).innerText);
return (isDrawn ? '' : 'without a ring: ') + name;";

async fn focus_is_on(visitor: &Visitor, wanted: &str) -> Step {
    let mut last = String::new();
    let seen = eventually(format_args!("the focus on “{wanted}”"), async || {
        let found = visitor.look(FOCUSED, &json!(null)).await?;
        last = found.as_str().unwrap_or_default().to_owned();
        Ok(last.starts_with(wanted).then_some(()))
    })
    .await;
    seen.map_err(|lapse| Lapse::new(format!("{lapse}; it is on “{last}”")))
}

#[tokio::test]
async fn a_chat_from_the_launcher_to_its_end_by_keys_alone() {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(
        "keyboard",
        servers,
        Console::Clean,
        async |visitor, servers| {
            let desk = servers.desk();
            visitor.visit(&servers.page("?delivery=cometd")).await?;
            visitor.sees_button("Chat with us").await?;
            // The launcher is the last thing on the page.
            for _ in 0..40 {
                tab(visitor).await?;
                if is_on(visitor, "Chat with us").await? {
                    break;
                }
            }
            focus_is_on(visitor, "Chat with us").await?;
            visitor.keys(ENTER).await?;
            focus_is_on(visitor, "First name").await?;
            visitor.keys("Ada").await?;
            visitor.keys(ENTER).await?;
            focus_is_on(visitor, "How can we help?").await?;
            visitor.keys(&["My router", ENTER].concat()).await?;
            focus_is_on(visitor, "Your message").await?;
            desk.join(AGENT).await?;
            desk.say(AGENT, "Hello Ada").await?;
            visitor.see_messages(&["Hello Ada"]).await?;
            // A message that arrives takes the focus from nobody.
            focus_is_on(visitor, "Your message").await?;
            visitor.keys(&["It blinks red", ENTER].concat()).await?;
            visitor
                .see_messages(&["Hello Ada", "It blinks red"])
                .await?;
            read_back(visitor).await?;
            visitor.keys(ESCAPE).await?;
            focus_is_on(visitor, "Chat with us").await?;
            visitor.keys(ENTER).await?;
            focus_is_on(visitor, "Your message").await?;
            end(visitor).await?;
            visitor.see("You have ended the chat.").await?;
            focus_is_on(visitor, "Start a new chat").await
        },
    )
    .await;
}

/// From the text box back into the transcript, message by message.
async fn read_back(visitor: &Visitor) -> Step {
    back_tab(visitor).await?;
    focus_is_on(visitor, "").await?;
    visitor.keys(UP).await?;
    focus_is_on(visitor, "You It blinks red").await?;
    visitor.keys(UP).await?;
    focus_is_on(visitor, "Kristi K Hello Ada").await?;
    visitor.keys(DOWN).await?;
    focus_is_on(visitor, "You It blinks red").await
}

/// One step on by the Tab key, and until it has been made: some browsers take their time.
async fn tab(visitor: &Visitor) -> Step {
    let before = visitor.look(FOCUSED, &json!(null)).await?;
    visitor.keys(TAB).await?;
    moved(visitor, &before).await
}

/// One step back.
async fn back_tab(visitor: &Visitor) -> Step {
    let before = visitor.look(FOCUSED, &json!(null)).await?;
    visitor.shifted(TAB).await?;
    moved(visitor, &before).await
}

/// Whether the focus is on something of this name; its ring may still be on the way.
async fn is_on(visitor: &Visitor, name: &str) -> Step<bool> {
    let found = visitor.look(FOCUSED, &json!(null)).await?;
    Ok(found.as_str().is_some_and(|found| found.ends_with(name)))
}

async fn moved(visitor: &Visitor, before: &Value) -> Step {
    eventually("the focus to move", async || {
        let now = visitor.look(FOCUSED, &json!(null)).await?;
        Ok((now != *before).then_some(()))
    })
    .await
}

/// Goes back to the button in the head and presses it: a question takes the focus.
async fn ask_for_the_end(visitor: &Visitor) -> Step {
    for _ in 0..12 {
        back_tab(visitor).await?;
        if is_on(visitor, "End chat").await? {
            break;
        }
    }
    focus_is_on(visitor, "End chat").await?;
    visitor.keys(ENTER).await?;
    focus_is_on(visitor, "Keep chatting").await
}

/// Ends the chat by the button in the head; the question keeps the focus until it is answered.
async fn end(visitor: &Visitor) -> Step {
    ask_for_the_end(visitor).await?;
    visitor.keys(ESCAPE).await?;
    visitor.see_no_more("End this chat?").await?;
    focus_is_on(visitor, "Your message").await?;
    ask_for_the_end(visitor).await?;
    visitor.keys(TAB).await?;
    focus_is_on(visitor, "End chat").await?;
    visitor.keys(ENTER).await
}
