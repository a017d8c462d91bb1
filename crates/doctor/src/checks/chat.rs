//! A whole chat with the widget's own session: create it, say something, see it arrive, end it.

use std::time::Duration;

use gms_chat_protocol::chat::{
    Body, Change, Command, Config, Delivery, Event, Fate, Limits, Phase, Problem, Session, Visitor,
};
use gms_chat_protocol::{Lane, Moment};
use serde_json::Value;
use tokio::time::Instant;

use super::Examination;
use super::cometd::{CHANNEL, messages};
use super::held::LATE;
use super::judge::Flaw;
use crate::drive::{Cancelled, Drive, Exchange, Happening};
use crate::options::seed;
use crate::{Finding, Row};

/// What the agent reads.
const TEST: &str = "This is a test of the connection by gms-chat-doctor. Please ignore it.";
/// How long an event may stay away that REST has already told.
const PATIENCE: Duration = Duration::from_secs(5);

/// The step of a chat by this delivery.
pub(super) fn step(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Auto | Delivery::Cometd => "cometd-chat",
        Delivery::Poll => "poll-chat",
    }
}

/// What has become of the chat so far.
struct Tale {
    drive: Drive<Session>,
    phase: Phase,
    fate: Option<Fate>,
    /// `ixn/chat` was answered with 200.
    is_created: bool,
    /// An event came by CometD.
    is_pushed: bool,
    /// A channel that is not ours.
    other_channel: Option<String>,
    /// The last REST path, without the service's id.
    path: String,
    hint: String,
}

impl Examination<'_> {
    pub(super) async fn chat(&mut self, delivery: Delivery) {
        let step = step(delivery);
        let mut tale = self.begin(delivery);
        let row = match self.hold_chat(&mut tale, delivery).await {
            Ok(seen) => Row::ok(step, seen),
            Err(flaw) => Row::found(step, flaw.finding, tale.path.clone(), flaw.seen),
        };
        self.tell(row);
    }

    fn begin(&self, delivery: Delivery) -> Tale {
        let config = Config {
            service: self.options.service.clone(),
            delivery,
            comet_path: self.options.comet_path.clone(),
            append_type: self.options.append_type,
            user_id: self.options.user_id.clone(),
            limits: Limits {
                network_delay: self.options.timeout,
                ..Limits::default()
            },
            ..Config::new(&self.options.endpoint.to_string())
        };
        let session = Session::new(config, seed(), Moment::default());
        Tale {
            drive: Drive::new(session, &self.client, Cancelled::Aborted),
            phase: Phase::Idle,
            fate: None,
            is_created: false,
            is_pushed: false,
            other_channel: None,
            path: String::new(),
            hint: String::new(),
        }
    }

    async fn hold_chat(&self, tale: &mut Tale, delivery: Delivery) -> Result<String, Flaw> {
        let visitor = Visitor {
            first_name: "gms-chat-doctor".to_owned(),
            subject: "Test of the connection".to_owned(),
            ..Visitor::default()
        };
        tale.command(Command::Start(visitor));
        let patience = self.options.timeout * 3;
        tale.until(patience, |tale| tale.is_under_way()).await;
        if !matches!(tale.phase, Phase::Waiting | Phase::Active) {
            return Err(tale.failure());
        }
        let begun = Instant::now();
        tale.command(Command::Say(TEST.to_owned()));
        tale.until(patience, Tale::is_settled).await;
        let took = begun.elapsed();
        let verdict = self.settled(tale, delivery, took).await;
        tale.command(Command::End);
        let is_over = |tale: &Tale| matches!(tale.phase, Phase::Ended(_) | Phase::Failed(_));
        tale.until(patience, is_over).await;
        verdict?;
        match &tale.phase {
            Phase::Ended(_) => Ok(format!("a message was there after {} ms", took.as_millis())),
            phase => Err(Flaw::new(
                Finding::ChatFailed,
                format!("the end was not confirmed: {phase:?}"),
            )),
        }
    }

    /// What the fate of the message says.
    async fn settled(
        &self,
        tale: &mut Tale,
        delivery: Delivery,
        took: Duration,
    ) -> Result<(), Flaw> {
        if !tale.is_created {
            return Err(Flaw::new(
                Finding::NoAgent,
                "the service is not available yet",
            ));
        }
        if delivery != Delivery::Poll && !tale.is_pushed {
            tale.until(PATIENCE, |tale| tale.is_pushed).await;
        }
        if let Some(channel) = &tale.other_channel {
            return Err(Flaw::new(Finding::ChannelOther, format!("`{channel}`")));
        }
        if delivery != Delivery::Poll && !tale.is_pushed {
            return Err(Flaw::new(Finding::PushSilent, "no event of the chat came"));
        }
        match &tale.fate {
            Some(Fate::Sent) if delivery != Delivery::Poll && took > LATE => {
                let seen = format!("a message was there after {} ms", took.as_millis());
                Err(Flaw::new(Finding::AnswerDelayed, seen))
            }
            Some(Fate::Sent) => Ok(()),
            Some(Fate::Failed(problem)) => {
                let seen = format!("{}: {}", problem.code(), tale.hint);
                Err(Flaw::new(Finding::MessageUnsettled, seen))
            }
            Some(Fate::Sending | Fate::Unknown | Fate::Unproven) | None => {
                let seen = format!("its fate is unknown after {} s", took.as_secs());
                Err(Flaw::new(Finding::MessageUnsettled, seen))
            }
        }
    }
}

impl Tale {
    fn command(&mut self, command: Command) {
        self.drive
            .act(|session, now| session.handle_command(command, now));
    }

    /// Listens until this is so, or for this long.
    async fn until(&mut self, patience: Duration, is_so: impl Fn(&Self) -> bool) {
        let until = Instant::now() + patience;
        while !is_so(self) {
            match self.drive.next(until).await {
                Some(Happening::Exchange(exchange)) => self.note(&exchange),
                Some(Happening::Event(event)) => self.hear(event),
                None => return,
            }
        }
    }

    fn is_under_way(&self) -> bool {
        !matches!(self.phase, Phase::Idle | Phase::Connecting)
    }

    /// Whether the message has come to something, or the chat has.
    fn is_settled(&self) -> bool {
        let is_over = matches!(self.phase, Phase::Ended(_) | Phase::Failed(_));
        is_over || matches!(self.fate, Some(Fate::Sent | Fate::Failed(_)))
    }

    fn hear(&mut self, event: Event) {
        match event {
            Event::Phase(phase) => self.phase = phase,
            Event::Diagnostic(text) => self.hint = text,
            Event::Entry(
                Change::Appended(entry) | Change::Inserted { entry, .. } | Change::Replaced(entry),
            ) => {
                if let Body::Mine { fate, .. } = entry.body {
                    self.fate = Some(fate);
                }
            }
            Event::Entry(Change::Removed(_) | Change::Cleared) => {}
            Event::Connection(_) | Event::Typing(_) | Event::Idle(_) | Event::Notice { .. } => {}
        }
    }

    fn note(&mut self, exchange: &Exchange) {
        let Ok(answer) = &exchange.outcome else {
            return;
        };
        match exchange.lane {
            Lane::Rest => {
                self.path = format!("POST {}", without_id(&exchange.path));
                self.is_created |= answer.status == 200 && exchange.path.ends_with("/ixn/chat");
                let body: Option<Value> = serde_json::from_str(&answer.body).ok();
                let channel = body
                    .as_ref()
                    .and_then(|body| body["comet_channel"].as_str());
                self.note_channel(channel);
            }
            Lane::Connect | Lane::Meta => {
                for message in messages(&answer.body) {
                    let channel = message["channel"].as_str();
                    let is_event = message.get("data").is_some();
                    self.is_pushed |= is_event && channel == Some(CHANNEL);
                    self.note_channel(channel.filter(|_| is_event));
                }
            }
        }
    }

    fn note_channel(&mut self, channel: Option<&str>) {
        if let Some(channel) = channel.filter(|channel| *channel != CHANNEL) {
            self.other_channel = Some(channel.to_owned());
        }
    }

    /// Why there is no chat.
    fn failure(&self) -> Flaw {
        match &self.phase {
            Phase::Failed(Problem::Busy { .. }) => Flaw::new(Finding::NoAgent, &self.hint),
            Phase::Failed(problem) => {
                let seen = format!("{}: {}", problem.code(), self.hint);
                Flaw::new(Finding::ChatFailed, seen)
            }
            phase => Flaw::new(Finding::ChatFailed, format!("{phase:?}: {}", self.hint)),
        }
    }
}

/// The path with `{id}` in place of the service's id, which lets others into the chat.
fn without_id(path: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    let chat = parts
        .iter()
        .position(|part| *part == "ixn" || *part == "status");
    if let Some(id) = chat.and_then(|chat| parts.get_mut(chat - 1)) {
        *id = "{id}";
    }
    parts.join("/")
}
