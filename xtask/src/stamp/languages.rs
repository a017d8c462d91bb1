//! The languages: one folder with the hash of its content, and what each language calls the chat.

use std::path::Path;

use super::{BAD_STAGING, hash, loader, write};
use crate::failure::{Failure, OrFailure, Outcome};
use crate::project::Project;

/// Where the sources are.
const SOURCE: &str = "lang";
/// Starts the line of a language file that holds the launcher's name.
const TITLE: &str = "\"title\": ";

/// What the loader has to know of the languages.
#[derive(Debug)]
pub(super) struct Languages {
    /// The folder's name, beside the loader.
    pub(super) folder: String,
    /// Their tags, in order.
    pub(super) tags: Vec<String>,
    /// An object of JavaScript: tag and title of each language.
    pub(super) titles: String,
}

/// Copies every language into the folder.
pub(super) fn publish(project: &Project, staging: &Path) -> Outcome<Languages> {
    let mut files = Vec::new();
    for tag in tags(project)? {
        let text = project.read(&format!("{SOURCE}/{tag}.json"))?;
        files.push((tag, text));
    }
    let all: Vec<&str> = files.iter().map(|(_, text)| text.as_str()).collect();
    let folder = format!("{SOURCE}-{:06x}", hash(all.concat().as_bytes()));
    let place = staging.join(&folder);
    std::fs::create_dir_all(&place)
        .or_failure(format_args!("creating {}", place.display()), BAD_STAGING)?;
    let mut titles = Vec::new();
    for (tag, text) in &files {
        write(&place.join(format!("{tag}.json")), compact(text).as_bytes())?;
        titles.push(format!("{}:{}", loader::quoted(tag), title(tag, text)?));
    }
    Ok(Languages {
        folder,
        tags: files.into_iter().map(|(tag, _)| tag).collect(),
        titles: format!("{{{}}}", titles.join(",")),
    })
}

/// The tags of the languages, in order.
fn tags(project: &Project) -> Outcome<Vec<String>> {
    let folder = project.root().join(SOURCE);
    let files = std::fs::read_dir(&folder).or_failure(
        format_args!("reading {}", folder.display()),
        "restore the folder from git",
    )?;
    let name = |file: std::fs::DirEntry| file.file_name().to_string_lossy().into_owned();
    let mut tags: Vec<String> = files
        .flatten()
        .filter_map(|file| Some(name(file).strip_suffix(".json")?.to_owned()))
        .collect();
    tags.sort_unstable();
    Ok(tags)
}

/// The same JSON without the indentation.
fn compact(text: &str) -> String {
    text.lines().map(str::trim).collect()
}

/// What a language calls the chat, as a literal of JavaScript.
fn title<'a>(tag: &str, text: &'a str) -> Outcome<&'a str> {
    let line = text
        .lines()
        .find_map(|line| line.trim().strip_prefix(TITLE));
    let missing = || Failure::new(format!("lang/{tag}.json has no line `{TITLE}…`"), "add it");
    Ok(line.ok_or_else(missing)?.trim_end_matches(','))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_of_a_language_is_found() {
        let text = "{\n  \"send\": \"Senden\",\n  \"title\": \"Chat mit uns\",\n}";
        assert_eq!(title("de", text).unwrap(), "\"Chat mit uns\"");
        assert!(title("de", "{}").is_err());
    }

    #[test]
    fn what_is_published_is_the_same_without_indentation() {
        assert_eq!(compact("{\n  \"a\": \"b  c\"\n}\n"), "{\"a\": \"b  c\"}");
    }
}
