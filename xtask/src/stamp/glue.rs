//! Takes out of wasm-bindgen's glue what the pruned wasm does not import or export any more, and shortens the
//! names that the two call each other by.

use std::collections::BTreeSet;

use wasm_encoder::reencode::{Error, Reencode};
use wasmparser::{Parser, Payload};

use super::split::LENDER;
use crate::failure::{Failure, OrFailure, Outcome};

const ADVICE: &str = "wasm-opt wrote a file that cannot be read; run `cargo xtask dist` again";

/// What wasm-bindgen calls the module that the wasm imports from.
const BINDGEN: &str = "\"./gms-chat_bg.js\"";

/// What we call it: the wasm says so at each import.
const GLUE: &str = "$";

/// The names that a module asks of its glue.
pub(super) fn imports(wasm: &[u8]) -> Outcome<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::ImportSection(section) = payload.or_failure("reading the wasm", ADVICE)? {
            for import in section.into_imports() {
                let import = import.or_failure("reading the wasm's imports", ADVICE)?;
                names.insert(import.name.to_owned());
            }
        }
    }
    Ok(names)
}

/// The glue without the members of its import object that `imported` does not name, and without the classes of
/// a library for server functions.
pub(super) fn prune(glue: &str, imported: &BTreeSet<String>) -> String {
    let mut kept = String::with_capacity(glue.len());
    let mut skipped_until: Option<End> = None;
    for line in glue.lines() {
        if let Some(end) = &skipped_until {
            if end.is_at(line) {
                skipped_until = None;
            }
            continue;
        }
        match unwanted(line, imported) {
            Some(End::Line) => {}
            Some(end) => skipped_until = Some(end),
            None => {
                kept.push_str(line);
                kept.push('\n');
            }
        }
    }
    kept
}

/// How the loader starts the window, in place of all the ways of wasm-bindgen.
const START: &str = include_str!("glue/start.js");

/// Where wasm-bindgen's own ways to start begin: all that follows goes.
const STARTS: &str = "let wasmModule, wasmInstance, wasm;\n";

/// What only engines need that lack constructable stylesheets, and with them all of the window; what a page needs
/// that decodes 2 GB of text; and strings for a wasm that cannot move them, which ours can.
const OLD: [(&str, &str); 6] = [
    (
        "(typeof FinalizationRegistry === 'undefined')\n    \
         ? { register: () => {}, unregister: () => {} }\n    : new",
        "new",
    ),
    (
        "if (Symbol.dispose) Widget.prototype[Symbol.dispose] = Widget.prototype.free;\n",
        "",
    ),
    (
        "if (!('encodeInto' in cachedTextEncoder)) {\n    \
         cachedTextEncoder.encodeInto = function (arg, view) {\n        \
         const buf = cachedTextEncoder.encode(arg);\n        \
         view.set(buf);\n        \
         return {\n            \
         read: arg.length,\n            \
         written: buf.length\n        \
         };\n    \
         };\n\
         }\n",
        "",
    ),
    (
        "    numBytesDecoded += bytes.length;\n    \
         if (numBytesDecoded >= MAX_SAFARI_DECODE_BYTES) {\n        \
         cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });\n        \
         cachedTextDecoder.decode();\n        \
         numBytesDecoded = bytes.length;\n    \
         }\n",
        "",
    ),
    ("let numBytesDecoded = 0;\n", ""),
    (
        "    if (realloc === undefined) {\n        \
         const buf = cachedTextEncoder.encode(arg);\n        \
         const ptr = malloc(buf.length, 1) >>> 0;\n        \
         getUint8ArrayMemory0().subarray(ptr, ptr + buf.length).set(buf);\n        \
         WASM_VECTOR_LEN = buf.length;\n        \
         return ptr;\n    \
         }\n",
        "",
    ),
];

/// Where the wasm's memory is full while arguments are written into it, it is the end of the window: nobody is left
/// to need those that were written before.
fn spill(glue: &str) -> String {
    const CATCH: &str = "        } catch (e) {\n            if (ptr";
    const THROW: &str = "            throw e;\n        }\n";
    let mut pieces = glue.split(CATCH);
    let mut kept = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let begin = kept.rfind("        try {\n");
        if let (Some(begin), Some((_, rest))) = (begin, piece.split_once(THROW)) {
            kept.replace_range(begin..begin + "        try {\n".len(), "");
            kept.push_str(rest);
        }
    }
    kept
}

/// The glue without the ways of starting and the old engines that the loader does not know.
pub(super) fn lighten(glue: &str) -> Outcome<String> {
    let lost = |what: &str| {
        Failure::new(
            format!("the glue has no `{what}` any more"),
            "see what wasm-bindgen writes now, and mend `lighten` in xtask/src/stamp/glue.rs",
        )
    };
    let (head, _) = glue.split_once(STARTS).ok_or_else(|| lost(STARTS))?;
    let mut light = [head, START].concat();
    for (old, new) in OLD {
        if !light.contains(old) {
            return Err(lost(old));
        }
        light = light.replace(old, new);
    }
    Ok(spill(&light))
}

/// Where a passage ends that nobody needs.
enum End {
    /// On its first line.
    Line,
    /// With a brace at this indentation: `},` as well as `}, arguments); },`.
    Brace(usize),
    /// With the end of a statement.
    Semicolon,
}

impl End {
    fn is_at(&self, line: &str) -> bool {
        match self {
            Self::Line => true,
            Self::Brace(indent) => {
                indentation(line) == *indent && line.trim_start().starts_with('}')
            }
            Self::Semicolon => line.ends_with(';'),
        }
    }
}

fn unwanted(line: &str, imported: &BTreeSet<String>) -> Option<End> {
    if line.starts_with("export class IntoUnderlying") {
        return Some(End::Brace(0));
    }
    if line.starts_with("const IntoUnderlying") {
        return Some(End::Semicolon);
    }
    if line.contains("IntoUnderlying") {
        return Some(End::Line);
    }
    let name = member(line)?;
    (!imported.contains(name)).then(|| End::Brace(indentation(line)))
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The name of a member function of the import object that begins on this line.
fn member(line: &str) -> Option<&str> {
    let (name, rest) = line.trim_start().split_once(": function(")?;
    (name.starts_with("__wb") && rest.ends_with('{')).then_some(name)
}

/// The names that a module offers its glue.
fn exports(wasm: &[u8]) -> Outcome<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::ExportSection(section) = payload.or_failure("reading the wasm", ADVICE)? {
            for export in section {
                let export = export.or_failure("reading the wasm's exports", ADVICE)?;
                names.insert(export.name.to_owned());
            }
        }
    }
    Ok(names)
}

/// The short names of a module's imports and exports, two to four letters each.
pub(super) struct Short {
    imports: Vec<String>,
    exports: Vec<String>,
}

impl Short {
    /// For a module, and the parts that it is divided into.
    pub(super) fn of(wasm: &[u8], glue: &str) -> Outcome<Self> {
        let imports: Vec<String> = imports(wasm)?.into_iter().collect();
        let exports: Vec<String> = exports(wasm)?.into_iter().collect();
        if let Some(missing) = imports.iter().find(|name| !glue.contains(name.as_str())) {
            let what = format!("the glue has lost `{missing}`, which the wasm imports");
            return Err(Failure::new(
                what,
                "mend `prune` in xtask/src/stamp/glue.rs",
            ));
        }
        Ok(Self { imports, exports })
    }

    /// The glue with short names.
    pub(super) fn glue(&self, glue: &str) -> String {
        let glue = rename(glue, "", &self.imports);
        let glue = rename(&glue, "wasm.", &self.exports);
        glue.replace(BINDGEN, GLUE)
    }

    /// The module, or a part of it, with short names.
    pub(super) fn wasm(&self, wasm: &[u8]) -> Outcome<Vec<u8>> {
        let mut module = wasm_encoder::Module::new();
        Shortener(self)
            .parse_core_module(&mut module, Parser::new(0), wasm)
            .or_failure("renaming the wasm's imports", ADVICE)?;
        Ok(module.finish())
    }
}

/// Replaces each of `names` behind `owner`, a longer one first: none may be replaced inside another.
fn rename(glue: &str, owner: &str, names: &[String]) -> String {
    let mut by_length: Vec<usize> = (0..names.len()).collect();
    by_length.sort_by_key(|index| std::cmp::Reverse(names[*index].len()));
    by_length.into_iter().fold(glue.to_owned(), |glue, index| {
        let old = [owner, &names[index]].concat();
        glue.replace(&old, &[owner, &short(index)].concat())
    })
}

/// The name with this number: `$` and digits, which no name of wasm-bindgen's is.
fn short(index: usize) -> String {
    format!("${index}")
}

struct Shortener<'a>(&'a Short);

/// The short name of one of `names`.
fn renamed(names: &[String], name: &str) -> String {
    let index = names.iter().position(|known| known == name);
    index.map_or_else(|| name.to_owned(), short)
}

impl Reencode for Shortener<'_> {
    type Error = std::convert::Infallible;

    /// Names and producers are for those who look into the module.
    fn parse_custom_section(
        &mut self,
        _module: &mut wasm_encoder::Module,
        _section: wasmparser::CustomSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        Ok(())
    }

    fn parse_export(
        &mut self,
        section: &mut wasm_encoder::ExportSection,
        export: wasmparser::Export<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let kind = self.export_kind(export.kind)?;
        let index = self.external_index(export.kind, export.index)?;
        section.export(&renamed(&self.0.exports, export.name), kind, index);
        Ok(())
    }

    fn parse_imports(
        &mut self,
        section: &mut wasm_encoder::ImportSection,
        imports: wasmparser::Imports<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let wasmparser::Imports::Single(_, import) = imports else {
            return wasm_encoder::reencode::utils::parse_imports(self, section, imports);
        };
        let kind = self.entity_type(import.ty)?;
        if import.module == LENDER {
            section.import(LENDER, &renamed(&self.0.exports, import.name), kind);
        } else {
            section.import(GLUE, &renamed(&self.0.imports, import.name), kind);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "\
function __wbg_get_imports() {
    const import0 = {
        __wbg_text_01: function(arg0) {
            if (arg0) {
                return 1;
            }
        },
        __wbg_close_02: function(arg0) {
            arg0.close();
        },
        __wbg_open_03: function() { return handleError(function (arg0) {
            arg0.open();
        }, arguments); },
        __wbg_fetch_04: function(arg0) {
            return fetch(arg0);
        },
    };
}
export class IntoUnderlyingSink {
    free() {
    }
}
if (Symbol.dispose) IntoUnderlyingSink.prototype[Symbol.dispose] = IntoUnderlyingSink.prototype.free;
const IntoUnderlyingSinkFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_intounderlyingsink_free(ptr, 1));
export class Widget {
    free() {
    }
}
";

    #[test]
    fn members_that_the_wasm_does_not_import_go() {
        let wanted = ["__wbg_text_01", "__wbg_fetch_04"].map(str::to_owned);
        let pruned = prune(SAMPLE, &BTreeSet::from(wanted));
        assert!(pruned.contains("return fetch(arg0);"));
        assert!(!pruned.contains("open"));
        assert!(pruned.contains("__wbg_text_01"));
        assert!(pruned.contains("return 1;"));
        assert!(!pruned.contains("close"));
        assert!(pruned.contains("    };\n}\n"));
        assert!(!pruned.contains("nderlying"), "{pruned}");
        assert!(pruned.ends_with("export class Widget {\n    free() {\n    }\n}\n"));
    }

    #[test]
    fn the_glue_keeps_one_way_to_start_and_loses_what_old_engines_need() {
        let old: String = OLD.iter().map(|(old, _)| *old).collect();
        let glue = [
            SAMPLE,
            &old,
            "kept();\n",
            STARTS,
            "function initSync() {}\n",
        ]
        .concat();
        let light = lighten(&glue).unwrap();
        assert!(light.contains("kept();") && light.contains("export default (given)"));
        assert!(
            !light.contains("initSync") && !light.contains("numBytesDecoded"),
            "{light}"
        );
        let changed = lighten(&glue.replace("Symbol.dispose", "Symbol.asyncDispose"));
        assert!(changed.unwrap_err().to_string().contains("Symbol.dispose"));
        assert!(lighten(SAMPLE).is_err());
    }

    #[test]
    fn arguments_are_written_without_a_way_back_and_other_errors_keep_theirs() {
        let glue = "\
        try {
            kept();
        } catch (e) {
            told(e);
        }
        let ptr0, ptr1;
        try {
            ptr0 = written(1);
            ptr1 = written(2);
        } catch (e) {
            if (ptr1) { wasm.free(ptr1); }
            if (ptr0) { wasm.free(ptr0); }
            throw e;
        }
        wasm.note(ptr0, ptr1);
";
        let light = "\
        try {
            kept();
        } catch (e) {
            told(e);
        }
        let ptr0, ptr1;
            ptr0 = written(1);
            ptr1 = written(2);
        wasm.note(ptr0, ptr1);
";
        assert_eq!(spill(glue), light);
    }

    #[test]
    fn imports_are_read_from_the_wasm() {
        let mut module = wasm_encoder::Module::new();
        let mut types = wasm_encoder::TypeSection::new();
        types.ty().function([], []);
        module.section(&types);
        let mut section = wasm_encoder::ImportSection::new();
        section.import(
            "./glue.js",
            "__wbg_a",
            wasm_encoder::EntityType::Function(0),
        );
        module.section(&section);
        let wasm = module.finish();
        assert_eq!(
            imports(&wasm).unwrap(),
            BTreeSet::from(["__wbg_a".to_owned()])
        );
        let glue = "{ __wbg_a: function() {}, __wbg_ab: 1 }";
        let short = Short::of(&wasm, glue).unwrap();
        let small = short.wasm(&wasm).unwrap();
        assert_eq!(imports(&small).unwrap(), BTreeSet::from(["$0".to_owned()]));
        assert_eq!(short.glue(glue), "{ $0: function() {}, $0b: 1 }");
        assert!(Short::of(&wasm, "{}").is_err());
    }
}
