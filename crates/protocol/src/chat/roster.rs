//! Who takes part, as far as it tells why a chat is over.

use super::{End, Party, Role};
use crate::text::holds;
use crate::wire::{Event, Kind};

/// Agents that are there or were, and whether the server has warned that nobody writes.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    agents: Vec<String>,
    agent_seen: bool,
    idle: bool,
}

impl Roster {
    /// Takes note of an event.
    pub(crate) fn note(&mut self, event: &Event) {
        match &event.kind {
            Kind::Message => self.spoke(event),
            Kind::Joined => self.joined(&event.party),
            Kind::Left => self.left(&event.party),
            Kind::Other(_) => self.idle |= speaks_of_idleness(event),
            Kind::TypingStarted | Kind::TypingStopped | Kind::PushUrl => {}
        }
    }

    /// Whether an agent is or was there.
    pub(crate) fn agent_seen(&self) -> bool {
        self.agent_seen
    }

    /// Why the chat is over, when the visitor did not end it. `unknown`: the server has forgotten it.
    pub(crate) fn end(&self, unknown: bool) -> End {
        if self.idle {
            End::Idle
        } else if self.agent_seen && self.agents.is_empty() {
            End::Agent
        } else if unknown {
            End::Lost
        } else {
            End::Server
        }
    }

    /// Why the chat is over, when the visitor ends it.
    pub(crate) fn end_by_visitor(&self) -> End {
        if self.agent_seen {
            End::Visitor
        } else {
            End::Abandoned
        }
    }

    fn spoke(&mut self, event: &Event) {
        match event.party.role {
            Role::Client => self.idle = false,
            Role::Agent => {
                self.idle = false;
                self.joined(&event.party);
            }
            Role::Supervisor | Role::External => self.idle |= speaks_of_idleness(event),
        }
    }

    fn joined(&mut self, party: &Party) {
        if party.role == Role::Agent {
            self.agent_seen = true;
            if !self.agents.contains(&party.nickname) {
                self.agents.push(party.nickname.clone());
            }
        }
    }

    fn left(&mut self, party: &Party) {
        if party.role == Role::Agent {
            self.agents.retain(|nickname| *nickname != party.nickname);
        }
    }
}

/// Chat Server's idle control: `IDLE_CONTROL_ALERT`, `IDLE_CONTROL_CLOSE`, or its default sentence
/// "… due to inactivity of chat participants". How version 1 labels them is nowhere written.
pub(crate) fn speaks_of_idleness(event: &Event) -> bool {
    let named = matches!(&event.kind, Kind::Other(name) if holds(name, "IDLE_CONTROL"));
    named || holds(&event.text, "IDLE_CONTROL") || holds(&event.text, "inactivity")
}
