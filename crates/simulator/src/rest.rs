//! The REST side: services, their status, and the operations of a chat.

mod operation;
mod reply;

use axum::http::StatusCode;
use serde_json::Value;

use crate::form::NotAForm;

pub(crate) use operation::{Operation, Parameters};
pub(crate) use reply::channel_message;

/// Why a request is not served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// 415: an expected value is missing or incorrect.
    BadValue(String),
    /// 404: the service is not known, or not any more.
    UnknownService(String),
    /// 503 with an empty body: no agent is available yet.
    NotAvailable,
    /// The chat is over; the status is for the switch `after-end` to say.
    ChatOver(StatusCode),
}

impl Refusal {
    /// The HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::BadValue(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::UnknownService(_) => StatusCode::NOT_FOUND,
            Self::NotAvailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::ChatOver(status) => *status,
        }
    }

    /// The body `{message, exception}`; `None` when the body is empty.
    pub(crate) fn body(&self) -> Option<Value> {
        let (message, exception) = match self {
            Self::BadValue(message) => (message.as_str(), "IllegalArgumentException"),
            Self::UnknownService(message) => (message.as_str(), "ServiceNotFoundException"),
            Self::NotAvailable => return None,
            Self::ChatOver(_) => ("Chat session does not exist", "chat.ChatSessionException"),
        };
        let exception = format!("com.genesyslab.gsg.services.{exception}");
        Some(serde_json::json!({"message": message, "exception": exception}))
    }
}

impl From<NotAForm> for Refusal {
    fn from(not: NotAForm) -> Self {
        Self::BadValue(not.0)
    }
}
