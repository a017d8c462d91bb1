//! The states that a visitor should rarely see, each with a way on.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::*;

#[wasm_bindgen_test]
async fn a_silent_talk_is_warned_of_its_end_and_can_be_kept() {
    let stage = Stage::new();
    stage.in_chat_with(&[("idle-alert", "1")]).await;
    see("Are you still there?").await;
    see("It closes in 0:4").await;
    let warned = stage.details("idlewarning").concat();
    assert!(warned.contains(r#""warned":true"#), "{warned}");
    let said = said("Are you still there?").await;
    assert_eq!(said.matches("Are you still there?").count(), 1, "{said}");
    press("I'm still here").await;
    see_in(".mine .bubble", "I'm still here.").await;
    see_no_more("Are you still there?").await;
    assert_eq!(asked("/send").len(), 1);
}

#[wasm_bindgen_test]
async fn whoever_is_offline_is_told_at_once_and_goes_on_writing() {
    let stage = Stage::new();
    stage.in_chat().await;
    network("offline");
    see("You are offline.").await;
    assert_eq!(
        (texts(".status bdi"), count(".live")),
        (vec!["Ann".to_owned()], 0)
    );
    assert!(!value("textarea", "disabled").is_truthy());
    network("online");
    see_no_more("You are offline.").await;
    assert_eq!(count(".live"), 1, "a light beside the name");
}

#[wasm_bindgen_test]
async fn a_broken_line_says_when_it_is_tried_again() {
    let stage = Stage::new();
    stage.in_chat().await;
    for _ in 0..40 {
        refuse("", 502);
    }
    say("does this arrive?").await;
    see("The chat service does not answer.").await;
    see_in(".next", "Next try in 0:").await;
    let said = said("The chat service").await;
    assert_eq!(said.matches("The chat service").count(), 1, "{said}");
    drop(stage);
}

#[wasm_bindgen_test]
async fn a_date_in_retry_after_is_heeded() {
    let stage = Stage::new();
    stage.in_chat().await;
    put_off(130);
    refuse("/send", 503);
    say("does this arrive?").await;
    // 130 seconds, less what has passed meanwhile.
    see_in(".next", "Next try in 2:").await;
    drop(stage);
}

#[wasm_bindgen_test]
async fn after_the_end_the_history_stays_and_a_survey_is_offered() {
    let stage = Stage::new();
    let element = stage.in_chat_with(&[("survey-url", "/survey")]).await;
    happen("Message.Text", "Ann", "goodbye", "AGENT");
    see("goodbye").await;
    press("End chat").await;
    see("End this chat?").await;
    press("End chat").await;
    see("You have ended the chat.").await;
    see_in(".survey", "Tell us how it was").await;
    assert_eq!(attribute(".survey", "href"), "/survey");
    assert_eq!(attribute(".survey", "rel"), "noopener noreferrer");
    assert_eq!(texts(".theirs .bubble"), ["goodbye"]);
    let own = document().create_element("p").unwrap();
    own.set_attribute("slot", "survey").unwrap();
    own.set_text_content(Some("Five stars?"));
    element.append_child(&own).unwrap();
    see_no_more("Tell us how it was").await;
    press("More").await;
    see("Download as text").await;
}

#[wasm_bindgen_test]
async fn what_was_not_sent_can_only_be_discarded_after_the_end() {
    let stage = Stage::new();
    stage.in_chat().await;
    refuse("/send", 415);
    say("too late").await;
    see("Try again").await;
    press("End chat").await;
    see("End this chat?").await;
    press("End chat").await;
    see("You have ended the chat.").await;
    see_no_more("Try again").await;
    press("Discard").await;
    see_no_more("too late").await;
}

#[wasm_bindgen_test]
async fn the_room_that_is_left_is_said_when_it_gets_scarce() {
    let stage = Stage::new();
    stage.in_chat_with(&[("max-message-length", "300")]).await;
    for length in [150, 151, 152] {
        fill("textarea", &"x".repeat(length)).await;
    }
    see("148 characters left").await;
    fill("textarea", &"x".repeat(205)).await;
    fill("textarea", &"x".repeat(301)).await;
    see("Too long by 1 character.").await;
    holds("the thresholds are said", || {
        let said = value("[aria-live=polite]", "textContent").as_string();
        let said = said.unwrap_or_default();
        let count = said.matches("characters left").count();
        count == 2 && said.contains("95 characters left") && said.contains("Too long by 1")
    })
    .await;
    hit("textarea", "Enter", &[]).await;
    assert_eq!(count(".mine"), 0);
}

#[wasm_bindgen_test]
async fn a_page_may_leave_enter_to_the_line() {
    let stage = Stage::new();
    stage.in_chat_with(&[("enter-sends", "off")]).await;
    fill("textarea", "a line").await;
    assert!(
        hit("textarea", "Enter", &[]).await,
        "Enter is left to the browser"
    );
    assert_eq!(count(".mine"), 0);
    assert!(!hit("textarea", "Enter", &[("ctrlKey", true)]).await);
    see_in(".mine .bubble", "a line").await;
}

#[wasm_bindgen_test]
async fn a_draft_outlives_a_closed_window_and_the_composer_grows_to_five_lines() {
    let stage = Stage::new();
    stage.in_chat().await;
    fill("textarea", &"line\n".repeat(30)).await;
    let most = height("textarea");
    // Five lines of 1.45 times 15 or 16 pixels, and the room around them.
    assert!((110.0..=140.0).contains(&most), "{most} pixels");
    press("Minimise").await;
    press("Chat with us").await;
    let draft = value("textarea", "value").as_string().unwrap();
    assert_eq!(draft.len(), 150);
}

fn height(selector: &str) -> f64 {
    value(selector, "offsetHeight").as_f64().unwrap()
}
