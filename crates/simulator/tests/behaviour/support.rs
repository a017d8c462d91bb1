//! A visitor's browser without a socket: requests go straight into the router, time is tokio's paused clock.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use gms_chat_simulator::{Broken, Options, Scenario, Simulator, app, set_switch};
use serde_json::{Value, json};
use tower::ServiceExt;

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// How the connection was broken instead of a reply.
    pub(crate) broken: Option<Broken>,
    /// Whether the body came to its end.
    pub(crate) whole: bool,
}

impl Reply {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// One browser: it keeps its cookie, and may send `gms_user`.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    pub(crate) app: Router,
    pub(crate) user: Option<String>,
    pub(crate) cookie: Option<String>,
}

/// A server that plays this scenario text, with these switches.
pub(crate) fn server(scenario: &str, settings: &[(&str, &str)]) -> Simulator {
    Simulator::new(options(scenario, settings))
}

pub(crate) fn options(scenario: &str, settings: &[(&str, &str)]) -> Options {
    let text = format!(
        "agent Kristi: Kristi Sippola\nagent Anna: Anna Virtanen\nexternal Robo: Bot\n{scenario}"
    );
    let mut options = Options::on_any_port();
    options.play(Scenario::parse("test", &text).unwrap());
    for (name, value) in settings {
        set_switch(&mut options, name, value).unwrap();
    }
    options
}

impl Browser {
    pub(crate) fn new(simulator: &Simulator) -> Self {
        Self {
            app: app(simulator),
            user: Some("user-1".to_owned()),
            cookie: None,
        }
    }

    pub(crate) fn named(simulator: &Simulator, user: &str) -> Self {
        Self {
            user: Some(user.to_owned()),
            ..Self::new(simulator)
        }
    }

    pub(crate) fn nameless(simulator: &Simulator) -> Self {
        Self {
            user: None,
            ..Self::new(simulator)
        }
    }

    /// Sends a request with these headers.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(user) = &self.user {
            request = request.header("gms_user", user);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", format!("other=1; BAYEUX_BROWSER={cookie}"));
        }
        let request = request.body(body.into()).unwrap();
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await;
        let cookie = parts
            .headers
            .get("set-cookie")
            .and_then(|value| value.to_str().ok());
        if let Some(cookie) = cookie.and_then(|cookie| cookie.strip_prefix("BAYEUX_BROWSER=")) {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        Reply {
            status: parts.status,
            broken: parts.extensions.get::<Broken>().copied(),
            headers: parts.headers,
            whole: body.is_ok(),
            body: body.unwrap_or_default().to_vec(),
        }
    }

    /// A REST request with this form.
    pub(crate) async fn post(&mut self, path: &str, form: &str) -> Reply {
        let kind = [(
            "content-type",
            "application/x-www-form-urlencoded; charset=UTF-8",
        )];
        let path = format!("/genesys/1/service/{path}");
        self.send(Method::POST, &path, &kind, form.to_owned()).await
    }

    /// A request to CometD with this suffix.
    pub(crate) async fn bayeux(&mut self, suffix: &str, messages: Value) -> Reply {
        let kind = [("content-type", "application/json;charset=UTF-8")];
        let path = format!("/genesys/cometd{suffix}");
        self.send(Method::POST, &path, &kind, messages.to_string())
            .await
    }

    /// A request to the desk's API.
    pub(crate) async fn desk(&mut self, method: Method, path: &str, body: Value) -> Reply {
        let kind = [("content-type", "application/json")];
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        self.send(method, &format!("/desk/api/{path}"), &kind, body)
            .await
    }

    /// Creates a service and returns its id.
    pub(crate) async fn service(&mut self, name: &str) -> String {
        let reply = self.post(name, "").await;
        reply.json()["_id"].as_str().unwrap().to_owned()
    }

    /// Creates a service and a chat on it, with these further parameters; returns the id.
    pub(crate) async fn chat(&mut self, parameters: &str) -> String {
        let id = self.service("request-chat").await;
        let form = format!("subject=Test&firstName=Vasya&lastName=Pupkin{parameters}");
        let reply = self.post(&format!("{id}/ixn/chat"), &form).await;
        assert_eq!(reply.status, StatusCode::OK);
        // The agents do at once what they do without waiting.
        tokio::task::yield_now().await;
        id
    }

    /// An operation on a chat.
    pub(crate) async fn operate(&mut self, id: &str, operation: &str, form: &str) -> Reply {
        self.post(&format!("{id}/ixn/chat/{operation}"), form).await
    }

    /// Shakes hands, with the acknowledgement extension on demand; returns the client id.
    pub(crate) async fn handshake(&mut self, ack: bool) -> String {
        let mut message = json!({"channel": "/meta/handshake", "version": "1.0", "id": "1",
            "supportedConnectionTypes": ["long-polling"]});
        if ack {
            message["ext"] = json!({"ack": true});
        }
        let reply = self.bayeux("/handshake", json!([message])).await;
        reply.json()[0]["clientId"].as_str().unwrap().to_owned()
    }

    /// Shakes hands, subscribes to chat events, and connects once without being held.
    pub(crate) async fn session(&mut self, ack: bool) -> String {
        let client = self.handshake(ack).await;
        let subscribe = json!([{"channel": "/meta/subscribe", "subscription": "/_genesys", "id": "2",
            "clientId": client}]);
        let reply = self.bayeux("/", subscribe).await;
        assert_eq!(reply.json()[0]["successful"], true);
        let reply = self
            .connect(&client, json!({"advice": {"timeout": 0}}))
            .await;
        assert_eq!(meta(&reply)["successful"], true);
        client
    }

    /// A connect with these further members.
    pub(crate) async fn connect(&mut self, client: &str, members: Value) -> Reply {
        let mut message = json!({"channel": "/meta/connect", "connectionType": "long-polling",
            "id": "7", "clientId": client});
        if let (Some(message), Some(members)) = (message.as_object_mut(), members.as_object()) {
            message.extend(members.clone());
        }
        self.bayeux("/connect", json!([message])).await
    }

    /// A connect in a task of its own, of which the server knows already.
    pub(crate) async fn held(&self, client: &str) -> tokio::task::JoinHandle<Reply> {
        let (mut browser, client) = (self.clone(), client.to_owned());
        let held = tokio::spawn(async move { browser.connect(&client, json!({})).await });
        // The current task lets the other one run until it waits.
        tokio::task::yield_now().await;
        held
    }
}

/// The transcript events in a REST reply, each as `type|name|text`.
pub(crate) fn events(reply: &Value) -> Vec<String> {
    let events = reply["transcriptToShow"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let text = |event: &Value, index: usize| event[index].as_str().unwrap_or("?").to_owned();
    let lines = events
        .iter()
        .map(|event| format!("{}|{}|{}", text(event, 0), text(event, 1), text(event, 2)));
    lines.collect()
}

/// The transcript events in a reply to a connect, with the position of each: `2 type|name|text`.
pub(crate) fn pushed(reply: &Reply) -> Vec<String> {
    let messages = reply.json().as_array().cloned().unwrap_or_default();
    let mut lines = Vec::new();
    for message in messages
        .iter()
        .filter(|message| message["channel"] == "/_genesys")
    {
        let chat = &message["data"]["message"];
        let last: usize = chat["transcriptPosition"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        let events = events(chat);
        for (index, event) in events.iter().enumerate() {
            lines.push(format!("{} {event}", last + 1 + index - events.len()));
        }
    }
    lines
}

/// Lets time pass.
pub(crate) async fn pass(seconds: f64) {
    tokio::time::sleep(std::time::Duration::from_secs_f64(seconds)).await;
}

/// The reply to the connect in a reply with several messages.
pub(crate) fn meta(reply: &Reply) -> Value {
    let messages = reply.json().as_array().cloned().unwrap_or_default();
    let mut replies = messages
        .into_iter()
        .filter(|message| message["channel"] == "/meta/connect");
    replies.next().unwrap_or(Value::Null)
}
