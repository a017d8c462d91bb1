//! One HTTP exchange over a connection of its own, with the times at which its parts came.

mod wire;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::header::HeaderMap;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;

use crate::jar::{Cookie, Jar};
use crate::redact::Secrets;
use crate::{Address, Finding, Options};

use wire::connector;
pub(crate) use wire::{connect, secure};

/// Longer answers are no chat.
const LONGEST: usize = 4 << 20;

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Ask {
    /// A POST as the widget makes it.
    pub(crate) fn post(url: String, content_type: &str, user: Option<&str>, body: String) -> Self {
        let mut headers = vec![("content-type", content_type.to_owned())];
        headers.extend(user.map(|user| ("gms_user", user.to_owned())));
        Self {
            method: Method::POST,
            url,
            headers,
            body,
        }
    }

    fn is_preflight(&self) -> bool {
        self.method == Method::OPTIONS
    }
}

/// A whole answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// Invalid UTF-8 replaced.
    pub(crate) body: String,
    /// From the request to the end of the answer.
    pub(crate) took: Duration,
    /// When the answer was complete.
    pub(crate) ended: Instant,
}

impl Answer {
    /// A header as text; the first one of its name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Why there is no whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) finding: Finding,
    /// The words of the system.
    pub(crate) why: String,
    /// From the request to the break.
    pub(crate) after: Duration,
}

impl Broken {
    pub(crate) fn new(finding: Finding, why: &(impl ToString + ?Sized), begun: Instant) -> Self {
        Self {
            finding,
            why: why.to_string(),
            after: begun.elapsed(),
        }
    }
}

/// What all exchanges of one examination share.
pub(crate) struct Client {
    connector: TlsConnector,
    /// Headers of each request: those of the command line, and `Origin`.
    headers: Vec<(String, String)>,
    cross_site: bool,
    jar: Mutex<Jar>,
    secrets: Mutex<Secrets>,
}

impl Client {
    /// # Errors
    /// When the file of authorities cannot be read.
    pub(crate) fn new(options: &Options) -> Result<Self, String> {
        let mut secrets = Secrets::default();
        options.user_id.iter().for_each(|user| secrets.add(user));
        let mut headers = options.headers.clone();
        headers.iter().for_each(|(_, value)| secrets.add(value));
        if let Some(origin) = &options.origin {
            headers.push(("origin".to_owned(), origin.origin()));
        }
        let authority = options.authority.as_deref();
        Ok(Self {
            connector: connector(authority, &[b"http/1.1"])?,
            headers,
            cross_site: options.is_cross_site(),
            jar: Mutex::default(),
            secrets: Mutex::new(secrets),
        })
    }

    /// A connector that offers HTTP/2 first, to see whether the server takes it.
    pub(crate) fn curious(authority: Option<&Path>) -> Result<TlsConnector, String> {
        connector(authority, &[b"h2", b"http/1.1"])
    }

    /// The text without secrets.
    pub(crate) fn blot(&self, text: &str) -> String {
        self.secrets().blot(text)
    }

    pub(crate) fn jar(&self) -> MutexGuard<'_, Jar> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn secrets(&self) -> MutexGuard<'_, Secrets> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Carries an exchange out; gives up after `timeout`.
    pub(crate) async fn within(&self, timeout: Duration, ask: Ask) -> Result<Answer, Broken> {
        let begun = Instant::now();
        let answered = tokio::time::timeout(timeout, self.exchange(ask)).await;
        let missed = |_| Broken::new(Finding::Unanswered, "no answer in time", begun);
        answered.map_err(missed)?
    }

    /// Carries an exchange out, however long it takes. Cookies are sent and kept.
    pub(crate) async fn exchange(&self, ask: Ask) -> Result<Answer, Broken> {
        let begun = Instant::now();
        let url = ask.url.split('?').next().unwrap_or_default();
        let to = Address::parse(url).map_err(|why| Broken::new(Finding::NotFound, why, begun))?;
        let request = self
            .request(ask, &to)
            .map_err(|error| Broken::new(Finding::NotFound, &error, begun))?;
        let stream = connect(&to).await?;
        let stream = if to.is_secure {
            secure(&self.connector, &to, stream).await?.stream
        } else {
            Box::new(stream)
        };
        let broken = |error: hyper::Error| Broken::new(Finding::Broken, &error, begun);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(broken)?;
        // Dropping the set, when this exchange is given up, closes the connection.
        let mut driving = JoinSet::new();
        driving.spawn(connection);
        let answer = sender.send_request(request).await.map_err(broken)?;
        let (head, mut body) = answer.into_parts();
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame.map_err(broken)?.into_data() {
                bytes.extend_from_slice(&data);
            }
            if bytes.len() > LONGEST {
                return Err(Broken::new(Finding::NotGms, "more than 4 MiB", begun));
            }
        }
        self.keep_cookies(&head.headers, &to);
        Ok(Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
            took: begun.elapsed(),
            ended: Instant::now(),
        })
    }

    fn request(&self, ask: Ask, to: &Address) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
        let path = ask
            .url
            .get(to.origin().len()..)
            .filter(|path| path.starts_with('/'));
        let mut request = Request::builder()
            .method(&ask.method)
            .uri(path.unwrap_or("/"))
            .header("host", to.authority())
            .header(
                "user-agent",
                concat!("gms-chat-doctor/", env!("CARGO_PKG_VERSION")),
            )
            .header("accept", "*/*");
        for (name, value) in &ask.headers {
            request = request.header(*name, value);
        }
        // A browser sends neither credentials nor the page's headers with a preflight.
        let is_preflight = ask.is_preflight();
        for (name, value) in &self.headers {
            if !is_preflight || name == "origin" {
                request = request.header(name, value);
            }
        }
        let cookies = self.jar().header(to, self.cross_site);
        if let Some(cookies) = cookies.filter(|_| !is_preflight) {
            request = request.header("cookie", cookies);
        }
        request.body(Full::new(Bytes::from(ask.body)))
    }

    fn keep_cookies(&self, headers: &HeaderMap, from: &Address) {
        for text in headers.get_all("set-cookie") {
            let cookie = text.to_str().ok().and_then(|text| Cookie::read(text, from));
            if let Some(cookie) = cookie {
                let value = self.jar().keep(cookie);
                self.secrets().add(&value);
            }
        }
    }
}
