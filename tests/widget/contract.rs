//! What a page can rely on: properties, late listeners, lines of its own, the form's word on a start, its own buttons.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use crate::stage::*;

/// Runs a script of the page's; `chat` is its element. The answer of a promise, as JSON; of a refusal the code.
async fn script(text: &str) -> String {
    let body = format!(
        "const chat = document.querySelector('gms-chat');
         return (async () => {{ {text} }})().then((answer) => JSON.stringify(answer) ?? 'done', (error) => error.code ?? String(error));"
    );
    let promise: Promise = Function::new_no_args(&body)
        .call0(&JsValue::UNDEFINED)
        .unwrap()
        .unchecked_into();
    JsFuture::from(promise).await.unwrap().as_string().unwrap()
}

fn property(element: &HtmlElement, name: &str) -> JsValue {
    Reflect::get(element, &name.into()).unwrap()
}

#[wasm_bindgen_test]
async fn properties_and_attributes_say_the_same() {
    let stage = Stage::new();
    let element = stage.element(&[("first-name", "Ada"), ("enter-sends", "off"), ("debug", "")]);
    assert_eq!(property(&element, "firstName"), "Ada");
    assert_eq!(property(&element, "enterSends"), false);
    assert_eq!(property(&element, "debug"), true);
    assert!(property(&element, "idleAlert").is_null());
    let told = script(
        "chat.lastName = 'Lovelace'; chat.maxMessageLength = 70; chat.exposeText = true; chat.debug = false; chat.firstName = null;
         const names = ['last-name', 'max-message-length', 'expose-text', 'debug', 'first-name'];
         return [...names.map((name) => chat.getAttribute(name)), chat.maxMessageLength, chat.exposeText, chat.debug, 'fieldMap' in chat]",
    )
    .await;
    assert_eq!(
        told,
        r#"["Lovelace","70","true","false",null,70,true,false,true]"#
    );
}

#[wasm_bindgen_test]
async fn what_is_a_command_too_can_be_set_as_frameworks_do() {
    let stage = Stage::new();
    stage.element(&[]);
    let told = script("chat.open = true; chat.invite = 'Hello'; return [chat.getAttribute('invite'), typeof chat.open, typeof chat.invite]").await;
    assert_eq!(told, r#"["Hello","function","function"]"#);
    see("How can we help?").await;
    assert_eq!(
        script("chat.open = false; return chat.hasAttribute('open')").await,
        "false"
    );
    see_no_more("How can we help?").await;
    assert_eq!(script("return chat.open()").await, "true");
}

#[wasm_bindgen_test]
async fn what_is_no_text_stays_a_property() {
    let stage = Stage::new();
    let element = stage.element(&[]);
    let told = script(
        "chat.data = { tier: 'gold' }; chat.headers = () => ({ authorization: 'x' }); chat.messages = { 'form.submit': 'Go' };
         chat.options = { subject: 'Router' };
         return [chat.data.tier, typeof chat.headers, chat.hasAttribute('data'), chat.hasAttribute('headers')]",
    )
    .await;
    assert_eq!(told, r#"["gold","function",false,false]"#);
    press("Chat with us").await;
    press("Go").await;
    see("Finding someone").await;
    assert!(asked("/ixn/chat").concat().contains("tier=gold"));
    drop(element);
}

#[wasm_bindgen_test]
async fn what_was_set_before_the_element_was_one_counts() {
    let stage = Stage::new();
    // An element of a document without a window is none of ours yet.
    script(
        "const early = document.implementation.createHTMLDocument().createElement('gms-chat');
         Object.assign(early, { endpoint: '/genesys', delivery: 'cometd', subject: 'Router', data: { tier: 'gold' }, options: { firstName: 'Ada' } });
         document.body.append(early);",
    )
    .await;
    let told = script(
        "return [chat.getAttribute('endpoint'), chat.getAttribute('subject'), Object.hasOwn(chat, 'subject'), chat.data.tier]",
    )
    .await;
    assert_eq!(told, r#"["/genesys","Router",false,"gold"]"#);
    press("Chat with us").await;
    press("Start chat").await;
    see("Finding someone").await;
    let sent = asked("/ixn/chat").concat();
    assert!(
        sent.contains("firstName=Ada") && sent.contains("tier=gold"),
        "{sent}"
    );
    drop(stage);
}

#[wasm_bindgen_test]
async fn who_comes_late_is_told_that_it_is_ready() {
    let stage = Stage::new();
    stage.element(&[]);
    let told = script(
        "const told = [];
         const hear = (event) => told.push(event.type + ' ' + event.target.localName);
         await gmsChat('on', 'ready', hear);
         await gmsChat('once', 'ready', () => told.push('once'));
         await null;
         document.body.append(Object.assign(document.createElement('gms-chat'), { endpoint: '/other' }));
         await gmsChat('off', 'ready', hear);
         document.body.append(Object.assign(document.createElement('gms-chat'), { endpoint: '/third' }));
         return told",
    )
    .await;
    assert_eq!(
        told,
        r#"["gms-chat-ready gms-chat","once","gms-chat-ready gms-chat"]"#
    );
    assert_eq!(script("await gmsChat('on', 'ready')").await, "bad_argument");
}

#[wasm_bindgen_test]
async fn a_line_of_the_page_stands_in_the_transcript_and_goes_nowhere() {
    let stage = Stage::new();
    stage.element(&[]);
    let noting = "await chat.notify({ text: '<b>Prices</b> are those of today', tone: 'warning' })";
    assert_eq!(script(noting).await, "no_session");
    press("Chat with us").await;
    fill("#subject", "Router").await;
    press("Start chat").await;
    see("Finding someone for you").await;
    happen("Notice.Joined", "Ann", "has joined", "AGENT");
    see("You are talking to Ann").await;
    holds("a connect is held", is_held).await;
    let sent = requests();
    assert_eq!(script(noting).await, "done");
    see_in("[part~=note-warning]", "<b>Prices</b> are those of today").await;
    see_in("[part~=note]", "Note from this website").await;
    assert_eq!(texts("[part~=note] b"), [""; 0]);
    // Said once, politely.
    let spoken = said("<b>Prices</b> are those of today").await;
    assert!(
        spoken.ends_with("Note from this website: <b>Prices</b> are those of today"),
        "{spoken}"
    );
    assert_eq!(requests(), sent);
    for nonsense in [
        "",
        "'text'",
        "{}",
        "{ text: ' ' }",
        "{ text: 7 }",
        "{ text: 'x', tone: 'loud' }",
    ] {
        let refused = script(&format!("await chat.notify({nonsense})")).await;
        assert_eq!(refused, "bad_argument", "{nonsense}");
    }
    let lines =
        script("return (await chat.getTranscript()).map(({ type, text }) => type + ' ' + text)")
            .await;
    assert!(lines.contains("note <b>Prices</b>"), "{lines}");
    // Another language has it too, and so has a copy.
    press("More").await;
    press("Copy everything").await;
    holds("it is copied", || copied_texts().length() == 1).await;
    let copied = copied_texts().get(0).as_string().unwrap();
    assert!(
        copied.contains("Note from this website: <b>Prices</b> are those of today"),
        "{copied}"
    );
}

#[wasm_bindgen_test]
async fn a_line_of_the_page_is_not_unread() {
    let stage = Stage::new();
    stage.in_chat().await;
    press("Minimise").await;
    assert_eq!(script("await chat.notify({ text: 'x' })").await, "done");
    assert_eq!(stage.details("unreadchange").len(), 0);
    assert_eq!(texts(".badge"), [""; 0]);
}

#[wasm_bindgen_test]
async fn a_start_without_what_the_form_demands_is_refused_with_its_fields() {
    let stage = Stage::new();
    let element = stage.element(&[(
        "fields",
        r#"[{"name":"subject"},{"name":"email","required":true},{"name":"terms","type":"consent","label":"I agree"},{"name":"tier","required":true}]"#,
    )]);
    let fields = "return chat.start({ user: { email: 'ada' } }).catch((error) => [error.code, ...error.fields])";
    assert_eq!(
        script(fields).await,
        r#"["form_invalid","subject","email","terms","tier"]"#
    );
    assert_eq!(
        stage.details("forminvalid"),
        [r#"{"fields":["subject","email","terms","tier"]}"#]
    );
    assert_eq!(requests(), 0);
    let given = "return chat.start({ user: { subject: 'x', email: 'a@b.c', terms: true }, data: { tier: 'gold' } }).then(() => chat.state)";
    assert_eq!(script(given).await, r#""waiting""#);
    let sent = asked("/ixn/chat").concat();
    assert!(
        sent.contains("tier=gold") && sent.contains("terms=true"),
        "{sent}"
    );
    drop(element);
}

#[wasm_bindgen_test]
async fn a_start_may_leave_the_form_out() {
    let stage = Stage::new();
    stage.element(&[("validate", "")]);
    let checked = "chat.validate = ({ subject }) => (subject == 'ok' ? {} : { subject: 'no' }); return chat.start({ user: { subject: 'x' } })";
    assert_eq!(script(checked).await, "form_invalid");
    let started =
        "return chat.start({ user: { subject: 'x' }, skipForm: true }).then(() => chat.state)";
    assert_eq!(script(started).await, r#""waiting""#);
}

#[wasm_bindgen_test]
async fn the_page_hears_of_the_form() {
    let stage = Stage::new();
    stage.element(&[("expose-text", "")]);
    press("Chat with us").await;
    see("How can we help?").await;
    assert_eq!(stage.details("formshow"), ["{}"]);
    press("Start chat").await;
    see("Please say in a few words").await;
    assert_eq!(stage.details("forminvalid"), [r#"{"fields":["subject"]}"#]);
    fill("#subject", "Router").await;
    press("Start chat").await;
    see("Finding someone").await;
    let submitted = stage.details("formsubmit").concat();
    assert!(submitted.contains(r#""subject":"Router""#), "{submitted}");
}

#[wasm_bindgen_test]
async fn a_listener_may_stop_a_message() {
    let stage = Stage::new();
    stage.in_chat().await;
    script("chat.addEventListener('gms-chat-beforesend', (event) => event.preventDefault(), { once: true })").await;
    fill("textarea", "not this").await;
    hit("textarea", "Enter", &[]).await;
    holds("the text is back", || {
        value("textarea", "value") == "not this"
    })
    .await;
    assert_eq!(asked("/send").len(), 0);
    hit("textarea", "Enter", &[]).await;
    see_in(".mine .bubble", "not this").await;
    assert_eq!(
        stage.details("beforesend"),
        [r#"{"length":8}"#, r#"{"length":8}"#]
    );
    let stopped = "chat.addEventListener('gms-chat-beforesend', (event) => event.preventDefault()); await chat.send('nor this')";
    assert_eq!(script(stopped).await, "vetoed");
}

#[wasm_bindgen_test]
async fn the_visitor_may_be_asked_before_the_page_ends_the_chat() {
    let stage = Stage::new();
    stage.in_chat().await;
    let ending = script("return (await chat.end({ confirm: true })).reason");
    let staying = async {
        see("End this chat?").await;
        press("Keep chatting").await;
    };
    assert_eq!(beside(ending, staying).await, "declined");
    let ending = script("return (await chat.end({ confirm: true })).reason");
    let leaving = async {
        see("End this chat?").await;
        press_in(".question .danger").await;
    };
    assert_eq!(beside(ending, leaving).await, r#""user""#);
    drop(stage);
}

/// Both, one beside the other.
async fn beside<A: 'static>(
    one: impl Future<Output = A> + 'static,
    other: impl Future<Output = ()>,
) -> A {
    let slot = Rc::new(RefCell::new(None));
    let filled = Rc::clone(&slot);
    wasm_bindgen_futures::spawn_local(async move {
        let answer = one.await;
        filled.replace(Some(answer));
    });
    other.await;
    let there = Rc::clone(&slot);
    holds("the command is answered", move || there.borrow().is_some()).await;
    slot.take().unwrap()
}

#[wasm_bindgen_test]
async fn buttons_of_the_page_open_and_close() {
    let stage = Stage::new();
    stage.element(&[("launcher", "none")]);
    let body = document().body().unwrap();
    let button: HtmlElement = document()
        .create_element("button")
        .unwrap()
        .unchecked_into();
    button.set_attribute("data-gms-chat-open", "").unwrap();
    body.append_child(&button).unwrap();
    let expanded = || button.get_attribute("aria-expanded").unwrap_or_default();
    button.focus().unwrap();
    button.click();
    see("How can we help?").await;
    assert_eq!(expanded(), "true");
    assert_eq!(stage.details("open"), [r#"{"by":"user"}"#]);
    // The focus goes back to where it came from.
    press("Minimise").await;
    see_no_more("How can we help?").await;
    assert_eq!(expanded(), "false");
    let active = document().active_element();
    assert!(active.is_some_and(|active| active == *button));
    button.click();
    see("How can we help?").await;
    button.click();
    see_no_more("How can we help?").await;
    button.remove();
}

#[wasm_bindgen_test]
async fn a_chat_that_another_page_has_left_waits_for_consent() {
    let stage = Stage::new();
    let element = stage.in_chat().await;
    element.remove();
    holds("the chat is left", || kept_keys() == "gms-chat:/genesys").await;
    let before = requests();
    let next = stage.element(&[("consent", "required")]);
    script("await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))")
        .await;
    assert_eq!((texts(".panel").len(), requests()), (0, before));
    next.set_attribute("consent", "granted").unwrap();
    see("You are talking to Ann").await;
    let opened = stage.details("open");
    assert_eq!(
        opened.last().map(String::as_str),
        Some(r#"{"by":"restore"}"#)
    );
}

#[wasm_bindgen_test]
async fn what_cannot_be_taken_up_is_told() {
    let stage = Stage::new();
    keep("gms-chat:/genesys", "1:wrong:{}");
    stage.element(&[]);
    holds("the page is told", || kept_keys().is_empty()).await;
    assert_eq!(
        stage.details("restorefailed"),
        [r#"{"reason":"unreadable"}"#]
    );
}

#[wasm_bindgen_test]
async fn the_page_hears_how_the_queue_is() {
    let stage = Rc::new(Stage::new());
    stage.element(&[("subject", "Router")]);
    press("Chat with us").await;
    press("Start chat").await;
    see("Waiting time").await;
    assert_eq!(stage.details("queue"), [r#"{"elapsed":0}"#]);
    script("await chat.setQueueInfo({ position: 3, wait: 120 })").await;
    let told = Rc::clone(&stage);
    holds("the place is told", move || {
        told.details("queue").len() == 2
    })
    .await;
    let told = stage.details("queue").pop().unwrap();
    assert!(told.ends_with(r#""position":3,"wait":120}"#), "{told}");
}

#[wasm_bindgen_test]
async fn the_history_can_be_cleared() {
    let stage = Stage::new();
    stage.in_chat().await;
    assert_eq!(script("await chat.clearHistory()").await, "already_active");
    assert_eq!(
        script("await chat.end(); await chat.clearHistory(); return chat.getTranscript()").await,
        "[]"
    );
    assert_eq!(kept_keys(), "");
}

#[wasm_bindgen_test]
async fn typing_is_told_only_where_the_page_wants_it() {
    let stage = Stage::new();
    let element = stage.in_chat_with(&[("typing", "off")]).await;
    let heard = Rc::new(Cell::new(false));
    let hears = Closure::<dyn Fn()>::new({
        let heard = Rc::clone(&heard);
        move || heard.set(true)
    });
    element
        .add_event_listener_with_callback("gms-chat-typingchange", hears.as_ref().unchecked_ref())
        .unwrap();
    fill("textarea", "hel").await;
    happen("Notice.TypingStarted", "Ann", "is typing", "AGENT");
    holds("the page is told", {
        let heard = Rc::clone(&heard);
        move || heard.get()
    })
    .await;
    assert_eq!(texts("[part=typing]"), [""; 0]);
    say("hello").await;
    see_in(".mine .bubble", "hello").await;
    assert_eq!(asked("/startTyping").len(), 0);
}

#[wasm_bindgen_test]
async fn the_page_has_a_word_on_links() {
    let stage = Stage::new();
    stage.in_chat().await;
    script("window.opened = []; chat.onLink = (url) => (opened.push(url), url.includes('stop') ? false : 'https://b.example/')").await;
    happen(
        "Message.Text",
        "Ann",
        "see https://a.example/stop or https://a.example/go",
        "AGENT",
    );
    see_in("a", "https://a.example/go").await;
    let told = script(
        "const [stop, go] = chat.shadowRoot.querySelectorAll('.bubble a');
         const told = [];
         const end = new AbortController();
         addEventListener('click', (event) => { told.push(event.defaultPrevented); event.preventDefault(); }, end);
         stop.click();
         go.click();
         end.abort();
         return [...told, opened.length, go.href]",
    )
    .await;
    assert_eq!(told, r#"[true,false,2,"https://b.example/"]"#);
}
