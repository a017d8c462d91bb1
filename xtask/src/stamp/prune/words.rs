//! Finds the words that nothing points to any more: what panics would have said, and tables for printing letters.
//!
//! The linker drops constants that no function mentions, but it runs before the functions go that do. Here every
//! number in the code that could be an address keeps the constant it points into, and so does every word of such
//! a constant. What is left over is taken out where it is a sentence, or where nothing points anywhere near it:
//! the compiler may address a table from before its beginning. Some are known to be addressed from nowhere else.

use std::collections::BTreeSet;
use std::ops::Range;

use wasmparser::{Operator, Parser, Payload};

use super::map::Map;
use super::survey::Survey;

/// Bytes of an address.
const WORD: usize = 4;

/// How far before its beginning a table may be addressed: indices that begin elsewhere than at zero are letters.
const NEAR: usize = 256;

/// Ranges of addresses, to be filled with zeroes.
pub(super) fn dead_words(map: &Map, wasm: &[u8]) -> wasmparser::Result<Vec<Range<usize>>> {
    let memory = Memory::of(&Survey::of(wasm)?.data);
    let mut live = BTreeSet::new();
    let mut pointers = BTreeSet::new();
    let mut found = numbers(wasm)?;
    while let Some(address) = found.pop() {
        pointers.insert(address);
        if let Some(index) = map.around(address).filter(|index| live.insert(*index)) {
            found.extend(memory.words(&map.constants[index]));
        }
    }
    let is_near = |range: &Range<usize>| {
        let near = range.start.saturating_sub(NEAR)..range.start;
        pointers.range(near).next().is_some()
    };
    let constants = map.constants.iter().enumerate();
    let dead = constants.filter(|(index, range)| {
        let is_sentence = || memory.get(range).is_some_and(is_sentence);
        let is_faithful = || map.faithful.contains(&range.start);
        !live.contains(index) && (is_sentence() || is_faithful() || !is_near(range))
    });
    Ok(dead.map(|(_, range)| range.clone()).collect())
}

/// Printable words.
pub(in crate::stamp) fn is_sentence(content: &[u8]) -> bool {
    content.contains(&b' ') && content.iter().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Every number in the code that could be an address.
fn numbers(wasm: &[u8]) -> wasmparser::Result<Vec<usize>> {
    let mut numbers = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let Payload::CodeSectionEntry(body) = payload? else {
            continue;
        };
        for operator in body.get_operators_reader()? {
            numbers.extend(number(&operator?));
        }
    }
    Ok(numbers)
}

/// The number in an instruction: a constant, or the fixed part of an address.
pub(in crate::stamp) fn number(operator: &Operator<'_>) -> Option<usize> {
    macro_rules! memory {
        ($($name:ident)*) => {
            match operator {
                Operator::I32Const { value } => usize::try_from(*value).ok(),
                $(Operator::$name { memarg } => usize::try_from(memarg.offset).ok(),)*
                _ => None,
            }
        };
    }
    memory!(I32Load I64Load F32Load F64Load I32Load8S I32Load8U I32Load16S I32Load16U I64Load8S I64Load8U
        I64Load16S I64Load16U I64Load32S I64Load32U I32Store I64Store F32Store F64Store I32Store8 I32Store16
        I64Store8 I64Store16 I64Store32)
}

/// The memory as it is at the start: wasm-opt leaves zeroes out, even the last ones of an address.
pub(in crate::stamp) struct Memory {
    base: usize,
    bytes: Vec<u8>,
}

impl Memory {
    pub(in crate::stamp) fn of(segments: &[(usize, Vec<u8>)]) -> Self {
        let base = segments.iter().map(|(at, _)| *at).min().unwrap_or(0);
        let end = segments.iter().map(|(at, bytes)| at + bytes.len()).max();
        let mut bytes = vec![0; end.unwrap_or(0) - base + WORD];
        for (at, content) in segments {
            bytes[at - base..][..content.len()].copy_from_slice(content);
        }
        Self { base, bytes }
    }

    pub(in crate::stamp) fn get(&self, range: &Range<usize>) -> Option<&[u8]> {
        let (start, end) = (
            range.start.checked_sub(self.base)?,
            range.end.checked_sub(self.base)?,
        );
        self.bytes.get(start..end)
    }

    /// The aligned words of a range.
    pub(in crate::stamp) fn words(&self, range: &Range<usize>) -> impl Iterator<Item = usize> + '_ {
        let first = range.start.next_multiple_of(WORD);
        (first..range.end).step_by(WORD).filter_map(|at| {
            let word = self.get(&(at..at + WORD))?;
            usize::try_from(u32::from_le_bytes(word.try_into().ok()?)).ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{CodeSection, ConstExpr, DataSection, Function, FunctionSection, MemArg};
    use wasm_encoder::{MemArgTarget, MemorySection, MemoryType, Module, TypeSection};

    const SAID: &str = "this is said";
    const POINTED: &str = "this is pointed to";
    const UNSAID: &str = "nobody says this";
    const NAME: &str = "http:";

    /// At 1024 a sentence that the code mentions, then one that a word at 1100 points to, one that nothing does,
    /// and a name that nothing does either; the code loads the word with a fixed part of the address.
    fn module() -> (Map, Vec<u8>) {
        let mut module = Module::new();
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut functions = FunctionSection::new();
        functions.function(0);
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut body = Function::new([]);
        let word = MemArg {
            offset: 1100,
            align: 2,
            target: MemArgTarget::Memory(0),
            ordering: None,
        };
        body.instructions()
            .i32_const(1024)
            .drop()
            .i32_const(0)
            .i32_load(word)
            .drop()
            .end();
        let mut code = CodeSection::new();
        code.function(&body);
        let mut data = DataSection::new();
        let texts = [SAID, POINTED, UNSAID, NAME].concat();
        data.active(0, &ConstExpr::i32_const(1024), texts.bytes());
        // The zeroes that end the word are not written.
        data.active(0, &ConstExpr::i32_const(1100), [0x0c, 0x04]);
        module
            .section(&types)
            .section(&functions)
            .section(&memories)
            .section(&code)
            .section(&data);
        let mut at = 1024;
        let mut map = String::new();
        for text in [SAID, POINTED, UNSAID, NAME] {
            map += &format!(
                "    {at:x}  0  {:x}         /a.o:(.rodata.{at})\n",
                text.len()
            );
            at += text.len();
        }
        map += "    44c  0  4         /a.o:(.rodata.word)\n";
        (Map::parse(&map), module.finish())
    }

    #[test]
    fn only_a_sentence_that_nothing_reaches_is_dead() {
        let (map, wasm) = module();
        let start = 1024 + SAID.len() + POINTED.len();
        let dead = start..start + UNSAID.len();
        // An address where one constant ends and the next begins keeps both, so the words are read exactly.
        assert_eq!(dead_words(&map, &wasm).unwrap(), [dead]);
    }
}
