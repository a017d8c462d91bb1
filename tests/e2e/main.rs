//! Journeys of a visitor through the built widget: a headless Chromium, the release build in `dist`, the simulator.
//!
//! `cargo xtask test e2e` builds what they need. A journey that fails leaves a picture and the browser's console in
//! `target/e2e`. `cargo xtask screenshots` leaves a picture of each screen there too.
#![cfg(not(target_family = "wasm"))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a journey stops at the first surprise"
)]

mod desk;
#[path = "../../crates/protocol/tests/support/dice.rs"]
mod dice;
mod driver;
mod engine;
mod front;
mod house;
mod http;
mod oracle;
mod proxy;
mod screen;
mod servers;
mod stage;
mod view;
mod visitor;

mod chaos;
mod delivery;
mod doors;
mod elsewhere;
mod embedding;
mod ending;
mod examples;
mod gallery;
mod keyboard;
mod languages;
mod late;
mod network;
mod peers;
mod phones;
mod pictures;
mod playground;
mod policies;
mod subdomains;
mod survival;
mod tabs;
mod tls;
mod trouble;
