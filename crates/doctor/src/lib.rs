//! Examines a deployment as the widget would meet it: name, TLS, gateway, CORS, CometD, cookies, a held poll, a chat.
//!
//! The sessions of `gms-chat-protocol` speak, so that what is found here is what the widget will find; `Drive`
//! carries their requests out over one connection each, `Jar` keeps cookies as strictly as a browser on the page's
//! site does. Every verdict other than well is a [`Finding`]: `docs/troubleshooting.md` lists the same table.
//!
//! ```no_run
//! # async fn example() {
//! use gms_chat_doctor::{Options, examine};
//!
//! if let Ok(options) = Options::for_endpoint("https://chat.example/genesys") {
//!     let report = examine(&options, |row| println!("{row}")).await;
//!     println!("{}", report.worst().word());
//! }
//! # }
//! ```

mod address;
mod checks;
pub mod cli;
mod drive;
mod finding;
mod http;
mod jar;
mod options;
mod redact;
mod report;

pub use address::Address;
pub use checks::examine;
pub use finding::{Finding, table};
pub use options::Options;
pub use report::{Report, Row, Verdict};
