//! wasm-opt and esbuild, in the versions that `xtask/npm/package-lock.json` fixes.

use super::{fits, install};
use crate::failure::{Failure, OrFailure, Outcome};
use crate::process;
use crate::project::Project;
use crate::report::say;

/// Package and the program that it brings.
const PROGRAMS: [(&str, &str); 2] = [("binaryen", "wasm-opt"), ("esbuild", "esbuild")];

/// Installs both when one is missing.
pub(super) fn set_up(project: &Project) -> Outcome {
    let wanted = project.read("xtask/npm/package.json")?;
    let mut all = true;
    for (package, program) in PROGRAMS {
        let version = wanted_version(&wanted, package).ok_or_else(|| {
            Failure::new(
                format!("xtask/npm/package.json names no {package}"),
                "restore the file from git",
            )
        })?;
        all &= fits(project, program, spoken(program, &version));
    }
    if all { Ok(()) } else { install_both(project) }
}

fn install_both(project: &Project) -> Outcome {
    let folder = project.tools().join("npm");
    say(format_args!(
        "wasm-opt, esbuild: missing; npm installs them into {} (seconds)",
        folder.display()
    ));
    let advice = "make the tools folder writable, or name another one in GMS_CHAT_TOOLS";
    std::fs::create_dir_all(&folder)
        .or_failure(format_args!("creating {}", folder.display()), advice)?;
    for file in ["package.json", "package-lock.json", ".npmrc"] {
        let from = project.root().join("xtask/npm").join(file);
        std::fs::copy(&from, folder.join(file))
            .or_failure(format_args!("copying {}", from.display()), advice)?;
    }
    let mut npm = process::command(project, "npm");
    // Install scripts are not needed: the packages carry their programs.
    npm.args(["ci", "--ignore-scripts"]).current_dir(&folder);
    install(
        project,
        "npm",
        &mut npm,
        "check that npm can reach its registry, then run this again",
    )
}

/// The exact version of a dependency in a package.json.
fn wanted_version(manifest: &str, package: &str) -> Option<String> {
    let after = manifest.split_once(&format!("\"{package}\": \""))?.1;
    Some(after.split_once('"')?.0.to_owned())
}

/// wasm-opt prints only the first number of its package's version.
fn spoken<'a>(program: &str, version: &'a str) -> &'a str {
    match program {
        "wasm-opt" => version.split('.').next().unwrap_or(version),
        _ => version,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_pins_both_packages_exactly() {
        let manifest = include_str!("../../npm/package.json");
        for (package, _) in PROGRAMS {
            let version = wanted_version(manifest, package).unwrap();
            assert!(
                version.split('.').all(|part| part.parse::<u32>().is_ok()),
                "{package} {version}"
            );
        }
    }

    #[test]
    fn wasm_opt_speaks_of_its_major_version_only() {
        assert_eq!(spoken("wasm-opt", "132.0.0"), "132");
        assert_eq!(spoken("esbuild", "0.28.2"), "0.28.2");
    }
}
