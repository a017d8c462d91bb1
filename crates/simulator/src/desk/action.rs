//! What a person at the desk does in a chat.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use crate::agent::{Act, Party, Role};
use crate::chat::Chat;
use crate::routes::json_reply;
use crate::server::Simulator;
use crate::world::{Stage, World};

/// The body of an action; each action needs some of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wish {
    /// Who acts.
    name: String,
    /// `EXTERNAL`, or an agent; counts only for who joins.
    role: String,
    /// What is said or sent.
    text: String,
    /// The URL to push.
    url: String,
    /// The event type to send.
    r#type: String,
    /// To whom the chat is transferred.
    to: String,
    /// Whether everybody else on the agents' side leaves.
    alone: bool,
}

/// Why an action is not possible.
enum Problem {
    /// No such chat, or no such action.
    Unknown(String),
    /// The body is wrong.
    Wrong(String),
    /// The chat is over, or the actor is not in it.
    NotNow(String),
}

pub(super) async fn act(
    State(simulator): State<Simulator>,
    Path((service, act)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let done = wish(&body).and_then(|wish| {
        simulator.change(|world, now| carry_out(world, &service, &act, wish, now))
    });
    match done {
        Ok(()) => json_reply(StatusCode::OK, &json!({"ok": true})),
        Err(problem) => problem.reply(),
    }
}

fn wish(body: &[u8]) -> Result<Wish, Problem> {
    if body.is_empty() {
        return Ok(Wish::default());
    }
    serde_json::from_slice(body)
        .map_err(|error| Problem::Wrong(format!("The body is wrong: {error}.")))
}

fn carry_out(
    world: &mut World,
    service: &str,
    act: &str,
    wish: Wish,
    now: Instant,
) -> Result<(), Problem> {
    if act == "accept" {
        return accept(world, service);
    }
    let chat = world.service(service).and_then(|service| service.chat());
    let chat = chat.ok_or_else(|| Problem::Unknown("There is no such chat.".to_owned()))?;
    if !chat.is_live() {
        return Err(Problem::NotNow("The chat is over.".to_owned()));
    }
    match act {
        "join" => join(world, service, wish, now),
        "take-over" => {
            world.change_chat(service, |chat| chat.script.take_over());
            Ok(())
        }
        "end" if wish.name.is_empty() => {
            world.act(service, Act::End(None), now);
            Ok(())
        }
        _ => {
            let party = present(chat, &wish.name)?;
            let act = act_of(act, party, wish)?;
            world.act(service, act, now);
            Ok(())
        }
    }
}

/// An agent is available for a delayed service.
fn accept(world: &mut World, service: &str) -> Result<(), Problem> {
    match world.service_mut(service) {
        None => Err(Problem::Unknown("There is no such service.".to_owned())),
        Some(service) => {
            if matches!(service.stage, Stage::Queued { .. }) {
                service.stage = Stage::Free;
            }
            Ok(())
        }
    }
}

/// Somebody joins: from then on, the script is silent.
fn join(world: &mut World, service: &str, wish: Wish, now: Instant) -> Result<(), Problem> {
    let name = filled(wish.name, "name")?;
    let role = if wish.role == Role::External.word() {
        Role::External
    } else {
        Role::Agent
    };
    let newcomer = Party { name, role };
    world.change_chat(service, |chat| {
        chat.script.take_over();
        let others: Vec<Party> = chat
            .present
            .iter()
            .filter(|one| **one != newcomer)
            .cloned()
            .collect();
        if wish.alone {
            for other in others {
                chat.act(Act::Leave(other), now);
            }
        }
        chat.act(Act::Join(newcomer), now);
    });
    Ok(())
}

fn act_of(act: &str, party: Party, wish: Wish) -> Result<Act, Problem> {
    match act {
        "type" => Ok(Act::Type(party)),
        "pause" => Ok(Act::Pause(party)),
        "say" => Ok(Act::Say(party, filled(wish.text, "text")?)),
        "push" => Ok(Act::PushUrl(party, filled(wish.url, "url")?)),
        "send" => Ok(Act::Send {
            party,
            kind: filled(wish.r#type, "type")?,
            text: wish.text,
        }),
        "transfer" => Ok(Act::Transfer {
            from: party,
            to: Party::agent(&filled(wish.to, "to")?),
        }),
        "leave" => Ok(Act::Leave(party)),
        "end" => Ok(Act::End(Some(party))),
        _ => Err(Problem::Unknown(format!("There is no action “{act}”."))),
    }
}

fn present(chat: &Chat, name: &str) -> Result<Party, Problem> {
    let found = chat.present.iter().find(|party| party.name == name);
    found
        .cloned()
        .ok_or_else(|| Problem::NotNow(format!("“{name}” is not in the chat.")))
}

fn filled(text: String, name: &str) -> Result<String, Problem> {
    if text.trim().is_empty() {
        return Err(Problem::Wrong(format!("“{name}” is missing.")));
    }
    Ok(text)
}

impl Problem {
    fn reply(&self) -> Response {
        let (status, what) = match self {
            Self::Unknown(what) => (StatusCode::NOT_FOUND, what),
            Self::Wrong(what) => (StatusCode::BAD_REQUEST, what),
            Self::NotNow(what) => (StatusCode::CONFLICT, what),
        };
        json_reply(status, &json!({"error": what}))
    }
}
