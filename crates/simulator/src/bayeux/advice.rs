//! What a reply tells its client besides events: advice, the id, and that the client is unknown.

use std::time::Duration;

use serde_json::{Value, json};

use super::message::{Reply, Request};
use super::session::{Advised, Session};
use crate::options::{Advice, Cometd, ReplyIds};

/// The advice to connect again, if this reply is to carry it.
pub(super) fn retry_advice(
    session: &Session,
    request: &Request,
    crowded: bool,
    options: &Cometd,
) -> Option<Value> {
    let news = match session.advised {
        Advised::Never => true,
        Advised::Retry | Advised::ChatOver => crowded,
        // The interval of a crowded browser must not outlive the crowd.
        Advised::Crowded => true,
    };
    let wanted = news || options.advice == Advice::Always || !request.advice.is_null();
    let mut advice = json!({
        "interval": 0,
        "reconnect": "retry",
        "timeout": millis(options.hold),
    });
    if crowded {
        advice["interval"] = json!(millis(options.multiple_interval));
        advice["multiple-clients"] = json!(true);
    }
    wanted.then_some(advice)
}

/// The answer to a message whose session is unknown; a connect is told to shake hands again.
pub(super) fn unknown_client(request: &Request, options: &Cometd) -> Reply {
    let is_connect = request.channel.as_deref() == Some("/meta/connect");
    Reply {
        advice: is_connect.then(|| json!({"reconnect": "handshake", "interval": 0})),
        ..Reply::error(request, &options.unknown_client)
    }
}

pub(super) fn reply_id(request: &Request, ids: ReplyIds) -> Option<Value> {
    match ids {
        ReplyIds::Echoed => request.id.clone(),
        ReplyIds::Missing => None,
        ReplyIds::Other => {
            let number = request
                .id
                .as_ref()
                .and_then(Value::as_str)
                .and_then(|id| id.parse().ok());
            Some(json!(
                number.map_or(0, |number: u64| number + 1).to_string()
            ))
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
