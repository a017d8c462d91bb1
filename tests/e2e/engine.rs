//! The browsers that journeys run in: how each one's driver is started, and what it is asked for.

use std::fmt::Display;
use std::io::{BufRead, BufReader, PipeReader, pipe};
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value, json};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::stage::{Lapse, Step, eventually};

/// The same switches as the tests that wasm-pack runs.
const CHROMIUM: &str = include_str!("../../webdriver.json");

/// Which browser; `GMS_CHAT_BROWSER` names another one than Chromium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Chromium,
    Firefox,
    /// WebKitGTK's MiniBrowser. It has no headless mode: `DISPLAY` has to be there.
    WebKit,
}

/// A driver that listens. It ends with its process.
pub(crate) struct Driver {
    pub(crate) process: Child,
    pub(crate) port: u16,
    pub(crate) words: Words,
}

/// What a driver has said so far, a line each.
#[derive(Clone, Default)]
pub(crate) struct Words(Arc<Mutex<Vec<String>>>);

impl Engine {
    pub(crate) fn chosen() -> Step<Self> {
        match std::env::var("GMS_CHAT_BROWSER").as_deref() {
            Err(_) | Ok("chromium") => Ok(Self::Chromium),
            Ok("firefox") => Ok(Self::Firefox),
            Ok("webkit") => Ok(Self::WebKit),
            Ok(other) => Err(Lapse::new(format!(
                "GMS_CHAT_BROWSER has to be chromium, firefox or webkit, not {other}"
            ))),
        }
    }

    /// Whether the driver hands out the browser's console; only Chromium's does.
    pub(crate) fn tells_console(self) -> bool {
        self == Self::Chromium
    }

    /// Whether its driver has a key for every character of a text: WebKit's stops at U+FFFF.
    pub(crate) fn types(self, text: &str) -> bool {
        self != Self::WebKit || text.chars().all(|letter| u32::from(letter) <= 0xffff)
    }

    fn driver(self) -> &'static str {
        match self {
            Self::Chromium => "chromedriver",
            Self::Firefox => "geckodriver",
            Self::WebKit => "WebKitWebDriver",
        }
    }

    /// Starts the driver, and returns when it listens.
    pub(crate) async fn start(self) -> Step<Driver> {
        let asked = self.port()?;
        let (reader, writer) = pipe()?;
        let mut command = Command::new(self.driver());
        command
            .arg(format!("--port={}", asked.unwrap_or(0)))
            .stdin(Stdio::null())
            .stdout(writer.try_clone()?)
            .stderr(writer)
            .kill_on_drop(true);
        if self == Self::WebKit {
            // Its sandbox cannot be had as root.
            command.env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1");
        }
        let process = command
            .spawn()
            .map_err(|error| Lapse::new(format!("{} cannot be started: {error}", self.driver())))?;
        // The command holds an end of the pipe too.
        drop(command);
        let words = Words::of(reader);
        let port = eventually(self.driver(), async || {
            let Some(port) = asked.or_else(|| words.port()) else {
                return Err(words.lapse("it does not say where it listens"));
            };
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
            Ok(Some(port))
        })
        .await?;
        Ok(Driver {
            process,
            port,
            words,
        })
    }

    /// The port that a driver has to be given because it cannot say which one it takes by itself.
    fn port(self) -> Step<Option<u16>> {
        if self != Self::WebKit {
            return Ok(None);
        }
        // Free now and asked for at once; still somebody else on this machine may take it meanwhile.
        let found = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        Ok(Some(found.local_addr()?.port()))
    }

    /// What a session is asked for, with a window of this many CSS pixels where the browser takes that here.
    pub(crate) fn capabilities(self, width: u32, height: u32) -> Step<Map<String, Value>> {
        let wanted = match self {
            Self::Chromium => {
                let mut wanted: Value = serde_json::from_str(CHROMIUM)?;
                if let Some(arguments) = wanted["goog:chromeOptions"]["args"].as_array_mut() {
                    arguments.push(json!(format!("--window-size={width},{height}")));
                    // A site with sub-domains, for the journeys that need one.
                    arguments.push(json!("--host-resolver-rules=MAP *.chat.test 127.0.0.1"));
                }
                wanted["goog:loggingPrefs"] = json!({ "browser": "ALL" });
                // Those that the tests have made themselves are nobody else's.
                wanted["acceptInsecureCerts"] = json!(true);
                wanted
            }
            Self::Firefox => json!({
                "browserName": "firefox",
                "moz:firefoxOptions": {
                    "binary": firefox()?,
                    "args": ["-headless", "-width", width.to_string(), "-height", height.to_string()],
                    "prefs": { "network.dns.localDomains": "a.chat.test,b.chat.test,c.chat.test" },
                },
                "acceptInsecureCerts": true,
            }),
            Self::WebKit => json!({
                "acceptInsecureCerts": true,
                "webkitgtk:browserOptions": { "binary": mini_browser()?, "args": ["--automation"] },
            }),
        };
        match wanted {
            Value::Object(wanted) => Ok(wanted),
            other => Err(Lapse::new(format!("no capabilities: {other}"))),
        }
    }
}

impl Words {
    /// Listens until the driver and its browsers have ended.
    fn of(reader: PipeReader) -> Self {
        let words = Self::default();
        let heard = words.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(reader).lines().map_while(Result::ok) {
                heard.all().push(line);
            }
        });
        words
    }

    fn all(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where it listens, in Chromium's driver's words or in Firefox's.
    fn port(&self) -> Option<u16> {
        self.all().iter().find_map(|line| {
            let (_, port) = line
                .rsplit_once("successfully on port ")
                .or_else(|| line.rsplit_once("Listening on 127.0.0.1:"))?;
            port.trim_end_matches('.').parse().ok()
        })
    }

    /// Why something did not come about, and what the driver has said at last.
    pub(crate) fn lapse(&self, why: impl Display) -> Lapse {
        let all = self.all();
        let last = all[all.len().saturating_sub(10)..].join("\n");
        Lapse::new(format!("{why}; the driver says:\n{last}"))
    }
}

/// Debian's name for it, then everybody else's.
fn firefox() -> Step<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    ["firefox-esr", "firefox"]
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|place| place.is_file())
        .ok_or_else(|| Lapse::new("Firefox is not on the PATH"))
}

/// Lies beside the library, in a folder that is named after the machine.
fn mini_browser() -> Step<PathBuf> {
    let places = std::fs::read_dir("/usr/lib")?.flatten();
    places
        .map(|entry| entry.path().join("webkit2gtk-4.1/MiniBrowser"))
        .find(|place| place.is_file())
        .ok_or_else(|| Lapse::new("/usr/lib holds no webkit2gtk-4.1/MiniBrowser"))
}
