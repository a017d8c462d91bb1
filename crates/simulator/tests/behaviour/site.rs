//! The site's files.

use std::fs;
use std::path::PathBuf;

use axum::http::{Method, StatusCode};
use gms_chat_simulator::Simulator;

use crate::support::{Browser, options};

/// A folder of its own for one test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("gms-chat-site-{name}-{}", std::process::id()));
        fs::create_dir_all(path.join("docs")).unwrap();
        Self(path)
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.0.join(file), text).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[tokio::test(start_paused = true)]
async fn files_are_served_fresh_and_with_their_types() {
    let folder = Folder::new("types");
    folder.write("index.html", "<p>home");
    folder.write("docs/index.html", "<p>docs");
    folder.write("a_bg.wasm", "plain");
    folder.write("a_bg.wasm.br", "packed");
    let mut options = options("", &[]);
    options.site = Some(folder.0.clone());
    options.csp = Some("default-src 'self'".to_owned());
    let mut browser = Browser::nameless(&Simulator::new(options));
    for (path, accepts, kind, encoding, body) in [
        ("/", "gzip", "text/html; charset=utf-8", None, "<p>home"),
        (
            "/?delivery=poll",
            "",
            "text/html; charset=utf-8",
            None,
            "<p>home",
        ),
        ("/docs/", "", "text/html; charset=utf-8", None, "<p>docs"),
        (
            "/a_bg.wasm",
            "gzip, br",
            "application/wasm",
            Some("br"),
            "packed",
        ),
        ("/a_bg.wasm", "gzip", "application/wasm", None, "plain"),
    ] {
        let reply = browser
            .send(Method::GET, path, &[("accept-encoding", accepts)], "")
            .await;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
        assert_eq!(reply.header("content-type"), Some(kind));
        assert_eq!(reply.header("content-encoding"), encoding);
        assert_eq!(reply.header("cache-control"), Some("no-cache"));
        assert_eq!(
            reply.header("content-security-policy"),
            Some("default-src 'self'")
        );
        assert_eq!(String::from_utf8_lossy(&reply.body), body);
    }
    for missing in ["/nothing", "/../Cargo.toml", "/%2e%2e/Cargo.toml"] {
        let reply = browser.send(Method::GET, missing, &[], "").await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{missing}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_site_the_root_leads_to_the_desk() {
    let mut browser = Browser::nameless(&Simulator::new(options("", &[])));
    let reply = browser.send(Method::GET, "/", &[], "").await;
    assert_eq!(reply.header("location"), Some("/agent"));
    let reply = browser.send(Method::GET, "/index.html", &[], "").await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
}
