//! The URLs of the server, and what is taken from and put into HTTP.

mod cometd;
mod rest;

use std::net::{IpAddr, Ipv4Addr};

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{ConnectInfo, FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;

use crate::bayeux::Caller;
use crate::log::{browser_cookie, header_text};
use crate::server::Simulator;
use crate::wire::Wire;
use crate::{desk, front, site};

/// The most bytes that a request's body may have.
pub(crate) const BODY_LIMIT: usize = 1 << 20;

/// All routes of this server, for a socket or for calling without one.
pub fn app(simulator: &Simulator) -> Router {
    let guarded = Router::new()
        .route("/genesys/1/service/{name}", post(rest::create_service))
        .route("/genesys/1/service/{id}/status", post(rest::service_status))
        .route("/genesys/1/service/{id}/ixn/chat", post(rest::create_chat))
        .route(
            "/genesys/1/service/{id}/ixn/chat/{operation}",
            post(rest::operate),
        )
        .route("/genesys/cometd", post(cometd::exchange))
        .route("/genesys/cometd/", post(cometd::exchange))
        .route("/genesys/cometd/{kind}", post(cometd::exchange))
        .fallback(get(site::file))
        .layer(middleware::from_fn_with_state(
            simulator.clone(),
            front::pass,
        ));
    desk::routes().merge(guarded).with_state(simulator.clone())
}

/// What the handlers take from a request.
pub(crate) struct Arrived {
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) address: IpAddr,
}

impl Arrived {
    /// Who sends the request.
    pub(crate) fn caller(&self) -> Caller {
        let user = header_text(&self.headers, "gms_user").filter(|user| !user.is_empty());
        Caller::new(user, browser_cookie(&self.headers))
    }
}

impl<S: Sync> FromRequest<S> for Arrived {
    type Rejection = StatusCode;

    async fn from_request(request: Request, _: &S) -> Result<Self, StatusCode> {
        let wire = request.extensions().get::<ConnectInfo<Wire>>();
        let address = wire.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |wire| wire.0.peer());
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, BODY_LIMIT).await;
        Ok(Self {
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers,
            body: body.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?,
            address,
        })
    }
}

/// A JSON reply with the headers of the specification's examples.
pub(crate) fn json_reply(status: StatusCode, body: &Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json;charset=UTF-8"),
        (header::CACHE_CONTROL, "no-cache, no-store"),
        (header::PRAGMA, "no-cache"),
    ];
    (status, headers, body.to_string()).into_response()
}
