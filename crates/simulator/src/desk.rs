//! The agent desk: a page, and the API under `/desk/api` that it uses.

use axum::Router;

use crate::server::Simulator;

pub(crate) fn routes() -> Router<Simulator> {
    Router::new()
}
