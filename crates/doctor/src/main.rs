//! `gms-chat-doctor`: examines one deployment, tells what it saw, and says by its status how that was.

use std::io::{self, Write};
use std::process::ExitCode;

use gms_chat_doctor::cli::{self, Command, Form};
use gms_chat_doctor::{Options, Report, Row, examine};

fn main() -> ExitCode {
    let command = match cli::parse(std::env::args().skip(1)) {
        Ok(command) => command,
        Err(complaint) => return complain(&complaint, cli::USAGE),
    };
    match command {
        Command::Print(text) => tell(text.trim_end()),
        Command::Examine {
            options,
            form,
            is_strict,
        } => match run(&options, form) {
            Ok(report) => return ExitCode::from(cli::status(&report, is_strict)),
            Err(error) => return complain(&format!("The doctor cannot work: {error}."), 2),
        },
    }
    ExitCode::SUCCESS
}

fn run(options: &Options, form: Form) -> io::Result<Report> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let told = |row: &Row| match form {
        Form::Table => tell(row),
        Form::Json => {}
    };
    let report = runtime.block_on(examine(options, told));
    match form {
        Form::Table => tell(format_args!(
            "{:<8} {}",
            report.worst().word(),
            report.endpoint
        )),
        Form::Json => tell(format_args!("{:#}", report.to_json())),
    }
    Ok(report)
}

fn tell(what: impl std::fmt::Display) {
    // Who closes the pipe does not want to hear more.
    let _ = writeln!(io::stdout(), "{what}");
}

fn complain(what: &str, status: u8) -> ExitCode {
    // Nobody is left to hear of a failure here.
    let _ = writeln!(io::stderr(), "{what}");
    ExitCode::from(status)
}
