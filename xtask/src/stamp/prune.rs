//! Takes out of the wasm what a visitor never needs: panic messages, their places, and exports nobody calls.
//!
//! The stable compiler has no option for this. A panic still traps, at the same place and with the same effect
//! (`RuntimeError: unreachable`); only the words for it are gone. Bounds checks stay.

mod calls;
mod formatting;
pub(super) mod map;
mod places;
mod stubs;
pub(super) mod survey;
pub(super) mod words;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    CodeSection, DataSection, DataSegment, DataSegmentMode, ExportSection, Function,
};
use wasmparser::Parser;

use crate::failure::{OrFailure, Outcome};
use calls::{Calls, is_unused};
use map::Map;
use places::places;
use stubs::Stub;
use survey::{Survey, address};
use words::dead_words;

pub(super) use formatting::refuse_formatting;

const ADVICE: &str = "the file is not what wasm-bindgen writes; run `cargo xtask dist` again";

/// The same module with less in it. Needs the name section; `wasm-opt` removes what became unreachable.
pub(super) fn prune(wasm: &[u8]) -> Outcome<Vec<u8>> {
    let mut survey = Survey::of(wasm).or_failure("reading the wasm file", ADVICE)?;
    let calls = Calls::of(wasm, &survey).or_failure("reading the wasm file's calls", ADVICE)?;
    calls.spare_merged(&mut survey.stubs);
    cut(
        wasm,
        Scissors {
            stubs: survey.stubs,
            next: survey.imported,
            zeroes: places(&survey.data),
        },
    )
}

/// An optimised module that formats nothing, without what formatting is made of.
pub(super) fn mute(wasm: &[u8]) -> Outcome<Vec<u8>> {
    let survey = Survey::of(wasm).or_failure("reading the optimised wasm", ADVICE)?;
    let names = survey.names.iter();
    let stubs = names.filter_map(|(index, name)| Some((*index, stubs::muted(name)?)));
    let scissors = Scissors {
        stubs: stubs.collect(),
        next: survey.imported,
        zeroes: Vec::new(),
    };
    cut(wasm, scissors)
}

/// An optimised module without the words that nothing points to any more, by the linker's map.
pub(super) fn silence(wasm: &[u8], map: &Map) -> Outcome<Vec<u8>> {
    let zeroes = dead_words(map, wasm).or_failure("reading the optimised wasm", ADVICE)?;
    cut(
        wasm,
        Scissors {
            stubs: BTreeMap::new(),
            next: 0,
            zeroes,
        },
    )
}

fn cut(wasm: &[u8], mut scissors: Scissors) -> Outcome<Vec<u8>> {
    let mut module = wasm_encoder::Module::new();
    scissors
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .or_failure("rewriting the wasm file", ADVICE)?;
    Ok(module.finish())
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
            Stub::Fatal | Stub::Unused => empty.instructions().unreachable().end(),
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
        if is_unused(export.name) {
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
            // wasm-opt cuts the data wherever there are zeroes already.
            let start = zero.start.saturating_sub(base);
            let end = zero.end.saturating_sub(base).min(bytes.len());
            if start < end {
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
    use wasmparser::Payload;

    use super::*;

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
    fn what_reaches_beyond_a_segment_is_taken_out_as_far_as_it_lies_in_it() {
        let zeroes = vec![1000..1010, 1026..1034, 1060..1100, 2000..2001];
        let scissors = Scissors {
            stubs: BTreeMap::new(),
            next: 0,
            zeroes: zeroes.clone(),
        };
        let cut = Survey::of(&cut(&module(), scissors).unwrap()).unwrap();
        let (base, bytes) = &cut.data[0];
        let whole = sample();
        let expected = (*base..).zip(&whole).map(|(at, byte)| {
            let is_out = zeroes.iter().any(|zero| zero.contains(&at));
            if is_out { 0 } else { *byte }
        });
        let expected: Vec<u8> = expected.collect();
        assert_eq!((bytes, bytes == &whole), (&expected, false));
    }

    #[test]
    fn what_is_no_module_is_refused() {
        assert!(prune(b"not a module").is_err());
    }
}
