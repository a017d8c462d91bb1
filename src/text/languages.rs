//! Tests of the files in `lang`: every language is complete, has no word too many, and fills in the same values.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

/// The languages that there are, with the CLDR categories that a whole number can have in them. French, Spanish,
/// Portuguese and Italian use `many` for millions only, which nobody counts here.
const LANGUAGES: [(&str, &[&str]); 13] = [
    ("ar", &["zero", "one", "two", "few", "many", "other"]),
    ("de", &["one", "other"]),
    ("es", &["one", "other"]),
    ("fr", &["one", "other"]),
    ("he", &["one", "two", "other"]),
    ("it", &["one", "other"]),
    ("ja", &["other"]),
    ("nl", &["one", "other"]),
    ("pl", &["one", "few", "many", "other"]),
    ("pt", &["one", "other"]),
    ("ru", &["one", "few", "many", "other"]),
    ("tr", &["one", "other"]),
    ("zh-Hans", &["other"]),
];

/// Sentences that are new in English and not translated yet; a page shows them in English meanwhile. Keep it empty.
const UNTRANSLATED: &[&str] = &[];

/// A file of `lang` as it reaches the window: names, with the plural category behind the last full stop.
fn language(tag: &str) -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("lang/{tag}.json"));
    let text = std::fs::read_to_string(&path).unwrap();
    let Value::Object(members) = serde_json::from_str(&text).unwrap() else {
        panic!("{tag}.json is no object");
    };
    let mut sentences = BTreeMap::new();
    for (name, value) in members {
        match value {
            Value::String(sentence) => drop(sentences.insert(name, sentence)),
            Value::Object(forms) => {
                sentences.extend(forms.into_iter().map(|(category, form)| {
                    (
                        format!("{name}.{category}"),
                        form.as_str().unwrap().to_owned(),
                    )
                }));
            }
            other => panic!("{tag}: {name} is {other}"),
        }
    }
    sentences
}

/// Every English sentence by name: those of the window, and those that only JavaScript says.
fn english() -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for (name, sentence) in names().into_iter().zip(sentences()) {
        match (name.strip_suffix("other"), sentence) {
            (None, Value::String(sentence)) => drop(all.insert(name, sentence)),
            (Some(stem), Value::Array(forms)) => {
                let [one, other] = forms.as_slice() else {
                    panic!("{name} has two forms in English");
                };
                for (form, sentence) in [("one", one), ("other", other)] {
                    all.insert(
                        format!("{stem}{form}"),
                        sentence.as_str().unwrap().to_owned(),
                    );
                }
            }
            (_, other) => panic!("{name} is {other}"),
        }
    }
    for script in [
        include_str!("../form.js"),
        include_str!("../extras/fields.js"),
        include_str!("../extras/wait.js"),
    ] {
        let more: BTreeMap<String, String> =
            serde_json::from_str(after(script, "const ENGLISH = ")).unwrap();
        for (name, sentence) in more {
            let twin = all.insert(name.clone(), sentence);
            assert_eq!(twin, None, "{name} stands in two places");
        }
    }
    all
}

/// The names of the window's sentences, in the order of the keys.
pub(super) fn names() -> Vec<String> {
    let script = include_str!("../extras/names.js");
    serde_json::from_str(after(script, "const NAMES = ")).unwrap()
}

/// The window's sentences in English, in the order of the keys.
pub(super) fn sentences() -> Vec<Value> {
    let script = include_str!("../english.js");
    let part = |name| -> Vec<Value> { serde_json::from_str(after(script, name)).unwrap() };
    [part("const FIRST = "), part("const ENGLISH = ")].concat()
}

/// What is assigned to a constant of a script; it is written as JSON.
fn after<'a>(script: &'a str, declaration: &str) -> &'a str {
    let (_, value) = script.split_once(declaration).unwrap();
    value.split_once(";\n").unwrap().0
}

/// The name without its plural category, if it has forms.
fn stem<'a>(english: &BTreeMap<String, String>, name: &'a str) -> Option<&'a str> {
    let (stem, _) = name.rsplit_once('.')?;
    english
        .contains_key(&format!("{stem}.other"))
        .then_some(stem)
}

/// Every name that a language has to have.
fn wanted(categories: &[&str]) -> Vec<String> {
    let english = english();
    let mut names = Vec::new();
    for name in english.keys() {
        match stem(&english, name) {
            _ if UNTRANSLATED.contains(&name.as_str()) => {}
            Some(stem) if name.ends_with(".other") => {
                let forms = categories.iter();
                names.extend(forms.map(|category| format!("{stem}.{category}")));
            }
            Some(_) => {}
            None => names.push(name.clone()),
        }
    }
    names.sort_unstable();
    names
}

/// The names between braces, in alphabetical order.
fn placeholders(sentence: &str) -> Vec<&str> {
    let mut names: Vec<&str> = sentence
        .split('{')
        .skip(1)
        .map(|rest| rest.split_once('}').unwrap().0)
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn every_language_has_every_sentence_and_no_other() {
    for (tag, categories) in LANGUAGES {
        let has: Vec<String> = language(tag).into_keys().collect();
        assert_eq!(has, wanted(categories), "{tag}");
    }
}

#[test]
fn every_file_is_a_language_of_the_list() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("lang");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort_unstable();
    assert_eq!(files, LANGUAGES.map(|(tag, _)| format!("{tag}.json")));
}

#[test]
fn the_same_values_are_filled_in() {
    let english = english();
    for (tag, _) in LANGUAGES {
        for (name, sentence) in language(tag) {
            // Forms that English does not have are judged by the next test.
            if let Some(english) = english.get(&name).filter(|_| !name.ends_with(".one")) {
                let wanted = placeholders(english);
                assert_eq!(placeholders(&sentence), wanted, "{tag}: {name}");
            }
        }
    }
}

/// The forms for exactly one, two or no thing may spell the number out; Russian and Polish have `one` for 21 too.
#[test]
fn every_form_for_several_numbers_names_the_number() {
    let english = english();
    for (tag, _) in LANGUAGES {
        for (name, sentence) in language(tag) {
            let Some(stem) = stem(&english, &name) else {
                continue;
            };
            let category = name.rsplit_once('.').unwrap().1;
            let is_exact = matches!(category, "zero" | "two")
                || category == "one" && !matches!(tag, "ru" | "pl");
            if !is_exact {
                let named = placeholders(&sentence);
                assert_eq!(named, ["count"], "{tag}: {stem} {category}");
            }
        }
    }
}

#[test]
fn no_sentence_is_empty_or_left_in_english_by_mistake() {
    // Nothing but values.
    let shared = ["says"];
    let english = english();
    for (tag, _) in LANGUAGES {
        for (name, sentence) in language(tag) {
            assert_eq!(sentence.trim(), sentence, "{tag}: {name}");
            assert!(!sentence.is_empty(), "{tag}: {name}");
            let several_words = sentence.contains(' ') && !shared.contains(&name.as_str());
            let is_english = several_words && english.get(&name) == Some(&sentence);
            assert!(!is_english, "{tag}: {name}");
        }
    }
}
