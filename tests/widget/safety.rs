//! What a page cannot do to the window, and what an agent cannot do to the page.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::*;

/// A page that styles everything.
const HOSTILE: &str = "
* { color: red !important; font: 40px/3 fantasy !important; transform: rotate(3deg) !important;
    letter-spacing: 9px !important; text-transform: uppercase !important; display: flex !important;
    background: lime !important; visibility: hidden; opacity: .2 !important; filter: blur(9px) !important; }
gms-chat { position: static !important; width: 5px !important; overflow: hidden !important; direction: ltr; }
button, .launcher, .bubble, dialog { display: none !important; }
";

#[wasm_bindgen_test]
async fn the_pages_styles_stay_outside() {
    let stage = Stage::new();
    adopt(HOSTILE);
    stage.in_chat().await;
    happen("Message.Text", "Ann", "hello", "AGENT");
    see_in(".bubble", "hello").await;
    for (selector, name, wanted) in [
        (".bubble", "letter-spacing", "normal"),
        (".bubble", "text-transform", "none"),
        (".launcher", "inline-size", "60px"),
        (".launcher", "position", "fixed"),
        (".launcher", "transform", "none"),
        (".window", "visibility", "visible"),
        (".window", "filter", "none"),
    ] {
        assert_eq!(style(selector, name), wanted, "{name} of {selector}");
    }
    let size = style(".bubble", "font-size");
    assert!(["15px", "16px"].contains(&&*size), "{size}");
    assert_ne!(style(".bubble", "color"), "rgb(255, 0, 0)");
}

#[wasm_bindgen_test]
async fn nothing_is_written_outside_the_shadow_root() {
    let head = document().head().unwrap().child_element_count();
    let body = document().body().unwrap().child_element_count();
    let stage = Stage::new();
    let element = stage.in_chat().await;
    assert_eq!(document().head().unwrap().child_element_count(), head);
    assert_eq!(document().body().unwrap().child_element_count(), body + 1);
    assert_eq!(element.child_element_count(), 0);
    assert_eq!(
        count("[style]"),
        0,
        "no inline style: a strict policy would forbid it"
    );
}

#[wasm_bindgen_test]
async fn what_an_agent_writes_is_only_text() {
    let stage = Stage::new();
    stage.in_chat().await;
    let markup = "<img src=x onerror=alert(1)><b>bold</b>&amp;";
    happen("Message.Text", "<i>Ann</i>", markup, "AGENT");
    see_in(".bubble", markup).await;
    assert_eq!(texts(".theirs .name"), ["<i>Ann</i>"]);
    assert_eq!(count(".bubble *"), 0);
}

#[wasm_bindgen_test]
async fn only_web_addresses_become_links_and_nothing_opens_by_itself() {
    let stage = Stage::new();
    stage.in_chat().await;
    for address in [
        "javascript:alert(1)",
        "data:text/html,x",
        " JaVaScRiPt:alert(1)",
    ] {
        happen("Notice.PushUrl", "Ann", address, "AGENT");
    }
    happen(
        "Notice.PushUrl",
        "Ann",
        "https://example.com/path?x=1",
        "AGENT",
    );
    see_in("[part~=card]", "example.com").await;
    assert_eq!(count("dialog a"), 1);
    assert_eq!(
        attribute("dialog a", "href"),
        "https://example.com/path?x=1"
    );
    assert_eq!(attribute("dialog a", "rel"), "noopener noreferrer");
    assert_eq!(attribute("dialog a", "target"), "_blank");
    assert_eq!(stage.details("pushurl").len(), 1);
}

#[wasm_bindgen_test]
async fn a_page_may_keep_a_pushed_address_to_itself() {
    let stage = Stage::new();
    let element = stage.in_chat().await;
    let refuse =
        wasm_bindgen::closure::Closure::<dyn Fn(web_sys::Event)>::new(|event: web_sys::Event| {
            event.prevent_default();
        });
    element
        .add_event_listener_with_callback(
            "gms-chat-pushurl",
            wasm_bindgen::JsCast::unchecked_ref(refuse.as_ref()),
        )
        .unwrap();
    happen("Notice.PushUrl", "Ann", "https://example.com/", "AGENT");
    happen("Message.Text", "Ann", "did you get it?", "AGENT");
    see("did you get it?").await;
    assert_eq!(count("[part~=card]"), 0);
}

#[wasm_bindgen_test]
async fn unknown_events_are_handed_to_the_page_and_not_shown() {
    let stage = Stage::new();
    stage.in_chat().await;
    happen("Notice.Custom", "Ann", "x||WELCOME", "AGENT");
    happen("Message.Text", "Ann", "hello", "AGENT");
    see("hello").await;
    let notices = stage.details("notice").concat();
    assert!(
        notices.contains(r#""type":"Notice.Custom""#) && notices.contains("x||WELCOME"),
        "{notices}"
    );
    assert!(!texts("dialog").concat().contains("WELCOME"));
}

#[wasm_bindgen_test]
async fn a_new_message_is_said_once_and_history_is_not() {
    let stage = Stage::new();
    stage.in_chat().await;
    happen("Message.Text", "Ann", "hello there", "AGENT");
    see("hello there").await;
    assert_eq!(attribute("[role=log]", "aria-live"), "off");
    assert_eq!(count("[aria-live=polite]"), 1);
    let region = said("Ann: hello there").await;
    assert_eq!(region.matches("Ann: hello there").count(), 1, "{region}");
    // A burst is said in one go; of a long one the newest lines.
    for number in 1..=7 {
        happen("Message.Text", "Ann", &format!("burst {number}"), "AGENT");
    }
    let region = said("burst 7").await;
    assert_eq!(region.matches("burst").count(), 5, "{region}");
    assert!(
        region.contains("burst 3") && !region.contains("hello there"),
        "{region}"
    );
}
