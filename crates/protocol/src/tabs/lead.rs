//! The tab that leads: what it has told the others, and what they are to know next.

use crate::Moment;
use crate::chat::{Body, Change, Event, Kept, Phase, Session};

use super::post::{Taken, Told};
use super::relay;

/// What the others know.
#[derive(Debug)]
pub(super) struct Leading {
    /// Which of their wishes were taken.
    pub(super) taken: Taken,
    /// Who has asked for the message that is written next.
    pub(super) origin: String,
    /// Whether somebody wants to know everything.
    pub(super) is_asked: bool,
    /// Whether others were heard of.
    pub(super) has_company: bool,
    /// How often something was told.
    number: u64,
    /// Events that have not been told, as rows.
    events: String,
    /// What was told last of the chat's names and messages, of the log's length, and of their wishes.
    head: String,
    messages: String,
    log: usize,
    told_taken: Taken,
    course: Course,
}

/// How it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Course {
    /// The chat goes on.
    Open,
    /// The window has gone back to its form.
    Over,
    /// The lock is given back; the others do not know yet.
    Leaving,
    /// And now they do.
    Left,
}

impl Leading {
    /// The first who asks is whoever is there.
    pub(super) fn new(taken: Taken) -> Self {
        Self {
            told_taken: taken.clone(),
            taken,
            origin: String::new(),
            is_asked: true,
            has_company: false,
            number: 0,
            events: String::new(),
            head: String::new(),
            messages: String::new(),
            log: 0,
            course: Course::Open,
        }
    }

    pub(super) fn leave(&mut self) {
        self.course = Course::Leaving;
    }

    pub(super) fn has_left(&self) -> bool {
        self.course == Course::Left
    }

    pub(super) fn is_over(&self) -> bool {
        self.course == Course::Over
    }

    /// Takes note of what the window was told.
    pub(super) fn note(&mut self, event: &Event, now: Moment) {
        let is_mine = matches!(
            event,
            Event::Entry(Change::Appended(entry)) if matches!(entry.body, Body::Mine { .. })
        );
        let origin = if is_mine {
            std::mem::take(&mut self.origin)
        } else {
            String::new()
        };
        if *event == Event::Phase(Phase::Idle) {
            self.course = Course::Over;
        }
        relay::write_event(&mut self.events, event, &origin, now);
    }

    /// What the others do not know yet, if there is anything.
    pub(super) fn tell(&mut self, name: &str, session: &Session) -> Option<String> {
        // A wish that came too late has no entry.
        self.origin.clear();
        let leaves = self.course == Course::Leaving;
        // Whoever comes later asks for everything, unless nobody is left to ask.
        if !self.has_company && !leaves {
            self.events.clear();
            return None;
        }
        let kept = session.kept().unwrap_or_default();
        let is_known = self.events.is_empty()
            && kept.head == self.head
            && kept.messages == self.messages
            && kept.log.len() == self.log
            && self.taken == self.told_taken;
        if is_known && !leaves {
            return None;
        }
        if leaves {
            self.course = Course::Left;
        }
        // Whoever has come too late to be told everything can still go on from the last word.
        let is_whole = leaves || kept.log.len() < self.log;
        let from = if is_whole { 0 } else { self.log };
        let events = std::mem::take(&mut self.events);
        Some(self.write(name, kept, from, events, leaves))
    }

    /// Everything: `events` draw the window.
    pub(super) fn tell_all(
        &mut self,
        name: &str,
        session: &Session,
        events: &[Event],
        now: Moment,
    ) -> String {
        let mut rows = String::new();
        for event in events {
            relay::write_event(&mut rows, event, "", now);
        }
        let kept = session.kept().unwrap_or_default();
        self.write_all(name, kept, rows)
    }

    fn write_all(&mut self, name: &str, kept: Kept<'_>, rows: String) -> String {
        self.log = 0;
        let mut told = self.told(name, kept, 0, rows);
        told.is_all = true;
        told.write()
    }

    fn write(
        &mut self,
        name: &str,
        kept: Kept<'_>,
        from: usize,
        events: String,
        is_exact: bool,
    ) -> String {
        let mut told = self.told(name, kept, from, events);
        told.is_exact = is_exact;
        told.write()
    }

    fn told(&mut self, name: &str, kept: Kept<'_>, from: usize, events: String) -> Told {
        self.number += 1;
        self.log = kept.log.len();
        self.head.clone_from(&kept.head);
        self.messages.clone_from(&kept.messages);
        self.told_taken = self.taken.clone();
        Told {
            leader: name.to_owned(),
            number: self.number,
            from: from as u64,
            head: kept.head,
            log: kept.log.get(from..).unwrap_or_default().to_owned(),
            messages: kept.messages,
            taken: self.taken.clone(),
            events,
            ..Told::default()
        }
    }
}
