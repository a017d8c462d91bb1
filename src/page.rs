//! What the page lends: its clock, its random numbers, its events.

use gloo_timers::callback::Timeout;
use gms_chat_protocol::{Moment, PageEvent};
use js_sys::Date;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, EventTarget, Window};

/// The window of the page. Everything here runs in one.
pub(crate) fn window() -> Window {
    leptos::tachys::dom::window()
}

/// Now, on a clock that never goes back.
pub(crate) fn now() -> Moment {
    let millis = clock();
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "milliseconds since the page began are far below 2^53 and never negative"
    )]
    Moment::from_millis(millis as u64)
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "moments of this age and offsets of hours are whole numbers far below 2^53"
)]
/// What the visitor's clock shows at a moment, both in milliseconds since 1970.
pub(crate) fn local(at: u64) -> u64 {
    let date = Date::new(&JsValue::from_f64(at as f64));
    at.saturating_add_signed(-(date.get_timezone_offset() as i64) * 60_000)
}

/// The moment by the visitor's calendar, in milliseconds since 1970.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number far below 2^53"
)]
pub(crate) fn today() -> u64 {
    Date::now() as u64
}

/// How long until a date as HTTP writes it; 0 if it is past, or none.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is negative or no number becomes 0"
)]
pub(crate) fn seconds_until(date: &str) -> u64 {
    let at = Date::new(&JsValue::from_str(date)).get_time();
    ((at - Date::now()) / 1000.0).ceil() as u64
}

/// The page's clock in milliseconds, as scripts read it.
pub(crate) fn clock() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

/// Unguessable bytes.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Ok(crypto) = window().crypto() {
        let filled = crypto.get_random_values_with_u8_array(&mut bytes);
        debug_assert!(filled.is_ok(), "fewer than 65,536 bytes are always given");
    }
    bytes
}

/// Does something later, unless the timeout is dropped before. One compiled copy for all that wait.
#[inline(never)]
pub(crate) fn later(millis: u32, what: Box<dyn FnOnce()>) -> Timeout {
    Timeout::new(millis, what)
}

/// Whether the page can be seen.
pub(crate) fn is_visible() -> bool {
    window()
        .document()
        .is_none_or(|document| !document.hidden())
}

/// An event listener that ends when it is dropped.
#[must_use = "dropping a listener takes it away"]
pub(crate) struct Listener {
    target: EventTarget,
    name: &'static str,
    closure: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Calls `heard` for each event of this name at `target`.
    pub(crate) fn new(
        target: &EventTarget,
        name: &'static str,
        heard: Box<dyn FnMut(Event)>,
    ) -> Self {
        let closure = Closure::wrap(heard);
        let added = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
        debug_assert!(added.is_ok(), "listeners can always be added");
        Self {
            target: target.clone(),
            name,
            closure,
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let callback = self.closure.as_ref().unchecked_ref();
        let removed = self
            .target
            .remove_event_listener_with_callback(self.name, callback);
        debug_assert!(removed.is_ok(), "listeners can always be removed");
    }
}

/// Reports what happens to the page until the listeners are dropped.
pub(crate) fn watch(report: impl Fn(PageEvent) + Clone + 'static) -> Vec<Listener> {
    let window = window();
    let at_window = |name, event| {
        let report = report.clone();
        Listener::new(&window, name, Box::new(move |_| report(event)))
    };
    let mut listeners = vec![
        at_window("online", PageEvent::Online),
        at_window("offline", PageEvent::Offline),
    ];
    if let Some(document) = window.document() {
        let stopped = report.clone();
        listeners.push(Listener::new(
            &document,
            "freeze",
            Box::new(move |_| stopped(PageEvent::Frozen)),
        ));
        let seen = report.clone();
        listeners.push(Listener::new(
            &document,
            "visibilitychange",
            Box::new(move |_| {
                seen(if is_visible() {
                    PageEvent::Visible
                } else {
                    PageEvent::Hidden
                });
            }),
        ));
    }
    if !is_visible() {
        report(PageEvent::Hidden);
    }
    listeners
}
