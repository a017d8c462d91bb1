//! A server that speaks the Genesys Mobile Services chat API and CometD, with agents that play scenarios.
//!
//! It stands in for a contact centre: newcomers try the widget against it, and tests judge the widget by it. It
//! shares no code with the protocol crate: the two are independent readings of one specification, joined only by
//! the golden exchanges in `tests/golden`.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use gms_chat_simulator::{Options, Scenario, start};
//!
//! let mut options = Options::on_any_port();
//! options.play(Scenario::named("transfer").unwrap_or_default());
//! let server = start(options).await?;
//! println!("{}/genesys", server.base());
//! # Ok(())
//! # }
//! ```
//!
//! # Why not `axum-cometd`
//!
//! `axum-cometd` 0.9.4 (2023) builds on axum 0.6 and would bring a second HTTP stack. It answers one event per
//! connect, knows neither the acknowledgement extension nor `multiple-clients` nor `reconnect: none`, takes neither
//! single objects nor the single endpoint, and keeps its sessions to itself, so that none of the faults that the
//! widget must survive could be made on purpose. The session layer here is some 500 lines, with its time and its
//! state in our hands.
//!
//! # How it is built
//!
//! `World` is the whole state: services with their chats, CometD sessions, armed faults. It does no I/O and asks
//! no clock; a moment is handed to each call. [`Simulator`] wraps it for tasks and does what is due when it is due;
//! [`app`] puts HTTP around it, and [`start`] a socket. In front of every route stands the front door, which logs
//! requests and lets faults happen, down to the TCP connection.

mod agent;
mod bayeux;
mod chat;
pub mod cli;
mod clock;
mod cors;
mod desk;
mod fault;
mod form;
mod front;
mod ids;
mod log;
pub mod options;
mod rest;
mod routes;
mod scenario;
mod server;
mod site;
mod wire;
mod world;

pub use agent::{Act, Party, Role, Step};
pub use fault::{Fault, Harm, Route, Times};
pub use front::Broken;
pub use log::{Log, LogEntry, Outcome};
pub use options::{Options, set_switch, switches};
pub use routes::app;
pub use scenario::{Available, Complaint, Rule, Scenario, Trigger};
pub use server::{Running, Simulator, start};
pub use wire::Break;
