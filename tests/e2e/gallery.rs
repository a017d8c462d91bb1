//! Every screen of the widget in every view, in `target/gallery`: a picture, a clean console, no complaint of
//! axe-core, and nothing out of reach. `cargo xtask gallery` runs this alone and writes the page with the pictures.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::pictures::{AGENT, every_kind_of_line};
use crate::servers::Servers;
use crate::stage::{Console, Lapse, Step, journey};
use crate::view::{View, judge, reach_everything};
use crate::visitor::Visitor;

/// Every kind of field.
const FIELDS: &str = r#"[
  { "name": "first-name", "required": true },
  { "name": "last-name" },
  { "name": "email", "help": "For a copy of this conversation." },
  { "name": "topic", "label": "Topic", "type": "select", "required": true, "options": ["Invoice", "Technical problem"] },
  { "name": "message", "label": "What happened?" },
  { "name": "privacy", "label": "I agree that my details are kept for this conversation.", "type": "consent",
    "link": { "url": "/privacy", "label": "Privacy notice" } }
]"#;

const INVITATION: &str = "May we help you? It takes two minutes.";

/// Plays `steps` up to a screen, then looks at it in every view.
async fn scene(
    name: &str,
    scenario: &str,
    console: Console,
    steps: impl AsyncFnOnce(&Visitor, &Servers) -> Step,
) {
    let servers = Servers::one_origin(scenario).await.unwrap();
    let journey_name = format!("gallery-{name}");
    journey(&journey_name, servers, console, async |visitor, servers| {
        let page = servers.page("?delivery=cometd&lang=en");
        visitor.visit(&page).await?;
        visitor.sees_button("Chat with us").await?;
        steps(visitor, servers).await?;
        for view in View::all() {
            look(visitor, name, view).await?;
        }
        Ok(())
    })
    .await;
}

async fn look(visitor: &Visitor, name: &str, view: View) -> Step {
    let told = |lapse: Lapse| Lapse::new(format!("{name}, {}: {lapse}", view.name()));
    view.take(visitor).await.map_err(told)?;
    let picture = visitor.picture().await?;
    std::fs::write(place(&format!("{name}-{}", view.name()))?, picture)?;
    judge(visitor).await.map_err(told)?;
    if view.is_phone && !view.is_dark {
        reach_everything(visitor).await.map_err(told)?;
    }
    Ok(())
}

fn place(name: &str) -> Step<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("gallery");
    std::fs::create_dir_all(&folder)?;
    Ok(folder.join(format!("{name}.png")))
}

async fn open(visitor: &Visitor) -> Step {
    visitor.press("Chat with us").await?;
    visitor.see("Start a chat").await
}

async fn wait(visitor: &Visitor) -> Step {
    open(visitor).await?;
    visitor.fill_in("My new router").await?;
    visitor.see("Finding someone for you").await
}

async fn talk(visitor: &Visitor, servers: &Servers) -> Step {
    wait(visitor).await?;
    let desk = servers.desk();
    desk.join(AGENT).await?;
    desk.say(AGENT, "Hello Ada! What can I do for you?").await?;
    visitor.see("What can I do for you?").await
}

#[tokio::test]
async fn gallery_launcher() {
    scene("01-launcher", "desk", Console::Clean, async |_, _| Ok(())).await;
}

#[tokio::test]
async fn gallery_unread() {
    scene(
        "02-unread",
        "desk",
        Console::Clean,
        async |visitor, servers| {
            talk(visitor, servers).await?;
            visitor.press("Minimise").await?;
            servers.desk().say(AGENT, "Are you still there?").await?;
            visitor.sees_button("Chat with us. 1 unread message").await
        },
    )
    .await;
}

#[tokio::test]
async fn gallery_blocked() {
    scene("03-blocked", "desk", Console::Clean, async |visitor, _| {
        const BREAK: &str = "
console.error = () => {};
root.host.setAttribute('fallback-url', 'tel:+358123456');
root.host.setAttribute('fallback-label', 'The chat does not work here. Call us: +358 123 456');
customElements.get('gms-chat').engine = async () => { throw Object.assign(Error('blocked'), { code: 'wasm_blocked' }); };";
        visitor.look(BREAK, &json!(null)).await?;
        visitor.press("Chat with us").await?;
        visitor.see("Call us: +358 123 456").await
    })
    .await;
}

#[tokio::test]
async fn gallery_form() {
    scene("04-form", "desk", Console::Clean, async |visitor, _| {
        open(visitor).await
    })
    .await;
}

#[tokio::test]
async fn gallery_form_with_errors() {
    scene(
        "05-form-errors",
        "desk",
        Console::Clean,
        async |visitor, _| {
            visitor.set_attribute("fields", Some(FIELDS)).await?;
            open(visitor).await?;
            visitor.type_into("E-mail", "ada@").await?;
            visitor.press("Start chat").await?;
            visitor.see("Please choose one.").await
        },
    )
    .await;
}

#[tokio::test]
async fn gallery_form_that_failed() {
    let console = Console::FailedRequests;
    scene(
        "06-form-failed",
        "desk",
        console,
        async |visitor, servers| {
            open(visitor).await?;
            servers.desk().arm("service:status=404:*").await?;
            visitor.fill_in("My new router").await?;
            visitor.see("The chat could not be started").await
        },
    )
    .await;
}

#[tokio::test]
async fn gallery_closed() {
    scene("07-closed", "desk", Console::Clean, async |visitor, _| {
        let hours = r#"{ "timeZone": "UTC", "message": "Our people are back on Monday." }"#;
        visitor.set_attribute("availability", Some(hours)).await?;
        visitor
            .set_attribute("fallback-url", Some("tel:+358123456"))
            .await?;
        visitor.press("Chat with us").await?;
        visitor.see("Our people are back on Monday.").await
    })
    .await;
}

#[tokio::test]
async fn gallery_misconfigured() {
    scene(
        "08-misconfigured",
        "desk",
        Console::Clean,
        async |visitor, _| {
            visitor.set_attribute("delivery", Some("pigeon")).await?;
            visitor.press("Chat with us").await?;
            visitor.see("The chat is not set up correctly").await
        },
    )
    .await;
}

#[tokio::test]
async fn gallery_waiting() {
    scene("09-waiting", "desk", Console::Clean, async |visitor, _| {
        wait(visitor).await?;
        let queue = "root.host.setQueueInfo({ position: 3, wait: 240 })";
        visitor.look(queue, &json!(null)).await?;
        visitor.see("Your place in the queue: 3").await
    })
    .await;
}

#[tokio::test]
async fn gallery_waiting_for_long() {
    scene(
        "10-waiting-long",
        "desk",
        Console::Clean,
        async |visitor, _| {
            visitor.set_attribute("wait-timeout", Some("1")).await?;
            visitor
                .set_attribute("fallback-url", Some("tel:+358123456"))
                .await?;
            wait(visitor).await?;
            visitor.see("This takes longer than usual").await
        },
    )
    .await;
}

#[tokio::test]
async fn gallery_talk() {
    let console = Console::FailedRequests;
    scene("11-talk", "desk", console, async |visitor, servers| {
        wait(visitor).await?;
        servers.desk().join(AGENT).await?;
        servers.desk().say(AGENT, "كيف يمكنني مساعدتك؟").await?;
        every_kind_of_line(visitor, servers).await
    })
    .await;
}

#[tokio::test]
async fn gallery_long_words() {
    scene(
        "12-long-words",
        "desk",
        Console::Clean,
        async |visitor, servers| {
            talk(visitor, servers).await?;
            let word = "Donaudampfschifffahrtsgesellschaftskapitänsmützenfabrik".repeat(3);
            visitor.say(&word).await?;
            visitor.see(&word).await?;
            let address =
                "https://help.example/a/very/long/address/without/any/space/that/could/break";
            servers.desk().say(AGENT, address).await?;
            visitor.see("without/any/space").await
        },
    )
    .await;
}

#[tokio::test]
async fn gallery_question() {
    scene(
        "13-question",
        "desk",
        Console::Clean,
        async |visitor, servers| {
            talk(visitor, servers).await?;
            visitor.press("End chat").await?;
            visitor.see("End this chat?").await
        },
    )
    .await;
}

#[tokio::test]
async fn gallery_trouble() {
    let console = Console::FailedRequests;
    scene("14-trouble", "desk", console, async |visitor, servers| {
        talk(visitor, servers).await?;
        servers.desk().arm("connect:status=503:*").await?;
        servers.desk().arm("handshake:status=503:*").await?;
        servers.restart_gms();
        visitor.see("The chat service does not answer.").await
    })
    .await;
}

#[tokio::test]
async fn gallery_ended() {
    scene(
        "15-ended",
        "desk",
        Console::Clean,
        async |visitor, servers| {
            talk(visitor, servers).await?;
            servers.desk().end(AGENT).await?;
            visitor.see("Start a new chat").await
        },
    )
    .await;
}

#[tokio::test]
async fn gallery_survey() {
    let screen = "16-survey";
    scene(screen, "desk", Console::Clean, async |visitor, servers| {
        visitor.set_attribute("survey-url", Some("/survey")).await?;
        talk(visitor, servers).await?;
        servers.desk().end(AGENT).await?;
        visitor.see("Tell us how it was").await
    })
    .await;
}

#[tokio::test]
async fn gallery_idle() {
    let screen = "17-idle";
    scene(screen, "desk", Console::Clean, async |visitor, servers| {
        visitor.set_attribute("idle-alert", Some("1")).await?;
        visitor.set_attribute("idle-close", Some("200")).await?;
        talk(visitor, servers).await?;
        visitor.see("Are you still there?").await
    })
    .await;
}

#[tokio::test]
async fn gallery_menu() {
    let screen = "18-menu";
    scene(screen, "desk", Console::Clean, async |visitor, servers| {
        visitor.set_attribute("sound", Some("on")).await?;
        talk(visitor, servers).await?;
        visitor.press("More").await?;
        visitor.see("Copy everything").await
    })
    .await;
}

#[tokio::test]
async fn gallery_offline() {
    let screen = "19-offline";
    let console = Console::FailedRequests;
    scene(screen, "desk", console, async |visitor, servers| {
        talk(visitor, servers).await?;
        // The other language has to be there before the network goes.
        View::arabic().take(visitor).await?;
        visitor.go_offline(true).await?;
        visitor.see("أنت غير متصل").await
    })
    .await;
}

#[tokio::test]
async fn gallery_invitation() {
    let screen = "20-invitation";
    scene(screen, "desk", Console::Clean, async |visitor, _| {
        let invite = format!("root.host.invite({{ text: '{INVITATION}' }})");
        visitor.look(&invite, &json!(null)).await?;
        visitor.sees_button(INVITATION).await
    })
    .await;
}

#[tokio::test]
async fn gallery_note() {
    let screen = "24-note";
    scene(screen, "desk", Console::Clean, async |visitor, servers| {
        talk(visitor, servers).await?;
        for (tone, text) in [
            ("info", "Our shop closes at six today."),
            ("success", "Your order 4711 has been paid."),
            ("warning", "Your parcel is late by a day."),
            ("error", "The payment was refused."),
        ] {
            let note = json!({ "text": text, "tone": tone });
            let notify = "gmsChat('notify', arguments[0])";
            visitor.look(notify, &note).await?;
            visitor.see(text).await?;
        }
        Ok(())
    })
    .await;
}

/// The themes of the demo page: their colours are judged too.
async fn themed(name: &str, theme: &str) {
    let servers = Servers::one_origin("desk").await.unwrap();
    let journey_name = format!("gallery-{name}");
    journey(
        &journey_name,
        servers,
        Console::Clean,
        async |visitor, servers| {
            let page = servers.page(&format!("?delivery=cometd&lang=en&theme={theme}"));
            visitor.visit(&page).await?;
            talk(visitor, servers).await?;
            visitor.say("My new router blinks red.").await?;
            visitor.see("My new router blinks red.").await?;
            for view in View::all() {
                look(visitor, name, view).await?;
            }
            Ok(())
        },
    )
    .await;
}

#[tokio::test]
async fn gallery_theme_harbour() {
    themed("21-theme-harbour", "harbour").await;
}

#[tokio::test]
async fn gallery_theme_meadow() {
    themed("22-theme-meadow", "meadow").await;
}

#[tokio::test]
async fn gallery_theme_studio() {
    themed("23-theme-studio", "studio").await;
}
