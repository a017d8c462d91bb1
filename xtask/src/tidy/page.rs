//! Rules about what the visitor's browser gets: no markup from text, no inline style, a loader that keeps to itself.

use super::Complaint;
use super::code::{Keep, Language, names, only};
use super::tree::{File, Tree};

/// Every rule of this room.
pub(super) const RULES: &[fn(&Tree) -> Vec<Complaint>] = &[
    makes_no_markup_from_text,
    has_no_inline_style,
    loads_only_the_glue,
    makes_one_global,
];

const LOADER: &str = "src/loader.js";
/// Writes a page that the visitor keeps as a file, which no policy of the host page governs.
const SAVED_PAGE: &str = "src/extras/keep.js";
/// The one name that the loader may give the page.
const GLOBAL: &str = "gmsChat";

/// Ways to turn text into markup.
const MARKUP: [&str; 8] = [
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "inner_html",
    "set_inner_html",
    "set_outer_html",
    "insert_adjacent_html",
    "srcdoc",
];
/// Ways to turn text into markup or code that only their call gives away.
const CALLS: [&str; 6] = [
    " eval(",
    "(eval(",
    "::eval(",
    "new Function(",
    "Function::new_",
    "document.write",
];

/// What is shipped or shown: the widget, its styles, and the page in miniature.
fn shipped(tree: &Tree) -> impl Iterator<Item = (&File, String)> {
    let ours = |file: &&File| {
        file.path.starts_with("src/")
            || file.path.starts_with("style/")
            || file.path == "index.html"
    };
    tree.ending(&[".rs", ".js", ".css", ".html"])
        .filter(ours)
        .map(|file| (file, without_comments(file)))
}

fn without_comments(file: &File) -> String {
    match file.path.rsplit('.').next() {
        Some("rs") => only(&file.text, Language::Rust, Keep::CodeAndStrings),
        Some("html") => without_html_comments(&file.text),
        _ => only(&file.text, Language::Script, Keep::CodeAndStrings),
    }
}

fn without_html_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("<!--") {
        let (inside, after) = comment.split_once("-->").unwrap_or((comment, ""));
        out.push_str(before);
        out.extend(inside.chars().filter(|c| *c == '\n'));
        rest = after;
    }
    out + rest
}

/// Complains of every line of what is shipped for which `what` has something to say.
fn lines(tree: &Tree, what: impl Fn(&str) -> Option<String>) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (file, code) in shipped(tree) {
        let found = code
            .lines()
            .enumerate()
            .filter_map(|(number, line)| Some((number, what(line)?)));
        complaints.extend(found.map(|(number, what)| Complaint::at(&file.path, number, what)));
    }
    complaints
}

fn makes_no_markup_from_text(tree: &Tree) -> Vec<Complaint> {
    lines(tree, |line| {
        let mut found = MARKUP.iter().filter(|word| names(line, word));
        let call = || CALLS.iter().find(|call| format!(" {line}").contains(*call));
        let found = found.next().or_else(call)?;
        Some(format!("`{}` turns text into markup or code", found.trim()))
    })
}

/// A policy of `style-src 'self'` refuses style attributes and elements; properties set by script are allowed.
fn has_no_inline_style(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = inline_styles(tree);
    complaints.retain(|complaint| !complaint.place.starts_with(SAVED_PAGE));
    complaints
}

fn inline_styles(tree: &Tree) -> Vec<Complaint> {
    lines(tree, |line| {
        let attribute = line
            .match_indices("style=")
            .any(|(at, _)| line[..at].ends_with([' ', '\t', '"', '\'']) || at == 0);
        let element = line.contains("<style");
        let set = [
            "set_attribute(\"style\"",
            "setAttribute('style'",
            "setAttribute(\"style\"",
        ];
        (attribute || element || set.iter().any(|call| line.contains(call)))
            .then(|| "an inline style: a strict policy of the page refuses it".to_owned())
    })
}

fn loader(tree: &Tree) -> impl Iterator<Item = (&File, String)> {
    tree.ending(&[LOADER])
        .map(|file| (file, without_comments(file)))
}

fn loads_only_the_glue(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (file, code) in loader(tree) {
        for (number, line) in code.lines().enumerate() {
            let start = line.trim_start();
            let fixed = ["import ", "import{", "export ", "importScripts("]
                .iter()
                .any(|word| start.starts_with(word));
            let known = ["GLUE", "WINDOW", "EXTRAS", "API", "SURVIVE", "DEBUG"]
                .iter()
                .any(|name| names(line, name));
            let other = line.contains("import(") && !known;
            if fixed || other {
                complaints.push(Complaint::at(
                    &file.path,
                    number,
                    "the loader imports nothing but the generated glue and our own modules",
                ));
            }
        }
    }
    complaints
}

fn makes_one_global(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (file, code) in loader(tree) {
        for (number, line) in code.lines().enumerate() {
            let set = ["window.", "globalThis.", "self."]
                .iter()
                .filter_map(|object| assigned(line, object));
            let others = set.filter(|name| *name != GLOBAL);
            complaints.extend(others.map(|name| {
                Complaint::at(&file.path, number, format!("sets the global `{name}`"))
            }));
        }
    }
    complaints
}

/// The property of `object` that this line assigns, when it does.
fn assigned<'a>(line: &'a str, object: &str) -> Option<&'a str> {
    let (before, after) = line.split_once(object)?;
    if before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.') {
        return None;
    }
    let end = after.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$')?;
    let (name, rest) = after.split_at(end);
    let operator = rest.trim_start();
    let sets = operator.starts_with("??=")
        || operator.starts_with("||=")
        || (operator.starts_with('=') && !operator.starts_with("=="));
    sets.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{allows, refuses};
    use super::*;

    #[test]
    fn text_stays_text() {
        refuses(
            makes_no_markup_from_text,
            "src/ui/a.rs",
            "<p inner_html=text></p>",
        );
        refuses(
            makes_no_markup_from_text,
            "src/ui/a.rs",
            "js_sys::eval(\"1\")",
        );
        refuses(makes_no_markup_from_text, LOADER, "root.innerHTML = text;");
        refuses(
            makes_no_markup_from_text,
            LOADER,
            "new Function('return 1')",
        );
        allows(
            makes_no_markup_from_text,
            LOADER,
            "// never innerHTML\nroot.textContent = text;",
        );
        allows(makes_no_markup_from_text, "docs/a.md", "innerHTML");
    }

    #[test]
    fn styles_stand_in_style_files() {
        refuses(
            has_no_inline_style,
            "index.html",
            "<p style=\"color: red\">",
        );
        refuses(
            has_no_inline_style,
            "index.html",
            "<style>p { color: red }</style>",
        );
        refuses(
            has_no_inline_style,
            "src/ui/a.rs",
            "view! { <p style=\"x\"/> }",
        );
        refuses(has_no_inline_style, LOADER, "a.setAttribute('style', 'x');");
        allows(
            has_no_inline_style,
            "src/ui/a.rs",
            "view! { <p style:height=height/> }",
        );
        allows(
            has_no_inline_style,
            "index.html",
            "<!-- <style> -->\n<link rel=\"stylesheet\" href=\"page.css\">",
        );
    }

    #[test]
    fn the_loader_imports_the_glue_and_nothing_else() {
        refuses(loads_only_the_glue, LOADER, "import { a } from './b.js';");
        refuses(
            loads_only_the_glue,
            LOADER,
            "const a = await import('./b.js');",
        );
        allows(
            loads_only_the_glue,
            LOADER,
            "const glue = await import(new URL(GLUE, base));",
        );
    }

    #[test]
    fn the_loader_makes_no_global_but_one() {
        refuses(makes_one_global, LOADER, "window.chat = {};");
        refuses(makes_one_global, LOADER, "globalThis.queue ??= [];");
        allows(makes_one_global, LOADER, "window.gmsChat = gmsChat;");
        allows(
            makes_one_global,
            LOADER,
            "if (window.innerWidth === 3) { this.self.x = 1; }",
        );
    }
}
