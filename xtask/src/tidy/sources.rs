//! Rules about the Rust sources: what each room may name, how long it may be, how it opens.

use super::Complaint;
use super::code::{Keep, Language, names, only};
use super::tree::{File, Tree};

/// Every rule of this room.
pub(super) const RULES: &[fn(&Tree) -> Vec<Complaint>] = &[
    says_what_it_is_for,
    has_a_telling_name,
    is_not_too_long,
    names_only_its_neighbours,
    leaves_the_machines_to_the_driver,
    skips_no_test,
];

/// Production lines of one file.
const MOST_LINES: usize = 450;

/// Names that say nothing.
const EMPTY_NAMES: [&str; 9] = [
    "utils", "util", "helpers", "helper", "common", "manager", "misc", "shared", "mod",
];

/// Words that the code below a path may not name, with the reason.
struct Wall {
    /// A file or folder without its ending: `src/ui` means `src/ui.rs` and `src/ui/…`.
    room: &'static str,
    words: &'static [&'static str],
    why: &'static str,
}

const WALLS: [Wall; 6] = [
    Wall {
        room: "crates/protocol/src",
        words: &[
            "Instant",
            "SystemTime",
            "UNIX_EPOCH",
            "Date",
            "Math",
            "getrandom",
        ],
        why: "the protocol is told the time and the seed, it never asks",
    },
    Wall {
        room: "crates/protocol/src/bayeux",
        words: &["chat", "transcript", "wire"],
        why: "Bayeux knows nothing of the chat on top of it",
    },
    Wall {
        room: "crates/protocol/src/backoff",
        words: &["chat", "bayeux"],
        why: "backoff is the lowest room",
    },
    Wall {
        room: "crates/protocol/src/time",
        words: &["crate", "super"],
        why: "time names nobody",
    },
    Wall {
        room: "crates/protocol/src/transcript",
        words: &["bayeux", "backoff"],
        why: "the transcript knows only the chat's events",
    },
    Wall {
        room: "src/ui",
        words: &[
            "gloo",
            "gloo_net",
            "gloo_timers",
            "transport",
            "storage",
            "bayeux",
        ],
        why: "the view knows Leptos and the chat's public types; the driver does the rest",
    },
];

/// The one room of the widget that runs the machines.
const DRIVER: &str = "src/driver";

fn rust(tree: &Tree) -> impl Iterator<Item = &File> {
    tree.ending(&[".rs"])
}

fn says_what_it_is_for(tree: &Tree) -> Vec<Complaint> {
    let silent = rust(tree).filter(|file| !file.text.starts_with("//! "));
    silent
        .map(|file| {
            Complaint::new(
                &file.path,
                "opens without a `//!` line that says what the room is for",
            )
        })
        .collect()
}

fn has_a_telling_name(tree: &Tree) -> Vec<Complaint> {
    let empty = |file: &&File| {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        // `tests/support/mod.rs` is how cargo lets test binaries share a module.
        let shared_by_tests = is_test(&file.path) && name == "mod.rs";
        EMPTY_NAMES.contains(&name.trim_end_matches(".rs")) && !shared_by_tests
    };
    rust(tree)
        .filter(empty)
        .map(|file| Complaint::new(&file.path, "a name that says nothing of what is inside"))
        .collect()
}

fn is_not_too_long(tree: &Tree) -> Vec<Complaint> {
    let long = |file: &File| {
        let lines = production_lines(&file.text);
        (lines > MOST_LINES).then(|| {
            Complaint::new(
                &file.path,
                format!("{lines} production lines, {MOST_LINES} at most: split it by a noun"),
            )
        })
    };
    rust(tree)
        .filter(|file| !is_test(&file.path))
        .filter_map(long)
        .collect()
}

fn is_test(path: &str) -> bool {
    ["tests/", "benches/", "fuzz/"]
        .iter()
        .any(|folder| path.starts_with(folder) || path.contains(&format!("/{folder}")))
}

/// Lines before the test module, which stands last in a file.
fn production_lines(text: &str) -> usize {
    let tests = |line: &&str| line.trim_start().starts_with("#[cfg(test)]");
    let mut lines = text.lines().collect::<Vec<_>>();
    while let Some(at) = lines.iter().rposition(tests) {
        if !lines
            .get(at + 1)
            .is_some_and(|next| next.starts_with("mod "))
        {
            break;
        }
        lines.truncate(at);
    }
    lines.len()
}

fn names_only_its_neighbours(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for wall in &WALLS {
        for file in rust(tree).filter(|file| is_in(&file.path, wall.room)) {
            let code = only(&file.text, Language::Rust, Keep::Code);
            for (number, line) in code.lines().enumerate() {
                let named = wall.words.iter().filter(|word| names(line, word));
                complaints.extend(named.map(|word| {
                    Complaint::at(&file.path, number, format!("names `{word}`: {}", wall.why))
                }));
            }
        }
    }
    complaints
}

fn is_in(path: &str, room: &str) -> bool {
    path.strip_prefix(room)
        .is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

fn leaves_the_machines_to_the_driver(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let of_widget = rust(tree).filter(|file| file.path.starts_with("src/"));
    for file in of_widget.filter(|file| !is_in(&file.path, DRIVER) && !is_for_tests(tree, file)) {
        let code = only(&file.text, Language::Rust, Keep::Code);
        let runs = |line: &str| line.contains(".handle_") || line.contains(".poll_output");
        let calls = code.lines().enumerate().filter(|(_, line)| runs(line));
        let what = "runs the chat session: only the driver does";
        complaints.extend(calls.map(|(number, _)| Complaint::at(&file.path, number, what)));
    }
    complaints
}

/// Whether the widget's root declares this room for tests only.
fn is_for_tests(tree: &Tree, file: &File) -> bool {
    let name = file.path.trim_start_matches("src/").trim_end_matches(".rs");
    let declared = format!("#[cfg(test)]\nmod {name};");
    let mut roots = tree
        .ending(&["src/lib.rs"])
        .filter(|root| root.path == "src/lib.rs");
    roots.any(|root| root.text.contains(&declared))
}

fn skips_no_test(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in rust(tree) {
        let code = only(&file.text, Language::Rust, Keep::Code);
        let skipped = code
            .lines()
            .enumerate()
            .filter(|(_, line)| line.contains("#[ignore"));
        complaints.extend(skipped.map(|(number, _)| {
            Complaint::at(&file.path, number, "an ignored test: mend it or remove it")
        }));
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::super::samples::{allows, refuses};
    use super::*;

    #[test]
    fn a_room_says_what_it_is_for() {
        refuses(says_what_it_is_for, "src/a.rs", "use b;\n");
        allows(says_what_it_is_for, "src/a.rs", "//! The letter a.\n");
    }

    #[test]
    fn a_name_tells() {
        refuses(has_a_telling_name, "crates/x/src/utils.rs", "");
        refuses(has_a_telling_name, "src/ui/mod.rs", "");
        allows(
            has_a_telling_name,
            "crates/protocol/tests/support/mod.rs",
            "",
        );
        allows(has_a_telling_name, "src/ui/panel.rs", "");
    }

    #[test]
    fn a_room_is_not_too_long_without_its_tests() {
        let long = "x\n".repeat(MOST_LINES + 1);
        refuses(is_not_too_long, "src/a.rs", &long);
        allows(is_not_too_long, "crates/protocol/tests/a.rs", &long);
        allows(
            is_not_too_long,
            "src/a.rs",
            &format!("x\n#[cfg(test)]\nmod tests {{\n{long}}}\n"),
        );
        refuses(
            is_not_too_long,
            "src/a.rs",
            &format!("#[cfg(test)]\nuse b;\n{long}"),
        );
    }

    #[test]
    fn the_protocol_never_asks_for_the_time() {
        refuses(
            names_only_its_neighbours,
            "crates/protocol/src/chat/a.rs",
            "let now = Instant::now();",
        );
        refuses(
            names_only_its_neighbours,
            "crates/protocol/src/lib.rs",
            "use std::time::SystemTime;",
        );
        allows(
            names_only_its_neighbours,
            "crates/protocol/src/lib.rs",
            "// no Instant::now here\n",
        );
    }

    #[test]
    fn walls_stand_between_the_protocols_rooms() {
        refuses(
            names_only_its_neighbours,
            "crates/protocol/src/bayeux/a.rs",
            "use crate::chat::Event;",
        );
        refuses(
            names_only_its_neighbours,
            "crates/protocol/src/backoff.rs",
            "use crate::bayeux;",
        );
        refuses(
            names_only_its_neighbours,
            "crates/protocol/src/time.rs",
            "use crate::exchange;",
        );
        refuses(
            names_only_its_neighbours,
            "crates/protocol/src/transcript.rs",
            "use crate::bayeux;",
        );
        allows(
            names_only_its_neighbours,
            "crates/protocol/src/chat.rs",
            "use crate::bayeux;",
        );
    }

    #[test]
    fn the_view_reaches_neither_network_nor_storage() {
        for line in [
            "use gloo_timers::callback::Timeout;",
            "crate::transport::post()",
            "use crate::storage;",
        ] {
            refuses(names_only_its_neighbours, "src/ui/panel.rs", line);
            refuses(names_only_its_neighbours, "src/ui.rs", line);
        }
        allows(
            names_only_its_neighbours,
            "src/driver.rs",
            "crate::transport::post()",
        );
    }

    #[test]
    fn only_the_driver_runs_the_session() {
        refuses(
            leaves_the_machines_to_the_driver,
            "src/ui/panel.rs",
            "session.handle_timeout(now);",
        );
        refuses(
            leaves_the_machines_to_the_driver,
            "src/lib.rs",
            "while let Some(x) = chat.poll_output() {}",
        );
        allows(
            leaves_the_machines_to_the_driver,
            "src/driver.rs",
            "session.handle_timeout(now);",
        );
        allows(
            leaves_the_machines_to_the_driver,
            "crates/protocol/src/chat.rs",
            "self.bayeux.poll_output()",
        );
    }

    #[test]
    fn no_test_is_skipped() {
        refuses(skips_no_test, "tests/a.rs", "#[test]\n#[ignore]\nfn a() {}");
        refuses(skips_no_test, "tests/a.rs", "#[ignore = \"slow\"]");
    }
}
