//! What lasts for a while in a tab: hidden, without a network, frozen, on another page, or closed.

use serde_json::json;

use crate::browser::Browser;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spell {
    /// `back`: by the button of that name.
    Away {
        back: bool,
    },
    Hidden,
    Offline,
    Frozen,
    /// The window is gone; another one takes its place.
    Closed,
    /// Likewise, and nobody had told the page.
    Crashed,
}

impl Spell {
    /// Whether nobody can write meanwhile.
    pub(super) fn takes_the_keys(self) -> bool {
        self.takes_the_page() || self == Self::Hidden
    }

    /// Whether the page with the chat does not run meanwhile.
    pub(super) fn takes_the_page(self) -> bool {
        match self {
            Self::Away { .. } | Self::Frozen | Self::Closed | Self::Crashed => true,
            Self::Hidden | Self::Offline => false,
        }
    }

    /// As it is counted.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Away { .. } => "other pages",
            Self::Hidden => "pages hidden",
            Self::Offline => "times offline",
            Self::Frozen => "sleeps",
            Self::Closed => "tabs closed and opened again",
            Self::Crashed => "tabs crashed and opened again",
        }
    }

    /// As it is counted when it comes over the tab that leads the others.
    pub(super) fn name_of_leader(self) -> Option<&'static str> {
        match self {
            Self::Away { .. } => Some("leading tabs on another page"),
            Self::Frozen => Some("leading tabs frozen"),
            Self::Closed => Some("leading tabs closed"),
            Self::Crashed => Some("leading tabs crashed"),
            Self::Hidden | Self::Offline => None,
        }
    }

    /// `home`: the page with the widget.
    pub(super) async fn begin(self, browser: &Browser, home: &str) -> Result<(), String> {
        match self {
            Self::Away { .. } => {
                let site = home.split("/?").next().unwrap_or_default();
                browser.visit(&format!("{site}/site.css")).await
            }
            Self::Hidden => show(browser, "minimized").await,
            Self::Offline => go_offline(browser, true).await,
            Self::Frozen => freeze(browser, "frozen").await,
            // Only where another window stays.
            Self::Closed | Self::Crashed => Ok(()),
        }
    }

    pub(super) async fn end(self, browser: &Browser, home: &str) -> Result<(), String> {
        match self {
            Self::Away { back: true } => browser.go_back().await,
            Self::Away { back: false } => browser.visit(home).await,
            Self::Hidden => show(browser, "normal").await,
            Self::Offline => go_offline(browser, false).await,
            Self::Frozen => freeze(browser, "active").await,
            Self::Closed | Self::Crashed => Ok(()),
        }
    }
}

async fn show(browser: &Browser, state: &str) -> Result<(), String> {
    let window = browser
        .devtools("Browser.getWindowForTarget", json!({}))
        .await?;
    let bounds = json!({ "windowId": window["windowId"], "bounds": { "windowState": state } });
    let done = browser.devtools("Browser.setWindowBounds", bounds).await;
    done.map(drop)
}

async fn go_offline(browser: &Browser, is_offline: bool) -> Result<(), String> {
    // Without it the browser says that it is offline, and is not.
    browser.devtools("Network.enable", json!({})).await?;
    let conditions = json!({
        "offline": is_offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1
    });
    let done = browser
        .devtools("Network.emulateNetworkConditions", conditions)
        .await;
    done.map(drop)
}

async fn freeze(browser: &Browser, state: &str) -> Result<(), String> {
    let done = browser
        .devtools("Page.setWebLifecycleState", json!({ "state": state }))
        .await;
    done.map(drop)
}
