//! Hundreds of visitors in native clients and a few real browser tabs against the simulator, for as long as wanted,
//! while everything goes wrong that can; `docs/soak.md` says what is tried and what was measured.
//!
//! The native clients are the protocol's own sessions, driven as the widget drives them. What is true is what the
//! simulator's transcript says; every text is unique, so that nothing can be lost or doubled unseen.

mod agent;
mod askers;
mod browser;
mod cli;
#[path = "../../protocol/tests/support/dice.rs"]
mod dice;
mod door;
mod families;
mod gms;
mod http;
mod judge;
mod kept;
mod link;
mod memory;
mod page;
mod plan;
mod report;
mod screen;
mod story;
mod tabs;
mod tally;
mod trial;
mod visitor;
mod weather;

pub use cli::soak;
