//! `cargo xtask soak`: see `docs/soak.md`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    gms_chat_soak::soak(&words)
}
