//! What the desk shows, as JSON. Secrets of verbose replies are not among it.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::agent::{Party, Script};
use crate::chat::{Chat, Delivery, Idle, Phase};
use crate::options::{ServiceKind, Timers, switches as all_switches};
use crate::scenario::Scenario;
use crate::world::{Service, Stage, World};

/// How many services are shown at most: the youngest.
const SHOWN: usize = 200;

/// Everything at once.
pub(super) fn state(world: &World, now: Instant) -> Value {
    json!({
        "now": millis(world.clock.since_start(now)),
        "scenario": world.options.scenario.name,
        "chats": chats(world, now),
        "sessions": sessions(world),
        "faults": faults(world),
        "switches": switches(world),
        "scenarios": scenarios(),
    })
}

/// The services with their chats, oldest first.
pub(super) fn chats(world: &World, now: Instant) -> Value {
    let services = world.services();
    let skip = services.len().saturating_sub(SHOWN);
    let views = services[skip..].iter();
    let views = views.map(|service| service_view(service, world, now));
    views.collect()
}

/// One service with its chat; `null` when there is none of this id.
pub(super) fn chat(world: &World, id: &str, now: Instant) -> Value {
    let service = world.service(id);
    service.map_or(Value::Null, |service| service_view(service, world, now))
}

fn service_view(service: &Service, world: &World, now: Instant) -> Value {
    let mut view = json!({
        "service": service.id,
        "number": service.number,
        "name": service.name,
        "kind": match service.kind {
            ServiceKind::Basic => "basic",
            ServiceKind::Delayed => "delayed",
        },
        "age": millis(now.saturating_duration_since(service.created)),
        "data": pairs(&service.data),
        "stage": match &service.stage {
            Stage::Queued { .. } if service.is_available(now) => "free",
            Stage::Queued { .. } => "queued",
            Stage::Free => "free",
            Stage::Chat(_) => "chat",
        },
    });
    if let Some(chat) = service.chat() {
        let reached = world.hub.has_user(&chat.user);
        view["chat"] = chat_view(chat, reached, world, now);
    }
    view
}

fn chat_view(chat: &Chat, reached: bool, world: &World, now: Instant) -> Value {
    let (phase, why) = match chat.phase {
        Phase::Waiting => ("waiting", None),
        Phase::Talking(_) => ("talking", None),
        Phase::Over { why, .. } => ("over", Some(why.word())),
    };
    let events = chat.transcript.after(0).iter().enumerate();
    let events = events.map(|(index, event)| {
        json!({
            "position": index + 1,
            "type": event.kind.name(world.options.chat.typing_names),
            "name": event.party.name,
            "role": event.party.role.word(),
            "text": event.text,
            "seconds": event.at.as_secs(),
        })
    });
    json!({
        "session": chat.ids.session,
        "nickname": chat.visitor.nickname,
        "subject": chat.visitor.subject,
        "fields": pairs(&chat.visitor.fields),
        "delivery": match chat.delivery {
            Delivery::Poll => "poll",
            Delivery::Comet => "comet",
        },
        "reached": reached,
        "phase": phase,
        "why": why,
        "scripted": matches!(chat.script, Script::Playing(_)),
        "present": chat.present.iter().map(party).collect::<Value>(),
        "typing": chat.typing,
        "events": events.collect::<Value>(),
        "timers": timers(chat, reached, &world.options.timers, now),
    })
}

/// What is left of each timer, in milliseconds; `null` for one that does not run.
fn timers(chat: &Chat, reached: bool, timers: &Timers, now: Instant) -> Value {
    let left = |at: Instant| millis(at.saturating_duration_since(now));
    let (alert, close) = match chat.phase {
        Phase::Talking(Idle::Since(at)) => (Some(left(at + timers.idle_alert)), None),
        Phase::Talking(Idle::Warned(at)) => (None, Some(left(at + timers.idle_close))),
        Phase::Waiting | Phase::Over { .. } => (None, None),
    };
    let runs = chat.is_live() && !(reached && chat.delivery == Delivery::Comet);
    json!({
        "keepAlive": runs.then(|| left(chat.heard + timers.keep_alive)),
        "idleAlert": alert,
        "idleClose": close,
    })
}

/// The CometD sessions.
pub(super) fn sessions(world: &World) -> Value {
    let views = world.hub.views().into_iter().map(|session| {
        json!({
            "client": session.client,
            "user": session.user,
            "held": session.held,
            "ack": session.ack,
        })
    });
    views.collect()
}

/// The armed faults.
pub(super) fn faults(world: &World) -> Value {
    let views = world.faults.armed().iter().map(|armed| {
        json!({
            "id": armed.id,
            "fault": armed.fault.to_string(),
            "seen": armed.seen,
            "harmed": armed.harmed,
            "spent": armed.is_spent(),
        })
    });
    views.collect()
}

/// The switches with their values.
pub(super) fn switches(world: &World) -> Value {
    let views = all_switches().iter().map(|switch| {
        json!({
            "name": switch.name,
            "about": switch.about,
            "values": switch.values,
            "value": switch.show(&world.options),
        })
    });
    views.collect()
}

/// The built-in scenarios.
pub(super) fn scenarios() -> Value {
    let scenarios = Scenario::names().filter_map(Scenario::named);
    let views = scenarios.map(|scenario| json!({"name": scenario.name, "about": scenario.about}));
    views.collect()
}

fn party(party: &Party) -> Value {
    json!({"name": party.name, "role": party.role.word()})
}

fn pairs(pairs: &[(String, String)]) -> Value {
    pairs
        .iter()
        .map(|(name, value)| json!([name, value]))
        .collect()
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
