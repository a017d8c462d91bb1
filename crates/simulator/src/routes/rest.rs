//! REST requests: parameters in, chat objects or refusals out.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::time::Instant;

use super::{Arrived, json_reply};
use crate::form::Form;
use crate::log::header_text;
use crate::rest::{Operation, Parameters, Refusal};
use crate::server::Simulator;
use crate::world::World;

pub(super) async fn create_service(
    State(simulator): State<Simulator>,
    Path(name): Path<String>,
    arrived: Arrived,
) -> Response {
    answer(&simulator, &arrived, |world, parameters, now| {
        world.create_service(&name, parameters, now)
    })
}

pub(super) async fn service_status(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    arrived: Arrived,
) -> Response {
    answer(&simulator, &arrived, |world, _, now| {
        world.service_status(&id, now)
    })
}

pub(super) async fn create_chat(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    arrived: Arrived,
) -> Response {
    answer(&simulator, &arrived, |world, parameters, now| {
        world.create_chat(&id, parameters, now)
    })
}

pub(super) async fn operate(
    State(simulator): State<Simulator>,
    Path((id, operation)): Path<(String, String)>,
    arrived: Arrived,
) -> Response {
    let Some(operation) = Operation::named(&operation) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    answer(&simulator, &arrived, |world, parameters, now| {
        world.operate(&id, operation, parameters, now)
    })
}

fn answer(
    simulator: &Simulator,
    arrived: &Arrived,
    serve: impl FnOnce(&mut World, &Parameters, Instant) -> Result<Value, Refusal>,
) -> Response {
    let served = parameters(arrived)
        .and_then(|parameters| simulator.change(|world, now| serve(world, &parameters, now)));
    match served {
        Ok(body) => json_reply(StatusCode::OK, &body),
        Err(refusal) => refused(simulator, &refusal),
    }
}

fn parameters(arrived: &Arrived) -> Result<Parameters, Refusal> {
    let content_type = header_text(&arrived.headers, "content-type");
    Ok(Parameters {
        form: Form::read(&arrived.query, content_type.as_deref(), &arrived.body)?,
        caller: arrived.caller(),
        address: arrived.address,
    })
}

fn refused(simulator: &Simulator, refusal: &Refusal) -> Response {
    if let Some(body) = refusal.body() {
        return json_reply(refusal.status(), &body);
    }
    let mut response = refusal.status().into_response();
    let retry_after = simulator.look(|world, _| world.options.chat.retry_after);
    if let Some(time) = retry_after {
        let seconds = HeaderValue::from(time.as_secs());
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}
