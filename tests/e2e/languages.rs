//! A visitor whose language is not English, and a page that changes its language in the middle of a chat.

use serde_json::json;

use crate::servers::Servers;
use crate::stage::{Console, Lapse, Step, eventually, journey};
use crate::visitor::Visitor;

const AGENT: &str = "Kristi";

#[tokio::test]
async fn the_window_speaks_the_language_of_the_page_and_changes_it_in_the_middle_of_a_chat() {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(
        "languages",
        servers,
        Console::Clean,
        async |visitor, servers| {
            let desk = servers.desk();
            visitor
                .visit(&servers.page("?delivery=cometd&lang=de"))
                .await?;
            visitor.press("Chatten Sie mit uns").await?;
            visitor.see("Chat beginnen").await?;
            visitor.type_into("Vorname", "Ada").await?;
            visitor.type_into("Wie können wir", "Mein Router").await?;
            speaks(visitor, "de", "ltr").await?;
            visitor.set_attribute("lang", Some("he")).await?;
            visitor.press("התחלת צ׳אט").await?;
            desk.join(AGENT).await?;
            desk.say(AGENT, "Hello Ada").await?;
            visitor.see("אתם משוחחים עם Kristi").await?;
            speaks(visitor, "he", "rtl").await?;
            visitor.type_into("ההודעה שלכם", "half a sen").await?;
            visitor.set_attribute("lang", Some("ar-EG")).await?;
            visitor.see("أنت تتحدث مع Kristi").await?;
            visitor.see_messages(&["Hello Ada"]).await?;
            visitor.type_into("رسالتك", "tence\u{e007}").await?;
            desk.read("half a sentence").await?;
            visitor.set_attribute("lang", Some("zh-Hant-TW")).await?;
            visitor.see("You are talking to Kristi").await?;
            speaks(visitor, "en", "ltr").await?;
            visitor
                .see_messages(&["Hello Ada", "half a sentence"])
                .await
        },
    )
    .await;
}

#[tokio::test]
async fn a_page_replaces_sentences_by_a_file_and_the_rest_stays() {
    let servers = Servers::one_origin("desk").await.unwrap();
    journey(
        "messages",
        servers,
        Console::FailedRequests,
        async |visitor, servers| {
            // Any language file serves as the page's own; this one replaces the English sentences.
            visitor.visit(&servers.page("?lang=fi")).await?;
            visitor
                .set_attribute("messages", Some("/nowhere.json"))
                .await?;
            visitor.press("Chat with us").await?;
            visitor.see("Start a chat").await?;
            let own = r#"{"form.heading": "Aloita keskustelu", "unread": {"one": "Yksi"}}"#;
            visitor.set_attribute("messages", Some(own)).await?;
            visitor.see("Aloita keskustelu").await?;
            visitor.see("How can we help?").await
        },
    )
    .await;
}

/// The window's own `lang` and the direction in which it is laid out.
async fn speaks(visitor: &Visitor, language: &str, direction: &str) -> Step {
    const LOOK: &str = "
const window = root.querySelector('dialog');
return [window.lang, getComputedStyle(window).direction];";
    let mut last = json!(null);
    eventually("the language", async || {
        last = visitor.look(LOOK, &json!(null)).await?;
        Ok((last == json!([language, direction])).then_some(()))
    })
    .await
    .map_err(|lapse| Lapse::new(format!("{lapse}: {last}")))
}
