//! The element and its loader: attributes, life and death, failures.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::*;

#[wasm_bindgen_test]
async fn nothing_is_asked_of_anybody_before_the_visitor_starts() {
    let stage = Stage::new();
    stage.element(&[]);
    see_in(".launcher", "Chat with us").await;
    press("Chat with us").await;
    see("How can we help?").await;
    assert_eq!(requests(), 0);
    assert_eq!(stage.details("open").len(), 1);
}

#[wasm_bindgen_test]
async fn an_element_that_goes_takes_everything_with_it() {
    let stage = Stage::new();
    let element = stage.in_chat_with(&[("persist", "none")]).await;
    holds("a connect is held", is_held).await;
    element.remove();
    holds("the connect is taken back", || aborted() == 1).await;
    let made = requests();
    happen("Message.Text", "Ann", "anybody?", "AGENT");
    document()
        .dispatch_event(&web_sys::Event::new("visibilitychange").unwrap())
        .unwrap();
    let window = web_sys::window().unwrap();
    window
        .dispatch_event(&web_sys::Event::new("online").unwrap())
        .unwrap();
    assert_eq!(requests(), made);
    document().body().unwrap().append_child(&element).unwrap();
    press("Chat with us").await;
    see("How can we help?").await;
}

#[wasm_bindgen_test]
async fn an_element_that_is_only_moved_keeps_its_chat() {
    let stage = Stage::new();
    let element = stage.in_chat().await;
    let home = document().create_element("section").unwrap();
    document().body().unwrap().append_child(&home).unwrap();
    home.append_child(&element).unwrap();
    happen("Message.Text", "Ann", "still here", "AGENT");
    see("still here").await;
    assert_eq!(aborted(), 0);
    home.remove();
}

#[wasm_bindgen_test]
async fn the_attribute_open_opens_and_closes() {
    let stage = Stage::new();
    let element = stage.element(&[("open", "")]);
    see("How can we help?").await;
    element.remove_attribute("open").unwrap();
    see_no_more("How can we help?").await;
    element.set_attribute("open", "").unwrap();
    see("How can we help?").await;
    assert_eq!(stage.details("open").len(), 2);
    assert_eq!(stage.details("close").len(), 1);
}

#[wasm_bindgen_test]
async fn a_user_id_is_invented_given_or_left_to_the_gateway() {
    for (given, wanted) in [("", 32), ("auto", 32), (" ", 32), ("bob", 3), ("none", 0)] {
        let stage = Stage::new();
        stage.element(&[("user-id", given), ("subject", "x")]);
        press("Chat with us").await;
        press("Start chat").await;
        see("Finding someone").await;
        assert_eq!(users().len(), wanted, "{given}: {}", users());
    }
    // Polling does without.
    let stage = Stage::new();
    stage.element(&[("delivery", "poll"), ("subject", "x")]);
    press("Chat with us").await;
    press("Start chat").await;
    see("Finding someone").await;
    assert_eq!(users(), "");
}

#[wasm_bindgen_test]
async fn properties_count_like_attributes() {
    let stage = Stage::new();
    let element = stage.element(&[]);
    let set = |name: &str, json: &str| {
        let value = js_sys::JSON::parse(json).unwrap();
        js_sys::Reflect::set(&element, &name.into(), &value).unwrap();
    };
    set("data", r#"{"tier":"gold"}"#);
    set("messages", r#"{"form.submit":"Los geht's"}"#);
    set("options", r#"{"firstName":"Ada","subject":"Router"}"#);
    press("Chat with us").await;
    press("Los geht's").await;
    see("Finding someone").await;
    let started = asked("/ixn/chat").concat();
    assert!(
        started.contains("firstName=Ada") && started.contains("tier=gold"),
        "{started}"
    );
}

#[wasm_bindgen_test]
async fn an_option_that_cannot_be_used_is_named() {
    let stage = Stage::new();
    stage.element(&[("delivery", "pigeon")]);
    press("Chat with us").await;
    see("The chat is not set up correctly").await;
    let errors = stage.details("error").concat();
    assert!(
        errors.contains("bad_config") && errors.contains("delivery"),
        "{errors}"
    );
}

#[wasm_bindgen_test]
async fn a_script_tag_makes_one_element_however_often_it_runs() {
    let stage = Stage::new();
    let tag = [
        ("data-endpoint", "/genesys"),
        ("data-first-name", "Ada"),
        ("data-delivery", "cometd"),
    ];
    load(&tag);
    load(&tag);
    let elements = document().get_elements_by_tag_name("gms-chat");
    assert_eq!(elements.length(), 1);
    press("Chat with us").await;
    see("How can we help?").await;
    assert_eq!(
        value("#first-name", "value").as_string().as_deref(),
        Some("Ada")
    );
    drop(stage);
}

#[wasm_bindgen_test]
async fn a_window_that_cannot_be_fetched_leaves_no_dead_button() {
    let stage = Stage::new();
    stage.element(&[
        ("fallback-url", "tel:+3581234"),
        ("fallback-label", "Call us"),
    ]);
    failing("404");
    press("Chat with us").await;
    see_in("a", "Call us").await;
    assert!(stage.details("error").concat().contains("load_failed"));
    press("Chat with us").await;
    see("How can we help?").await;
    assert_eq!(texts(".fallback a").len(), 0);
}

#[wasm_bindgen_test]
async fn an_inline_window_that_cannot_be_fetched_is_not_fetched_again_and_again() {
    let stage = Stage::new();
    let element = stage.element(&[
        // The chat of the test before may still be somebody's, and would be looked after.
        ("endpoint", "/elsewhere"),
        ("fallback-url", "tel:+3581234"),
        ("fallback-label", "Call us"),
    ]);
    failing("404");
    element.set_attribute("mode", "inline").unwrap();
    see_in("a", "Call us").await;
    assert_eq!(stage.details("error").len(), 1);
    assert!(!element.has_attribute("open"));
    call(&element, "open", &JsValue::UNDEFINED);
    see("How can we help?").await;
}

#[wasm_bindgen_test]
async fn commands_reach_a_window_that_is_still_to_be_loaded() {
    let stage = Stage::new();
    let element = stage.element(&[("subject", "Router")]);
    call(&element, "start", &JsValue::UNDEFINED);
    holds("a chat is created", || asked("/ixn/chat").len() == 1).await;
    call(&element, "send", &"from the page".into());
    holds("the message is sent", || asked("/send").len() == 1).await;
    call(&element, "end", &JsValue::UNDEFINED);
    holds("the chat is over", || asked("/chat/disconnect").len() == 1).await;
    assert_eq!(stage.details("open").len(), 0);
}

#[wasm_bindgen_test]
async fn what_the_page_puts_into_a_slot_stands_in_its_place() {
    let stage = Stage::new();
    let element = stage.element(&[]);
    for (slot, text) in [
        ("launcher-icon", "Hi"),
        ("header", "Nordlys"),
        ("footer", "We keep nothing."),
    ] {
        let child = document().create_element("span").unwrap();
        child.set_attribute("slot", slot).unwrap();
        child.set_text_content(Some(text));
        element.append_child(&child).unwrap();
    }
    press("Chat with us").await;
    see("How can we help?").await;
    let seen = |text: &'static str| {
        let children = document().query_selector_all("gms-chat > span").unwrap();
        (0..children.length()).any(|index| {
            let child: web_sys::HtmlElement = children.get(index).unwrap().unchecked_into();
            child.text_content().as_deref() == Some(text) && child.offset_width() > 0
        })
    };
    assert!(seen("Hi") && seen("Nordlys") && seen("We keep nothing."));
}

#[wasm_bindgen_test]
async fn a_page_with_a_button_of_its_own_needs_no_launcher() {
    let stage = Stage::new();
    let element = stage.element(&[("launcher", "none")]);
    assert_eq!(style(".launcher", "display"), "none");
    call(&element, "open", &JsValue::UNDEFINED);
    see("How can we help?").await;
    assert_eq!(stage.details("open").len(), 1);
}

fn call(element: &web_sys::HtmlElement, method: &str, argument: &JsValue) {
    let method: js_sys::Function = js_sys::Reflect::get(element, &method.into())
        .unwrap()
        .unchecked_into();
    method.call1(element, argument).unwrap();
}
