//! Faults: what goes wrong on request, on which route, and how often.

mod parse;
mod plan;
mod route;

use std::time::Duration;

pub(crate) use plan::FaultPlan;
pub use route::Route;

/// One thing that is to go wrong, e.g. `connect:drop-after:3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which requests it meets.
    pub route: Route,
    /// What happens to them.
    pub harm: Harm,
    /// Which of them it meets.
    pub times: Times,
}

/// What happens to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Harm {
    /// It is processed late.
    Delay(Duration),
    /// The connection is closed without a reply; nothing was processed.
    DropBefore,
    /// It is processed, then the connection is closed without a reply.
    DropAfter,
    /// The connection is reset; nothing was processed.
    ResetBefore,
    /// It is processed, then the connection is reset.
    ResetAfter,
    /// It is never answered, and nothing was processed.
    StallBefore,
    /// It is processed, and never answered.
    StallAfter,
    /// If it is not answered after this time, the connection is closed, as an impatient proxy does.
    Cut(Duration),
    /// It is not processed and answered with this status.
    Status {
        /// The HTTP status code.
        code: u16,
        /// The value of `Retry-After`.
        retry_after: Option<String>,
    },
    /// It is processed, and its reply breaks off in the middle of the body.
    Truncate,
    /// It is processed, and answered 200 with this body.
    Junk(String),
    /// The CometD session that sends it is forgotten first: 402.
    Forget,
    /// All CometD sessions are forgotten first, and all connections cut.
    Restart,
    /// As [`Harm::Restart`], and all services and chats are forgotten too.
    RestartAll,
}

/// Which of the requests on its route a fault meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// After letting `skip` of them pass, the next `count`.
    Next {
        /// How many it meets.
        count: u32,
        /// How many pass first.
        skip: u32,
    },
    /// All, until it is taken back.
    Always,
    /// Each time that this many have come, the last of them.
    Every(u32),
}
