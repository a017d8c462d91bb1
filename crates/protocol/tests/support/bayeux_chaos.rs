//! Random schedules: a server, a network, a page and an owner that do what they like, from one seed.

use gms_chat_protocol::bayeux::{Event, Farewell};
use gms_chat_protocol::{ExchangeId, Failure, PageEvent, Reply};
use serde_json::{Value, json};

use crate::bayeux_peer::*;

/// What has been seen in all schedules.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) ready: u32,
    pub(crate) renewed: u32,
    pub(crate) recovered: u32,
    pub(crate) ended: u32,
    pub(crate) lost: u32,
    pub(crate) crowded: u32,
    pub(crate) deliveries: u32,
    pub(crate) stale: u32,
}

impl Tally {
    fn count(&mut self, event: &Event) {
        match event {
            Event::Ready { renewed: false } => self.ready += 1,
            Event::Ready { renewed: true } => self.renewed += 1,
            Event::Recovered => self.recovered += 1,
            Event::Ended(_) => self.ended += 1,
            Event::CookieLost => self.lost += 1,
            Event::MultipleClients => self.crowded += 1,
            Event::Delivery(_) => self.deliveries += 1,
            Event::Trouble { .. } | Event::Diagnostic(_) => {}
        }
    }
}

/// One schedule.
pub(crate) struct Chaos {
    peer: Peer,
    random: u64,
    /// How often the server does what it should, in per cent.
    kindness: u64,
    /// Whether its fault is to forget its clients.
    forgetful: bool,
    clients: u32,
    batch: u64,
    /// Exchanges of the past, whose answers must change nothing any more.
    past: Vec<ExchangeId>,
}

impl Chaos {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            peer: Peer::opened_with(config(), seed),
            random: seed,
            kindness: [20, 50, 80][(seed % 3) as usize],
            forgetful: seed.is_multiple_of(5),
            clients: 100,
            batch: 0,
            past: Vec::new(),
        }
    }

    pub(crate) fn run(mut self, tally: &mut Tally) {
        for _ in 0..20 {
            self.step(tally);
            self.peer
                .events()
                .iter()
                .for_each(|event| tally.count(event));
            self.past.extend(self.peer.cancelled());
        }
        self.recover(tally);
    }

    /// The faults are over: a good server, timers on time. A session that has not been ended must be well soon.
    fn recover(&mut self, tally: &mut Tally) {
        let start = self.peer.now;
        self.peer.open();
        while !self.peer.holds() || self.peer.is_asked("/meta/subscribe") {
            for channel in [
                "/meta/handshake",
                "/meta/subscribe",
                "/meta/connect",
                "/meta/disconnect",
            ] {
                if self.peer.is_asked(channel) {
                    self.answer(channel, 0);
                }
            }
            if self.peer.lanes().is_empty() {
                self.peer.advance_to_timer();
            }
            // Retry-After and its spread may take 375 s, and a limit of tries a minute comes on top.
            assert!(
                self.peer.now.since(start) < secs(460),
                "not well after {:?}",
                self.peer.now.since(start)
            );
        }
        self.peer.answer(&[event("at last")]);
        let events = self.peer.events();
        assert!(events.contains(&Event::Delivery(json!("at last").into())));
        events.iter().for_each(|event| tally.count(event));
    }

    fn step(&mut self, tally: &mut Tally) {
        match self.below(20) {
            0..=9 => self.end_an_exchange(),
            10..=12 => {
                let by = self.pick(&[1, 50, 300, 999, 1001, 5000, 31_000, 71_000]);
                self.peer.advance(millis(by));
            }
            13 => {
                let by = self.pick(&[1, 4000, 12_000, 80_000, 3_600_000]);
                self.peer.sleep(millis(by));
            }
            14 | 15 => {
                let page = [
                    PageEvent::Online,
                    PageEvent::Offline,
                    PageEvent::Visible,
                    PageEvent::Hidden,
                ];
                let page = page[self.below(4) as usize];
                self.peer.page(page);
            }
            16 => self.peer.check(),
            17 => self.replay(tally),
            18 => self.peer.open(),
            _ if self.below(4) > 0 => self.end_an_exchange(),
            _ => {
                let farewell = [Farewell::Over, Farewell::Leaving { position: Some(3) }];
                let farewell = farewell[self.below(2) as usize];
                self.peer.close(farewell);
            }
        }
    }

    /// S9: an answer to an exchange of the past changes nothing.
    fn replay(&mut self, tally: &mut Tally) {
        let Some(id) = self.past.last().copied() else {
            return;
        };
        let wake = self.peer.wake();
        // The moment of the last output: nothing is due meanwhile.
        let before = self.peer.lanes();
        let none = json!([event("stale"), { "channel": "/meta/connect", "successful": true, "advice": { "reconnect": "none" }, "ext": { "ack": 99 } }]);
        if wake.is_some_and(|wake| wake <= self.peer.now) {
            return;
        }
        self.peer.forget();
        self.peer.reply(id, &ok(&none));
        assert_eq!(self.peer.wake(), wake, "S9");
        assert_eq!(self.peer.lanes(), before, "S9");
        assert_eq!(
            self.peer.requests().len() + self.peer.events().len(),
            0,
            "S9"
        );
        tally.stale += 1;
    }

    /// Ends one of the exchanges under way, one way or another.
    fn end_an_exchange(&mut self) {
        let in_flight = &self.peer.oracle.in_flight;
        let Some(sent) = in_flight.get(self.random as usize % in_flight.len().max(1)) else {
            if let Some(wake) = self.peer.wake() {
                let wait = wake.since(self.peer.now).min(secs(100));
                self.peer.advance(wait);
            }
            return;
        };
        let (id, channel) = (sent.id, sent.channel().to_owned());
        self.past.push(id);
        if self.below(100) < self.kindness {
            return self.answer(&channel, 1);
        }
        if self.forgetful && channel == "/meta/connect" {
            return self.peer.forget_client();
        }
        match self.below(6) {
            0 => self.peer.fail(&channel, Failure::Network),
            1 => self.peer.fail(&channel, Failure::Truncated),
            2 => {
                let reply = self.bad_status();
                self.peer.reply(id, &reply);
            }
            3 => {
                let bodies = [
                    "",
                    "[]",
                    "{}",
                    "null",
                    "[1,null,{}]",
                    "<html>",
                    "[{\"channel\":\"/meta/conn",
                    "\u{feff}[]",
                ];
                let body = bodies[self.below(8) as usize];
                self.peer.reply(id, &text(body));
            }
            _ => self.answer(&channel, 2),
        }
    }

    /// Answers the request on `channel`; the higher the `malice`, the odder.
    fn answer(&mut self, channel: &str, malice: u64) {
        let sent = self.peer.asked(channel).clone();
        let mut messages = Vec::new();
        if malice > 0 {
            for number in 0..self.below(3) {
                messages.push(event(number));
            }
        }
        let place = self.below(messages.len() as u64 + 1) as usize;
        let reply = self.meta(channel, sent.message_id(), malice);
        messages.insert(place, reply);
        if malice > 1 {
            self.spoil(&mut messages, channel);
        }
        let body = match &messages[..] {
            [lone] if self.below(4) == 0 => lone.to_string(),
            _ => Value::from(messages).to_string(),
        };
        self.peer.reply(sent.id, &text(&body));
    }

    fn meta(&mut self, channel: &str, id: &str, malice: u64) -> Value {
        let mut reply = json!({ "channel": channel, "successful": true, "id": id });
        if channel == "/meta/handshake" {
            self.clients += 1;
            self.batch = 0;
            let ack = [
                json!(true),
                json!(false),
                json!({ "enabled": true, "batch": 7 }),
            ];
            reply["clientId"] = json!(format!("client-{}", self.clients));
            reply["ext"] = json!({ "ack": ack[self.below(3) as usize] });
        } else if channel == "/meta/connect" {
            self.batch += 1;
            reply["ext"] = json!({ "ack": self.batch });
        }
        if malice > 1 {
            self.twist(&mut reply);
        }
        reply
    }

    /// Makes a reply odd.
    fn twist(&mut self, reply: &mut Value) {
        if self.below(2) == 0 {
            reply["advice"] = self.advice();
        }
        match self.below(8) {
            0 => reply["id"] = json!(self.below(10)),
            1 => reply["id"] = Value::Null,
            2 | 3 => {
                reply["successful"] = json!(false);
                let errors = [
                    "402::session_unknown",
                    "403::denied",
                    "500::x",
                    "401:a:Unknown client",
                    "301::x",
                    "",
                ];
                reply["error"] = json!(errors[self.below(6) as usize]);
            }
            4 => reply["clientId"] = json!(17),
            5 => reply["ext"] = json!({ "ack": "4" }),
            6 if self.below(4) == 0 => reply["supportedConnectionTypes"] = json!(["websocket"]),
            _ => {
                reply["successful"] = json!(false);
                reply["error"] = json!("402::session_unknown");
                reply["advice"] = json!({ "reconnect": "handshake", "interval": 0 });
            }
        }
    }

    fn advice(&mut self) -> Value {
        let mut reconnect = [
            json!("retry"),
            json!("handshake"),
            json!("handshake"),
            json!("odd"),
            Value::Null,
        ];
        let mut interval = [
            json!(0),
            json!(0),
            json!(2000),
            json!("100"),
            json!(1e3),
            Value::Null,
        ];
        // Ends are rare, or nothing else would ever happen.
        if self.below(8) == 0 {
            reconnect[0] = json!("none");
            interval[0] = json!(-1);
        }
        let timeout = [
            json!(0),
            json!(-1),
            json!(20_000),
            json!("5000"),
            json!(60_000),
            json!([]),
        ];
        let flat = json!({
            "reconnect": reconnect[self.below(5) as usize],
            "interval": interval[self.below(6) as usize],
            "timeout": timeout[self.below(6) as usize],
            "maxInterval": self.below(3) * 5000,
            "multiple-clients": self.below(2) == 0,
        });
        if self.below(3) == 0 {
            json!({ "reconnect": "retry", "long-polling": flat })
        } else {
            flat
        }
    }

    /// Puts something among the messages that does not belong there, or takes something away.
    fn spoil(&mut self, messages: &mut Vec<Value>, channel: &str) {
        let strays = [
            json!(null),
            json!({ "data": 5 }),
            json!({ "channel": "/meta/connect", "successful": false, "advice": { "reconnect": "none" } }),
            json!({ "channel": "/meta/subscribe", "successful": true, "id": "2" }),
            json!({ "channel": "/meta/disconnect" }),
            with(
                event("sly"),
                json!({ "id": "3", "advice": { "reconnect": "none" }, "ext": { "ack": 50 } }),
            ),
        ];
        match self.below(10) {
            stray @ 0..=5 if channel != "/meta/disconnect" => {
                messages.push(strays[stray as usize].clone())
            }
            6 => messages.truncate(1),
            7 => messages.extend(messages.clone()),
            8 => messages.clear(),
            _ => {}
        }
    }

    fn bad_status(&mut self) -> Reply {
        let codes = [204, 400, 401, 403, 404, 408, 413, 429, 500, 502, 503, 504];
        let wishes = [
            None,
            None,
            Some("1"),
            Some("40"),
            Some("9999"),
            Some("soon"),
        ];
        Reply {
            retry_after: wishes[self.below(6) as usize].map(str::to_owned),
            ..status(codes[self.below(12) as usize])
        }
    }

    fn pick(&mut self, choices: &[u64]) -> u64 {
        choices[self.below(choices.len() as u64) as usize]
    }

    /// A number below `end`, from the seed.
    fn below(&mut self, end: u64) -> u64 {
        self.random = self
            .random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % end
    }
}
