//! The constants that the loader leaves open for the build.

use crate::failure::{Failure, Outcome};

const BEGIN: &str = "// stamp:begin";
const END: &str = "// stamp:end";

/// What the build knows and the loader does not.
#[derive(Debug)]
pub(super) struct Values {
    /// File names, beside the loader.
    pub(super) glue: String,
    pub(super) extras: String,
    pub(super) wasm: String,
    pub(super) window_css: String,
    /// The rules themselves: the launcher is drawn before any further request.
    pub(super) launcher_css: String,
}

/// Sets `const GLUE`, `EXTRAS`, `WASM`, `WINDOW_CSS` and `LAUNCHER_CSS` between the loader's two stamp marks.
pub(super) fn link(loader: &str, values: &Values) -> Outcome<String> {
    let Some((before, rest)) = loader.split_once(BEGIN) else {
        return Err(unmarked(BEGIN));
    };
    let Some((open, after)) = rest.split_once(END) else {
        return Err(unmarked(END));
    };
    let constants = [
        ("GLUE", &values.glue),
        ("EXTRAS", &values.extras),
        ("WASM", &values.wasm),
        ("WINDOW_CSS", &values.window_css),
        ("LAUNCHER_CSS", &values.launcher_css),
    ];
    let mut set = String::new();
    for (name, value) in constants {
        if !open.contains(&format!("const {name} = ")) {
            return Err(Failure::new(
                format!("src/loader.js has no `const {name}` between its stamp marks"),
                RESTORE,
            ));
        }
        set.push_str(&format!("const {name} = {};\n", quoted(value.trim())));
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

    const LOADER: &str = "'use strict';\n// stamp:begin\nconst GLUE = \"\";\nconst EXTRAS = \"\";\nconst WASM = \"\";\n\
                          const WINDOW_CSS = \"\";\nconst LAUNCHER_CSS = \"\";\n// stamp:end\nrun(GLUE);\n";

    fn values() -> Values {
        Values {
            glue: "gms-chat-1.js".into(),
            extras: "gms-chat-extras-4.js".into(),
            wasm: "gms-chat-2.wasm".into(),
            window_css: "gms-chat-3.css".into(),
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
            linked.starts_with("'use strict';\n") && linked.ends_with("run(GLUE);\n"),
            "{linked}"
        );
    }

    #[test]
    fn a_loader_without_marks_or_with_a_missing_constant_is_refused() {
        for (spoilt, named) in [
            (LOADER.replace("// stamp:begin", ""), "stamp:begin"),
            (LOADER.replace("// stamp:end", ""), "stamp:end"),
            (LOADER.replace("const WASM = \"\";\n", ""), "const WASM"),
            (
                LOADER.replace("// stamp:end", "const MORE = 1;\n// stamp:end"),
                "6 constants",
            ),
        ] {
            let complaint = link(&spoilt, &values()).unwrap_err().to_string();
            assert!(complaint.contains(named), "{complaint}");
        }
    }
}
