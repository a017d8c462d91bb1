//! Everything about a server that can be chosen, and the defaults: an untouched GMS.

mod setting;
mod switch;

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use setting::words;

pub(crate) use setting::Setting;

use crate::fault::Fault;
use crate::scenario::Scenario;

pub use switch::{Switch, set_switch, switches};

/// How a server is to behave.
#[derive(Clone, Debug)]
pub struct Options {
    /// The address to listen on; loopback unless somebody asks for more.
    pub address: IpAddr,
    /// The port to listen on; 0 takes any free one.
    pub port: u16,
    /// What the agents do.
    pub scenario: Scenario,
    /// A folder that is served at `/`.
    pub site: Option<PathBuf>,
    /// The `Content-Security-Policy` that is sent with the site's pages.
    pub csp: Option<String>,
    /// The services that the deployment offers.
    pub services: Vec<Service>,
    /// Faults that are armed from the start.
    pub faults: Vec<Fault>,
    /// Makes identifiers repeat from run to run.
    pub seed: Option<u64>,
    /// Which other origins may call.
    pub cors: Cors,
    /// Whether push mode demands the header `gms_user`.
    pub demand_gms_user: bool,
    /// How the CometD side behaves.
    pub cometd: Cometd,
    /// How the REST side behaves.
    pub chat: Chat,
    /// What ends a chat.
    pub timers: Timers,
}

impl Default for Options {
    fn default() -> Self {
        let mut options = Self::unscripted();
        options.scenario = Scenario::default();
        options
    }
}

impl Options {
    /// The defaults on any free port: what a test wants.
    pub fn on_any_port() -> Self {
        Self {
            port: 0,
            ..Self::default()
        }
    }

    /// Takes this scenario, and sets the switches that it needs.
    pub fn play(&mut self, scenario: Scenario) {
        for (name, value) in &scenario.settings {
            // The scenario's reader has proved that they are right.
            let _ = set_switch(self, name, value);
        }
        self.scenario = scenario;
    }

    /// The defaults with a scenario in which nothing happens.
    pub(crate) fn unscripted() -> Self {
        Self {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 8080,
            scenario: Scenario::empty("empty"),
            site: None,
            csp: None,
            services: vec![
                Service::basic("request-chat"),
                Service::delayed("request-chat-poll"),
            ],
            faults: Vec::new(),
            seed: None,
            cors: Cors::Off,
            demand_gms_user: true,
            cometd: Cometd::default(),
            chat: Chat::default(),
            timers: Timers::default(),
        }
    }
}

/// A service that can be created, by its configured name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The name in the URL, e.g. `request-chat`.
    pub name: String,
    /// What creating it means.
    pub kind: ServiceKind,
}

impl Service {
    /// A service on which the chat may start at once.
    pub fn basic(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind: ServiceKind::Basic,
        }
    }

    /// A service whose chat may start when its status is `available`.
    pub fn delayed(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind: ServiceKind::Delayed,
        }
    }
}

/// The two kinds of chat services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceKind {
    /// "Chat immediate".
    Basic,
    /// "Chat delayed": an agent must be available first.
    Delayed,
}

/// Which other origins may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cors {
    /// None: no CORS header is ever sent.
    Off,
    /// These, with credentials.
    Origins(Vec<String>),
    /// Every one, with credentials: its name is sent back.
    Any,
}

/// How the CometD side behaves.
#[derive(Clone, Debug)]
pub struct Cometd {
    /// How long a connect is held (`advice.timeout`).
    pub hold: Duration,
    /// How long a session lives without a connect (`maxInterval`).
    pub max_interval: Duration,
    /// Whether the acknowledgement extension is installed.
    pub ack: bool,
    /// Where the events stand in a reply to a connect.
    pub order: Order,
    /// How many queued events go into one reply.
    pub batch: Batch,
    /// What the cookie `BAYEUX_BROWSER` is good for.
    pub cookie: Cookie,
    /// Attributes of that cookie besides `Path=/; HttpOnly`, e.g. `SameSite=None; Secure; Partitioned`.
    pub cookie_attributes: String,
    /// What the first of two concurrent connects is answered.
    pub duplicate: Duplicate,
    /// How many sessions of one browser may be held at once; `None` for any number.
    pub sessions_per_browser: Option<u32>,
    /// The interval advised to the browser's further sessions.
    pub multiple_interval: Duration,
    /// What happens to the first connect of a session.
    pub first_connect: FirstConnect,
    /// Which replies to a connect carry advice.
    pub advice: Advice,
    /// The ids in replies to a connect.
    pub ids: ReplyIds,
    /// The error text for an unknown client.
    pub unknown_client: String,
}

impl Default for Cometd {
    fn default() -> Self {
        Self {
            hold: Duration::from_secs(60),
            max_interval: Duration::from_secs(10),
            ack: true,
            order: Order::EventsFirst,
            batch: Batch::All,
            cookie: Cookie::Required,
            cookie_attributes: String::new(),
            duplicate: Duplicate::Error500,
            sessions_per_browser: Some(1),
            multiple_interval: Duration::from_secs(2),
            first_connect: FirstConnect::AtOnce,
            advice: Advice::OnRequest,
            ids: ReplyIds::Echoed,
            unknown_client: "402::session_unknown".to_owned(),
        }
    }
}

/// How the REST side behaves where the specification is silent or speaks twice.
#[derive(Clone, Debug)]
pub struct Chat {
    /// What `refresh` with a `transcriptPosition` does in push mode.
    pub repair: Repair,
    /// What becomes of events for a user without a CometD session.
    pub between_sessions: BetweenSessions,
    /// What operations on an ended chat are answered.
    pub after_end: AfterEnd,
    /// How numbers are written.
    pub numbers: Numbers,
    /// How `transcriptToShow` is written.
    pub transcript: TranscriptForm,
    /// How typing notices are spelt.
    pub typing_names: TypingNames,
    /// Whether events carry their index as a sixth element (`enable-fast-chat-transcript-refresh`).
    pub event_index: bool,
    /// `Retry-After` of the answer 503 while no agent is available.
    pub retry_after: Option<Duration>,
}

impl Default for Chat {
    fn default() -> Self {
        Self {
            repair: Repair::Neither,
            between_sessions: BetweenSessions::Lost,
            after_end: AfterEnd::State,
            numbers: Numbers::AsInExamples,
            transcript: TranscriptForm::Array,
            typing_names: TypingNames::Long,
            event_index: false,
            retry_after: None,
        }
    }
}

/// What ends a chat or a service, besides its parties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timers {
    /// A client without requests is dropped after this (`flex-disconnect-timeout`).
    pub keep_alive: Duration,
    /// A chat without messages is warned after this (`timeout-alert`).
    pub idle_alert: Duration,
    /// A warned chat is closed after this (`timeout-close`).
    pub idle_close: Duration,
    /// A service without a live chat is forgotten after this.
    pub service_ttl: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            keep_alive: Duration::from_secs(45),
            idle_alert: Duration::from_secs(255),
            idle_close: Duration::from_secs(45),
            service_ttl: Duration::from_secs(3_600),
        }
    }
}

words! {
    /// Where the events stand in a reply to a connect.
    Order {
        /// Before the reply, as in the specification's traces.
        EventsFirst = "events-first",
        /// After it.
        ReplyFirst = "reply-first",
    }
}

words! {
    /// How many queued events go into one reply to a connect.
    Batch {
        /// All of them.
        All = "all",
        /// One; the next one waits for the next exchange.
        One = "one",
    }
}

words! {
    /// What the cookie `BAYEUX_BROWSER` is good for.
    Cookie {
        /// A message without its session's cookie comes from an unknown client.
        Required = "required",
        /// It is set, and nobody looks at it.
        Optional = "optional",
        /// It is not set.
        Off = "off",
    }
}

words! {
    /// What the first of two concurrent connects is answered.
    Duplicate {
        /// HTTP 500 with an empty body, as CometD does since the end of 2019.
        Error500 = "500",
        /// HTTP 408 with an empty body, as CometD did before.
        Error408 = "408",
        /// 200 with a successful connect reply.
        Answered = "answered",
        /// Nothing until the hold time is over, then a reply.
        Silent = "silent",
    }
}

words! {
    /// What happens to the first connect of a session.
    FirstConnect {
        /// It is answered at once with advice, as in the specification's traces.
        AtOnce = "at-once",
        /// It is held like any other.
        Held = "held",
    }
}

words! {
    /// Which replies to a connect carry advice.
    Advice {
        /// The first of a session, and those whose request had advice.
        OnRequest = "on-request",
        /// All.
        Always = "always",
    }
}

words! {
    /// The ids in replies to a connect.
    ReplyIds {
        /// That of the request.
        Echoed = "echoed",
        /// None.
        Missing = "missing",
        /// Another one, as in the specification's quick start.
        Other = "other",
    }
}

words! {
    /// What `refresh` with a `transcriptPosition` does in push mode: an open question.
    Repair {
        /// Nothing: the position is ignored, as the specification says.
        Neither = "neither",
        /// The reply carries the events after that position.
        Reply = "reply",
        /// The events after that position are pushed on the channel once more.
        Pushed = "pushed",
    }
}

words! {
    /// What becomes of events for a user without a CometD session: an open question.
    BetweenSessions {
        /// They are not delivered any more.
        Lost = "lost",
        /// They are delivered when the user has subscribed again.
        Kept = "kept",
    }
}

words! {
    /// What operations on an ended chat are answered.
    AfterEnd {
        /// 200 with `chatIxnState` `DISCONNECTED`.
        State = "state",
        /// 500 with an `exception`.
        Exception = "exception",
        /// 200 with an `exception`.
        Exception200 = "exception-200",
    }
}

words! {
    /// How numbers are written in REST replies.
    Numbers {
        /// As each of the specification's examples writes them.
        AsInExamples = "as-in-examples",
        /// As strings.
        Strings = "strings",
        /// As numbers, the seconds of events too.
        Numbers = "numbers",
    }
}

words! {
    /// How `transcriptToShow` is written.
    TranscriptForm {
        /// As an array.
        Array = "array",
        /// As a string that holds the array.
        Quoted = "quoted",
    }
}

words! {
    /// How typing notices are spelt.
    TypingNames {
        /// `Notice.TypingStarted`, as in the specification's examples.
        Long = "long",
        /// `Notice.TypingStart`, as in its list.
        Short = "short",
    }
}
