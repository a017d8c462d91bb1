//! The files of a folder, as a web server would serve them, and never from a cache.

use std::path::{Component, Path, PathBuf};

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};

use crate::server::Simulator;

/// Answers with the file of the site at this path, `index.html` for a folder.
pub(crate) async fn file(
    State(simulator): State<Simulator>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let (site, csp) = simulator.look(|world, _| {
        let options = &world.options;
        (options.site.clone(), options.csp.clone())
    });
    let Some(site) = site else {
        return if uri.path() == "/" {
            Redirect::to("/agent").into_response()
        } else {
            StatusCode::NOT_FOUND.into_response()
        };
    };
    let Some(path) = path_in(&site, uri.path()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // A disk access of a development server may block for once: no thread pool is worth it.
    let accepts = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok());
    let brotli = accepts.is_some_and(|accepted| accepted.split(',').any(|one| one.trim() == "br"));
    let (content, encoding) = match (brotli, std::fs::read(with_suffix(&path, ".br"))) {
        (true, Ok(content)) => (content, Some("br")),
        _ => match std::fs::read(&path) {
            Ok(content) => (content, None),
            Err(_) => return StatusCode::NOT_FOUND.into_response(),
        },
    };
    let kind = mime(&path);
    let mut response = ([(header::CONTENT_TYPE, kind)], content).into_response();
    let answered = response.headers_mut();
    answered.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    answered.append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(encoding) = encoding {
        answered.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if let Some(Ok(csp)) = csp.map(HeaderValue::try_from) {
        answered.insert(header::CONTENT_SECURITY_POLICY, csp);
    }
    response
}

/// The file that a URL path means; `None` for a path that leads out of the folder.
fn path_in(site: &Path, url_path: &str) -> Option<PathBuf> {
    let relative = Path::new(url_path.trim_start_matches('/'));
    let stays_inside = relative
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    if !stays_inside || url_path.contains('\\') {
        return None;
    }
    let path = site.join(relative);
    Some(if url_path.ends_with('/') || path.is_dir() {
        path.join("index.html")
    } else {
        path
    })
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    PathBuf::from(path)
}

/// The media type by the file's ending.
fn mime(path: &Path) -> &'static str {
    let ending = path.extension().and_then(|ending| ending.to_str());
    match ending.unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "md" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside_the_folder() {
        let site = Path::new("/site");
        let check = |url: &str, file: Option<&str>| {
            assert_eq!(path_in(site, url), file.map(PathBuf::from), "{url}");
        };
        check("/", Some("/site/index.html"));
        check("/a/b.js", Some("/site/a/b.js"));
        check("/a/", Some("/site/a/index.html"));
        check("//etc/passwd", Some("/site/etc/passwd"));
        check("/../secret", None);
        check("/a/../../secret", None);
        check("/a\\..\\..\\secret", None);
    }

    #[test]
    fn wasm_has_the_type_that_streaming_compilation_demands() {
        assert_eq!(mime(Path::new("a_bg.wasm")), "application/wasm");
        assert_eq!(mime(Path::new("a")), "application/octet-stream");
    }
}
