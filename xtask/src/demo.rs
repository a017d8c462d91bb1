//! The demo: one command that builds the widget, starts the simulator and serves both pages.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command};
use std::time::Duration;

use crate::dist;
use crate::failure::{Failure, OrFailure, Outcome};
use crate::process::{self, cargo};
use crate::project::Project;
use crate::report::say;
use crate::tools::{self, Needs};

/// The port of the specification's examples.
const PORT: u16 = 8080;
const SIMULATOR: &str = "gms-chat-simulator";

/// How the demo page is told to talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Poll,
    Cometd,
    Delayed,
}

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
struct Wishes {
    port: u16,
    open: bool,
    scenario: Option<String>,
    mode: Option<Mode>,
}

/// `cargo xtask demo`. Ends when the simulator ends; Ctrl-C reaches both, as they share the terminal.
pub(crate) fn demo(project: &Project, rest: &[String]) -> Outcome {
    let wishes = Wishes::parse(rest)?;
    port_is_free(wishes.port)?;
    tools::set_up(project, Needs::Build)?;
    dist::build(project)?;
    say("simulator: building");
    process::run(
        cargo(project).args(["build", "--locked", "--package", SIMULATOR]),
        "read the compiler's message above",
    )?;
    let mut server = start(project, &wishes)?;
    let ready = wait_until_ready(&mut server, wishes.port);
    if ready.is_err() {
        // It may have ended by itself, which is what `ready` says.
        drop(server.kill());
        drop(server.wait());
        return ready;
    }
    announce(&wishes);
    if wishes.open {
        open(project, &wishes.page());
    }
    let status = server
        .wait()
        .or_failure("waiting for the simulator", "start the demo again")?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(
        format!("the simulator ended with {status}"),
        "read its last lines above",
    ))
}

impl Wishes {
    fn parse(words: &[String]) -> Outcome<Self> {
        let mut wishes = Self {
            port: PORT,
            open: false,
            scenario: None,
            mode: None,
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let (flag, joined) = word
                .split_once('=')
                .map_or((word.as_str(), None), |(flag, value)| (flag, Some(value)));
            if flag == "--open" {
                wishes.open = true;
                continue;
            }
            let value = joined.or_else(|| words.next().map(String::as_str));
            let value = value.ok_or_else(|| refused(format!("`{flag}` needs a value")))?;
            match flag {
                "--port" => {
                    let port = value.parse().ok().filter(|port| *port != 0);
                    wishes.port = port.ok_or_else(|| refused(format!("`{value}` is no port")))?;
                }
                "--scenario" => wishes.scenario = Some(value.to_owned()),
                "--mode" => wishes.mode = Some(Mode::parse(value)?),
                other => return Err(refused(format!("`demo` has no `{other}`"))),
            }
        }
        Ok(wishes)
    }

    fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn page(&self) -> String {
        let query = self.mode.map_or("", Mode::query);
        format!("{}/{query}", self.origin())
    }
}

impl Mode {
    fn parse(word: &str) -> Outcome<Self> {
        match word {
            "poll" => Ok(Self::Poll),
            "cometd" => Ok(Self::Cometd),
            "delayed" => Ok(Self::Delayed),
            other => Err(refused(format!(
                "`{other}` is no mode; there are poll, cometd and delayed"
            ))),
        }
    }

    /// What the demo page reads from its own address.
    fn query(self) -> &'static str {
        match self {
            Self::Poll => "?mode=poll",
            Self::Cometd => "?mode=cometd",
            Self::Delayed => "?mode=delayed",
        }
    }
}

fn refused(what: String) -> Failure {
    Failure::new(what, "`cargo xtask help` lists the arguments")
}

/// Asked before the long build, so that nobody waits for a refusal.
fn port_is_free(port: u16) -> Outcome {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .map(drop)
        .or_failure(
            format_args!("listening on port {port}"),
            "choose another one with `--port N`",
        )
}

fn start(project: &Project, wishes: &Wishes) -> Outcome<Child> {
    let mut server = process::command(project, project.built(SIMULATOR));
    server
        .args(["--port", &wishes.port.to_string(), "--site"])
        .arg(project.dist());
    if let Some(scenario) = &wishes.scenario {
        server.args(["--scenario", scenario]);
    }
    server.spawn().or_failure(
        "starting the simulator",
        "run the command again; the build may have been interrupted",
    )
}

fn wait_until_ready(server: &mut Child, port: u16) -> Outcome {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    for _ in 0..100 {
        if let Some(status) = server
            .try_wait()
            .or_failure("asking for the simulator", "start the demo again")?
        {
            let advice = "read its complaint above";
            return Err(Failure::new(
                format!("the simulator ended at once with {status}"),
                advice,
            ));
        }
        if TcpStream::connect_timeout(&address, Duration::from_millis(100)).is_ok() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Err(Failure::new(
        format!("nothing answers on port {port}"),
        "look at the simulator's output above",
    ))
}

fn announce(wishes: &Wishes) {
    say("ready");
    println!();
    println!("  the page with the widget   {}", wishes.page());
    println!("  the agent's desk           {}/agent", wishes.origin());
    println!();
    println!("  Open both side by side. Ctrl-C ends the demo.");
    println!();
}

/// Opens the visitor's browser; where that fails the printed address still serves.
fn open(project: &Project, address: &str) {
    let (program, arguments): (&str, &[&str]) = match std::env::consts::OS {
        "macos" => ("open", &[]),
        "windows" => ("cmd", &["/C", "start", ""]),
        _ => ("xdg-open", &[]),
    };
    let mut command: Command = process::command(project, program);
    if command.args(arguments).arg(address).spawn().is_err() {
        say(format_args!(
            "`{program}` could not be started: open {address} yourself"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Outcome<Wishes> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Wishes::parse(&words)
    }

    #[test]
    fn without_flags_the_page_is_on_the_usual_port() {
        let wishes = parse("").unwrap();
        assert_eq!(wishes.page(), "http://127.0.0.1:8080/");
        assert!(!wishes.open);
    }

    #[test]
    fn flags_take_their_value_as_a_word_or_after_an_equals_sign() {
        let wishes = parse("--port=9001 --open --scenario queue --mode delayed").unwrap();
        assert_eq!((wishes.port, wishes.open), (9001, true));
        assert_eq!(wishes.scenario.as_deref(), Some("queue"));
        assert_eq!(wishes.page(), "http://127.0.0.1:9001/?mode=delayed");
    }

    #[test]
    fn a_wrong_flag_or_value_is_named() {
        for (line, named) in [
            ("--prot 1", "--prot"),
            ("--port many", "many"),
            ("--port 0", "0"),
            ("--mode fast", "fast"),
            ("--scenario", "--scenario"),
        ] {
            let complaint = parse(line).unwrap_err().to_string();
            assert!(complaint.contains(named), "{line}: {complaint}");
        }
    }

    #[test]
    fn a_taken_port_is_refused_before_the_build() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert!(
            port_is_free(port)
                .unwrap_err()
                .to_string()
                .contains("--port")
        );
    }
}
