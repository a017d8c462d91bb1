//! A headless Chromium and its driver: pages, scripts, keys, and the browser's own tools. Each step takes so long at most.

use std::net::{Ipv4Addr, TcpListener};
use std::process::Stdio;
use std::time::Duration;

use fantoccini::elements::{Element, ElementRef};
use fantoccini::wd::WindowHandle;
use fantoccini::{Client, ClientBuilder};
use hyper::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::http::Http;

/// The same switches as those of the tests.
const CHROMIUM: &str = include_str!("../../../webdriver.json");
/// A driver and a browser on a busy machine.
const START: Duration = Duration::from_secs(60);
/// The longest that one step may take.
const PATIENCE: Duration = Duration::from_secs(40);

/// The running browser. Dropping it ends its driver, and that ends the browser.
#[derive(Debug)]
pub(crate) struct Browser {
    client: Client,
    http: Http,
    /// Where the driver takes commands of this session.
    session: String,
    driver: Child,
}

impl Browser {
    pub(crate) async fn start() -> Result<Self, String> {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|it| it.local_addr());
        let port = free.map_err(|error| error.to_string())?.port();
        let mut command = Command::new("chromedriver");
        command
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        // Ctrl-C is for the soak, which then ends the browser itself.
        #[cfg(unix)]
        command.process_group(0);
        let driver = command
            .spawn()
            .map_err(|error| format!("chromedriver cannot be started: {error}"))?;
        let address = format!("http://127.0.0.1:{port}");
        let http = Http::new();
        let client = timeout(START, connect(&http, &address)).await;
        let client = client.map_err(|_| "the browser did not start in time")??;
        let id = client.session_id().await.map_err(|error| told(&error))?;
        let id = id.ok_or("the driver gave no session")?;
        Ok(Self {
            client,
            http,
            session: format!("{address}/session/{id}"),
            driver,
        })
    }

    /// The window that is there from the start.
    pub(crate) async fn first_window(&self) -> Result<WindowHandle, String> {
        within(self.client.window()).await
    }

    pub(crate) async fn new_window(&self) -> Result<WindowHandle, String> {
        let opened = within(self.client.new_window(false)).await?;
        Ok(opened.handle)
    }

    /// What follows is about this window.
    pub(crate) async fn turn_to(&self, window: &WindowHandle) -> Result<(), String> {
        within(self.client.switch_to_window(window.clone())).await
    }

    /// Closes the window that this is about. What follows has to be about another one.
    pub(crate) async fn close_window(&self) -> Result<(), String> {
        within(self.client.close_window()).await
    }

    /// Ends the process of the page without a word to it, and then its window. What follows has to be about the other one.
    pub(crate) async fn crash(&self, other: &WindowHandle) -> Result<(), String> {
        let crashed = within(self.client.window()).await?;
        // The answer is that it has crashed.
        let _ = self.devtools("Page.crash", json!({})).await;
        self.turn_to(other).await?;
        // The driver gives up when somebody asks a window that has crashed.
        let wish = json!({ "targetId": String::from(crashed) });
        self.devtools("Target.closeTarget", wish).await.map(drop)
    }

    pub(crate) async fn visit(&self, address: &str) -> Result<(), String> {
        within(self.client.goto(address)).await
    }

    pub(crate) async fn reload(&self) -> Result<(), String> {
        within(self.client.refresh()).await
    }

    pub(crate) async fn go_back(&self) -> Result<(), String> {
        within(self.client.back()).await
    }

    /// What a script returns.
    pub(crate) async fn look(&self, script: &str) -> Result<Value, String> {
        within(self.client.execute(script, Vec::new())).await
    }

    /// Presses keys in the element that the script returns. False when it returns none.
    pub(crate) async fn type_into(&self, script: &str, keys: &str) -> Result<bool, String> {
        let found = self.look(script).await?;
        let id = found.as_object().and_then(|found| found.values().next());
        let Some(id) = id.and_then(Value::as_str) else {
            return Ok(false);
        };
        let reference = ElementRef::from(id.to_owned());
        let element = Element::from_element_id(self.client.clone(), reference);
        within(element.send_keys(keys)).await.map(|()| true)
    }

    /// A command of the browser's own tools.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Result<Value, String> {
        let url = format!("{}/goog/cdp/execute", self.session);
        let wish = json!({ "cmd": command, "params": parameters });
        let (status, mut reply) = self.http.ask(Method::POST, &url, &wish).await?;
        match status {
            200 => Ok(reply["value"].take()),
            _ => Err(format!("{command} was answered {reply}")),
        }
    }

    pub(crate) async fn end(mut self) {
        // The driver is killed in any case.
        let _ = within(self.client.clone().close()).await;
        let _ = self.driver.kill().await;
    }
}

async fn connect(http: &Http, address: &str) -> Result<Client, String> {
    let mut wanted: Value = serde_json::from_str(CHROMIUM).map_err(|error| error.to_string())?;
    wanted["timeouts"] = json!({ "pageLoad": 30_000, "script": 20_000 });
    let Value::Object(wanted) = wanted else {
        return Err("webdriver.json holds no object".to_owned());
    };
    let status = format!("{address}/status");
    while http.ask(Method::GET, &status, &Value::Null).await.is_err() {
        sleep(Duration::from_millis(50)).await;
    }
    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(wanted);
    let connected = builder.connect(address).await;
    connected.map_err(|error| error.to_string())
}

async fn within<T>(
    step: impl Future<Output = Result<T, fantoccini::error::CmdError>>,
) -> Result<T, String> {
    let done = timeout(PATIENCE, step).await;
    done.map_err(|_| "the browser took too long")?
        .map_err(|error| told(&error))
}

fn told(error: &fantoccini::error::CmdError) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().to_owned()
}
