//! Takes out of the wasm what a visitor never needs: panic messages, their places, and exports nobody calls.
//!
//! The stable compiler has no option for this. A panic still traps, at the same place and with the same effect
//! (`RuntimeError: unreachable`); only the words for it are gone. Bounds checks stay.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    CodeSection, DataSection, DataSegment, DataSegmentMode, ExportSection, Function,
};
use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

use crate::failure::{Failure, OrFailure, Outcome};

/// Paths of functions that never return: everything that turns a bug into a message.
const FATAL: [&str; 13] = [
    "core::panicking::",
    "core::option::unwrap_failed",
    "core::option::expect_failed",
    "core::result::unwrap_failed",
    "core::slice::index::slice_index_fail",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::str::slice_error_fail",
    "core::cell::panic_already",
    "alloc::raw_vec::handle_error",
    "alloc::raw_vec::capacity_overflow",
    "alloc::alloc::handle_alloc_error",
    "hashbrown::raw::Fallibility::capacity_overflow",
    "std::panicking::panic_with_hook",
];

/// Parts of the names of functions that only a panic's message or Leptos' server functions use; tables and
/// exports would keep them alive.
const UNUSED: [&str; 6] = [
    "std::panicking::panic_handler::",
    "wasm_streams::",
    "futures_util::abortable::",
    "futures_util::sink::",
    "futures_util::stream::try_stream::",
    "js_sys::futures::future_to_promise",
];

/// How the names of functions end that format a value. Nothing but messages of panics may need them: whoever
/// calls one of [`FORMATTING`] is refused.
const WORDS: [&str; 2] = [" as core::fmt::Debug>::fmt", " as core::fmt::Display>::fmt"];

/// Where formatting begins: `format!`, `write!` and `to_string` of most types lead to one of these.
const FORMATTING: [&str; 2] = ["core::fmt::write", "alloc::fmt::format::format_inner"];

/// Exports of a library for server functions.
const UNUSED_EXPORTS: [&str; 2] = ["__wbg_intounderlying", "intounderlying"];

/// Where the compiler's paths begin.
const SOURCES: [&str; 5] = ["/", "src/", "crates/", "library/", "std/"];

/// Bytes of a `core::panic::Location`: pointer and length of the path, line, column.
const LOCATION: usize = 16;

const NO_FORMATTING: &str = "put texts together with `concat` and `push_str`, numbers with `decimal`: formatting costs 2 KB";

const ADVICE: &str = "the file is not what wasm-bindgen writes; run `cargo xtask dist` again";

/// The same module with less in it. Needs the name section; `wasm-opt` removes what became unreachable.
pub(super) fn prune(wasm: &[u8]) -> Outcome<Vec<u8>> {
    let survey = Survey::of(wasm).or_failure("reading the wasm file", ADVICE)?;
    let mut scissors = Scissors {
        stubs: survey.stubs,
        next: survey.imported,
        zeroes: places(&survey.data),
    };
    let mut module = wasm_encoder::Module::new();
    scissors
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .or_failure("rewriting the wasm file", ADVICE)?;
    Ok(module.finish())
}

/// Refuses an optimised module with names in which anything formats text: its formatters write nothing.
pub(super) fn refuse_formatting(wasm: &[u8]) -> Outcome {
    let callers = formatting(wasm).or_failure("reading the optimised wasm", ADVICE)?;
    if callers.is_empty() {
        return Ok(());
    }
    let what = format!("the widget formats text: {}", callers.join(", "));
    Err(Failure::new(what, NO_FORMATTING))
}

/// The functions that call the standard library's formatting, which is not counted itself.
fn formatting(wasm: &[u8]) -> wasmparser::Result<Vec<String>> {
    let names = Survey::of(wasm)?.names;
    let is_entry = |name: &String| FORMATTING.iter().any(|entry| name.starts_with(entry));
    let mut callers = Vec::new();
    let mut index = Survey::of(wasm)?.imported;
    for payload in Parser::new(0).parse_all(wasm) {
        let Payload::CodeSectionEntry(body) = payload? else {
            continue;
        };
        let caller = names.get(&index).cloned().unwrap_or_default();
        index += 1;
        if caller.contains("core::fmt::") || caller.contains("alloc::fmt::") {
            continue;
        }
        for operator in body.get_operators_reader()? {
            if let wasmparser::Operator::Call { function_index } = operator?
                && names.get(&function_index).is_some_and(is_entry)
            {
                callers.push(caller.clone());
            }
        }
    }
    callers.dedup();
    Ok(callers)
}

/// What has to be known before the rewriting.
#[derive(Default)]
struct Survey {
    imported: u32,
    stubs: BTreeMap<u32, Stub>,
    /// Path of each function that has a name.
    names: BTreeMap<u32, String>,
    /// Address and content of each active data segment.
    data: Vec<(usize, Vec<u8>)>,
}

impl Survey {
    fn of(wasm: &[u8]) -> wasmparser::Result<Self> {
        let mut survey = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        survey.imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::DataSection(data) => {
                    for datum in data {
                        let datum = datum?;
                        if let Some(at) = address(&datum.kind) {
                            survey.data.push((at, datum.data.to_vec()));
                        }
                    }
                }
                Payload::CustomSection(custom) => {
                    if let KnownCustom::Name(names) = custom.as_known() {
                        survey.read_names(names)?;
                    }
                }
                _ => {}
            }
        }
        Ok(survey)
    }

    fn read_names(&mut self, names: wasmparser::NameSectionReader<'_>) -> wasmparser::Result<()> {
        for name in names {
            if let Name::Function(functions) = name? {
                for function in functions {
                    let function = function?;
                    if let Some(stub) = stub(function.name) {
                        self.stubs.insert(function.index, stub);
                    }
                    self.names.insert(function.index, path(function.name));
                }
            }
        }
        Ok(())
    }
}

/// The address of an active segment with a constant offset.
fn address(kind: &wasmparser::DataKind<'_>) -> Option<usize> {
    let wasmparser::DataKind::Active { offset_expr, .. } = kind else {
        return None;
    };
    match offset_expr.get_operators_reader().read().ok()? {
        wasmparser::Operator::I32Const { value } => usize::try_from(value).ok(),
        _ => None,
    }
}

/// What to put in the place of a function's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stub {
    /// Traps.
    Unreachable,
    /// Returns `Ok(())`.
    Silent,
}

/// The stub for a function of this name.
fn stub(name: &str) -> Option<Stub> {
    let path = path(name);
    let is_fatal = FATAL.iter().any(|fatal| path.starts_with(fatal));
    if is_fatal || UNUSED.iter().any(|unused| path.contains(unused)) {
        return Some(Stub::Unreachable);
    }
    let formats = WORDS.iter().any(|words| path.ends_with(words));
    formats.then_some(Stub::Silent)
}

/// A name without the crate hashes that the v0 mangling shows in brackets.
fn path(name: &str) -> String {
    let mut path = String::with_capacity(name.len());
    let mut depth = 0;
    for letter in name.chars() {
        match letter {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ if depth == 0 => path.push(letter),
            _ => {}
        }
    }
    path
}

/// The addresses of all panic locations and of the paths they point to.
fn places(data: &[(usize, Vec<u8>)]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (base, bytes) in data {
        for at in (base.next_multiple_of(4)..).step_by(4) {
            let Some(location) = bytes.get(at - base..at - base + LOCATION) else {
                break;
            };
            if let Some(path) = pointed(location).filter(|path| is_source(data, path)) {
                found.push(at..at + LOCATION);
                found.push(path);
            }
        }
    }
    found
}

/// The range of addresses that the first two words name, when the last two could be a line and a column.
fn pointed(location: &[u8]) -> Option<Range<usize>> {
    let mut words = [0_usize; 4];
    for (word, bytes) in words.iter_mut().zip(location.chunks_exact(4)) {
        *word = usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()?;
    }
    let [start, length, line, column] = words;
    let could_be = (4..300).contains(&length) && (1..50_000).contains(&line) && column < 1_000;
    could_be.then_some(start..start + length)
}

fn is_source(data: &[(usize, Vec<u8>)], path: &Range<usize>) -> bool {
    data.iter().any(|(base, bytes)| {
        let inside = path
            .start
            .checked_sub(*base)
            .zip(path.end.checked_sub(*base));
        let text = inside.and_then(|(start, end)| bytes.get(start..end));
        text.and_then(|text| std::str::from_utf8(text).ok())
            .is_some_and(|text| {
                text.ends_with(".rs") && SOURCES.iter().any(|start| text.starts_with(start))
            })
    })
}

/// Rewrites a module.
struct Scissors {
    stubs: BTreeMap<u32, Stub>,
    /// Index of the next function body.
    next: u32,
    zeroes: Vec<Range<usize>>,
}

impl Reencode for Scissors {
    type Error = std::convert::Infallible;

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: wasmparser::FunctionBody<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let index = self.next;
        self.next += 1;
        let Some(stub) = self.stubs.get(&index) else {
            return wasm_encoder::reencode::utils::parse_function_body(self, code, body);
        };
        let mut empty = Function::new([]);
        match stub {
            Stub::Unreachable => empty.instructions().unreachable().end(),
            Stub::Silent => empty.instructions().i32_const(0).end(),
        };
        code.function(&empty);
        Ok(())
    }

    fn parse_export(
        &mut self,
        exports: &mut ExportSection,
        export: wasmparser::Export<'_>,
    ) -> Result<(), Error<Self::Error>> {
        if UNUSED_EXPORTS
            .iter()
            .any(|unused| export.name.starts_with(unused))
        {
            return Ok(());
        }
        wasm_encoder::reencode::utils::parse_export(self, exports, export)
    }

    fn parse_data(
        &mut self,
        section: &mut DataSection,
        datum: wasmparser::Data<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let Some(base) = address(&datum.kind) else {
            return wasm_encoder::reencode::utils::parse_data(self, section, datum);
        };
        let mut bytes = Cow::Borrowed(datum.data);
        for zero in &self.zeroes {
            let inside = zero.start.checked_sub(base).zip(zero.end.checked_sub(base));
            if let Some((start, end)) = inside.filter(|(_, end)| *end <= bytes.len()) {
                bytes.to_mut()[start..end].fill(0);
            }
        }
        let offset = wasm_encoder::ConstExpr::i32_const(i32::try_from(base).unwrap_or(i32::MAX));
        section.segment(DataSegment {
            mode: DataSegmentMode::Active {
                memory_index: 0,
                offset: &offset,
            },
            data: bytes.iter().copied(),
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_known_in_both_manglings() {
        let fatal = Some(Stub::Unreachable);
        assert_eq!(stub("core[c5930c85a12de822]::panicking::panic_fmt"), fatal);
        assert_eq!(
            stub("core::str::slice_error_fail::h0123456789abcdef"),
            fatal
        );
        assert_eq!(
            stub("<wasm_streams::readable::A as core::ops::drop::Drop>::drop"),
            fatal
        );
        assert_eq!(
            stub("<core[00]::ops::Range<usize> as core[00]::fmt::Debug>::fmt"),
            Some(Stub::Silent)
        );
        assert_eq!(
            stub("std[a5]::panicking::panic_count::is_zero_slow_path"),
            None
        );
        assert_eq!(stub("gms_chat::driver::Driver::feed"), None);
        assert_eq!(stub("<u32 as core::fmt::Display>::fmt"), Some(Stub::Silent));
        assert_eq!(
            stub("<alloc::string::String as core::fmt::Write>::write_str"),
            None
        );
    }

    /// A path at 1024, a location at 1040 that points to it, and a neighbour that does not.
    fn sample() -> Vec<u8> {
        let mut bytes = b"src/lib.rskeep!!".to_vec();
        for word in [1024_u32, 10, 7, 3, 1024, 10, 0, 0] {
            bytes.extend(word.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn a_location_and_its_path_are_found_and_nothing_else() {
        assert_eq!(places(&[(1024, sample())]), [1040..1056, 1024..1034]);
        let elsewhere = sample().iter().map(|byte| byte ^ 1).collect();
        assert!(places(&[(1024, elsewhere)]).is_empty());
    }

    /// A module with one exported function that returns 7, one that is fatal, and the sample as data.
    fn module() -> Vec<u8> {
        use wasm_encoder::{ExportKind, FunctionSection, MemorySection, MemoryType};
        use wasm_encoder::{Module, NameMap, NameSection, TypeSection, ValType};
        let mut module = Module::new();
        let mut types = TypeSection::new();
        types.ty().function([], [ValType::I32]);
        module.section(&types);
        let mut functions = FunctionSection::new();
        functions.function(0).function(0);
        module.section(&functions);
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        module.section(&memories);
        let mut exports = ExportSection::new();
        exports.export("mount", ExportKind::Func, 0);
        exports.export("intounderlyingsink_write", ExportKind::Func, 1);
        module.section(&exports);
        let mut code = CodeSection::new();
        for _ in 0..2 {
            let mut body = Function::new([]);
            body.instructions().i32_const(7).end();
            code.function(&body);
        }
        module.section(&code);
        let mut data = DataSection::new();
        data.active(0, &wasm_encoder::ConstExpr::i32_const(1024), sample());
        module.section(&data);
        let mut functions = NameMap::new();
        functions.append(0, "gms_chat::mount");
        functions.append(1, "core[00]::panicking::panic_fmt");
        let mut names = NameSection::new();
        names.functions(&functions);
        module.section(&names);
        module.finish()
    }

    #[test]
    fn a_pruned_module_keeps_what_is_called_and_loses_what_is_not() {
        let pruned = prune(&module()).unwrap();
        let survey = Survey::of(&pruned).unwrap();
        let (_, data) = &survey.data[0];
        assert_eq!(&data[10..16], b"keep!!");
        assert!(
            data[..10]
                .iter()
                .chain(&data[16..32])
                .all(|byte| *byte == 0)
        );
        assert!(data[32..].iter().any(|byte| *byte != 0));
        let mut bodies = Vec::new();
        let mut exports = Vec::new();
        for payload in Parser::new(0).parse_all(&pruned) {
            match payload.unwrap() {
                Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes().to_vec()),
                Payload::ExportSection(section) => {
                    exports.extend(
                        section
                            .into_iter()
                            .map(|export| export.unwrap().name.to_owned()),
                    );
                }
                _ => {}
            }
        }
        assert_eq!(exports, ["mount"]);
        assert!(bodies[0].ends_with(&[0x41, 7, 0x0b]), "{bodies:?}");
        assert_eq!(bodies[1], [0, 0x00, 0x0b]);
    }

    #[test]
    fn whoever_formats_is_named() {
        let names = [
            "gms_chat::wordy",
            "core[00]::fmt::write",
            "core::fmt::builders::x",
        ];
        let wasm = calling(&names, 1);
        assert_eq!(formatting(&wasm).unwrap(), ["gms_chat::wordy"]);
        assert!(refuse_formatting(&wasm).is_err());
        assert!(refuse_formatting(&calling(&names, 2)).is_ok());
    }

    /// A module of these functions, in which each calls the one with this index.
    fn calling(names: &[&str], called: u32) -> Vec<u8> {
        use wasm_encoder::{FunctionSection, Module, NameMap, NameSection, TypeSection};
        let mut module = Module::new();
        let mut types = TypeSection::new();
        types.ty().function([], []);
        module.section(&types);
        let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
        let mut map = NameMap::new();
        for (index, name) in (0..).zip(names) {
            functions.function(0);
            let mut body = Function::new([]);
            body.instructions().call(called).end();
            code.function(&body);
            map.append(index, name);
        }
        module.section(&functions).section(&code);
        let mut names = NameSection::new();
        names.functions(&map);
        module.section(&names);
        module.finish()
    }

    #[test]
    fn what_is_no_module_is_refused() {
        assert!(prune(b"not a module").is_err());
    }
}
