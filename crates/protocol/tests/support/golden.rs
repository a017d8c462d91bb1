//! The golden exchanges of `tests/golden`, as its README describes the format.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a harness fails by panicking"
)]

use std::path::PathBuf;

/// One request and its reply.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) request: Half,
    pub(crate) status: u16,
    pub(crate) reply: Half,
}

/// Headers and body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Half {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Half {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let named = |(key, _): &&(String, String)| key.eq_ignore_ascii_case(name);
        self.headers
            .iter()
            .find(named)
            .map(|(_, value)| value.as_str())
    }
}

/// Every exchange, by name.
pub(crate) fn all() -> Vec<Exchange> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let mut files: Vec<PathBuf> = files
        .filter(|file| file.extension().is_some_and(|end| end == "http"))
        .collect();
    files.sort();
    assert!(files.len() >= 46, "the golden files are there");
    let read = |file: &PathBuf| {
        let name = file.file_stem().unwrap().to_str().unwrap();
        parse(name, &std::fs::read_to_string(file).unwrap())
    };
    files.iter().map(read).collect()
}

/// The exchange whose name begins like this.
pub(crate) fn named(start: &str) -> Exchange {
    let found = all()
        .into_iter()
        .find(|exchange| exchange.name.starts_with(start));
    found.unwrap_or_else(|| panic!("no golden file {start}"))
}

fn parse(name: &str, text: &str) -> Exchange {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let (request, reply) = text.split_once("\n< ").expect("a reply");
    let request = request.split_once("> POST ").expect("a request").1;
    let (path, request) = request.split_once('\n').unwrap_or((request, ""));
    let (status, reply) = reply.split_once('\n').unwrap_or((reply, ""));
    Exchange {
        name: name.to_owned(),
        path: path.to_owned(),
        request: half(request),
        status: status.parse().expect("a status"),
        reply: half(reply),
    }
}

fn half(text: &str) -> Half {
    let mut half = Half::default();
    let mut lines = text.split('\n');
    for line in lines.by_ref().take_while(|line| !line.is_empty()) {
        let (name, value) = line.split_once(": ").expect("a header");
        half.headers.push((name.to_owned(), value.to_owned()));
    }
    half.body = lines.collect::<Vec<_>>().join("\n");
    half
}
