//! The command line.

use std::fmt::Write;

use crate::fault::Route;
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
        if matches!(flag, "help" | "version") {
            return Ok(Command::Print(if flag == "help" {
                help()
            } else {
                format!("gms-chat-simulator {}\n", env!("CARGO_PKG_VERSION"))
            }));
        }
        let (flag, value) = match flag.split_once('=') {
            Some((flag, value)) => (flag.to_owned(), Some(value.to_owned())),
            None => (flag.to_owned(), arguments.next()),
        };
        let value = value.ok_or_else(|| format!("--{flag} needs a value."))?;
        given.push((flag, value));
    }
    serve(given)
}

fn serve(mut given: Vec<(String, String)>) -> Result<Command, String> {
    let mut options = Options::default();
    let mut mode = Mode::Unset;
    // The scenario sets switches of its own; flags go above them, wherever they stand.
    given.sort_by_key(|(flag, _)| flag != "scenario");
    let mut own_services = Vec::new();
    for (flag, value) in given {
        match flag.as_str() {
            "scenario" => {
                let scenario = Scenario::load(&value)
                    .map_err(|complaint| format!("--scenario {value}: {complaint}"))?;
                options.play(scenario);
            }
            "port" => {
                options.port = value
                    .parse()
                    .map_err(|_| format!("--port {value}: expected a number from 0 to 65535."))?;
            }
            "address" => {
                options.address = value.parse().map_err(|_| {
                    format!("--address {value}: expected an IP address such as 127.0.0.1.")
                })?;
            }
            "site" => {
                if !std::path::Path::new(&value).is_dir() {
                    return Err(format!("--site {value}: there is no such folder."));
                }
                options.site = Some(value.into());
            }
            "csp" => options.csp = Some(value),
            "seed" => {
                let seed = value.parse();
                options.seed =
                    Some(seed.map_err(|_| format!("--seed {value}: expected a number."))?);
            }
            "mode" => {
                mode = Mode::named(&value)
                    .ok_or_else(|| format!("--mode {value}: expected poll, cometd or delayed."))?;
            }
            "fault" => {
                let fault = value
                    .parse()
                    .map_err(|what| format!("--fault {value}: {what}"))?;
                options.faults.push(fault);
            }
            "service" => own_services.push(Service::basic(&value)),
            "delayed-service" => own_services.push(Service::delayed(&value)),
            switch if switches().iter().any(|known| known.name == switch) => {
                set_switch(&mut options, switch, &value)?;
            }
            _ => return Err(format!("--{flag} is unknown; --help lists the flags.")),
        }
    }
    options.services.extend(own_services);
    Ok(Command::Serve {
        options: Box::new(options),
        mode,
    })
}

/// The text of `--help`.
fn help() -> String {
    let mut text = String::from(
        "A server that speaks the Genesys Mobile Services chat API, with agents that play scenarios.\n\n\
         gms-chat-simulator [--port 8080] [--scenario NAME|FILE] [--site FOLDER] [--mode poll|cometd|delayed]\n\
         \x20                  [--fault ROUTE:HARM:TIMES]… [--SWITCH VALUE]…\n\n\
         --port NUMBER             0 takes any free port (default 8080)\n\
         --address IP              default 127.0.0.1\n\
         --scenario NAME|FILE      default demo\n\
         --site FOLDER             serve these files at /\n\
         --csp POLICY              Content-Security-Policy of those files\n\
         --mode MODE               what the printed page address asks for: poll, cometd or delayed\n\
         --fault ROUTE:HARM:TIMES  e.g. connect:drop-after:3, send:status=503/30, rest:delay=2s:%4\n\
         --service NAME            a further basic service (request-chat is there)\n\
         --delayed-service NAME    a further delayed service (request-chat-poll is there)\n\
         --seed NUMBER             the same identifiers in every run\n\nScenarios\n",
    );
    for name in Scenario::names() {
        let about = Scenario::named(name).map(|scenario| scenario.about);
        let _ = writeln!(text, "  {name:<16} {}", about.unwrap_or_default());
    }
    let routes: Vec<_> = Route::names().collect();
    let _ = writeln!(text, "\nRoutes for faults\n  {}", routes.join(", "));
    text.push_str("\nSwitches\n");
    let defaults = Options::default();
    for switch in switches() {
        let _ = writeln!(
            text,
            "  --{:<22} {} ({}; default {})",
            switch.name,
            switch.about,
            switch.values,
            switch.show(&defaults)
        );
    }
    text
}
