//! Firefox and WebKit, for the suites of these names.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use super::{cargo, system};
use crate::failure::{Failure, OrFailure, Outcome};
use crate::process;
use crate::project::Project;

/// Firefox, and the driver that speaks for it.
pub(crate) fn firefox(project: &Project) -> Outcome {
    system::programs(project, &["firefox-esr"], &["firefox-esr"], "Firefox")?;
    cargo::set_up(project, &[cargo::geckodriver()])
}

/// WebKitGTK's driver with its browser, and a screen for it.
pub(crate) fn webkit(project: &Project) -> Outcome {
    system::programs(
        project,
        &["WebKitWebDriver", "Xvfb"],
        &["webkit2gtk-driver", "xvfb"],
        "WebKitGTK's driver and Xvfb",
    )
}

/// A screen that nobody looks at; it goes with this value.
#[derive(Debug)]
pub(crate) struct Screen {
    server: Child,
    name: String,
}

impl Screen {
    /// The X server takes the first free number and says it.
    pub(crate) fn open(project: &Project) -> Outcome<Self> {
        let advice = "run `Xvfb -displayfd 1` and read what it says";
        let mut server = process::command(project, "Xvfb");
        server.args(["-displayfd", "1", "-screen", "0", "1400x1000x24"]);
        server.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = server.spawn().or_failure("starting Xvfb", advice)?;
        let mut number = String::new();
        if let Some(said) = server.stdout.take() {
            BufReader::new(said)
                .read_line(&mut number)
                .or_failure("reading the number of Xvfb's screen", advice)?;
        }
        if number.trim().is_empty() {
            return Err(Failure::new("Xvfb ended before it had a screen", advice));
        }
        let name = format!(":{}", number.trim());
        Ok(Self { server, name })
    }

    /// For `DISPLAY`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // When it is gone already, so much the better.
        drop(self.server.kill());
        drop(self.server.wait());
    }
}
