//! The front door: every request but the desk's is logged, harmed if a fault is armed, and answered with CORS headers.

mod truncated;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::{sleep, timeout};

use crate::bayeux::parse_requests;
use crate::fault::{Harm, Route};
use crate::log::Outcome;
use crate::options::Cors;
use crate::routes::BODY_LIMIT;
use crate::server::Simulator;
use crate::wire::{Break, Wire};

/// Marks a response that never reaches its client: the connection is broken. Callers without a socket see it as an
/// extension of an empty response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken(pub Break);

pub(crate) async fn pass(
    State(simulator): State<Simulator>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let cors = simulator.look(|world, _| world.options.cors.clone());
    let asked = parts.headers.clone();
    let mut response = if Cors::is_preflight(&parts.method, &parts.headers) {
        let entry = simulator.log().begin(&parts, 0, &[]);
        let response = cors.preflight(&parts.headers);
        entry.finish(Outcome::Status(response.status().as_u16()));
        response
    } else {
        serve(&simulator, parts, body, next).await
    };
    cors.decorate(&asked, &mut response);
    response
}

async fn serve(simulator: &Simulator, parts: Parts, body: Bytes, next: Next) -> Response {
    let routes = Route::of(parts.uri.path(), &body);
    let entry = simulator.log().begin(&parts, body.len(), &routes);
    let harms = meet_faults(simulator, &routes);
    entry.harmed(&harms);
    let wire = parts.extensions.get::<ConnectInfo<Wire>>();
    let wire = wire.map(|info| info.0.clone());
    let response = harmed(simulator, parts, body, next, harms, wire.as_ref()).await;
    entry.finish(match response.extensions().get::<Broken>() {
        Some(_) => Outcome::Broken,
        None => Outcome::Status(response.status().as_u16()),
    });
    response
}

fn meet_faults(simulator: &Simulator, routes: &[Route]) -> Vec<Harm> {
    if simulator.look(|world, _| world.faults.armed().is_empty()) {
        return Vec::new();
    }
    simulator.change(|world, _| world.faults.meet(routes))
}

/// Serves a request under these harms, of which only the last is more than a delay.
async fn harmed(
    simulator: &Simulator,
    parts: Parts,
    body: Bytes,
    next: Next,
    harms: Vec<Harm>,
    wire: Option<&Wire>,
) -> Response {
    let clients = parse_requests(&body).unwrap_or_default();
    let process = async || {
        let request = Request::from_parts(parts, Body::from(body));
        next.run(request).await
    };
    for harm in harms {
        match harm {
            Harm::Delay(time) => sleep(time).await,
            Harm::DropBefore => return broken(wire, Break::Close),
            Harm::ResetBefore => return broken(wire, Break::Reset),
            Harm::Status { code, retry_after } => return refused(code, retry_after),
            Harm::DropAfter => {
                process().await;
                return broken(wire, Break::Close);
            }
            Harm::ResetAfter => {
                process().await;
                return broken(wire, Break::Reset);
            }
            Harm::StallBefore => return std::future::pending().await,
            Harm::StallAfter => {
                process().await;
                return std::future::pending().await;
            }
            Harm::Cut(time) => {
                let in_time = timeout(time, process()).await;
                return in_time.unwrap_or_else(|_| broken(wire, Break::Close));
            }
            Harm::Truncate => return truncated::in_the_middle(process().await).await,
            Harm::Junk(junk) => {
                process().await;
                return junk_reply(junk);
            }
            Harm::Forget => {
                simulator.change(|world, _| {
                    for request in &clients {
                        world.hub.forget(request.client());
                    }
                });
            }
            Harm::Restart => simulator.restart(true, wire),
            Harm::RestartAll => simulator.restart(false, wire),
        }
    }
    process().await
}

fn broken(wire: Option<&Wire>, how: Break) -> Response {
    if let Some(wire) = wire {
        wire.sever(how);
    }
    let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
    response.extensions_mut().insert(Broken(how));
    response
}

fn refused(code: u16, retry_after: Option<String>) -> Response {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = status.into_response();
    if let Some(Ok(value)) = retry_after.map(HeaderValue::try_from) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

/// A reply of 200 that is not what it should be; JSON only by its look.
fn junk_reply(junk: String) -> Response {
    let kind = if junk.starts_with('<') {
        "text/html"
    } else {
        "application/json;charset=UTF-8"
    };
    ([(header::CONTENT_TYPE, kind)], junk).into_response()
}
