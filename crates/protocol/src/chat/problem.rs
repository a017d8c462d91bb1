//! What can go wrong between the page and GMS, in terms of who can mend it.

use std::time::Duration;

/// A failed request, told apart by what can be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No HTTP answer: offline, or forbidden by CORS.
    Unreachable,
    /// No answer in time.
    TimedOut,
    /// 503 or 429: come back later.
    Busy {
        /// The server's own wish.
        retry_after: Option<Duration>,
    },
    /// 415, 400, 413 …: the server does not accept what was sent.
    Refused {
        /// HTTP status.
        status: u16,
        /// The server's words, if it had any.
        message: Option<String>,
    },
    /// 401, 403, 407.
    Unauthorised {
        /// HTTP status.
        status: u16,
    },
    /// 404, 405, 410: probably a wrong endpoint, service or path.
    NotFound {
        /// HTTP status.
        status: u16,
    },
    /// Any other status.
    Server {
        /// HTTP status.
        status: u16,
    },
    /// A body with an `exception` member, under any status.
    Exception {
        /// The exception's name.
        exception: String,
        /// The server's words.
        message: String,
    },
    /// The answer is not what the API promises.
    Malformed {
        /// What was expected, for the developer.
        expected: &'static str,
    },
    /// CometD forgets this browser at once: its cookie does not come back.
    CookieLost,
    /// The chat was over before the message could be sent.
    Ended,
}

impl Problem {
    /// A stable word for the host page's `error` event.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timeout",
            Self::Busy { .. } => "busy",
            Self::Refused { .. } => "refused",
            Self::Unauthorised { .. } => "unauthorised",
            Self::NotFound { .. } => "not_found",
            Self::Server { .. } => "server_error",
            Self::Exception { .. } => "exception",
            Self::Malformed { .. } => "malformed_reply",
            Self::CookieLost => "cookie_lost",
            Self::Ended => "ended",
        }
    }

    /// Whether the same request may succeed later without anybody changing anything.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable | Self::TimedOut => true,
            Self::Busy { .. } | Self::Server { .. } => true,
            Self::Malformed { .. } => true,
            Self::Refused { .. } | Self::Unauthorised { .. } | Self::NotFound { .. } => false,
            Self::Exception { .. } | Self::CookieLost | Self::Ended => false,
        }
    }
}
