//! What the embedding page decides about a chat, already checked.

use std::time::Duration;

/// How a session reaches its server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Base URL up to and including `/genesys`, without a slash at its end; may be relative to the page.
    pub endpoint: String,
    /// Name of the service to create: `request-chat`, `request-chat-poll` or one of the deployment's own.
    pub service: String,
    /// Whether the service must become available before the chat can be created (`status` loop).
    /// `None`: when its name ends in `-poll`, or when creating the chat answers 503.
    pub delayed: Option<bool>,
    /// How the agent's messages arrive.
    pub delivery: Delivery,
    /// Path of CometD below the endpoint, `/cometd` by default.
    pub comet_path: String,
    /// Whether `/handshake`, `/connect` and `/disconnect` are appended to the CometD URL.
    pub append_type: bool,
    /// Value of `gms_user`; `None` leaves the header to a gateway.
    /// Polling does not need it, and without it a cross-origin poll needs no preflight.
    pub user_id: Option<String>,
    /// Time limits.
    pub limits: Limits,
}

impl Config {
    /// The defaults for this endpoint: `request-chat`, CometD if it works, no user id.
    pub fn new(endpoint: &str) -> Self {
        Self {
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            service: "request-chat".to_owned(),
            delayed: None,
            delivery: Delivery::Auto,
            comet_path: "/cometd".to_owned(),
            append_type: true,
            user_id: None,
            limits: Limits::default(),
        }
    }
}

/// How the agent's messages arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// By CometD if one connect succeeds before the chat is created, else by asking.
    /// A [`Diagnostic`](super::Event::Diagnostic) says which and why.
    Auto,
    /// By a CometD long poll (`notify_by=comet`).
    Cometd,
    /// By asking again and again.
    Poll,
}

/// Time limits of the session; the defaults suit an untouched GMS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A request that has no answer by then is given up (held connects: hold plus this).
    pub network_delay: Duration,
    /// The server drops a silent client after this (`flex-disconnect-timeout`).
    pub keepalive: Duration,
    /// Trouble is shown when it has lasted this long.
    pub grace: Duration,
    /// `startTyping` is sent at most once in this time.
    pub typing_repeat: Duration,
    /// `stopTyping` follows the last key press after this time.
    pub typing_stop: Duration,
    /// The other side's typing is taken as over after this time without news.
    pub typing_expiry: Duration,
    /// The server warns when nobody has written for this long (`timeout-alert`); zero: the page does not know.
    pub idle_alert: Duration,
    /// It closes a chat that it has warned after this (`timeout-close`).
    pub idle_close: Duration,
    /// The agent is told that the visitor is away when the page has not been seen for this long; zero: never.
    /// Only a chat by CometD can tell it.
    pub away: Duration,
    /// Pause between polls while the talk goes on.
    pub poll_active: Duration,
    /// Pause between polls when nothing has happened for a while.
    pub poll_quiet: Duration,
    /// Pause between polls while the page cannot be seen. Never above 80 % of `keepalive`.
    pub poll_hidden: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            network_delay: Duration::from_secs(10),
            keepalive: Duration::from_secs(45),
            grace: Duration::from_secs(3),
            typing_repeat: Duration::from_secs(5),
            typing_stop: Duration::from_secs(5),
            typing_expiry: Duration::from_secs(10),
            idle_alert: Duration::from_secs(255),
            idle_close: Duration::from_secs(45),
            away: Duration::ZERO,
            poll_active: Duration::from_secs(1),
            poll_quiet: Duration::from_secs(3),
            poll_hidden: Duration::from_secs(10),
        }
    }
}

/// What is known about the visitor when the chat starts. Empty strings are not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visitor {
    /// `firstName`.
    pub first_name: String,
    /// `lastName`.
    pub last_name: String,
    /// `email`.
    pub email: String,
    /// `subject`; the API demands one.
    pub subject: String,
    /// `userDisplayName`.
    pub display_name: String,
    /// Business data: further pairs, sent at service creation and at the start of the chat.
    pub data: Vec<(String, String)>,
}
