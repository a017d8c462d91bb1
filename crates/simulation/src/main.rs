//! `cargo xtask simulate`: see `docs/simulation.md`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    gms_chat_simulation::simulate(&words)
}
