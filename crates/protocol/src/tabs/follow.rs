//! A tab that follows: shows what the one that leads has told, and hands on what its own visitor wants.

use crate::chat::{
    Body, Change, Command, Connection, Entry, EntryKey, Event, Fate, Kept, Party, Phase, Problem,
    Role, joined,
};
use crate::json::{Row, parse};
use crate::queue::Queue;
use crate::{Moment, Output as Plain};

use super::Output;
use super::post::{self, Taken, Told, Wish};
use super::relay;

/// Keys of entries that the tab that leads does not know yet.
const OWN: u32 = 1 << 31;

/// What is known of the chat.
#[derive(Debug)]
pub(super) struct Following {
    /// What was told last; the log is whole.
    told: Told,
    /// Whether everything has been told.
    is_complete: bool,
    phase: Phase,
    /// How many wishes were handed on.
    number: u64,
    /// Messages of this tab that have not come back.
    own: Vec<Own>,
    /// The service of the chat that was ended here: whoever was to hear it may be gone.
    ended: Option<String>,
    /// Whether it has let others go first.
    has_given_way: bool,
    /// Keys there, and here: a message keeps its key when it comes back.
    keys: Vec<(EntryKey, EntryKey)>,
}

/// A message of this tab.
#[derive(Debug)]
struct Own {
    number: u64,
    key: EntryKey,
    text: String,
    fate: Fate,
    /// Whether it stands where it had failed before.
    is_retried: bool,
}

impl Default for Following {
    fn default() -> Self {
        Self {
            told: Told::default(),
            is_complete: false,
            phase: Phase::Idle,
            number: 0,
            own: Vec::new(),
            ended: None,
            has_given_way: false,
            keys: Vec::new(),
        }
    }
}

impl Following {
    pub(super) fn phase(&self) -> &Phase {
        &self.phase
    }

    pub(super) fn taken(&self) -> &Taken {
        &self.told.taken
    }

    /// Whether others are to go first, who may have been told what this one has not. Once.
    pub(super) fn gives_way(&mut self) -> bool {
        let knows = self.is_complete || self.told.is_exact;
        !knows && !std::mem::replace(&mut self.has_given_way, true)
    }

    /// Whether the window shows a chat that goes on.
    pub(super) fn is_busy(&self) -> bool {
        match &self.phase {
            Phase::Restoring | Phase::Connecting | Phase::Waiting => true,
            Phase::Active | Phase::Ending => true,
            Phase::Idle | Phase::Ended(_) | Phase::Failed(_) => false,
        }
    }

    /// The chat as it can be taken over.
    pub(super) fn kept(&self) -> Option<Kept<'_>> {
        let Told {
            head,
            log,
            messages,
            ..
        } = &self.told;
        (!head.is_empty()).then(|| Kept {
            head: head.clone(),
            log,
            messages: messages.clone(),
        })
    }

    /// It in one piece, and whether those messages that wait in it have surely not left.
    pub(super) fn snapshot(&self) -> Option<(String, bool)> {
        let kept = self.kept()?;
        let text = joined(&kept.head, kept.log, &kept.messages);
        Some((text, self.told.is_exact))
    }

    /// What the window is told before the chat is taken over: nobody knows how it is doing.
    pub(super) fn leave(&self) -> [Event; 3] {
        [
            Event::Typing(None),
            Event::Idle(None),
            Event::Connection(Connection::Fine),
        ]
    }

    /// Hands a command on. A message is shown at once.
    pub(super) fn hand_on(
        &mut self,
        command: Command,
        name: &str,
        wishes: &mut Vec<Wish>,
        out: &mut Queue<Output>,
    ) {
        match command {
            Command::Say(text) if !self.is_busy() || text.trim().is_empty() => {}
            Command::Say(text) => {
                let key = EntryKey(OWN | (self.number as u32 + 1));
                self.say(key, text, name, wishes, out);
            }
            Command::Retry(key) => match self.take_own(key) {
                Some(own) => self.say(key, own.text, name, wishes, out),
                None => self.wish(name, &Command::Retry(self.theirs(key)), out),
            },
            Command::Discard(key) => match self.take_own(key) {
                Some(_) => tell(out, Event::Entry(Change::Removed(key))),
                None => self.wish(name, &Command::Discard(self.theirs(key)), out),
            },
            Command::Start(_) | Command::Typing | Command::StopTyping => {
                self.wish(name, &command, out);
            }
            Command::Notice(_) | Command::Note { .. } => self.wish(name, &command, out),
            Command::End => {
                self.ended = self.service().map(str::to_owned);
                self.wish(name, &command, out);
            }
            Command::Reset => self.wish(name, &command, out),
        }
    }

    /// The service of the chat, as a snapshot begins with it; none before there is one.
    fn service(&self) -> Option<&str> {
        self.told.head.split_once(',').map(|(service, _)| service)
    }

    /// Whether the chat goes on although it was ended here.
    pub(super) fn wants_end(&self) -> bool {
        self.is_busy() && self.ended.is_some() && self.ended.as_deref() == self.service()
    }

    /// Asks again for the end of the chat, whoever leads by now. One that ends already is not harmed.
    pub(super) fn end_again(&mut self, name: &str, out: &mut Queue<Output>) {
        if self.wants_end() {
            self.wish(name, &Command::End, out);
        }
    }

    fn say(
        &mut self,
        key: EntryKey,
        text: String,
        name: &str,
        wishes: &mut Vec<Wish>,
        out: &mut Queue<Output>,
    ) {
        let is_new = key.0 == (OWN | (self.number as u32 + 1));
        self.wish(name, &Command::Say(text.clone()), out);
        let own = Own {
            number: self.number,
            key,
            text: text.clone(),
            fate: Fate::Sending,
            is_retried: !is_new,
        };
        let entry = own.entry();
        tell(
            out,
            Event::Entry(if is_new {
                Change::Appended(entry)
            } else {
                Change::Replaced(entry)
            }),
        );
        self.own.push(own);
        wishes.push(Wish {
            from: name.to_owned(),
            number: self.number,
            text,
            is_ours: true,
        });
    }

    fn wish(&mut self, name: &str, command: &Command, out: &mut Queue<Output>) {
        let number = self.count();
        let post = post::wish(&self.told.leader, name, number, command);
        out.push(Output::Post(post));
    }

    /// The number of the next wish.
    pub(super) fn count(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    /// A message that has failed here is in the visitor's hands again.
    fn take_own(&mut self, key: EntryKey) -> Option<Own> {
        let failed = |own: &Own| own.key == key && !own.waits();
        let place = self.own.iter().position(failed)?;
        Some(self.own.remove(place))
    }

    /// Takes what the tab that leads has told. True when the chat is over for everybody.
    pub(super) fn take(
        &mut self,
        told: Told,
        name: &str,
        wishes: &mut Vec<Wish>,
        out: &mut Queue<Output>,
        now: Moment,
    ) -> bool {
        let is_same = told.leader == self.told.leader;
        let is_next = is_same && self.is_complete && told.number == self.told.number + 1;
        let fits = told.from as usize == self.told.log.len() || told.from == 0;
        if !told.is_all && is_same && self.is_complete && told.number <= self.told.number {
            return false;
        }
        if !(told.is_all || is_next && fits) {
            // Something was missed, or somebody else leads by now.
            if self.is_complete || !is_same {
                out.push(Output::Post(post::hello()));
            }
            if told.is_exact {
                // There will be no answer, but what matters is in this.
                wishes.retain(|wish| wish.number > told.taken.of(&wish.from));
                self.keep(told);
            } else {
                self.told.leader = told.leader;
            }
            self.is_complete = false;
            return false;
        }
        if !is_same {
            self.keys.clear();
        }
        let (is_all, events) = self.keep(told);
        wishes.retain(|wish| wish.number > self.told.taken.of(&wish.from));
        let taken = self.told.taken.of(name);
        if is_all {
            // What was taken stands in what was told; the rest comes below that.
            let own = std::mem::take(&mut self.own).into_iter();
            let own: Vec<Own> = own.filter(|own| own.number > taken).collect();
            self.show(&events, name, out, now);
            for own in &own {
                tell(out, Event::Entry(Change::Appended(own.entry())));
            }
            self.own = own;
        } else {
            self.show(&events, name, out, now);
        }
        self.miss(taken, out);
        self.phase == Phase::Idle
    }

    /// Keeps what can be taken over; answers the events.
    fn keep(&mut self, mut told: Told) -> (bool, String) {
        let mut log = std::mem::take(&mut self.told.log);
        if told.from == 0 {
            log.clear();
        }
        log.push_str(&told.log);
        told.log = log;
        self.is_complete = true;
        let events = std::mem::take(&mut told.events);
        self.told = told;
        (self.told.is_all, events)
    }

    fn show(&mut self, events: &str, name: &str, out: &mut Queue<Output>, now: Moment) {
        let rows = parse(&["[", events, "]"].concat());
        let rows = rows.as_ref().and_then(|rows| rows.as_array());
        for row in rows.into_iter().flatten() {
            let Some((event, origin)) = relay::read_event(Row(row), now) else {
                continue;
            };
            if let Event::Phase(phase) = &event {
                self.phase = phase.clone();
            }
            let event = self.ours(event);
            match event {
                Event::Entry(Change::Appended(entry)) => self.append(entry, &origin, name, out),
                event => tell(out, event),
            }
        }
    }

    /// A new last entry, which may be a message of this tab that comes back.
    fn append(&mut self, mut entry: Entry, origin: &str, name: &str, out: &mut Queue<Output>) {
        let number = origin.strip_prefix(name).and_then(crate::json::digits);
        let mine = |own: &Own| Some(own.number) == number;
        let back = self.own.iter().position(mine);
        // Below everything that the other tab shows stand the messages that it does not know yet.
        let waiting = self.own.iter().position(Own::waits);
        let own = back.map(|place| self.own.remove(place));
        if let Some(own) = &own {
            self.keys.push((entry.key, own.key));
            entry.key = own.key;
            if back == waiting && !own.is_retried {
                return tell(out, Event::Entry(Change::Replaced(entry)));
            }
            tell(out, Event::Entry(Change::Removed(own.key)));
        }
        let below = self.own.iter().find(|own| own.waits() && !own.is_retried);
        tell(
            out,
            Event::Entry(match below {
                Some(Own { key, .. }) => Change::Inserted {
                    entry,
                    before: *key,
                },
                None => Change::Appended(entry),
            }),
        );
    }

    /// Messages that were taken and have no entry came too late: the chat was over.
    fn miss(&mut self, taken: u64, out: &mut Queue<Output>) {
        for own in &mut self.own {
            if own.number <= taken && own.waits() {
                own.fate = Fate::Failed(Problem::Ended);
                tell(out, Event::Entry(Change::Replaced(own.entry())));
            }
        }
    }

    /// An event with the keys of this tab.
    fn ours(&self, event: Event) -> Event {
        let ours = |key| {
            let known = self.keys.iter().find(|(theirs, _)| *theirs == key);
            known.map_or(key, |(_, ours)| *ours)
        };
        let named = |entry: Entry| Entry {
            key: ours(entry.key),
            ..entry
        };
        match event {
            Event::Entry(change) => Event::Entry(match change {
                Change::Appended(entry) => Change::Appended(named(entry)),
                Change::Inserted { entry, before } => Change::Inserted {
                    entry: named(entry),
                    before: ours(before),
                },
                Change::Replaced(entry) => Change::Replaced(named(entry)),
                Change::Removed(key) => Change::Removed(ours(key)),
                Change::Cleared => Change::Cleared,
            }),
            Event::Phase(_) | Event::Connection(_) | Event::Typing(_) => event,
            Event::Idle(_) | Event::Notice { .. } | Event::Diagnostic(_) => event,
        }
    }

    fn theirs(&self, key: EntryKey) -> EntryKey {
        let known = self.keys.iter().find(|(_, ours)| *ours == key);
        known.map_or(key, |(theirs, _)| *theirs)
    }
}

impl Own {
    fn waits(&self) -> bool {
        self.fate == Fate::Sending
    }

    fn entry(&self) -> Entry {
        Entry {
            key: self.key,
            at: None,
            party: Party {
                nickname: String::new(),
                role: Role::Client,
            },
            body: Body::Mine {
                text: self.text.clone(),
                fate: self.fate.clone(),
            },
        }
    }
}

fn tell(out: &mut Queue<Output>, event: Event) {
    out.push(Output::Chat(Plain::Event(event)));
}
