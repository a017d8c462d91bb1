//! Sentences for the developer's console: what failed, and which header or path is to blame.

use super::Problem;
use crate::json::push_decimal;
use crate::text::{holds, split_scheme};

/// Says what went wrong with a call, and what to look at.
/// `label`: its path below the endpoint; everything that is no service belongs to CometD.
pub(crate) fn on_failure(endpoint: &str, label: &str, gms_user: bool, problem: &Problem) -> String {
    let mut text = ["POST ", endpoint, label].concat();
    push_outcome(&mut text, problem);
    if *problem == Problem::Unreachable {
        push_forbidden(&mut text, endpoint, gms_user);
    } else if label.starts_with("/1/") {
        text.push_str(of_service(label, problem));
    } else {
        text.push_str(of_cometd(problem));
    }
    text
}

/// What may keep a request from being answered: a browser does not tell one from the other.
fn push_forbidden(text: &mut String, endpoint: &str, gms_user: bool) {
    text.push_str(": offline, the server is down, or the CSP's `connect-src` forbids it");
    let Some((scheme, _)) = split_scheme(endpoint) else {
        return;
    };
    if scheme == "http" {
        text.push_str(", or it is mixed content (http from a page by https)");
    }
    text.push_str(", or its CORS answer does not allow this origin");
    if gms_user {
        text.push_str(" and the request headers `content-type` and `gms_user`");
    }
}

fn push_outcome(text: &mut String, problem: &Problem) {
    match problem {
        Problem::Unreachable => text.push_str(" got no answer"),
        Problem::TimedOut => text.push_str(" got no answer in time"),
        Problem::Busy { .. } => text.push_str(" answered 503 or 429"),
        Problem::Refused { status, .. }
        | Problem::Unauthorised { status }
        | Problem::NotFound { status }
        | Problem::Server { status } => {
            text.push_str(" answered ");
            push_decimal(text, u64::from(*status));
        }
        Problem::Exception { exception, .. } => {
            text.push_str(" answered with the exception ");
            text.push_str(exception);
        }
        Problem::Malformed { expected } => {
            text.push_str(" did not answer with ");
            text.push_str(expected);
        }
        Problem::CookieLost => text.push_str(" was forgotten by the server"),
        Problem::Ended => text.push_str(" came after the end of the chat"),
    }
}

fn of_cometd(problem: &Problem) -> &'static str {
    match problem {
        Problem::Refused { .. } => {
            ": did the header `gms_user` arrive? nginx drops it without `underscores_in_headers on`"
        }
        Problem::NotFound { .. } => ": check `comet-path` and `append-type`",
        Problem::Unreachable | Problem::TimedOut | Problem::Busy { .. } => of_any(problem),
        Problem::Unauthorised { .. } | Problem::Server { .. } => of_any(problem),
        Problem::Exception { .. } | Problem::Malformed { .. } => of_any(problem),
        Problem::CookieLost | Problem::Ended => of_any(problem),
    }
}

fn of_service(label: &str, problem: &Problem) -> &'static str {
    match problem {
        Problem::Busy { .. } if label.ends_with("/ixn/chat") => {
            ": the service has not been told yet that an agent is available"
        }
        Problem::Refused { status: 415, .. } if label.ends_with("/ixn/chat") => {
            ": an expected value is missing or wrong; `subject` is mandatory"
        }
        Problem::Refused { status: 415, .. } => {
            ": an expected value is missing or wrong, or the body is not taken as \
             `application/x-www-form-urlencoded`"
        }
        Problem::NotFound { .. } if holds(label, "{id}") => {
            ": the server does not know the service (any more), or `endpoint` is not its base URL"
        }
        Problem::NotFound { .. } => {
            ": check `endpoint` (it ends with `/genesys` as a rule) and the name of the `service`"
        }
        Problem::Unreachable | Problem::TimedOut | Problem::Busy { .. } => of_any(problem),
        Problem::Refused { .. } | Problem::Unauthorised { .. } => of_any(problem),
        Problem::Server { .. } | Problem::Exception { .. } => of_any(problem),
        Problem::Malformed { .. } | Problem::CookieLost | Problem::Ended => of_any(problem),
    }
}

/// What to look at, whatever the request was for.
fn of_any(problem: &Problem) -> &'static str {
    match problem {
        Problem::Unauthorised { .. } => {
            ": the gateway wants credentials, or another value in the header `gms_user`"
        }
        Problem::Malformed { .. } => {
            ": is this a GMS, or a page of something in between? Check `endpoint`"
        }
        Problem::CookieLost => {
            ": the cookie BAYEUX_BROWSER does not come back; across sites it needs \
             `SameSite=None; Secure; Partitioned`, and `credentials` must be `include`"
        }
        Problem::Unreachable | Problem::TimedOut | Problem::Busy { .. } => "",
        Problem::Refused { .. } | Problem::NotFound { .. } => "",
        Problem::Server { .. } | Problem::Exception { .. } | Problem::Ended => "",
    }
}
