//! What a page leaves for the next one, and what the next one makes of it.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::*;

const KEY: &str = "gms-chat:/genesys";

/// The page goes and another one comes, as far as a test can have that: the element is another one.
async fn another_page(stage: &Stage, element: &web_sys::HtmlElement) -> web_sys::HtmlElement {
    element.remove();
    holds("the chat is left", || {
        kept_keys().split(',').any(|key| key == KEY)
    })
    .await;
    stage.element(&[])
}

#[wasm_bindgen_test]
async fn a_chat_goes_on_in_the_next_element_with_its_draft_and_its_open_window() {
    let stage = Stage::new();
    let element = stage.in_chat().await;
    say("hello").await;
    see_in(".mine .meta", "Sent").await;
    fill("textarea", "half a").await;
    another_page(&stage, &element).await;
    see("You are talking to Ann").await;
    assert_eq!(texts("[part~=bubble]"), ["hello"]);
    let draft = value("textarea", "value").as_string();
    assert_eq!(draft.as_deref(), Some("half a"));
    assert_eq!(asked("/request-chat").len(), 1, "no second chat");
    assert_eq!(stage.details("restored").len(), 1);
    assert_eq!(stage.details("agentjoin").len(), 1, "not told again");
    happen("Message.Text", "Ann", "welcome back", "AGENT");
    see("welcome back").await;
    assert_eq!(stage.details("messagereceived").len(), 1);
}

#[wasm_bindgen_test]
async fn a_window_beside_another_finds_the_chat_when_the_visitor_turns_to_it() {
    let stage = Stage::new();
    let element = stage.in_chat().await;
    element.remove();
    holds("the chat is left", || kept_keys() == KEY).await;
    let left = kept(KEY).unwrap();
    keep(KEY, "");
    // Whether its window was opened before or not.
    let element = stage.element(&[]);
    keep(KEY, &left);
    network("focus");
    see("You are talking to Ann").await;
    element.remove();
    holds("the chat is left", || kept_keys() == KEY).await;
    keep(KEY, "");
    stage.element(&[]);
    press("Chat with us").await;
    see("Start chat").await;
    keep(KEY, &left);
    network("focus");
    see("You are talking to Ann").await;
}

#[wasm_bindgen_test]
async fn the_count_of_unread_messages_survives_and_old_ones_do_not_add_to_it() {
    let stage = Stage::new();
    let element = stage.in_chat().await;
    press("Minimise").await;
    happen("Message.Text", "Ann", "one", "AGENT");
    see_in(".badge", "1").await;
    another_page(&stage, &element).await;
    see_in(".badge", "1").await;
    happen("Message.Text", "Ann", "two", "AGENT");
    see_in(".badge", "2").await;
}

#[wasm_bindgen_test]
async fn one_thing_is_kept_without_secrets_and_it_goes_with_the_chat() {
    let stage = Stage::new();
    assert_eq!(kept_keys(), "", "nothing before a chat");
    let element = stage.in_chat().await;
    element.remove();
    holds("the chat is left", || kept_keys() == KEY).await;
    let user = users();
    let user = user.trim_start_matches(',');
    assert!(user.len() > 20, "{user}");
    let kept = kept(KEY).unwrap();
    assert!(kept.contains("service-1") && !kept.contains(user), "{kept}");
    stage.element(&[]);
    see("You are talking to Ann").await;
    happen("Notice.Left", "Ann", "has left", "AGENT");
    press("End chat").await;
    press("End chat").await;
    see("You have ended the chat").await;
    holds("nothing is kept any more", || kept_keys().is_empty()).await;
}

#[wasm_bindgen_test]
async fn a_long_chat_is_kept_in_pieces_which_go_with_it() {
    let stage = Stage::new();
    let element = stage.in_chat().await;
    let long = "x".repeat(3_000);
    for number in 0..30 {
        happen("Message.Text", "Ann", &format!("{number} {long}"), "AGENT");
        holds("the next connect is held", is_held).await;
    }
    see("29 x").await;
    let element = another_page(&stage, &element).await;
    see("29 x").await;
    let names = kept_keys();
    assert!(names.split(',').count() > 1, "{names}");
    assert!(kept(KEY).unwrap().len() < 60_000, "the rest is in pieces");
    another_page(&stage, &element).await;
    see("29 x").await;
    // Old rows are not laid out, so what can be seen is not asked for.
    let shown = value("[part~=transcript]", "textContent");
    let shown = shown.as_string().unwrap();
    let places = (0..30).map(|number| shown.find(&format!("{number} {long}")));
    let places: Vec<usize> = places.map(Option::unwrap).collect();
    assert!(places.is_sorted(), "{places:?}");
    happen("Message.Text", "Ann", "the last one", "AGENT");
    see("the last one").await;
    press("End chat").await;
    press("End chat").await;
    see("You have ended the chat").await;
    holds("nothing is kept any more", || kept_keys().is_empty()).await;
}

#[wasm_bindgen_test]
async fn a_page_that_wants_nothing_kept_keeps_nothing() {
    let stage = Stage::new();
    let element = stage.element(&[("persist", "none"), ("subject", "x")]);
    press("Chat with us").await;
    press("Start chat").await;
    see("Finding someone").await;
    holds("a connect is held", is_held).await;
    element.remove();
    holds("the element is gone", || aborted() > 0).await;
    assert_eq!(kept_keys(), "");
}

#[wasm_bindgen_test]
async fn what_cannot_be_read_is_thrown_away() {
    let stage = Stage::new();
    let good = r#"{"chat":["[\"s\",\"9\",\"\",0","",""],"pieces":[],"seed":[1,2,3,4],"sent":[],"draft":"","unread":0}"#;
    for text in [
        "1:2:rubbish".to_owned(),
        "0".to_owned(),
        ["3:1:", good].concat(),
        ["2:1:", good].concat(),
    ] {
        keep(KEY, &text);
        let element = stage.element(&[]);
        holds("the rubbish is gone", || kept_keys().is_empty()).await;
        press("Chat with us").await;
        see("How can we help?").await;
        assert_eq!(requests(), 0, "{text}");
        element.remove();
    }
}

#[wasm_bindgen_test]
async fn without_a_storage_everything_else_works() {
    let stage = Stage::new();
    forbid_storage(true);
    stage.in_chat().await;
    say("hello").await;
    see_in(".mine .meta", "Sent").await;
    forbid_storage(false);
}
