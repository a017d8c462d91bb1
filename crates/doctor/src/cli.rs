//! The command line: what is asked, and how it is answered.

use std::fmt::Write;
use std::time::Duration;

use gms_chat_protocol::chat::Delivery;

use crate::{Address, Options, Report, Verdict, table};

/// What a command line asks for.
#[derive(Debug)]
pub enum Command {
    /// Examine.
    Examine {
        /// What, and how.
        options: Box<Options>,
        /// In which form the result is wanted.
        form: Form,
        /// Whether a warning is a failure.
        is_strict: bool,
    },
    /// Print this and end.
    Print(String),
}

/// The form of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Rows for people, as they come.
    Table,
    /// One JSON object.
    Json,
}

/// Exit status when the command line is wrong (`EX_USAGE`).
pub const USAGE: u8 = 64;

/// Flag, its value, what it does. An empty value makes it a switch.
const FLAGS: [(&str, &str, &str); 15] = [
    ("service", "NAME", "the service to create (request-chat)"),
    (
        "origin",
        "ORIGIN",
        "the site of the page, https://www.example.com: checks CORS and cookies for it",
    ),
    (
        "user-id",
        "auto|none|VALUE",
        "gms_user: invented, left to a gateway, or this (auto)",
    ),
    (
        "comet-path",
        "PATH",
        "where CometD is below the endpoint (/cometd)",
    ),
    (
        "append-type",
        "true|false",
        "whether /handshake, /connect … are appended (true)",
    ),
    (
        "header",
        "NAME: VALUE",
        "a further header of each request, e.g. an API key; may be repeated",
    ),
    (
        "ca",
        "FILE",
        "authorities (PEM) to trust besides the machine's",
    ),
    (
        "full",
        "",
        "hold a test chat by CometD and one by polling: RINGS AN AGENT, twice",
    ),
    (
        "delivery",
        "cometd|poll",
        "with --full: hold only this one of the two chats",
    ),
    (
        "quick",
        "",
        "do not wait for a whole hold (60 s as a rule): cuts by proxies stay unseen",
    ),
    (
        "timeout",
        "SECONDS",
        "an answer that takes longer is missed (10)",
    ),
    ("json", "", "print one JSON object"),
    ("strict", "", "exit with 1 when there are warnings"),
    ("findings", "", "print the table of all findings (Markdown)"),
    ("help", "", "this text"),
];

/// Reads the arguments behind the program's name.
///
/// # Errors
/// A sentence about the first argument that is wrong. Values are not repeated in it: they may be secrets.
pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Command, String> {
    let (endpoint, given) = sort(arguments)?;
    let has = |flag: &str| given.iter().any(|(given, _)| *given == flag);
    if has("help") {
        return Ok(Command::Print(help()));
    }
    if has("findings") {
        return Ok(Command::Print(table()));
    }
    let endpoint = endpoint.ok_or(
        "Which deployment? Give its base URL, such as https://chat.example.com/genesys; --help says more.",
    )?;
    let mut options = Options::for_endpoint(&endpoint)
        .map_err(|why| format!("The URL cannot be used: {why}."))?;
    if has("full") {
        options.chats = vec![Delivery::Cometd, Delivery::Poll];
    }
    for (flag, value) in &given {
        apply(&mut options, flag, value).map_err(|expected| format!("--{flag}: {expected}."))?;
    }
    Ok(Command::Examine {
        options: Box::new(options),
        form: if has("json") { Form::Json } else { Form::Table },
        is_strict: has("strict"),
    })
}

/// Tells the endpoint from the flags and their values.
type Sorted = (Option<String>, Vec<(&'static str, String)>);

fn sort(arguments: impl IntoIterator<Item = String>) -> Result<Sorted, String> {
    let (mut endpoint, mut given) = (None, Vec::new());
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let Some(flag) = argument.strip_prefix("--") else {
            if endpoint.replace(argument).is_some() {
                return Err("One URL is enough.".to_owned());
            }
            continue;
        };
        let (flag, value) = match flag.split_once('=') {
            Some((flag, value)) => (flag, Some(value.to_owned())),
            None => (flag, None),
        };
        let known = FLAGS.iter().find(|(name, ..)| *name == flag);
        let Some((name, wants, _)) = known else {
            return Err("A flag is unknown; --help lists them.".to_owned());
        };
        let value = match (wants.is_empty(), value) {
            (true, None) => String::new(),
            (true, Some(_)) => return Err(format!("--{name} takes no value.")),
            (false, value) => value
                .or_else(|| arguments.next())
                .ok_or_else(|| format!("--{name} needs a value: {wants}."))?,
        };
        given.push((*name, value));
    }
    Ok((endpoint, given))
}

fn apply(options: &mut Options, flag: &str, value: &str) -> Result<(), &'static str> {
    match flag {
        "service" if value.is_empty() => return Err("expected a name"),
        "service" => value.clone_into(&mut options.service),
        "origin" => options.origin = Some(origin(value)?),
        "user-id" => match value {
            "auto" => {}
            "none" => options.user_id = None,
            value if is_header_value(value) => options.user_id = Some(value.to_owned()),
            _ => return Err("expected auto, none or the value of a header"),
        },
        "comet-path" if !value.starts_with('/') || value.contains(['?', '#']) => {
            return Err("expected a path that begins with a slash");
        }
        "comet-path" => value.clone_into(&mut options.comet_path),
        "append-type" => {
            options.append_type = value.parse().map_err(|_| "expected true or false")?;
        }
        "header" => options.headers.push(header(value)?),
        "ca" => options.authority = Some(value.into()),
        "delivery" => {
            let wanted = match value {
                "cometd" => Delivery::Cometd,
                "poll" => Delivery::Poll,
                _ => return Err("expected cometd or poll"),
            };
            options.chats.retain(|delivery| *delivery == wanted);
        }
        "timeout" => match value.parse() {
            Ok(seconds @ 1..=300) => options.timeout = Duration::from_secs(seconds),
            Ok(_) | Err(_) => return Err("expected 1 to 300 seconds"),
        },
        "quick" => options.quick = true,
        _ => {}
    }
    Ok(())
}

fn origin(value: &str) -> Result<Address, &'static str> {
    let origin = Address::parse(value)?;
    if origin.path.is_empty() {
        Ok(origin)
    } else {
        Err("expected scheme and host alone, such as https://www.example.com")
    }
}

fn header(value: &str) -> Result<(String, String), &'static str> {
    let expected = "expected NAME: VALUE";
    let (name, value) = value.split_once(':').ok_or(expected)?;
    let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
    let is_name = name.parse::<hyper::header::HeaderName>().is_ok();
    if is_name && is_header_value(value) {
        Ok((name, value.to_owned()))
    } else {
        Err(expected)
    }
}

fn is_header_value(value: &str) -> bool {
    value.parse::<hyper::header::HeaderValue>().is_ok()
}

/// The text of `--help`.
fn help() -> String {
    let mut text = String::from(
        "Examines a deployment of Genesys Mobile Services for the chat widget, step by step.\n\n\
         gms-chat-doctor URL [--FLAG VALUE]…        URL: https://chat.example.com/genesys\n\n",
    );
    for (flag, value, about) in FLAGS {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {:<27} {about}", format!("--{flag} {value}"));
    }
    text.push_str(
        "\nWithout --full it creates a service and a CometD session and lets both go: no agent is disturbed.\n\
         Exit status: 0 all is well, 1 warnings (with --strict), 2 faults, 64 wrong command line.\n",
    );
    text
}

/// The exit status that a report deserves.
pub fn status(report: &Report, is_strict: bool) -> u8 {
    match report.worst() {
        Verdict::Fault => 2,
        Verdict::Warning => u8::from(is_strict),
        Verdict::Ok | Verdict::Skipped => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Options, String> {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned());
        parse(arguments).map(|command| match command {
            Command::Examine { options, .. } => *options,
            Command::Print(text) => panic!("{text}"),
        })
    }

    #[test]
    fn every_wish_is_heard() {
        let options = read(&[
            "--full",
            "https://a.example/genesys",
            "--delivery=poll",
            "--origin",
            "https://b.example",
            "--header",
            "X-Api-Key: k",
            "--user-id",
            "none",
            "--timeout",
            "3",
        ])
        .unwrap();
        assert_eq!(options.chats, [Delivery::Poll]);
        assert_eq!(options.headers, [("x-api-key".to_owned(), "k".to_owned())]);
        assert_eq!(options.user_id, None);
        assert_eq!(options.timeout, Duration::from_secs(3));
        assert!(options.other_origin().is_some() && options.is_cross_site());
    }

    #[test]
    fn no_chat_is_held_unasked() {
        assert!(read(&["https://a.example/g"]).unwrap().chats.is_empty());
        let options = read(&["https://a.example/g", "--delivery", "poll"]).unwrap();
        assert!(options.chats.is_empty());
    }

    #[test]
    fn what_is_wrong_is_told_without_values() {
        for wrong in [
            &["https://u:secret@a.example/g"][..],
            &["https://a.example/g", "--header", "secret"],
            &["https://a.example/g", "--secret"],
            &["https://a.example/g", "--user-id", "secret\n"],
            &[
                "https://a.example/g",
                "--origin",
                "https://b.example/secret",
            ],
            &["--timeout", "0", "https://a.example/g"],
            &["--full=secret", "https://a.example/g"],
            &[],
        ] {
            let complaint = read(wrong).unwrap_err();
            assert!(
                complaint.ends_with('.') && !complaint.contains("secret"),
                "{complaint}"
            );
        }
    }
}
