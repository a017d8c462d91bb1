//! The last requests, for tests and for the desk page. It never holds a body, a message or a secret.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::HeaderMap;
use axum::http::request::Parts;
use serde::{Serialize, Serializer};

use crate::clock::Clock;
use crate::fault::{Harm, Route};

/// How many requests are remembered.
const CAPACITY: usize = 2_000;

/// One request.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogEntry {
    /// Its number, counted from 1.
    pub number: u64,
    /// When it came, in milliseconds since the start of the server.
    pub at: u64,
    /// How long it took, in milliseconds; absent while it is under way.
    pub took: Option<u64>,
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query string without values, e.g. `transcriptPosition&_verbose`.
    pub query: String,
    /// What it is, as faults name it: `["connect", "cometd"]`.
    pub routes: Vec<&'static str>,
    /// How it ended.
    pub outcome: Outcome,
    /// The faults that met it.
    pub faults: Vec<String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Origin`.
    pub origin: Option<String>,
    /// `Access-Control-Request-Headers` of a preflight.
    pub asked_headers: Option<String>,
    /// Whether `gms_user` was there.
    pub gms_user: bool,
    /// Whether the cookie `BAYEUX_BROWSER` was there.
    pub browser_cookie: bool,
    /// Length of the body in bytes.
    pub body_length: usize,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is under way, e.g. held.
    Open,
    /// It was answered with this status.
    Status(u16),
    /// The server broke the connection on purpose.
    Broken,
    /// The client went away.
    Aborted,
}

impl Serialize for Outcome {
    /// A status is written as a number, everything else as a word.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Open => serializer.serialize_str("open"),
            Self::Status(status) => serializer.serialize_u16(*status),
            Self::Broken => serializer.serialize_str("broken"),
            Self::Aborted => serializer.serialize_str("aborted"),
        }
    }
}

/// The log of one server.
#[derive(Clone, Debug)]
pub struct Log {
    clock: Clock,
    entries: Arc<Mutex<Entries>>,
}

#[derive(Debug, Default)]
struct Entries {
    last: VecDeque<LogEntry>,
    count: u64,
}

impl Log {
    /// An empty log.
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            entries: Arc::default(),
        }
    }

    /// The last requests, oldest first.
    pub fn last(&self, count: usize) -> Vec<LogEntry> {
        let entries = self.lock();
        let skip = entries.last.len().saturating_sub(count);
        entries.last.iter().skip(skip).cloned().collect()
    }

    /// Forgets all requests; numbers go on.
    pub fn clear(&self) {
        self.lock().last.clear();
    }

    /// Enters a request that has just come.
    pub(crate) fn begin(&self, parts: &Parts, body_length: usize, routes: &[Route]) -> OpenEntry {
        let text = |name: &str| header_text(&parts.headers, name);
        let query = parts.uri.query().unwrap_or_default();
        let names = query
            .split('&')
            .map(|pair| pair.split('=').next().unwrap_or_default());
        let mut entries = self.lock();
        entries.count += 1;
        let number = entries.count;
        if entries.last.len() == CAPACITY {
            entries.last.pop_front();
        }
        entries.last.push_back(LogEntry {
            number,
            at: self.millis(),
            took: None,
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: names.collect::<Vec<_>>().join("&"),
            routes: routes.iter().map(|route| route.name()).collect(),
            outcome: Outcome::Open,
            faults: Vec::new(),
            content_type: text("content-type"),
            origin: text("origin"),
            asked_headers: text("access-control-request-headers"),
            gms_user: parts.headers.contains_key("gms_user"),
            browser_cookie: browser_cookie(&parts.headers).is_some(),
            body_length,
        });
        OpenEntry {
            log: self.clone(),
            number,
        }
    }

    fn change(&self, number: u64, change: impl FnOnce(&mut LogEntry)) {
        let mut entries = self.lock();
        // Numbers are consecutive, so the first one says where the others stand.
        let first = entries.last.front().map_or(0, |entry| entry.number);
        let place = number.checked_sub(first);
        let place = place.and_then(|place| usize::try_from(place).ok());
        if let Some(entry) = place.and_then(|place| entries.last.get_mut(place)) {
            change(entry);
        }
    }

    fn millis(&self) -> u64 {
        let since = self.clock.since_start(self.clock.now());
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request under way; dropping it says that its client has gone.
#[must_use = "dropping it marks the request as aborted"]
#[derive(Debug)]
pub(crate) struct OpenEntry {
    log: Log,
    number: u64,
}

impl OpenEntry {
    /// Notes the faults that it meets.
    pub(crate) fn harmed(&self, harms: &[Harm]) {
        let faults = harms.iter().map(Harm::to_string).collect();
        self.log.change(self.number, |entry| entry.faults = faults);
    }

    /// Notes how it ended.
    pub(crate) fn finish(self, outcome: Outcome) {
        self.close(outcome);
    }

    fn close(&self, outcome: Outcome) {
        let now = self.log.millis();
        self.log.change(self.number, |entry| {
            if entry.outcome == Outcome::Open {
                entry.outcome = outcome;
                entry.took = Some(now.saturating_sub(entry.at));
            }
        });
    }
}

impl Drop for OpenEntry {
    fn drop(&mut self) {
        self.close(Outcome::Aborted);
    }
}

/// The text of a header.
pub(crate) fn header_text(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// The value of the cookie `BAYEUX_BROWSER`.
pub(crate) fn browser_cookie(headers: &HeaderMap) -> Option<String> {
    let values = headers.get_all("cookie").iter();
    let lines = values.filter_map(|value| value.to_str().ok());
    let mut cookies = lines.flat_map(|line| line.split(';'));
    cookies.find_map(|cookie| {
        let value = cookie.trim().strip_prefix("BAYEUX_BROWSER=")?;
        Some(value.to_owned())
    })
}
