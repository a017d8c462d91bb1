//! One run: the client, the server, what lies between them, and the oracle that watches.

mod act;
mod travel;

use gms_chat_protocol::chat::Command;

use crate::agenda::{Agenda, Happening};
use crate::client::{Client, Input, Output};
use crate::network::Network;
use crate::oracle::{Figures, Oracle, Verdict, Violation};
use crate::page::Page;
use crate::plan::{Item, Plan, Setting, Subject};
use crate::server::{KEEPALIVE, Server};

/// More happenings than this in one run are a hot loop.
const MOST_STEPS: u32 = 100_000;
/// So long after the faults have stopped, the visitor starts a chat if there is none.
const BEGIN: u64 = 1_000;
/// So much later the visitor looks again, so many times.
const AGAIN: u64 = 10_000;
const MOST_STARTS: u32 = 6;
/// So long after the faults have stopped, the agent writes what has to arrive.
const PROBE: u64 = 2_500;

/// Everything there is.
#[derive(Debug)]
pub(crate) struct World<'a> {
    plan: &'a Plan,
    setting: Setting,
    now: u64,
    agenda: Agenda,
    client: Client,
    server: Server,
    network: Network,
    page: Page,
    oracle: Oracle,
    /// The faults have stopped.
    calm: bool,
    probed: bool,
    /// How often the visitor has looked after the faults stopped.
    begun: u32,
    deadline_is_set: bool,
    steps: u32,
    /// When the server is on the agenda.
    server_due: Option<u64>,
    /// When something last stood in the client's way.
    impeded: u64,
    /// Ends of the spells, by their numbers.
    spell_ends: Vec<u64>,
    /// When requests reached the server, where somebody wants to know.
    arrivals: Option<Vec<u64>>,
    /// Says what happens, for a reader.
    narrator: Option<fn(u64, &str)>,
}

/// How a run went.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) violation: Option<Violation>,
    pub(crate) figures: Figures,
}

impl<'a> World<'a> {
    /// Runs a plan to its end.
    pub(crate) fn run(plan: &'a Plan) -> Outcome {
        Self::new(plan).finish()
    }

    /// The same, and tells what happens.
    pub(crate) fn tell(plan: &'a Plan, narrator: fn(u64, &str)) -> Outcome {
        let mut world = Self::new(plan);
        world.narrator = Some(narrator);
        world.finish()
    }

    /// Runs a plan until `end` and answers when requests reached the server. Nobody adds anything
    /// when the faults stop.
    pub(crate) fn arrivals(plan: &'a Plan, end: u64) -> Result<Vec<u64>, Violation> {
        let mut world = Self::new(plan);
        world.arrivals = Some(Vec::new());
        world.note_plan();
        world.agenda.note(end, Happening::Deadline);
        while let Some((at, happening)) = world.agenda.next() {
            if happening == Happening::Deadline {
                break;
            }
            world.now = at;
            world
                .happen(happening)
                .map_err(|violation| violation.at(at))?;
        }
        Ok(world.arrivals.unwrap_or_default())
    }

    fn new(plan: &'a Plan) -> Self {
        let setting = plan.setting();
        Self {
            plan,
            now: 0,
            agenda: Agenda::default(),
            client: Client::new(plan, &setting),
            server: Server::new(setting.clone()),
            network: Network::new(plan, &setting),
            page: Page::default(),
            oracle: Oracle::new(plan, &setting),
            calm: false,
            probed: false,
            begun: 0,
            deadline_is_set: false,
            steps: 0,
            server_due: None,
            impeded: 0,
            spell_ends: Vec::new(),
            arrivals: None,
            narrator: None,
            setting,
        }
    }

    fn finish(mut self) -> Outcome {
        self.note_plan();
        if self.plan.subject == Subject::Bayeux {
            self.server.open_chat(crate::client::USER);
        }
        let violation = self.go().err().map(|violation| violation.at(self.now));
        Outcome {
            violation,
            figures: self.oracle.figures(self.now, self.steps),
        }
    }

    fn note_plan(&mut self) {
        for (number, item) in self.plan.items.iter().enumerate() {
            if let Item::Deed(at, _) = item {
                self.agenda.note(*at, Happening::Deed(number));
            }
        }
        self.agenda.note(self.plan.calm, Happening::Calm);
    }

    fn go(&mut self) -> Verdict {
        while let Some((at, happening)) = self.agenda.next() {
            self.now = at;
            self.steps += 1;
            if self.steps > MOST_STEPS {
                return Err(Violation::new("S12", "the run does not come to rest"));
            }
            if happening == Happening::Deadline {
                return self.oracle.demand_rest(&self.server);
            }
            self.happen(happening)?;
            if self.probed && self.oracle.is_at_rest(&self.server) {
                return self.oracle.judge_end(&self.server);
            }
        }
        Ok(())
    }

    fn happen(&mut self, happening: Happening) -> Verdict {
        match happening {
            Happening::Deed(number) => self.do_item(number)?,
            Happening::SpellEnds(number) => self.end_spell(number)?,
            Happening::Arrive { exchange, copy } => self.arrive(exchange, copy),
            Happening::Return(exchange) => self.return_answer(exchange)?,
            Happening::Break(exchange) => self.break_exchange(exchange)?,
            Happening::Cut(exchange) => self.cut(exchange),
            Happening::HangUp(exchange) => self.server.hang_up(exchange, self.now),
            Happening::Timer(generation) => self.fire(generation)?,
            // An earlier one has taken its place.
            Happening::Server if self.server_due != Some(self.now) => {}
            Happening::Server => {
                self.server_due = None;
                self.server.tick(self.now);
                self.judge_silences()?;
            }
            Happening::Calm => self.calm_down()?,
            Happening::Begin => self.begin()?,
            Happening::Probe => self.probe(),
            Happening::Deadline => {}
        }
        self.take_answers();
        self.schedule_server();
        Ok(())
    }

    /// Feeds the client and carries out what it wants.
    fn feed(&mut self, input: Input) -> Verdict {
        let clock = self.page.clock(self.now);
        self.oracle.about_to_feed(&input, &self.server);
        self.narrate(|| format!("<- {}", brief(&input)));
        self.client.feed(input, clock);
        self.drain(clock)
    }

    fn drain(&mut self, clock: u64) -> Verdict {
        loop {
            match self.client.poll() {
                Output::Send(id, request) => {
                    self.narrate(|| format!("-> {} {}", request.url, request.body));
                    let index = self.network.take(id, request, !self.calm);
                    let exchange = &self.network.exchanges[index];
                    self.oracle.sent(exchange, clock)?;
                    self.dispatch(index);
                }
                Output::Cancel(id) => {
                    self.narrate(|| format!("-> abort {id:?}"));
                    self.oracle.cancelled(id)?;
                    self.abort(id);
                }
                Output::Told(told) => {
                    self.narrate(|| format!("-> {told:?}"));
                    self.oracle.told(told, &self.server)?;
                }
                Output::Wait(due) => {
                    self.oracle.waits(due, clock)?;
                    let prompt = !self.page.is_still() && self.page.lateness() == 0;
                    self.oracle.drained(clock, prompt, &self.server)?;
                    self.set_timer(due);
                    return Ok(());
                }
            }
        }
    }

    fn set_timer(&mut self, due: Option<u64>) {
        if self.page.due == due {
            return;
        }
        self.page.due = due;
        self.renew_timer();
    }

    /// Puts the client's timer on the agenda anew.
    fn renew_timer(&mut self) {
        self.page.generation += 1;
        if let Some(due) = self.page.due
            && !self.page.is_still()
        {
            let at = self.page.fires(due, self.now);
            self.agenda.note(at, Happening::Timer(self.page.generation));
        }
    }

    fn fire(&mut self, generation: u32) -> Verdict {
        if generation != self.page.generation || self.page.is_still() {
            return Ok(());
        }
        self.page.due = None;
        self.feed(Input::Due)
    }

    fn want(&mut self, command: Command) -> Verdict {
        if self.page.is_still() || !self.client.hears(&command) {
            return Ok(());
        }
        self.feed(Input::Want(command))
    }

    fn schedule_server(&mut self) {
        let due = self.server.due().map(|due| due.max(self.now + 1));
        if let Some(at) = due
            && self.server_due.is_none_or(|noted| at < noted)
        {
            self.server_due = due;
            self.agenda.note(at, Happening::Server);
        }
    }

    /// A chat that the server ends because it hears nothing is the client's fault, unless something
    /// stood in its way.
    fn judge_silences(&mut self) -> Verdict {
        let since = self.now.saturating_sub(KEEPALIVE);
        let excused = self.page.is_impeded() || self.impeded > since;
        for service in std::mem::take(&mut self.server.silenced) {
            if !excused {
                self.oracle.silenced(service)?;
            }
        }
        Ok(())
    }

    fn narrate(&self, line: impl FnOnce() -> String) {
        if let Some(narrator) = self.narrator {
            narrator(self.now, &line());
        }
    }
}

fn brief(input: &Input) -> String {
    match input {
        Input::Reply(id, reply) => {
            let lane = id.lane();
            format!("{lane:?} {} {}", reply.status, reply.body)
        }
        other => format!("{other:?}"),
    }
}
