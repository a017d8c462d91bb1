//! Sentences for the developer's console: what failed, and which header or path is to blame.

use super::Problem;
use crate::json::push_decimal;
use crate::text::holds;

/// Says what went wrong with a call, and what to look at.
pub(crate) fn on_failure(label: &str, gms_user: bool, problem: &Problem) -> String {
    let mut text = "POST ".to_owned();
    text.push_str(label);
    push_outcome(&mut text, problem);
    text.push_str(hint(label, gms_user, problem));
    text
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

fn hint(label: &str, gms_user: bool, problem: &Problem) -> &'static str {
    match problem {
        Problem::Unreachable if gms_user => {
            ": offline, the server is down, or its CORS answer does not allow this origin \
             and the request headers `content-type` and `gms_user`"
        }
        Problem::Unreachable => {
            ": offline, the server is down, or its CORS answer does not allow this origin"
        }
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
        Problem::Unauthorised { .. } => {
            ": the gateway wants credentials, or another value in the header `gms_user`"
        }
        Problem::NotFound { .. } if holds(label, "{id}") => {
            ": the server does not know the service (any more), or `endpoint` is not its base URL"
        }
        Problem::NotFound { .. } => {
            ": check `endpoint` (it ends with `/genesys` as a rule) and the name of the `service`"
        }
        Problem::Malformed { .. } => {
            ": is this a GMS, or a page of something in between? Check `endpoint`"
        }
        Problem::CookieLost => {
            ": the cookie BAYEUX_BROWSER does not come back; across sites it needs \
             `SameSite=None; Secure; Partitioned`, and `credentials` must be `include`"
        }
        Problem::TimedOut | Problem::Busy { .. } | Problem::Refused { .. } => "",
        Problem::Server { .. } | Problem::Exception { .. } | Problem::Ended => "",
    }
}
