//! `gms-chat-simulator`: runs one server until it is stopped.

use std::io::{self, Write};
use std::process::ExitCode;

use gms_chat_simulator::cli::{self, Command, Mode};
use gms_chat_simulator::{Options, start};

fn main() -> ExitCode {
    match cli::parse(std::env::args().skip(1)) {
        Ok(Command::Print(text)) => match io::stdout().write_all(text.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
        Ok(Command::Serve { options, mode }) => match serve(*options, mode) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => complain(&format!("The server cannot run: {error}."), 1),
        },
        Err(complaint) => complain(&complaint, 2),
    }
}

fn complain(what: &str, code: u8) -> ExitCode {
    // Nobody is left to hear of a failure here.
    let _ = writeln!(io::stderr(), "{what}");
    ExitCode::from(code)
}

fn serve(options: Options, mode: Mode) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let has_site = options.site.is_some();
        let scenario = options.scenario.name.clone();
        let server = start(options).await?;
        let base = server.base();
        let mut out = io::stdout();
        if has_site {
            writeln!(out, "page      {base}/{}", mode.query())?;
        }
        writeln!(out, "desk      {base}/agent")?;
        writeln!(out, "endpoint  {base}/genesys")?;
        writeln!(out, "scenario  {scenario}")?;
        out.flush()?;
        server.forever().await;
        Ok(())
    })
}
