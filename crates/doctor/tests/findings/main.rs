//! Each finding, on a deployment that has that defect; and none where there is none.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod chat;
mod cometd;
mod line;
mod program;
mod support;
