//! The servers of a journey: the simulator as GMS, and whoever serves the page.

use std::path::{Path, PathBuf};

use gms_chat_simulator::{Options, Running, Scenario, set_switch, start};

use crate::desk::Desk;
use crate::stage::{Backstage, Lapse, Step, evidence};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A GMS, and the site with the page.
pub(crate) struct Servers {
    gms: Running,
    /// Another origin than that of GMS, where there are two.
    site: Option<Running>,
}

impl Servers {
    /// One origin serves the built demo page and GMS, as behind a company's proxy.
    pub(crate) async fn one_origin(scenario: &str) -> Step<Self> {
        Self::one_origin_with(scenario, &[]).await
    }

    /// Likewise, with switches of the simulator set.
    pub(crate) async fn one_origin_with(scenario: &str, settings: &[(&str, &str)]) -> Step<Self> {
        Self::serving(dist()?, scenario, settings).await
    }

    /// Likewise, with the pages of another folder.
    pub(crate) async fn one_origin_of(folder: PathBuf, scenario: &str) -> Step<Self> {
        Self::serving(folder, scenario, &[]).await
    }

    async fn serving(folder: PathBuf, scenario: &str, settings: &[(&str, &str)]) -> Step<Self> {
        let mut options = playing(scenario)?;
        options.site = Some(folder);
        for (name, value) in settings {
            set_switch(&mut options, name, value).map_err(Lapse::new)?;
        }
        Ok(Self {
            gms: start(options).await?,
            site: None,
        })
    }

    /// The page comes from one origin, GMS answers on another one, which lets the first one in.
    pub(crate) async fn two_origins(scenario: &str, page: &str) -> Step<Self> {
        let folder = folder_with(page)?;
        let site = start(Options {
            site: Some(folder),
            ..Options::on_any_port()
        })
        .await?;
        let mut options = playing(scenario)?;
        set_switch(&mut options, "cors", &site.base()).map_err(Lapse::new)?;
        Ok(Self {
            gms: start(options).await?,
            site: Some(site),
        })
    }

    /// Where the page is.
    pub(crate) fn page(&self, query: &str) -> String {
        format!("{}/{query}", self.site.as_ref().unwrap_or(&self.gms).base())
    }

    /// The address of GMS up to `/genesys`.
    pub(crate) fn endpoint(&self) -> String {
        format!("{}/genesys", self.gms.base())
    }

    /// The port of GMS on this machine.
    pub(crate) fn port(&self) -> u16 {
        self.gms.address().port()
    }

    /// Where the agents' desk is.
    pub(crate) fn desk_page(&self) -> String {
        format!("{}/agent", self.gms.base())
    }

    /// The agents' side of the first chat.
    pub(crate) fn desk(&self) -> Desk {
        Desk::new(self.gms.address().port())
    }

    /// Forgets every CometD session and cuts every connection, as a restart of the GMS node does. Chats live on
    /// another server.
    pub(crate) fn restart_gms(&self) {
        self.gms.restart(true);
    }
}

impl Backstage for Servers {
    async fn leave_evidence(&self, name: &str) {
        if let Ok(story) = self.desk().story().await {
            drop(std::fs::write(evidence(name, "server.json"), story));
        }
    }

    async fn end(self) {
        self.gms.stop().await;
        if let Some(site) = self.site {
            site.stop().await;
        }
    }
}

fn playing(scenario: &str) -> Step<Options> {
    let mut options = Options::on_any_port();
    let known = Scenario::named(scenario);
    options.play(
        known.ok_or_else(|| Lapse::new(format!("the simulator has no scenario {scenario}")))?,
    );
    Ok(options)
}

/// The release build. A journey over anything else would prove nothing.
pub(crate) fn dist() -> Step<PathBuf> {
    let dist = Path::new(ROOT).join("dist");
    if dist.join("gms-chat.js").is_file() {
        return Ok(dist);
    }
    Err(Lapse::new(
        "dist holds no build: run `cargo xtask test e2e`, or `cargo xtask dist` before this",
    ))
}

/// Copies what a folder holds, with the folders in it.
pub(crate) fn copy_into(from: &Path, folder: &Path) -> Step {
    std::fs::create_dir_all(folder)?;
    for file in std::fs::read_dir(from)? {
        let file = file?;
        let to = folder.join(file.file_name());
        if file.file_type()?.is_dir() {
            copy_into(&file.path(), &to)?;
        } else {
            std::fs::copy(file.path(), to)?;
        }
    }
    Ok(())
}

/// A folder with the built files and this page as `index.html`.
fn folder_with(page: &str) -> Step<PathBuf> {
    let folder =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("site-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    copy_into(&dist()?, &folder)?;
    std::fs::write(folder.join("index.html"), page)?;
    Ok(folder)
}
