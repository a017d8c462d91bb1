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
const JOURNEYS: [&str; 17] = [
    "delivery::",
    "doors::",
    "elsewhere::",
    "embedding::",
    "ending::",
    "examples::",
    "keyboard::",
    "languages::",
    "late::",
    "network::",
    "peers::",
    "policies::",
    "subdomains::",
    "survival::",
    "tabs::",
    "tls::",
    "trouble::",
];

/// What only Chromium can play: a paste (there is no clipboard under automation), a look at the heap, the time that
/// scripts take, a tab that crashes or is frozen, a network that is taken away, and a browser without locks.
const FOR_CHROMIUM: [&str; 9] = [
    "a_page_that_is_frozen_tells",
    "a_page_that_wakes_when_the_server_has_forgotten_it",
    "what_is_written_without_a_network",
    "rich_text_is_pasted",
    "a_hundred_lives",
    "a_long_transcript_is_readable",
    "when_the_tab_that_asks_the_server_crashes",
    "when_the_tab_that_asks_the_server_is_frozen",
    "where_there_are_no_locks",
];

fn firefox(project: &Project) -> Outcome<Counts> {
    tools::firefox(project)?;
    let skipped = [
        // Turning to the desk's window takes the focus from the visitor's, and that ends the typing.
        "a_person_answers_at_the_desk_page",
        // It keeps no page with a request under way: the way back loads it anew, and the chat is taken up.
        "the_back_forward_cache_gives_the_chat_back",
        // It reports no worker that a policy has refused.
        "where_workers_are_forbidden",
        // It repeats by itself a request whose kept connection is reset, so that the page learns half as fast.
        "a_proxy_that_resets_held_connects",
    ];
    journeys(project, &[("GMS_CHAT_BROWSER", "firefox")], &skipped)
}

fn webkit(project: &Project) -> Outcome<Counts> {
    tools::webkit(project)?;
    let screen = tools::Screen::open(project)?;
    let settings = [("GMS_CHAT_BROWSER", "webkit"), ("DISPLAY", screen.name())];
    let skipped = [
        // It keeps no cookie of another site, partitioned or not.
        "across_sites_a_partitioned_cookie",
        // Nobody tells its pages that they are looked at when the driver turns to them.
        "a_tab_that_was_there_before_finds_the_chat",
        "the_end_in_one_tab_is_the_end_in_all",
        // Its resolver cannot be told where the sub-domains of a site are that does not exist.
        "subdomains::",
        // It keeps every page for the way back, so none says goodbye.
        "where_nothing_is_to_be_kept_the_server_is_told",
    ];
    journeys(project, &settings, &skipped)
}

/// Two at a time: these browsers take longer to start.
fn journeys(project: &Project, settings: &[(&str, &str)], skipped: &[&str]) -> Outcome<Counts> {
    // A site over TLS stands behind nginx.
    tools::proxies(project)?;
    node_packages(project, "tests/e2e")?;
    node_packages(project, "tests/servers")?;
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
