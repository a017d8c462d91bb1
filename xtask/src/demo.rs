//! The demo: one command that builds the widget, starts the simulator and serves both pages.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Stdio};

use crate::dist;
use crate::examples;
use crate::failure::{Failure, OrFailure, Outcome};
use crate::process::{self, cargo};
use crate::project::Project;
use crate::report::say;
use crate::tools::{self, Needs};

/// The port of the specification's examples.
const PORT: u16 = 8080;
const SIMULATOR: &str = "gms-chat-simulator";
/// How the demo page may be told to talk; the simulator knows what each means to the page.
const MODES: [&str; 3] = ["poll", "cometd", "delayed"];

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
struct Wishes {
    port: u16,
    open: bool,
    scenario: Option<String>,
    mode: Option<String>,
    /// An origin whose own page may talk to the simulator.
    cors: Option<String>,
    example: Option<String>,
}

/// `cargo xtask demo`. Ends when the simulator ends; Ctrl-C reaches both, as they share the terminal.
pub(crate) fn demo(project: &Project, rest: &[String]) -> Outcome {
    let wishes = Wishes::parse(rest)?;
    port_is_free(wishes.port)?;
    tools::set_up(project, Needs::Build)?;
    say("simulator: building");
    let mut build = cargo(project);
    build.args(["build", "--locked", "--package", SIMULATOR]);
    process::run(&mut build, "read the compiler's message above")?;
    dist::build(project)?;
    if let Some(name) = &wishes.example {
        examples::build(project, &[name])?;
    }
    let mut server = start(project, &wishes)?;
    let page = introduce(&mut server);
    if let (true, Some(page)) = (wishes.open, page) {
        open(project, &page);
    }
    let status = server
        .wait()
        .or_failure("waiting for the simulator", "start the demo again")?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(
        format!("the simulator ended with {status}"),
        "read its complaint above",
    ))
}

impl Wishes {
    fn parse(words: &[String]) -> Outcome<Self> {
        let mut wishes = Self {
            port: PORT,
            open: false,
            scenario: None,
            mode: None,
            cors: None,
            example: None,
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if word == "--open" {
                wishes.open = true;
                continue;
            }
            let (flag, joined) = match word.split_once('=') {
                Some((flag, value)) => (flag, Some(value)),
                None => (word.as_str(), None),
            };
            let value = joined.or_else(|| words.next().map(String::as_str));
            let value = value.ok_or_else(|| refused(format!("`{flag}` needs a value")))?;
            wishes.set(flag, value)?;
        }
        Ok(wishes)
    }

    fn set(&mut self, flag: &str, value: &str) -> Outcome {
        match flag {
            "--port" => {
                let port = value.parse().ok().filter(|port| *port != 0);
                self.port = port.ok_or_else(|| refused(format!("`{value}` is no port")))?;
            }
            "--scenario" => self.scenario = Some(value.to_owned()),
            "--example" if examples::ALL.contains(&value) => {
                self.example = Some(value.to_owned());
            }
            "--example" => {
                let what = format!(
                    "`{value}` is no example; there are {}",
                    examples::ALL.join(", ")
                );
                return Err(refused(what));
            }
            "--cors" => self.cors = Some(value.to_owned()),
            "--mode" if MODES.contains(&value) => self.mode = Some(value.to_owned()),
            "--mode" => {
                let what = format!("`{value}` is no mode; there are {}", MODES.join(", "));
                return Err(refused(what));
            }
            other => return Err(refused(format!("`demo` has no `{other}`"))),
        }
        Ok(())
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
        .arg(match &wishes.example {
            Some(name) => examples::built(project, name),
            None => project.dist(),
        });
    for (flag, value) in [
        ("--scenario", &wishes.scenario),
        ("--mode", &wishes.mode),
        ("--cors", &wishes.cors),
    ] {
        if let Some(value) = value {
            server.args([flag, value]);
        }
    }
    server.stdout(Stdio::piped());
    server.spawn().or_failure(
        "starting the simulator",
        "run the command again; the build may have been interrupted",
    )
}

/// Passes on what the simulator says of its addresses when it listens, and returns that of the page. Its output
/// is read for as long as it runs.
fn introduce(server: &mut Child) -> Option<String> {
    let mut lines = BufReader::new(server.stdout.take()?)
        .lines()
        .map_while(Result::ok);
    println!();
    let mut page = None;
    for line in lines.by_ref() {
        println!("  {line}");
        page = page.or_else(|| Some(line.strip_prefix("page")?.trim().to_owned()));
        // The last of its lines.
        if line.starts_with("scenario") {
            println!("\n  Open page and desk side by side. Ctrl-C ends the demo.\n");
            break;
        }
    }
    std::thread::spawn(move || lines.for_each(|line| println!("  {line}")));
    page
}

/// Opens the visitor's browser; where that fails the printed address still serves.
fn open(project: &Project, address: &str) {
    let (program, arguments): (&str, &[&str]) = match std::env::consts::OS {
        "macos" => ("open", &[]),
        "windows" => ("cmd", &["/C", "start", ""]),
        _ => ("xdg-open", &[]),
    };
    let mut command = process::command(project, program);
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
        assert_eq!((wishes.port, wishes.open), (8080, false));
        assert_eq!((wishes.scenario, wishes.mode), (None, None));
    }

    #[test]
    fn flags_take_their_value_as_a_word_or_after_an_equals_sign() {
        let line =
            "--port=9001 --open --scenario queue --mode delayed --example=vue --cors http://a.test";
        let wishes = parse(line).unwrap();
        assert_eq!(wishes.example.as_deref(), Some("vue"));
        assert_eq!((wishes.port, wishes.open), (9001, true));
        assert_eq!(wishes.scenario.as_deref(), Some("queue"));
        assert_eq!(wishes.mode.as_deref(), Some("delayed"));
        assert_eq!(wishes.cors.as_deref(), Some("http://a.test"));
    }

    #[test]
    fn a_wrong_flag_or_value_is_named() {
        for (line, named) in [
            ("--prot 1", "--prot"),
            ("--port many", "many"),
            ("--port 0", "0"),
            ("--mode fast", "fast"),
            ("--example angular", "angular"),
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
