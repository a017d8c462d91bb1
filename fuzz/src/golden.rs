//! The golden exchanges of `tests/golden`, as its README describes the format: what the seeds are made of.

use std::path::Path;

/// One request and its reply.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// The number in front of the file's name, or `field`.
    pub(crate) number: String,
    pub(crate) path: String,
    pub(crate) sent: String,
    pub(crate) status: String,
    pub(crate) body: String,
}

/// Every exchange, by name.
pub(crate) fn all() -> Vec<Exchange> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden");
    let files = std::fs::read_dir(folder).expect("the golden files");
    let mut files: Vec<_> = files.flatten().map(|file| file.path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "http"));
    files.sort();
    files.iter().map(|file| read(file)).collect()
}

fn read(file: &Path) -> Exchange {
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let text = std::fs::read_to_string(file).expect("a golden file");
    let (request, reply) = text.split_once("\n< ").expect("a reply");
    let request = request.split_once("> POST ").expect("a request").1;
    let (path, sent) = request.split_once('\n').unwrap_or((request, ""));
    let (status, reply) = reply.split_once('\n').unwrap_or((reply, ""));
    Exchange {
        number: name.split('-').next().unwrap_or_default().to_owned(),
        path: path.to_owned(),
        sent: body(sent),
        status: status.trim().to_owned(),
        body: body(reply),
    }
}

/// What stands behind the headers.
fn body(half: &str) -> String {
    let body = half.split_once("\n\n").map_or("", |(_, body)| body);
    body.trim_end().to_owned()
}
