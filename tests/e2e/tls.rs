//! The built widget behind nginx with TLS, as `deploy/nginx.conf` has it, over HTTP/2 and over HTTP/1.1. nginx is needed,
//! so `cargo xtask test proxies` runs this.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use gms_chat_simulator::{Options, Running, Scenario, start};
use serde_json::json;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use crate::desk::Desk;
use crate::servers::{copy_into, dist};
use crate::stage::{Backstage, Console, Lapse, Step, evidence, journey};
use crate::visitor::Visitor;

const AGENT: &str = "Kristi Sippola";
/// The customer's page: the gateway knows who the visitor is.
const PAGE: &str = r#"<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Shop</title>
<link rel="icon" href="data:,">
<script async src="/chat/gms-chat.js" data-endpoint="/genesys" data-delivery="cometd" data-user-id="none"></script>
<h1>Shop</h1></html>"#;
/// By which protocol the requests to GMS went.
const HOPS: &str = "
const all = performance.getEntriesByType('resource').filter(({ name }) => name.includes('/genesys/'));
return [...new Set(all.map(({ nextHopProtocol }) => nextHopProtocol).filter((hop) => hop))];";

/// nginx, the widget's files, and the simulator in the place of GMS.
struct Site {
    gms: Running,
    nginx: Child,
    port: u16,
    folder: PathBuf,
}

impl Site {
    /// As the example has it, with this in place of what it listens with.
    async fn open(listens: &str) -> Step<Self> {
        let port = free_port()?;
        let name = format!("gms-chat-tls-{}-{port}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        copy_into(&dist()?, &folder.join("www/chat"))?;
        fs::write(folder.join("www/index.html"), PAGE)?;
        let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
        fs::write(folder.join("site.pem"), signed.cert.pem())?;
        fs::write(folder.join("site.key"), signed.signing_key.serialize_pem())?;
        let mut options = Options::on_any_port();
        let desk = Scenario::named("desk");
        options.play(desk.ok_or_else(|| Lapse::new("the simulator has no scenario desk"))?);
        let gms = start(options).await?;
        fs::write(
            folder.join("config"),
            config(listens, port, &gms.address().to_string(), &folder)?,
        )?;
        let mut site = Self {
            nginx: nginx(&folder)?,
            gms,
            port,
            folder,
        };
        site.listens().await?;
        Ok(site)
    }

    /// Waits until nginx accepts connections.
    async fn listens(&mut self) -> Step {
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            if let Some(status) = self.nginx.try_wait()? {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                return Err(Lapse::new(format!("nginx ended with {status}: {log}")));
            }
            if Instant::now() > until {
                return Err(Lapse::new("nginx does not listen"));
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    fn page(&self) -> String {
        format!("https://localhost:{}/", self.port)
    }

    fn desk(&self) -> Desk {
        Desk::new(self.gms.address().port())
    }
}

impl Backstage for Site {
    async fn leave_evidence(&self, name: &str) {
        if let Ok(story) = self.desk().story().await {
            drop(fs::write(evidence(name, "server.json"), story));
        }
        drop(fs::copy(
            self.folder.join("log"),
            evidence(name, "nginx.log"),
        ));
    }

    async fn end(mut self) {
        drop(self.nginx.kill().await);
        self.gms.stop().await;
        // What is left lies in the system's folder for such things.
        drop(fs::remove_dir_all(&self.folder));
    }
}

fn free_port() -> Step<u16> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    Ok(listener.local_addr()?.port())
}

/// The example with what each company has to change.
fn config(listens: &str, port: u16, gms: &str, folder: &Path) -> Step<String> {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/nginx.conf");
    let mut config = fs::read_to_string(example)?;
    let path = |name: &str| folder.join(name).display().to_string();
    let temp = format!(
        "http {{\naccess_log off; client_body_temp_path {0}; proxy_temp_path {0}; fastcgi_temp_path {0}; \
         uwsgi_temp_path {0}; scgi_temp_path {0};\n",
        path("temp")
    );
    let plain = free_port()?;
    for (theirs, ours) in [
        (
            "listen 443 ssl http2;",
            format!("listen 127.0.0.1:{port} {listens};"),
        ),
        ("listen 80;", format!("listen 127.0.0.1:{plain};")),
        ("/etc/ssl/www.example.com.pem", path("site.pem")),
        ("/etc/ssl/www.example.com.key", path("site.key")),
        ("root /srv/www;", format!("root {};", path("www"))),
        ("server 127.0.0.1:8080;", format!("server {gms};")),
        ("http {\n", temp),
    ] {
        if !config.contains(theirs) {
            return Err(Lapse::new(format!("the example has no longer: {theirs}")));
        }
        config = config.replace(theirs, &ours);
    }
    Ok(config)
}

fn nginx(folder: &Path) -> Step<Child> {
    let (pid, log) = (folder.join("pid"), folder.join("log"));
    let globals = format!(
        "daemon off; master_process off; pid {}; error_log {};",
        pid.display(),
        log.display()
    );
    // On Debian, servers are where only root looks.
    let path = std::env::var("PATH").unwrap_or_default();
    Command::new("nginx")
        .arg("-c")
        .arg(folder.join("config"))
        .args(["-g", &globals])
        .env("PATH", format!("{path}:/usr/sbin:/sbin"))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| {
            Lapse::new(format!(
                "nginx cannot be started: {error}; `cargo xtask test proxies` installs it"
            ))
        })
}

/// A whole chat with a reload in it, and every request by this protocol.
async fn a_chat_goes(name: &str, listens: &str, hop: &str) {
    let site = Site::open(listens)
        .await
        .unwrap_or_else(|lapse| panic!("{name}: {lapse}"));
    journey(
        name,
        site,
        Console::FailedRequests,
        async |visitor, site| {
            let desk = site.desk();
            visitor.visit(&site.page()).await?;
            visitor.start_chat("My parcel").await?;
            desk.join(AGENT).await?;
            desk.say(AGENT, "Hello").await?;
            visitor.see_messages(&["Hello"]).await?;
            visitor.say("Hi").await?;
            desk.read("Hi").await?;
            went_by(visitor, hop).await?;
            visitor.visit(&site.page()).await?;
            visitor.see_messages(&["Hello", "Hi"]).await?;
            visitor.see("You are talking to Kristi Sippola").await?;
            visitor.say("Where is it?").await?;
            desk.read("Where is it?").await?;
            desk.say(AGENT, "On its way.").await?;
            visitor
                .see_messages(&["Hello", "Hi", "Where is it?", "On its way."])
                .await?;
            went_by(visitor, hop).await?;
            if desk.requests("connect").await? < 3 || desk.requests("refresh").await? > 6 {
                return Err(Lapse::new("the events did not come by CometD"));
            }
            desk.end(AGENT).await?;
            visitor.see("The chat is over. Thank you").await
        },
    )
    .await;
}

async fn went_by(visitor: &Visitor, hop: &str) -> Step {
    let hops = visitor.look(HOPS, &json!(null)).await?;
    if hops == json!([hop]) {
        return Ok(());
    }
    Err(Lapse::new(format!("requests went by {hops}, not {hop}")))
}

#[tokio::test]
async fn a_chat_with_a_reload_goes_over_http_2() {
    a_chat_goes("tls-h2", "ssl http2", "h2").await;
}

#[tokio::test]
async fn a_chat_with_a_reload_goes_over_http_1_1() {
    a_chat_goes("tls-h1", "ssl", "http/1.1").await;
}
