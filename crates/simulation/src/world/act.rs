//! Deeds: what visitor, agent, server, page and weather do.

use gms_chat_protocol::PageEvent;
use gms_chat_protocol::chat::{Command, EntryKey};

use super::{AGAIN, BEGIN, MOST_STARTS, PROBE, World};
use crate::agenda::Happening;
use crate::client::{Input, visitor};
use crate::oracle::Verdict;
use crate::plan::{Ack, Deed, Item, Spell, Subject, Weather};
use crate::server::{Chat, Ending, Kind, Over};

impl World<'_> {
    /// Does what the plan says.
    pub(super) fn do_item(&mut self, number: usize) -> Verdict {
        let Some(Item::Deed(_, deed)) = self.plan.items.get(number) else {
            return Ok(());
        };
        let deed = *deed;
        self.narrate(|| format!("   {deed:?}"));
        match deed {
            Deed::Start => self.want(Command::Start(visitor())),
            Deed::Say(number) => self.want(Command::Say(format!("v{number}"))),
            Deed::Type => self.want(Command::Typing),
            Deed::StopTyping => self.want(Command::StopTyping),
            Deed::Notice => self.want(Command::Notice("n".to_owned())),
            Deed::Retry => self.settle_messages(true, Command::Retry),
            Deed::Discard => self.settle_messages(false, Command::Discard),
            Deed::End => self.want(Command::End),
            Deed::Reset => self.want(Command::Reset),
            Deed::FalseAlarm => {
                self.page_says(PageEvent::Offline)?;
                self.page_says(PageEvent::Online)
            }
            Deed::Spell(spell, lasting) => self.begin_spell(number, spell, lasting),
            Deed::LoseCookie => {
                self.network.cookie = None;
                Ok(())
            }
            _ => {
                self.do_at_server(deed);
                Ok(())
            }
        }
    }

    fn settle_messages(&mut self, unknown: bool, command: fn(EntryKey) -> Command) -> Verdict {
        for key in self.oracle.loose_messages(unknown) {
            self.want(command(key))?;
        }
        Ok(())
    }

    fn do_at_server(&mut self, deed: Deed) {
        let now = self.now;
        match deed {
            Deed::Restart => self.restart(),
            Deed::Amnesia => {
                if self.plan.subject != Subject::Bayeux {
                    for service in &mut self.server.services {
                        service.forgotten = true;
                    }
                }
                self.restart();
            }
            Deed::FalseNone => self.server.make_end(Ending::NoneAtOnce, now),
            Deed::Disconnect => self.server.make_end(Ending::Disconnect, now),
            Deed::CloseOtherTab => self.server.setting.other_tab = None,
            Deed::ClockBack => self.server.clock_back(3_600),
            Deed::Acknowledge(granted) => {
                self.server.setting.ack = if granted { Ack::Plain } else { Ack::Off };
            }
            _ => {
                if let Some(service) = self.server.current() {
                    self.do_in_chat(deed, service);
                }
            }
        }
    }

    fn do_in_chat(&mut self, deed: Deed, service: usize) {
        let now = self.now;
        let mut happen = |change: &dyn Fn(&mut Chat)| self.server.happen(service, now, change);
        match deed {
            Deed::Join => happen(&|chat| chat.join(now)),
            Deed::Write(count) => happen(&|chat| {
                for _ in 0..count {
                    chat.act(Kind::Message, now);
                }
            }),
            Deed::AgentTypes => happen(&|chat| chat.act(Kind::TypingStarted, now)),
            Deed::AgentStops => happen(&|chat| chat.act(Kind::TypingStopped, now)),
            Deed::Transfer => happen(&|chat| {
                if chat.leave(now) {
                    chat.join(now);
                }
            }),
            Deed::PushUrl => happen(&|chat| chat.act(Kind::PushUrl, now)),
            Deed::Custom => happen(&|chat| chat.act(Kind::Custom, now)),
            Deed::Supervise => happen(&|chat| chat.supervise("s", now)),
            Deed::Oddity => happen(&|chat| chat.act(Kind::Oddity, now)),
            Deed::Leave => happen(&|chat| {
                chat.leave(now);
            }),
            Deed::AdvisingEvent => {
                self.server.event_suffix =
                    r#","advice":{"reconnect":"none","interval":9000}"#.to_owned();
                self.server
                    .happen(service, now, |chat| chat.act(Kind::Message, now));
            }
            // The listener's chat goes on, so that there is something to listen to.
            Deed::AgentEnds | Deed::IdleEnds | Deed::ServerEnds
                if self.plan.subject == Subject::Bayeux =>
            {
                self.server.make_end(Ending::None, now);
            }
            Deed::AgentEnds => self.server.end(service, Over::Agent, now),
            Deed::IdleEnds => self.server.end(service, Over::Idle, now),
            Deed::ServerEnds => self.server.end(service, Over::Server, now),
            Deed::Foreign => self.server.push_foreign(service, now),
            _ => {}
        }
    }

    /// Every CometD session is gone, and so are the connections.
    fn restart(&mut self) {
        for exchange in self.server.restart() {
            self.agenda.note(self.now + 1, Happening::Break(exchange));
        }
    }

    fn page_says(&mut self, event: PageEvent) -> Verdict {
        if self.page.is_still() {
            return Ok(());
        }
        self.feed(Input::Page(event))
    }

    fn begin_spell(&mut self, number: usize, spell: Spell, lasting: u32) -> Verdict {
        if self.calm {
            return Ok(());
        }
        let was_offline = self.page.says_offline();
        let mut is_new = true;
        match spell {
            // Said while the page still runs.
            Spell::Offline if !was_offline => self.page_says(PageEvent::Offline)?,
            Spell::Hidden if !self.page.is_hidden() => self.page_says(PageEvent::Hidden)?,
            Spell::Offline | Spell::Hidden => {}
            Spell::Weather(_) | Spell::LateTimers(_) => {}
            Spell::Frozen if self.setting.away.is_some() => {
                is_new = !self.page.is_still();
                self.page_says(PageEvent::Frozen)?;
            }
            Spell::Frozen | Spell::Asleep { .. } => is_new = !self.page.is_still(),
        }
        if !is_new || !self.page.begin(number, spell, self.now) {
            return Ok(());
        }
        let end = (self.now + u64::from(lasting)).min(self.plan.calm);
        if self.spell_ends.len() <= number {
            self.spell_ends.resize(number + 1, 0);
        }
        self.spell_ends[number] = end;
        self.agenda.note(end, Happening::SpellEnds(number));
        match spell {
            Spell::Weather(Weather::Refused) | Spell::Offline => self.lose_all(true),
            Spell::Asleep { .. } => self.lose_all(lasting.is_multiple_of(2)),
            Spell::Weather(_) | Spell::Frozen => {}
            Spell::Hidden | Spell::LateTimers(_) => self.renew_timer(),
        }
        Ok(())
    }

    pub(super) fn end_spell(&mut self, number: usize) -> Verdict {
        let was_still = self.page.is_still();
        if self.page.is_impeded() {
            self.impeded = self.now;
        }
        let Some(spell) = self.page.end(number, self.now) else {
            return Ok(());
        };
        if was_still && !self.page.is_still() {
            self.thaw(number)?;
            // Whatever became of its visibility meanwhile, a page learns when it runs again.
            if self.setting.away.is_some() {
                self.page_says(if self.page.is_hidden() {
                    PageEvent::Awake
                } else {
                    PageEvent::Visible
                })?;
            }
        }
        match spell {
            Spell::Offline if !self.page.says_offline() => self.page_says(PageEvent::Online)?,
            Spell::Hidden if !self.page.is_hidden() => self.page_says(PageEvent::Visible)?,
            Spell::LateTimers(_) => self.renew_timer(),
            Spell::Offline | Spell::Hidden | Spell::Weather(_) => {}
            Spell::Frozen | Spell::Asleep { .. } => {}
        }
        Ok(())
    }

    /// The page runs again: what has waited arrives, timers fire late, perhaps the page is told.
    fn thaw(&mut self, number: usize) -> Verdict {
        for exchange in std::mem::take(&mut self.page.waiting) {
            let has_answer = self.network.exchanges[exchange].answer.is_some();
            let happening = if has_answer {
                Happening::Return(exchange)
            } else {
                Happening::Break(exchange)
            };
            self.agenda.note(self.now + 1, happening);
        }
        self.renew_timer();
        if number.is_multiple_of(2) {
            self.page_says(PageEvent::Visible)?;
        }
        Ok(())
    }

    /// The faults stop.
    pub(super) fn calm_down(&mut self) -> Verdict {
        self.calm = true;
        self.oracle.calm(&self.server);
        for number in self.page.numbers() {
            self.end_spell(number)?;
        }
        self.renew_timer();
        if self.arrivals.is_some() {
            return Ok(());
        }
        self.agenda.note(self.now + BEGIN, Happening::Begin);
        self.agenda.note(self.now + PROBE, Happening::Probe);
        Ok(())
    }

    /// The visitor starts a chat if there is none; also after a start that an old fault has spoilt.
    pub(super) fn begin(&mut self) -> Verdict {
        self.begun += 1;
        if self.begun < MOST_STARTS {
            self.agenda.note(self.now + AGAIN, Happening::Begin);
        }
        if self.oracle.wants_start() {
            return self.want(Command::Start(visitor()));
        }
        Ok(())
    }

    /// One more message of the agent, which has to arrive; as soon as there is a chat to write it in.
    pub(super) fn probe(&mut self) {
        if !self.deadline_is_set {
            self.deadline_is_set = true;
            let deadline = self.oracle.deadline(self.now);
            self.agenda.note(deadline, Happening::Deadline);
        }
        let service = self.oracle.service(&self.server);
        let open = service.filter(|&service| {
            let chat = self.server.chat(service);
            chat.is_some_and(|chat| chat.over.is_none())
        });
        if let Some(service) = open {
            let now = self.now;
            let write = |chat: &mut Chat| chat.act(Kind::Message, now);
            self.server.happen(service, now, write);
        }
        // Some have no other way to what was published while they were away.
        let again = open.is_none() || self.oracle.is_lossy();
        if again && self.oracle.is_open() {
            self.agenda.note(self.now + PROBE, Happening::Probe);
        }
        self.probed |= open.is_some() || !self.oracle.is_open();
    }
}
