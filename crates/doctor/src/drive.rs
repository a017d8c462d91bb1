//! Carries out what a session of the protocol wants, and tells what happened in its order.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use gms_chat_protocol::{ExchangeId, Failure, Lane, Moment, Output, Reply, Request, bayeux, chat};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

use crate::Finding;
use crate::http::{Answer, Ask, Broken, Client};

/// A session that wants requests carried out.
pub(crate) trait Machine {
    type Event;
    fn reply(&mut self, id: ExchangeId, reply: Reply, now: Moment);
    fn failure(&mut self, id: ExchangeId, failure: Failure, now: Moment);
    fn timeout(&mut self, now: Moment);
    fn want(&mut self) -> Want<Self::Event>;
}

/// What a session wants.
pub(crate) enum Want<E> {
    Send(ExchangeId, Request),
    Cancel(ExchangeId),
    Tell(E),
    Wait(Option<Moment>),
}

impl Machine for bayeux::Session {
    type Event = bayeux::Event;

    fn reply(&mut self, id: ExchangeId, reply: Reply, now: Moment) {
        self.handle_reply(id, &reply, now);
    }

    fn failure(&mut self, id: ExchangeId, failure: Failure, now: Moment) {
        self.handle_failure(id, failure, now);
    }

    fn timeout(&mut self, now: Moment) {
        self.handle_timeout(now);
    }

    fn want(&mut self) -> Want<bayeux::Event> {
        match self.poll_output() {
            bayeux::Output::Send(id, request) => Want::Send(id, request),
            bayeux::Output::Cancel(id) => Want::Cancel(id),
            bayeux::Output::Event(event) => Want::Tell(event),
            bayeux::Output::Wait(until) => Want::Wait(until),
        }
    }
}

impl Machine for chat::Session {
    type Event = chat::Event;

    fn reply(&mut self, id: ExchangeId, reply: Reply, now: Moment) {
        self.handle_reply(id, reply, now);
    }

    fn failure(&mut self, id: ExchangeId, failure: Failure, now: Moment) {
        self.handle_failure(id, failure, now);
    }

    fn timeout(&mut self, now: Moment) {
        self.handle_timeout(now);
    }

    fn want(&mut self) -> Want<chat::Event> {
        match self.poll_output() {
            Output::Send(id, request) => Want::Send(id, request),
            Output::Cancel(id) => Want::Cancel(id),
            Output::Event(event) => Want::Tell(event),
            Output::Wait(until) => Want::Wait(until),
        }
    }
}

/// An exchange that is over.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) lane: Lane,
    /// The path behind the endpoint's origin.
    pub(crate) path: String,
    /// What was sent.
    pub(crate) sent: String,
    pub(crate) outcome: Result<Answer, Broken>,
}

/// One thing that happened.
#[derive(Debug)]
pub(crate) enum Happening<E> {
    /// Told before the events that it causes.
    Exchange(Box<Exchange>),
    Event(E),
}

/// What becomes of exchanges that the session takes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cancelled {
    /// They are aborted, as in the widget.
    Aborted,
    /// They go on, so that their end can be seen.
    Watched,
}

/// A session and the requests that it has under way.
pub(crate) struct Drive<M: Machine> {
    machine: M,
    client: Arc<Client>,
    epoch: Instant,
    cancelled: Cancelled,
    exchanges: JoinSet<(ExchangeId, Result<Answer, Broken>)>,
    under_way: HashMap<ExchangeId, UnderWay>,
    happened: VecDeque<Happening<M::Event>>,
    due: Option<Instant>,
}

struct UnderWay {
    path: String,
    sent: String,
    begun: Instant,
    abort: AbortHandle,
}

impl<M: Machine> Drive<M> {
    pub(crate) fn new(machine: M, client: &Arc<Client>, cancelled: Cancelled) -> Self {
        Self {
            machine,
            client: Arc::clone(client),
            epoch: Instant::now(),
            cancelled,
            exchanges: JoinSet::new(),
            under_way: HashMap::new(),
            happened: VecDeque::new(),
            due: None,
        }
    }

    /// Feeds the session, and carries out what it wants then.
    pub(crate) fn act(&mut self, act: impl FnOnce(&mut M, Moment)) {
        let now = Moment::default() + self.epoch.elapsed();
        act(&mut self.machine, now);
        loop {
            match self.machine.want() {
                Want::Send(id, request) => self.send(id, request),
                Want::Cancel(id) => self.cancel(id),
                Want::Tell(event) => self.happened.push_back(Happening::Event(event)),
                Want::Wait(until) => {
                    let after = |until: Moment| self.epoch + until.since(Moment::default());
                    self.due = until.map(after);
                    return;
                }
            }
        }
    }

    /// The next thing that happens; `None` when nothing has by then.
    pub(crate) async fn next(&mut self, until: Instant) -> Option<Happening<M::Event>> {
        loop {
            if let Some(happening) = self.happened.pop_front() {
                return Some(happening);
            }
            if Instant::now() >= until {
                return None;
            }
            let due = self.due.map_or(until, |due| due.min(until));
            tokio::select! {
                Some(done) = self.exchanges.join_next() => {
                    // An aborted exchange is of no interest.
                    if let Ok((id, outcome)) = done {
                        self.finish(id, outcome);
                    }
                }
                () = sleep_until(due) => self.act(|machine, now| machine.timeout(now)),
            }
        }
    }

    fn send(&mut self, id: ExchangeId, request: Request) {
        let user = request.gms_user.as_deref();
        let ask = Ask::post(
            request.url,
            request.content_type,
            user,
            request.body.clone(),
        );
        let path = path(&ask.url);
        let client = Arc::clone(&self.client);
        let abort = self
            .exchanges
            .spawn(async move { (id, client.exchange(ask).await) });
        let under_way = UnderWay {
            path,
            sent: request.body,
            begun: Instant::now(),
            abort,
        };
        self.under_way.insert(id, under_way);
    }

    fn cancel(&mut self, id: ExchangeId) {
        if self.cancelled == Cancelled::Watched {
            return;
        }
        if let Some(under_way) = self.under_way.remove(&id) {
            under_way.abort.abort();
            let broken = Broken::new(Finding::Unanswered, "no answer in time", under_way.begun);
            self.tell(id, under_way.path, under_way.sent, Err(broken));
        }
    }

    fn finish(&mut self, id: ExchangeId, outcome: Result<Answer, Broken>) {
        let Some(UnderWay { path, sent, .. }) = self.under_way.remove(&id) else {
            return;
        };
        let heard = outcome.as_ref().map(heard).map_err(|_| Failure::Network);
        self.tell(id, path, sent, outcome);
        self.act(|machine, now| match heard {
            Ok(reply) => machine.reply(id, reply, now),
            Err(failure) => machine.failure(id, failure, now),
        });
    }

    fn tell(
        &mut self,
        id: ExchangeId,
        path: String,
        sent: String,
        outcome: Result<Answer, Broken>,
    ) {
        self.happened
            .push_back(Happening::Exchange(Box::new(Exchange {
                lane: id.lane(),
                path,
                sent,
                outcome,
            })));
    }
}

fn heard(answer: &Answer) -> Reply {
    Reply {
        status: answer.status,
        retry_after: answer.header("retry-after").map(str::to_owned),
        body: answer.body.clone(),
    }
}

/// What follows scheme and host.
fn path(url: &str) -> String {
    let behind = url.split_once("://").map_or(url, |(_, rest)| rest);
    behind
        .find('/')
        .and_then(|start| behind.get(start..))
        .unwrap_or("/")
        .to_owned()
}
