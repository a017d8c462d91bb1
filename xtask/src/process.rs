//! Running other programs: shown, quiet with signs of life, captured, or copied line by line.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Failure, OrFailure, Outcome};
use crate::project::Project;
use crate::report::{say, seconds};

/// The longest silence of a quiet program.
const SIGN_OF_LIFE: Duration = Duration::from_secs(20);
/// How often a quiet program is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// Lines of a quiet program's log that are shown when it fails.
const TAIL: usize = 40;

/// A command that runs in the project's root and finds the project's own tools before those on the PATH.
pub(crate) fn command(project: &Project, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(project.root())
        .env("PATH", project.search_path());
    // `cargo run` hands its own package's variables down; build scripts that watch them would run again.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name.as_ref());
        }
    }
    command
}

/// `cargo` of the toolchain that runs this command.
pub(crate) fn cargo(project: &Project) -> Command {
    command(
        project,
        std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()),
    )
}

/// Runs with the terminal's own output; an exit status other than 0 is a failure.
pub(crate) fn run(command: &mut Command, advice: &str) -> Outcome {
    let line = spelled(command);
    let status = command
        .status()
        .or_failure(format_args!("starting `{line}`"), advice)?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(
        format!("`{line}` ended with {status}"),
        advice,
    ))
}

/// Runs without output and returns what the program printed; `None` when it is missing or failed.
pub(crate) fn capture(command: &mut Command) -> Option<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs with output to a log file, a progress line every twenty seconds, and the log's end on failure.
pub(crate) fn run_quietly(label: &str, command: &mut Command, log: &Path, advice: &str) -> Outcome {
    let line = spelled(command);
    let out = File::create(log).or_failure(format_args!("creating {}", log.display()), advice)?;
    let err = out.try_clone().or_failure("sharing the log file", advice)?;
    command.stdin(Stdio::null()).stdout(out).stderr(err);
    let mut child = command
        .spawn()
        .or_failure(format_args!("starting `{line}`"), advice)?;
    let status = wait_with_signs(label, &mut child, log, advice)?;
    if status.success() {
        return Ok(());
    }
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let tail = lines[lines.len().saturating_sub(TAIL)..].join("\n    ");
    let what = format!(
        "`{line}` ended with {status}; the end of {}:\n    {tail}",
        log.display()
    );
    Err(Failure::new(what, advice))
}

fn wait_with_signs(
    label: &str,
    child: &mut Child,
    log: &Path,
    advice: &str,
) -> Outcome<std::process::ExitStatus> {
    let begin = Instant::now();
    let mut shown = begin;
    loop {
        if let Some(status) = child
            .try_wait()
            .or_failure("waiting for a program", advice)?
        {
            return Ok(status);
        }
        if shown.elapsed() >= SIGN_OF_LIFE {
            shown = Instant::now();
            let text = std::fs::read_to_string(log).unwrap_or_default();
            let last = text.lines().last().unwrap_or("").trim();
            say(format_args!(
                "{label}: {} so far ({last})",
                seconds(begin.elapsed())
            ));
        }
        thread::sleep(LOOK);
    }
}

/// What a program printed while it was shown, and whether it ended well.
#[derive(Debug)]
pub(crate) struct Copied {
    pub(crate) text: String,
    pub(crate) success: bool,
}

/// Runs with its output both shown and collected, standard output and error in the order they came.
pub(crate) fn run_copied(command: &mut Command, advice: &str) -> Outcome<Copied> {
    let line = spelled(command);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .or_failure(format_args!("starting `{line}`"), advice)?;
    let text = Arc::new(Mutex::new(String::new()));
    let readers = [
        child
            .stdout
            .take()
            .map(|out| copy_lines(out, Arc::clone(&text))),
        child
            .stderr
            .take()
            .map(|err| copy_lines(err, Arc::clone(&text))),
    ];
    for reader in readers.into_iter().flatten() {
        // A reader that panicked has lost text; the suite then counts no tests, which is a failure.
        drop(reader.join());
    }
    let status = child
        .wait()
        .or_failure(format_args!("waiting for `{line}`"), advice)?;
    let text = text.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(Copied {
        text,
        success: status.success(),
    })
}

/// Runs with `input` on standard input and returns standard output; standard error is shown.
pub(crate) fn filter(command: &mut Command, input: &str, advice: &str) -> Outcome<String> {
    let line = spelled(command);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command
        .spawn()
        .or_failure(format_args!("starting `{line}`"), advice)?;
    let pipe = child.stdin.take();
    let output = thread::scope(|scope| {
        // Written beside the reading: a filter may fill its output before it has read all.
        scope.spawn(move || pipe.map(|mut pipe| pipe.write_all(input.as_bytes())));
        child.wait_with_output()
    });
    let output = output.or_failure(format_args!("waiting for `{line}`"), advice)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(Failure::new(
        format!("`{line}` ended with {}", output.status),
        advice,
    ))
}

fn copy_lines(from: impl Read + Send + 'static, to: Arc<Mutex<String>>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut raw = Vec::new();
        while matches!(from.read_until(b'\n', &mut raw), Ok(1..)) {
            let line = String::from_utf8_lossy(&raw);
            let mut text = to.lock().unwrap_or_else(PoisonError::into_inner);
            print!("{line}");
            drop(std::io::stdout().flush());
            text.push_str(&line);
            drop(text);
            raw.clear();
        }
    })
}

/// The command as a person would type it.
fn spelled(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(OsStr::to_string_lossy).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copied_output_holds_both_streams_and_the_verdict() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "echo out; echo err >&2; exit 3"]);
        let copied = run_copied(&mut shell, "look at the shell").unwrap();
        assert!(copied.text.contains("out\n") && copied.text.contains("err\n"));
        assert!(!copied.success);
    }

    #[test]
    fn a_program_that_is_missing_is_named_with_advice() {
        let failure = run(&mut Command::new("no-such-program"), "install it").unwrap_err();
        let text = failure.to_string();
        assert!(
            text.contains("no-such-program") && text.contains("what to do: install it"),
            "{text}"
        );
    }

    #[test]
    fn a_quiet_program_that_fails_shows_the_end_of_its_log() {
        let log = std::env::temp_dir().join(format!("xtask-quiet-{}", std::process::id()));
        let mut shell = Command::new("sh");
        shell.args(["-c", "seq 1 100; exit 1"]);
        let failure = run_quietly("counting", &mut shell, &log, "count better").unwrap_err();
        std::fs::remove_file(&log).unwrap();
        let text = failure.to_string();
        assert!(
            text.contains("    61\n") && text.contains("    100\n") && !text.contains("    60\n"),
            "{text}"
        );
    }
}
