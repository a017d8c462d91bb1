//! A page with a chat on it: the real session of the protocol, driven as `src/driver.rs` drives it, and kept as
//! `src/survive.js` keeps it.

use std::collections::HashMap;
use std::time::Duration;

use gms_chat_protocol::chat::{Command, Config, Connection, Event, Phase, Session, Visitor};
use gms_chat_protocol::{ExchangeId, Failure, Moment, Output, PageEvent, Reply, Request};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

use crate::kept::Kept;
use crate::link::Link;
use crate::screen::Screen;
use crate::story::Story;

/// Changes within this time are written together.
const PAUSE: Duration = Duration::from_millis(500);
/// When nothing is due.
const LATER: Duration = Duration::from_secs(3_600);

/// One page, from its load to its end.
#[derive(Debug)]
pub(crate) struct Page {
    session: Session,
    story: Story,
    epoch: Instant,
    exchanges: JoinSet<(ExchangeId, Result<Reply, Failure>)>,
    under_way: HashMap<ExchangeId, AbortHandle>,
    due: Option<Instant>,
    save_at: Option<Instant>,
    is_hidden: bool,
    /// What the visitor has typed in this chat, and how much of it had been typed when the page was written last.
    typed: usize,
    pub(crate) saved: usize,
    /// What stands in the tab's storage.
    pub(crate) kept: Option<Kept>,
    pub(crate) screen: Screen,
    pub(crate) phase: Phase,
    pub(crate) is_fine: bool,
    /// The service that was asked for last.
    pub(crate) service: Option<String>,
}

impl Page {
    /// A page without a chat.
    pub(crate) fn load(config: Config, seed: u64, story: &Story) -> Self {
        story.tell("a page is loaded");
        Self {
            story: story.clone(),
            session: Session::new(config, seed, Moment::default()),
            epoch: Instant::now(),
            exchanges: JoinSet::new(),
            under_way: HashMap::new(),
            due: None,
            save_at: None,
            is_hidden: false,
            typed: 0,
            saved: 0,
            kept: None,
            screen: Screen::default(),
            phase: Phase::Idle,
            is_fine: true,
            service: None,
        }
    }

    /// Takes up what another page has left; `typed` texts are in it. False when it cannot.
    pub(crate) fn take_up(
        &mut self,
        kept: Kept,
        visitor: Visitor,
        typed: usize,
        link: &Link,
    ) -> bool {
        (self.typed, self.saved) = (typed, typed);
        let now = self.now();
        let is_taken = self
            .session
            .restore(&kept.chat, kept.is_exact, visitor, now);
        self.kept = Some(kept);
        self.drain(link);
        is_taken
    }

    pub(crate) fn want(&mut self, command: Command, link: &Link) {
        let now = self.now();
        self.session.handle_command(command, now);
        self.drain(link);
    }

    /// The visitor sends a message.
    pub(crate) fn say(&mut self, text: String, link: &Link) {
        self.typed += 1;
        self.want(Command::Say(text), link);
    }

    pub(crate) fn tell(&mut self, event: PageEvent, link: &Link) {
        match event {
            PageEvent::Hidden => {
                self.is_hidden = true;
                self.save(false);
            }
            PageEvent::Visible => self.is_hidden = false,
            PageEvent::Online | PageEvent::Offline | PageEvent::Awake => {}
            PageEvent::Frozen | PageEvent::Leaving => {}
        }
        let now = self.now();
        self.session.handle_page(event, now);
        self.drain(link);
    }

    /// Runs until something has happened, or until this moment. It may be given up at any time.
    pub(crate) async fn run(&mut self, until: Instant, link: &Link) {
        let due = self.due.unwrap_or(until).min(until);
        let due = self.save_at.unwrap_or(due).min(due);
        tokio::select! {
            Some(done) = self.exchanges.join_next() => {
                // An aborted exchange is of no interest.
                if let Ok((id, outcome)) = done {
                    self.finish(id, outcome, link);
                }
            }
            () = sleep_until(due) => self.see_to_it(link),
        }
    }

    /// What the page leaves when it goes in order.
    pub(crate) fn leave(mut self) -> Option<Kept> {
        self.save(true);
        self.kept
    }

    /// The page goes for good, and says so by requests that outlive it.
    pub(crate) fn say_goodbye(&mut self, link: &Link) {
        let now = self.now();
        self.session.handle_page(PageEvent::Leaving, now);
        while let Some(output) = self.next() {
            match output {
                Output::Send(_, request) => {
                    tokio::spawn(link.exchange(request));
                }
                Output::Event(event) => self.hear(event),
                Output::Cancel(_) | Output::Wait(_) => {}
            }
        }
    }

    fn see_to_it(&mut self, link: &Link) {
        let now = Instant::now();
        if self.save_at.is_some_and(|at| at <= now) {
            self.save(false);
        }
        if self.due.is_some_and(|due| due <= now) {
            self.due = None;
            let now = self.now();
            self.session.handle_timeout(now);
            self.drain(link);
        }
    }

    fn finish(&mut self, id: ExchangeId, outcome: Result<Reply, Failure>, link: &Link) {
        if self.under_way.remove(&id).is_none() {
            return;
        }
        let now = self.now();
        match &outcome {
            Ok(reply) => self
                .story
                .tell(format_args!("{id:?} {} {}", reply.status, reply.body)),
            Err(failure) => self.story.tell(format_args!("{id:?} {failure:?}")),
        }
        match outcome {
            Ok(reply) => self.session.handle_reply(id, reply, now),
            Err(failure) => self.session.handle_failure(id, failure, now),
        }
        self.drain(link);
    }

    fn drain(&mut self, link: &Link) {
        loop {
            match self.session.poll_output() {
                Output::Send(id, request) => self.send(id, request, link),
                Output::Cancel(id) => {
                    if let Some(exchange) = self.under_way.remove(&id) {
                        self.story.tell(format_args!("{id:?} cancelled"));
                        exchange.abort();
                    }
                }
                Output::Event(event) => {
                    self.hear(event);
                    self.note();
                }
                Output::Wait(until) => {
                    // Rounded up, as a browser's timer is.
                    let after = |until: Moment| {
                        let after = until.since(Moment::default());
                        self.epoch + after + Duration::from_millis(1)
                    };
                    self.due = Some(until.map_or_else(|| Instant::now() + LATER, after));
                    return;
                }
            }
        }
    }

    /// The next output but the last.
    fn next(&mut self) -> Option<Output> {
        match self.session.poll_output() {
            Output::Wait(_) => None,
            output => Some(output),
        }
    }

    fn send(&mut self, id: ExchangeId, request: Request, link: &Link) {
        if let Some(service) = service_of(&request.url) {
            self.service = Some(service.to_owned());
        }
        let path = request.url.split_once("/genesys").map_or("", |it| it.1);
        self.story
            .tell(format_args!("{id:?} > {path} {}", request.body));
        let exchange = link.exchange(request);
        let abort = self.exchanges.spawn(async move { (id, exchange.await) });
        self.under_way.insert(id, abort);
    }

    fn hear(&mut self, event: Event) {
        self.story.tell(format_args!("{event:?}"));
        match event {
            Event::Phase(phase) => self.phase = phase,
            Event::Connection(connection) => {
                self.is_fine = connection == Connection::Fine;
            }
            Event::Entry(change) => self.screen.apply(change),
            Event::Typing(_) | Event::Idle(_) | Event::Notice { .. } | Event::Diagnostic(_) => {}
        }
    }

    fn note(&mut self) {
        if self.is_hidden {
            self.save(false);
        } else {
            self.save_at.get_or_insert_with(|| Instant::now() + PAUSE);
        }
    }

    fn save(&mut self, is_exact: bool) {
        self.save_at = None;
        self.saved = self.typed;
        let chat = self.session.snapshot();
        self.kept = chat.map(|chat| Kept { chat, is_exact });
    }

    fn now(&self) -> Moment {
        Moment::default() + self.epoch.elapsed()
    }
}

/// The service that a request is for; none when it creates one, or goes to CometD.
fn service_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("/1/service/")?;
    rest.split_once('/').map(|(service, _)| service)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_stands_in_the_address() {
        let of = |path| service_of(path).unwrap_or("none");
        assert_eq!(of("http://h/genesys/1/service/request-chat"), "none");
        assert_eq!(of("http://h/genesys/1/service/abc/ixn/chat/send"), "abc");
        assert_eq!(of("http://h/genesys/1/service/abc/status"), "abc");
        assert_eq!(of("http://h/genesys/cometd/connect"), "none");
    }
}
