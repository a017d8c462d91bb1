//! One POST, and the guard that takes it back.

use gloo_net::http::{self, Response};
use gms_chat_protocol::{Failure, Reply, Request};
use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortController, RequestCredentials, RequestInit};

use crate::config::Credentials;

/// A request under way. Dropping it aborts the request; its end is then not told.
#[must_use = "dropping a pending request aborts it"]
pub(crate) struct Pending {
    controller: Option<AbortController>,
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some(controller) = &self.controller {
            controller.abort(); // No reason: gloo-net panics on one that is not an Error.
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
    Pending { controller }
}

async fn exchange(
    request: Request,
    credentials: Credentials,
    signal: Option<&web_sys::AbortSignal>,
) -> Result<Reply, Failure> {
    let response = send(request, credentials, signal)
        .await
        .map_err(|_| Failure::Network)?;
    let retry_after = response.headers().get("retry-after");
    let body = response.text().await.map_err(|_| Failure::Truncated)?;
    Ok(Reply {
        status: response.status(),
        retry_after,
        body,
    })
}

async fn send(
    request: Request,
    credentials: Credentials,
    signal: Option<&web_sys::AbortSignal>,
) -> Result<Response, gloo_net::Error> {
    let mut builder = http::Request::post(&request.url)
        .header("Content-Type", request.content_type)
        .credentials(match credentials {
            Credentials::SameOrigin => RequestCredentials::SameOrigin,
            Credentials::Include => RequestCredentials::Include,
            Credentials::Omit => RequestCredentials::Omit,
        })
        .abort_signal(signal);
    if let Some(user) = &request.gms_user {
        builder = builder.header("gms_user", user);
    }
    let mut prepared = builder.body(request.body)?;
    if request.keepalive {
        prepared = outliving(prepared);
    }
    prepared.send().await
}

/// The same request, allowed to outlive the page. gloo-net has no word for that.
fn outliving(request: http::Request) -> http::Request {
    let init = RequestInit::new();
    let keepalive = js_sys::Reflect::set(&init, &"keepalive".into(), &true.into());
    debug_assert!(keepalive.is_ok(), "an init takes any member");
    let raw: web_sys::Request = request.into();
    web_sys::Request::new_with_request_and_init(&raw, &init)
        .unwrap_or(raw)
        .into()
}
