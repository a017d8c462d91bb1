//! The command line.

use std::fmt::Write;
use std::path::Path;

use crate::fault::{Harm, Route};
use crate::options::{Options, Service, set_switch, switches};
use crate::scenario::Scenario;

/// What a command line asks for.
#[derive(Debug)]
pub enum Command {
    /// Run a server.
    Serve {
        /// How it behaves.
        options: Box<Options>,
        /// What the page at `/` is told in its address.
        mode: Mode,
    },
    /// Print this and end.
    Print(String),
}

/// How the demo page is to chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// As it likes.
    #[default]
    Unset,
    /// By polling.
    Poll,
    /// By CometD.
    Cometd,
    /// By CometD, after waiting for an agent.
    Delayed,
}

impl Mode {
    /// The query string for the page.
    pub fn query(self) -> &'static str {
        match self {
            Self::Unset => "",
            Self::Poll => "?delivery=poll",
            Self::Cometd => "?delivery=cometd",
            Self::Delayed => "?delivery=cometd&service=request-chat-poll",
        }
    }

    fn named(name: &str) -> Option<Self> {
        match name {
            "poll" => Some(Self::Poll),
            "cometd" => Some(Self::Cometd),
            "delayed" => Some(Self::Delayed),
            _ => None,
        }
    }
}

/// The flags that are no switches.
const FLAGS: [(&str, &str, &str); 11] = [
    ("port", "NUMBER", "0 takes any free port (default 8080)"),
    ("address", "IP", "where to listen (default 127.0.0.1)"),
    ("scenario", "NAME|FILE", "what the agents do (default demo)"),
    ("site", "FOLDER", "serve these files at /"),
    ("csp", "POLICY", "Content-Security-Policy of those files"),
    (
        "mode",
        "MODE",
        "what the printed address of the page asks for: poll, cometd or delayed",
    ),
    (
        "fault",
        "ROUTE:HARM:TIMES",
        "e.g. connect:drop-after:3, send:status=503/30, rest:delay=2s:%4",
    ),
    (
        "service",
        "NAME",
        "a further basic service (request-chat is there)",
    ),
    (
        "delayed-service",
        "NAME",
        "a further delayed service (request-chat-poll is there)",
    ),
    ("seed", "NUMBER", "the same identifiers in every run"),
    ("help", "", "this text"),
];

/// Reads the arguments behind the program's name.
///
/// # Errors
/// A sentence about the first argument that is wrong.
pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Command, String> {
    let mut given = Vec::new();
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let Some(flag) = argument.strip_prefix("--") else {
            return Err(format!(
                "“{argument}” is not understood: flags start with two dashes."
            ));
        };
        let (flag, value) = match flag.split_once('=') {
            Some((flag, value)) => (flag, Some(value.to_owned())),
            None => (flag, None),
        };
        if flag == "help" {
            return Ok(Command::Print(help()));
        }
        let known = FLAGS.iter().any(|(name, ..)| *name == flag)
            || switches().iter().any(|switch| switch.name == flag);
        if !known {
            return Err(format!("--{flag} is unknown; --help lists the flags."));
        }
        let value = value.or_else(|| arguments.next());
        let value = value.ok_or_else(|| format!("--{flag} needs a value."))?;
        given.push((flag.to_owned(), value));
    }
    // The scenario sets switches of its own; flags go above them, wherever they stand.
    given.sort_by_key(|(flag, _)| flag != "scenario");
    let mut options = Options::default();
    let mut mode = Mode::default();
    for (flag, value) in given {
        apply(&mut options, &mut mode, &flag, &value)
            .map_err(|complaint| format!("--{flag} {value}: {complaint}"))?;
    }
    Ok(Command::Serve {
        options: Box::new(options),
        mode,
    })
}

fn apply(options: &mut Options, mode: &mut Mode, flag: &str, value: &str) -> Result<(), String> {
    match flag {
        "scenario" => {
            let scenario = Scenario::load(value).map_err(|complaint| complaint.to_string())?;
            options.play(scenario);
        }
        "port" => {
            options.port = value
                .parse()
                .map_err(|_| "expected a number from 0 to 65535.")?;
        }
        "address" => {
            options.address = value
                .parse()
                .map_err(|_| "expected an IP address such as 127.0.0.1.")?;
        }
        "site" if !Path::new(value).is_dir() => return Err("there is no such folder.".to_owned()),
        "site" => options.site = Some(value.into()),
        "csp" => options.csp = Some(value.to_owned()),
        "seed" => options.seed = Some(value.parse().map_err(|_| "expected a number.")?),
        "mode" => {
            *mode = Mode::named(value).ok_or("expected poll, cometd or delayed.")?;
        }
        "fault" => options.faults.push(value.parse()?),
        "service" => options.services.push(Service::basic(value)),
        "delayed-service" => options.services.push(Service::delayed(value)),
        switch => set_switch(options, switch, value)?,
    }
    Ok(())
}

/// The text of `--help`.
fn help() -> String {
    let mut text = String::from(
        "A server that speaks the Genesys Mobile Services chat API, with agents that play scenarios.\n\n\
         gms-chat-simulator [--FLAG VALUE]… [--SWITCH VALUE]…\n\nFlags\n",
    );
    // Writing to a string cannot fail, here and below.
    for (flag, value, about) in FLAGS {
        let name = format!("--{flag} {value}");
        let _ = writeln!(text, "  {name:<26} {about}");
    }
    text.push_str("\nScenarios\n");
    for scenario in Scenario::names().filter_map(Scenario::named) {
        let _ = writeln!(text, "  {:<26} {}", scenario.name, scenario.about);
    }
    let routes: Vec<_> = Route::names().collect();
    let _ = writeln!(text, "\nRoutes of faults\n  {}", routes.join(", "));
    let _ = writeln!(text, "\nHarms of faults\n  {}", Harm::FORMS);
    text.push_str(
        "\nTimes of faults\n  3, 3+2 (three, after two have passed), %5 (each fifth), * (all)\n",
    );
    text.push_str("\nSwitches, with their defaults\n");
    let defaults = Options::default();
    for switch in switches() {
        let name = format!("--{} {}", switch.name, switch.show(&defaults));
        let _ = writeln!(text, "  {name:<38} {} ({})", switch.about, switch.values);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Command, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    fn options(line: &str) -> (Options, Mode) {
        match read(line) {
            Ok(Command::Serve { options, mode }) => (*options, mode),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn flags_and_switches_are_read_in_any_order() {
        let line = "--idle-alert 99s --port=0 --fault send:status=500:2 --scenario idle --mode delayed \
                    --service sales --cors http://a.test --address ::1 --seed 7 --csp x";
        let (options, mode) = options(line);
        assert_eq!(options.port, 0);
        assert_eq!(options.scenario.name, "idle");
        // The scenario says 20 s and 15 s.
        assert_eq!(options.timers.idle_alert.as_secs(), 99);
        assert_eq!(options.timers.idle_close.as_secs(), 15);
        assert_eq!(options.faults[0].to_string(), "send:status=500:2");
        assert_eq!(options.services[2], Service::basic("sales"));
        assert!(options.address.is_ipv6());
        assert_eq!((options.seed, mode), (Some(7), Mode::Delayed));
    }

    #[test]
    fn without_flags_the_demo_is_played() {
        let (options, mode) = options("");
        assert_eq!((options.port, mode), (8080, Mode::Unset));
        assert_eq!(options.scenario.name, "demo");
        assert!(options.address.is_loopback());
    }

    #[test]
    fn the_first_wrong_argument_is_named() {
        for (line, complaint) in [
            (
                "serve",
                "“serve” is not understood: flags start with two dashes.",
            ),
            (
                "--sunshine",
                "--sunshine is unknown; --help lists the flags.",
            ),
            ("--port", "--port needs a value."),
            (
                "--port 99999",
                "--port 99999: expected a number from 0 to 65535.",
            ),
            (
                "--site /nowhere",
                "--site /nowhere: there is no such folder.",
            ),
            (
                "--mode fast",
                "--mode fast: expected poll, cometd or delayed.",
            ),
            (
                "--address here",
                "--address here: expected an IP address such as 127.0.0.1.",
            ),
            ("--seed x", "--seed x: expected a number."),
        ] {
            assert_eq!(read(line).unwrap_err(), complaint);
        }
        let starts = |line: &str, start: &str| {
            let complaint = read(line).unwrap_err();
            assert!(complaint.starts_with(start), "{complaint}");
        };
        starts(
            "--hold long",
            "--hold long: “long” is no value of hold: expected a time",
        );
        starts(
            "--scenario no/such",
            "--scenario no/such: “no/such” is neither",
        );
        starts("--fault x:y", "--fault x:y: “x” is no route");
    }

    #[test]
    fn help_names_every_flag_switch_and_scenario() {
        let Ok(Command::Print(text)) = read("--port 1 --help") else {
            panic!("no help");
        };
        for name in [
            "--fault ROUTE:HARM:TIMES",
            "--idle-close",
            "agent_leaves",
            "startTyping",
        ] {
            assert!(text.contains(name), "{name}");
        }
    }
}
