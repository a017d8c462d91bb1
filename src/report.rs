//! What the host page is told: session events as names and details, without message text or secrets.

use gms_chat_protocol::Moment;
use gms_chat_protocol::chat::{
    Body, Change, Connection, End, Entry, EntryKey, Event, Fate, Party, Phase, Problem, Role,
};

use crate::text::length;

/// A `CustomEvent` to be: its name without the prefix `gms-chat-`, and the members of its detail.
#[derive(Debug, PartialEq)]
pub(crate) struct Report {
    pub(crate) name: &'static str,
    pub(crate) detail: Vec<(&'static str, Value)>,
}

/// A member of a detail.
#[derive(Debug, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Number(u32),
    Flag(bool),
}

impl Report {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            detail: Vec::new(),
        }
    }

    /// A report of what this party did.
    fn by(name: &'static str, party: &Party) -> Self {
        Self::new(name)
            .text("nickname", &party.nickname)
            .text("role", role(party.role))
    }

    pub(crate) fn text(self, name: &'static str, text: &str) -> Self {
        self.with(name, Value::Text(text.to_owned()))
    }

    pub(crate) fn number(self, name: &'static str, number: u32) -> Self {
        self.with(name, Value::Number(number))
    }

    pub(crate) fn flag(self, name: &'static str, flag: bool) -> Self {
        self.with(name, Value::Flag(flag))
    }

    fn with(mut self, name: &'static str, value: Value) -> Self {
        self.detail.push((name, value));
        self
    }
}

/// Turns session events into reports, and remembers what they need from earlier ones.
#[derive(Debug, Default)]
pub(crate) struct Reporter {
    expose_text: bool,
    state: Option<&'static str>,
    agent_joined: bool,
    typing: bool,
    /// What the session said last to the developer.
    hint: String,
    /// The visitor's messages whose success has not been reported.
    unsettled: Vec<EntryKey>,
}

impl Reporter {
    /// `expose_text`: whether reports of received messages carry their text.
    pub(crate) fn new(expose_text: bool) -> Self {
        Self {
            expose_text,
            ..Self::default()
        }
    }

    /// The reports of one event, in order.
    pub(crate) fn reports(&mut self, event: &Event) -> Vec<Report> {
        match event {
            Event::Phase(phase) => self.phase(phase),
            Event::Connection(connection) => vec![self::connection(connection)],
            Event::Entry(Change::Appended(entry) | Change::Inserted { entry, .. }) => {
                self.appeared(entry).into_iter().collect()
            }
            Event::Entry(Change::Replaced(entry)) => self.fate(entry).into_iter().collect(),
            Event::Entry(Change::Removed(key)) => {
                self.unsettled.retain(|other| other != key);
                Vec::new()
            }
            Event::Entry(Change::Cleared) => {
                self.unsettled.clear();
                Vec::new()
            }
            Event::Typing(party) => self.typing(party.as_ref()).into_iter().collect(),
            Event::Idle(closes_at) => {
                let report = Report::new("idlewarning").flag("warned", closes_at.is_some());
                vec![match *closes_at {
                    Some(at) => report.number("closesAt", millis(at)),
                    None => report,
                }]
            }
            Event::Notice { kind, party, text } => {
                let notice = Report::by("notice", party);
                vec![notice.text("type", kind).text("raw", text)]
            }
            Event::Diagnostic(text) => {
                self.hint.clone_from(text);
                Vec::new()
            }
        }
    }

    fn phase(&mut self, phase: &Phase) -> Vec<Report> {
        let state = state(phase);
        let previous = self.state.replace(state).unwrap_or("idle");
        if previous == state {
            return Vec::new();
        }
        let change = Report::new("statechange")
            .text("state", state)
            .text("previous", previous);
        let mut reports = vec![match phase {
            Phase::Ended(end) => change.text("reason", reason(end)),
            Phase::Failed(problem) => change.text("reason", problem.code()),
            Phase::Idle | Phase::Restoring | Phase::Connecting => change,
            Phase::Waiting | Phase::Active | Phase::Ending => change,
        }];
        match phase {
            Phase::Connecting => self.agent_joined = false,
            Phase::Waiting | Phase::Active if previous == "connecting" => {
                reports.push(Report::new("sessionstart"));
            }
            Phase::Ended(end) => reports.push(
                Report::new("sessionend")
                    .text("reason", reason(end))
                    .flag("agentJoined", self.agent_joined),
            ),
            Phase::Failed(problem) => reports.push(error(problem, &self.hint)),
            Phase::Idle | Phase::Restoring | Phase::Waiting => {}
            Phase::Active | Phase::Ending => {}
        }
        reports
    }

    fn appeared(&mut self, entry: &Entry) -> Option<Report> {
        let party = &entry.party;
        match &entry.body {
            Body::Message(text) if party.role != Role::Client => {
                let report = Report::by("messagereceived", party).number("id", entry.key.number());
                Some(if self.expose_text {
                    report.text("text", text)
                } else {
                    report
                })
            }
            Body::Mine { .. } => {
                self.unsettled.push(entry.key);
                self.fate(entry)
            }
            Body::Joined if party.role == Role::Agent => {
                self.agent_joined = true;
                Some(Report::by("agentjoin", party))
            }
            Body::Left if party.role == Role::Agent => Some(Report::by("agentleave", party)),
            Body::Transferred { from } => {
                Some(Report::by("transfer", party).text("from", &from.nickname))
            }
            Body::PushUrl { url, host } => {
                Some(Report::new("pushurl").text("url", url).text("host", host))
            }
            Body::Message(_) | Body::Joined | Body::Left | Body::Gap | Body::Note { .. } => None,
        }
    }

    fn fate(&mut self, entry: &Entry) -> Option<Report> {
        let Body::Mine { text, fate } = &entry.body else {
            return None;
        };
        let about = |name| {
            let length = u32::try_from(length(text)).unwrap_or(u32::MAX);
            Report::new(name)
                .number("id", entry.key.number())
                .number("length", length)
        };
        match fate {
            Fate::Sending => Some(about("messagesending")),
            Fate::Unknown | Fate::Unproven => None,
            Fate::Failed(problem) => Some(about("messagefailed").text("code", problem.code())),
            Fate::Sent => {
                let place = self.unsettled.iter().position(|key| *key == entry.key)?;
                self.unsettled.swap_remove(place);
                Some(about("messagesent"))
            }
        }
    }

    fn typing(&mut self, party: Option<&Party>) -> Option<Report> {
        if party.is_none() && !self.typing {
            return None;
        }
        self.typing = party.is_some();
        let name = "typingchange";
        let report = party.map_or_else(|| Report::new(name), |party| Report::by(name, party));
        Some(report.flag("typing", self.typing))
    }
}

/// A line of the transcript, for a page that asks for it.
pub(crate) fn line(entry: &Entry) -> Report {
    let (kind, text) = match &entry.body {
        Body::Message(text) | Body::Mine { text, .. } => ("message", text.as_str()),
        Body::Joined => ("joined", ""),
        Body::Left => ("left", ""),
        Body::Transferred { .. } => ("transferred", ""),
        Body::PushUrl { url, .. } => ("pushurl", url.as_str()),
        Body::Gap => ("gap", ""),
        Body::Note { text, .. } => ("note", text.as_str()),
    };
    let line = Report::by("line", &entry.party)
        .number("id", entry.key.number())
        .text("type", kind);
    let line = match &entry.body {
        Body::Mine { fate, .. } => line.text("fate", word(fate)),
        Body::Transferred { from } => line.text("from", &from.nickname),
        Body::Message(_) | Body::Joined | Body::Left | Body::PushUrl { .. } => line,
        Body::Gap | Body::Note { .. } => line,
    };
    // Seconds since 1970: the page's side makes milliseconds of them.
    let at = entry.at.and_then(|at| u32::try_from(at / 1000).ok());
    let line = match at {
        Some(at) => line.number("at", at),
        None => line,
    };
    if text.is_empty() {
        line
    } else {
        line.text("text", text)
    }
}

/// The word for what became of a message.
fn word(fate: &Fate) -> &'static str {
    match fate {
        Fate::Sending => "sending",
        Fate::Sent => "sent",
        Fate::Unknown | Fate::Unproven => "unknown",
        Fate::Failed(_) => "failed",
    }
}

/// The report of an option that cannot be used.
pub(crate) fn bad_config(sentence: &str) -> Report {
    Report::new("error")
        .text("code", "bad_config")
        .text("message", sentence)
}

/// On the clock of `performance.now()`.
fn millis(at: Moment) -> u32 {
    u32::try_from(at.as_millis()).unwrap_or(u32::MAX)
}

/// The word for a phase in `statechange`.
fn state(phase: &Phase) -> &'static str {
    match phase {
        Phase::Idle => "idle",
        Phase::Restoring | Phase::Connecting => "connecting",
        Phase::Waiting => "waiting",
        Phase::Active => "active",
        Phase::Ending => "ending",
        Phase::Ended(_) => "ended",
        Phase::Failed(_) => "failed",
    }
}

fn reason(end: &End) -> &'static str {
    match end {
        End::Visitor => "user",
        End::Agent => "agent",
        End::Idle => "idle",
        End::Server => "server",
        End::Lost => "lost",
        End::Abandoned => "abandoned",
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Client => "client",
        Role::Agent => "agent",
        Role::Supervisor => "supervisor",
        Role::External => "external",
    }
}

fn connection(connection: &Connection) -> Report {
    let report = Report::new("connectionchange");
    match connection {
        Connection::Fine => report.flag("online", true),
        Connection::Troubled { reason, next_try } => {
            let report = report.flag("online", false).text("code", reason.code());
            match next_try.map(millis) {
                Some(at) => report.number("retryAt", at),
                None => report,
            }
        }
    }
}

/// The report of a chat that could not be started, with what the developer of the page can do.
fn error(problem: &Problem, hint: &str) -> Report {
    let report = Report::new("error")
        .text("code", problem.code())
        .text("hint", hint);
    let server = |report: Report, status: u16| report.number("status", status.into());
    match problem {
        Problem::Refused { status, message } => {
            let report = server(report, *status);
            match message {
                Some(message) => report.text("message", message),
                None => report,
            }
        }
        Problem::Unauthorised { status }
        | Problem::NotFound { status }
        | Problem::Server { status } => server(report, *status),
        Problem::Exception { message, .. } => report.text("message", message),
        Problem::Malformed { expected } => report.text("message", expected),
        Problem::Busy { .. }
        | Problem::Unreachable
        | Problem::TimedOut
        | Problem::CookieLost
        | Problem::Ended => report,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::events;

    /// The reports of a chat, as `name {member: value, …}`.
    fn reports(expose: bool, told: &[[&str; 5]], said: &[(&'static str, u16)]) -> Vec<String> {
        let mut reporter = Reporter::new(expose);
        let mut lines = Vec::new();
        for event in events(told, said) {
            lines.extend(reporter.reports(&event).iter().map(written));
        }
        lines
    }

    fn written(report: &Report) -> String {
        let member = |(name, value): &(&str, Value)| match value {
            Value::Text(text) => format!("{name}: {text}"),
            Value::Number(number) if *name == "id" => {
                format!("id: {}", if *number > 0 { "n" } else { "0" })
            }
            Value::Number(number) => format!("{name}: {number}"),
            Value::Flag(flag) => format!("{name}: {flag}"),
        };
        let detail: Vec<String> = report.detail.iter().map(member).collect();
        format!("{} {{{}}}", report.name, detail.join(", "))
    }

    const JOINED: [&str; 5] = ["Notice.Joined", "Ann", "has joined", "1", "AGENT"];

    #[test]
    fn a_chat_is_told_from_its_start_on() {
        let told = [JOINED, ["Message.Text", "Ann", "hello", "2", "AGENT"]];
        assert_eq!(
            reports(false, &told, &[]),
            [
                "statechange {state: connecting, previous: idle}",
                "statechange {state: waiting, previous: connecting}",
                "sessionstart {}",
                "agentjoin {nickname: Ann, role: agent}",
                "statechange {state: active, previous: waiting}",
                "messagereceived {nickname: Ann, role: agent, id: n}",
                // Then nobody writes, and the server has other limits than the page believes.
                "idlewarning {warned: true, closesAt: 302091}",
                "idlewarning {warned: false}",
            ]
        );
    }

    #[test]
    fn text_is_told_only_when_the_page_asks_for_it() {
        let told = [["Message.Text", "Bot", "secret", "2", "EXTERNAL"]];
        let closed = reports(false, &told, &[]).concat();
        assert!(!closed.contains("secret"), "{closed}");
        let open = reports(true, &told, &[]).concat();
        assert!(
            open.contains("role: external, id: n, text: secret"),
            "{open}"
        );
    }

    #[test]
    fn the_fate_of_each_message_is_told_once() {
        let lines = reports(
            false,
            &[JOINED],
            &[("hello", 200), ("no", 415), ("yes", 200)],
        );
        let fates: Vec<&String> = lines
            .iter()
            .filter(|line| line.starts_with("message"))
            .collect();
        assert_eq!(
            fates,
            [
                "messagesending {id: n, length: 5}",
                "messagesent {id: n, length: 5}",
                "messagesending {id: n, length: 2}",
                "messagefailed {id: n, length: 2, code: refused}",
                "messagesending {id: n, length: 3}",
                "messagesent {id: n, length: 3}",
            ]
        );
    }

    #[test]
    fn the_visitors_own_lines_from_the_server_are_no_received_messages() {
        let told = [["Message.Text", "me", "from another page", "2", "CLIENT"]];
        let lines = reports(false, &told, &[]).concat();
        assert!(!lines.contains("message"), "{lines}");
    }

    #[test]
    fn typing_pages_and_unknown_notices_are_told() {
        let told = [
            JOINED,
            ["Notice.TypingStarted", "Ann", "is typing", "2", "AGENT"],
            ["Notice.TypingStopped", "Ann", "stopped", "3", "AGENT"],
            ["Notice.PushUrl", "Ann", "https://a.example/b", "4", "AGENT"],
            ["Notice.Custom", "Ann", "x||Y", "5", "AGENT"],
            ["Notice.Left", "Ann", "has left", "6", "AGENT"],
        ];
        let lines = reports(false, &told, &[]);
        for wanted in [
            "typingchange {nickname: Ann, role: agent, typing: true}",
            "typingchange {typing: false}",
            "pushurl {url: https://a.example/b, host: a.example}",
            "notice {nickname: Ann, role: agent, type: Notice.Custom, raw: x||Y}",
            "agentleave {nickname: Ann, role: agent}",
        ] {
            assert!(
                lines.iter().any(|line| line == wanted),
                "{wanted} in {lines:#?}"
            );
        }
    }

    #[test]
    fn an_end_says_whose_it_was_and_whether_an_agent_had_been_there() {
        let mut reporter = Reporter::default();
        let mut told = |event: &Event| {
            reporter
                .reports(event)
                .iter()
                .map(written)
                .collect::<Vec<_>>()
        };
        for event in events(&[JOINED], &[]) {
            told(&event);
        }
        assert_eq!(
            told(&Event::Phase(Phase::Ended(End::Agent))),
            [
                "statechange {state: ended, previous: active, reason: agent}",
                "sessionend {reason: agent, agentJoined: true}",
            ]
        );
        assert_eq!(told(&Event::Phase(Phase::Ended(End::Agent))), [""; 0]);
        told(&Event::Phase(Phase::Connecting));
        let next = told(&Event::Phase(Phase::Ended(End::Abandoned)));
        assert_eq!(
            next[1],
            "sessionend {reason: abandoned, agentJoined: false}"
        );
    }

    #[test]
    fn a_failed_start_comes_with_what_the_session_said_to_the_developer() {
        let mut reporter = Reporter::default();
        let said = Event::Diagnostic("check `endpoint`".to_owned());
        assert!(reporter.reports(&said).is_empty());
        let failed = Event::Phase(Phase::Failed(Problem::NotFound { status: 404 }));
        let lines: Vec<String> = reporter.reports(&failed).iter().map(written).collect();
        assert_eq!(
            lines[1],
            "error {code: not_found, hint: check `endpoint`, status: 404}"
        );
    }

    #[test]
    fn the_line_is_told_to_be_bad_and_good_again() {
        let mut reporter = Reporter::default();
        let bad = Connection::Troubled {
            reason: Problem::TimedOut,
            next_try: None,
        };
        let mut told = |line_is| {
            reporter
                .reports(&Event::Connection(line_is))
                .iter()
                .map(written)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            told(bad),
            ["connectionchange {online: false, code: timeout}"]
        );
        let waiting = Connection::Troubled {
            reason: Problem::TimedOut,
            next_try: Some(Moment::from_millis(1500)),
        };
        assert_eq!(
            told(waiting),
            ["connectionchange {online: false, code: timeout, retryAt: 1500}"]
        );
        assert_eq!(told(Connection::Fine), ["connectionchange {online: true}"]);
    }

    #[test]
    fn a_line_of_the_transcript_says_who_what_and_when() {
        let told = [JOINED, ["Message.Text", "Ann", "hello", "2", "AGENT"]];
        let added = |event| match event {
            Event::Entry(Change::Appended(entry) | Change::Inserted { entry, .. }) => Some(entry),
            _ => None,
        };
        let entries = events(&told, &[("hi", 200)]).into_iter().filter_map(added);
        let lines: Vec<String> = entries.map(|entry| written(&line(&entry))).collect();
        let start = "line {nickname: Ann, role: agent, id: ";
        assert!(lines[0].starts_with(start), "{lines:#?}");
        assert!(lines[0].contains(", type: joined, at: 17673"), "{lines:#?}");
        assert!(
            lines[1].ends_with("type: message, at: 1767348002, text: hello}"),
            "{lines:#?}"
        );
        assert!(
            lines[2].contains("type: message, fate: sending, text: hi"),
            "{lines:#?}"
        );
    }
}
