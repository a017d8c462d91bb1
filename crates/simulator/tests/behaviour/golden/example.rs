//! Reads the files of `tests/golden`, and compares a reply with what they show.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Map, Value};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden");

/// Members whose values belong to one server, one chat or one moment.
const VARIABLE: &[&str] = &[
    "_id",
    "_data_id",
    "id",
    "chatSessionId",
    "userId",
    "secureKey",
    "startedAt",
];
/// Members that say where a server stands and how it is set up; CometD's client ids vary in length.
const SITE: &[&str] = &[
    "clientId",
    "chatServerHost",
    "chatServerLoadBalancerAlias",
    "chatWebApiPort",
    "clientTimeZoneOffset",
    "checkChatServiceLoadBalancerPath",
];

/// One exchange.
pub(super) struct Example {
    path: String,
    headers: Vec<(String, String)>,
    body: String,
    pub(super) status: u16,
    pub(super) reply: Option<Value>,
    change: Option<Change>,
}

/// What is told differently from the file.
#[derive(Clone, Copy, PartialEq)]
enum Change {
    /// The request sends no message: the transcript that is shown does not have it.
    NoMessage,
    /// It asks for the whole transcript instead.
    FromTheStart,
    /// The reply does not offer `websocket`.
    NoWebsocket,
}

/// The names of all examples.
pub(super) fn names() -> Vec<String> {
    let files = fs::read_dir(FOLDER)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let examples = files.filter(|path| path.extension().is_some_and(|ending| ending == "http"));
    examples
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect()
}

impl Example {
    /// The example of this name. It may be followed by a change, as in `34-refresh without message`.
    pub(super) fn read(name: &str) -> Self {
        let (file, change) = match name.split_once(" without ") {
            Some((file, "message")) => (file, Some(Change::NoMessage)),
            Some((file, _)) => (file, Some(Change::NoWebsocket)),
            None => match name.strip_suffix(" from the start") {
                Some(file) => (file, Some(Change::FromTheStart)),
                None => (name, None),
            },
        };
        let text = fs::read_to_string(format!("{FOLDER}/{file}.http")).unwrap();
        let request_start = text
            .find("> ")
            .filter(|at| *at == 0 || text[..*at].ends_with('\n'))
            .unwrap();
        let (request, reply) = text[request_start + 2..].split_once("\n< ").unwrap();
        let (first, headers, body) = halves(request);
        let (status, _, reply) = halves(reply);
        let path = first.split(' ').nth(1).unwrap().to_owned();
        let mut reply = (!reply.trim().is_empty()).then(|| serde_json::from_str(reply).unwrap());
        if let (Some(Change::NoWebsocket), Some(Value::Array(messages))) = (change, &mut reply) {
            let types = messages[0]["supportedConnectionTypes"]
                .as_array_mut()
                .unwrap();
            types.retain(|kind| kind != "websocket");
        }
        Self {
            path,
            headers,
            body: body.to_owned(),
            status: status.trim().parse().unwrap(),
            reply,
            change,
        }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The path, with this service instead of its own.
    pub(super) fn path_of(&self, service: &str) -> String {
        let mut parts: Vec<&str> = self.path.split('/').collect();
        let names_service = parts.len() > 5;
        if names_service && parts[3] == "service" {
            parts[4] = service;
        }
        self.changed(&parts.join("/"))
    }

    /// The body, with this client instead of its own.
    pub(super) fn body_of(&self, client: &str) -> String {
        let Some((before, rest)) = self.body.split_once("\"clientId\":\"") else {
            return self.changed(&self.body);
        };
        let (_, after) = rest.split_once('"').unwrap();
        format!("{before}\"clientId\":\"{client}\"{after}")
    }

    fn changed(&self, text: &str) -> String {
        let instead = match self.change {
            None | Some(Change::NoWebsocket) => return text.to_owned(),
            Some(Change::NoMessage) => "_",
            Some(Change::FromTheStart) => "transcriptPosition=1",
        };
        let pairs = text.split('&').map(|pair| {
            if pair.starts_with("message=") {
                instead
            } else {
                pair
            }
        });
        pairs.collect::<Vec<_>>().join("&")
    }
}

/// First line, headers and body.
fn halves(half: &str) -> (&str, Vec<(String, String)>, &str) {
    let (head, body) = half
        .split_once("\n\n")
        .unwrap_or((half.trim_end_matches('\n'), ""));
    let mut lines = head.lines();
    let first = lines.next().unwrap();
    let headers = lines.map(|line| {
        let (name, value) = line.split_once(": ").unwrap();
        (name.to_owned(), value.to_owned())
    });
    (first, headers.collect(), body.trim_end_matches('\n'))
}

/// Fails unless both have the same form; the actual one may have `more` members at its top.
pub(super) fn compare(name: &str, expected: &Value, actual: &Value, more: &BTreeSet<&str>) {
    let mut actual = actual.clone();
    if let (Value::Object(expected), Value::Object(actual)) = (expected, &mut actual) {
        actual.retain(|member, _| expected.contains_key(member) || !more.contains(member.as_str()));
    }
    assert_eq!(form("", &actual), form("", expected), "{name}");
}

/// The value with everything that varies from server to server replaced by its shape.
fn form(member: &str, value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            // Bayeux ids are the client's: they must come back as they were.
            let is_bayeux = members.contains_key("successful");
            let members = members.iter().map(|(name, value)| {
                let value = if is_bayeux && name == "id" {
                    value.clone()
                } else {
                    form(name, value)
                };
                (name.clone(), value)
            });
            Value::Object(members.collect::<Map<_, _>>())
        }
        Value::Array(elements) => elements
            .iter()
            .map(|element| form(member, element))
            .collect(),
        Value::String(text) if SITE.contains(&member) => {
            Value::String(if text.is_empty() { "empty" } else { "text" }.to_owned())
        }
        Value::String(text) if VARIABLE.contains(&member) => Value::String(shape(text)),
        Value::String(text) if member == "tag" => {
            let (kind, service) = text.rsplit_once('.').unwrap();
            Value::String(format!("{kind}.{}", shape(service)))
        }
        Value::String(text) if member.starts_with("_chatIxnAPI") => {
            let mut parts: Vec<&str> = text.split('/').collect();
            parts[4] = "{service_id}";
            Value::String(parts.join("/"))
        }
        Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => value.clone(),
    }
}

/// `x` for each letter or digit: the length and the separators remain.
fn shape(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii_alphanumeric() { 'x' } else { c })
        .collect()
}
