//! What a session tells its owner.

use std::time::Duration;

use crate::value::Value;

use crate::{Moment, json};

/// What happened to the session.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Handshake, subscription and one connect have succeeded: events of the channel arrive from here on.
    /// Told once per Bayeux session, before the deliveries of the same answer.
    Ready {
        /// Whether an earlier session was ready since `open`: what was published between the two may be missing.
        renewed: bool,
    },
    /// The `data` of an event on the subscribed channel. May come before `Ready`, and may come twice.
    Delivery(Value),
    /// A request failed. Told at every failure; ends with one `Recovered` or `Ended`.
    Trouble {
        /// What went wrong.
        fault: Fault,
        /// When the next try is made.
        next_try: Option<Moment>,
        /// Three tries in a row were turned away for good (401, 403, 404 …): from here on one try a minute.
        lasting: bool,
    },
    /// The trouble is over: connected and subscribed.
    Recovered,
    /// Nothing is sent any more until `Session::open`. Told once per `open`.
    Ended(Reason),
    /// Another session of this browser holds a connect already; the server makes this one poll slowly.
    MultipleClients,
    /// Two new sessions in a row were unknown to the server at their first connect:
    /// its cookie does not come back, or a balancer has no affinity. Tries go on, slowly.
    CookieLost,
    /// Something that a developer should read; never holds secrets or message text.
    Diagnostic(String),
}

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No HTTP answer: offline, reset, or forbidden by CORS.
    Unreachable,
    /// An answer broke off.
    Truncated,
    /// No answer in time.
    TimedOut,
    /// Any HTTP status but 200.
    Status {
        /// HTTP status.
        status: u16,
        /// `Retry-After`, at most five minutes.
        retry_after: Option<Duration>,
    },
    /// A Bayeux reply with `successful: false`.
    Refused {
        /// The reply's `error` without its arguments, `402::session_unknown` for example; may be empty.
        error: String,
    },
    /// An answer that cannot be understood.
    Malformed {
        /// What was expected, for the developer.
        expected: &'static str,
    },
    /// An answer that is too much to read. It would come again and again: a new session is made.
    Excessive {
        /// What was expected, for the developer.
        expected: &'static str,
    },
}

impl Fault {
    pub(super) fn malformed(expected: &'static str) -> Self {
        Self::Malformed { expected }
    }

    /// Whether somebody has to change something before a try can succeed.
    pub(super) fn is_denial(&self) -> bool {
        match self {
            Self::Status { status, .. } => matches!(status, 401 | 403 | 404 | 405 | 407 | 410),
            Self::Refused { error } => matches!(code(error), Some(401 | 403 | 404)),
            Self::Unreachable | Self::Truncated | Self::TimedOut => false,
            Self::Malformed { .. } | Self::Excessive { .. } => false,
        }
    }

    /// Whether the server does not know the session. Error codes differ between servers, so the words count.
    pub(super) fn is_unknown_client(&self) -> bool {
        let Self::Refused { error } = self else {
            return false;
        };
        let (mut is_unknown, mut is_client) = (false, false);
        for word in error.split(|letter: char| !letter.is_ascii_alphanumeric()) {
            let is = |wanted: &str| word.eq_ignore_ascii_case(wanted);
            is_unknown |= is("unknown");
            is_client |= is("client") || is("session");
        }
        code(error) == Some(402) || is_unknown && is_client
    }

    /// Whether a held request has been cut off on its way, rather than refused.
    pub(super) fn is_cut(&self) -> bool {
        match self {
            Self::Unreachable | Self::Truncated | Self::TimedOut => true,
            Self::Status { status, .. } => matches!(status, 502 | 504),
            Self::Refused { .. } | Self::Malformed { .. } | Self::Excessive { .. } => false,
        }
    }
}

/// The number at the start of an `error`.
pub(super) fn code(error: &str) -> Option<u64> {
    json::digits(error.split(':').next()?)
}

/// Why a session has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// `Session::close` was called.
    Closed,
    /// Advice `none`, or a negative interval. This is how GMS ends a chat.
    Advised {
        /// The reply's `error` when it was a refusal.
        error: Option<String>,
    },
    /// The server sent `/meta/disconnect`.
    Disconnected,
    /// The server refused the subscription.
    Denied {
        /// The reply's `error`; may be empty.
        error: String,
    },
    /// The server does not offer `long-polling`.
    NoCommonTransport,
}
