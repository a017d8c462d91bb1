//! A session, a clock and a witness: whatever is said, there is no storm, no stall and no nonsense on the screen.

use std::time::Duration;

use gms_chat_protocol::chat::{Command, Config, Delivery, Event, Phase, Session, Visitor};
use gms_chat_protocol::{ExchangeId, Failure, Lane, Moment, Output, PageEvent, Reply};

use crate::screen::Screen;
use crate::script::Step;

/// A value that may stand in no diagnostic.
const GMS_USER: &str = "gms-user-secret";
/// Requests of one lane within a second, when nothing has arrived that is worth a further one.
const MOST_REQUESTS: usize = 3;
/// After this much silence a live chat must still be trying, or have ended.
const SILENCE: Duration = Duration::from_secs(600);

/// A session with everything around it.
pub(crate) struct Stage {
    session: Session,
    now: Moment,
    wake: Option<Moment>,
    in_flight: Vec<ExchangeId>,
    recent: Vec<(Lane, Moment)>,
    screen: Screen,
    phase: Phase,
}

impl Stage {
    /// A chat that has just been asked for.
    pub(crate) fn new(delivery: Delivery) -> Self {
        let now = Moment::from_millis(1_000_000);
        let config = Config {
            delivery,
            user_id: Some(GMS_USER.to_owned()),
            ..Config::new("/genesys")
        };
        let mut stage = Self {
            session: Session::new(config, 7, now),
            now,
            wake: None,
            in_flight: Vec::new(),
            recent: Vec::new(),
            screen: Screen::default(),
            phase: Phase::Idle,
        };
        stage.command(Command::Start(visitor()));
        stage
    }

    /// Plays a script to its end, then lets the server fall silent.
    pub(crate) fn play(&mut self, steps: impl Iterator<Item = Step>) {
        steps.for_each(|step| self.step(step));
        self.fall_silent();
    }

    pub(crate) fn answer(&mut self, lane: Lane, reply: Reply) {
        let Some(id) = self.under_way(lane) else {
            return;
        };
        // Whoever was delivered something may ask again at once, even if it was no news.
        if reply.body.contains("/_genesys") {
            self.recent.retain(|(other, _)| *other != Lane::Connect);
        }
        self.session.handle_reply(id, reply, self.now);
        self.drain();
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Answer(lane, reply) => self.answer(lane, reply),
            Step::Lose(lane) => self.lose(lane, Failure::Network),
            Step::Break(lane) => self.lose(lane, Failure::Truncated),
            Step::Wait(None) => self.sleep(),
            Step::Wait(Some(secs)) => self.leap(Duration::from_secs(secs)),
            Step::Say(text) => self.command(Command::Say(text)),
            Step::Begin => self.command(Command::Start(visitor())),
            Step::End => self.command(Command::End),
            Step::Reset => self.command(Command::Reset),
            Step::Type => self.command(Command::Typing),
            Step::StopTyping => self.command(Command::StopTyping),
            Step::Retry => self.deal_with(Command::Retry),
            Step::Discard => self.deal_with(Command::Discard),
            Step::Notice(text) => self.command(Command::Notice(text)),
            Step::Visible => self.page(PageEvent::Visible),
            Step::Hidden => self.page(PageEvent::Hidden),
            Step::Online => self.page(PageEvent::Online),
            Step::Offline => self.page(PageEvent::Offline),
        }
    }

    fn command(&mut self, command: Command) {
        // What the visitor asks for is worth a request.
        self.recent.clear();
        self.session.handle_command(command, self.now);
        self.drain();
    }

    fn deal_with(&mut self, what: fn(gms_chat_protocol::chat::EntryKey) -> Command) {
        if let Some(key) = self.screen.unsent() {
            self.command(what(key));
        }
    }

    fn page(&mut self, event: PageEvent) {
        self.session.handle_page(event, self.now);
        self.drain();
    }

    fn lose(&mut self, lane: Lane, failure: Failure) {
        if let Some(id) = self.under_way(lane) {
            self.session.handle_failure(id, failure, self.now);
            self.drain();
        }
    }

    /// Takes the exchange of this lane, which may have to be waited for.
    fn under_way(&mut self, lane: Lane) -> Option<ExchangeId> {
        let of_lane = |id: &ExchangeId| id.lane() == lane;
        if !self.in_flight.iter().any(of_lane) {
            self.sleep();
        }
        let place = self.in_flight.iter().position(of_lane)?;
        Some(self.in_flight.swap_remove(place))
    }

    /// Time passes up to the next wake-up.
    fn sleep(&mut self) {
        if let Some(wake) = self.wake {
            self.now = wake.max(self.now);
        }
        self.session.handle_timeout(self.now);
        self.drain();
    }

    /// Time passes at once, as when the machine slept.
    fn leap(&mut self, by: Duration) {
        self.now = self.now + by;
        self.session.handle_timeout(self.now);
        self.drain();
    }

    /// From here on nobody answers.
    fn fall_silent(&mut self) {
        let end = self.now + SILENCE;
        let mut naps = 0;
        while let Some(wake) = self.wake.filter(|wake| *wake <= end) {
            self.now = wake;
            self.session.handle_timeout(wake);
            self.drain();
            naps += 1;
            assert!(naps < 3000, "{naps} wake-ups in ten silent minutes");
        }
        let tries = self.wake.is_some() || !self.in_flight.is_empty();
        let is_over = match self.phase {
            Phase::Idle | Phase::Ended(_) | Phase::Failed(_) => true,
            Phase::Restoring | Phase::Connecting | Phase::Waiting => false,
            Phase::Active | Phase::Ending => false,
        };
        assert!(tries || is_over, "stalled in {:?}", self.phase);
    }

    fn drain(&mut self) {
        loop {
            match self.session.poll_output() {
                Output::Send(id, request) => {
                    assert!(request.gms_user.is_none_or(|user| user == GMS_USER));
                    self.send(id);
                }
                Output::Cancel(id) => {
                    let place = self.in_flight.iter().position(|other| *other == id);
                    self.in_flight
                        .remove(place.expect("cancelled what is under way"));
                }
                Output::Event(event) => self.told(event),
                Output::Wait(wake) => {
                    assert!(
                        wake.is_none_or(|wake| wake > self.now),
                        "a wake-up in the past"
                    );
                    self.wake = wake;
                    return;
                }
            }
        }
    }

    fn send(&mut self, id: ExchangeId) {
        let lane = id.lane();
        let busy = self.in_flight.iter().any(|other| other.lane() == lane);
        assert!(!busy, "two exchanges in {lane:?}");
        self.in_flight.push(id);
        let now = self.now;
        self.recent
            .retain(|(_, at)| now.since(*at) < Duration::from_secs(1));
        self.recent.push((lane, now));
        let requests = self.recent.iter().filter(|(other, _)| *other == lane);
        assert!(
            requests.count() <= MOST_REQUESTS,
            "more than {MOST_REQUESTS} requests a second in {lane:?}"
        );
    }

    fn told(&mut self, event: Event) {
        match event {
            Event::Entry(change) => {
                self.recent.clear();
                self.screen.apply(change);
            }
            Event::Typing(_) | Event::Notice { .. } => self.recent.clear(),
            Event::Phase(phase) => self.phase = phase,
            Event::Diagnostic(text) => assert!(!text.contains(GMS_USER), "{text}"),
            Event::Connection(_) | Event::Idle(_) => {}
        }
    }
}

fn visitor() -> Visitor {
    Visitor {
        first_name: "Ada".to_owned(),
        subject: "test".to_owned(),
        ..Visitor::default()
    }
}

#[cfg(test)]
mod tests {
    use gms_chat_protocol::defect::{Defect, switch};

    use super::*;
    use crate::{script, seeds};

    const READY: &str = "m200 [{\"channel\":\"/meta/handshake\",\"successful\":true,\"clientId\":\"c\",\
        \"supportedConnectionTypes\":[\"long-polling\"]}]\u{1e}\
        m200 [{\"channel\":\"/meta/subscribe\",\"subscription\":\"/_genesys\",\"successful\":true}]\u{1e}";
    const EMPTY: &str = "c200 [{\"channel\":\"/meta/connect\",\"successful\":true}]\u{1e}";
    const WAKING: &str = "w\u{1e}v\u{1e}o\u{1e}";

    /// The witness is tested too: what it does not see, no fuzzer finds.
    #[test]
    fn storms_and_second_connects_are_seen() {
        let rounds = |round: &str| [READY, &round.repeat(8)].concat();
        for (defect, script) in [
            (Defect::Unpaced, rounds(EMPTY)),
            (Defect::LeavesConnectOpen, rounds(WAKING)),
        ] {
            crate::bayeux(script.as_bytes());
            switch(Some(defect));
            let outcome = std::panic::catch_unwind(|| crate::bayeux(script.as_bytes()));
            switch(None);
            assert!(outcome.is_err(), "{defect:?} is not seen");
        }
    }

    /// Seeds that never get as far as a chat would test little.
    #[test]
    fn seeds_lead_into_a_chat_with_an_agent() {
        for (target, delivery) in [("rest", Delivery::Poll), ("bayeux", Delivery::Cometd)] {
            let gets_there = |bytes: &[u8]| {
                let mut stage = Stage::new(delivery);
                script::read(bytes).any(|step| {
                    stage.step(step);
                    stage.phase == Phase::Active
                })
            };
            let all = seeds();
            let seeds: Vec<_> = all.iter().filter(|seed| seed.target == target).collect();
            let good = seeds.iter().filter(|seed| gets_there(&seed.bytes)).count();
            assert!(good >= 3, "{good} of {} seeds for {target}", seeds.len());
        }
    }
}
