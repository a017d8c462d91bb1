//! Chromium or Chrome, and the driver that speaks for it.

use std::path::PathBuf;

use super::system::major;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::project::Project;

/// Where a browser may be, by name on the PATH or by place.
const BROWSERS: [&str; 5] = [
    "chromium",
    "google-chrome",
    "google-chrome-stable",
    "chromium-browser",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// Whether a browser and a driver of the same major version are there.
pub(super) fn is_there(project: &Project) -> bool {
    let Some(driver) = version(project, "chromedriver") else {
        return false;
    };
    BROWSERS
        .iter()
        .any(|browser| version(project, browser) == Some(driver))
}

fn version(project: &Project, program: &str) -> Option<u32> {
    major(&process::capture(
        process::command(project, program).arg("--version"),
    )?)
}

/// The path of chromedriver.
pub(crate) fn chromedriver(project: &Project) -> Outcome<PathBuf> {
    let name = format!("chromedriver{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&project.search_path())
        .map(|folder| folder.join(&name))
        .find(|path| path.is_file())
        .ok_or_else(|| {
            Failure::new(
                "chromedriver is not on the PATH",
                "install Chromium's or Chrome's driver, or run this as root on Debian",
            )
        })
}
