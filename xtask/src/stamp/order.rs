//! Puts each function of the wasm behind one that it resembles: brotli finds what is repeated, and the nearer the
//! first time lies, the fewer bytes it costs to say so.

use std::collections::HashMap;

use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{CodeSection, FunctionSection, MemArg};
use wasmparser::{
    CodeSectionReader, FunctionBody, FunctionSectionReader, Parser, Payload, TypeRef,
};

use crate::failure::{OrFailure, Outcome};

const ADVICE: &str = "wasm-opt wrote a file that cannot be read; run `cargo xtask dist` again";

/// Bytes of the passages that functions are compared by.
const PASSAGE: usize = 4;

/// What a passage counts that stands in the function just written.
const NEAR: usize = 1_000;

/// What the head of a function adds to its length: a short one must not win by a single passage.
const HEAD: usize = 4;

/// The same module with its functions in another order, and with the alignment that an instruction has anyway in
/// place of the one the compiler knew of: that is a hint and has no effect.
pub(super) fn arrange(wasm: &[u8]) -> Outcome<Vec<u8>> {
    let (imported, bodies) = functions(wasm).or_failure("reading the wasm's functions", ADVICE)?;
    let order = by_likeness(&bodies);
    let mut own = vec![0; order.len()];
    for (new, old) in (imported..).zip(&order) {
        own[*old] = new;
    }
    let numbers = (0..imported).chain(own).collect();
    let mut module = wasm_encoder::Module::new();
    Mover { order, numbers }
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .or_failure("moving the wasm's functions", ADVICE)?;
    Ok(module.finish())
}

/// How many functions a module imports, and the bodies of its own.
fn functions(wasm: &[u8]) -> wasmparser::Result<(u32, Vec<&[u8]>)> {
    let (mut imported, mut bodies) = (0, Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes()),
            _ => {}
        }
    }
    Ok((imported, bodies))
}

/// The bodies' indices: each time the one follows of which the largest share was written lately.
fn by_likeness(bodies: &[&[u8]]) -> Vec<usize> {
    let passages = passages(bodies);
    let known = passages.iter().flatten().max().map_or(0, |last| last + 1);
    let mut written: Vec<Option<usize>> = vec![None; known];
    let mut left: Vec<usize> = (0..bodies.len()).collect();
    let mut order = Vec::with_capacity(bodies.len());
    while !left.is_empty() {
        let likeness = |body: usize| {
            let seen = passages[body]
                .iter()
                .filter_map(|passage| written[*passage]);
            let near: usize = seen.map(|step| NEAR / (order.len() - step)).sum();
            near * NEAR / (passages[body].len() + HEAD)
        };
        let likes = left.iter().map(|body| likeness(*body)).enumerate();
        // Among equals the first: neighbours come from one crate.
        let best = likes.max_by_key(|(place, like)| (*like, std::cmp::Reverse(*place)));
        let next = left.remove(best.map_or(0, |(place, _)| place));
        for passage in &passages[next] {
            written[*passage] = Some(order.len());
        }
        order.push(next);
    }
    order
}

/// The passages of each body, numbered, each once.
fn passages(bodies: &[&[u8]]) -> Vec<Vec<usize>> {
    let mut numbers = HashMap::new();
    let each = bodies.iter().map(|body| {
        let mut found: Vec<usize> = (body.windows(PASSAGE))
            .map(|passage| {
                let next = numbers.len();
                *numbers.entry(passage).or_insert(next)
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    });
    each.collect()
}

/// Rewrites a module.
struct Mover {
    /// Old places of the module's own functions, in their new order.
    order: Vec<usize>,
    /// New indices of all functions.
    numbers: Vec<u32>,
}

impl Reencode for Mover {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error<Self::Error>> {
        let index = usize::try_from(function).unwrap_or(usize::MAX);
        Ok(self.numbers.get(index).copied().unwrap_or(function))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let types: Vec<u32> = section.into_iter().collect::<wasmparser::Result<_>>()?;
        for old in &self.order {
            functions.function(types[*old]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        let bodies: Vec<FunctionBody<'_>> =
            section.into_iter().collect::<wasmparser::Result<_>>()?;
        for old in self.order.clone() {
            utils::parse_function_body(self, code, bodies[old].clone())?;
        }
        Ok(())
    }

    fn mem_arg(&mut self, place: wasmparser::MemArg) -> Result<MemArg, Error<Self::Error>> {
        let mut natural = utils::mem_arg(self, place)?;
        natural.align = u32::from(place.max_align);
        Ok(natural)
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{ConstExpr, ExportKind, ExportSection, Function, MemArgTarget, Module};
    use wasm_encoder::{EntityType, ImportSection, TypeSection, ValType};
    use wasm_encoder::{MemorySection, MemoryType};

    use super::*;

    const FIRST: &[u8] = b"abcdefgh";
    const OTHER: &[u8] = b"ABCDEFGH";
    const LIKE_FIRST: &[u8] = b"abcdefg_";

    #[test]
    fn what_is_alike_becomes_neighbours() {
        let bodies = [FIRST, OTHER, LIKE_FIRST, b"ABCDEF__"];
        assert_eq!(by_likeness(&bodies), [0, 2, 1, 3]);
        assert_eq!(by_likeness(&[]), [0; 0]);
    }

    /// An import, and four functions: the first calls the second and the import, the third is like the first.
    fn module() -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        types.ty().function([], [ValType::I32]);
        let mut imports = ImportSection::new();
        imports.import("./glue.js", "$0", EntityType::Function(0));
        let mut functions = FunctionSection::new();
        functions.function(0).function(1).function(0);
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut exports = ExportSection::new();
        exports.export("second", ExportKind::Func, 2);
        let word = MemArg {
            offset: 8,
            align: 1,
            target: MemArgTarget::Memory(0),
            ordering: None,
        };
        let mut code = CodeSection::new();
        for calls in [[2, 0], [0, 0], [2, 0]] {
            let mut body = Function::new([]);
            if calls == [0, 0] {
                body.instructions().i32_const(9).i32_load(word).end();
            } else {
                let mut text = body.instructions();
                text.call(calls[0]).drop().call(calls[1]);
                text.call(calls[0]).drop().call(calls[1]).end();
            }
            code.function(&body);
        }
        let mut data = wasm_encoder::DataSection::new();
        data.active(0, &ConstExpr::i32_const(1024), *b"kept");
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions);
        module.section(&memories).section(&exports);
        module.section(&code).section(&data);
        module.finish()
    }

    #[test]
    fn calls_exports_and_types_follow_a_function_that_moves() {
        let moved = arrange(&module()).unwrap();
        let mut calls = Vec::new();
        let mut aligned = Vec::new();
        for payload in Parser::new(0).parse_all(&moved) {
            match payload.unwrap() {
                Payload::FunctionSection(types) => {
                    let types: Vec<u32> = types.into_iter().map(Result::unwrap).collect();
                    assert_eq!(types, [0, 0, 1]);
                }
                Payload::ExportSection(exports) => {
                    let exports: Vec<u32> =
                        exports.into_iter().map(|one| one.unwrap().index).collect();
                    assert_eq!(exports, [3]);
                }
                Payload::CodeSectionEntry(body) => {
                    for operator in body.get_operators_reader().unwrap() {
                        match operator.unwrap() {
                            wasmparser::Operator::Call { function_index } => {
                                calls.push(function_index);
                            }
                            wasmparser::Operator::I32Load { memarg } => aligned.push(memarg.align),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        assert_eq!(calls, [3, 0, 3, 0, 3, 0, 3, 0]);
        assert_eq!(aligned, [2]);
    }

    #[test]
    fn what_is_no_module_is_refused() {
        assert!(arrange(b"not a module").is_err());
    }
}
