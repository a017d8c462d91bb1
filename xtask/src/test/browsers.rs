//! The journeys in other people's browsers. They run when they are named: their programs are large.

use super::Counts;
use super::suites::{Suite, libtest, node_packages};
use crate::dist;
use crate::examples;
use crate::failure::Outcome;
use crate::process::cargo;
use crate::project::Project;
use crate::tools;

pub(super) const SUITES: [Suite; 2] = [
    Suite {
        name: "firefox",
        about: "the journeys in Firefox",
        run: firefox,
    },
    Suite {
        name: "webkit",
        about: "the journeys in WebKit",
        run: webkit,
    },
];

/// The journeys that need no developer tools of Chromium's, by the beginnings of their names.
const JOURNEYS: [&str; 10] = [
    "delivery::",
    "doors::",
    "embedding::",
    "ending::",
    "examples::",
    "keyboard::",
    "languages::",
    "policies::",
    "survival::",
    "trouble::",
];

/// What only Chromium can play: a paste (there is no clipboard under automation), a look at the heap, and the time that
/// scripts take.
const FOR_CHROMIUM: [&str; 3] = [
    "rich_text_is_pasted",
    "a_hundred_lives_leave_nothing_behind",
    "a_long_transcript_is_readable",
];

fn firefox(project: &Project) -> Outcome<Counts> {
    tools::firefox(project)?;
    let skipped = [
        // Turning to the desk's window takes the focus from the visitor's, and that ends the typing.
        "a_person_answers_at_the_desk_page",
        // It keeps no page with a request under way: the way back loads it anew, and the chat is taken up.
        "the_back_forward_cache_gives_the_chat_back",
    ];
    journeys(project, &[("GMS_CHAT_BROWSER", "firefox")], &skipped)
}

fn webkit(project: &Project) -> Outcome<Counts> {
    tools::webkit(project)?;
    let screen = tools::Screen::open(project)?;
    let settings = [("GMS_CHAT_BROWSER", "webkit"), ("DISPLAY", screen.name())];
    // It keeps no cookie of another site, partitioned or not.
    journeys(project, &settings, &["across_sites_a_partitioned_cookie"])
}

/// Two at a time: these browsers take longer to start.
fn journeys(project: &Project, settings: &[(&str, &str)], skipped: &[&str]) -> Outcome<Counts> {
    node_packages(project, "tests/e2e")?;
    dist::build_once(project)?;
    examples::build(project, &examples::ALL)?;
    let mut command = cargo(project);
    command.envs(settings.iter().copied());
    command.args([
        "test",
        "--locked",
        "--no-fail-fast",
        "--package",
        "gms-chat",
    ]);
    command.args(["--test", "e2e", "--", "--test-threads=2"]);
    command.args(JOURNEYS);
    for name in FOR_CHROMIUM.iter().chain(skipped) {
        command.args(["--skip", name]);
    }
    libtest(&mut command)
}
