//! What stands on the screen of a tab, and what its page knows.

use fantoccini::wd::WindowHandle;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::judge::{Fated, Line, Who};

const ROOT: &str = "
const chat = document.querySelector('gms-chat');
const root = chat?.shadowRoot;";
const STATE: &str = "return { state: chat?.state ?? null, service: window.soak?.service ?? null, end: window.soak?.end ?? null };";
const BOX: &str = "return root?.querySelector('textarea:not(:disabled)') ?? null;";
const DRAFT: &str = "return root?.querySelector('textarea')?.value ?? '';";
const SUBJECT: &str = "return root?.querySelector('#subject') ?? null;";
const LINES: &str = "
const fate = (row) =>
  !row.querySelector('.told') ? 'sent'
  : !row.querySelector('.failed') ? 'open'
  : row.querySelector('.fate').textContent.startsWith('Not sent') ? 'failed' : 'unproven';
const drawn = (row) => row.matches('[part~=message]')
  ? [[row.matches('[part~=message-mine]'), row.querySelector('[part~=bubble]').textContent, fate(row)]]
  : row.textContent.startsWith('Some messages are missing here') ? [null] : [];
return [...root.querySelectorAll('[role=log] .row')].flatMap(drawn);";
const HEAP: &str =
    "return window.soak.memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);";

/// How the chat of a page stands.
#[derive(Debug)]
pub(super) struct State {
    /// The element's own word for it; `none` on a page without one.
    pub(super) state: String,
    /// The service that was asked for last.
    pub(super) service: Option<String>,
    /// Whose the end was, if there was one.
    pub(super) end: Option<String>,
}

/// Reads it.
pub(super) async fn state(browser: &Browser) -> Result<State, String> {
    let seen = browser.look(&[ROOT, STATE].concat()).await?;
    let text = |name: &str| seen[name].as_str().map(str::to_owned);
    Ok(State {
        state: text("state").unwrap_or_else(|| "none".to_owned()),
        service: text("service"),
        end: text("end"),
    })
}

/// The lines of the chat.
pub(super) async fn lines(browser: &Browser) -> Result<Vec<Line>, String> {
    let drawn = browser.look(&[ROOT, LINES].concat()).await?;
    Ok(drawn.as_array().into_iter().flatten().map(line).collect())
}

/// What stands in the composer.
pub(super) async fn draft(browser: &Browser) -> Result<Value, String> {
    browser.look(&[ROOT, DRAFT].concat()).await
}

/// Runs a script that knows the element as `chat` and its inside as `root`.
pub(super) async fn press(browser: &Browser, script: &str) -> Result<(), String> {
    browser.look(&[ROOT, script].concat()).await.map(drop)
}

/// Presses keys in the composer. False when there is none.
pub(super) async fn write(browser: &Browser, keys: &str) -> Result<bool, String> {
    browser.type_into(&[ROOT, BOX].concat(), keys).await
}

/// Presses keys in the form's field for the subject. False when there is none.
pub(super) async fn fill_in(browser: &Browser, keys: &str) -> Result<bool, String> {
    browser.type_into(&[ROOT, SUBJECT].concat(), keys).await
}

/// Bytes of the heap and of the wasm's memory, after a collection of garbage.
pub(super) async fn weigh(
    browser: &Browser,
    window: &WindowHandle,
) -> Result<[Option<f64>; 2], String> {
    browser.turn_to(window).await?;
    // What a finaliser lets go is collected by the next run.
    for _ in 0..3 {
        browser
            .devtools("HeapProfiler.collectGarbage", json!({}))
            .await?;
    }
    let heap = browser.devtools("Runtime.getHeapUsage", json!({})).await?;
    let wasm = browser.look(HEAP).await?;
    // Before the window was opened there is none.
    let wasm = wasm.as_f64().filter(|bytes| *bytes > 0.0);
    Ok([heap["usedSize"].as_f64(), wasm])
}

fn line(drawn: &Value) -> Line {
    let (Some(mine), Some(text)) = (drawn[0].as_bool(), drawn[1].as_str()) else {
        return Line::Gap;
    };
    let who = if mine { Who::Visitor } else { Who::Agent };
    let fate = match drawn[2].as_str() {
        Some("sent") => Fated::Sent,
        Some("failed") => Fated::Failed,
        Some("unproven") => Fated::Unproven,
        Some(_) | None => Fated::Open,
    };
    Line::Said(who, text.to_owned(), fate)
}
