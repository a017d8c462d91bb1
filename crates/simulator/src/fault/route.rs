//! The routes that a fault can name, and how a request is recognised.

use serde_json::Value;

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// `/meta/handshake`.
    Handshake,
    /// `/meta/connect`.
    Connect,
    /// `/meta/subscribe`.
    Subscribe,
    /// `/meta/unsubscribe`.
    Unsubscribe,
    /// `/meta/disconnect`.
    MetaDisconnect,
    /// A message on any other channel.
    Publish,
    /// Every request to CometD.
    Cometd,
    /// Creation of a service.
    Service,
    /// `status` of a delayed service.
    Status,
    /// Creation of the chat: `ixn/chat`.
    Chat,
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
    /// `disconnect` of the chat.
    Disconnect,
    /// Every request to the REST API.
    Rest,
    /// A file of the site.
    Site,
    /// Every request, those of the desk page excepted.
    Any,
}

/// Names as they are written in faults.
const NAMES: [(&str, Route); 19] = [
    ("handshake", Route::Handshake),
    ("connect", Route::Connect),
    ("subscribe", Route::Subscribe),
    ("unsubscribe", Route::Unsubscribe),
    ("meta-disconnect", Route::MetaDisconnect),
    ("publish", Route::Publish),
    ("cometd", Route::Cometd),
    ("service", Route::Service),
    ("status", Route::Status),
    ("chat", Route::Chat),
    ("refresh", Route::Refresh),
    ("send", Route::Send),
    ("startTyping", Route::StartTyping),
    ("stopTyping", Route::StopTyping),
    ("customNotice", Route::CustomNotice),
    ("disconnect", Route::Disconnect),
    ("rest", Route::Rest),
    ("site", Route::Site),
    ("any", Route::Any),
];

impl Route {
    /// The name of this route in faults.
    pub fn name(self) -> &'static str {
        let found = NAMES.iter().find(|(_, route)| *route == self);
        found.map_or("any", |(name, _)| name)
    }

    /// All names, for help texts.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name)
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        let found = NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, route)| *route)
    }

    /// What a request to this path, with this body, is. A Bayeux request is as many kinds as it has messages.
    pub fn of(path: &str, body: &[u8]) -> Vec<Self> {
        if let Some(rest) = path.strip_prefix("/genesys/cometd") {
            return if rest.is_empty() || rest.starts_with('/') {
                Self::of_bayeux(body)
            } else {
                vec![Self::Site]
            };
        }
        let Some(rest) = path.strip_prefix("/genesys/1/service/") else {
            return vec![Self::Site];
        };
        let route = match rest.split_once('/') {
            None => Self::Service,
            Some((_, "status")) => Self::Status,
            Some((_, "ixn/chat")) => Self::Chat,
            Some((_, operation)) => operation
                .strip_prefix("ixn/chat/")
                .and_then(Self::named)
                .unwrap_or(Self::Rest),
        };
        vec![route]
    }

    fn of_bayeux(body: &[u8]) -> Vec<Self> {
        let messages = match serde_json::from_slice(body) {
            Ok(Value::Array(messages)) => messages,
            Ok(message) => vec![message],
            Err(_) => Vec::new(),
        };
        let channels = messages
            .iter()
            .filter_map(|message| message["channel"].as_str());
        let mut routes: Vec<Self> = channels.map(Self::of_channel).collect();
        routes.push(Self::Cometd);
        routes
    }

    fn of_channel(channel: &str) -> Self {
        match channel {
            "/meta/handshake" => Self::Handshake,
            "/meta/connect" => Self::Connect,
            "/meta/subscribe" => Self::Subscribe,
            "/meta/unsubscribe" => Self::Unsubscribe,
            "/meta/disconnect" => Self::MetaDisconnect,
            _ => Self::Publish,
        }
    }

    /// Whether a fault on this route meets a request of that kind.
    pub fn meets(self, request: Self) -> bool {
        self == request || self == Self::Any || (self == Self::Rest && request.is_rest())
    }

    fn is_rest(self) -> bool {
        match self {
            Self::Service
            | Self::Status
            | Self::Chat
            | Self::Refresh
            | Self::Send
            | Self::StartTyping
            | Self::StopTyping
            | Self::CustomNotice
            | Self::Disconnect
            | Self::Rest => true,
            Self::Handshake
            | Self::Connect
            | Self::Subscribe
            | Self::Unsubscribe
            | Self::MetaDisconnect
            | Self::Publish
            | Self::Cometd
            | Self::Site
            | Self::Any => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Route;

    #[test]
    fn requests_are_recognised() {
        let check = |path: &str, body: &str, expected: &[Route]| {
            assert_eq!(Route::of(path, body.as_bytes()), expected, "{path} {body}");
        };
        check("/genesys/1/service/request-chat", "", &[Route::Service]);
        check("/genesys/1/service/x/status", "", &[Route::Status]);
        check("/genesys/1/service/x/ixn/chat", "", &[Route::Chat]);
        check(
            "/genesys/1/service/x/ixn/chat/startTyping",
            "",
            &[Route::StartTyping],
        );
        check("/genesys/1/service/x/ixn/chat/wrong", "", &[Route::Rest]);
        check("/gms-chat.js", "", &[Route::Site]);
        check("/genesys/cometdown", "", &[Route::Site]);
        check(
            "/genesys/cometd",
            r#"{"channel":"/meta/connect"}"#,
            &[Route::Connect, Route::Cometd],
        );
        check(
            "/genesys/cometd/",
            r#"[{"channel":"/meta/subscribe"},{"channel":"/x"}]"#,
            &[Route::Subscribe, Route::Publish, Route::Cometd],
        );
        check("/genesys/cometd/connect", "{", &[Route::Cometd]);
    }

    #[test]
    fn wide_routes_meet_narrow_ones() {
        assert!(Route::Rest.meets(Route::Refresh));
        assert!(!Route::Rest.meets(Route::Connect));
        assert!(Route::Any.meets(Route::Site));
        assert!(!Route::Connect.meets(Route::Cometd));
    }
}
