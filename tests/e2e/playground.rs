//! Somebody who decides in five minutes: the playground with its options, its code, its events and its faults.

use serde_json::{Value, json};

use crate::screen::Screen;
use crate::servers::Servers;
use crate::stage::{Console, Lapse, Step, eventually, evidence, journey};

/// What scripts say about the playground and the page in it.
const EYES: &str = "
const inner = document.getElementById('page').contentDocument;
const chat = inner?.querySelector('gms-chat');
const launcher = chat?.shadowRoot?.querySelector('.launcher');
const code = document.getElementById('code').textContent;
const choose = (id, value) => {
  const field = document.getElementById(id);
  field.value = value;
  for (const name of ['input', 'change']) field.dispatchEvent(new Event(name));
};
";

async fn ask(screen: &Screen, script: &str) -> Step<Value> {
    screen.look(&[EYES, script].concat(), &json!(null)).await
}

async fn becomes(screen: &Screen, script: &str, wanted: Value) -> Step {
    let mut last = json!(null);
    eventually(script, async || {
        last = ask(screen, script).await?;
        Ok((last == wanted).then_some(()))
    })
    .await
    .map_err(|lapse| Lapse::new(format!("{lapse}: {last}")))
}

#[tokio::test]
async fn options_become_a_chat_and_its_code() {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(
        "playground",
        servers,
        Console::Clean,
        async |visitor, servers| {
            const LABEL: &str = "return launcher?.getAttribute('aria-label') ?? ''";
            let ground = visitor.beside(&servers.page("playground/")).await?;
            becomes(&ground, LABEL, json!("Chat with us")).await?;
            ask(&ground, "choose('option-lang', 'de')").await?;
            becomes(&ground, LABEL, json!("Chatten Sie mit uns")).await?;
            ask(&ground, "choose('theme-accent', '#aa0000')").await?;
            let colour = "return launcher && getComputedStyle(launcher).backgroundColor";
            becomes(&ground, colour, json!("rgb(170, 0, 0)")).await?;
            ask(&ground, "choose('option-delivery', 'poll')").await?;
            becomes(
                &ground,
                "return chat?.getAttribute('delivery')",
                json!("poll"),
            )
            .await?;
            becomes(&ground, LABEL, json!("Chatten Sie mit uns")).await?;
            becomes(&ground, colour, json!("rgb(170, 0, 0)")).await?;
            for part in [
                "data-lang=\"de\"",
                "data-delivery=\"poll\"",
                "--gms-chat-accent: #aa0000;",
            ] {
                let has = format!("return code.includes({})", json!(part));
                becomes(&ground, &has, json!(true)).await?;
            }
            ground.press("Break the network").await?;
            ground.press("Refuse the next message").await?;
            ground.see("Armed: send:status=415:1").await?;
            ground.press("Mend everything").await?;
            ground.see("Nothing is armed.").await?;
            ask(&ground, "launcher.click()").await?;
            ground.press("Events").await?;
            becomes(
                &ground,
                "return document.querySelector('#events b')?.textContent",
                json!("open"),
            )
            .await?;
            ground.become_screen(1440, 900, 1, false).await?;
            std::fs::write(
                evidence("picture-playground", "png"),
                ground.picture().await?,
            )?;
            ask(&ground, "location.reload()").await?;
            becomes(&ground, colour, json!("rgb(170, 0, 0)")).await
        },
    )
    .await;
}
