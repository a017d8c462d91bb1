//! `custom-elements.json`: what editors and catalogues of components read.

use super::{COMMANDS, EVENTS, OPTIONS, camel, is_property};

/// The manifest of this version, as JSON.
pub(crate) fn manifest(version: &str) -> String {
    let attributes = OPTIONS
        .iter()
        .filter(|option| option.is_text)
        .map(|option| {
            entry(
                &[
                    ("name", option.name),
                    ("description", option.about),
                    ("default", option.default),
                ],
                option.kind,
            )
        });
    let methods = COMMANDS.iter().map(|command| {
        let name = text(command.name);
        let about = text(command.about);
        let answer = text(&format!("Promise<{}>", command.answer));
        format!("{{ \"kind\": \"method\", \"name\": {name}, \"description\": {about}, \"return\": {{ \"type\": {{ \"text\": {answer} }} }} }}")
    });
    let fields = OPTIONS.iter().filter(|option| is_property(option.name));
    let fields = fields.map(|option| {
        let name = camel(option.name);
        let mut members = vec![
            ("kind", "field"),
            ("name", name.as_str()),
            ("description", option.about),
        ];
        if option.is_text {
            members.push(("attribute", option.name));
        }
        entry(&members, option.kind)
    });
    let events = EVENTS.iter().map(|event| {
        let name = format!("gms-chat-{}", event.name);
        entry(
            &[("name", &name), ("description", event.about)],
            &format!("CustomEvent<{}>", event.detail),
        )
    });
    format!(
        "{{\n  \"schemaVersion\": \"2.1.0\",\n  \"readme\": \"README.md\",\n  \"modules\": [{{\n    \"kind\": \"javascript-module\",\n    \
         \"path\": \"gms-chat.js\",\n    \"declarations\": [{{\n      \"kind\": \"class\",\n      \"name\": \"GmsChat\",\n      \
         \"tagName\": \"gms-chat\",\n      \"customElement\": true,\n      \"description\": {},\n      \"attributes\": [{}],\n      \
         \"members\": [{}],\n      \"events\": [{}]\n    }}]\n  }}]\n}}\n",
        text(&format!("The chat window, version {version}")),
        list(attributes),
        list(methods.chain(fields)),
        list(events),
    )
}

fn list(entries: impl Iterator<Item = String>) -> String {
    let entries: Vec<String> = entries.map(|entry| format!("\n        {entry}")).collect();
    entries.join(",") + "\n      "
}

fn entry(members: &[(&str, &str)], kind: &str) -> String {
    let mut all: Vec<String> = members
        .iter()
        .map(|(name, value)| format!("{}: {}", text(name), text(value)))
        .collect();
    all.push(format!("\"type\": {{ \"text\": {} }}", text(kind)));
    format!("{{ {} }}", all.join(", "))
}

/// A JSON string; the table holds no control characters.
fn text(plain: &str) -> String {
    format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
}
