//! The CometD side: sessions, held connects and deliveries, without any I/O.

mod advice;
mod exchange;
mod hub;
mod message;
mod session;

pub(crate) use exchange::{Caller, Exchange, Held};
pub(crate) use hub::Hub;
pub(crate) use hub::Verdict;
pub(crate) use message::parse_requests;

/// The channel of chat events.
pub(crate) const GENESYS_CHANNEL: &str = "/_genesys";
