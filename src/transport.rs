//! One POST, and the guard that takes it back.
//!
//! Straight on `fetch`: gloo-net builds two `Request`s and a `URL` for each call and costs 2.4 KB (brotli).

use gms_chat_protocol::{Failure, Reply, Request};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, AbortSignal, Headers, RequestCredentials, RequestInit, Response};

use crate::config::Credentials;
use crate::page::window;

/// A request under way. Dropping it aborts the request; its end is then not told.
#[must_use = "dropping a pending request aborts it"]
pub(crate) struct Pending(Option<AbortController>);

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
    end: impl FnOnce(Result<Reply, Failure>) + 'static,
) -> Pending {
    let controller = AbortController::new().ok();
    let signal = controller.as_ref().map(AbortController::signal);
    spawn_local(async move {
        let answer = exchange(request, credentials, signal.as_ref()).await;
        if !signal.is_some_and(|signal| signal.aborted()) {
            end(answer);
        }
    });
    Pending(controller)
}

async fn exchange(
    request: Request,
    credentials: Credentials,
    signal: Option<&AbortSignal>,
) -> Result<Reply, Failure> {
    let fetch = fetch(&request, credentials, signal).map_err(|_| Failure::Network)?;
    let response: Response = JsFuture::from(fetch)
        .await
        .map_err(|_| Failure::Network)?
        .unchecked_into();
    let retry_after = response.headers().get("retry-after").ok().flatten();
    let text = response.text().map_err(|_| Failure::Truncated)?;
    let body = JsFuture::from(text).await.map_err(|_| Failure::Truncated)?;
    Ok(Reply {
        status: response.status(),
        retry_after,
        body: body.as_string().unwrap_or_default(),
    })
}

fn fetch(
    request: &Request,
    credentials: Credentials,
    signal: Option<&AbortSignal>,
) -> Result<js_sys::Promise, JsValue> {
    let headers = Headers::new()?;
    headers.set("Content-Type", request.content_type)?;
    if let Some(user) = &request.gms_user {
        headers.set("gms_user", user)?;
    }
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
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
    Ok(window()
        .fetch_with_str_and_init(&request.url, &init)
        .unchecked_into())
}
