//! What a person at the desk, or a test, does to the server itself.

use axum::body::Bytes;
use axum::extract::{ConnectInfo, Extension, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::fault::Fault;
use crate::options::set_switch;
use crate::routes::json_reply;
use crate::scenario::Scenario;
use crate::server::Simulator;
use crate::wire::Wire;

/// A sentence about what is wrong with a request.
type Complaint = String;

#[derive(Deserialize)]
struct ArmFault {
    fault: String,
}

/// `{"fault": "connect:drop-after:3"}`; answers with the id of the armed fault.
pub(super) async fn arm(State(simulator): State<Simulator>, body: Bytes) -> Response {
    let armed = read(&body).and_then(|wish: ArmFault| {
        let fault: Fault = wish.fault.parse()?;
        let id = simulator.change(|world, _| world.faults.arm(fault));
        Ok(json!({"id": id}))
    });
    reply(armed)
}

pub(super) async fn disarm(State(simulator): State<Simulator>, Path(id): Path<u64>) -> Response {
    if simulator.change(|world, _| world.faults.disarm(id)) {
        reply(Ok(json!({"ok": true})))
    } else {
        json_reply(
            StatusCode::NOT_FOUND,
            &json!({"error": "There is no such fault."}),
        )
    }
}

pub(super) async fn clear_faults(State(simulator): State<Simulator>) -> Response {
    simulator.change(|world, _| world.faults.clear());
    reply(Ok(json!({"ok": true})))
}

#[derive(Deserialize)]
struct SetSwitch {
    name: String,
    value: String,
}

/// `{"name": "events", "value": "reply-first"}`.
pub(super) async fn set(State(simulator): State<Simulator>, body: Bytes) -> Response {
    let set = read(&body).and_then(|wish: SetSwitch| {
        simulator.change(|world, _| set_switch(&mut world.options, &wish.name, &wish.value))?;
        Ok(json!({"ok": true}))
    });
    reply(set)
}

#[derive(Deserialize)]
struct PlayScenario {
    /// The name of a built-in scenario.
    #[serde(default)]
    name: String,
    /// The text of a scenario; goes before the name.
    text: Option<String>,
}

/// `{"name": "transfer"}`, or `{"text": "…"}` with a scenario of one's own. It counts for chats from now on.
pub(super) async fn play(State(simulator): State<Simulator>, body: Bytes) -> Response {
    let played = read(&body).and_then(|wish: PlayScenario| {
        let scenario = match wish.text {
            Some(text) => {
                Scenario::parse("own", &text).map_err(|complaint| complaint.to_string())?
            }
            None => Scenario::named(&wish.name)
                .ok_or_else(|| format!("There is no scenario “{}”.", wish.name))?,
        };
        simulator.change(|world, _| {
            for fault in &scenario.faults {
                world.faults.arm(fault.clone());
            }
            world.options.play(scenario);
        });
        Ok(json!({"ok": true}))
    });
    reply(played)
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Chats {
    #[default]
    Kept,
    Lost,
}

#[derive(Default, Deserialize)]
struct Restart {
    #[serde(default)]
    chats: Chats,
}

/// `{"chats": "kept"}` or `{"chats": "lost"}`: all sessions are forgotten, and all connections but this one reset.
pub(super) async fn restart(
    State(simulator): State<Simulator>,
    wire: Option<Extension<ConnectInfo<Wire>>>,
    body: Bytes,
) -> Response {
    let restarted = read(&body).map(|wish: Restart| {
        let keep_chats = match wish.chats {
            Chats::Kept => true,
            Chats::Lost => false,
        };
        let wire = wire.map(|Extension(ConnectInfo(wire))| wire);
        simulator.restart(keep_chats, wire.as_ref());
        json!({"ok": true})
    });
    reply(restarted)
}

#[derive(Default, Deserialize)]
struct Forget {
    client: Option<String>,
}

/// `{"client": "…"}`, or nothing for all sessions: they are unknown from now on.
pub(super) async fn forget(State(simulator): State<Simulator>, body: Bytes) -> Response {
    let forgotten = read(&body).map(|wish: Forget| {
        simulator.change(|world, _| match wish.client {
            Some(client) => {
                world.hub.forget(&client);
            }
            None => world.hub.forget_all(),
        });
        json!({"ok": true})
    });
    reply(forgotten)
}

#[derive(Deserialize)]
struct Disconnect {
    client: String,
}

/// `{"client": "…"}`: the server itself sends `/meta/disconnect`.
pub(super) async fn disconnect(State(simulator): State<Simulator>, body: Bytes) -> Response {
    let dismissed = read(&body).map(|wish: Disconnect| {
        simulator.change(|world, _| world.hub.dismiss(&wish.client));
        json!({"ok": true})
    });
    reply(dismissed)
}

pub(super) async fn clear_log(State(simulator): State<Simulator>) -> Response {
    simulator.log().clear();
    reply(Ok(json!({"ok": true})))
}

/// Reads a JSON body; an empty one is `{}`.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Complaint> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| format!("The body is wrong: {error}."))
}

fn reply(done: Result<Value, Complaint>) -> Response {
    match done {
        Ok(value) => json_reply(StatusCode::OK, &value),
        Err(complaint) => json_reply(StatusCode::BAD_REQUEST, &json!({"error": complaint})),
    }
}
