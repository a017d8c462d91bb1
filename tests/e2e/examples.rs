//! The pages of `examples/`, as `cargo xtask test packages` builds them: each leads a chat.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::servers::Servers;
use crate::stage::{Console, Lapse, Step, eventually, journey};
use crate::visitor::Visitor;

/// Where xtask leaves a built example.
fn built(name: &str) -> PathBuf {
    let examples = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("examples");
    examples.join(name)
}

/// Opens an example and goes through `steps` on it.
async fn example(name: &str, steps: impl AsyncFnOnce(&Visitor, &Servers) -> Step) {
    let folder = built(name);
    assert!(
        folder.join("index.html").is_file(),
        "run `cargo xtask test packages`, which builds {}",
        folder.display()
    );
    let servers = Servers::one_origin_of(folder, "desk").await.unwrap();
    let story = format!("example-{name}");
    journey(&story, servers, Console::Clean, async |visitor, servers| {
        visitor.visit(&servers.page("index.html")).await?;
        steps(visitor, servers).await
    })
    .await;
}

/// A chat in both directions.
async fn talk(visitor: &Visitor, servers: &Servers) -> Step {
    visitor.press("Chat with us").await?;
    visitor.press("Start chat").await?;
    servers.desk().join("Kristi").await?;
    visitor.see("You are talking to Kristi").await?;
    servers.desk().say("Kristi", "Good day").await?;
    visitor.see_messages(&["Good day"]).await?;
    visitor.say("Hello").await?;
    servers.desk().read("Hello").await
}

/// Waits until this expression of the page is true.
async fn holds(visitor: &Visitor, expression: &str) -> Step {
    let script = format!("return Boolean({expression});");
    eventually(expression, async || {
        Ok((visitor.look(&script, &json!(null)).await? == json!(true)).then_some(()))
    })
    .await
}

#[tokio::test]
async fn a_plain_page_has_one_tag_and_a_chat() {
    example("plain", talk).await;
}

#[tokio::test]
async fn a_tag_manager_hears_what_happens_and_nothing_that_is_said() {
    example("tag-manager", async |visitor, servers| {
        talk(visitor, servers).await?;
        let heard = [
            "chat_open",
            "chat_sessionstart",
            "chat_agentjoin",
            "chat_messagesent",
        ];
        for name in heard {
            holds(
                visitor,
                &format!("dataLayer.some(({{ event }}) => event == '{name}')"),
            )
            .await?;
        }
        let layer = visitor
            .look("return JSON.stringify(dataLayer);", &json!(null))
            .await?;
        let layer = layer.as_str().unwrap_or_default();
        match ["Good day", "Hello"]
            .iter()
            .find(|text| layer.contains(*text))
        {
            Some(text) => Err(Lapse::new(format!("the layer holds {text}: {layer}"))),
            None => Ok(()),
        }
    })
    .await;
}

#[tokio::test]
async fn with_turbo_the_chat_goes_from_page_to_page_and_back() {
    example("turbo", async |visitor, servers| {
        talk(visitor, servers).await?;
        let go = "document.querySelector('body > a').click();";
        visitor.look(go, &json!(null)).await?;
        holds(
            visitor,
            "document.querySelector('h1').textContent == 'Second page'",
        )
        .await?;
        servers.desk().say("Kristi", "Still here").await?;
        visitor
            .see_messages(&["Good day", "Hello", "Still here"])
            .await?;
        // The page that Turbo has kept has a copy of the element in it.
        visitor.look("history.back();", &json!(null)).await?;
        holds(
            visitor,
            "document.querySelector('h1').textContent == 'First page'",
        )
        .await?;
        visitor.say("And here").await?;
        servers.desk().read("And here").await?;
        holds(visitor, "document.querySelectorAll('gms-chat').length == 1").await
    })
    .await;
}

#[tokio::test]
async fn a_page_made_with_vite_leads_a_chat_by_itself() {
    example("vite", async |visitor, servers| {
        servers.desk().join("Kristi").await?;
        servers.desk().read("from Vite").await?;
        servers.desk().say("Kristi", "Hello Vite").await?;
        visitor.see_messages(&["from Vite", "Hello Vite"]).await?;
        holds(visitor, "document.title == 'Hello Vite'").await?;
        holds(
            visitor,
            "document.querySelector('h1').textContent.endsWith('sent true')",
        )
        .await
    })
    .await;
}

/// The component has the unread count, gives business data, and takes its chat away with itself.
async fn live(visitor: &Visitor, servers: &Servers) -> Step {
    talk(visitor, servers).await?;
    servers.desk().read("basket").await?;
    visitor.press("Minimise").await?;
    servers.desk().say("Kristi", "Are you there?").await?;
    holds(
        visitor,
        "document.querySelector('p').textContent == 'Unread: 1'",
    )
    .await?;
    let out = "document.querySelector('button').click();";
    visitor.look(out, &json!(null)).await?;
    holds(visitor, "!document.querySelector('gms-chat')").await
}

#[tokio::test]
async fn a_react_component_has_a_chat() {
    example("react", live).await;
}

#[tokio::test]
async fn a_vue_component_has_a_chat() {
    example("vue", live).await;
}

#[tokio::test]
async fn a_svelte_component_has_a_chat() {
    example("svelte", live).await;
}
