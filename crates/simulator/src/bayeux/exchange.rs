//! One request to CometD: its messages one after the other, and what is answered.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::GENESYS_CHANNEL;
use super::advice::unknown_client;
use super::hub::{Connect, Verdict};
use super::message::{Reply, Request};
use super::session::Ticket;
use crate::options::Cookie;
use crate::world::World;

/// Who sends a request, as far as its headers tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The cookie `BAYEUX_BROWSER`.
    pub browser: Option<String>,
    /// What events are keyed by: `gms_user`, or what stands for it.
    pub user: String,
    /// Whether the header `gms_user` was there.
    pub named: bool,
}

impl Caller {
    /// A caller with this value of `gms_user` and this cookie. Without the header, the cookie stands for the user,
    /// as a gateway might do it.
    pub(crate) fn new(user: Option<String>, browser: Option<String>) -> Self {
        Self {
            named: user.is_some(),
            user: user.unwrap_or_else(|| match &browser {
                Some(browser) => format!("cookie {browser}"),
                None => "anonymous".to_owned(),
            }),
            browser,
        }
    }
}

/// What is to be answered.
pub(crate) enum Exchange {
    /// These messages, at once.
    Answer {
        /// The messages.
        messages: Vec<Value>,
        /// A new value for `BAYEUX_BROWSER`.
        cookie: Option<String>,
    },
    /// A connect is held.
    Held(Box<Held>),
}

/// A connect that waits for events.
pub(crate) struct Held {
    pub(crate) ticket: Ticket,
    pub(crate) request: Request,
    user: String,
    pub(crate) until: Instant,
    pub(crate) wake: Arc<Notify>,
}

impl Held {
    /// A successful reply without any event.
    pub(crate) fn success(&self) -> Value {
        Reply::to(&self.request).value()
    }
}

impl World {
    /// What a held connect has come to; `None` when it goes on.
    pub(crate) fn look_at(
        &mut self,
        held: &Held,
        time_is_up: bool,
        now: Instant,
    ) -> Option<Result<Vec<Value>, Verdict>> {
        let options = &self.options.cometd;
        let seen = self
            .hub
            .look_at_held(held.ticket, &held.request, time_is_up, options, now);
        if seen.is_some() {
            self.hear_of(&held.user, now);
        }
        seen
    }

    /// The client of a held connect has gone away.
    pub(crate) fn abandon(&mut self, held: &Held, now: Instant) {
        let expires = now + self.options.cometd.max_interval;
        self.hub
            .abandon(held.ticket, held.request.client(), expires);
        self.hear_of(&held.user, now);
    }

    /// What a held connect is told whose session was forgotten.
    pub(crate) fn unknown_client(&self, held: &Held) -> Value {
        unknown_client(&held.request, &self.options.cometd).value()
    }

    /// Takes all messages of a request.
    pub(crate) fn exchange(
        &mut self,
        requests: Vec<Request>,
        caller: &Caller,
        now: Instant,
    ) -> Exchange {
        self.hear_of(&caller.user, now);
        let alone = requests.len() == 1;
        let mut messages = Vec::new();
        let mut cookie = None;
        for request in requests {
            match request.channel.as_deref() {
                Some("/meta/handshake") => {
                    let (reply, new_cookie) = self.handshake(&request, caller, now);
                    cookie = new_cookie.or(cookie);
                    messages.push(reply.value());
                }
                Some("/meta/connect") => match self.connect(&request, caller, alone, now) {
                    Connect::Answer(answer) => messages.extend(answer),
                    Connect::Hold {
                        ticket,
                        until,
                        wake,
                    } => {
                        return Exchange::Held(Box::new(Held {
                            ticket,
                            request,
                            user: caller.user.clone(),
                            until,
                            wake,
                        }));
                    }
                },
                Some(_) => messages.extend(self.other_message(&request, caller, now)),
                None => messages.push(Reply::error(&request, "400::channel_missing").value()),
            }
        }
        Exchange::Answer { messages, cookie }
    }

    fn handshake(
        &mut self,
        request: &Request,
        caller: &Caller,
        now: Instant,
    ) -> (Reply, Option<String>) {
        let options = &self.options.cometd;
        let new_cookie = match options.cookie {
            Cookie::Required | Cookie::Optional if caller.browser.is_none() => {
                Some(self.ids.browser())
            }
            Cookie::Required | Cookie::Optional | Cookie::Off => None,
        };
        let browser = new_cookie.clone().or_else(|| caller.browser.clone());
        let user = caller.named.then(|| caller.user.clone());
        let caller = Caller::new(user, browser);
        let client = self.ids.client();
        let reply = self.hub.handshake(request, client, caller, options, now);
        (reply, new_cookie)
    }

    fn connect(
        &mut self,
        request: &Request,
        caller: &Caller,
        alone: bool,
        now: Instant,
    ) -> Connect {
        let options = &self.options.cometd;
        let known = self
            .hub
            .session(request, caller.browser.as_deref(), options, now);
        if known.is_none() {
            return Connect::Answer(vec![unknown_client(request, options).value()]);
        }
        self.hub.connect(request, alone, options, now)
    }

    /// Subscribe, unsubscribe, disconnect and publish; without acknowledgement, queued events ride along.
    fn other_message(&mut self, request: &Request, caller: &Caller, now: Instant) -> Vec<Value> {
        let options = &self.options.cometd;
        let browser = caller.browser.as_deref();
        let Some(session) = self.hub.session(request, browser, options, now) else {
            return vec![unknown_client(request, options).value()];
        };
        let user = session.user.clone();
        let reply = match request.channel.as_deref().unwrap_or_default() {
            "/meta/subscribe" => {
                let reply = subscription_reply(request);
                if reply.successful {
                    for channel in request.subscriptions() {
                        session.subscribe(channel);
                    }
                    if session.listens_to(GENESYS_CHANNEL) {
                        self.catch_up(&user);
                    }
                }
                reply
            }
            "/meta/unsubscribe" => {
                for channel in request.subscriptions() {
                    session.unsubscribe(channel);
                }
                subscription_reply(request)
            }
            "/meta/disconnect" => {
                self.hub.disconnect(request.client());
                self.user_goes_away(&user, &request.ext["transcriptPosition"], now);
                Reply::to(request)
            }
            channel => self.publish(request, channel),
        };
        let session = self
            .hub
            .session(request, browser, &self.options.cometd, now);
        let mut messages = session
            .map(|session| session.take_for_others())
            .unwrap_or_default();
        messages.push(reply.value());
        messages
    }

    fn publish(&mut self, request: &Request, channel: &str) -> Reply {
        // Chat events come from the server alone: nobody may speak in an agent's name.
        if channel.starts_with("/meta/") || channel == GENESYS_CHANNEL {
            return Reply::error(request, "403::publish_denied");
        }
        let Some(data) = &request.data else {
            return Reply::error(request, "400::data_missing");
        };
        self.hub.publish(channel, data);
        Reply::to(request)
    }
}

fn subscription_reply(request: &Request) -> Reply {
    let channels = request.subscriptions();
    let reply = if channels.is_empty() {
        Reply::error(request, "403::subscription_missing")
    } else if channels
        .iter()
        .any(|channel| !channel.starts_with('/') || channel.starts_with("/meta/"))
    {
        Reply::error(request, "403::subscribe_denied")
    } else {
        Reply::to(request)
    };
    Reply {
        subscription: Some(request.subscription.clone()),
        ..reply
    }
}
