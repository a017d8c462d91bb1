//! What the fuzz targets do with their bytes: a session meets a server that says anything, and a witness looks on.
//!
//! Bytes are a script ([`script`]), so that one input is a whole conversation and the golden files are its seeds.

#![allow(
    clippy::panic,
    clippy::expect_used,
    reason = "a fuzz target tells what it has found by panicking"
)]

mod form;
mod golden;
mod screen;
mod script;
mod seeds;
mod stage;
mod transcript;

pub use form::form;
pub use seeds::{Seed, seeds};
pub use transcript::transcript;

use gms_chat_protocol::chat::Delivery;
use stage::Stage;

/// Answers to the REST calls of a polled chat.
pub fn rest(data: &[u8]) {
    Stage::new(Delivery::Poll).play(script::read(data));
}

/// Answers to the Bayeux messages, and to the REST calls between them, of a chat over CometD.
pub fn bayeux(data: &[u8]) {
    Stage::new(Delivery::Cometd).play(script::read(data));
}
