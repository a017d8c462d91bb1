//! `docs/theming.md` against the style sheets and the sources: every property with its default, every part, every slot.
#![cfg(not(target_family = "wasm"))]
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where it stands"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const SHEETS: [&str; 4] = [
    "style/launcher.css",
    "style/window.css",
    "style/talk.css",
    "style/extras.css",
];
const PREFIX: &str = "var(--gms-chat-";

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// Every source of the widget in which parts and slots are named.
fn sources() -> Vec<String> {
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut texts = Vec::new();
    while let Some(folder) = open.pop() {
        for file in std::fs::read_dir(folder).unwrap() {
            let path: PathBuf = file.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path
                .extension()
                .is_some_and(|end| end == "rs" || end == "js")
            {
                texts.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
    texts
}

/// The properties and the defaults that the style sheets give them, blanks as one space.
fn defaults() -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for sheet in SHEETS {
        for found in read(sheet).split(PREFIX).skip(1) {
            let (name, rest) = found.split_once([',', ')']).unwrap();
            let mut depth = 1;
            let ends = |c: char| {
                depth += i32::from(c == '(') - i32::from(c == ')');
                depth == 0
            };
            let default = &rest[..rest.find(ends).unwrap_or(0)];
            let default: Vec<&str> = default.split_whitespace().collect();
            all.entry(name.to_owned())
                .or_default()
                .insert(default.join(" "));
        }
    }
    all
}

/// The rows of the page's tables whose heading begins with this word: what stands in the first and the last column.
fn rows(heading: &str) -> Vec<(String, String)> {
    let page = read("docs/theming.md");
    let tables = page.split("\n\n").filter(|block| {
        let title = format!("| {heading} |");
        block.lines().any(|line| line.starts_with(&title))
    });
    let cells = |line: &str| -> Vec<String> {
        let inner = line.trim_matches('|');
        inner
            .split(" | ")
            .map(|cell| cell.trim().to_owned())
            .collect()
    };
    tables
        .flat_map(|table| {
            table
                .lines()
                .skip_while(|line| !line.starts_with("|--"))
                .skip(1)
        })
        .map(cells)
        .map(|cells| (cells[0].clone(), cells.last().unwrap().clone()))
        .collect()
}

fn quoted(text: &str) -> Vec<String> {
    let inside = text.split('`').skip(1).step_by(2);
    inside.map(str::to_owned).collect()
}

/// The default as the page writes it.
fn written(default: &str) -> String {
    let inner = default.strip_prefix("light-dark(");
    if let Some((light, dark)) =
        inner.and_then(|inner| inner.trim_end_matches(')').split_once(", "))
    {
        return format!("`{light}` · dark `{dark}`");
    }
    let named = |name: &str| match name {
        "bg" => "background".to_owned(),
        "muted" => "text-muted".to_owned(),
        "field" => "field-radius".to_owned(),
        other => other.to_owned(),
    };
    let mut parts = default.split("var(--_");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(')').unwrap();
        if out.is_empty() && rest.is_empty() {
            return format!("as `{}`", named(name));
        }
        out.push_str(&named(name));
        out.push_str(rest);
    }
    format!("`{out}`")
}

#[test]
fn every_property_stands_in_the_table_with_its_default() {
    let documented: BTreeMap<String, String> = rows("Property")
        .into_iter()
        .map(|(name, default)| (name.trim_matches('`').to_owned(), default))
        .collect();
    let mut real = BTreeMap::new();
    for (name, defaults) in defaults() {
        assert_eq!(defaults.len(), 1, "{name} has two defaults: {defaults:?}");
        real.insert(name, written(defaults.first().unwrap()));
    }
    assert_eq!(documented, real);
    assert!(real.len() >= 40, "{}", real.len());
}

#[test]
fn every_part_stands_in_the_table() {
    let documented: BTreeSet<String> = rows("Part")
        .iter()
        .flat_map(|(names, _)| quoted(names))
        .collect();
    let mut real = BTreeSet::new();
    for text in sources() {
        for mark in [".part(\"", "part: \""] {
            for found in text.split(mark).skip(1) {
                real.insert(found.split('"').next().unwrap().to_owned());
            }
        }
        // A note has a part for each tone besides.
        if text.contains(".part(&[\"note note-\"") {
            real.insert("note".to_owned());
        }
        if let Some((_, tones)) = text.split_once("TONES = [") {
            let (tones, _) = tones.split_once(']').unwrap();
            let tones = tones.split(',').map(|tone| tone.trim().trim_matches('"'));
            real.extend(tones.map(|tone| format!("note-{tone}")));
        }
    }
    assert_eq!(documented, real);
}

#[test]
fn every_slot_stands_in_the_table() {
    let documented: BTreeSet<String> = rows("Slot")
        .iter()
        .flat_map(|(names, _)| quoted(names))
        .collect();
    let mut real = BTreeSet::new();
    for text in sources() {
        for mark in [
            "tag(\"slot\").attr(\"name\", \"",
            "make(\"slot\", { name: \"",
        ] {
            for found in text.split(mark).skip(1) {
                real.insert(found.split('"').next().unwrap().to_owned());
            }
        }
    }
    assert_eq!(documented, real);
}

#[test]
fn no_style_sheet_fetches_anything() {
    for sheet in SHEETS {
        let text = read(sheet);
        for word in ["url(", "@import", "@font-face", "image-set("] {
            assert!(!text.contains(word), "{sheet} has {word}");
        }
    }
}
