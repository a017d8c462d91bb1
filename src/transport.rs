//! One POST, and the guard that takes it back.
//!
//! The request is put together here and sent by gloo-net: its own builder knows no `keepalive`, makes a `URL` and
//! a second `Request` for each call, and costs 2 KB (brotli) more.

use gloo_net::http;
use gms_chat_protocol::{Failure, Reply, Request, decimal};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, AbortSignal, RequestCredentials, RequestInit};

use crate::config::Credentials;
use crate::front::Host;
use crate::page;

/// A request under way. Dropping it aborts the request; its end is then not told.
#[must_use = "dropping a pending request aborts it"]
pub(crate) struct Pending(Option<AbortController>);

impl Pending {
    /// It has ended: there is nothing to take back, and asking for that would cost as much as drawing a row.
    pub(crate) fn ended(mut self) {
        self.0 = None;
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}

/// Starts a POST and tells its end once, unless the guard was dropped before.
pub(crate) fn post(
    request: Request,
    credentials: Credentials,
    host: Host,
    end: impl FnOnce(Result<Reply, Failure>) + 'static,
) -> Pending {
    let controller = AbortController::new().ok();
    let signal = controller.as_ref().map(AbortController::signal);
    spawn_local(async move {
        let answer = exchange(request, credentials, &host, signal.as_ref()).await;
        if !signal.is_some_and(|signal| signal.aborted()) {
            end(answer);
        }
    });
    Pending(controller)
}

async fn exchange(
    request: Request,
    credentials: Credentials,
    host: &Host,
    signal: Option<&AbortSignal>,
) -> Result<Reply, Failure> {
    let mut refresh = false;
    let (response, is_dressed) = loop {
        let prepared = prepare(&request, credentials, signal).map_err(|_| Failure::Network)?;
        let dressing = host.dress(&prepared, refresh);
        let is_dressed = dressing.is_some();
        if let Some(dressing) = dressing {
            // What is wrong with the headers, the page has been told.
            JsFuture::from(dressing)
                .await
                .map_err(|_| Failure::Network)?;
        }
        let sent = http::Request::from(prepared).send().await;
        let response = sent.map_err(|_| Failure::Network)?;
        // Once: a page whose fresh headers are refused too is told like any other.
        if refresh || !is_dressed || response.status() != 401 {
            break (response, is_dressed);
        }
        refresh = true;
    };
    let retry_after = response.headers().get("retry-after").map(in_seconds);
    let body = response.text().await.map_err(|_| Failure::Truncated)?;
    let status = response.status();
    if is_dressed {
        host.answered(&request.url, status, &body);
    }
    Ok(Reply {
        status,
        retry_after,
        body,
    })
}

/// What `Retry-After` names, in seconds: it may be a date, and the session knows no calendar.
fn in_seconds(wish: String) -> String {
    // The time of a date has colons.
    match wish.contains(':') {
        true => decimal(page::seconds_until(&wish)),
        false => wish,
    }
}

fn prepare(
    request: &Request,
    credentials: Credentials,
    signal: Option<&AbortSignal>,
) -> Result<web_sys::Request, JsValue> {
    let headers = http::Headers::new();
    headers.set("Content-Type", request.content_type);
    if let Some(user) = &request.gms_user {
        headers.set("gms_user", user);
    }
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers.into_raw());
    init.set_body(&JsValue::from_str(&request.body));
    init.set_signal(signal);
    init.set_credentials(match credentials {
        Credentials::SameOrigin => RequestCredentials::SameOrigin,
        Credentials::Include => RequestCredentials::Include,
        Credentials::Omit => RequestCredentials::Omit,
    });
    if request.keepalive {
        js_sys::Reflect::set(&init, &"keepalive".into(), &true.into())?;
    }
    web_sys::Request::new_with_str_and_init(&request.url, &init)
}
