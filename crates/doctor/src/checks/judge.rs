//! What an answer means, whoever asked.

use serde_json::Value;

use crate::Finding;
use crate::http::{Answer, Broken};

/// A defect and how it showed.
#[derive(Debug)]
pub(super) struct Flaw {
    pub(super) finding: Finding,
    pub(super) seen: String,
}

impl Flaw {
    pub(super) fn new(finding: Finding, seen: impl Into<String>) -> Self {
        Self {
            finding,
            seen: seen.into(),
        }
    }

    pub(super) fn of(broken: &Broken) -> Self {
        let Broken {
            finding,
            why,
            after,
        } = broken;
        Self::new(
            *finding,
            format!("{why}, after {:.1} s", after.as_secs_f32()),
        )
    }
}

/// The flaw of a status other than 200, whatever the body says.
pub(super) fn status(answer: &Answer) -> Option<Flaw> {
    let finding = match answer.status {
        200 => return None,
        300..400 => Finding::Redirect,
        401 | 403 | 407 => Finding::Unauthorised,
        404 | 405 | 410 => Finding::NotFound,
        429 | 503 => Finding::Busy,
        400..500 => Finding::FormRefused,
        502 | 504 => Finding::BadGateway,
        500..600 => Finding::ServerError,
        _ => Finding::NotGms,
    };
    let mut seen = format!("status {}", answer.status);
    if let Some(place) = answer
        .header("location")
        .filter(|_| finding == Finding::Redirect)
    {
        // What stands behind a question mark may be a ticket.
        let place = place.split(['?', '#']).next().unwrap_or_default();
        seen = format!("{seen} to {place}");
    }
    if let Some(wait) = answer.header("retry-after") {
        seen = format!("{seen}, Retry-After {wait}");
    }
    Some(Flaw::new(finding, seen))
}

/// The flaw of a REST answer: its exception, its status, or that it is no object.
pub(super) fn rest(answer: &Answer) -> Result<Value, Flaw> {
    let body: Option<Value> = serde_json::from_str(&answer.body).ok();
    let member = |name: &str| body.as_ref()?.get(name)?.as_str().map(str::to_owned);
    if let Some(mut flaw) = status(answer) {
        if let Some(message) = member("message").or_else(|| member("exception")) {
            flaw.seen = format!("{}: {message}", flaw.seen);
        }
        return Err(flaw);
    }
    if let Some(exception) = member("exception") {
        let message = member("message").unwrap_or_default();
        return Err(Flaw::new(
            Finding::Exception,
            format!("{exception}: {message}"),
        ));
    }
    match body {
        Some(body) if body.is_object() => Ok(body),
        Some(_) | None => Err(Flaw::new(Finding::NotGms, kind(answer))),
    }
}

/// What sort of thing an answer is that is not what it should be.
pub(super) fn kind(answer: &Answer) -> String {
    let kind = answer.header("content-type").unwrap_or("no content type");
    format!("{} bytes of {kind}", answer.body.len())
}
