//! Languages in the window itself; `tests/e2e/languages.rs` has the files.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::*;

#[wasm_bindgen_test]
async fn sentences_change_in_the_middle_of_a_chat_and_nothing_else_does() {
    let stage = Stage::new();
    let element = stage.in_chat().await;
    happen("Message.Text", "Ann", "Hello", "AGENT");
    see("Hello").await;
    fill("textarea", "half a thou").await;
    let polish = r#"{ "status.with": "Rozmowa z: {name}", "composer.placeholder": "Napisz" }"#;
    element.set_attribute("lang", "pl").unwrap();
    element.set_attribute("messages", polish).unwrap();
    see("Rozmowa z: Ann").await;
    assert_eq!(attribute("dialog", "lang"), "pl");
    assert_eq!(attribute("textarea", "placeholder"), "Napisz");
    assert_eq!(
        value("textarea", "value").as_string().as_deref(),
        Some("half a thou")
    );
    assert_eq!(focused(), "textarea");
    assert_eq!(texts("[part~=bubble]"), ["Hello"]);
    happen("Message.Text", "Ann", "Still here", "AGENT");
    see("Still here").await;
    assert_eq!(texts("[part~=bubble]"), ["Hello", "Still here"]);
}

#[wasm_bindgen_test]
async fn a_number_takes_the_form_that_its_language_has_for_it() {
    let stage = Stage::new();
    let unread = r#"{ "unread": { "one": "{count} wiadomość", "few": "{count} wiadomości", "other": "?" } }"#;
    stage.element(&[("lang", "pl"), ("messages", unread), ("open", "")]);
    see("How can we help?").await;
    fill("#subject", "Router").await;
    press("Start chat").await;
    see("Finding someone").await;
    hit("textarea", "Escape", &[]).await;
    happen("Message.Text", "Ann", "One", "AGENT");
    see_in(".launcher", "1 wiadomość").await;
    happen("Message.Text", "Ann", "Two", "AGENT");
    see_in(".launcher", "2 wiadomości").await;
}

#[wasm_bindgen_test]
async fn the_language_follows_the_page_that_changes_its_mind() {
    let page = document().document_element().unwrap();
    let stage = Stage::new();
    let own = r#"{ "form.heading": "Zacznij" }"#;
    stage.element(&[("messages", own), ("open", "")]);
    see("Zacznij").await;
    let before = attribute("dialog", "lang");
    page.set_attribute("lang", "pl").unwrap();
    holds("the window in Polish", || {
        attribute("dialog", "lang") == "pl"
    })
    .await;
    page.remove_attribute("lang").unwrap();
    holds("the window as before", move || {
        attribute("dialog", "lang") == before
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_direction_follows_the_element() {
    let stage = Stage::new();
    let element = stage.element(&[("open", "")]);
    see("How can we help?").await;
    assert_eq!(style("dialog", "direction"), "ltr");
    element.set_attribute("dir", "rtl").unwrap();
    assert_eq!(style("dialog", "direction"), "rtl");
    element.set_attribute("dir", "").unwrap();
    document()
        .document_element()
        .unwrap()
        .set_attribute("dir", "rtl")
        .unwrap();
    assert_eq!(style("dialog", "direction"), "rtl");
    document()
        .document_element()
        .unwrap()
        .remove_attribute("dir")
        .unwrap();
    drop(stage);
}
