//! Beside the built files: compressed copies, a manifest with integrity hashes, and the folder of the npm package.

use std::path::Path;

use crate::failure::{OrFailure, Outcome};
use crate::process;
use crate::project::Project;
use crate::surface;

const ADVICE: &str = "build it again with `cargo xtask dist`";
/// The npm package, in `dist`.
const NPM: &str = "npm";
/// What of `dist` is the demo page and not the product.
const WITH_PREFIX: &str = "gms-chat";
/// The beginning of the name of the folder with the languages.
const LANGUAGES: &str = "lang-";

/// Node.js has brotli, gzip and SHA-384. `argv`: the folder and the version.
const MANIFEST: &str = "
const { createHash } = require('node:crypto');
const { readFileSync, writeFileSync } = require('node:fs');
const { brotliCompressSync, constants, gzipSync } = require('node:zlib');
const [folder, version, ...names] = process.argv.slice(1);
const files = {};
for (const name of names) {
  const path = folder + '/' + name;
  const bytes = readFileSync(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  const [br, gz] = [brotliCompressSync(bytes, { params }), gzipSync(bytes, { level: 9 })];
  writeFileSync(path + '.br', br);
  writeFileSync(path + '.gz', gz);
  const integrity = 'sha384-' + createHash('sha384').update(bytes).digest('base64');
  files[name] = { bytes: bytes.length, brotli: br.length, gzip: gz.length, integrity };
}
writeFileSync(folder + '/manifest.json', JSON.stringify({ version, loader: 'gms-chat.js', files }, null, 2) + '\\n');
";

/// Completes `dist` after the build.
pub(super) fn package(project: &Project) -> Outcome {
    let dist = project.dist();
    let names = shipped(&dist)?;
    let version = env!("CARGO_PKG_VERSION");
    let mut node = process::command(project, "node");
    node.args(["-e", MANIFEST, "--"])
        .arg(&dist)
        .arg(version)
        .args(&names);
    process::run(&mut node, ADVICE)?;
    let npm = dist.join(NPM);
    let write = |name: &str, text: &str| {
        std::fs::write(npm.join(name), text)
            .or_failure(format_args!("writing {name} of the npm package"), ADVICE)
    };
    for name in names
        .iter()
        .filter(|name| !["gms-chat.js", "gms-chat.js.map"].contains(&name.as_str()))
    {
        let copy = npm.join(name);
        let folder = copy.parent().unwrap_or(&npm);
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::copy(dist.join(name), &copy))
            .or_failure(format_args!("copying {name}"), ADVICE)?;
    }
    write("gms-chat.d.ts", &surface::types())?;
    write("custom-elements.json", &surface::manifest(version))?;
    write("package.json", &description(version))?;
    write("README.md", &project.read("docs/package.md")?)?;
    for text in ["LICENSE-MIT", "LICENSE-APACHE"] {
        write(text, &project.read(text)?)?;
    }
    Ok(())
}

/// The names of the built files and of the languages, without the demo page and copies.
fn shipped(dist: &Path) -> Outcome<Vec<String>> {
    let all = names(dist)?;
    let is_ours = |name: &&String| name.starts_with(WITH_PREFIX) && dist.join(name).is_file();
    let mut shipped: Vec<String> = all.iter().filter(is_ours).cloned().collect();
    for folder in all.iter().filter(|name| name.starts_with(LANGUAGES)) {
        let files = names(&dist.join(folder))?;
        shipped.extend(files.iter().map(|file| format!("{folder}/{file}")));
    }
    shipped.retain(|name| ![".br", ".gz"].iter().any(|copy| name.ends_with(copy)));
    shipped.sort();
    Ok(shipped)
}

fn names(folder: &Path) -> Outcome<Vec<String>> {
    let files = std::fs::read_dir(folder)
        .or_failure(format_args!("reading {}", folder.display()), ADVICE)?;
    let name = |file: std::fs::DirEntry| file.file_name().to_string_lossy().into_owned();
    Ok(files.flatten().map(name).collect())
}

/// `package.json` of the npm package.
fn description(version: &str) -> String {
    format!(
        r#"{{
  "name": "gms-chat",
  "version": "{version}",
  "description": "The chat window for websites whose contact centre runs Genesys Mobile Services",
  "license": "MIT OR Apache-2.0",
  "type": "module",
  "main": "./gms-chat.js",
  "types": "./gms-chat.d.ts",
  "exports": {{
    ".": {{ "types": "./gms-chat.d.ts", "default": "./gms-chat.js" }},
    "./custom-elements.json": "./custom-elements.json"
  }},
  "customElements": "custom-elements.json",
  "sideEffects": true,
  "keywords": ["chat", "genesys", "gms", "web-component", "custom-element"]
}}
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_and_the_demo_page_are_not_shipped() {
        let dist = std::env::temp_dir().join(format!("xtask-package-{}", std::process::id()));
        for folder in [NPM, "lang-1"] {
            std::fs::create_dir_all(dist.join(folder)).unwrap();
        }
        for file in [
            "gms-chat.js",
            "gms-chat.js.br",
            "gms-chat-1.wasm",
            "gms-chat-1.wasm.gz",
            "lang-1/fi.json",
            "lang-1/fi.json.br",
            "index.html",
        ] {
            std::fs::write(dist.join(file), file).unwrap();
        }
        let names = shipped(&dist).unwrap();
        std::fs::remove_dir_all(&dist).unwrap();
        assert_eq!(names, ["gms-chat-1.wasm", "gms-chat.js", "lang-1/fi.json"]);
    }
}
