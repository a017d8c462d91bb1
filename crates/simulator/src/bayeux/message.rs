//! Bayeux messages as they come and as they go.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A message from a client. Members of a wrong type are taken as absent, except the channel.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Request {
    /// What the message is about; `None` is answered with an error.
    pub channel: Option<String>,
    /// Any JSON value: it is sent back as it came.
    pub id: Option<Value>,
    /// The session.
    pub client_id: Option<Value>,
    /// One channel or several, to subscribe to or to unsubscribe from.
    pub subscription: Value,
    /// Present in a publish.
    pub data: Option<Value>,
    /// `timeout` is honoured.
    pub advice: Value,
    /// `ack`, and at a disconnect `transcriptPosition`.
    pub ext: Value,
}

impl Request {
    /// The session that it names.
    pub(crate) fn client(&self) -> &str {
        self.client_id
            .as_ref()
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The channels to subscribe to or to unsubscribe from.
    pub(crate) fn subscriptions(&self) -> Vec<&str> {
        match &self.subscription {
            Value::String(one) => vec![one],
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// The hold time that the client asks for.
    pub(crate) fn asked_hold(&self) -> Option<Duration> {
        self.advice["timeout"].as_u64().map(Duration::from_millis)
    }

    /// The number of the last batch that the client has dealt with; only a JSON number counts.
    pub(crate) fn acked_batch(&self) -> Option<u64> {
        self.ext["ack"].as_u64()
    }
}

/// Reads a body: an array of messages, or a single one as an object. `None` when it is neither.
pub(crate) fn parse_requests(body: &[u8]) -> Option<Vec<Request>> {
    match serde_json::from_slice(body).ok()? {
        Value::Array(messages) if !messages.is_empty() => {
            let requests = messages.into_iter().map(|message| match message {
                Value::Object(_) => serde_json::from_value(message).ok(),
                _ => None,
            });
            requests.collect()
        }
        object @ Value::Object(_) => Some(vec![serde_json::from_value(object).ok()?]),
        _ => None,
    }
}

/// A reply to one message.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reply {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<Value>,
    pub(crate) successful: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) channel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subscription: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) advice: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ext: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) minimum_version: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) supported_connection_types: Option<[&'static str; 2]>,
}

impl Reply {
    /// A successful reply to this request.
    pub(crate) fn to(request: &Request) -> Self {
        Self {
            id: request.id.clone(),
            successful: true,
            channel: request.channel.clone(),
            ..Self::default()
        }
    }

    /// A reply that says what is wrong.
    pub(crate) fn error(request: &Request, error: &str) -> Self {
        Self {
            successful: false,
            error: Some(error.to_owned()),
            ..Self::to(request)
        }
    }

    /// As a JSON value.
    pub(crate) fn value(&self) -> Value {
        json!(self)
    }
}
