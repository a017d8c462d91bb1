//! The stage of every story: a page with a chat element, a GMS that answers, a visitor who looks and types.

use gms_chat::{Host, mount};
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlElement};

const LOADER: &str = include_str!("../../src/loader.js");
const LAUNCHER_CSS: &str = include_str!("../../style/launcher.css");

/// The style sheets that modules carry, by the names of their files.
const SHEETS: [(&str, &str); 3] = [
    ("window.css", include_str!("../../style/window.css")),
    ("talk.css", include_str!("../../style/talk.css")),
    ("extras.css", include_str!("../../style/extras.css")),
];
/// The modules beside the wasm, by the names that its parts import each other by.
const PARTS: [(&str, &str); 41] = [
    ("agents.js", include_str!("../../src/api/agents.js")),
    ("api.js", include_str!("../../src/api.js")),
    ("commands.js", include_str!("../../src/api/commands.js")),
    ("composer.js", include_str!("../../src/api/composer.js")),
    ("debug.js", include_str!("../../src/debug.js")),
    ("fail.js", include_str!("../../src/api/fail.js")),
    ("hooks.js", include_str!("../../src/api/hooks.js")),
    ("init.js", include_str!("../../src/api/init.js")),
    ("mask.js", include_str!("../../src/api/mask.js")),
    ("own.js", include_str!("../../src/own.js")),
    ("settle.js", include_str!("../../src/api/settle.js")),
    ("extras.js", include_str!("../../src/extras.js")),
    ("archive.js", include_str!("../../src/extras/archive.js")),
    ("arrows.js", include_str!("../../src/extras/arrows.js")),
    ("copy.js", include_str!("../../src/extras/copy.js")),
    ("count.js", include_str!("../../src/extras/count.js")),
    ("early.js", include_str!("../../src/early.js")),
    ("english.js", include_str!("../../src/english.js")),
    ("fields.js", include_str!("../../src/extras/fields.js")),
    ("figures.js", include_str!("../../src/extras/figures.js")),
    ("fit.js", include_str!("../../src/extras/fit.js")),
    ("form.js", include_str!("../../src/form.js")),
    ("frame.js", include_str!("../../src/frame.js")),
    ("hours.js", include_str!("../../src/extras/hours.js")),
    ("invite.js", include_str!("../../src/extras/invite.js")),
    ("keep.js", include_str!("../../src/extras/keep.js")),
    ("names.js", include_str!("../../src/extras/names.js")),
    ("news.js", include_str!("../../src/extras/news.js")),
    ("rich.js", include_str!("../../src/extras/rich.js")),
    ("carrier.js", include_str!("../../src/carrier.js")),
    ("clock.js", include_str!("../../src/clock.js")),
    ("tabs.js", include_str!("../../src/tabs.js")),
    ("pieces.js", include_str!("../../src/pieces.js")),
    ("survive.js", include_str!("../../src/survive.js")),
    ("styles.js", include_str!("../../src/extras/styles.js")),
    ("talk.js", include_str!("../../src/extras/talk.js")),
    ("texts.js", include_str!("../../src/extras/texts.js")),
    ("wait.js", include_str!("../../src/extras/wait.js")),
    ("badge.js", include_str!("../../src/badge.js")),
    ("whole.js", include_str!("../../src/whole.js")),
    ("window.js", include_str!("../../src/window.js")),
];

/// What a visitor looks at: not the live region, which only screen readers read.
const WINDOW: &str = ".face *, .veil *";

/// The server.
#[wasm_bindgen(module = "/tests/widget/gms.js")]
extern "C" {
    fn serve();
    fn stop();
    pub(crate) fn happen(kind: &str, nickname: &str, text: &str, role: &str);
    pub(crate) fn refuse(ending: &str, status: u16);
    pub(crate) fn put_off(seconds: u32);
    pub(crate) fn grow_vague();
    #[wasm_bindgen(js_name = isHeld)]
    pub(crate) fn is_held() -> bool;
    fn bodies(ending: &str) -> Array;
    fn credentials(ending: &str) -> Array;
    pub(crate) fn requests() -> u32;
    pub(crate) fn aborted() -> u32;
    pub(crate) fn users() -> String;
    #[wasm_bindgen(js_name = keptKeys)]
    pub(crate) fn kept_keys() -> String;
    pub(crate) fn kept(key: &str) -> Option<String>;
    pub(crate) fn keep(key: &str, text: &str);
    #[wasm_bindgen(js_name = forbidStorage)]
    pub(crate) fn forbid_storage(forbid: bool);
}

/// The visitor's eyes and hands.
#[wasm_bindgen(module = "/tests/widget/visitor.js")]
extern "C" {
    #[wasm_bindgen(js_name = see, catch)]
    async fn see_at(selector: &str, text: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = seeNoMore, catch)]
    async fn see_no_more_at(selector: &str, text: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = press, catch)]
    async fn press_button(text: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = fill, catch)]
    async fn fill_field(selector: &str, text: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = hit, catch)]
    async fn hit_key(selector: &str, key: &str, more: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = holds, catch)]
    async fn until(what: &str, check: &Closure<dyn FnMut() -> bool>) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = texts)]
    fn texts_at(selector: &str) -> Array;
    pub(crate) fn style(selector: &str, name: &str) -> String;
    pub(crate) fn value(selector: &str, name: &str) -> JsValue;
    pub(crate) fn attribute(selector: &str, name: &str) -> String;
    pub(crate) fn count(selector: &str) -> u32;
    pub(crate) fn focused() -> String;
    fn listen(names: Array) -> JsValue;
    fn run(text: &str, attributes: &JsValue);
    fn provide(mount: &JsValue, parts: &JsValue);
    pub(crate) fn give(name: &str, expression: &str);
    #[wasm_bindgen(js_name = copiedTexts)]
    pub(crate) fn copied_texts() -> Array;
    #[wasm_bindgen(js_name = savedFiles)]
    pub(crate) fn saved_files() -> Array;
    #[wasm_bindgen(js_name = printedPage)]
    pub(crate) fn printed_page() -> String;
    #[wasm_bindgen(js_name = scrollUp)]
    pub(crate) fn scroll_up(pixels: i32) -> i32;
    #[wasm_bindgen(js_name = readLine)]
    pub(crate) fn read_line();
    #[wasm_bindgen(js_name = movedBy)]
    pub(crate) fn moved_by() -> f64;
    pub(crate) fn hide(is_hidden: bool);
    pub(crate) fn network(word: &str);
    pub(crate) fn notes() -> u32;
    #[wasm_bindgen(js_name = forgetInvitations)]
    pub(crate) fn forget_invitations();
    #[wasm_bindgen(js_name = pointAt, catch)]
    async fn point(selector: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = invite)]
    fn invite_by(element: &HtmlElement, text: &str, cap: u32) -> js_sys::Promise;
    pub(crate) fn failing(message: &str);
    pub(crate) fn adopt(css: &str);
    #[wasm_bindgen(js_name = holdBack)]
    pub(crate) fn hold_back() -> js_sys::Function;
    #[wasm_bindgen(js_name = isAwaited)]
    pub(crate) fn is_awaited() -> bool;
    #[wasm_bindgen(js_name = ledElsewhere)]
    pub(crate) fn led_elsewhere(endpoint: &str) -> js_sys::Function;
    #[wasm_bindgen(js_name = appearance)]
    fn appearance_of_all() -> Array;
    pub(crate) fn mark(selector: &str, place: u32);
    pub(crate) fn stir(selector: &str, name: &str);
    pub(crate) async fn frames(count: u32);
}

/// A page with a server behind it. Dropping it clears the page.
pub(crate) struct Stage {
    events: JsValue,
}

impl Stage {
    /// Every event that the element fires is remembered.
    pub(crate) fn new() -> Self {
        const EVENTS: &[&str] = &[
            "ready",
            "beforeopen",
            "open",
            "close",
            "consentrequired",
            "beforestart",
            "formshow",
            "formsubmit",
            "forminvalid",
            "beforesend",
            "restorefailed",
            "queue",
            "statechange",
            "sessionstart",
            "sessionend",
            "restored",
            "agentjoin",
            "agentleave",
            "transfer",
            "messagesent",
            "messagefailed",
            "messagereceived",
            "notice",
            "pushurl",
            "typingchange",
            "unreadchange",
            "connectionchange",
            "idlewarning",
            "invite",
            "waittimeout",
            "error",
        ];
        clear();
        serve();
        load(&[]);
        let mount = Closure::<dyn Fn(Element, Vec<String>, Host) -> JsValue>::new(
            |root: Element, options, host| mount(&root, options, host).into(),
        );
        provide(&mount.into_js_value(), &parts());
        let names = EVENTS.iter().map(|name| JsValue::from(*name)).collect();
        Self {
            events: listen(names),
        }
    }

    /// A chat element that talks to the server, with these attributes besides.
    pub(crate) fn element(&self, attributes: &[(&str, &str)]) -> HtmlElement {
        let element: HtmlElement = document()
            .create_element("gms-chat")
            .unwrap()
            .unchecked_into();
        for (name, value) in [("endpoint", "/genesys"), ("delivery", "cometd")]
            .iter()
            .chain(attributes)
        {
            element.set_attribute(name, value).unwrap();
        }
        document().body().unwrap().append_child(&element).unwrap();
        element
    }

    /// An element whose visitor is in a chat with Ann.
    pub(crate) async fn in_chat(&self) -> HtmlElement {
        self.in_chat_with(&[]).await
    }

    /// Likewise, with these attributes.
    pub(crate) async fn in_chat_with(&self, attributes: &[(&str, &str)]) -> HtmlElement {
        let element = self.element(attributes);
        press("Chat with us").await;
        fill("#subject", "Router").await;
        press("Start chat").await;
        see("Finding someone for you").await;
        happen("Notice.Joined", "Ann", "has joined", "AGENT");
        see("You are talking to Ann").await;
        element
    }

    fn lines(&self) -> Array {
        let lines = Reflect::get(&self.events, &"heard".into());
        lines.unwrap().unchecked_into()
    }

    /// What was heard so far, as `name {detail}`.
    pub(crate) fn heard(&self) -> Vec<String> {
        let heard = self.lines();
        heard.iter().filter_map(|line| line.as_string()).collect()
    }

    /// The details of every event of this name.
    pub(crate) fn details(&self, name: &str) -> Vec<String> {
        let of = |line: &String| Some(line.strip_prefix(name)?.strip_prefix(' ')?.to_owned());
        self.heard().iter().filter_map(of).collect()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let end: js_sys::Function = Reflect::get(&self.events, &"end".into())
            .unwrap()
            .unchecked_into();
        end.call0(&self.events).unwrap();
        hide(false);
        clear();
        stop();
    }
}

/// The texts of the extras' parts by their names.
fn parts() -> JsValue {
    let parts = Object::new();
    for (name, text) in PARTS.into_iter().chain(SHEETS) {
        Reflect::set(&parts, &name.into(), &text.into()).unwrap();
    }
    parts.into()
}

/// A test that failed leaves its things behind.
fn clear() {
    while let Some(element) = document().query_selector("gms-chat").unwrap() {
        // Nothing is left for the next test.
        drop(element.set_attribute("persist", "none"));
        element.remove();
    }
    adopt("");
}

pub(crate) fn document() -> web_sys::Document {
    web_sys::window().unwrap().document().unwrap()
}

/// Runs the loader from a script tag with these attributes.
pub(crate) fn load(attributes: &[(&str, &str)]) {
    let css: String = js_sys::JSON::stringify(&LAUNCHER_CSS.into())
        .unwrap()
        .into();
    let loader = LOADER.replace(
        "const LAUNCHER_CSS = \"\";",
        &format!("const LAUNCHER_CSS = {css};"),
    );
    assert_ne!(
        loader, LOADER,
        "the loader has a place for the launcher's styles"
    );
    let tag = Object::new();
    for (name, value) in attributes {
        Reflect::set(&tag, &(*name).into(), &(*value).into()).unwrap();
    }
    run(&loader, &tag);
}

/// Waits until this text stands in the window.
pub(crate) async fn see(text: &str) {
    done(see_at(WINDOW, text).await);
}

/// Waits until an element that fits this selector holds the text.
pub(crate) async fn see_in(selector: &str, text: &str) {
    done(see_at(selector, text).await);
}

/// Waits until this text is gone.
pub(crate) async fn see_no_more(text: &str) {
    done(see_no_more_at(WINDOW, text).await);
}

/// Presses the button of this name.
pub(crate) async fn press(name: &str) {
    done(press_button(name).await);
}

/// Presses what fits this selector.
pub(crate) async fn press_in(selector: &str) {
    let target: HtmlElement = done(see_at(selector, "").await).unchecked_into();
    target.click();
}

/// Types a text into a field, over what was there.
pub(crate) async fn fill(selector: &str, text: &str) {
    done(fill_field(selector, text).await);
}

/// Presses a key; whether the window left it to the browser.
pub(crate) async fn hit(selector: &str, key: &str, more: &[(&str, bool)]) -> bool {
    let init = Object::new();
    for (name, value) in more {
        Reflect::set(&init, &(*name).into(), &(*value).into()).unwrap();
    }
    done(hit_key(selector, key, &init).await).is_truthy()
}

/// Moves the pointer there.
pub(crate) async fn point_at(selector: &str) {
    done(point(selector).await);
}

/// The page invites the visitor; whether he accepts. The invitation stands before this is awaited.
pub(crate) fn invite(element: &HtmlElement, text: &str, cap: u32) -> impl Future<Output = bool> {
    let answer = JsFuture::from(invite_by(element, text, cap));
    async move { done(answer.await).is_truthy() }
}

/// Writes a message and sends it with Enter.
pub(crate) async fn say(text: &str) {
    fill("textarea", text).await;
    hit("textarea", "Enter", &[]).await;
}

/// All that a screen reader was told last, as soon as `text` is in it.
pub(crate) async fn said(text: &'static str) -> String {
    let region = || value("[aria-live=polite]", "textContent").as_string();
    let has = move || region().is_some_and(|all| all.contains(text));
    holds(&["a screen reader is told: ", text].concat(), has).await;
    region().unwrap_or_default()
}

/// Waits until something is so.
pub(crate) async fn holds(what: &str, check: impl FnMut() -> bool + 'static) {
    let check = Closure::new(check);
    done(until(what, &check).await);
}

/// The visible texts at a selector.
pub(crate) fn texts(selector: &str) -> Vec<String> {
    texts_at(selector)
        .iter()
        .filter_map(|text| text.as_string())
        .collect()
}

/// What has a place in the window, thing by thing.
pub(crate) fn appearance() -> Vec<String> {
    let all = appearance_of_all();
    all.iter().filter_map(|thing| thing.as_string()).collect()
}

/// The bodies of the requests whose path ends like this.
pub(crate) fn asked(ending: &str) -> Vec<String> {
    bodies(ending)
        .iter()
        .filter_map(|body| body.as_string())
        .collect()
}

/// The `Authorization` of the requests whose path ends like this.
pub(crate) fn credentials_of(ending: &str) -> Vec<String> {
    let all = credentials(ending);
    all.iter().filter_map(|text| text.as_string()).collect()
}

fn done(outcome: Result<JsValue, JsValue>) -> JsValue {
    match outcome {
        Ok(value) => value,
        Err(wrong) => {
            let error: js_sys::Error = wrong.unchecked_into();
            wasm_bindgen::throw_str(&String::from(error.message()))
        }
    }
}
