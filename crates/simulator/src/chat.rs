//! One chat interaction: its parties, its transcript and what ends it.

mod transcript;

use tokio::time::Instant;

use crate::agent::{Act, Context, Party, Role, Script};
use crate::options::Timers;

pub(crate) use transcript::{Event, EventKind, Transcript};

/// How the visitor hears of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// By asking: each reply carries the news.
    Poll,
    /// On the channel `/_genesys` (`notify_by=comet`).
    Comet,
}

/// Where a chat stands.
///
/// ```text
/// Waiting --somebody joins--> Talking --the last one leaves--> Waiting
/// Waiting, Talking --disconnect, end, timer--> Over
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Only the visitor is there.
    Waiting,
    /// Somebody else is there too.
    Talking(Idle),
    /// The chat is over.
    Over {
        /// What ended it.
        why: Why,
        /// When.
        at: Instant,
    },
}

/// How long nothing has been said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Idle {
    /// Since this moment.
    Since(Instant),
    /// Too long: everybody was warned at this moment.
    Warned(Instant),
}

/// What ended a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// The visitor.
    Visitor,
    /// An agent.
    Agent,
    /// The server, on demand.
    Server,
    /// The visitor sent no request for too long (`flex-disconnect-timeout`).
    Silence,
    /// Nobody said anything for too long (`timeout-close`).
    Idleness,
}

impl Why {
    /// The word for the desk page.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Agent => "agent",
            Self::Server => "server",
            Self::Silence => "keep-alive",
            Self::Idleness => "idle",
        }
    }
}

/// What a visitor has told when the chat was created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Visitor {
    /// The name in the transcript.
    pub nickname: String,
    /// The subject.
    pub subject: String,
    /// All parameters of the request, those of the API itself excepted.
    pub fields: Vec<(String, String)>,
}

/// The identifiers of a chat.
#[derive(Clone, Debug)]
pub(crate) struct ChatIds {
    /// `chatSessionId`.
    pub session: String,
    /// `_id` of replies in push mode.
    pub comet: String,
    /// `userId` of verbose replies.
    pub user: String,
    /// `secureKey` of verbose replies.
    pub secure_key: String,
}

/// One chat.
#[derive(Debug)]
pub(crate) struct Chat {
    /// Its identifiers.
    pub ids: ChatIds,
    /// How the visitor hears of events.
    pub delivery: Delivery,
    /// Whose it is: events of push mode are keyed by this.
    pub user: String,
    /// Who the visitor is.
    pub visitor: Visitor,
    /// When it was created.
    pub started: Instant,
    /// What was said and done.
    pub transcript: Transcript,
    /// Where it stands.
    pub phase: Phase,
    /// The other parties.
    pub present: Vec<Party>,
    /// The names of those who are typing.
    pub typing: Vec<String>,
    /// Up to which position replies in poll mode have told the visitor.
    pub told: usize,
    /// When the visitor's last request came.
    pub heard: Instant,
    /// The agents of the scenario.
    pub script: Script,
    message: String,
}

impl Chat {
    /// A chat into which the visitor has just come; that is event 1.
    pub(crate) fn new(
        ids: ChatIds,
        delivery: Delivery,
        user: String,
        visitor: Visitor,
        scenario: crate::scenario::Scenario,
        now: Instant,
    ) -> Self {
        let context = Context {
            nickname: &visitor.nickname,
            subject: &visitor.subject,
            message: "",
        };
        let script = Script::start(scenario, now, context);
        let mut chat = Self {
            ids,
            delivery,
            user,
            visitor,
            started: now,
            transcript: Transcript::default(),
            phase: Phase::Waiting,
            present: Vec::new(),
            typing: Vec::new(),
            told: 1,
            heard: now,
            script,
            message: String::new(),
        };
        chat.append(
            EventKind::Joined,
            &chat.client(),
            "has joined the session",
            now,
        );
        chat
    }

    /// Whether the chat still goes on.
    pub(crate) fn is_live(&self) -> bool {
        !matches!(self.phase, Phase::Over { .. })
    }

    /// The visitor as a party.
    pub(crate) fn client(&self) -> Party {
        Party {
            name: self.visitor.nickname.clone(),
            role: Role::Client,
        }
    }

    /// The visitor sends a message.
    pub(crate) fn hear(&mut self, text: &str, now: Instant) {
        self.typing.retain(|name| *name != self.visitor.nickname);
        self.append(EventKind::Text, &self.client(), text, now);
        text.clone_into(&mut self.message);
        let (script, context) = self.script_and_context();
        script.hear(now, context);
    }

    /// The visitor sends a custom notice.
    pub(crate) fn hear_notice(&mut self, text: &str, now: Instant) {
        let custom = EventKind::Other("Notice.Custom".to_owned());
        self.append(custom, &self.client(), text, now);
    }

    /// The visitor's client has taken leave for a while: the agents are told.
    pub(crate) fn note_absence(&mut self, now: Instant) {
        let custom = EventKind::Other("Notice.Custom".to_owned());
        let server = Party {
            name: "GMS".to_owned(),
            role: Role::External,
        };
        self.append(custom, &server, "The client is disconnected", now);
    }

    /// The visitor begins or stops to type.
    pub(crate) fn hear_typing(&mut self, types: bool, now: Instant) {
        self.show_typing(&self.client(), types, now);
        if types {
            let (script, context) = self.script_and_context();
            script.see_typing(now, context);
        }
    }

    /// The visitor leaves, and the chat is over.
    pub(crate) fn hear_disconnect(&mut self, now: Instant) {
        self.append(EventKind::Left, &self.client(), "has left the session", now);
        self.end(Why::Visitor, now);
    }

    /// The other side does something; whoever is not there does nothing.
    pub(crate) fn act(&mut self, act: Act, now: Instant) {
        if !self.is_live() {
            return;
        }
        match act {
            Act::Join(party) => self.join(party, now),
            Act::Leave(party) => {
                self.leave(&party, now);
            }
            Act::Transfer { from, to } => {
                if self.leave(&from, now) {
                    self.join(to, now);
                }
            }
            Act::Type(party) if self.has(&party) => self.show_typing(&party, true, now),
            Act::Pause(party) if self.has(&party) => self.show_typing(&party, false, now),
            Act::Say(party, text) if self.has(&party) => {
                self.typing.retain(|name| *name != party.name);
                self.append(EventKind::Text, &party, &text, now);
            }
            Act::PushUrl(party, url) if self.has(&party) => {
                self.append(EventKind::PushUrl, &party, &url, now);
            }
            Act::Send { party, kind, text } if self.has(&party) => {
                self.append(EventKind::Other(kind), &party, &text, now);
            }
            Act::End(Some(party)) => {
                if self.leave(&party, now) {
                    self.end(Why::Agent, now);
                }
            }
            Act::End(None) => self.end(Why::Server, now),
            Act::Type(_) | Act::Pause(_) | Act::Say(..) | Act::PushUrl(..) | Act::Send { .. } => {}
        }
    }

    /// When a timer or the script wants to do something. `reached`: a CometD session keeps the chat alive.
    pub(crate) fn next_due(&self, timers: &Timers, reached: bool) -> Option<Instant> {
        let idle = match self.phase {
            Phase::Over { .. } => return None,
            Phase::Waiting => None,
            Phase::Talking(Idle::Since(at)) => Some(at + timers.idle_alert),
            Phase::Talking(Idle::Warned(at)) => Some(at + timers.idle_close),
        };
        let silence = (!reached).then_some(self.heard + timers.keep_alive);
        [idle, silence, self.script.next_due()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Does what the timers want by now; `reached` as in [`Self::next_due`].
    pub(crate) fn run_timers(&mut self, timers: &Timers, reached: bool, now: Instant) {
        if self.is_live() && !reached && self.heard + timers.keep_alive <= now {
            self.append(EventKind::Left, &self.client(), "has left the session", now);
            self.end(Why::Silence, now);
        }
        let system = Party::external("system");
        match self.phase {
            Phase::Talking(Idle::Since(at)) if at + timers.idle_alert <= now => {
                let text =
                    "Chat session will be closed soon due to inactivity of chat participants.";
                self.append(EventKind::Text, &system, text, now);
                self.phase = Phase::Talking(Idle::Warned(now));
            }
            Phase::Talking(Idle::Warned(at)) if at + timers.idle_close <= now => {
                let text = "Chat session was closed due to inactivity of chat participants.";
                self.append(EventKind::Text, &system, text, now);
                self.end(Why::Idleness, now);
            }
            Phase::Waiting | Phase::Talking(_) | Phase::Over { .. } => {}
        }
    }

    /// The next step of the script that is due by now.
    pub(crate) fn next_step(&mut self, now: Instant) -> Option<crate::agent::Step> {
        if !self.is_live() {
            return None;
        }
        let (script, context) = self.script_and_context();
        script.next_step(now, context)
    }

    fn script_and_context(&mut self) -> (&mut Script, Context<'_>) {
        let context = Context {
            nickname: &self.visitor.nickname,
            subject: &self.visitor.subject,
            message: &self.message,
        };
        (&mut self.script, context)
    }

    fn has(&self, party: &Party) -> bool {
        self.present.contains(party)
    }

    fn join(&mut self, party: Party, now: Instant) {
        if self.has(&party) {
            return;
        }
        self.append(EventKind::Joined, &party, "has joined the session", now);
        self.present.push(party);
        self.phase = Phase::Talking(Idle::Since(now));
    }

    fn leave(&mut self, party: &Party, now: Instant) -> bool {
        if !self.has(party) {
            return false;
        }
        self.present.retain(|present| present != party);
        self.typing.retain(|name| *name != party.name);
        self.append(EventKind::Left, party, "has left the session", now);
        if self.present.is_empty() {
            self.phase = Phase::Waiting;
        }
        true
    }

    fn show_typing(&mut self, party: &Party, types: bool, now: Instant) {
        self.typing.retain(|name| *name != party.name);
        let (kind, text) = if types {
            self.typing.push(party.name.clone());
            (EventKind::TypingStarted, "is typing")
        } else {
            (EventKind::TypingStopped, "stopped typing")
        };
        self.append(kind, party, text, now);
    }

    fn end(&mut self, why: Why, now: Instant) {
        self.typing.clear();
        self.phase = Phase::Over { why, at: now };
    }

    fn append(&mut self, kind: EventKind, party: &Party, text: &str, now: Instant) {
        if let Phase::Talking(idle) = &mut self.phase
            && kind.is_activity()
        {
            *idle = Idle::Since(now);
        }
        self.transcript.append(Event {
            kind,
            party: party.clone(),
            text: text.to_owned(),
            at: now.saturating_duration_since(self.started),
        });
    }
}
