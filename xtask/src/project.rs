//! Where things are: the root, the tools folder, the versions that Cargo.lock fixes.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, OrFailure, Outcome};

/// Names a folder with tools that several clones share (a CI cache, for example).
const TOOLS_VARIABLE: &str = "GMS_CHAT_TOOLS";

/// The checkout that this xtask was built in.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    root: PathBuf,
    tools: PathBuf,
}

impl Project {
    /// The project of the current folder, or of any folder above it that holds `xtask/` and `Cargo.lock`.
    pub(crate) fn find() -> Outcome<Self> {
        let advice = "run this command inside a checkout of gms-chat";
        let here = std::env::current_dir().or_failure("reading the current folder", advice)?;
        let root = here
            .ancestors()
            .find(|folder| {
                folder.join("xtask/Cargo.toml").is_file() && folder.join("Cargo.lock").is_file()
            })
            .ok_or_else(|| {
                Failure::new(
                    format!("{} is not inside the project", here.display()),
                    advice,
                )
            })?
            .to_owned();
        let tools = std::env::var_os(TOOLS_VARIABLE)
            .map_or_else(|| root.join(".tools"), |folder| here.join(folder));
        Ok(Self { root, tools })
    }

    /// The folder of the workspace's Cargo.toml.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder that holds what this project installs for itself.
    pub(crate) fn tools(&self) -> &Path {
        &self.tools
    }

    /// Where `trunk build` puts what is shipped.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// Cargo's target folder, as the environment may have moved it.
    pub(crate) fn target(&self) -> PathBuf {
        std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| self.root.join("target"), |folder| self.root.join(folder))
    }

    /// A built program of the dev profile, with the platform's suffix.
    pub(crate) fn built(&self, name: &str) -> PathBuf {
        self.target()
            .join("debug")
            .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Folders of the project's own tools.
    pub(crate) fn tool_folders(&self) -> [PathBuf; 2] {
        [
            self.tools.join("bin"),
            self.tools.join("npm/node_modules/.bin"),
        ]
    }

    /// The PATH for child programs: the project's own tools, then everybody's.
    pub(crate) fn search_path(&self) -> OsString {
        let own = self.tool_folders();
        let inherited = std::env::var_os("PATH").unwrap_or_default();
        let all = own.iter().cloned().chain(std::env::split_paths(&inherited));
        // Only a folder name with the separator in it fails; such a tools folder can never be searched.
        std::env::join_paths(all).unwrap_or(inherited)
    }

    /// The version of `package` in Cargo.lock.
    pub(crate) fn locked_version(&self, package: &str) -> Outcome<String> {
        let lock = self.read("Cargo.lock")?;
        version_in_lock(&lock, package).ok_or_else(|| {
            Failure::new(
                format!("Cargo.lock names no package {package}"),
                "restore Cargo.lock from git",
            )
        })
    }

    /// Writes a text file of the checkout.
    pub(crate) fn write(&self, path: &str, text: &str) -> Outcome {
        std::fs::write(self.root().join(path), text)
            .or_failure(format_args!("writing {path}"), "look at its permissions")
    }

    /// The text of a file of the project.
    pub(crate) fn read(&self, path: &str) -> Outcome<String> {
        std::fs::read_to_string(self.root.join(path))
            .or_failure(format_args!("reading {path}"), "restore it from git")
    }
}

fn version_in_lock(lock: &str, package: &str) -> Option<String> {
    let after = lock
        .split_once(&format!("name = \"{package}\"\nversion = \""))?
        .1;
    Some(after.split_once('"')?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_version_is_that_of_the_whole_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"1.0.0\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(
            version_in_lock(lock, "wasm-bindgen").as_deref(),
            Some("0.2.130")
        );
        assert_eq!(version_in_lock(lock, "bindgen"), None);
    }

    #[test]
    fn own_tools_are_searched_first() {
        let project = Project::find().unwrap();
        let path = project.search_path();
        let first = std::env::split_paths(&path).next().unwrap();
        assert_eq!(first, project.tools().join("bin"));
    }
}
