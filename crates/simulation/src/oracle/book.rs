//! The screen of a chat, rebuilt from its changes and held against the server's transcript.

use gms_chat_protocol::Lane;
use gms_chat_protocol::chat::{
    Change, Command, Connection, Delivery, End, EntryKey, Event, Fate, Phase,
};

use super::fate::Fates;
use super::row::{Line, Row};
use super::wire::{Flight, Kind};
use super::{Verdict, Violation, ensure, is_discreet};
use crate::client::NETWORK_DELAY;
use crate::network::Exchange;
use crate::plan::Setting;
use crate::server::{Answer, Chat, Connected, Outcome, Over, Server};

/// The witness of a chat session.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) delivery: Delivery,
    pub(super) phase: Phase,
    pub(super) troubled: bool,
    pub(super) rows: Vec<Row>,
    pub(super) fates: Fates,
    /// What goes from a failed start into the next.
    carried: Fates,
    /// The service whose chat the client is in.
    pub(super) service: Option<usize>,
    /// Whether the chat was created with `notify_by=comet`.
    pub(super) by_comet: bool,
    /// Whether the client has asked for that.
    asks_for_push: bool,
    /// Failures since the start.
    failures: u32,
    /// Refreshes that were refused.
    refusals: u32,
    /// How often CometD said that nothing more would come.
    nones: u32,
    /// The visitor has asked for the end.
    pub(super) wants_end: bool,
    /// When the end was asked for, by the page's clock.
    ending_since: Option<u64>,
    /// Which positions the client has read.
    shown: Vec<bool>,
    /// Custom events that were told, by position.
    noticed: Vec<u64>,
    /// The last position before the faults stopped.
    pub(super) calm_from: u64,
    changed: bool,
    /// How many exchanges of the REST lane have begun.
    begun: u32,
    short_replies: bool,
}

impl Book {
    pub(super) fn new(delivery: Delivery, setting: &Setting) -> Self {
        Self {
            delivery,
            phase: Phase::Idle,
            troubled: false,
            rows: Vec::new(),
            fates: Fates::default(),
            carried: Fates::default(),
            service: None,
            by_comet: false,
            asks_for_push: false,
            failures: 0,
            refusals: 0,
            nones: 0,
            wants_end: false,
            ending_since: None,
            shown: Vec::new(),
            noticed: Vec::new(),
            calm_from: 0,
            changed: false,
            begun: 0,
            short_replies: setting.short_replies,
        }
    }

    pub(super) fn stage(&self) -> usize {
        match self.phase {
            Phase::Idle => 0,
            Phase::Connecting => 1,
            Phase::Waiting => 2,
            Phase::Active => 3,
            Phase::Ending => 4,
            Phase::Ended(_) => 5,
            Phase::Failed(_) => 6,
            Phase::Restoring => 1,
        }
    }

    /// Whether a chat is under way.
    pub(super) fn is_open(&self) -> bool {
        match self.phase {
            Phase::Restoring | Phase::Connecting | Phase::Waiting => true,
            Phase::Active | Phase::Ending => true,
            Phase::Idle | Phase::Ended(_) | Phase::Failed(_) => false,
        }
    }

    /// Whether the visitor is in the chat of this service.
    pub(super) fn is_in(&self, service: usize) -> bool {
        let talks = matches!(self.phase, Phase::Waiting | Phase::Active);
        talks && self.service == Some(service)
    }

    /// The client's chat at the server.
    pub(super) fn chat<'a>(&self, server: &'a Server) -> Option<&'a Chat> {
        server.chat(self.service?)
    }

    pub(super) fn wanted(&mut self, command: &Command, _server: &Server) {
        let listens = self.is_open();
        match command {
            Command::Start(_) if !self.is_open() => self.begin(),
            Command::Say(text) if listens => self.fates.account(text).said += 1,
            Command::Retry(key) if listens => {
                if let Some(text) = self.text(*key) {
                    self.fates.account(&text).retried += 1;
                }
            }
            Command::Discard(key) => {
                if let Some(text) = self.text(*key) {
                    self.fates.account(&text).discarded += 1;
                }
            }
            Command::End if self.is_open() => self.wants_end = true,
            Command::Start(_) | Command::Say(_) | Command::Retry(_) | Command::End => {}
            Command::Typing | Command::StopTyping | Command::Notice(_) => {}
            Command::Note { .. } | Command::Reset => {}
        }
    }

    fn begin(&mut self) {
        let carried = match self.phase {
            // What was written for a start that failed goes into the next.
            Phase::Failed(_) => self.written(),
            _ => Fates::default(),
        };
        let Self {
            delivery,
            short_replies,
            phase,
            begun,
            ..
        } = self;
        *self = Self {
            phase: phase.clone(),
            carried,
            short_replies: *short_replies,
            begun: *begun,
            ..Self::new(*delivery, &Setting::default())
        };
    }

    /// Accounts of the messages that stand on the screen, as if they had only just been said.
    fn written(&self) -> Fates {
        let mut fates = Fates::default();
        for (text, _) in self.rows.iter().filter_map(Row::mine) {
            fates.account(text).said += 1;
        }
        fates
    }

    fn text(&self, key: EntryKey) -> Option<String> {
        let row = self.rows.iter().find(|row| row.key == key)?;
        row.mine().map(|(text, _)| text.to_owned())
    }

    /// How many lines there are, how many of them mark a gap, and how many are messages not sent.
    pub(super) fn lines(&self) -> [u64; 3] {
        let count = |is: fn(&Row) -> bool| self.rows.iter().filter(|row| is(row)).count() as u64;
        [
            self.rows.len() as u64,
            count(|row| row.line == Line::Gap),
            count(|row| row.mine().is_some_and(|(_, fate)| *fate != Fate::Sent)),
        ]
    }

    /// Messages that have failed; with `unknown`, also those of which nobody knows.
    pub(super) fn loose_messages(&self, unknown: bool) -> Vec<EntryKey> {
        let loose = |row: &&Row| match row.mine() {
            Some((_, Fate::Failed(_))) => true,
            Some((_, Fate::Unknown | Fate::Unproven)) => unknown,
            Some((_, Fate::Sending | Fate::Sent)) | None => false,
        };
        self.rows.iter().filter(loose).map(|row| row.key).collect()
    }

    pub(super) fn sent(&mut self, exchange: &Exchange, kind: Kind) -> Verdict {
        if exchange.id.lane() == Lane::Rest {
            self.begun = exchange.nth + 1;
        }
        let url = &exchange.request.url;
        let id = url.strip_prefix("/genesys/1/service/service");
        let id = id.and_then(|rest| rest.split('/').next()?.parse().ok());
        if let Some(id) = id.filter(|_| self.is_open() && !kind.is_farewell()) {
            self.service = Some(id);
        }
        ensure(self.is_open() || kind.is_farewell(), "S4", || {
            format!("{kind:?} while no chat is under way")
        })?;
        match kind {
            Kind::Create => {
                self.asks_for_push = exchange.request.body.contains("notify_by=comet");
                Ok(())
            }
            Kind::Refresh | Kind::Send | Kind::Typing | Kind::Notice if self.asks_for_push => {
                ensure(exchange.request.gms_user.is_some(), "S3", || {
                    format!("{kind:?} in push mode without gms_user")
                })
            }
            _ => Ok(()),
        }
    }

    /// A request is at the server.
    pub(super) fn arrived(&mut self, exchange: &Exchange, copy: bool, answer: Option<&Answer>) {
        self.fates.arrived(exchange, copy, answer);
        let done = answer.is_some_and(|answer| answer.facts.outcome == Some(Outcome::Done));
        self.by_comet |= done && exchange.request.body.contains("notify_by=comet");
    }

    /// An exchange has ended without an answer.
    pub(super) fn left_open(&mut self, flight: &Flight) {
        self.failures += 1;
        self.fates.left_open(flight);
    }

    pub(super) fn answered(&mut self, flight: &Flight, answer: &Answer) {
        self.fates.answered(flight, answer);
        let stops = answer.facts.stops || answer.facts.connect == Some(Connected::Last);
        self.nones += u32::from(stops);
        self.failures += u32::from(answer.facts.stops);
        for span in &answer.facts.spans {
            if Some(span.service) == self.service {
                let last = usize::try_from(span.last).unwrap_or(0);
                if self.shown.len() <= last {
                    self.shown.resize(last + 1, false);
                }
                let first = usize::try_from(span.first).unwrap_or(0);
                self.shown[first..=last].fill(true);
            }
        }
        let is_well = matches!(answer.facts.outcome, Some(Outcome::Done | Outcome::Over));
        if flight.kind == Kind::Refresh && !is_well {
            self.refusals += 1;
        }
        if answer.status != 200 || (!is_well && answer.facts.connect.is_none()) {
            self.failures += 1;
        }
    }

    pub(super) fn told(&mut self, event: Event, server: &Server) -> Verdict {
        match event {
            Event::Phase(phase) => self.enter(phase, server),
            Event::Connection(connection) => {
                self.troubled = connection != Connection::Fine;
                Ok(())
            }
            Event::Entry(change) => {
                self.changed = true;
                self.change(change)
            }
            Event::Typing(_) | Event::Idle(_) => Ok(()),
            Event::Notice { kind, text, .. } if kind == "Notice.Custom" && text != "n" => {
                let position = text.trim_start_matches('c').parse().unwrap_or(0);
                let twice = self.noticed.contains(&position);
                self.noticed.push(position);
                ensure(!twice, "S7", || {
                    format!("the custom event {position} is told twice")
                })
            }
            Event::Notice { .. } => Ok(()),
            Event::Diagnostic(text) => is_discreet(&text),
        }
    }

    fn enter(&mut self, phase: Phase, server: &Server) -> Verdict {
        if let Phase::Ended(end) = &phase {
            self.check_end(*end, server)?;
        }
        if let Phase::Failed(problem) = &phase {
            ensure(self.failures > 0, "C8", || {
                format!("the start failed ({problem:?}), but every request was answered well")
            })?;
        }
        self.phase = phase;
        Ok(())
    }

    /// A chat is over only where it is.
    fn check_end(&self, end: End, server: &Server) -> Verdict {
        if self.wants_end {
            return Ok(());
        }
        let forgotten = self
            .service
            .is_some_and(|service| server.services[service].forgotten);
        let over = self.chat(server).and_then(|chat| chat.over);
        // Refreshes that are refused as if the chat were unknown cannot be told from it, and a CometD
        // server that says that all is over is believed when nobody gainsays it, or when it insists.
        let gainsaid = self.refusals == 0 && !self.short_replies;
        let excused = self.refusals >= 3 || self.nones >= 2 || (self.nones == 1 && !gainsaid);
        ensure(forgotten || over.is_some() || excused, "C9", || {
            format!("the chat is shown as ended ({end:?}), but it goes on")
        })?;
        let by_visitor = matches!(end, End::Visitor | End::Abandoned);
        ensure(!by_visitor, "C9", || {
            format!("{end:?}, but the visitor did not ask for it")
        })?;
        let right = match over {
            _ if forgotten || excused || !self.has_read_all(server) => true,
            Some(Over::Agent) => end == End::Agent,
            Some(Over::Idle) => end == End::Idle,
            Some(Over::Server | Over::Silence | Over::Visitor) | None => true,
        };
        ensure(right, "C9", || format!("{end:?}, but it was {over:?}"))
    }

    /// Whether the client has read every event of its chat.
    pub(super) fn has_read_all(&self, server: &Server) -> bool {
        let last = self.chat(server).map_or(0, Chat::last);
        (2..=last).all(|position| self.has_read(position))
    }

    pub(super) fn has_read(&self, position: u64) -> bool {
        let index = usize::try_from(position).unwrap_or(0);
        self.shown.get(index) == Some(&true)
    }

    fn change(&mut self, change: Change) -> Verdict {
        match change {
            Change::Appended(entry) => self.insert(self.rows.len(), Row::new(entry)),
            Change::Inserted { entry, before } => {
                let place = self.index(before)?;
                self.insert(place, Row::new(entry))
            }
            Change::Replaced(entry) => {
                let place = self.index(entry.key)?;
                self.rows[place] = Row::new(entry);
                Ok(())
            }
            Change::Removed(key) => {
                let place = self.index(key)?;
                self.rows.remove(place);
                Ok(())
            }
            Change::Cleared => {
                self.rows.clear();
                self.fates = std::mem::take(&mut self.carried).from(self.begun);
                Ok(())
            }
        }
    }

    fn insert(&mut self, place: usize, row: Row) -> Verdict {
        let twice = self.rows.iter().any(|other| other.key == row.key);
        ensure(!twice, "C1", || {
            format!("the entry {:?} is there twice", row.key)
        })?;
        self.rows.insert(place, row);
        Ok(())
    }

    fn index(&self, key: EntryKey) -> Result<usize, Violation> {
        let place = self.rows.iter().position(|row| row.key == key);
        place.ok_or_else(|| Violation::new("C1", format!("no entry {key:?} is on the screen")))
    }

    /// After every input.
    pub(super) fn check(&mut self, clock: u64, prompt: bool, server: &Server) -> Verdict {
        self.check_ending(clock, prompt)?;
        self.fates.check_doubles()?;
        if !std::mem::take(&mut self.changed) {
            return Ok(());
        }
        self.check_drafts()?;
        let chat = self.chat(server);
        let over =
            self.wants_end || !self.is_open() || chat.is_some_and(|chat| chat.over.is_some());
        for row in &self.rows {
            if let Some((text, fate)) = row.mine() {
                let failed = matches!(self.phase, Phase::Failed(_));
                if !failed {
                    self.fates.check(text, fate, over)?;
                }
            }
        }
        match chat {
            Some(chat) => self.check_order(chat),
            None => Ok(()),
        }
    }

    /// L4: the end does not keep the visitor waiting.
    fn check_ending(&mut self, clock: u64, prompt: bool) -> Verdict {
        if self.phase != Phase::Ending {
            self.ending_since = None;
            return Ok(());
        }
        let since = *self.ending_since.get_or_insert(clock);
        let waited = clock.saturating_sub(since);
        ensure(!prompt || waited <= NETWORK_DELAY + 100, "L4", || {
            format!("the end was asked for {waited} ms ago")
        })
    }

    /// What the visitor wrote stays on the screen until it is taken back.
    fn check_drafts(&self) -> Verdict {
        for (text, account) in self.fates.iter() {
            let rows = self.rows.iter().filter_map(Row::mine);
            let there = rows.filter(|(other, _)| other == text).count();
            let wanted = account.said.saturating_sub(account.discarded);
            ensure(there as u64 == u64::from(wanted), "C3", || {
                format!("`{text}` was said {wanted} times and stands there {there} times")
            })?;
        }
        Ok(())
    }
}
