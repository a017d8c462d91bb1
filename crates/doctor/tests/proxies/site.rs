//! A site as `deploy/` describes it: a proxy with TLS, the widget's files, and the simulator in the place of GMS.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use gms_chat_doctor::Options;
use gms_chat_simulator::{Running, Scenario, set_switch, start};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

/// The servers that there are examples for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Nginx,
    Haproxy,
    Caddy,
}

pub(crate) const KINDS: [Kind; 3] = [Kind::Nginx, Kind::Haproxy, Kind::Caddy];

/// A running site; dropping it ends its processes and removes its folder.
pub(crate) struct Site {
    pub(crate) gms: Running,
    port: u16,
    certificate: CertificateDer<'static>,
    folder: PathBuf,
    _proxy: Child,
}

impl Site {
    pub(crate) async fn behind(kind: Kind, hold: &str) -> Self {
        Self::build(kind, hold, "").await
    }

    /// The site when its configuration lacks this text.
    pub(crate) async fn without(kind: Kind, text: &str) -> Self {
        Self::build(kind, "60s", text).await
    }

    async fn build(kind: Kind, hold: &str, lacking: &str) -> Self {
        let folder = folder();
        files(&folder.join("www"));
        let gms = simulator(hold, &folder.join("www")).await;
        let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let [certificate, key] = [signed.cert.pem(), signed.signing_key.serialize_pem()];
        fs::write(folder.join("site.pem"), &certificate).unwrap();
        fs::write(folder.join("site.key"), &key).unwrap();
        fs::write(folder.join("both.pem"), certificate + &key).unwrap();
        let port = free_port();
        let example = fs::read_to_string(example(kind)).unwrap();
        assert!(example.contains(lacking), "{lacking}");
        let mut config = example.replace(lacking_or_nothing(lacking), "");
        for (theirs, ours) in places(kind, port, gms.address(), &folder) {
            assert!(config.contains(theirs), "{kind:?} has no longer: {theirs}");
            config = config.replace(theirs, &ours);
        }
        let path = folder.join("config");
        fs::write(&path, config).unwrap();
        let mut proxy = command(kind, &path, &folder)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{kind:?} cannot be run ({error}): install it"));
        until_it_listens(kind, port, &mut proxy).await;
        Self {
            gms,
            port,
            certificate: signed.cert.der().clone(),
            folder,
            _proxy: proxy,
        }
    }

    /// The doctor's defaults for this site.
    pub(crate) fn wishes(&self) -> Options {
        let endpoint = format!("https://localhost:{}/genesys", self.port);
        let mut options = Options::for_endpoint(&endpoint).unwrap();
        options.authority = Some(self.folder.join("site.pem"));
        options
    }

    /// Sends this over TLS, and hears the answer until the proxy closes.
    pub(crate) async fn ask(&self, request: &str) -> String {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let stream = TcpStream::connect(("localhost", self.port)).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await
            .unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        // Not every server says goodbye as TLS wants it.
        let _ = stream.read_to_end(&mut bytes).await;
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Likewise, but past the proxy.
    pub(crate) async fn ask_gms(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.gms.address()).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        text
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // What is left lies in the system's folder for such things.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Nothing stands for itself: an empty text would be found between all letters.
fn lacking_or_nothing(lacking: &str) -> &str {
    if lacking.is_empty() { "\0" } else { lacking }
}

fn folder() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("gms-chat-proxies-{}-{number}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Files like those of `dist/`, long enough to be worth compressing.
fn files(www: &Path) {
    let chat = www.join("chat");
    fs::create_dir_all(&chat).unwrap();
    for name in [
        "gms-chat.js",
        "gms-chat-0123456789abcdef.js",
        "gms-chat-0123456789abcdef.wasm",
    ] {
        fs::write(chat.join(name), "let chat = \"chat\";\n".repeat(400)).unwrap();
    }
}

async fn simulator(hold: &str, www: &Path) -> Running {
    let mut options = gms_chat_simulator::Options::on_any_port();
    options.play(Scenario::named("happy").unwrap());
    options.site = Some(www.to_owned());
    set_switch(&mut options, "hold", hold).unwrap();
    start(options).await.unwrap()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn example(kind: Kind) -> PathBuf {
    let name = match kind {
        Kind::Nginx => "nginx.conf",
        Kind::Haproxy => "haproxy.cfg",
        Kind::Caddy => "Caddyfile",
    };
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../deploy")
        .join(name)
}

/// What each company has to change, and what it is here.
fn places(kind: Kind, port: u16, gms: SocketAddr, folder: &Path) -> Vec<(&'static str, String)> {
    let path = |name: &str| folder.join(name).display().to_string();
    let plain = free_port();
    match kind {
        Kind::Nginx => vec![
            ("listen 443 ssl", format!("listen 127.0.0.1:{port} ssl")),
            ("listen 80;", format!("listen 127.0.0.1:{plain};")),
            ("/etc/ssl/www.example.com.pem", path("site.pem")),
            ("/etc/ssl/www.example.com.key", path("site.key")),
            ("root /srv/www;", format!("root {};", path("www"))),
            ("server 127.0.0.1:8080;", format!("server {gms};")),
            (
                "http {\n",
                format!(
                    "http {{\naccess_log off; client_body_temp_path {0}; proxy_temp_path {0}; fastcgi_temp_path {0}; \
                     uwsgi_temp_path {0}; scgi_temp_path {0};\n",
                    path("temp")
                ),
            ),
        ],
        Kind::Haproxy => vec![
            ("bind :443 ssl", format!("bind 127.0.0.1:{port} ssl")),
            ("bind :80\n", format!("bind 127.0.0.1:{plain}\n")),
            ("/etc/haproxy/www.example.com.pem", path("both.pem")),
            ("127.0.0.1:8080", gms.to_string()),
            ("127.0.0.1:8081", gms.to_string()),
        ],
        Kind::Caddy => vec![
            (
                "www.example.com {\n",
                format!(
                    "{{\n\tadmin off\n\tauto_https disable_redirects\n}}\n\
                     https://localhost:{port} {{\n\ttls {} {}\n",
                    path("site.pem"),
                    path("site.key")
                ),
            ),
            ("127.0.0.1:8080", gms.to_string()),
            ("/srv/www", path("www")),
        ],
    }
}

fn command(kind: Kind, config: &Path, folder: &Path) -> Command {
    let mut command = match kind {
        Kind::Nginx => {
            let pid = folder.join("pid");
            let mut nginx = Command::new("nginx");
            nginx.arg("-c").arg(config).arg("-g").arg(format!(
                "daemon off; master_process off; pid {}; error_log {};",
                pid.display(),
                folder.join("log").display()
            ));
            nginx
        }
        Kind::Haproxy => {
            let mut haproxy = Command::new("haproxy");
            haproxy.arg("-f").arg(config);
            haproxy
        }
        Kind::Caddy => {
            let mut caddy = Command::new("caddy");
            caddy
                .args(["run", "--adapter", "caddyfile", "--config"])
                .arg(config);
            let log = fs::File::create(folder.join("log")).unwrap();
            caddy.stderr(log);
            caddy
        }
    };
    // On Debian, servers are where only root looks.
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{path}:/usr/sbin:/sbin"));
    command.env("HOME", folder);
    command
}

/// Waits until the proxy accepts connections; its port is nobody else's.
async fn until_it_listens(kind: Kind, port: u16, proxy: &mut Child) {
    let until = Instant::now() + Duration::from_secs(60);
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        if let Some(status) = proxy.try_wait().unwrap() {
            panic!("{kind:?} ended with {status}; its words are above");
        }
        assert!(Instant::now() < until, "{kind:?} does not listen");
        sleep(Duration::from_millis(20)).await;
    }
}
