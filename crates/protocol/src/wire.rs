//! What GMS answers: the outcome of a REST call, before anybody looks at its content.

mod answer;
mod event;
mod instant;

use std::time::Duration;

use crate::value::Value;

use crate::backoff::retry_after;
use crate::chat::Problem;
use crate::{Reply, json};

pub(crate) use answer::{Availability, ChatObject, ChatState, Delivery, Link, service_id};
pub(crate) use event::{Event, Kind, read_all, role, role_name, write};

/// The JSON of a good answer (`Null` for an empty body), or what went wrong.
///
/// A member `exception` is looked for first: GMS sends it under any status, 200 included.
pub(crate) fn read(reply: &Reply) -> Result<Value, Problem> {
    let body = json::parse(&reply.body);
    if let Some(problem) = body.as_ref().and_then(exception) {
        return Err(problem);
    }
    match reply.status {
        200..=299 => good(body, &reply.body),
        status => Err(by_status(
            status,
            retry_after(reply),
            body.as_ref().and_then(words),
        )),
    }
}

fn good(body: Option<Value>, text: &str) -> Result<Value, Problem> {
    match body {
        Some(value) => Ok(value),
        None if text.trim().is_empty() => Ok(Value::Null),
        None => Err(Problem::Malformed {
            expected: "a JSON body of at most 8 MB and 256 levels",
        }),
    }
}

fn exception(body: &Value) -> Option<Problem> {
    let exception = body
        .get("exception")
        .filter(|value| **value != Value::Null)?;
    Some(Problem::Exception {
        exception: json::text(exception).unwrap_or_default(),
        message: words(body).unwrap_or_default(),
    })
}

/// The server's own words in an error body.
fn words(body: &Value) -> Option<String> {
    json::text(body.get("message")?)
}

/// What a status that is not 2xx means. `message`: the server's words.
pub(crate) fn by_status(status: u16, wish: Option<Duration>, message: Option<String>) -> Problem {
    match status {
        503 | 429 => Problem::Busy { retry_after: wish },
        401 | 403 | 407 => Problem::Unauthorised { status },
        404 | 405 | 410 => Problem::NotFound { status },
        408 => Problem::TimedOut,
        400 | 402 | 406 | 409..=417 | 422 | 431 => Problem::Refused { status, message },
        _ => Problem::Server { status },
    }
}
