//! Compares the table with what the code reads, does and tells, and with what the README says.

use std::collections::BTreeSet;

use super::{COMMANDS, EVENTS, OPTIONS, Opt, PAGE, camel, is_property, page};

/// How the code names an option: the words before the name.
const READS: [&str; 10] = [
    "ownOf(element, \"",
    "text(\"",
    "switch(\"",
    "number(\"",
    "word(\"",
    "address(\"",
    "hasAttribute(\"",
    "getAttribute(\"",
    "own(\"",
    "own(element, \"",
];
/// Lists of options in the code: the file, and what stands around the list.
const LISTS: [(&str, &str, &str); 2] = [
    ("src/loader.js", "observedAttributes = \"", "\""),
    ("src/whole.js", "const names = [", "]"),
];
/// The list of options that are properties.
const PROPERTIES: &str = "const OPTIONS =";
/// How it names an event.
const TELLS: [&str; 4] = [
    "Report::new(\"",
    "Report::by(\"",
    "emit(\"",
    "new CustomEvent(\"gms-chat-",
];
/// What is read besides, and is no option of ours.
const OTHERS: [&str; 2] = ["at", "language"];
/// Names of reports that are no events: a line of the transcript.
const NO_EVENTS: [&str; 1] = ["line"];

/// A file of the checkout: path and text.
pub(crate) type File<'a> = (&'a str, &'a str);

/// What does not agree with the table, and where.
pub(crate) fn complaints(files: &[File<'_>]) -> Vec<(String, String)> {
    let text = |path: &str| {
        files
            .iter()
            .find(|(known, _)| *known == path)
            .map(|(_, text)| *text)
    };
    let mut complaints = Vec::new();
    let mut compare =
        |place: &str, what: &str, found: BTreeSet<String>, known: BTreeSet<String>| {
            for name in found.difference(&known) {
                complaints.push((
                    place.to_owned(),
                    format!("the {what} `{name}` is not in xtask/src/surface/table.rs"),
                ));
            }
            for name in known.difference(&found) {
                complaints.push((
                    place.to_owned(),
                    format!("the {what} `{name}` of the table is unknown here"),
                ));
            }
        };
    let options: BTreeSet<String> = OPTIONS
        .iter()
        .map(|option| option.name.to_owned())
        .collect();
    let commands = COMMANDS
        .iter()
        .map(|command| command.name.to_owned())
        .collect();
    let events: BTreeSet<String> = EVENTS.iter().map(|event| event.name.to_owned()).collect();
    compare("src", "option", read(files), options.clone());
    compare("src", "event", told(files), events.clone());
    if let Some(api) = text("src/api.js") {
        let listed = between(api, "const EVENTS =", ";");
        compare("src/api.js", "event", listed, events);
    }
    if let Some(loader) = text("src/loader.js") {
        compare("src/loader.js", "command", listed(loader), commands);
        let listed = between_signs(loader, PROPERTIES);
        compare("src/loader.js", "property", listed, properties());
    }
    if let (Some(loader), Some(api)) = (text("src/loader.js"), text("src/api/commands.js")) {
        let here = |name: &&String| {
            api.contains(&format!("\n  async {name}("))
                || api.contains(&format!("\n  {name}: async "))
        };
        let listed = between(loader, "const COMMANDS =", ";");
        let done = listed.iter().filter(here).cloned().collect();
        compare("src/api/commands.js", "command", done, listed);
    }
    if let Some(readme) = text("README.md") {
        let strange: BTreeSet<String> = first_cells(readme).difference(&options).cloned().collect();
        compare("README.md", "option", strange, BTreeSet::new());
    }
    if text(PAGE).is_some_and(|text| text != page()) {
        complaints.push((
            PAGE.to_owned(),
            "is not what the table says: run `cargo xtask api`".to_owned(),
        ));
    }
    complaints
}

/// The production code of what is shipped.
fn shipped<'a>(files: &'a [File<'a>]) -> impl Iterator<Item = &'a str> {
    let files = files.iter().filter(|(path, _)| path.starts_with("src/"));
    files.map(|(_, text)| {
        text.split("#[cfg(test)]\nmod tests")
            .next()
            .unwrap_or_default()
    })
}

/// The options that the code reads.
fn read(files: &[File<'_>]) -> BTreeSet<String> {
    let is_config = |path: &str| path.starts_with("src/config") || path.ends_with(".js");
    let config: Vec<File<'_>> = files
        .iter()
        .copied()
        .filter(|(path, _)| is_config(path))
        .collect();
    let mut names = named(&config, &READS);
    names.retain(|name| !OTHERS.contains(&name.as_str()));
    // Those whose reading is a loop over pairs.
    let listed = ["idle-alert", "idle-close", "away"];
    let is_read = |name: &&&str| {
        config
            .iter()
            .any(|(_, text)| text.contains(&format!("(\"{name}\", &mut ")))
    };
    names.extend(listed.iter().filter(is_read).map(|name| (*name).to_owned()));
    for (path, text) in &config {
        let lists = LISTS.iter().filter(|(file, ..)| file == path);
        names.extend(lists.flat_map(|(_, from, to)| between(text, from, to)));
        if *path == "src/loader.js" {
            let own = OPTIONS.iter().map(|option| option.name);
            let is_read = |name: &&str| text.contains(&format!("this.{}", camel(name)));
            names.extend(own.filter(is_read).map(str::to_owned));
        }
    }
    // What styles read alone.
    names.extend(styled(files));
    names.into_iter().map(|name| kebab(&name)).collect()
}

/// Attributes of the host that the styles look at.
fn styled(files: &[File<'_>]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (path, text) in files {
        if !path.starts_with("style/") {
            continue;
        }
        for (at, mark) in text.match_indices(":host(") {
            let attributes = inside(&text[at + mark.len()..]).split('[').skip(1);
            let name = |rest: &str| {
                rest.split(['=', ']', '^', '~', '*', '$'])
                    .next()
                    .map(str::to_owned)
            };
            names.extend(attributes.filter_map(name));
        }
    }
    names.remove("hidden");
    names
}

/// What stands before the bracket that closes one opened already.
fn inside(text: &str) -> &str {
    let mut depth = 1;
    let end = text.find(|c| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    });
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// The events that the code tells.
fn told(files: &[File<'_>]) -> BTreeSet<String> {
    let mut names = named(files, &TELLS);
    names.retain(|name| !NO_EVENTS.contains(&name.as_str()));
    // The one name that is a variable in the reports.
    if shipped(files).any(|text| text.contains("let name = \"typingchange\"")) {
        names.insert("typingchange".to_owned());
    }
    let about = ["messagesending", "messagesent", "messagefailed"];
    names.extend(
        about
            .map(str::to_owned)
            .into_iter()
            .filter(|name| shipped(files).any(|text| text.contains(&format!("about(\"{name}\")")))),
    );
    names
}

fn named(files: &[File<'_>], marks: &[&str]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for text in shipped(files) {
        for mark in marks {
            for (at, _) in text.match_indices(mark) {
                let name = text[at + mark.len()..].split('"').next();
                names.extend(name.map(str::to_owned));
            }
        }
    }
    names
}

/// The commands of the loader: those that it lists, and its own methods.
fn listed(loader: &str) -> BTreeSet<String> {
    let mut names = between(loader, "const COMMANDS =", ";");
    let methods = ["open", "close", "toggle"].into_iter();
    let here = methods.filter(|name| {
        loader.contains(&format!("\n  {name}(")) || loader.contains(&format!("\n  async {name}("))
    });
    names.extend(here.map(str::to_owned));
    names
}

/// The properties as the loader has to list them: with a sign behind those that are no texts, and two that can only
/// be set, because they are commands.
fn properties() -> BTreeSet<String> {
    let signed = |option: &Opt| {
        let sign = match option.kind {
            "boolean" => "?",
            "number" => "#",
            _ => "",
        };
        format!("{}{sign}", option.name)
    };
    let own = OPTIONS.iter().filter(|option| is_property(option.name));
    let more = ["options", "open", "invite"].map(str::to_owned);
    own.map(signed).chain(more).collect()
}

/// The words of the text behind a mark.
fn between_signs(text: &str, mark: &str) -> BTreeSet<String> {
    let rest = text.split(mark).nth(1).unwrap_or_default();
    let words = rest.split('"').nth(1).unwrap_or_default();
    words.split_whitespace().map(str::to_owned).collect()
}

/// The words that stand between two marks.
fn between(text: &str, before: &str, after: &str) -> BTreeSet<String> {
    let inside = text
        .split_once(before)
        .and_then(|(_, rest)| rest.split_once(after));
    let inside = inside.map(|(inside, _)| inside).unwrap_or_default();
    let words = inside.split(|c: char| !c.is_ascii_alphabetic() && c != '-');
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The names in the first cells of the README's table of attributes.
fn first_cells(readme: &str) -> BTreeSet<String> {
    let table = readme
        .lines()
        .skip_while(|line| !line.starts_with("| Attribute"));
    let rows = table.skip(2).take_while(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    let names = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    names.map(str::to_owned).collect()
}

fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            kebab.push('-');
        }
        kebab.push(c.to_ascii_lowercase());
    }
    kebab
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Complaints about one more file, beside those about everything that a tree of one file lacks.
    fn strange(path: &str, text: &str) -> Vec<String> {
        let complaints = complaints(&[(path, text)]);
        let strange = complaints
            .into_iter()
            .filter(|(_, what)| !what.contains("of the table"));
        strange.map(|(_, what)| what).collect()
    }

    #[test]
    fn what_the_table_does_not_know_is_named() {
        for (path, text, named) in [
            ("src/config.rs", "given.text(\"colour\")", "option `colour`"),
            (
                "src/loader.js",
                "observedAttributes = \"open before-foo\"",
                "option `before-foo`",
            ),
            ("src/report.rs", "Report::new(\"bang\")", "event `bang`"),
            (
                "src/loader.js",
                "const COMMANDS = \"end fly\";",
                "command `fly`",
            ),
            (
                "style/a.css",
                ":host(:is([hidden], [mood=good])) [part~=a] {}",
                "option `mood`",
            ),
            (
                "README.md",
                "| Attribute |\n|---|\n| `colour` | x |",
                "option `colour`",
            ),
            ("docs/api.md", "# Other", "cargo xtask api"),
        ] {
            let found = strange(path, text);
            assert!(
                found.len() == 1 && found[0].contains(named),
                "{path}: {found:?}"
            );
        }
        assert_eq!(
            strange("src/config.rs", "given.text(\"endpoint\")"),
            [""; 0]
        );
    }

    #[test]
    fn what_the_code_has_lost_is_named() {
        let files = [
            ("src/loader.js", "const COMMANDS = \"end\";"),
            ("src/api/commands.js", "\n  async start("),
        ];
        let lost = complaints(&files);
        for (place, named) in [
            ("src", "option `endpoint`"),
            ("src", "event `ready`"),
            ("src/loader.js", "command `send`"),
            ("src/api/commands.js", "command `end`"),
        ] {
            let is_named = |(at, what): &(String, String)| at == place && what.contains(named);
            assert!(lost.iter().any(is_named), "{named}");
        }
    }
}
