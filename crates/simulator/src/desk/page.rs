//! The files of the desk page, built into the program.

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::server::Simulator;

/// The page needs nothing from anywhere else, and nothing may be smuggled into it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

macro_rules! files {
    ($($path:literal = $file:literal as $kind:literal;)+) => {
        pub(super) fn routes() -> Router<Simulator> {
            Router::new()
                $(.route($path, get(async || file($kind, include_str!(concat!("../../desk/", $file))))))+
        }
    };
}

files! {
    "/agent" = "index.html" as "text/html; charset=utf-8";
    "/agent/desk.css" = "desk.css" as "text/css; charset=utf-8";
    "/agent/desk.js" = "desk.js" as "text/javascript; charset=utf-8";
    "/agent/api.js" = "api.js" as "text/javascript; charset=utf-8";
    "/agent/dom.js" = "dom.js" as "text/javascript; charset=utf-8";
    "/agent/chats.js" = "chats.js" as "text/javascript; charset=utf-8";
    "/agent/conversation.js" = "conversation.js" as "text/javascript; charset=utf-8";
    "/agent/panel.js" = "panel.js" as "text/javascript; charset=utf-8";
}

fn file(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text).into_response()
}
