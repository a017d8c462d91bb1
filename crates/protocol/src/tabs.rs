//! One chat in several tabs: one tab leads, its session runs the chat; the others follow, show what it shows, and hand
//! on what their visitor does.
//!
//! Who leads is decided outside, by a lock of which there is one; what the tabs tell each other goes over a bus that
//! reaches all of them. When the lock comes to another tab, that one goes on from what it was told last, as after
//! a reload: what may have been sent is settled by the transcript before anything is sent again.

mod follow;
mod keep;
mod lead;
mod left;
mod post;
mod relay;

use crate::chat::{Command, Config, Event, Phase, Problem, Session, Visitor};
use crate::json::{Row, decimal, parse};
use crate::queue::Queue;
use crate::{ExchangeId, Failure, Moment, PageEvent, Reply};

use follow::Following;
use lead::Leading;
use post::{Heard, Wish};

pub use keep::{Mark, Parts};

/// One thing for the caller to do; ends with [`crate::Output::Wait`].
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// What a session without other tabs would ask for.
    Chat(crate::Output),
    /// Abort every exchange; their ends are of no interest any more.
    Abandon,
    /// Hand this text to all other tabs, in order. It holds what the visitor reads and writes, and no secret.
    Post(String),
    /// Call [`Tab::recalled`] with the events that draw the window as it is now.
    Recall,
    /// Give the lock back and ask for it again: those who wait for it may know more.
    Yield,
    /// The chat is over for all tabs: give the lock back, or do not wait for it any more.
    Part,
}

/// The chat in one tab.
#[derive(Debug)]
pub struct Tab {
    /// What the other tabs call it.
    name: String,
    config: Config,
    seed: u64,
    session: Session,
    role: Role,
    /// Messages that were handed on by any tab, this one too, and that no leading tab has taken yet.
    wishes: Vec<Wish>,
    /// The snapshot of the page before, until it is compared with what the tab that leads knows.
    left: Option<String>,
    /// Whether the window shows what another tab has left, while the session knows of no chat.
    remains: bool,
    /// How many logs of events there have been: one grows at its end only.
    logs: u32,
    out: Queue<Output>,
    /// The moment of the last input.
    now: Moment,
}

/// What the tab is to the others.
///
/// ```text
///   Alone --the lock--> Leading --the chat is over--> Alone
///     ^ `----follow----> Following --the lock--> Leading --leave--> Gone
///     `--the chat is over--'
/// ```
#[derive(Debug)]
enum Role {
    /// No other tab takes part.
    Alone,
    /// The session of this tab runs the chat.
    Leading(Leading),
    /// That of another tab does.
    Following(Box<Following>),
    /// Others go on with the chat; nothing happens here any more.
    Gone,
}

impl Tab {
    /// A tab without a chat. `seed`: see [`Session::new`]; no two tabs may have the same.
    pub fn new(config: Config, seed: u64, now: Moment) -> Self {
        Self {
            name: decimal(seed),
            session: Session::new(config.clone(), seed, now),
            config,
            seed,
            role: Role::Alone,
            wishes: Vec::new(),
            left: None,
            remains: false,
            logs: 1,
            out: Queue::new(),
            now,
        }
    }

    /// Carries out what the visitor or the host page wants, here or in the tab that leads.
    pub fn handle_command(&mut self, command: Command, now: Moment) {
        self.now = now;
        if let Role::Following(follow) = &self.role
            && matches!(command, Command::Start(_))
            && *follow.phase() == Phase::Idle
        {
            // Nobody has told of a chat: whoever had the lock is about to give it back.
            self.role = Role::Alone;
            self.out.push(Output::Part);
        }
        if let Role::Following(follow) = &mut self.role {
            follow.hand_on(command, &self.name, &mut self.wishes, &mut self.out);
        } else if self.remains && command == Command::Reset {
            self.remains = false;
            self.tell(Event::Entry(crate::chat::Change::Cleared));
            self.tell(Event::Phase(Phase::Idle));
        } else if self.runs() {
            self.remains &= !matches!(command, Command::Start(_));
            self.run(command);
        }
    }

    fn run(&mut self, command: Command) {
        self.logs += u32::from(matches!(command, Command::Start(_)));
        self.session.handle_command(command, self.now);
    }

    fn runs(&self) -> bool {
        !matches!(self.role, Role::Gone)
    }

    /// See [`Session::handle_reply`].
    pub fn handle_reply(&mut self, id: ExchangeId, reply: Reply, now: Moment) {
        self.now = now;
        if self.runs() {
            self.session.handle_reply(id, reply, now);
        }
    }

    /// See [`Session::handle_failure`].
    pub fn handle_failure(&mut self, id: ExchangeId, failure: Failure, now: Moment) {
        self.now = now;
        if self.runs() {
            self.session.handle_failure(id, failure, now);
        }
    }

    /// See [`Session::handle_page`].
    pub fn handle_page(&mut self, event: PageEvent, now: Moment) {
        self.now = now;
        if self.runs() {
            self.session.handle_page(event, now);
        }
    }

    /// See [`Session::handle_timeout`].
    pub fn handle_timeout(&mut self, now: Moment) {
        self.now = now;
        if self.runs() {
            self.session.handle_timeout(now);
        }
    }

    /// Another tab leads: this one shows what it shows. `left`: the snapshot of the page that stood in this tab before; of
    /// that, only what was handed on and nobody has taken is of interest. Nothing happens while a chat of this tab is on.
    pub fn follow(&mut self, left: Option<&str>, now: Moment) {
        self.now = now;
        if matches!(self.role, Role::Leading(_) | Role::Gone) || self.session.is_busy() {
            return;
        }
        self.role = Role::Following(Box::default());
        self.logs += 1;
        if let Some(left) = left {
            self.wishes.extend(post::left_wishes(left));
            self.left = Some(left.to_owned());
        }
        self.out.push(Output::Post(post::hello()));
    }

    /// This tab has the lock. It goes on with the chat of the tab that had it before, or with the one that `left`
    /// holds, a snapshot and whether nothing has happened since (see [`Session::restore`]), or with its own.
    /// `user_id`: the `gms_user` of a chat that is taken up. False when none is, or others are to go first.
    pub fn lead(
        &mut self,
        left: Option<(&str, bool)>,
        visitor: Visitor,
        user_id: Option<String>,
        now: Moment,
    ) -> bool {
        self.now = now;
        let is_shared = self.is_shared();
        let follow = match std::mem::replace(&mut self.role, Role::Alone) {
            Role::Leading(lead) => {
                self.role = Role::Leading(lead);
                return true;
            }
            Role::Alone => Box::default(),
            Role::Gone => {
                self.role = Role::Gone;
                return false;
            }
            Role::Following(mut follow) => {
                if follow.gives_way() {
                    self.role = Role::Following(follow);
                    self.out.push(Output::Yield);
                    return false;
                }
                follow
            }
        };
        let is_own = self.session.is_busy();
        if !is_own {
            self.config.user_id = user_id;
        }
        if !is_own && !self.take_over(&follow, left, visitor, now) {
            self.remains = *follow.phase() != Phase::Idle;
            if follow.is_busy() {
                self.tell(Event::Phase(Phase::Failed(Problem::Unreachable)));
            }
            self.out.push(Output::Part);
            return false;
        }
        let mut taken = follow.taken().clone();
        if let Some((snapshot, _)) = left {
            taken.note_all(post::left_taken(snapshot));
        }
        let mut lead = Leading::new(taken);
        lead.has_company = is_shared;
        for wish in self.wishes.drain(..) {
            lead.taken.note(&wish.from, wish.number);
        }
        self.role = Role::Leading(lead);
        if follow.wants_end() {
            self.run(Command::End);
        }
        true
    }

    /// The chat of another tab, or of a page before, becomes the session's. What was handed on and not taken may
    /// have been sent all the same.
    fn take_over(
        &mut self,
        follow: &Following,
        left: Option<(&str, bool)>,
        visitor: Visitor,
        now: Moment,
    ) -> bool {
        let told = follow.snapshot();
        let left = match &told {
            Some((snapshot, is_exact)) => Some((snapshot.as_str(), *is_exact)),
            None => left,
        };
        let begins = left.is_none() && *follow.phase() == Phase::Connecting;
        if left.is_none() && !begins {
            return false;
        }
        for event in follow.leave() {
            self.tell(event);
        }
        self.out.push(Output::Abandon);
        self.seed = self.seed.rotate_left(1);
        self.logs += 1;
        self.session = Session::new(self.config.clone(), self.seed, now);
        if let Some((snapshot, is_exact)) = left {
            let snapshot = self.with_wishes(snapshot, is_exact && told.is_some());
            return self.session.restore(&snapshot, is_exact, visitor, now);
        }
        // There was nothing at the server yet.
        self.session.handle_command(Command::Start(visitor), now);
        for wish in &self.wishes {
            let said = Command::Say(wish.text.clone());
            self.session.handle_command(said, now);
        }
        true
    }

    /// This tab gives the lock back although the chat goes on. Where others may go on with it, it does nothing more: a
    /// new one takes its place when its page comes back.
    pub fn leave(&mut self, now: Moment) {
        self.now = now;
        match &mut self.role {
            Role::Leading(lead) => lead.leave(),
            Role::Alone | Role::Following(_) | Role::Gone => {}
        }
    }

    /// Takes what another tab has posted. What is no post of a tab is ignored.
    pub fn hear(&mut self, text: &str, now: Moment) {
        self.now = now;
        let Some(value) = parse(text) else { return };
        match post::read(Row(&value)) {
            Some(Heard::Hello) => {
                if let Role::Leading(lead) = &mut self.role {
                    lead.is_asked = true;
                    lead.has_company = true;
                }
            }
            Some(Heard::Told(told)) => self.on_told(told),
            Some(Heard::Wished(believed, wish, command)) => self.on_wish(&believed, wish, command),
            None => {}
        }
    }

    fn on_told(&mut self, told: post::Told) {
        let Role::Following(follow) = &mut self.role else {
            return;
        };
        let now = self.now;
        let is_all = told.is_all;
        self.logs += u32::from(told.from == 0);
        let is_over = follow.take(told, &self.name, &mut self.wishes, &mut self.out, now);
        if is_all {
            self.bring_back();
            // They may have been meant for a tab that is gone.
            for wish in self.wishes.iter().filter(|wish| wish.is_ours) {
                let said = Command::Say(wish.text.clone());
                let post = post::wish("", &wish.from, wish.number, &said);
                self.out.push(Output::Post(post));
            }
            if let Role::Following(follow) = &mut self.role {
                follow.end_again(&self.name, &mut self.out);
            }
        }
        if is_over {
            self.role = Role::Alone;
            self.out.push(Output::Part);
        }
    }

    /// What the page before has left, and the tab that leads does not know, is handed on to it.
    fn bring_back(&mut self) {
        let Role::Following(follow) = &mut self.role else {
            return;
        };
        let (Some(left), Some((told, _))) = (self.left.take(), follow.snapshot()) else {
            return;
        };
        for text in left::unknown(&left, &told) {
            self.wishes.push(Wish {
                from: self.name.clone(),
                number: follow.count(),
                text,
                is_ours: true,
            });
        }
    }

    fn on_wish(&mut self, believed: &str, wish: Wish, command: Command) {
        match (&mut self.role, command) {
            (Role::Leading(lead), command) => {
                if !lead.taken.note(&wish.from, wish.number) {
                    return;
                }
                if believed == self.name {
                    lead.origin = wish.origin();
                    self.run(command);
                } else if let Command::Say(text) = command {
                    // It was meant for a tab that led before, and may have reached it.
                    self.session.take_up(text, self.now);
                }
            }
            (Role::Following(follow), Command::Say(text)) => {
                let is_it = |known: &Wish| known.from == wish.from && known.number == wish.number;
                let is_taken = wish.number <= follow.taken().of(&wish.from);
                if !is_taken && !self.wishes.iter().any(is_it) {
                    self.wishes.push(Wish { text, ..wish });
                }
            }
            (Role::Following(_) | Role::Alone | Role::Gone, _) => {}
        }
    }

    /// The events that draw the window as it is now, in answer to [`Output::Recall`].
    pub fn recalled(&mut self, events: &[Event], now: Moment) {
        self.now = now;
        if let Role::Leading(lead) = &mut self.role {
            let post = lead.tell_all(&self.name, &self.session, events, now);
            self.out.push(Output::Post(post));
        }
    }

    /// Whether another tab may go on with the chat when this one is gone: then a snapshot of this one is soon no exact one.
    pub fn is_shared(&self) -> bool {
        match &self.role {
            Role::Alone => false,
            Role::Leading(lead) => lead.has_company,
            Role::Following(_) | Role::Gone => true,
        }
    }

    /// The next thing to do.
    #[must_use = "an output that is not carried out stalls the chat"]
    pub fn poll_output(&mut self) -> Output {
        if let Some(output) = self.out.pop() {
            return output;
        }
        if !self.runs() {
            return Output::Chat(crate::Output::Wait(None));
        }
        let output = self.session.poll_output();
        if let Role::Leading(lead) = &mut self.role {
            match &output {
                crate::Output::Event(event) => lead.note(event, self.now),
                crate::Output::Wait(_) => {
                    if let Some(output) = self.tell_tabs() {
                        return output;
                    }
                }
                crate::Output::Send(..) | crate::Output::Cancel(_) => {}
            }
        }
        Output::Chat(output)
    }

    /// What the others are to know when everything else is done.
    fn tell_tabs(&mut self) -> Option<Output> {
        let Role::Leading(lead) = &mut self.role else {
            return None;
        };
        if let Some(post) = lead.tell(&self.name, &self.session) {
            return Some(Output::Post(post));
        }
        if lead.has_left() {
            self.role = if lead.has_company {
                Role::Gone
            } else {
                Role::Alone
            };
            return None;
        }
        if lead.is_over() {
            self.role = Role::Alone;
            return Some(Output::Part);
        }
        std::mem::take(&mut lead.is_asked).then_some(Output::Recall)
    }

    fn tell(&mut self, event: Event) {
        self.out.push(Output::Chat(crate::Output::Event(event)));
    }
}
