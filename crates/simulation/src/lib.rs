//! The whole protocol core against a model of GMS, network, page and visitor, on a virtual clock.

mod agenda;
mod campaign;
mod cli;
mod client;
#[cfg(feature = "defects")]
mod defects;
#[cfg(test)]
mod mended;
mod named;
mod network;
mod oracle;
mod page;
mod plan;
mod random;
mod server;
mod shrink;
mod storm;
mod tabs;
mod tally;
mod world;

pub use cli::simulate;
