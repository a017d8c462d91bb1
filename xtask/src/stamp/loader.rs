//! The constants that the loader leaves open for the build.

use crate::failure::{Failure, Outcome};

const BEGIN: &str = "// stamp:begin";
const END: &str = "// stamp:end";

/// What the build knows and the loader does not.
#[derive(Debug)]
pub(super) struct Values {
    /// File names, beside the loader.
    pub(super) glue: String,
    pub(super) wasm: String,
    /// What of the wasm comes after the window; nothing where that is whole.
    pub(super) session: String,
    /// The rules themselves: the launcher is drawn before any further request.
    pub(super) launcher_css: String,
    /// The window with its form, which is there before the wasm is.
    pub(super) window: String,
    /// What is fetched when it is needed.
    pub(super) extras: String,
    /// The commands and the page's hooks.
    pub(super) api: String,
    /// What keeps a chat for the next page.
    pub(super) survive: String,
    /// The log of a page that is debugged.
    pub(super) debug: String,
    /// The folder with the languages, and their tags.
    pub(super) languages: String,
    pub(super) tags: Vec<String>,
    /// Each language and what it calls the chat, as an object of JavaScript: the launcher is named before any
    /// further request.
    pub(super) titles: String,
}

/// Sets the constants between the loader's two stamp marks.
pub(super) fn link(loader: &str, values: &Values) -> Outcome<String> {
    let folder = quoted(&format!("{}/", values.languages));
    let languages = format!("(tag) => {folder} + tag + \".json\"");
    set(loader, values, &languages, &quoted)
}

/// The loader as a module of a package, whose bundler finds the other files by the way that they are named.
pub(super) fn module(loader: &str, values: &Values) -> Outcome<String> {
    let address = |name: &str| {
        let name = quoted(&format!("./{name}"));
        format!("new URL({name}, import.meta.url).href")
    };
    let languages: Vec<String> = values
        .tags
        .iter()
        .map(|tag| {
            let file = address(&format!("{}/{tag}.json", values.languages));
            format!("{}: {file}", quoted(tag))
        })
        .collect();
    let languages = format!("(tag) => ({{ {} }})[tag]", languages.join(", "));
    let linked = set(loader, values, &languages, &address)?;
    // Bundlers would look for what these import.
    let linked = linked.replace("import(at(", "import(/* @vite-ignore */ at(");
    Ok(linked
        + "\nconst exported = window.gmsChat;\nexport { exported as gmsChat, exported as default };\n")
}

fn set(
    loader: &str,
    values: &Values,
    languages: &str,
    file: &dyn Fn(&str) -> String,
) -> Outcome<String> {
    let Some((before, rest)) = loader.split_once(BEGIN) else {
        return Err(unmarked(BEGIN));
    };
    let Some((open, after)) = rest.split_once(END) else {
        return Err(unmarked(END));
    };
    // In this order brotli finds most: 60 bytes lie between the best and the worst.
    let constants = [
        ("LAUNCHER_CSS", quoted(values.launcher_css.trim())),
        ("LANGUAGES", languages.to_owned()),
        ("TITLES", values.titles.clone()),
        ("VERSION", quoted(env!("CARGO_PKG_VERSION"))),
        ("GLUE", file(&values.glue)),
        ("WASM", file(&values.wasm)),
        ("SESSION", file(&values.session)),
        ("WINDOW", file(&values.window)),
        ("EXTRAS", file(&values.extras)),
        ("API", file(&values.api)),
        ("SURVIVE", file(&values.survive)),
        ("DEBUG", file(&values.debug)),
    ];
    let mut set = String::new();
    for (name, value) in &constants {
        if !open.contains(&format!("const {name} = ")) {
            return Err(Failure::new(
                format!("src/loader.js has no `const {name}` between its stamp marks"),
                RESTORE,
            ));
        }
        set.push_str(&format!("const {name} = {value};\n"));
    }
    let declared = open.matches("const ").count();
    if declared != constants.len() {
        let what = format!(
            "src/loader.js declares {declared} constants between its stamp marks, not {}",
            constants.len()
        );
        return Err(Failure::new(what, RESTORE));
    }
    Ok(format!("{before}\n{set}{after}"))
}

const RESTORE: &str = "see xtask/src/stamp/loader.rs for what the build sets";

fn unmarked(mark: &str) -> Failure {
    Failure::new(format!("src/loader.js has no line `{mark}`"), RESTORE)
}

/// A JavaScript string literal.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            // Line ends of JavaScript that are none of CSS.
            '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOADER: &str = "'use strict';\n// stamp:begin\nconst GLUE = \"\";\nconst WASM = \"\";\nconst SESSION = \"\";\n\
                          const WINDOW = \"\";\nconst EXTRAS = \"\";\nconst API = \"\";\nconst SURVIVE = \"\";\nconst DEBUG = \"\";\nconst LANGUAGES = 0;\n\
                          const TITLES = {};\nconst LAUNCHER_CSS = \"\";\nconst VERSION = \"\";\n// stamp:end\nrun(GLUE);\n";

    fn values() -> Values {
        Values {
            glue: "gms-chat-1.js".into(),
            wasm: "gms-chat-2.wasm".into(),
            session: "gms-chat-session-2.wasm".into(),
            window: "gms-chat-window-3.js".into(),
            extras: "gms-chat-extras-4.js".into(),
            api: "gms-chat-api-5.js".into(),
            survive: "gms-chat-survive-6.js".into(),
            debug: "gms-chat-debug-7.js".into(),
            languages: "lang-5".into(),
            tags: vec!["de".into(), "fi".into()],
            titles: "{\"de\":\"Chat\"}".into(),
            launcher_css: "a{content:\"\\201c\"}\n".into(),
        }
    }

    #[test]
    fn the_constants_are_set_and_nothing_else_changes() {
        let linked = link(LOADER, &values()).unwrap();
        assert!(
            linked.contains("const GLUE = \"gms-chat-1.js\";\n"),
            "{linked}"
        );
        assert!(
            linked.contains("const LAUNCHER_CSS = \"a{content:\\\"\\\\201c\\\"}\";\n"),
            "{linked}"
        );
        assert!(
            linked.contains("const TITLES = {\"de\":\"Chat\"};\n"),
            "{linked}"
        );
        assert!(
            linked.starts_with("'use strict';\n") && linked.ends_with("run(GLUE);\n"),
            "{linked}"
        );
    }

    #[test]
    fn in_a_package_the_files_are_named_as_bundlers_want_it() {
        let module = module(&format!("{LOADER}import(at(API));\n"), &values()).unwrap();
        for line in [
            "const GLUE = new URL(\"./gms-chat-1.js\", import.meta.url).href;\n",
            "\"fi\": new URL(\"./lang-5/fi.json\", import.meta.url).href })[tag];\n",
            "import(/* @vite-ignore */ at(API));\n",
            "exported as default };\n",
        ] {
            assert!(module.contains(line), "{line} in {module}");
        }
    }

    #[test]
    fn a_loader_without_marks_or_with_a_missing_constant_is_refused() {
        for (spoilt, named) in [
            (LOADER.replace("// stamp:begin", ""), "stamp:begin"),
            (LOADER.replace("// stamp:end", ""), "stamp:end"),
            (LOADER.replace("const WASM = \"\";\n", ""), "const WASM"),
            (
                LOADER.replace("// stamp:end", "const MORE = 1;\n// stamp:end"),
                "13 constants",
            ),
        ] {
            let complaint = link(&spoilt, &values()).unwrap_err().to_string();
            assert!(complaint.contains(named), "{complaint}");
        }
    }
}
