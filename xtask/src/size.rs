//! What a visitor downloads: brotli sizes of the stamped files, against the budget.

use std::path::{Path, PathBuf};

use crate::failure::{Failure, OrFailure, Outcome};
use crate::no_arguments;
use crate::process;
use crate::project::Project;

/// Node.js has brotli; its quality 11 is what a server that compresses ahead of time sends.
const BROTLI: &str = "
const { readFileSync } = require('node:fs');
const { brotliCompressSync, constants } = require('node:zlib');
for (const path of process.argv.slice(1)) {
  const bytes = readFileSync(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  console.log(brotliCompressSync(bytes, { params }).length);
}";

/// A limit in brotli bytes that fails the command, and what we would like to reach.
struct Budget {
    name: &'static str,
    limit: u64,
    aim: u64,
}

/// The only request before the visitor shows interest.
const LOADER: Budget = Budget {
    name: "before interest",
    limit: 4_000,
    aim: 3_000,
};
/// Loader, window module, glue, and the wasm that draws the window; with their styles.
const WINDOW: Budget = Budget {
    name: "window usable",
    limit: 48_000,
    aim: 45_000,
};

/// What of the wasm comes while the visitor fills in the form.
const SESSION: Budget = Budget {
    name: "chat can start",
    limit: 68_000,
    aim: 60_000,
};

/// What a chat fetches while it goes on.
const EXTRAS: Budget = Budget {
    name: "in use",
    limit: 10_000,
    aim: 8_000,
};

/// What a page fetches that gives commands or has hooks.
const API: Budget = Budget {
    name: "commands",
    limit: 5_000,
    aim: 4_000,
};

/// What a chat fetches to outlive its page.
const SURVIVE: Budget = Budget {
    name: "to survive",
    limit: 4_000,
    aim: 3_000,
};

/// What a page fetches that is debugged.
const DEBUG: Budget = Budget {
    name: "to debug",
    limit: 2_000,
    aim: 1_500,
};

/// The modules beside the glue, which have names of their own.
const MODULES: [&str; 6] = ["window", "session", "extras", "api", "survive", "debug"];
/// What is not on the way to the usable window.
const LATER: [&str; 5] = ["session", "extras", "api", "survive", "debug"];

/// One shipped file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    name: &'static str,
    path: PathBuf,
}

/// `cargo xtask size`: the table, and a failure when a budget is exceeded. Measures the dist that is there.
pub(crate) fn size(project: &Project, rest: &[String]) -> Outcome {
    no_arguments("size", rest)?;
    let parts = parts(&project.dist())?;
    let sizes = brotli(project, &parts)?;
    println!();
    println!("{:<16} {:>9} {:>9}", "brotli 11", "raw", "brotli");
    for (part, compressed) in parts.iter().zip(&sizes) {
        let raw = std::fs::metadata(&part.path).map_or(0, |meta| meta.len());
        println!("{:<16} {raw:>9} {compressed:>9}", part.name);
    }
    println!();
    let sum = |counts: fn(&str) -> bool| {
        let counted = parts
            .iter()
            .zip(&sizes)
            .filter(|(part, _)| counts(part.name));
        counted.map(|(_, size)| size).sum::<u64>()
    };
    let verdicts = [
        LOADER.judge(sum(|name| name == "loader")),
        WINDOW.judge(sum(|name| !LATER.contains(&name))),
        SESSION.judge(sum(|name| name == "session")),
        EXTRAS.judge(sum(|name| name == "extras")),
        API.judge(sum(|name| name == "api")),
        SURVIVE.judge(sum(|name| name == "survive")),
        DEBUG.judge(sum(|name| name == "debug")),
    ];
    let over: Vec<String> = verdicts.into_iter().flatten().collect();
    if over.is_empty() {
        return Ok(());
    }
    let advice = "find what grew (docs/size.md says how to look) and make it smaller";
    Err(Failure::new(over.join("; "), advice))
}

impl Budget {
    /// Prints the row and returns the complaint when `bytes` is above the limit.
    fn judge(&self, bytes: u64) -> Option<String> {
        let Self { name, limit, aim } = self;
        let verdict = match bytes {
            bytes if bytes > *limit => "TOO LARGE",
            bytes if bytes > *aim => "within the limit, above the aim",
            _ => "within the aim",
        };
        println!("{name:<16} {bytes:>9}  limit {limit}, aim {aim}: {verdict}");
        (bytes > *limit).then(|| format!("{name}: {bytes} bytes of at most {limit}"))
    }
}

/// The loader first, then what it fetches for the window, and last what is fetched on demand.
fn parts(dist: &Path) -> Outcome<Vec<Part>> {
    let files = std::fs::read_dir(dist)
        .or_failure(format_args!("reading {}", dist.display()), BUILD_FIRST)?;
    let names: Vec<String> = files
        .flatten()
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .collect();
    let stamped = |name: &'static str, ending: &str| {
        let module = |file: &str| {
            MODULES
                .into_iter()
                .find(|module| file.starts_with(&format!("gms-chat-{module}-")))
        };
        let wanted = MODULES.contains(&name).then_some(name);
        let found: Vec<&String> = names
            .iter()
            .filter(|file| file.starts_with("gms-chat-") && file.ends_with(ending))
            .filter(|file| module(file) == wanted)
            .collect();
        match found.as_slice() {
            [one] => Ok(Part {
                name,
                path: dist.join(one),
            }),
            others => Err(Failure::new(
                format!(
                    "dist holds {} files gms-chat-*{ending}, not one",
                    others.len()
                ),
                BUILD_FIRST,
            )),
        }
    };
    let loader = Part {
        name: "loader",
        path: dist.join("gms-chat.js"),
    };
    Ok(vec![
        loader,
        stamped("glue", ".js")?,
        stamped("window", ".js")?,
        stamped("wasm", ".wasm")?,
        stamped("session", ".wasm")?,
        stamped("extras", ".js")?,
        stamped("api", ".js")?,
        stamped("survive", ".js")?,
        stamped("debug", ".js")?,
    ])
}

const BUILD_FIRST: &str = "build it first with `cargo xtask dist`";

fn brotli(project: &Project, parts: &[Part]) -> Outcome<Vec<u64>> {
    let mut node = process::command(project, "node");
    node.args(["-e", BROTLI, "--"])
        .args(parts.iter().map(|part| &part.path));
    let said = process::capture(&mut node);
    let sizes: Vec<u64> = said
        .unwrap_or_default()
        .lines()
        .filter_map(|line| line.parse().ok())
        .collect();
    if sizes.len() == parts.len() {
        return Ok(sizes);
    }
    Err(Failure::new(
        "Node.js could not compress the files of dist",
        BUILD_FIRST,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_complains_only_above_its_limit() {
        assert_eq!(LOADER.judge(4_000), None);
        assert_eq!(
            LOADER.judge(4_001).unwrap(),
            "before interest: 4001 bytes of at most 4000"
        );
    }

    #[test]
    fn a_dist_with_two_builds_in_it_is_refused() {
        let dist = std::env::temp_dir().join(format!("xtask-dist-{}", std::process::id()));
        std::fs::create_dir_all(&dist).unwrap();
        for file in [
            "gms-chat.js",
            "gms-chat-1.js",
            "gms-chat-1.wasm",
            "gms-chat-window-1.js",
            "gms-chat-session-1.wasm",
            "gms-chat-extras-1.js",
            "gms-chat-api-1.js",
            "gms-chat-survive-1.js",
            "gms-chat-debug-1.js",
        ] {
            std::fs::write(dist.join(file), file).unwrap();
        }
        let names: Vec<_> = parts(&dist)
            .unwrap()
            .into_iter()
            .map(|part| part.name)
            .collect();
        let wanted = [
            "loader", "glue", "window", "wasm", "session", "extras", "api", "survive", "debug",
        ];
        assert_eq!(names, wanted);
        std::fs::write(dist.join("gms-chat-2.wasm"), "").unwrap();
        let complaint = parts(&dist).unwrap_err().to_string();
        std::fs::remove_dir_all(&dist).unwrap();
        assert!(complaint.contains("2 files gms-chat-*.wasm"), "{complaint}");
    }

    #[test]
    fn brotli_makes_a_repetitive_file_small() {
        let project = Project::find().unwrap();
        let path = std::env::temp_dir().join(format!("xtask-brotli-{}", std::process::id()));
        std::fs::write(&path, "a".repeat(10_000)).unwrap();
        let sizes = brotli(
            &project,
            &[Part {
                name: "text",
                path: path.clone(),
            }],
        )
        .unwrap();
        std::fs::remove_file(&path).unwrap();
        assert!(sizes[0] > 0 && sizes[0] < 50, "{sizes:?}");
    }
}
