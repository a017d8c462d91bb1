//! A customer's house: pages with their own headers, the built files beside them, and a GMS of another origin.

use std::path::Path;
use std::sync::{Arc, Mutex};

use gms_chat_simulator::{Options, Running, Scenario, set_switch, start};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::desk::Desk;
use crate::servers::dist;
use crate::stage::{Backstage, Lapse, Step, evidence};

/// A page of the customer. `{site}`, `{gms}` and `{files}` (the house by another name) stand for three origins, in
/// headers and in the text; `{integrity}` for the loader's hash.
#[derive(Clone, Copy)]
pub(crate) struct Page {
    pub(crate) path: &'static str,
    pub(crate) headers: &'static [(&'static str, &'static str)],
    pub(crate) html: &'static str,
}

/// What a house is like.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) pages: &'static [Page],
    /// Headers of the built files.
    pub(crate) files: &'static [(&'static str, &'static str)],
    /// Switches of the simulator. `cors` is the site's origin unless it is here.
    pub(crate) settings: &'static [(&'static str, &'static str)],
    /// Where other files are, from the root of the checkout.
    pub(crate) folder: &'static str,
    /// The host name of GMS: `127.0.0.1` is the same site as the page, `localhost` another one.
    pub(crate) gms: &'static str,
}

impl Plan {
    /// One page at `/`, and a GMS of the same site.
    pub(crate) const fn of(pages: &'static [Page]) -> Self {
        Self {
            pages,
            files: &[],
            settings: &[],
            folder: "dist",
            gms: "127.0.0.1",
        }
    }
}

/// A running house.
pub(crate) struct House {
    gms: Running,
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
    missing: Arc<Mutex<&'static str>>,
    late: watch::Sender<&'static str>,
    door: JoinHandle<()>,
}

/// What the door needs to answer.
struct Shelf {
    plan: Plan,
    gms: String,
    site: String,
    /// Of the loader, as the build says it.
    integrity: String,
    asked: Arc<Mutex<Vec<String>>>,
    /// Part of the names of files that are not there; nothing where it is empty.
    missing: Arc<Mutex<&'static str>>,
    /// Likewise of files that come later.
    late: watch::Receiver<&'static str>,
}

impl House {
    /// Opens a house. An agent sits at the desk.
    pub(crate) async fn open(plan: Plan) -> Step<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let site = format!("http://127.0.0.1:{port}");
        let mut options = Options::on_any_port();
        let desk = Scenario::named("desk");
        options.play(desk.ok_or_else(|| Lapse::new("the simulator has no scenario desk"))?);
        for (name, value) in [("cors", site.as_str())].iter().chain(plan.settings) {
            set_switch(&mut options, name, value).map_err(Lapse::new)?;
        }
        let gms = start(options).await?;
        let asked = Arc::default();
        let missing = Arc::default();
        let late = watch::Sender::new("");
        let shelf = Arc::new(Shelf {
            gms: format!("http://{}:{}", plan.gms, gms.address().port()),
            plan,
            site,
            integrity: integrity()?,
            asked: Arc::clone(&asked),
            missing: Arc::clone(&missing),
            late: late.subscribe(),
        });
        let door = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shelf = Arc::clone(&shelf);
                // A browser that goes away is none of the house's business.
                tokio::spawn(async move { drop(shelf.answer(stream).await) });
            }
        });
        Ok(Self {
            gms,
            port,
            asked,
            missing,
            late,
            door,
        })
    }

    /// The address of a page.
    pub(crate) fn page(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The address of the first page at another host, whose name leads here.
    pub(crate) fn page_at(&self, host: &str) -> String {
        format!("http://{host}:{}/", self.port)
    }

    /// The agents' side.
    pub(crate) fn desk(&self) -> Desk {
        Desk::new(self.gms.address().port())
    }

    /// From now on files whose names hold this are not there; an empty name gives them back.
    pub(crate) fn withhold(&self, name: &'static str) {
        if let Ok(mut missing) = self.missing.lock() {
            *missing = name;
        }
    }

    /// From now on files whose names hold this come later: when this is called with an empty name.
    pub(crate) fn put_off(&self, name: &'static str) {
        self.late.send_replace(name);
    }

    /// The paths that the house was asked for, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().map(|asked| asked.clone());
        asked.unwrap_or_default()
    }
}

impl Shelf {
    async fn answer(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        let mut head = String::new();
        while stream.read_line(&mut head).await? > 2 {}
        let path = head.split(' ').nth(1).unwrap_or_default();
        let path = path.split('?').next().unwrap_or_default().to_owned();
        if let Ok(mut asked) = self.asked.lock() {
            asked.push(path.clone());
        }
        let is_there = |late: &&str| late.is_empty() || !path.contains(*late);
        drop(self.late.clone().wait_for(is_there).await);
        let (status, headers, body) = self.find(&path);
        let mut reply = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\nCache-Control: no-store\r\n",
            body.len()
        );
        for (name, value) in headers {
            reply.push_str(&format!("{name}: {value}\r\n"));
        }
        reply.push_str("\r\n");
        stream.write_all(reply.as_bytes()).await?;
        stream.write_all(&body).await?;
        stream.shutdown().await
    }

    fn find(&self, path: &str) -> (&'static str, Vec<(&'static str, String)>, Vec<u8>) {
        if let Some(page) = self.plan.pages.iter().find(|page| page.path == path) {
            let name = if path.ends_with(".js") { path } else { ".html" };
            let mut headers = vec![("Content-Type", kind(name).to_owned())];
            let more = page.headers.iter();
            headers.extend(more.map(|(name, value)| (*name, self.filled(value))));
            return ("200 OK", headers, self.filled(page.html).into_bytes());
        }
        if path == "/favicon.ico" {
            return ("204 No Content", Vec::new(), Vec::new());
        }
        let Some((name, body)) = self.file(path) else {
            return ("404 Not Found", Vec::new(), Vec::new());
        };
        let mut headers = vec![("Content-Type", kind(&name).to_owned())];
        let more = self.plan.files.iter();
        headers.extend(more.map(|(name, value)| (*name, self.filled(value))));
        ("200 OK", headers, body)
    }

    /// A file of the folder; a version in front of its path, as in `/v/1.2.3/`, does not count.
    fn file(&self, path: &str) -> Option<(String, Vec<u8>)> {
        let missing = self.missing.lock().map_or("", |missing| *missing);
        if !missing.is_empty() && path.contains(missing) {
            return None;
        }
        let name = path
            .strip_prefix("/v/")
            .and_then(|path| path.split_once('/'));
        let name = name.map_or(path.trim_start_matches('/'), |(_, name)| name);
        let name = if name.is_empty() { "index.html" } else { name };
        if name.contains("..") || name.contains('\\') {
            return None;
        }
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(self.plan.folder);
        let body = std::fs::read(folder.join(name)).ok()?;
        Some((name.to_owned(), body))
    }

    fn filled(&self, text: &str) -> String {
        let files = self.site.replace("127.0.0.1", "localhost");
        let text = text
            .replace("{site}", &self.site)
            .replace("{gms}", &self.gms);
        text.replace("{files}", &files)
            .replace("{integrity}", &self.integrity)
    }
}

/// What the manifest of the build says of the loader.
fn integrity() -> Step<String> {
    let manifest = std::fs::read_to_string(dist()?.join("manifest.json"))?;
    let manifest: serde_json::Value = serde_json::from_str(&manifest)?;
    let integrity = manifest["files"]["gms-chat.js"]["integrity"].as_str();
    Ok(integrity
        .ok_or_else(|| Lapse::new("the manifest has no integrity of the loader"))?
        .to_owned())
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

impl Backstage for House {
    async fn leave_evidence(&self, name: &str) {
        drop(std::fs::write(
            evidence(name, "asked.txt"),
            self.asked().join("\n"),
        ));
        if let Ok(story) = self.desk().story().await {
            drop(std::fs::write(evidence(name, "server.json"), story));
        }
    }

    async fn end(self) {
        self.door.abort();
        self.gms.stop().await;
    }
}
