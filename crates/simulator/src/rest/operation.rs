//! What each REST request does.

use std::net::IpAddr;

use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Refusal, reply};
use crate::bayeux::Caller;
use crate::chat::{Chat, ChatIds, Delivery, Visitor};
use crate::form::Form;
use crate::options::{AfterEnd, Repair, ServiceKind};
use crate::scenario::Available;
use crate::world::{Service, Stage, World};

/// Parameters of the API itself: everything else is the visitor's or the page's data.
const API_PARAMETERS: [&str; 4] = [
    "_verbose",
    "notify_by",
    "subscriptionID",
    "transcriptPosition",
];

/// The operations on a chat, by the last segment of their URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// `refresh`.
    Refresh,
    /// `send`.
    Send,
    /// `startTyping`.
    StartTyping,
    /// `stopTyping`.
    StopTyping,
    /// `customNotice`.
    CustomNotice,
    /// `disconnect`.
    Disconnect,
}

impl Operation {
    /// The operation of this URL segment.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "refresh" => Some(Self::Refresh),
            "send" => Some(Self::Send),
            "startTyping" => Some(Self::StartTyping),
            "stopTyping" => Some(Self::StopTyping),
            "customNotice" => Some(Self::CustomNotice),
            "disconnect" => Some(Self::Disconnect),
            _ => None,
        }
    }
}

/// What a request brings, besides its URL.
#[derive(Clone, Debug)]
pub(crate) struct Parameters {
    /// Query and body.
    pub form: Form,
    /// Who sends it.
    pub caller: Caller,
    /// Where it comes from: the name of a visitor who gives none.
    pub address: IpAddr,
}

impl World {
    /// `POST /1/service/{name}`.
    ///
    /// # Errors
    /// When no service of that name is configured.
    pub(crate) fn create_service(
        &mut self,
        name: &str,
        parameters: &Parameters,
        now: Instant,
    ) -> Result<Value, Refusal> {
        let known = self
            .options
            .services
            .iter()
            .find(|service| service.name == name);
        let Some(kind) = known.map(|service| service.kind) else {
            return Err(Refusal::UnknownService(format!(
                "Service {name} is not configured"
            )));
        };
        let (id, stage) = match (kind, self.options.scenario.available) {
            (ServiceKind::Basic, _) => (self.ids.basic_service(), Stage::Free),
            (ServiceKind::Delayed, Available::After(time)) => {
                let until = Some(now + time);
                (self.ids.delayed_service(), Stage::Queued { until })
            }
            (ServiceKind::Delayed, Available::AtTheDesk) => {
                (self.ids.delayed_service(), Stage::Queued { until: None })
            }
        };
        let mut reply = json!({"_id": id});
        if parameters.form.is_verbose() && kind == ServiceKind::Basic {
            reply["_chatIxnAPI-CREATE-URL"] = json!(reply::url(&id, ""));
            if parameters.caller.named {
                reply["_data_id"] = json!(self.ids.data_id());
            }
        }
        self.add_service(Service {
            id,
            kind,
            name: name.to_owned(),
            data: data_of(&parameters.form),
            created: now,
            number: 0,
            stage,
        });
        Ok(reply)
    }

    /// `POST /1/service/{id}/status`.
    ///
    /// # Errors
    /// When the service is unknown or not a delayed one.
    pub(crate) fn service_status(&self, id: &str, now: Instant) -> Result<Value, Refusal> {
        let service = self.known_service(id)?;
        if service.kind == ServiceKind::Basic {
            return Err(Refusal::BadValue(format!("Service {id} has no status")));
        }
        let (status, dialog, tag) = if service.is_available(now) {
            ("available", "agent_available.html", "agentavailable")
        } else {
            ("waiting", "waiting_for_agent.html", "statuschanged")
        };
        Ok(json!({
            "message": {"_id": id, "_status": status, "_dialog": dialog},
            "tag": format!("a2c.advanced.service.{tag}.{id}"),
        }))
    }

    /// `POST /1/service/{id}/ixn/chat`. A chat that is there already is told again: its creation's reply was lost.
    ///
    /// # Errors
    /// When the service is unknown, no agent is available, a parameter is wrong, or the chat is over.
    pub(crate) fn create_chat(
        &mut self,
        id: &str,
        parameters: &Parameters,
        now: Instant,
    ) -> Result<Value, Refusal> {
        let service = self.known_service(id)?;
        if !service.is_available(now) {
            return Err(Refusal::NotAvailable);
        }
        let known = service.chat().map(Chat::is_live);
        let form = &parameters.form;
        match known {
            Some(false) => return Err(Refusal::ChatOver(StatusCode::INTERNAL_SERVER_ERROR)),
            Some(true) => {}
            None => {
                let chat = self.new_chat(parameters, now)?;
                self.open_chat(id, chat);
            }
        }
        let position = position_of(form)?;
        let service = self.known_service(id)?;
        Ok(reply::created(
            service,
            known.is_some(),
            form,
            position,
            self,
        ))
    }

    fn new_chat(&mut self, parameters: &Parameters, now: Instant) -> Result<Chat, Refusal> {
        let form = &parameters.form;
        let Some(subject) = form.filled("subject") else {
            return Err(Refusal::BadValue("Parameter subject is missing".to_owned()));
        };
        let delivery = match form.value("notify_by") {
            None | Some("") => Delivery::Poll,
            Some("comet") => Delivery::Comet,
            Some(other) => {
                let message = format!("Parameter notify_by is {other}: only comet is supported");
                return Err(Refusal::BadValue(message));
            }
        };
        position_of(form)?;
        if delivery == Delivery::Comet {
            self.demand_user(&parameters.caller)?;
        }
        let visitor = Visitor {
            nickname: nickname(parameters),
            subject: subject.to_owned(),
            fields: data_of(form),
        };
        let ids = ChatIds {
            session: self.ids.chat_session(),
            comet: self.ids.delayed_service(),
            user: self.ids.key(),
            secure_key: self.ids.key(),
        };
        let user = parameters.caller.user.clone();
        let scenario = self.options.scenario.clone();
        Ok(Chat::new(ids, delivery, user, visitor, scenario, now))
    }

    /// `POST /1/service/{id}/ixn/chat/{operation}`.
    ///
    /// # Errors
    /// When the service or its chat is unknown, a parameter is missing or wrong, or the chat is over and the switch
    /// `after-end` asks for an exception.
    pub(crate) fn operate(
        &mut self,
        id: &str,
        operation: Operation,
        parameters: &Parameters,
        now: Instant,
    ) -> Result<Value, Refusal> {
        let service = self.known_service(id)?;
        let Some(chat) = service.chat() else {
            return Err(if service.is_available(now) {
                Refusal::UnknownService(format!("Service {id} has no chat"))
            } else {
                Refusal::NotAvailable
            });
        };
        let live = chat.is_live();
        if chat.delivery == Delivery::Comet {
            self.demand_user(&parameters.caller)?;
            if parameters.caller.named && parameters.caller.user != chat.user {
                let message = "Header gms_user is not that of the chat";
                return Err(Refusal::BadValue(message.to_owned()));
            }
        }
        match self.options.chat.after_end {
            AfterEnd::Exception if !live => {
                return Err(Refusal::ChatOver(StatusCode::INTERNAL_SERVER_ERROR));
            }
            AfterEnd::Exception200 if !live => return Err(Refusal::ChatOver(StatusCode::OK)),
            AfterEnd::State | AfterEnd::Exception | AfterEnd::Exception200 => {}
        }
        let form = &parameters.form;
        let position = position_of(form)?;
        let message = message_of(operation, form)?;
        let before = chat.transcript.last_position();
        if live {
            self.change_chat(id, |chat| {
                chat.heard = now;
                carry_out(chat, operation, message, now);
            });
        }
        let repair = self.options.chat.repair;
        if let (Operation::Refresh, Some(position), Repair::Pushed) = (operation, position, repair)
        {
            self.deliver(id, position);
        }
        let reply = match operation {
            Operation::Disconnect => reply::disconnected(self.known_service(id)?, form, before),
            Operation::Refresh
            | Operation::Send
            | Operation::StartTyping
            | Operation::StopTyping
            | Operation::CustomNotice => {
                reply::news(self.known_service(id)?, operation, form, position, self)
            }
        };
        if let Some(chat) = self.service_mut(id).and_then(Service::chat_mut) {
            chat.told = chat.transcript.last_position();
        }
        Ok(reply)
    }

    fn known_service(&self, id: &str) -> Result<&Service, Refusal> {
        let unknown = || Refusal::UnknownService(format!("Service {id} is not found"));
        self.service(id).ok_or_else(unknown)
    }

    fn demand_user(&self, caller: &Caller) -> Result<(), Refusal> {
        if self.options.demand_gms_user && !caller.named {
            return Err(Refusal::BadValue("Header gms_user is missing".to_owned()));
        }
        Ok(())
    }
}

/// What the visitor does by this operation.
fn carry_out(chat: &mut Chat, operation: Operation, message: Option<&str>, now: Instant) {
    match operation {
        Operation::Refresh | Operation::Send => {
            if let Some(message) = message {
                chat.hear(message, now);
            }
        }
        Operation::CustomNotice => chat.hear_notice(message.unwrap_or_default(), now),
        Operation::StartTyping => chat.hear_typing(true, now),
        Operation::StopTyping => chat.hear_typing(false, now),
        Operation::Disconnect => chat.hear_disconnect(now),
    }
}

/// The message of this operation; `send` and `customNotice` demand one.
fn message_of(operation: Operation, form: &Form) -> Result<Option<&str>, Refusal> {
    let message = form.filled("message");
    match operation {
        Operation::Send | Operation::CustomNotice if message.is_none() => {
            Err(Refusal::BadValue("Parameter message is missing".to_owned()))
        }
        Operation::Refresh
        | Operation::Send
        | Operation::CustomNotice
        | Operation::StartTyping
        | Operation::StopTyping
        | Operation::Disconnect => Ok(message),
    }
}

fn position_of(form: &Form) -> Result<Option<usize>, Refusal> {
    let Some(text) = form.filled("transcriptPosition") else {
        return Ok(None);
    };
    let wrong = |_| {
        Refusal::BadValue(format!(
            "Parameter transcriptPosition is {text}: not a number"
        ))
    };
    text.parse().map(Some).map_err(wrong)
}

fn data_of(form: &Form) -> Vec<(String, String)> {
    let pairs = form.pairs().iter();
    let data = pairs.filter(|(name, _)| !API_PARAMETERS.contains(&name.as_str()));
    data.cloned().collect()
}

/// The name that the transcript shows: `VasyaP` for Vasya Pupkin, as in the specification's examples.
fn nickname(parameters: &Parameters) -> String {
    let form = &parameters.form;
    if let Some(name) = form.filled("userDisplayName") {
        return name.to_owned();
    }
    match (form.filled("firstName"), form.filled("lastName")) {
        (Some(first), Some(last)) => first.chars().chain(last.chars().take(1)).collect(),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => parameters.address.to_string(),
    }
}
