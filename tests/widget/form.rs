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
    let described = attribute("#email", "aria-describedby");
    assert_eq!(described, "email-error");
    see_in("[role=status]", "2 fields need your attention.").await;
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
        ("form", "always"),
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

/// Every kind of field, as a page gives them.
const FIELDS: &str = r#"[
    { "name": "first-name", "required": true },
    { "name": "phone", "help": "We call you only if the line breaks." },
    { "name": "contract", "label": "Contract", "pattern": "[0-9]{4}", "error": "Four digits, please." },
    { "name": "topic", "label": "Topic", "type": "select", "required": true,
      "options": ["Invoice", { "value": "tech", "label": "Technical" }] },
    { "name": "message", "label": "What happened?" },
    { "name": "news", "label": "News by mail", "type": "checkbox" },
    { "name": "privacy", "label": "I agree.", "type": "consent", "link": { "url": "/privacy", "label": "Privacy notice" } },
    { "name": "source", "type": "hidden", "value": "shop" },
    { "name": "subject", "type": "hidden", "value": "From the shop" }
]"#;

#[wasm_bindgen_test]
async fn a_page_gives_every_kind_of_field_and_the_server_gets_them_by_its_own_names() {
    let stage = Stage::new();
    let map = r#"{"first-name":"FirstName","phone":"PhoneNumber"}"#;
    stage.element(&[("fields", FIELDS), ("field-map", map)]);
    press("Chat with us").await;
    see("We call you only if the line breaks.").await;
    assert_eq!(attribute("#first-name", "autocomplete"), "given-name");
    assert_eq!(attribute("#phone", "type"), "tel");
    assert_eq!(
        attribute("a[href='/privacy']", "rel"),
        "noopener noreferrer"
    );
    fill("#contract", "12").await;
    press("Start chat").await;
    for (id, complaint) in [
        ("#first-name-error", "Please fill this in."),
        ("#contract-error", "Four digits, please."),
        ("#topic-error", "Please choose one."),
        ("#privacy-error", "We need your consent to go on."),
    ] {
        see_in(id, complaint).await;
    }
    assert_eq!(focused(), "first-name");
    assert_eq!(requests(), 0);
    fill("#first-name", "Ada").await;
    fill("#phone", "+358 1").await;
    fill("#contract", "1234").await;
    fill("#topic", "tech").await;
    fill("#message", "It blinks.").await;
    press_in("#privacy").await;
    press("Start chat").await;
    see("Finding someone").await;
    let started = asked("/ixn/chat").concat();
    for pair in [
        "FirstName=Ada",
        "PhoneNumber=%2B358+1",
        "contract=1234",
        "topic=tech",
        "privacy=true",
        "source=shop",
        "subject=From+the+shop",
    ] {
        assert!(started.contains(pair), "{pair} in {started}");
    }
    assert!(
        !started.contains("firstName") && !started.contains("news"),
        "{started}"
    );
    see_in("[part~=bubble]", "It blinks.").await;
    holds("the first message is sent", || {
        asked("/send").concat().contains("It+blinks.")
    })
    .await;
}

#[wasm_bindgen_test]
async fn the_page_checks_the_values_in_its_own_time() {
    let stage = Stage::new();
    stage.element(&[(
        "fields",
        r#"[{"name":"subject"},{"name":"contract","label":"Contract"}]"#,
    )]);
    give(
        "validate",
        "async ({ contract }) => contract === '1' ? null : { contract: 'Unknown contract ' + contract }",
    );
    press("Chat with us").await;
    fill("#subject", "Help").await;
    fill("#contract", "0").await;
    press("Start chat").await;
    see_in("#contract-error", "Unknown contract 0").await;
    assert_eq!((focused().as_str(), requests()), ("contract", 0));
    fill("#contract", "1").await;
    see_no_more("Unknown contract 0").await;
    press("Start chat").await;
    see("Finding someone").await;
}

#[wasm_bindgen_test]
async fn a_check_that_breaks_is_said_and_can_be_repeated() {
    let stage = Stage::new();
    stage.element(&[]);
    give("validate", "() => { throw Error('down') }");
    press("Chat with us").await;
    fill("#subject", "Help").await;
    press("Start chat").await;
    see("We could not check this.").await;
    assert_eq!(requests(), 0);
    give("validate", "() => undefined");
    press("Start chat").await;
    see("Finding someone").await;
}

#[wasm_bindgen_test]
async fn a_form_with_nothing_to_ask_is_left_out() {
    for more in [
        &[("form", "none")][..],
        &[("fields", r#"[{"name":"subject"}]"#)],
    ] {
        let stage = Stage::new();
        let element = stage.element(&[&[("subject", "Router")], more].concat());
        press("Chat with us").await;
        see("Finding someone").await;
        assert!(asked("/ixn/chat").concat().contains("subject=Router"));
        drop(element);
    }
}

#[wasm_bindgen_test]
async fn fields_that_are_none_leave_the_usual_form_and_a_complaint() {
    let stage = Stage::new();
    stage.element(&[("fields", r#"[{"name":"x","type":"colour"}]"#)]);
    press("Chat with us").await;
    see("How can we help?").await;
    let errors = stage.details("error").concat();
    assert!(
        errors.contains("bad_config") && errors.contains("textarea"),
        "{errors}"
    );
}
