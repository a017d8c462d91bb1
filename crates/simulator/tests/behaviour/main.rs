//! The simulator as its clients see it, one file per side. No test waits in real time.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod ack;
mod agents;
mod cometd;
mod cors;
mod desk;
mod faults;
mod golden;
mod push;
mod rest;
mod site;
mod support;
mod timers;
mod wire;
