//! The widget in a browser, without a server: `wasm-pack test --headless --chrome`.

#![cfg(target_family = "wasm")]
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where it stands"
)]

mod commands;
mod contract;
mod early;
mod element;
mod form;
mod keep;
mod languages;
mod notify;
mod safety;
mod stage;
mod states;
mod talk;
mod transcript;
mod waiting;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
