//! What a page can say to the widget and what it hears: one table, from which docs/api.md, the types of the npm
//! package and its `custom-elements.json` are written, and with which a rule compares the code and the README.

mod code;
mod manifest;
mod page;
mod table;
mod types;

use crate::failure::Outcome;
use crate::no_arguments;
use crate::project::Project;

pub(crate) use code::complaints;
pub(crate) use manifest::manifest;
use table::{COMMANDS, EVENTS, OPTIONS, Opt};
pub(crate) use types::types;

/// Where the table stands for people.
pub(crate) const PAGE: &str = "docs/api.md";

/// `cargo xtask api`: writes docs/api.md again.
pub(crate) fn api(project: &Project, rest: &[String]) -> Outcome {
    no_arguments("api", rest)?;
    project.write(PAGE, &page::page())
}

/// The text of docs/api.md.
pub(crate) fn page() -> String {
    page::page()
}

/// Whether an option is a property of the element: the others are commands there, or every element's own.
fn is_property(name: &str) -> bool {
    !["open", "invite", "lang", "dir"].contains(&name)
}

/// `first-name` as `firstName`.
fn camel(name: &str) -> String {
    let mut words = name.split('-');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(1);
        camel.push_str(&first.to_uppercase());
        camel.push_str(rest);
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_there_once() {
        let all = || {
            let options = OPTIONS.iter().map(|option| option.name);
            let commands = COMMANDS.iter().map(|command| command.name);
            let events = EVENTS.iter().map(|event| event.name);
            [
                options.collect::<Vec<_>>(),
                commands.collect(),
                events.collect(),
            ]
        };
        for names in all() {
            let unique: BTreeSet<&str> = names.iter().copied().collect();
            assert_eq!(unique.len(), names.len(), "{names:?}");
        }
    }

    #[test]
    fn attributes_are_properties_in_camel_case() {
        assert_eq!(camel("endpoint"), "endpoint");
        assert_eq!(camel("max-message-length"), "maxMessageLength");
    }

    #[test]
    fn types_and_manifest_name_everything() {
        let (types, manifest) = (types(), manifest("1.2.3"));
        for option in OPTIONS {
            let property = format!("  {}?: {};", camel(option.name), option.kind);
            assert!(types.contains(&property), "{property}");
            let property = format!("  {}: ", camel(option.name));
            let line = types.lines().find(|line| line.starts_with(&property));
            assert_eq!(
                line.is_some_and(|line| line.ends_with(" | null;")),
                is_property(option.name),
                "{property}"
            );
        }
        for command in COMMANDS {
            assert!(
                types.contains(&format!("  {}(", command.name)),
                "{}",
                command.name
            );
            assert!(manifest.contains(&format!("\"name\": \"{}\"", command.name)));
        }
        for event in EVENTS {
            let name = format!("gms-chat-{}", event.name);
            assert!(types.contains(&name) && manifest.contains(&name), "{name}");
        }
    }
}
