//! The state of a server: services, chats, CometD sessions and faults, driven from outside by calls with a moment.

mod service;

use std::collections::HashMap;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::agent::{Act, Step};
use crate::bayeux::Hub;
use crate::chat::{Chat, Delivery};
use crate::clock::Clock;
use crate::fault::FaultPlan;
use crate::ids::Ids;
use crate::options::{BetweenSessions, Options};
use crate::rest;

pub(crate) use service::{Service, Stage};

/// Everything that a server remembers.
#[derive(Debug)]
pub(crate) struct World {
    /// How it behaves; the desk page may change it.
    pub options: Options,
    /// The CometD sessions.
    pub hub: Hub,
    /// The armed faults.
    pub faults: FaultPlan,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    services: HashMap<String, Service>,
    created: u64,
    absent: HashMap<String, Absent>,
}

/// What a user without a CometD session has missed.
#[derive(Debug, Default)]
struct Absent {
    /// Deliveries that found no session.
    kept: Vec<Value>,
    /// The last position that the user has seen, as told at `/meta/disconnect`.
    seen: Option<usize>,
}

impl World {
    /// A world in which nothing has happened, with the scenario's faults armed.
    pub(crate) fn new(options: Options, clock: Clock) -> Self {
        let mut faults = FaultPlan::default();
        for fault in options.scenario.faults.iter().chain(&options.faults) {
            faults.arm(fault.clone());
        }
        Self {
            hub: Hub::default(),
            faults,
            clock,
            ids: Ids::new(options.seed),
            services: HashMap::new(),
            created: 0,
            absent: HashMap::new(),
            options,
        }
    }

    /// The service of this id.
    pub(crate) fn service(&self, id: &str) -> Option<&Service> {
        self.services.get(id)
    }

    /// All services, in the order of their creation.
    pub(crate) fn services(&self) -> Vec<&Service> {
        let mut services: Vec<_> = self.services.values().collect();
        services.sort_by_key(|service| service.number);
        services
    }

    pub(crate) fn service_mut(&mut self, id: &str) -> Option<&mut Service> {
        self.services.get_mut(id)
    }

    /// Adds a service and gives it the next number.
    pub(crate) fn add_service(&mut self, mut service: Service) {
        self.created += 1;
        service.number = self.created;
        self.services.insert(service.id.clone(), service);
    }

    /// Opens a chat on a service; its script begins to play at the next tick.
    pub(crate) fn open_chat(&mut self, service: &str, chat: Chat) {
        if chat.delivery == Delivery::Comet {
            self.hub.revive_user(&chat.user);
        }
        if let Some(service) = self.services.get_mut(service) {
            service.stage = Stage::Chat(Box::new(chat));
        }
    }

    /// Lets the other side of a chat do something; false when there is no live chat.
    pub(crate) fn act(&mut self, service: &str, act: Act, now: Instant) -> bool {
        let acted = self.change_chat(service, |chat| {
            let live = chat.is_live();
            chat.act(act, now);
            live
        });
        acted.unwrap_or(false)
    }

    /// Changes a chat and delivers the events that this brought.
    pub(crate) fn change_chat<T>(
        &mut self,
        service: &str,
        change: impl FnOnce(&mut Chat) -> T,
    ) -> Option<T> {
        let chat = self.services.get_mut(service)?.chat_mut()?;
        let before = chat.transcript.last_position();
        let was_live = chat.is_live();
        let result = change(chat);
        let (ended, user) = (was_live && !chat.is_live(), chat.user.clone());
        let is_comet = chat.delivery == Delivery::Comet;
        self.deliver(service, before);
        if ended && is_comet && !self.has_live_comet_chat(&user) {
            self.hub.end_user(&user);
        }
        Some(result)
    }

    /// Puts the events after this position on the channel, if the chat is in push mode and there are any.
    pub(crate) fn deliver(&mut self, service: &str, after: usize) {
        let Some(chat) = self.services.get(service).and_then(Service::chat) else {
            return;
        };
        if chat.delivery == Delivery::Poll || chat.transcript.after(after).is_empty() {
            return;
        }
        let data = json!({
            "id": self.ids.delivery(),
            "message": rest::channel_message(chat, after, &self.options.chat, self.clock),
            "tag": format!("service.chat.refresh.{service}"),
        });
        let reached = self.hub.deliver(&chat.user, &data);
        if reached == 0 && self.options.chat.between_sessions == BetweenSessions::Kept {
            let absent = self.absent.entry(chat.user.clone()).or_default();
            absent.kept.push(data);
        }
    }

    /// A user has subscribed: what was missed follows.
    pub(crate) fn catch_up(&mut self, user: &str) {
        let Some(absent) = self.absent.remove(user) else {
            return;
        };
        match absent.seen {
            Some(seen) => {
                for service in self.live_comet_chats(user) {
                    self.deliver(&service, seen);
                }
            }
            None => {
                for data in absent.kept {
                    self.hub.deliver(user, &data);
                }
            }
        }
    }

    /// A user has sent `/meta/disconnect`, perhaps with the last position that was seen.
    /// Then the agents are told.
    pub(crate) fn user_goes_away(&mut self, user: &str, position: &Value, now: Instant) {
        let number = position.as_u64();
        let number = number.or_else(|| position.as_str().and_then(|text| text.parse().ok()));
        let Some(seen) = number.and_then(|number| usize::try_from(number).ok()) else {
            return;
        };
        self.absent.entry(user.to_owned()).or_default().seen = Some(seen);
        for service in self.live_comet_chats(user) {
            self.change_chat(&service, |chat| chat.note_absence(now));
        }
    }

    /// Forgets all sessions, and on demand all services too, as a restart does.
    pub(crate) fn restart(&mut self, keep_chats: bool) {
        self.hub.forget_all();
        if !keep_chats {
            self.services.clear();
            self.absent.clear();
        }
    }

    /// When something wants to happen by itself.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        let services = self.services.values().filter_map(|service| {
            let reached = service
                .chat()
                .is_some_and(|chat| is_reached(chat, &self.hub));
            service.next_due(&self.options.timers, reached)
        });
        services.chain(self.hub.next_due()).min()
    }

    /// Does everything that is due by now.
    pub(crate) fn tick(&mut self, now: Instant) {
        for user in self.hub.sweep(now) {
            self.hear_of(&user, now);
        }
        for service in self.services.values_mut() {
            service.become_available(now);
        }
        let timers = self.options.timers;
        for (service, reached) in self.due_chats(now) {
            self.play(&service, now);
            self.change_chat(&service, |chat| chat.run_timers(&timers, reached, now));
        }
        self.services
            .retain(|_, service| !service.has_expired(&timers, now));
    }

    /// A user's CometD session has shown a sign of life, which counts as one from the visitor of each chat.
    pub(crate) fn hear_of(&mut self, user: &str, now: Instant) {
        let chats = self.services.values_mut().filter_map(Service::chat_mut);
        for chat in chats.filter(|chat| chat.delivery == Delivery::Comet && chat.user == user) {
            chat.heard = now;
        }
    }

    /// The services with a live chat in which something is due by now, each with whether its visitor has a CometD
    /// session.
    fn due_chats(&self, now: Instant) -> Vec<(String, bool)> {
        let timers = &self.options.timers;
        let services = self.services.values().filter_map(|service| {
            let chat = service.chat().filter(|chat| chat.is_live())?;
            let reached = is_reached(chat, &self.hub);
            let due = chat.next_due(timers, reached)? <= now;
            due.then(|| (service.id.clone(), reached))
        });
        services.collect()
    }

    /// Plays the steps of a chat's script that are due by now.
    fn play(&mut self, service: &str, now: Instant) {
        while let Some(step) = self
            .services
            .get_mut(service)
            .and_then(Service::chat_mut)
            .and_then(|chat| chat.next_step(now))
        {
            match step {
                Step::Act(act) => {
                    self.act(service, act, now);
                }
                Step::Fault(fault) => {
                    self.faults.arm(fault);
                }
                // Waits have become the moments of the steps behind them.
                Step::Wait(_) => {}
            }
        }
    }

    fn has_live_comet_chat(&self, user: &str) -> bool {
        !self.live_comet_chats(user).is_empty()
    }

    fn live_comet_chats(&self, user: &str) -> Vec<String> {
        let services = self.services.values().filter(|service| {
            service.chat().is_some_and(|chat| {
                chat.is_live() && chat.delivery == Delivery::Comet && chat.user == user
            })
        });
        services.map(|service| service.id.clone()).collect()
    }
}

/// Whether this chat's visitor has a CometD session.
fn is_reached(chat: &Chat, hub: &Hub) -> bool {
    chat.delivery == Delivery::Comet && hub.has_user(&chat.user)
}
