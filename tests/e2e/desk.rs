//! The agents' side: what a person at the desk does, through the same interface as the desk page.

use serde_json::{Value, json};

use crate::http;
use crate::stage::{Step, eventually};

/// The desk of one simulator with one chat.
pub(crate) struct Desk {
    port: u16,
}

impl Desk {
    pub(crate) fn new(port: u16) -> Self {
        Self { port }
    }

    /// Joins as soon as there is a chat.
    pub(crate) async fn join(&self, name: &str) -> Step {
        self.act("join", json!({ "name": name })).await
    }

    pub(crate) async fn say(&self, name: &str, text: &str) -> Step {
        self.act("say", json!({ "name": name, "text": text })).await
    }

    /// Pushes a page to the visitor.
    pub(crate) async fn push(&self, name: &str, url: &str) -> Step {
        self.act("push", json!({ "name": name, "url": url })).await
    }

    pub(crate) async fn types(&self, name: &str) -> Step {
        self.act("type", json!({ "name": name })).await
    }

    /// Ends the chat for everybody.
    pub(crate) async fn end(&self, name: &str) -> Step {
        self.act("end", json!({ "name": name })).await
    }

    /// Says that an agent is available for a delayed service.
    pub(crate) async fn accept(&self) -> Step {
        let service = self.service("queued").await?;
        self.post(&format!("chats/{service}/accept"), json!({}))
            .await
    }

    /// Arms a fault, for example `send:status=500:1`.
    pub(crate) async fn arm(&self, fault: &str) -> Step {
        self.post("faults", json!({ "fault": fault })).await
    }

    /// Waits until the visitor's message has arrived in the chat.
    pub(crate) async fn read(&self, text: &str) -> Step {
        eventually(format_args!("“{text}” at the desk"), async || {
            let chats = http::get(self.port, "/desk/api/chats").await?;
            let read = chats.to_string().contains(&json!(text).to_string());
            Ok(read.then_some(()))
        })
        .await
    }

    /// How often this text stands at the desk.
    pub(crate) async fn times(&self, text: &str) -> Step<usize> {
        let chats = http::get(self.port, "/desk/api/chats").await?;
        let wanted = json!(text).to_string();
        Ok(chats.to_string().matches(&wanted).count())
    }

    /// Waits until the chat is over at the server too.
    pub(crate) async fn is_over(&self) -> Step {
        self.chat_shows("phase", &json!("over")).await
    }

    /// Waits until the visitor has subscribed so many times, and a connect is held.
    pub(crate) async fn reached(&self, subscriptions: usize) -> Step {
        eventually(
            format_args!("subscription {subscriptions} and a held connect"),
            async || {
                let subscribed = self
                    .log()
                    .await?
                    .iter()
                    .filter(|entry| is_on(entry, "subscribe") && entry["outcome"] == 200)
                    .count();
                let sessions = http::get(self.port, "/desk/api/sessions").await?;
                let held = sessions
                    .as_array()
                    .into_iter()
                    .flatten()
                    .any(|session| session["held"] == true);
                Ok((subscribed == subscriptions && held).then_some(()))
            },
        )
        .await
    }

    /// How many CometD sessions there are.
    pub(crate) async fn sessions(&self) -> Step<usize> {
        let sessions = http::get(self.port, "/desk/api/sessions").await?;
        Ok(sessions.as_array().map_or(0, Vec::len))
    }

    /// The requests so far, oldest first: method, routes, headers that matter. Never a body.
    pub(crate) async fn log(&self) -> Step<Vec<Value>> {
        let log = http::get(self.port, "/desk/api/log?last=2000").await?;
        Ok(serde_json::from_value(log)?)
    }

    /// How many requests came on this route, as faults name it: `connect`, `refresh`, `cometd`, …
    pub(crate) async fn requests(&self, route: &str) -> Step<usize> {
        Ok(self
            .log()
            .await?
            .iter()
            .filter(|entry| is_on(entry, route))
            .count())
    }

    /// Chats, CometD sessions and requests, for whoever reads a failure.
    pub(crate) async fn story(&self) -> Step<String> {
        let mut story = Vec::new();
        for path in ["chats", "sessions", "log?last=200"] {
            story.push(http::get(self.port, &format!("/desk/api/{path}")).await?);
        }
        Ok(serde_json::to_string_pretty(&story)?)
    }

    async fn chat_shows(&self, member: &str, value: &Value) -> Step {
        eventually(
            format_args!("a chat whose {member} is {value}"),
            async || {
                let chats = http::get(self.port, "/desk/api/chats").await?;
                let shows = chats
                    .as_array()
                    .into_iter()
                    .flatten()
                    .any(|service| service["chat"][member] == *value);
                Ok(shows.then_some(()))
            },
        )
        .await
    }

    async fn act(&self, act: &str, body: Value) -> Step {
        let service = self.service("chat").await?;
        self.post(&format!("chats/{service}/{act}"), body).await
    }

    /// The service at this stage, as soon as there is one.
    async fn service(&self, stage: &str) -> Step<String> {
        eventually(
            format_args!("a service at the stage “{stage}”"),
            async || {
                let chats = http::get(self.port, "/desk/api/chats").await?;
                let found = chats
                    .as_array()
                    .into_iter()
                    .flatten()
                    .find(|service| service["stage"] == stage);
                Ok(found
                    .and_then(|service| service["service"].as_str())
                    .map(str::to_owned))
            },
        )
        .await
    }

    async fn post(&self, path: &str, body: Value) -> Step {
        http::post(self.port, &format!("/desk/api/{path}"), &body)
            .await
            .map(drop)
    }
}

fn is_on(entry: &Value, route: &str) -> bool {
    entry["routes"]
        .as_array()
        .is_some_and(|routes| routes.iter().any(|one| one == route))
}
