//! One POST or GET over loopback, on connections that are kept as a browser keeps them.

use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::header::HeaderMap;
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde_json::Value;
use tokio::time::timeout;

/// A browser closes a connection that nobody has used for a while.
const IDLE: Duration = Duration::from_secs(20);
/// Of whoever is no part of the trial.
const PATIENCE: Duration = Duration::from_secs(30);

/// A pool of connections; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Http(Client<HttpConnector, Full<Bytes>>);

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// Why there is none.
#[derive(Debug)]
pub(crate) enum Broken {
    /// Nothing came.
    Nothing,
    /// It broke off.
    Off,
}

impl Http {
    pub(crate) fn new() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(6)
            .build(connector);
        Self(client)
    }

    /// Carries a request out, however long that takes.
    pub(crate) async fn exchange(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<Answer, Broken> {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::from(body)));
        let request = request.map_err(|_| Broken::Nothing)?;
        let answer = self.0.request(request).await.map_err(|_| Broken::Nothing)?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await.map_err(|_| Broken::Off)?.to_bytes();
        Ok(Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }

    /// Asks somebody who is no part of the trial, and reads what he says; `null` for an empty answer.
    pub(crate) async fn ask(
        &self,
        method: Method,
        url: &str,
        body: &Value,
    ) -> Result<(u16, Value), String> {
        let text = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let headers = [("content-type", "application/json")];
        let asked = self.exchange(method, url, &headers, text);
        let answer = timeout(PATIENCE, asked).await;
        let answer = answer.map_err(|_| format!("{url} did not answer in time"))?;
        let answer = answer.map_err(|broken| format!("{url}: {broken:?}"))?;
        if answer.body.is_empty() {
            return Ok((answer.status, Value::Null));
        }
        let value = serde_json::from_str(&answer.body);
        let value = value.map_err(|error| format!("{url} answered no JSON: {error}"))?;
        Ok((answer.status, value))
    }
}
