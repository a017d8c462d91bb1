//! The commands of the element and of `gmsChat()`: what they resolve to, what they are refused with, what they leave.

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use crate::stage::*;

/// What a command came to: its answer as JSON, or the code of its error.
async fn outcome(promise: Promise) -> String {
    match JsFuture::from(promise).await {
        Ok(answer) if answer.is_undefined() => "done".to_owned(),
        Ok(answer) => js_sys::JSON::stringify(&answer).unwrap().into(),
        Err(error) => Reflect::get(&error, &"code".into())
            .unwrap()
            .as_string()
            .unwrap_or_default(),
    }
}

fn run(target: &JsValue, given: &[JsValue]) -> Promise {
    let function: Function = target.clone().unchecked_into();
    let given: Array = given.iter().collect();
    function
        .apply(&JsValue::UNDEFINED, &given)
        .unwrap()
        .unchecked_into()
}

/// Calls the page's function.
fn gms_chat(given: &[JsValue]) -> Promise {
    let function = Reflect::get(&js_sys::global(), &"gmsChat".into()).unwrap();
    run(&function, given)
}

/// Gives an element a command.
fn command(element: &HtmlElement, name: &str, given: &[JsValue]) -> Promise {
    let method: Function = Reflect::get(element, &name.into())
        .unwrap()
        .unchecked_into();
    let given: Array = given.iter().collect();
    method.apply(element, &given).unwrap().unchecked_into()
}

fn json(text: &str) -> JsValue {
    js_sys::JSON::parse(text).unwrap()
}

#[wasm_bindgen_test]
async fn a_chat_can_be_led_by_commands_alone() {
    let stage = Stage::new();
    let element = stage.element(&[]);
    let given = json(r#"{"user":{"firstName":"Ada","subject":"Router"},"data":{"tier":"gold"}}"#);
    assert_eq!(
        outcome(command(&element, "start", &[given])).await,
        r#"{"delivery":"cometd"}"#
    );
    let created = asked("/ixn/chat").concat();
    for part in ["firstName=Ada", "subject=Router", "tier=gold"] {
        assert!(created.contains(part), "{created}");
    }
    assert_eq!(
        outcome(command(&element, "start", &[])).await,
        "already_active"
    );
    happen("Notice.Joined", "Ann", "has joined", "AGENT");
    let sent = outcome(command(&element, "send", &["hello".into()])).await;
    assert!(sent.parse::<u32>().is_ok(), "{sent}");
    let agents = outcome(command(&element, "getAgents", &[])).await;
    assert_eq!(agents, r#"[{"nickname":"Ann","role":"agent"}]"#);
    let transcript = outcome(command(&element, "getTranscript", &[])).await;
    assert!(
        transcript.contains(r#""type":"message","fate":"sent""#) && transcript.contains("hello"),
        "{transcript}"
    );
    let state = outcome(command(&element, "getState", &[])).await;
    assert!(
        state.starts_with(r#"{"state":"active","unread":0,"open":false"#),
        "{state}"
    );
    assert_eq!(
        outcome(command(&element, "sendNotice", &["x||Y".into()])).await,
        "done"
    );
    holds("the notice is sent", || asked("/customNotice").len() == 1).await;
    let ended = outcome(command(&element, "end", &[])).await;
    assert_eq!(ended, r#"{"reason":"user","agentJoined":true}"#);
    assert_eq!(outcome(command(&element, "reset", &[])).await, "done");
    assert_eq!(outcome(command(&element, "getTranscript", &[])).await, "[]");
}

#[wasm_bindgen_test]
async fn a_command_that_cannot_be_carried_out_says_why() {
    let stage = Stage::new();
    let element = stage.element(&[("max-message-length", "3")]);
    for (name, code) in [
        ("send", "no_session"),
        ("sendNotice", "no_session"),
        ("end", "no_session"),
    ] {
        assert_eq!(outcome(command(&element, name, &["x".into()])).await, code);
    }
    let unknown = gms_chat(&["remove".into()]);
    assert_eq!(outcome(unknown).await, "unknown_command");
    assert_eq!(outcome(gms_chat(&["init".into()])).await, "bad_config");
    refuse("/1/service/request-chat", 404);
    let missing = command(&element, "start", &[json(r#"{"user":{"subject":"x"}}"#)]);
    assert_eq!(outcome(missing).await, "not_found");
    let started = command(&element, "start", &[json(r#"{"user":{"subject":"x"}}"#)]);
    assert_eq!(outcome(started).await, r#"{"delivery":"cometd"}"#);
    assert_eq!(
        outcome(command(&element, "send", &["four".into()])).await,
        "too_long"
    );
}

#[wasm_bindgen_test]
async fn a_promise_can_be_taken_back_and_a_listener_can_say_no() {
    let stage = Stage::new();
    let element = stage.element(&[]);
    let end = web_sys::AbortController::new().unwrap();
    let options = js_sys::Object::new();
    Reflect::set(&options, &"signal".into(), &end.signal()).unwrap();
    let sent = command(&element, "start", &[options.clone().into()]);
    end.abort();
    assert!(JsFuture::from(sent).await.is_err());
    assert!(
        JsFuture::from(command(&element, "getState", &[options.into()]))
            .await
            .is_err()
    );
    let no =
        wasm_bindgen::closure::Closure::<dyn Fn(web_sys::Event)>::new(|event: web_sys::Event| {
            event.prevent_default();
        });
    let veto = no.as_ref().unchecked_ref();
    element
        .add_event_listener_with_callback("gms-chat-beforestart", veto)
        .unwrap();
    element
        .add_event_listener_with_callback("gms-chat-beforeopen", veto)
        .unwrap();
    assert_eq!(outcome(command(&element, "open", &[])).await, "false");
    let other = stage.element(&[("endpoint", "/other")]);
    other
        .add_event_listener_with_callback("gms-chat-beforestart", veto)
        .unwrap();
    let refused = command(&other, "start", &[json(r#"{"user":{"subject":"x"}}"#)]);
    assert_eq!(outcome(refused).await, "vetoed");
}

#[wasm_bindgen_test]
async fn the_function_finds_the_element_and_makes_one() {
    let stage = Stage::new();
    let early = gms_chat(&["getState".into()]);
    let options = json(r#"{"endpoint":"/genesys","delivery":"cometd","subject":"Router"}"#);
    let made = JsFuture::from(gms_chat(&["init".into(), options.clone()]))
        .await
        .unwrap();
    let again = JsFuture::from(gms_chat(&["init".into(), options]))
        .await
        .unwrap();
    assert_eq!(made, again);
    assert_eq!(requests(), 0);
    let state = outcome(early).await;
    assert!(state.contains(r#""state":"idle""#), "{state}");
    assert_eq!(outcome(gms_chat(&["open".into()])).await, "true");
    see("How can we help?").await;
    assert_eq!(outcome(gms_chat(&["close".into()])).await, "done");
    drop(stage);
}

#[wasm_bindgen_test]
async fn without_a_window_the_chat_goes_on_all_the_same() {
    let stage = Stage::new();
    let element = stage.element(&[("ui", "none")]);
    assert_eq!(texts(".launcher").len(), 0);
    let given = json(r#"{"user":{"subject":"Router"},"message":"first"}"#);
    assert_eq!(
        outcome(command(&element, "start", &[given])).await,
        r#"{"delivery":"cometd"}"#
    );
    happen("Notice.Joined", "Ann", "has joined", "AGENT");
    happen("Message.Text", "Ann", "hello", "AGENT");
    let unread = stage.details("unreadchange");
    holds("Ann is heard", {
        let element = element.clone();
        move || Reflect::get(&element, &"unread".into()).unwrap() == 1
    })
    .await;
    assert!(texts(".panel *").is_empty());
    let transcript = outcome(command(&element, "getTranscript", &[])).await;
    assert!(
        transcript.contains("first") && transcript.contains("hello"),
        "{transcript}"
    );
    assert_eq!(outcome(command(&element, "open", &[])).await, "true");
    assert_eq!(Reflect::get(&element, &"unread".into()).unwrap(), 0);
    assert_eq!(texts("dialog").len(), 0);
    drop(unread);
}

#[wasm_bindgen_test]
async fn options_change_while_the_element_lives() {
    let stage = Stage::new();
    let element = stage.element(&[]);
    press("Chat with us").await;
    fill("#subject", "Half a sen").await;
    let options = json(r#"{"messages":{"form.submit":"Go"},"service":"sales","label":"Talk"}"#);
    assert_eq!(
        outcome(command(&element, "update", &[options])).await,
        "done"
    );
    see("Go").await;
    assert_eq!(value("#subject", "value"), "Half a sen");
    assert_eq!(element.get_attribute("service").as_deref(), Some("sales"));
    press("Go").await;
    holds("the service is created", || {
        !asked("/1/service/sales").is_empty()
    })
    .await;
    drop(stage);
}

#[wasm_bindgen_test]
async fn a_window_that_is_open_is_not_opened_again() {
    let stage = Stage::new();
    let element = stage.element(&[
        ("first-name", "Ada"),
        ("last-name", "Lovelace"),
        ("email", "ada@example.com"),
    ]);
    press("Chat with us").await;
    see("Start chat").await;
    // Now the form has nothing to ask, but the visitor stands before it.
    let options = json(r#"{"subject":"Router"}"#);
    assert_eq!(
        outcome(command(&element, "update", &[options])).await,
        "done"
    );
    outcome(command(&element, "open", &[])).await;
    frames(3).await;
    assert_eq!(stage.details("beforestart"), [""; 0]);
    assert_eq!(stage.details("open").len(), 1);
    see("Start chat").await;
}

#[wasm_bindgen_test]
async fn what_is_destroyed_is_gone_and_its_promises_are_refused() {
    let stage = Stage::new();
    let element = stage.in_chat().await;
    refuse("/send", 500);
    let sent = command(&element, "send", &["never".into()]);
    assert_eq!(
        outcome(command(
            &element,
            "destroy",
            &[json(r#"{"keepSession":true}"#)]
        ))
        .await,
        "done"
    );
    assert_eq!(outcome(sent).await, "destroyed");
    assert!(!element.is_connected());
    assert_eq!(document().query_selector("gms-chat").unwrap(), None);
    drop(stage);
}

#[wasm_bindgen_test]
async fn nothing_is_fetched_before_the_visitor_has_agreed() {
    let stage = Stage::new();
    let element = stage.element(&[("consent", "required")]);
    press("Chat with us").await;
    assert_eq!(stage.details("consentrequired"), [r#"{"by":"user"}"#]);
    let started = command(&element, "start", &[json(r#"{"user":{"subject":"x"}}"#)]);
    assert_eq!(outcome(started).await, "consent_required");
    assert_eq!((stage.details("open").len(), requests()), (0, 0));
    element.set_attribute("consent", "granted").unwrap();
    see("How can we help?").await;
}

#[wasm_bindgen_test]
async fn the_page_may_mask_change_and_refuse_what_the_visitor_writes() {
    let stage = Stage::new();
    let element = stage.in_chat().await;
    element.set_attribute("mask", "card").unwrap();
    say("4111 1111 1111 1111").await;
    see("•••• •••• •••• 1111").await;
    // A request leaves when what was told is drawn.
    holds("the message is sent", || asked("/send").len() == 1).await;
    assert!(!asked("/send").concat().contains("4111"));
    let hook = Function::new_with_args(
        "text",
        "return text.includes('secret') ? false : text + '!'",
    );
    let options = js_sys::Object::new();
    Reflect::set(&options, &"beforeSend".into(), &hook).unwrap();
    Reflect::set(&element, &"options".into(), &options).unwrap();
    say("fine").await;
    see("fine!").await;
    say("a secret").await;
    holds("the text is back", || {
        value("textarea", "value") == "a secret"
    })
    .await;
    assert!(stage.details("error").concat().contains("vetoed"));
    holds("two messages are sent", || asked("/send").len() == 2).await;
}

#[wasm_bindgen_test]
async fn each_request_carries_the_headers_of_the_page_and_401_asks_once_more() {
    let stage = Stage::new();
    let element = stage.element(&[("delivery", "poll")]);
    let hook = Function::new_with_args(
        "about",
        "return { Authorization: about.refresh ? 'new' : 'old' }",
    );
    let options = js_sys::Object::new();
    Reflect::set(&options, &"headers".into(), &hook).unwrap();
    Reflect::set(&element, &"options".into(), &options).unwrap();
    refuse("/1/service/request-chat", 401);
    let given = json(r#"{"user":{"subject":"Router"}}"#);
    assert_eq!(
        outcome(command(&element, "start", &[given])).await,
        r#"{"delivery":"poll"}"#
    );
    assert_eq!(credentials_of("/1/service/request-chat"), ["old", "new"]);
    assert_eq!(credentials_of("/ixn/chat"), ["old"]);
}

#[wasm_bindgen_test]
async fn a_page_that_is_debugged_keeps_a_log_without_words_names_and_keys() {
    let stage = Stage::new();
    let element = stage
        .in_chat_with(&[
            ("debug", ""),
            ("first-name", "Augusta"),
            ("user-id", "u-4711"),
        ])
        .await;
    say("my dog is called Argos").await;
    see_in(".mine .bubble", "Argos").await;
    holds("it is sent", || asked("/send").len() == 1).await;
    happen("Message.Text", "Ann", "walnut is your secret", "AGENT");
    see("walnut is your secret").await;
    press("Copy report").await;
    see_in("[part=report]", "Copied").await;
    let copied = copied_texts().get(0).as_string().unwrap();
    for told in [
        "\"/genesys/1/service/{id}/ixn/chat/send",
        "\"endpoint\": \"/genesys\"",
        "Message.Text of AGENT, 21",
        "\"channel\": \"/meta/connect\"",
        "\"state\": \"active\"",
        "content-type gms_user",
    ] {
        assert!(copied.contains(told), "{told} is not in {copied}");
    }
    for secret in [
        "Argos",
        "walnut",
        "Augusta",
        "u-4711",
        "Router",
        "service-1",
        "\"c1\"",
    ] {
        assert!(!copied.contains(secret), "{secret} is in {copied}");
    }
    let report = outcome(command(&element, "getReport", &[])).await;
    assert!(report.contains("ixn/chat/send"), "{report}");
}
