//! What the transcript makes of what is said, and what the visitor can do with it.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::stage::*;

#[wasm_bindgen_test]
async fn addresses_become_links_that_say_where_they_lead() {
    let stage = Stage::new();
    stage.in_chat().await;
    let text = "See (https://a.example/x_(y)), mail help@bank.example or call +49 89 1234567.";
    happen("Message.Text", "Ann", text, "AGENT");
    see_in(".bubble a", "https://a.example/x_(y)").await;
    assert_eq!(
        texts(".bubble a"),
        [
            "https://a.example/x_(y)",
            "help@bank.example",
            "+49 89 1234567"
        ]
    );
    assert_eq!(attribute(".bubble a", "href"), "https://a.example/x_(y)");
    assert_eq!(attribute(".bubble a", "rel"), "noopener noreferrer");
    assert_eq!(
        attribute(".bubble a:nth-of-type(2)", "href"),
        "mailto:help@bank.example"
    );
    assert_eq!(
        attribute(".bubble a:nth-of-type(3)", "href"),
        "tel:+49891234567"
    );
    assert_eq!(
        texts(".theirs .bubble"),
        [text],
        "and the text stays as it was"
    );
}

#[wasm_bindgen_test]
async fn an_address_that_pretends_is_shown_for_what_it_is() {
    let stage = Stage::new();
    stage.in_chat().await;
    happen("Message.Text", "Ann", "https://аррӏе.example/", "AGENT");
    see_in(".bubble", "(xn--").await;
    for bad in [
        "javascript:alert(1)",
        "http://javascript:alert(1)",
        "https://bank.example@evil.example/",
        "data:text/html,x",
        "order 4111 1111 1111 1111 of 01-02-2026",
    ] {
        happen("Message.Text", "Ann", bad, "AGENT");
        see_in(".bubble", bad).await;
    }
    happen("Message.Text", "Ann", "https://last.example", "AGENT");
    see_in(".bubble a", "https://last.example").await;
    assert_eq!(count(".bubble a"), 2);
}

#[wasm_bindgen_test]
async fn markdown_counts_only_where_the_page_wants_it() {
    let text = "**bold** [here](https://a.example) [no](javascript:x)\n- one\n- `two`";
    let stage = Stage::new();
    stage.in_chat().await;
    happen("Message.Text", "Ann", text, "AGENT");
    see_in(".bubble", "**bold**").await;
    assert_eq!(count(".bubble b, .bubble ul"), 0);
    drop(stage);
    let stage = Stage::new();
    stage.in_chat_with(&[("markdown", "")]).await;
    happen("Message.Text", "Ann", text, "AGENT");
    see_in(".bubble b", "bold").await;
    assert_eq!(texts(".bubble li"), ["one", "two"]);
    assert_eq!(texts(".bubble code"), ["two"]);
    assert_eq!(count(".bubble a"), 1);
    see_in(".bubble", "here (a.example) [no](javascript:x)").await;
    drop(stage);
}

#[wasm_bindgen_test]
async fn a_bot_is_told_apart_and_a_day_has_its_line() {
    let stage = Stage::new();
    stage.in_chat().await;
    happen("Message.Text", "Botty", "beep", "EXTERNAL");
    happen("Message.Text", "Ann", "hello", "AGENT");
    see("hello").await;
    assert_eq!(texts(".theirs .name"), ["Botty Assistant", "Ann"]);
    assert_eq!(texts(".kind"), ["Assistant"]);
    // The chat of these tests began on another day than today, and says so once.
    assert_eq!(count("[part=day]"), 1);
    see_in("time[datetime^='2026-01-02T10:00:0']", "").await;
}

#[wasm_bindgen_test]
async fn what_was_missed_is_marked_until_the_talk_goes_on() {
    let stage = Stage::new();
    stage.in_chat().await;
    happen("Message.Text", "Ann", "seen", "AGENT");
    see("seen").await;
    hide(true);
    for text in ["one", "two"] {
        happen("Message.Text", "Ann", text, "AGENT");
    }
    see("two").await;
    assert_eq!(texts(".news"), ["New"]);
    assert_eq!(texts(".news + .row .bubble"), ["one"]);
    hide(false);
    say("I am back").await;
    see_in(".mine .bubble", "I am back").await;
    assert_eq!(count(".news"), 0);
}

#[wasm_bindgen_test]
async fn whoever_reads_above_is_not_moved_and_can_jump_to_the_end() {
    let stage = Stage::new();
    stage.in_chat().await;
    for number in 0..60 {
        happen("Message.Text", "Ann", &format!("number {number}"), "AGENT");
    }
    see("number 59").await;
    assert_eq!(scroll_up(600), -600);
    read_line();
    for number in 0..20 {
        happen(
            "Message.Text",
            "Ann",
            &format!("one more {number}"),
            "AGENT",
        );
        see_in(".bubble", &format!("one more {number}")).await;
    }
    // A scrolled box stands on whole pixels and its lines do not, so that a line trembles a little, but stays.
    assert!(moved_by() < 8.0, "by {} pixels", moved_by());
    press("New messages").await;
    holds("the end is in sight", || {
        value(".scroll", "scrollTop").as_f64() == Some(0.0)
    })
    .await;
    assert_eq!(attribute(".jump", "hidden"), "");
}

#[wasm_bindgen_test]
async fn a_message_can_be_copied() {
    let stage = Stage::new();
    stage.in_chat().await;
    happen("Message.Text", "Ann", "Your code is 4711", "AGENT");
    see_in(".bubble", "4711").await;
    point_at(".theirs .bubble").await;
    press("Copy").await;
    see_in(".copy", "Copied").await;
    assert_eq!(copied(), ["Your code is 4711"]);
}

#[wasm_bindgen_test]
async fn the_transcript_can_be_kept_in_four_ways() {
    let stage = Stage::new();
    stage.in_chat().await;
    happen("Message.Text", "Ann", "<b>Hello</b> & welcome", "AGENT");
    say("Hi\nthere").await;
    see_in(".mine .meta", "Sent").await;
    press("More").await;
    press("Copy everything").await;
    see_in(".item", "Copied").await;
    let text = copied().concat();
    for line in [
        "— Ann has joined —",
        "Ann: <b>Hello</b> & welcome",
        "You: Hi\n    there",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    press("Print").await;
    assert!(
        printed_page().contains("<b>Hello</b> & welcome"),
        "{}",
        printed_page()
    );
    press("Download as text").await;
    press("Download as web page").await;
    holds("two files are saved", || saved_files().length() == 2).await;
    let files: Vec<String> = saved_files()
        .iter()
        .filter_map(|file| file.as_string())
        .collect();
    let (plain, page) = (&files[0], &files[1]);
    assert!(
        plain.starts_with("chat-") && plain.contains(".txt\n"),
        "{plain}"
    );
    assert!(plain.contains("Ann: <b>Hello</b> & welcome"), "{plain}");
    assert!(page.contains(".html\n<!doctype html>"), "{page}");
    assert!(
        page.contains("&lt;b&gt;Hello&lt;/b&gt; &amp; welcome"),
        "{page}"
    );
    assert!(
        page.contains("default-src 'none'") && !page.contains("<script"),
        "{page}"
    );
    drop(stage);
}

#[wasm_bindgen_test]
async fn each_way_to_keep_the_transcript_can_be_switched_off() {
    let stage = Stage::new();
    stage.in_chat_with(&[("transcript", "print")]).await;
    press("More").await;
    assert_eq!(texts(".item"), ["Print"]);
    happen("Message.Text", "Ann", "hello", "AGENT");
    see("hello").await;
    point_at(".theirs .bubble").await;
    assert_eq!(count(".copy"), 0);
    drop(stage);
    let stage = Stage::new();
    stage.in_chat_with(&[("transcript", "none")]).await;
    assert_eq!(count(".more"), 0);
    drop(stage);
}

#[wasm_bindgen_test]
async fn escape_closes_the_menu_before_the_window() {
    let stage = Stage::new();
    stage.in_chat().await;
    press("More").await;
    see("Print").await;
    hit("textarea", "Escape", &[]).await;
    see_no_more("Print").await;
    assert_eq!(attribute(".launcher", "aria-expanded"), "true");
    drop(stage);
}

#[wasm_bindgen_test]
async fn a_very_long_chat_stays_small_and_whole() {
    let stage = Stage::new();
    stage.in_chat().await;
    for number in 0..1000 {
        happen("Message.Text", "Ann", &format!("number {number}"), "AGENT");
    }
    see("number 999").await;
    holds("old pages are text", || count(".page.old") > 20).await;
    assert!(count(".row") <= 425, "{} rows", count(".row"));
    assert!(count(".pages *") < 4000, "{} elements", count(".pages *"));
    let all = value(".pages", "textContent").as_string().unwrap();
    for number in 0..1000 {
        assert!(all.contains(&format!("number {number}")), "number {number}");
    }
    press("More").await;
    press("Copy everything").await;
    holds("it is copied", || copied_texts().length() == 1).await;
    assert_eq!(copied().concat().matches(" Ann: number ").count(), 1000);
}

fn copied() -> Vec<String> {
    copied_texts()
        .iter()
        .filter_map(|text| text.as_string())
        .collect()
}
