//! The form before the chat, and what of it reaches the server.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::*;

#[wasm_bindgen_test]
async fn a_form_without_a_subject_says_where_it_is_wrong() {
    let stage = Stage::new();
    stage.element(&[]);
    press("Chat with us").await;
    fill("#email", "ada@").await;
    press("Start chat").await;
    see_in("#subject-error", "Please say in a few words").await;
    see_in("#email-error", "Please check the address").await;
    assert_eq!(focused(), "email");
    assert_eq!(attribute("#email", "aria-describedby"), "email-error");
    assert_eq!(attribute("#subject", "aria-invalid"), "true");
    fill("#email", "ada@example.com").await;
    see_no_more("Please check the address").await;
    assert_eq!(requests(), 0);
}

#[wasm_bindgen_test]
async fn what_the_page_knows_is_filled_in_and_sent() {
    let stage = Stage::new();
    let data = r#"{"tier":"gold & more","age":7}"#;
    stage.element(&[
        ("first-name", "Ada"),
        ("last-name", "Lovelace"),
        ("email", "ada@example.com"),
        ("subject", "Engine"),
        ("display-name", "AL"),
        ("data", data),
        ("service", "sales"),
    ]);
    press("Chat with us").await;
    press("Start chat").await;
    see("Finding someone").await;
    let business = "tier=gold+%26+more&age=7";
    let created = asked("/1/service/sales").concat();
    assert!(created.contains(business), "{created}");
    let started = asked("/ixn/chat").concat();
    let visitor = [
        "firstName=Ada",
        "lastName=Lovelace",
        "email=ada%40example.com",
        "subject=Engine",
        "userDisplayName=AL",
        "notify_by=comet",
        business,
    ];
    for pair in visitor {
        assert!(started.contains(pair), "{pair} in {started}");
    }
}

#[wasm_bindgen_test]
async fn a_chat_that_cannot_start_keeps_the_form() {
    let stage = Stage::new();
    stage.element(&[]);
    press("Chat with us").await;
    fill("#first-name", "Ada").await;
    fill("#subject", "Router").await;
    refuse("/request-chat", 404);
    press("Start chat").await;
    see("The chat could not be started").await;
    assert_eq!(
        value("#subject", "value").as_string().as_deref(),
        Some("Router")
    );
    let errors = stage.details("error").concat();
    assert!(
        errors.contains(r#""code":"not_found""#) && errors.contains("404"),
        "{errors}"
    );
    press("Start chat").await;
    see("Finding someone").await;
}

#[wasm_bindgen_test]
async fn the_focus_goes_with_the_visitor() {
    let stage = Stage::new();
    stage.element(&[("first-name", "Ada")]);
    press("Chat with us").await;
    holds("the first open field has the focus", || {
        focused() == "last-name"
    })
    .await;
    fill("#subject", "Router").await;
    press("Start chat").await;
    holds("the composer has the focus", || focused() == "textarea").await;
    assert!(!hit("textarea", "Escape", &[]).await);
    holds("the launcher has the focus", || focused() == "launcher").await;
    assert_eq!(attribute(".launcher", "aria-expanded"), "false");
    drop(stage);
}
