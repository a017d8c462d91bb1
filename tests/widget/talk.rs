//! A conversation: what is said at both ends, what becomes of it, how it ends.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::*;

#[wasm_bindgen_test]
async fn both_sides_talk_and_a_sent_message_is_marked() {
    let stage = Stage::new();
    stage.in_chat().await;
    happen("Message.Text", "Ann", "Hello, how can I help?", "AGENT");
    see_in(".theirs .bubble", "Hello, how can I help?").await;
    say("My router blinks.").await;
    see_in(".mine .meta", "Sent").await;
    assert_eq!(
        texts("[part~=bubble]"),
        ["Hello, how can I help?", "My router blinks."]
    );
    assert_eq!(asked("/send"), ["message=My+router+blinks."]);
    assert_eq!(value("textarea", "value").as_string().as_deref(), Some(""));
}

#[wasm_bindgen_test]
async fn what_the_page_hears_never_holds_what_was_said() {
    let stage = Stage::new();
    stage.in_chat().await;
    say("my secret").await;
    see_in(".mine .meta", "Sent").await;
    happen("Message.Text", "Ann", "your secret", "AGENT");
    see("your secret").await;
    assert_eq!(
        stage.details("agentjoin"),
        [r#"{"nickname":"Ann","role":"agent"}"#]
    );
    assert_eq!(stage.details("messagesent").len(), 1);
    assert_eq!(stage.details("messagereceived").len(), 1);
    let heard = stage.heard().join("\n");
    assert!(!heard.contains("secret"), "{heard}");
    let states: Vec<String> = stage
        .details("statechange")
        .iter()
        .filter_map(|detail| Some(detail.split('"').nth(3)?.to_owned()))
        .collect();
    assert_eq!(states, ["connecting", "waiting", "active"]);
}

#[wasm_bindgen_test]
async fn a_page_may_ask_for_the_text_of_messages() {
    let stage = Stage::new();
    stage.element(&[("expose-text", ""), ("subject", "Router")]);
    press("Chat with us").await;
    press("Start chat").await;
    see("Finding someone").await;
    happen("Message.Text", "Ann", "hello", "AGENT");
    see("hello").await;
    let details = stage.details("messagereceived").concat();
    assert!(details.contains(r#""text":"hello""#), "{details}");
}

#[wasm_bindgen_test]
async fn typing_shows_and_goes() {
    let stage = Stage::new();
    stage.in_chat().await;
    happen("Notice.TypingStarted", "Ann", "is typing", "AGENT");
    see("Ann is typing").await;
    happen("Message.Text", "Ann", "done", "AGENT");
    see_no_more("Ann is typing").await;
    assert_eq!(stage.details("typingchange").len(), 2);
}

#[wasm_bindgen_test]
async fn the_visitors_typing_is_announced_once_and_taken_back() {
    let stage = Stage::new();
    stage.in_chat().await;
    fill("textarea", "a").await;
    fill("textarea", "ab").await;
    fill("textarea", "").await;
    holds("typing and its end", || asked("/stopTyping").len() == 1).await;
    assert_eq!(asked("/startTyping").len(), 1);
}

#[wasm_bindgen_test]
async fn a_refused_message_keeps_its_text_and_can_be_sent_again() {
    let stage = Stage::new();
    stage.in_chat().await;
    refuse("/send", 415);
    say("first try").await;
    see("Not sent.").await;
    assert_eq!(stage.details("messagefailed").len(), 1);
    press("Try again").await;
    see_no_more("Not sent.").await;
    see_in(".mine .meta", "Sent").await;
    assert_eq!(asked("/send").len(), 2);
    assert_eq!(focused(), "textarea");
}

#[wasm_bindgen_test]
async fn a_refused_message_can_be_discarded() {
    let stage = Stage::new();
    stage.in_chat().await;
    refuse("/send", 415);
    say("never mind").await;
    press("Discard").await;
    see_no_more("never mind").await;
    assert_eq!(count("[part~=bubble]"), 0);
}

#[wasm_bindgen_test]
async fn a_message_whose_fate_is_not_known_says_so_and_whoever_ends_the_chat_is_told() {
    let stage = Stage::new();
    stage.in_chat().await;
    refuse("/send", 502);
    grow_vague();
    say("perhaps").await;
    see("Not confirmed yet.").await;
    press("End chat").await;
    see("End this chat?").await;
    press("End chat").await;
    see("It is not certain that this arrived.").await;
    assert_eq!(asked("/send").len(), 1, "never sent twice without proof");
    press("Discard").await;
    see_no_more("perhaps").await;
}

#[wasm_bindgen_test]
async fn whoever_reads_a_message_goes_on_reading_when_its_fate_is_known() {
    let stage = Stage::new();
    stage.in_chat().await;
    refuse("/send", 502);
    grow_vague();
    say("perhaps").await;
    see("Not confirmed yet.").await;
    hit(".scroll", "ArrowUp", &[]).await;
    holds("the line has the focus", || focused().contains("mine")).await;
    happen("Message.Text", "Ada", "perhaps", "CLIENT");
    see_in(".mine .meta", "Sent").await;
    holds("it still has", || focused().contains("mine")).await;
    hit(".row.mine", "ArrowUp", &[]).await;
    holds("the arrows go on from there", || {
        focused().contains("aside")
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_hand_over_is_one_line() {
    let stage = Stage::new();
    stage.in_chat().await;
    happen("Notice.Left", "Ann", "has left", "AGENT");
    happen("Notice.Joined", "Bo", "has joined", "AGENT");
    see("You are talking to Bo").await;
    happen("Message.Text", "Bo", "hi", "AGENT");
    see("hi").await;
    assert!(texts("[part~=event]").contains(&"Ann has joined".to_owned()));
}

#[wasm_bindgen_test]
async fn messages_of_one_speaker_stand_together() {
    let stage = Stage::new();
    stage.in_chat().await;
    for text in ["one", "two", "three"] {
        happen("Message.Text", "Ann", text, "AGENT");
    }
    see("three").await;
    assert_eq!(count(".theirs"), 3);
    assert_eq!(count(".theirs.first"), 1);
    assert_eq!(count(".theirs.last"), 1);
    say("four").await;
    see("four").await;
    assert_eq!(count(".theirs.last"), 1);
    assert_eq!(count(".mine.first.last"), 1);
}

#[wasm_bindgen_test]
async fn a_thousand_messages_keep_their_order_and_stand_in_pages() {
    let stage = Stage::new();
    stage.in_chat().await;
    for number in 0..1000 {
        happen("Message.Text", "Ann", &format!("number {number}"), "AGENT");
    }
    see("number 999").await;
    assert_eq!(count(".page"), 1001_u32.div_ceil(25));
    assert_eq!(count(".chapter"), 1001_u32.div_ceil(25 * 25));
    let shown = texts(".chapter:last-child > .page:last-child [part~=bubble]");
    assert_eq!(shown.last().map(String::as_str), Some("number 999"));
}

#[wasm_bindgen_test]
async fn the_visitor_ends_the_chat_after_a_question() {
    let stage = Stage::new();
    stage.in_chat().await;
    press("End chat").await;
    see("End this chat?").await;
    press("Keep chatting").await;
    see_no_more("End this chat?").await;
    press("End chat").await;
    see("End this chat?").await;
    press("End chat").await;
    see("You have ended the chat.").await;
    assert_eq!(
        stage.details("sessionend"),
        [r#"{"reason":"user","agentJoined":true}"#]
    );
    press("Start a new chat").await;
    see("How can we help?").await;
    assert_eq!(count("[part~=bubble]"), 0);
}

#[wasm_bindgen_test]
async fn a_visitor_who_leaves_the_queue_is_told_so() {
    let stage = Stage::new();
    stage.element(&[("subject", "Router")]);
    press("Chat with us").await;
    press("Start chat").await;
    press("Leave the queue").await;
    see("Leave the queue?").await;
    press("Leave").await;
    see("You have left the queue.").await;
    assert_eq!(
        stage.details("sessionend"),
        [r#"{"reason":"abandoned","agentJoined":false}"#]
    );
}

#[wasm_bindgen_test]
async fn enter_sends_but_not_while_a_character_is_put_together() {
    let stage = Stage::new();
    stage.in_chat().await;
    fill("textarea", "にほん").await;
    assert!(hit("textarea", "Enter", &[("isComposing", true)]).await);
    assert!(hit("textarea", "Enter", &[("shiftKey", true)]).await);
    assert_eq!(count(".mine"), 0);
    assert!(!hit("textarea", "Enter", &[]).await);
    see_in(".mine .bubble", "にほん").await;
}

#[wasm_bindgen_test]
async fn a_message_that_is_too_long_stays_and_says_so() {
    let stage = Stage::new();
    stage.in_chat().await;
    say(&"x".repeat(4010)).await;
    see("Too long by 10 characters.").await;
    assert_eq!(count(".mine"), 0);
    say(&"x".repeat(4000)).await;
    see_in(".mine .meta", "Sent").await;
}

#[wasm_bindgen_test]
async fn what_is_missed_is_counted_until_the_window_opens() {
    let stage = Stage::new();
    let element = stage.in_chat().await;
    press("Minimise").await;
    holds("the window closes", || {
        attribute(".launcher", "aria-expanded") == "false"
    })
    .await;
    happen("Message.Text", "Ann", "one", "AGENT");
    happen("Notice.TypingStarted", "Ann", "is typing", "AGENT");
    happen("Message.Text", "Ann", "two", "AGENT");
    see_in(".launcher", "2 unread messages").await;
    assert_eq!(texts(".badge"), ["2"]);
    element.click();
    press("Chat with us").await;
    holds("nothing is unread", || texts(".badge").is_empty()).await;
    assert_eq!(
        stage.details("unreadchange").last().map(String::as_str),
        Some(r#"{"count":0}"#)
    );
}
