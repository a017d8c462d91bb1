//! The agent desk: a page at `/agent`, and the JSON API under `/desk/api` that it and tests use.

mod action;
mod control;
mod page;
mod view;

use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::form::Form;
use crate::routes::json_reply;
use crate::server::Simulator;

/// How long a request for news is held unless it says otherwise.
const HOLD: Duration = Duration::from_secs(25);

pub(crate) fn routes() -> Router<Simulator> {
    let api = Router::new()
        .route("/desk/api/state", get(state))
        .route("/desk/api/chats", get(chats))
        .route("/desk/api/chats/{service}", get(chat))
        .route("/desk/api/chats/{service}/{act}", post(action::act))
        .route("/desk/api/sessions", get(sessions))
        .route("/desk/api/sessions/forget", post(control::forget))
        .route("/desk/api/sessions/disconnect", post(control::disconnect))
        .route(
            "/desk/api/faults",
            get(faults).post(control::arm).delete(control::clear_faults),
        )
        .route("/desk/api/faults/{id}", delete(control::disarm))
        .route("/desk/api/switches", get(switches).post(control::set))
        .route("/desk/api/scenarios", get(scenarios).post(control::play))
        .route("/desk/api/restart", post(control::restart))
        .route("/desk/api/log", get(log).delete(control::clear_log))
        .layer(middleware::from_fn(refuse_strangers));
    page::routes().merge(api)
}

/// The desk belongs to whoever sits at it: pages of other origins may not use it.
async fn refuse_strangers(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST).unwrap_or_default();
    let stranger = text(header::ORIGIN).is_some_and(|origin| {
        origin
            .split_once("://")
            .is_none_or(|(_, origin_host)| origin_host != host)
    });
    if stranger {
        return StatusCode::FORBIDDEN.into_response();
    }
    next.run(request).await
}

/// Everything that the page shows. With `after=REVISION`, it is answered when something has changed since then, or
/// after `wait` seconds.
async fn state(State(simulator): State<Simulator>, uri: Uri) -> Response {
    let query = query(&uri);
    let number = |name: &str| query.value(name).and_then(|text| text.parse().ok());
    let mut revisions = simulator.revisions();
    if let Some(after) = number("after") {
        let hold = number("wait").map_or(HOLD, Duration::from_secs).min(HOLD);
        let changed = revisions.wait_for(|revision| *revision != after);
        // Nothing new is an answer too.
        let _ = timeout(hold, changed).await;
    }
    let revision = *revisions.borrow_and_update();
    let connections = simulator.wires().count();
    let mut state = simulator.look(view::state);
    state["revision"] = json!(revision);
    state["connections"] = json!(connections);
    answer(&state)
}

async fn chats(State(simulator): State<Simulator>) -> Response {
    answer(&simulator.look(view::chats))
}

async fn chat(State(simulator): State<Simulator>, Path(service): Path<String>) -> Response {
    answer(&simulator.look(|world, now| view::chat(world, &service, now)))
}

async fn sessions(State(simulator): State<Simulator>) -> Response {
    answer(&simulator.look(|world, _| view::sessions(world)))
}

async fn faults(State(simulator): State<Simulator>) -> Response {
    answer(&simulator.look(|world, _| view::faults(world)))
}

async fn switches(State(simulator): State<Simulator>) -> Response {
    answer(&simulator.look(|world, _| view::switches(world)))
}

async fn scenarios() -> Response {
    answer(&view::scenarios())
}

/// The last requests; `last` says how many.
async fn log(State(simulator): State<Simulator>, uri: Uri) -> Response {
    let last = query(&uri).value("last").and_then(|text| text.parse().ok());
    let entries = simulator.log().last(last.unwrap_or(200));
    answer(&json!(entries))
}

fn query(uri: &Uri) -> Form {
    // A query string without a body is always a form.
    Form::read(uri.query().unwrap_or_default(), None, &[]).unwrap_or_default()
}

fn answer(value: &Value) -> Response {
    json_reply(StatusCode::OK, value)
}
