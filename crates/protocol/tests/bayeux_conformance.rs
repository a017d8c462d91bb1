//! The page that maps the official suite to ours names tests that exist.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::HashSet;
use std::fs;
use std::path::Path;

const PAGE: &str = include_str!("../../../docs/conformance.md");

/// The names of all test functions in this folder and beside the reading of options, and of the files.
fn names() -> HashSet<String> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut names = HashSet::new();
    let tests = fs::read_dir(package.join("tests")).unwrap();
    let tests = tests.map(|entry| entry.unwrap().path());
    for path in tests.chain([package.join("../../src/config.rs")]) {
        let Ok(source) = fs::read_to_string(&path) else {
            continue;
        };
        names.insert(path.file_name().unwrap().to_str().unwrap().to_owned());
        let tests = source.split("#[test]\n").skip(1);
        let test_names = tests.filter_map(|test| test.split("fn ").nth(1)?.split('(').next());
        names.extend(test_names.map(str::to_owned));
    }
    names
}

#[test]
fn every_test_on_the_page_exists() {
    let names = names();
    let quoted = PAGE.split('`').skip(1).step_by(2);
    let ours = quoted.filter(|name| {
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_.".contains(c);
        name.contains('_') && name.chars().all(is_word) && *name != "gms_user"
    });
    let mut count = 0;
    for name in ours {
        assert!(names.contains(name), "{name}");
        count += 1;
    }
    assert!(count > 200, "{count}");
}

#[test]
fn every_defect_of_the_official_client_is_on_the_page() {
    let source = include_str!("bayeux_official_defects.rs");
    let tests = source.split("#[test]\n").skip(1);
    let names = tests.map(|test| test.split(['(', ' ']).nth(1).unwrap());
    let mut count = 0;
    for name in names {
        assert!(PAGE.contains(&format!("`{name}`")), "{name}");
        count += 1;
    }
    assert_eq!(count, 24);
}

#[test]
fn every_number_that_applies_is_on_the_page() {
    let applies = [
        1..=14,
        16..=16,
        19..=28,
        32..=48,
        51..=63,
        70..=79,
        81..=81,
        83..=85,
        88..=93,
        97..=106,
        128..=128,
    ];
    let rows: Vec<&str> = PAGE
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" |").next())
        .collect();
    for number in applies.into_iter().flatten() {
        let is_in = |row: &&str| {
            let words: Vec<&str> = row.split(|c: char| !c.is_ascii_alphanumeric()).collect();
            let listed = words.contains(&number.to_string().as_str());
            let range = row.split_once(" to ").is_some_and(|(from, to)| {
                let to = to.split(' ').next().and_then(|to| to.parse().ok());
                from.parse::<u32>().is_ok_and(|from| from <= number)
                    && to.is_some_and(|to: u32| number <= to)
            });
            listed || range
        };
        assert!(rows.iter().any(is_in), "number {number}");
    }
}
