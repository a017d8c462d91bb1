//! What crosses the border between the sessions and the caller's network, clock and page.

use crate::Moment;
use crate::chat::Event;

/// Names one HTTP exchange, from its `Send` to its reply, failure or `Cancel`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExchangeId {
    pub(crate) lane: Lane,
    pub(crate) number: u32,
}

impl ExchangeId {
    /// The lane that the exchange occupies.
    pub fn lane(self) -> Lane {
        self.lane
    }
}

/// The three queues of requests; each has at most one exchange under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// The held `/meta/connect`.
    Connect,
    /// Every other Bayeux request.
    Meta,
    /// The GMS REST calls.
    Rest,
}

/// One HTTP POST to carry out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Where to: the endpoint as configured, followed by the path; may be relative.
    pub url: String,
    /// Value of `Content-Type`.
    pub content_type: &'static str,
    /// Value of the `gms_user` header. A secret: never log it.
    pub gms_user: Option<String>,
    /// The body, as text.
    pub body: String,
    /// Whether the request must outlive the page (`fetch` with `keepalive`).
    pub keepalive: bool,
}

/// An HTTP answer, whatever its status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Seconds that `Retry-After` names, when the answer had one that can be read; a date is the caller's to convert.
    pub retry_after: Option<String>,
    /// The body as text, invalid UTF-8 replaced.
    pub body: String,
}

/// An exchange that ended without an HTTP answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nothing arrived: offline, refused, reset, or forbidden by CORS (a browser does not say which).
    Network,
    /// The answer broke off or its body could not be read.
    Truncated,
}

/// What the page reports about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageEvent {
    /// The browser says that a network is there again.
    Online,
    /// The browser says that the network is gone.
    Offline,
    /// The page can be seen (again), or woke from sleep.
    Visible,
    /// The page cannot be seen; timers may be slow from here.
    Hidden,
    /// The page is about to be stopped, and may not run again for long.
    Frozen,
    /// The page runs again after it was frozen; whether it can be seen does not change by that.
    Awake,
    /// The page goes for good, and nobody will take up its chat.
    Leaving,
}

/// One thing for the caller to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Carry out this request and feed its end back under this name.
    Send(ExchangeId, Request),
    /// Abort this exchange; its end is of no interest any more.
    Cancel(ExchangeId),
    /// Tell the window.
    Event(Event),
    /// Nothing more to do until this moment (`None`: until an input arrives).
    Wait(Option<Moment>),
}
