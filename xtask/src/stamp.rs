//! Trunk's post_build hook: makes the wasm small, minifies the glue, the styles and the loader, gives all but the
//! loader a name with the hash of its content, and writes those names into the loader.

mod glue;
mod languages;
mod loader;
mod order;
mod prune;
mod split;

use std::path::{Path, PathBuf};

use crate::failure::{Failure, OrFailure, Outcome};
use crate::no_arguments;
use crate::process;
use crate::project::Project;

/// The language level of every engine that has what the widget needs (constructable stylesheets, 2023).
const TARGET: &str = "--target=es2022";
/// To Chromium: nearly every function runs at once. It compiles them together then, beside the main thread, and not each
/// when it is called, a second time and in the way of the first picture.
const EAGER: &str = "--banner:js=//# allFunctionsCalledOnLoad";
const BAD_STAGING: &str = "run `cargo xtask dist`; Trunk calls this hook itself";

/// `cargo xtask stamp`, in the folder that Trunk names in `TRUNK_STAGING_DIR`.
pub(crate) fn stamp(project: &Project, rest: &[String]) -> Outcome {
    no_arguments("stamp", rest)?;
    let staging = std::env::var_os("TRUNK_STAGING_DIR")
        .map(PathBuf::from)
        .ok_or_else(|| Failure::new("TRUNK_STAGING_DIR is not set", BAD_STAGING))?;
    let (wasm, glue) = built_pair(&staging)?;
    let built = read(&staging.join(&wasm))?;
    let mut glue_text = read_text(&staging.join(&glue))?;
    let mut session = String::new();
    let small = if is_release() {
        let linked = Linked::read(project)?;
        let small = shrink(project, &built, &linked)?;
        glue_text = glue::prune(&glue_text, &glue::imports(&small)?);
        glue_text = glue::lighten(&glue_text)?;
        let halves = split::split(&small, &linked.map, &split::addresses(&linked.wasm)?)?;
        let short = glue::Short::of(&small, &glue_text)?;
        glue_text = short.glue(&glue_text);
        let late = order::arrange(&short.wasm(&halves.session)?)?;
        session = keep_as(&staging, "gms-chat-session", "wasm", &late)?;
        order::arrange(&short.wasm(&halves.window)?)?
    } else {
        built
    };
    let wasm_name = keep(&staging, "wasm", &small)?;
    let glue_text = glue_text.replace(&wasm, &wasm_name);
    let modules = Modules::of(project)?;
    let glue_name = keep(&staging, "js", modules.whole(&glue_text)?.as_bytes())?;
    let keep_module = |name: &str| {
        let module = modules.bundle(&format!("src/{name}.js"))?;
        keep_as(
            &staging,
            &format!("gms-chat-{name}"),
            "js",
            module.as_bytes(),
        )
    };
    let languages = languages::publish(project, &staging)?;
    let values = loader::Values {
        glue: glue_name,
        wasm: wasm_name,
        session,
        launcher_css: styles(project, "style/launcher.css")?,
        window: keep_module("window")?,
        extras: keep_module("extras")?,
        survive: keep_module("survive")?,
        api: keep_module("api")?,
        debug: keep_module("debug")?,
        languages: languages.folder,
        tags: languages.tags,
        titles: languages.titles,
    };
    let loader = project.read("src/loader.js")?;
    let (small, map) = minify_with_map(project, &loader::link(&loader, &values)?)?;
    write(&staging.join("gms-chat.js.map"), &map)?;
    let npm = staging.join("npm");
    std::fs::create_dir_all(&npm)
        .or_failure(format_args!("creating {}", npm.display()), BAD_STAGING)?;
    let module = loader::module(&loader, &values)?;
    write(&npm.join("gms-chat.js"), module.as_bytes())?;
    for old in [wasm, glue] {
        let old = staging.join(old);
        std::fs::remove_file(&old)
            .or_failure(format_args!("removing {}", old.display()), BAD_STAGING)?;
    }
    write(&staging.join("gms-chat.js"), &small)
}

/// The loader as a classic script that leaks no name, and its source map.
fn minify_with_map(project: &Project, linked: &str) -> Outcome<(Vec<u8>, Vec<u8>)> {
    let advice = "read esbuild's message above; `cargo xtask setup build` installs esbuild";
    let folder = project.target().join("stamp");
    std::fs::create_dir_all(&folder)
        .or_failure(format_args!("creating {}", folder.display()), BAD_STAGING)?;
    let (source, small) = (folder.join("loader.js"), folder.join("gms-chat.js"));
    write(&source, linked.as_bytes())?;
    let mut esbuild = process::command(project, "esbuild");
    esbuild.arg(&source).args([
        "--minify",
        "--charset=utf8",
        "--legal-comments=none",
        "--log-level=warning",
        "--format=iife",
        // A comment with the map's name would cost every visitor 30 bytes; a header `SourceMap` says the same.
        "--sourcemap=external",
        EAGER,
        TARGET,
    ]);
    esbuild.arg(format!("--outfile={}", small.display()));
    process::run(&mut esbuild, advice)?;
    Ok((read(&small)?, read(&folder.join("gms-chat.js.map"))?))
}

/// Trunk tells its hooks which profile it built.
fn is_release() -> bool {
    std::env::var_os("TRUNK_PROFILE").is_some_and(|profile| profile == "release")
}

/// What the linker wrote.
struct Linked {
    wasm: Vec<u8>,
    map: prune::map::Map,
}

impl Linked {
    fn read(project: &Project) -> Outcome<Self> {
        let linked = project
            .target()
            .join("wasm32-unknown-unknown/release/gms-chat");
        let wasm = read(&linked.with_extension("wasm"))?;
        let map = read_text(&linked.with_extension("map"))?;
        let map = prune::map::Map::read(&map, &wasm)?;
        Ok(Self { wasm, map })
    }
}

/// Prunes and optimises. wasm-opt must not inline (brotli finds the repetition of calls, not of bodies: 1.4 KB),
/// and must not take traps for impossible: that would remove bounds checks.
fn shrink(project: &Project, wasm: &[u8], linked: &Linked) -> Outcome<Vec<u8>> {
    let folder = project.target().join("stamp");
    std::fs::create_dir_all(&folder)
        .or_failure(format_args!("creating {}", folder.display()), BAD_STAGING)?;
    let (pruned, small) = (folder.join("pruned.wasm"), folder.join("small.wasm"));
    write(&pruned, &prune::prune(wasm)?)?;
    optimise(project, &pruned, &small, &THOROUGH)?;
    let once = read(&small)?;
    prune::refuse_formatting(&once)?;
    write(&pruned, &prune::mute(&once)?)?;
    optimise(project, &pruned, &small, &["-Oz"])?;
    prune::silence(&read(&small)?, &linked.map)
}

/// The passes of the first time.
const THOROUGH: [&str; 6] = [
    "--flatten",
    "--rereloop",
    "-Oz",
    "--gufa-optimizing",
    "-Oz",
    "--converge",
];

fn optimise(project: &Project, from: &Path, to: &Path, passes: &[&str]) -> Outcome {
    let advice = "read wasm-opt's message above; `cargo xtask setup build` installs wasm-opt";
    let mut wasm_opt = process::command(project, "wasm-opt");
    wasm_opt.arg(from).arg("-o").arg(to).args(passes).args([
        // Brotli finds again what is written twice: 0.3 KB.
        "--skip-pass=local-cse",
        "--always-inline-max-function-size=0",
        "--flexible-inline-max-function-size=0",
        "--one-caller-inline-max-function-size=0",
        // Where functions are equally alike, those of one crate stay together.
        "--reorder-functions-by-name",
        // The stack lies at the bottom of the memory and never grows down to its first kilobyte.
        "--low-memory-unused",
        "--strip-producers",
        "--debuginfo",
    ]);
    process::run(&mut wasm_opt, advice)
}

/// The names of the wasm file and of its glue, as wasm-bindgen and Trunk leave them.
fn built_pair(staging: &Path) -> Outcome<(String, String)> {
    let files = std::fs::read_dir(staging)
        .or_failure(format_args!("reading {}", staging.display()), BAD_STAGING)?;
    let names: Vec<String> = files
        .flatten()
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .collect();
    let wasm: Vec<&String> = names
        .iter()
        .filter(|name| name.ends_with("_bg.wasm"))
        .collect();
    let [wasm] = wasm.as_slice() else {
        let what = format!(
            "{} holds {} files *_bg.wasm, not one",
            staging.display(),
            wasm.len()
        );
        return Err(Failure::new(what, BAD_STAGING));
    };
    let glue = wasm.replace("_bg.wasm", ".js");
    if names.contains(&glue) {
        return Ok(((*wasm).clone(), glue));
    }
    Err(Failure::new(
        format!("{} holds no {glue}", staging.display()),
        BAD_STAGING,
    ))
}

/// Writes `content` under `gms-chat-HASH.ENDING` and returns that name.
fn keep(staging: &Path, ending: &str, content: &[u8]) -> Outcome<String> {
    keep_as(staging, "gms-chat", ending, content)
}

/// Writes `content` under `STEM-HASH.ENDING` and returns that name.
fn keep_as(staging: &Path, stem: &str, ending: &str, content: &[u8]) -> Outcome<String> {
    let name = format!("{stem}-{:06x}.{ending}", hash(content));
    write(&staging.join(&name), content)?;
    Ok(name)
}

/// Names only have to change with the content, nobody attacks them, and the loader carries each: 24 bits.
fn hash(content: &[u8]) -> u32 {
    fnv1a(content) >> 8
}

/// FNV-1a, 32 bits.
fn fnv1a(content: &[u8]) -> u32 {
    content.iter().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}

/// A style sheet of the project, small.
fn styles(project: &Project, path: &str) -> Outcome<String> {
    let css = minify(project, &project.read(path)?)?;
    Ok(tight(css.trim()))
}

/// Sends a style sheet through esbuild.
fn minify(project: &Project, css: &str) -> Outcome<String> {
    let advice = "read esbuild's message above; `cargo xtask setup build` installs esbuild";
    let mut esbuild = process::command(project, "esbuild");
    esbuild.args(["--minify", "--charset=utf8", "--legal-comments=none"]);
    esbuild.args([TARGET, "--loader=css"]);
    process::filter(&mut esbuild, css, advice)
}

/// Takes out the blanks that esbuild leaves in the values of custom properties; what is quoted keeps its own.
fn tight(css: &str) -> String {
    let pieces = css.split('"').enumerate().map(|(place, piece)| {
        let is_quoted = place % 2 == 1;
        if is_quoted {
            piece.to_owned()
        } else {
            piece.replace(", ", ",").replace(": ", ":")
        }
    });
    pieces.collect::<Vec<_>>().join("\"")
}

/// The style sheets that modules carry, by the names that stand for them there.
const SHEETS: [(&str, &str); 3] = [
    ("WINDOW_CSS", "style/window.css"),
    ("TALK_CSS", "style/talk.css"),
    ("EXTRAS_CSS", "style/extras.css"),
];

/// Makes modules with everything that they import, styles too.
struct Modules<'a> {
    project: &'a Project,
    defines: Vec<String>,
}

impl<'a> Modules<'a> {
    fn of(project: &'a Project) -> Outcome<Self> {
        let mut defines = Vec::new();
        for (name, path) in SHEETS {
            let css = loader::quoted(&styles(project, path)?);
            defines.push(format!("--define:{name}={css}"));
        }
        Ok(Self { project, defines })
    }

    /// A module of the project.
    fn bundle(&self, entry: &str) -> Outcome<String> {
        let path = self.project.root().join(entry);
        let entry = format!("export * from {};", quoted(&path));
        self.bundled(&entry, path.ends_with("window.js"))
    }

    /// The glue, and what of the window comes with it.
    fn whole(&self, glue: &str) -> Outcome<String> {
        let whole = quoted(&self.project.root().join("src/whole.js"));
        // In this order brotli finds more.
        self.bundled(&format!("export * from {whole};\n{glue}"), true)
    }

    fn bundled(&self, entry: &str, is_eager: bool) -> Outcome<String> {
        let advice = "read esbuild's message above; `cargo xtask setup build` installs esbuild";
        let mut esbuild = process::command(self.project, "esbuild");
        esbuild.args([
            "--bundle",
            "--format=esm",
            "--minify",
            "--charset=utf8",
            "--legal-comments=none",
            "--log-level=warning",
            TARGET,
        ]);
        esbuild.args(&self.defines);
        esbuild.args(is_eager.then_some(EAGER));
        process::filter(&mut esbuild, entry, advice)
    }
}

fn quoted(path: &Path) -> String {
    loader::quoted(&path.display().to_string())
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    std::fs::read(path).or_failure(format_args!("reading {}", path.display()), BAD_STAGING)
}

fn read_text(path: &Path) -> Outcome<String> {
    std::fs::read_to_string(path)
        .or_failure(format_args!("reading {}", path.display()), BAD_STAGING)
}

fn write(path: &Path, content: &[u8]) -> Outcome {
    std::fs::write(path, content)
        .or_failure(format_args!("writing {}", path.display()), BAD_STAGING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv1a() {
        assert_eq!(fnv1a(b""), 0x811c_9dc5);
        assert_eq!(fnv1a(b"foobar"), 0xbf9c_f968);
    }

    #[test]
    fn minified_styles_keep_their_meaning() {
        let project = Project::find().unwrap();
        let css = minify(&project, ".a {\n  color : red;\n}\n").unwrap();
        assert_eq!(css.trim(), ".a{color:red}");
    }

    #[test]
    fn blanks_go_from_values_and_stay_in_texts() {
        let css = r#":host{--_a: var(--b, light-dark(#fff, #000));font:var(--c, 1px/1 x, y)}.a{content:"a, b: c"}"#;
        let small = r#":host{--_a:var(--b,light-dark(#fff,#000));font:var(--c,1px/1 x,y)}.a{content:"a, b: c"}"#;
        assert_eq!(tight(css), small);
    }

    /// A module imports nothing, and the names of style sheets are replaced by one with this rule, if any.
    fn stands_alone(small: &str, rule: &str) {
        let code = small.replace("!important", "");
        for gone in ["import", "_CSS"] {
            assert!(!code.contains(gone), "{gone}: {small}");
        }
        assert!(code.contains(rule), "{rule}: {small}");
    }

    #[test]
    fn a_module_keeps_its_exports_and_imports_nothing() {
        let project = Project::find().unwrap();
        let modules = Modules::of(&project).unwrap();
        let commands = ["call", "perform", "dress", "gather", "hold"];
        let expected: [(&str, &[&str], &str); 3] = [
            ("src/extras.js", &["dress", "keep", "invite"], ".typing{"),
            ("src/api.js", &commands, ""),
            ("src/window.js", &["open"], ".header{"),
        ];
        for (entry, names, rule) in expected {
            let small = modules.bundle(entry).unwrap();
            for name in names {
                assert!(small.contains(&format!(" as {name}")), "{entry}: {name}");
            }
            stands_alone(&small, rule);
        }
    }

    #[test]
    fn what_comes_with_the_glue_has_its_styles_and_loses_what_nobody_uses() {
        let project = Project::find().unwrap();
        let modules = Modules::of(&project).unwrap();
        let glue = "function unused() { return 1 }\nexport const mount = (root) => root;\nexport default () => 2;\n";
        let small = modules.whole(glue).unwrap();
        for name in ["default", "mount", "complete"] {
            assert!(small.contains(&format!(" as {name}")), "{name}");
        }
        stands_alone(&small, ".bubble{");
        assert!(!small.contains("unused"), "{small}");
    }

    #[test]
    fn a_broken_script_is_refused() {
        let project = Project::find().unwrap();
        let modules = Modules::of(&project).unwrap();
        assert!(modules.whole("function (").is_err());
    }
}
