//! CometD requests: messages in, messages out, and the holding of connects.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::time::{sleep_until, timeout_at};

use super::{Arrived, json_reply};
use crate::bayeux::{Exchange, Held, Verdict, parse_requests};
use crate::options::Duplicate;
use crate::rest::Refusal;
use crate::server::Simulator;

pub(super) async fn exchange(State(simulator): State<Simulator>, arrived: Arrived) -> Response {
    let Some(requests) = parse_requests(&arrived.body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let caller = arrived.caller();
    let exchange = simulator.change(|world, now| {
        if world.options.demand_gms_user && !caller.named {
            let message = "Header gms_user is missing".to_owned();
            return Err(Refusal::BadValue(message));
        }
        Ok(world.exchange(requests, &caller, now))
    });
    match exchange {
        Ok(Exchange::Answer { messages, cookie }) => answered(&simulator, messages, cookie),
        Ok(Exchange::Held(held)) => HeldConnect { simulator, held }.wait().await,
        Err(refusal) => json_reply(refusal.status(), &refusal.body().unwrap_or_default()),
    }
}

fn answered(simulator: &Simulator, messages: Vec<Value>, cookie: Option<String>) -> Response {
    let mut response = json_reply(StatusCode::OK, &Value::Array(messages));
    if let Some(cookie) = cookie {
        let attributes = simulator.look(|world, _| world.options.cometd.cookie_attributes.clone());
        let separator = if attributes.is_empty() { "" } else { "; " };
        let text = format!("BAYEUX_BROWSER={cookie}; Path=/; HttpOnly{separator}{attributes}");
        if let Ok(value) = HeaderValue::try_from(text) {
            response.headers_mut().insert(header::SET_COOKIE, value);
        }
    }
    response
}

/// A held connect; dropping it, because its client has gone, lets go of the session.
struct HeldConnect {
    simulator: Simulator,
    held: Box<Held>,
}

impl HeldConnect {
    async fn wait(self) -> Response {
        let mut time_is_up = false;
        loop {
            let seen = self
                .simulator
                .change(|world, now| world.look_at(&self.held, time_is_up, now));
            match seen {
                Some(Ok(messages)) => {
                    return json_reply(StatusCode::OK, &Value::Array(messages));
                }
                Some(Err(verdict)) => return self.obey(verdict).await,
                None => {}
            }
            let woken = timeout_at(self.held.until, self.held.wake.notified()).await;
            time_is_up = woken.is_err();
        }
    }

    /// The answer to a connect that is over without an event.
    async fn obey(&self, verdict: Verdict) -> Response {
        let success = || {
            let reply = json!([self.held.success()]);
            json_reply(StatusCode::OK, &reply)
        };
        match verdict {
            Verdict::Disconnected => success(),
            Verdict::Dismissed => {
                let goodbye = json!({"channel": "/meta/disconnect", "successful": true});
                json_reply(StatusCode::OK, &json!([goodbye, self.held.success()]))
            }
            Verdict::Forgotten => {
                let reply = self
                    .simulator
                    .look(|world, _| world.unknown_client(&self.held));
                json_reply(StatusCode::OK, &json!([reply]))
            }
            Verdict::Replaced => {
                match self
                    .simulator
                    .look(|world, _| world.options.cometd.duplicate)
                {
                    Duplicate::Error500 => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
                    Duplicate::Error408 => StatusCode::REQUEST_TIMEOUT.into_response(),
                    Duplicate::Answered => success(),
                    Duplicate::Silent => {
                        sleep_until(self.held.until).await;
                        success()
                    }
                }
            }
        }
    }
}

impl Drop for HeldConnect {
    fn drop(&mut self) {
        self.simulator
            .change(|world, now| world.abandon(&self.held, now));
    }
}
