//! A visitor's way to the server: the browser's connections and its cookie, and a network that comes and goes.

use std::sync::{Arc, Mutex, PoisonError};

use gms_chat_protocol::{Failure, Reply, Request};
use hyper::Method;
use tokio::sync::watch;

use crate::http::{Answer, Broken, Http};

/// How the network is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Net {
    Up,
    /// The system says that there is none: requests fail at once, those under way too.
    Down,
    /// It is silent, and nobody knows: requests hang until it is back, and have failed then.
    Dead,
}

/// The network of one visitor.
#[derive(Debug)]
pub(crate) struct Link {
    line: Line,
    net: watch::Sender<Net>,
}

/// What an exchange needs of it.
#[derive(Clone, Debug)]
struct Line {
    http: Http,
    /// All that the server has set, as `Cookie` sends it.
    cookie: Arc<Mutex<Option<String>>>,
    net: watch::Receiver<Net>,
}

impl Link {
    pub(crate) fn new() -> Self {
        let (net, seen) = watch::channel(Net::Up);
        let line = Line {
            http: Http::new(),
            cookie: Arc::default(),
            net: seen,
        };
        Self { line, net }
    }

    pub(crate) fn set(&self, net: Net) {
        self.net.send_replace(net);
    }

    /// Breaks whatever is under way: another network takes the place of this one.
    pub(crate) fn cut(&self) {
        self.net.send_replace(Net::Up);
    }

    /// Carries a request out as `fetch` does.
    pub(crate) fn exchange(
        &self,
        request: Request,
    ) -> impl Future<Output = Result<Reply, Failure>> + Send + use<> {
        let mut line = self.line.clone();
        async move { line.exchange(request).await }
    }
}

impl Line {
    async fn exchange(&mut self, request: Request) -> Result<Reply, Failure> {
        if *self.net.borrow_and_update() != Net::Up {
            self.fail().await;
            return Err(Failure::Network);
        }
        let mut net = self.net.clone();
        tokio::select! {
            answer = self.send(request) => answer,
            // Whatever it has become meanwhile: the connections of before are gone.
            _ = net.changed() => {
                self.fail().await;
                Err(Failure::Network)
            }
        }
    }

    /// Waits until somebody notices that there is no network.
    async fn fail(&mut self) {
        // An end of the visitor ends the exchange too.
        let _ = self.net.wait_for(|net| *net != Net::Dead).await;
    }

    async fn send(&self, request: Request) -> Result<Reply, Failure> {
        let cookie = self.cookie().clone();
        let mut headers = vec![("content-type", request.content_type)];
        headers.extend(request.gms_user.as_deref().map(|user| ("gms_user", user)));
        headers.extend(cookie.as_deref().map(|cookie| ("cookie", cookie)));
        let sent = self
            .http
            .exchange(Method::POST, &request.url, &headers, request.body)
            .await;
        let answer = sent.map_err(|broken| match broken {
            Broken::Nothing => Failure::Network,
            Broken::Off => Failure::Truncated,
        })?;
        self.keep_cookie(&answer);
        let retry_after = answer.headers.get("retry-after");
        let retry_after = retry_after.and_then(|value| value.to_str().ok());
        Ok(Reply {
            status: answer.status,
            retry_after: retry_after.map(str::to_owned),
            body: answer.body,
        })
    }

    /// The simulator sets one cookie, for every path.
    fn keep_cookie(&self, answer: &Answer) {
        let set = answer.headers.get("set-cookie");
        let set = set.and_then(|value| value.to_str().ok());
        if let Some(pair) = set.and_then(|set| set.split(';').next()) {
            *self.cookie() = Some(pair.trim().to_owned());
        }
    }

    fn cookie(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.cookie.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
