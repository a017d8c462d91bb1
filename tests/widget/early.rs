//! The form while the wasm is on its way, and how the widget takes it over.

use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::*;

const ASKED: &str = "How can we help?";

/// The widget stands in the place of its form.
async fn widget_is_there() {
    holds("the widget is there", || {
        count(".panel:not(.early)") == 1 && attribute(".launcher", "aria-busy").is_empty()
    })
    .await;
    assert_eq!(count(".early"), 0);
}

#[wasm_bindgen_test]
async fn the_visitor_writes_before_the_widget_is_there_and_goes_on_after() {
    let stage = Stage::new();
    let come = hold_back();
    stage.element(&[]);
    press("Chat with us").await;
    see(ASKED).await;
    assert_eq!(focused(), "first-name", "the next field to fill in");
    fill("#email", "ada@example.com").await;
    fill("#subject", "Router").await;
    mark("#subject", 3);
    assert_eq!(count(".panel:not(.early)"), 0);
    assert_eq!(stage.details("open"), [r#"{"by":"user"}"#]);
    come.call0(&JsValue::NULL).unwrap();
    widget_is_there().await;
    assert_eq!(focused(), "subject");
    assert_eq!(value("#subject", "selectionStart"), 3);
    assert_eq!(value("#subject", "isMarked"), true, "it is the same field");
    assert_eq!(count("#subject"), 1);
    assert_eq!(stage.details("formshow").len(), 1);
    assert_eq!(stage.details("open").len(), 1);
    press("Start chat").await;
    see("Finding someone for you").await;
    let sent = asked("/ixn/chat");
    assert_eq!(sent.len(), 1);
    assert!(sent.concat().contains("Router"), "{sent:?}");
    assert!(sent.concat().contains("ada%40example.com"), "{sent:?}");
}

#[wasm_bindgen_test]
async fn the_widget_looks_as_its_form_did_before() {
    for attributes in [&[("lang", "en")], &[("mode", "inline")], &[("lang", "ar")]] {
        let stage = Stage::new();
        let come = hold_back();
        stage.element(&[attributes, &[("open", ""), ("first-name", "Ada")][..]].concat());
        holds("a form", || count("form #subject") == 1).await;
        let before = appearance();
        come.call0(&JsValue::NULL).unwrap();
        widget_is_there().await;
        let after = appearance();
        assert!(before.len() > 20, "{before:?}");
        for (was, is) in before.iter().zip(&after) {
            assert_eq!(was, is);
        }
        assert_eq!(before.len(), after.len());
    }
}

#[wasm_bindgen_test]
async fn a_form_that_is_sent_early_is_sent_when_the_widget_comes() {
    let stage = Stage::new();
    let come = hold_back();
    stage.element(&[]);
    press("Chat with us").await;
    press("Start chat").await;
    see("Please say in a few words what it is about.").await;
    assert_eq!(focused(), "subject");
    fill("#subject", "Router").await;
    press("Start chat").await;
    see("Checking…").await;
    press("Checking…").await;
    assert_eq!(requests(), 0);
    come.call0(&JsValue::NULL).unwrap();
    see("Finding someone for you").await;
    assert_eq!(asked("/request-chat").len(), 1);
    assert_eq!(stage.details("formsubmit").len(), 1);
}

/// The lock of a chat that is not this tab's.
const ELSEWHERE: &[(&str, &str)] = &[("endpoint", "/elsewhere/genesys")];

#[wasm_bindgen_test]
async fn a_form_that_is_sent_early_beside_a_tab_that_tells_of_no_chat_is_sent() {
    let stage = Stage::new();
    let come = hold_back();
    stage.element(ELSEWHERE);
    // The loader has looked, and finds nothing; only now another tab has the lock.
    frames(3).await;
    let end = led_elsewhere("/elsewhere/genesys");
    press("Chat with us").await;
    fill("#subject", "Router").await;
    press("Start chat").await;
    see("Checking…").await;
    come.call0(&JsValue::NULL).unwrap();
    see("Finding someone for you").await;
    end.call0(&JsValue::NULL).unwrap();
    assert_eq!(asked("/request-chat").len(), 1);
    assert_eq!(stage.details("formsubmit").len(), 1);
}

#[wasm_bindgen_test]
async fn what_the_visitor_is_in_the_middle_of_is_not_taken_away() {
    for (begin, end) in [
        ("pointerdown", "pointerup"),
        ("pointerdown", "pointercancel"),
        ("compositionstart", "compositionend"),
    ] {
        let stage = Stage::new();
        let come = hold_back();
        stage.element(&[]);
        press("Chat with us").await;
        fill("#subject", "Router").await;
        stir("#subject", begin);
        come.call0(&JsValue::NULL).unwrap();
        frames(3).await;
        assert_eq!(count(".early"), 1, "{begin}");
        stir("#subject", end);
        widget_is_there().await;
        assert_eq!(text_of("#subject"), "Router");
        drop(stage);
    }
}

#[wasm_bindgen_test]
async fn a_form_that_is_closed_early_stays_closed_and_keeps_what_it_holds() {
    let stage = Stage::new();
    let come = hold_back();
    stage.element(&[]);
    press("Chat with us").await;
    fill("#subject", "Router").await;
    hit("#subject", "Escape", &[]).await;
    see_no_more(ASKED).await;
    assert_eq!(focused(), "launcher");
    press("Chat with us").await;
    see(ASKED).await;
    assert_eq!(text_of("#subject"), "Router");
    press("Minimise").await;
    see_no_more(ASKED).await;
    come.call0(&JsValue::NULL).unwrap();
    widget_is_there().await;
    assert_eq!(value("dialog", "open"), false);
    press("Chat with us").await;
    see(ASKED).await;
    assert_eq!(text_of("#subject"), "Router");
    let [opened, closed] = ["open", "close"].map(|name| stage.details(name));
    assert_eq!(
        (opened.len(), closed.len()),
        (3, 2),
        "{opened:?} {closed:?}"
    );
    assert_eq!(closed, [r#"{"by":"user"}"#; 2]);
}

#[wasm_bindgen_test]
async fn what_was_written_is_there_again_when_the_widget_comes_at_the_second_try() {
    let stage = Stage::new();
    let come = hold_back();
    stage.element(&[
        ("fallback-url", "tel:+3581234"),
        ("fallback-label", "Call us"),
    ]);
    press("Chat with us").await;
    fill("#subject", "Router").await;
    come.call1(&JsValue::NULL, &"503".into()).unwrap();
    see_in("a", "Call us").await;
    see_no_more(ASKED).await;
    assert_eq!((count(".panel"), count(".badge")), (0, 0));
    assert!(stage.details("error").concat().contains("load_failed"));
    press("Chat with us").await;
    widget_is_there().await;
    assert_eq!(text_of("#subject"), "Router");
    assert_eq!(texts(".fallback a").len(), 0);
}

#[wasm_bindgen_test]
async fn an_element_that_goes_early_leaves_nothing() {
    for comes_between in [true, false] {
        let stage = Stage::new();
        let come = hold_back();
        let element = stage.element(&[("mode", "fullscreen")]);
        press("Chat with us").await;
        fill("#subject", "Router").await;
        element.remove();
        let gone = element.clone();
        holds("it is closed", move || !gone.has_attribute("open")).await;
        if comes_between {
            come.call0(&JsValue::NULL).unwrap();
        }
        document().body().unwrap().append_child(&element).unwrap();
        press("Chat with us").await;
        see(ASKED).await;
        if comes_between {
            widget_is_there().await;
        }
        fill("#subject", "Another thing").await;
        come.call0(&JsValue::NULL).unwrap();
        widget_is_there().await;
        assert_eq!((count(".panel"), requests()), (1, 0));
        assert_eq!(text_of("#subject"), "Another thing");
        assert_eq!(stage.details("error"), [""; 0]);
    }
}

#[wasm_bindgen_test]
async fn nobody_is_asked_before_it_is_known_whether_somebody_answers() {
    let stage = Stage::new();
    let come = hold_back();
    stage.element(&[("availability", r#"{"timeZone":"UTC","days":{}}"#)]);
    press("Chat with us").await;
    holds("the widget is waited for", is_awaited).await;
    assert_eq!(count(".panel"), 0);
    come.call0(&JsValue::NULL).unwrap();
    see("Closed at the moment").await;
}

#[wasm_bindgen_test]
async fn where_no_form_is_needed_none_is_shown() {
    let stage = Stage::new();
    let come = hold_back();
    stage.element(&[("form", "none"), ("subject", "Router")]);
    press("Chat with us").await;
    holds("the widget is waited for", is_awaited).await;
    assert_eq!(count(".panel"), 0);
    come.call0(&JsValue::NULL).unwrap();
    see("Finding someone for you").await;
}

#[wasm_bindgen_test]
async fn a_form_that_is_filled_in_waits_for_its_button() {
    let stage = Stage::new();
    stage.element(&[("last-name", "Lovelace"), ("email", "ada@example.com")]);
    press("Chat with us").await;
    fill("#first-name", "Ada").await;
    fill("#subject", "Router").await;
    widget_is_there().await;
    press("Minimise").await;
    see_no_more(ASKED).await;
    press("Chat with us").await;
    see(ASKED).await;
    // Told of a form that is not left out.
    assert_eq!(stage.details("formshow").len(), 2);
    press("Start chat").await;
    see("Finding someone for you").await;
}

#[wasm_bindgen_test]
async fn a_language_that_changes_before_the_widget_is_there_is_spoken() {
    let stage = Stage::new();
    let come = hold_back();
    let element = stage.element(&[("messages", r#"{ "status.idle": "Moin" }"#)]);
    press("Chat with us").await;
    see("Moin").await;
    element.set_attribute("lang", "de").unwrap();
    come.call0(&JsValue::NULL).unwrap();
    widget_is_there().await;
    holds("it is German", || attribute("dialog", "lang") == "de").await;
}

fn text_of(selector: &str) -> String {
    value(selector, "value").as_string().unwrap()
}
