//! How the visitor hears of news: launcher, tab and sound; and the invitation.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::*;

#[wasm_bindgen_test]
async fn a_hidden_tab_counts_in_its_title_until_it_is_seen() {
    let stage = Stage::new();
    document().set_title("The shop");
    stage.in_chat().await;
    happen("Message.Text", "Ann", "seen", "AGENT");
    see("seen").await;
    assert_eq!(document().title(), "The shop");
    hide(true);
    happen("Message.Text", "Ann", "one", "AGENT");
    happen("Message.Text", "Ann", "two", "AGENT");
    holds("the title counts", || document().title() == "(2) The shop").await;
    hide(false);
    holds("the title is as before", || {
        document().title() == "The shop"
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_closed_window_on_a_seen_page_leaves_the_title_alone() {
    let stage = Stage::new();
    document().set_title("The shop");
    stage.in_chat().await;
    press("Minimise").await;
    happen("Message.Text", "Ann", "one", "AGENT");
    see_in(".launcher", "1 unread message").await;
    assert_eq!(document().title(), "The shop");
}

#[wasm_bindgen_test]
async fn news_are_heard_unless_the_visitor_has_muted_them() {
    let stage = Stage::new();
    stage.in_chat_with(&[("sound", "on")]).await;
    let before = notes();
    hide(true);
    happen("Message.Text", "Ann", "ding", "AGENT");
    holds("two notes are played", move || notes() == before + 2).await;
    press("Mute sounds").await;
    assert_eq!(attribute("[part=mute]", "aria-pressed"), "true");
    happen("Message.Text", "Ann", "silence", "AGENT");
    see_in(".bubble", "silence").await;
    holds("both are counted", || document().title().starts_with("(2)")).await;
    assert_eq!(notes(), before + 2);
    hide(false);
    drop(stage);
}

#[wasm_bindgen_test]
async fn without_the_option_there_is_no_sound_and_no_button_for_it() {
    let stage = Stage::new();
    stage.in_chat().await;
    let before = notes();
    hide(true);
    happen("Message.Text", "Ann", "psst", "AGENT");
    see_in(".bubble", "psst").await;
    hide(false);
    assert_eq!(count("[part=mute]"), 0);
    assert_eq!(notes(), before);
    drop(stage);
}

#[wasm_bindgen_test]
async fn an_invitation_opens_the_window_and_comes_only_so_often() {
    forget_invitations();
    let stage = Stage::new();
    let invited = [("invite", "May we help?"), ("invite-delay", "0")];
    stage.element(&invited);
    see_in(".invitation", "May we help?").await;
    assert_eq!(focused(), "", "it takes no focus");
    assert_eq!(requests(), 0);
    press("May we help?").await;
    see("How can we help?").await;
    assert_eq!(count(".invite"), 0);
    assert_eq!(stage.details("invite"), [r#"{"accepted":true}"#]);
    drop(stage);
    let stage = Stage::new();
    let element = stage.element(&[("invite", "Again?"), ("invite-delay", "9999")]);
    assert!(!invite(&element, "Again?", 1).await, "once is the cap");
    assert_eq!(count(".invite"), 0);
    drop(stage);
}

#[wasm_bindgen_test]
async fn an_invitation_can_be_declined() {
    forget_invitations();
    let stage = Stage::new();
    let element = stage.element(&[]);
    let answer = invite(&element, "May we help?", 1);
    press("No, thank you").await;
    assert!(!answer.await);
    assert_eq!(stage.details("invite"), [r#"{"accepted":false}"#]);
    assert_eq!(attribute(".launcher", "aria-expanded"), "false");
}
