//! What the window has been told: phase, transcript, messages under way, who types.

use super::outbox::{Outbox, Outgoing};
use super::sequence::Arrival;
use super::talk::ECHO_PATIENCE;
use super::transcript::Transcript;
use super::typing::Theirs;
use super::{Body, Entry, EntryKey, Event, Fate, Party, Phase, Problem, Role};
use crate::queue::Queue;
use crate::text::unbroken;
use crate::{Moment, Output, wire};

/// Everything that is shown, and the outputs that tell of it.
#[derive(Debug)]
pub(crate) struct View {
    /// What waits to be drained.
    pub(crate) out: Queue<Output>,
    /// The visitor's messages on their way.
    pub(crate) outbox: Outbox,
    /// Who types at the other side.
    pub(crate) typists: Theirs,
    transcript: Transcript,
    phase: Phase,
    /// The visitor, as entries name them.
    visitor: Party,
    last_diagnostic: String,
    /// What was told last of an end for idleness.
    closes_at: Option<Moment>,
}

impl View {
    /// Nothing to see yet.
    pub(crate) fn new() -> Self {
        Self {
            out: Queue::new(),
            outbox: Outbox::default(),
            typists: Theirs::default(),
            transcript: Transcript::default(),
            phase: Phase::Idle,
            visitor: client(""),
            last_diagnostic: String::new(),
            closes_at: None,
        }
    }

    /// Empties everything for a new chat of this visitor; answers the messages of the old one.
    pub(crate) fn clear(&mut self, nickname: &str) -> Outbox {
        self.visitor = client(nickname);
        self.last_diagnostic.clear();
        self.transcript.clear();
        self.tell_changes();
        std::mem::take(&mut self.outbox)
    }

    /// Whether the chat of another page has not been proved alive yet.
    pub(crate) fn is_restoring(&self) -> bool {
        self.phase == Phase::Restoring
    }

    /// Takes up a message of another page, below all that is shown.
    pub(crate) fn resume(&mut self, text: String, step: &str, left_at: Option<u64>, now: Moment) {
        self.say(text);
        if let Some(key) = self.outbox.resume(step, left_at, now) {
            self.update(key);
        }
    }

    /// Enters a phase, unless the chat is in it.
    pub(crate) fn enter(&mut self, phase: Phase) {
        if self.phase != phase {
            self.phase = phase.clone();
            self.tell(Event::Phase(phase));
        }
    }

    /// Tells the window.
    pub(crate) fn tell(&mut self, event: Event) {
        self.out.push(Output::Event(event));
    }

    /// Tells the developer, but not the same thing twice in a row.
    pub(crate) fn diagnose(&mut self, text: String) {
        if self.last_diagnostic != text {
            self.last_diagnostic.clone_from(&text);
            self.tell(Event::Diagnostic(text));
        }
    }

    /// Tells who types now, if that has changed.
    pub(crate) fn tell_typing(&mut self) {
        if let Some(typist) = self.typists.news() {
            self.tell(Event::Typing(typist));
        }
    }

    /// Tells when the server will close the chat because nobody writes, if that has changed.
    pub(crate) fn tell_idle(&mut self, closes_at: Option<Moment>) {
        if self.closes_at != closes_at {
            self.closes_at = closes_at;
            self.tell(Event::Idle(closes_at));
        }
    }

    /// A message of the visitor, to be sent when its turn comes.
    pub(crate) fn say(&mut self, text: String) {
        let body = Body::Mine {
            text: text.clone(),
            fate: Fate::Sending,
        };
        let key = self.transcript.pend(self.visitor.clone(), body);
        self.outbox.push(key, text);
        self.tell_changes();
        if self.outbox.is_loose(key) {
            self.update(key);
        }
    }

    /// A failed message is to be sent once more.
    pub(crate) fn retry(&mut self, key: EntryKey) {
        if self.outbox.retry(key) {
            if let Some(entry) = self.mine(key) {
                self.transcript.pend_again(entry);
            }
            self.tell_changes();
        }
    }

    /// A failed message is to be forgotten.
    pub(crate) fn discard(&mut self, key: EntryKey) {
        if self.outbox.discard(key).is_some() {
            self.transcript.remove(key);
            self.tell_changes();
        }
    }

    /// The fate of a message may have changed.
    pub(crate) fn update(&mut self, key: EntryKey) {
        if let Some(entry) = self.mine(key) {
            self.transcript.update(entry, self.outbox.is_loose(key));
            self.tell_changes();
        }
    }

    /// A refresh that was sent at `asked` showed everything up to `position`, the end of the transcript.
    /// `complete`: whether everything behind a position has been seen.
    pub(crate) fn prove_absent(
        &mut self,
        asked: Moment,
        position: u64,
        complete: impl Fn(u64) -> bool,
    ) {
        let outbox = &mut self.outbox;
        for key in outbox.prove_absent(asked, position, ECHO_PATIENCE, complete) {
            self.update(key);
        }
    }

    /// No refresh that was sent by `asked` brought clarity about the messages under way.
    pub(crate) fn give_up_messages(&mut self, asked: Moment) {
        for key in self.outbox.give_up(asked, ECHO_PATIENCE) {
            self.update(key);
        }
    }

    /// The chat is over: no message leaves any more.
    pub(crate) fn close(&mut self, problem: &Problem) {
        for key in self.outbox.close(problem) {
            self.update(key);
        }
        self.typists.clear();
        self.tell_typing();
    }

    /// Shows a message: as the visitor's own if it is the echo of one.
    pub(crate) fn message(&mut self, arrival: Arrival) {
        let Arrival {
            position,
            at,
            event: wire::Event { party, text, .. },
            ..
        } = arrival;
        let echoed = match party.role {
            Role::Client => self.outbox.echo(&text, position),
            Role::Agent | Role::Supervisor | Role::External => None,
        };
        match echoed {
            Some(Outgoing { key, text, .. }) => {
                let fate = Fate::Sent;
                let body = Body::Mine { text, fate };
                self.transcript.settle(
                    position,
                    Entry {
                        key,
                        at,
                        party,
                        body,
                    },
                );
                self.tell_changes();
            }
            // Whatever another page of this visitor has shown is the visitor's own.
            None if party.role == Role::Client && self.note_own(&text) => {
                let (text, fate) = (unbroken(&text), Fate::Sent);
                self.show(position, at, party, Body::Mine { text, fate });
            }
            None => self.show(position, at, party, Body::Message(unbroken(&text))),
        }
    }

    /// The transcript shows a text of the visitor that this page has not sent; answers whether another page of the
    /// visitor has, whose chat this one goes on with.
    fn note_own(&mut self, text: &str) -> bool {
        self.outbox.note_echo(text);
        self.is_restoring()
    }

    /// Shows an entry at its position.
    pub(crate) fn show(&mut self, position: u64, at: Option<u64>, party: Party, body: Body) {
        self.transcript.show(position, at, party, body);
        self.tell_changes();
    }

    /// Shows a line of the page's own, at the end as it stands.
    pub(crate) fn note(&mut self, text: String, tone: String) {
        self.transcript.note(nobody(), Body::Note { text, tone });
        self.tell_changes();
    }

    /// Marks that something before `position` is missing.
    pub(crate) fn mark_gap(&mut self, position: u64) -> EntryKey {
        let key = self.transcript.mark_gap(position, nobody());
        self.tell_changes();
        key
    }

    /// Nothing is missing there any more.
    pub(crate) fn clear_gap(&mut self, key: EntryKey) {
        self.transcript.remove(key);
        self.tell_changes();
    }

    /// The entry of a message as it stands.
    fn mine(&self, key: EntryKey) -> Option<Entry> {
        let text = self.outbox.text(key)?.to_owned();
        let fate = self.outbox.fate(key)?;
        Some(self.entry(key, Body::Mine { text, fate }))
    }

    fn entry(&self, key: EntryKey, body: Body) -> Entry {
        Entry {
            key,
            at: None,
            party: self.visitor.clone(),
            body,
        }
    }

    fn tell_changes(&mut self) {
        for change in self.transcript.take_changes() {
            self.tell(Event::Entry(change));
        }
    }
}

fn nobody() -> Party {
    Party {
        nickname: String::new(),
        role: Role::External,
    }
}

fn client(nickname: &str) -> Party {
    Party {
        nickname: nickname.to_owned(),
        role: Role::Client,
    }
}
