//! The GMS Chat API version 1, sans-IO: inputs and the time go in, things to do come out.
//!
//! No clock, no randomness, no sockets, no async. The caller lends the time as a [`Moment`]
//! since an epoch of its own and a seed for jitter; everything else is decided here.
//!
//! # The drain contract
//!
//! 1. Feed one input: a [`chat::Command`], a [`Reply`], a [`Failure`], a [`PageEvent`] or a due timer.
//! 2. Drain [`chat::Session::poll_output`] until it answers [`Output::Wait`].
//! 3. Carry out what was drained: post, abort, tell the window. Sleep until the moment of `Wait`,
//!    or until something else arrives, and start again at 1.
//!
//! Every exchange that was announced by [`Output::Send`] is answered exactly once, by
//! `handle_reply` or `handle_failure`, unless [`Output::Cancel`] took it back; answers to a
//! cancelled exchange are ignored.

mod backoff;
#[cfg(not(feature = "defects"))]
mod defect;
#[cfg(feature = "defects")]
pub mod defect;
mod exchange;
mod json;
mod queue;
mod text;
mod time;
mod url;
mod value;
mod wire;

pub mod bayeux;
pub mod chat;
pub mod form;
pub mod tabs;

pub use exchange::{ExchangeId, Failure, Lane, Output, PageEvent, Reply, Request};
pub use json::decimal;
pub use time::Moment;
pub use value::{Number, Object, Value};
