//! One POST, and the guard that takes it back.
//!
//! `XMLHttpRequest` hands a whole answer over in one event, where `fetch` takes a turn of the page's loop for the head
//! and another for the body (docs/delivery-bench.md). What only `fetch` can do goes by `fetch`: to outlive the page,
//! and to leave out the cookies of the page's own origin.

use gms_chat_protocol::{Failure, Reply, Request};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortController, AbortSignal, RequestCredentials, RequestInit, Response, XmlHttpRequest,
};

use crate::config::Credentials;
use crate::page;

/// A request under way. Dropping it aborts the request; its end is then not told.
#[must_use = "dropping a pending request aborts it"]
pub(crate) enum Pending {
    Whole(
        XmlHttpRequest,
        #[allow(dead_code, reason = "kept so that it can be called")] Closure<dyn FnMut()>,
    ),
    Fetched(AbortController),
}

impl Drop for Pending {
    fn drop(&mut self) {
        match self {
            Self::Whole(request, _) => {
                request.set_onloadend(None);
                // Nothing is left to be aborted in one that has ended.
                drop(request.abort());
            }
            Self::Fetched(controller) => controller.abort(),
        }
    }
}

/// Starts a POST and tells its end once, unless the guard was dropped before. `None`: the browser refuses to.
pub(crate) fn post(
    request: Request,
    credentials: Credentials,
    end: impl FnOnce(Result<Reply, Failure>) + 'static,
) -> Option<Pending> {
    if request.keepalive || credentials == Credentials::Omit {
        fetch(request, credentials, end)
    } else {
        ask(&request, credentials, end)
    }
}

fn ask(
    request: &Request,
    credentials: Credentials,
    end: impl FnOnce(Result<Reply, Failure>) + 'static,
) -> Option<Pending> {
    let asked = XmlHttpRequest::new().ok()?;
    let ended = asked.clone();
    let mut end = Some(end);
    let on_end = Closure::<dyn FnMut()>::new(move || {
        if let Some(end) = end.take() {
            end(answer(&ended));
        }
    });
    asked.set_onloadend(Some(on_end.as_ref().unchecked_ref()));
    send(&asked, request, credentials).ok()?;
    Some(Pending::Whole(asked, on_end))
}

fn send(to: &XmlHttpRequest, request: &Request, credentials: Credentials) -> Result<(), JsValue> {
    to.open("POST", &request.url)?;
    to.set_with_credentials(credentials == Credentials::Include);
    to.set_request_header("Content-Type", request.content_type)?;
    if let Some(user) = &request.gms_user {
        to.set_request_header("gms_user", user)?;
    }
    to.send_with_opt_str(Some(&request.body))
}

/// A status of 0 says that there was no answer, or not all of it: which of the two, the browser keeps to itself.
fn answer(request: &XmlHttpRequest) -> Result<Reply, Failure> {
    let status = request.status().unwrap_or_default();
    if status == 0 {
        return Err(Failure::Network);
    }
    Ok(Reply {
        status,
        retry_after: request.get_response_header("retry-after").ok().flatten(),
        body: request.response_text().ok().flatten().unwrap_or_default(),
    })
}

fn fetch(
    request: Request,
    credentials: Credentials,
    end: impl FnOnce(Result<Reply, Failure>) + 'static,
) -> Option<Pending> {
    let controller = AbortController::new().ok()?;
    let signal = controller.signal();
    spawn_local(async move {
        let answer = exchange(request, credentials, &signal).await;
        if !signal.aborted() {
            end(answer);
        }
    });
    Some(Pending::Fetched(controller))
}

async fn exchange(
    request: Request,
    credentials: Credentials,
    signal: &AbortSignal,
) -> Result<Reply, Failure> {
    let prepared = prepare(&request, credentials, signal).map_err(|_| Failure::Network)?;
    let answered = JsFuture::from(page::window().fetch_with_request(&prepared));
    let response: Response = answered
        .await
        .map_err(|_| Failure::Network)?
        .unchecked_into();
    let text = response.text().map_err(|_| Failure::Truncated)?;
    let body = JsFuture::from(text).await.map_err(|_| Failure::Truncated)?;
    Ok(Reply {
        status: response.status(),
        retry_after: response.headers().get("retry-after").ok().flatten(),
        body: body.as_string().unwrap_or_default(),
    })
}

fn prepare(
    request: &Request,
    credentials: Credentials,
    signal: &AbortSignal,
) -> Result<web_sys::Request, JsValue> {
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&JsValue::from_str(&request.body));
    init.set_signal(Some(signal));
    init.set_credentials(match credentials {
        Credentials::SameOrigin => RequestCredentials::SameOrigin,
        Credentials::Include => RequestCredentials::Include,
        Credentials::Omit => RequestCredentials::Omit,
    });
    if request.keepalive {
        js_sys::Reflect::set(&init, &"keepalive".into(), &true.into())?;
    }
    let prepared = web_sys::Request::new_with_str_and_init(&request.url, &init)?;
    prepared
        .headers()
        .set("Content-Type", request.content_type)?;
    if let Some(user) = &request.gms_user {
        prepared.headers().set("gms_user", user)?;
    }
    Ok(prepared)
}
