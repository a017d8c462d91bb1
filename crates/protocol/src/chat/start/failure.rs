//! What a failure says while a chat is being started: carried out or not, there or not, how often again.

use super::Problem;

/// Whether the request may have been carried out although it failed.
pub(super) fn is_lost(problem: &Problem) -> bool {
    match problem {
        Problem::Unreachable | Problem::TimedOut => true,
        Problem::Malformed { .. } | Problem::Server { .. } => true,
        Problem::Busy { .. } | Problem::Refused { .. } | Problem::Unauthorised { .. } => false,
        Problem::NotFound { .. } | Problem::Exception { .. } => false,
        Problem::CookieLost | Problem::Ended => false,
    }
}

/// Whether the server has read the request and found nothing that it could be about.
pub(super) fn denies(problem: &Problem) -> bool {
    match problem {
        Problem::Refused { .. } | Problem::NotFound { .. } | Problem::Exception { .. } => true,
        Problem::Unreachable | Problem::TimedOut | Problem::Busy { .. } => false,
        Problem::Malformed { .. } | Problem::Server { .. } => false,
        Problem::Unauthorised { .. } | Problem::CookieLost | Problem::Ended => false,
    }
}

/// So many failures of this kind in a row, and CometD counts as not proven.
pub(super) fn patience(problem: &Problem) -> u32 {
    match problem {
        // Ten seconds have passed already.
        Problem::TimedOut => 1,
        Problem::Unreachable | Problem::Busy { .. } => 2,
        Problem::Malformed { .. } | Problem::Server { .. } => 2,
        // If it is the cookie, the Bayeux session says so at the second of its sessions.
        Problem::Refused { status: 402, .. } => 8,
        Problem::Refused { .. } | Problem::Unauthorised { .. } | Problem::NotFound { .. } => 1,
        Problem::Exception { .. } | Problem::CookieLost | Problem::Ended => 1,
    }
}
