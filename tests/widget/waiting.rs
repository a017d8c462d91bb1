//! What somebody is told who waits, and what closed doors say.

use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::*;

async fn wait_in(stage: &Stage, attributes: &[(&str, &str)]) -> web_sys::HtmlElement {
    let element = stage.element(attributes);
    press("Chat with us").await;
    fill("#subject", "Router").await;
    press("Start chat").await;
    see("Finding someone for you").await;
    element
}

fn call(element: &web_sys::HtmlElement, method: &str, json: &str) {
    let method: js_sys::Function = js_sys::Reflect::get(element, &method.into())
        .unwrap()
        .unchecked_into();
    let argument = js_sys::JSON::parse(json).unwrap();
    method.call1(element, &argument).unwrap();
}

#[wasm_bindgen_test]
async fn the_wait_is_counted_and_the_page_may_say_more() {
    let stage = Stage::new();
    let element = wait_in(&stage, &[]).await;
    see("Waiting time: 0:0").await;
    call(&element, "setQueueInfo", r#"{"position":3,"wait":130}"#);
    see("Your place in the queue: 3").await;
    see("Expected wait: about 3 minutes").await;
    call(&element, "setQueueInfo", r#"{"wait":60}"#);
    see_no_more("Your place in the queue").await;
    see("Expected wait: about 1 minute").await;
    holds("the time goes on", || {
        texts(".figures p")[0] != "Waiting time: 0:00"
    })
    .await;
    happen("Notice.Joined", "Ann", "has joined", "AGENT");
    see_no_more("Waiting time").await;
}

#[wasm_bindgen_test]
async fn a_long_wait_offers_another_way_and_tells_the_page_once() {
    let stage = Stage::new();
    let more = [
        ("wait-timeout", "1"),
        ("fallback-url", "tel:+358123"),
        ("fallback-label", "Call us"),
    ];
    let element = wait_in(&stage, &more).await;
    see("This takes longer than usual").await;
    assert_eq!(attribute("[part=alternative]", "href"), "tel:+358123");
    see_in("a", "Call us").await;
    assert_eq!(stage.details("waittimeout").len(), 1);
    let own = document().create_element("p").unwrap();
    own.set_attribute("slot", "alternative").unwrap();
    own.set_text_content(Some("We call you back"));
    element.append_child(&own).unwrap();
    see_no_more("Call us").await;
    press("Leave the queue").await;
    press("Leave").await;
    see("You have left the queue.").await;
}

#[wasm_bindgen_test]
async fn closed_doors_say_so_open_by_themselves_and_keep_what_was_typed() {
    let stage = Stage::new();
    let element = stage.element(&[]);
    give("isOpen", "true");
    give(
        "availability",
        "() => { const open = document.querySelector('gms-chat').isOpen; return { open, message: 'Until Monday', opens: '9:00' } }",
    );
    press("Chat with us").await;
    fill("#subject", "half a thou").await;
    give("isOpen", "false");
    let again = || {
        let seen = web_sys::Event::new("visibilitychange").unwrap();
        document().dispatch_event(&seen).unwrap();
    };
    again();
    see("We are closed at the moment").await;
    see("Until Monday").await;
    see("We are back: 9:00").await;
    call(&element, "start", "null");
    assert_eq!(requests(), 0);
    give("isOpen", "true");
    again();
    see("How can we help?").await;
    assert_eq!(
        value("#subject", "value").as_string().as_deref(),
        Some("half a thou")
    );
}
