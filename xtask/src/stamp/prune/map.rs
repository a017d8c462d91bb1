//! The linker's map: where each constant of the program lies in memory.

use std::collections::BTreeSet;
use std::ops::Range;

use wasmparser::Parser;

use crate::failure::{Failure, Outcome};

/// Bytes before the first section.
const FILE_HEAD: usize = 8;

const STALE: &str = "run `cargo clean --release --package gms-chat --target wasm32-unknown-unknown` and build again";

/// Constants that nothing reaches but by their own address: what the linker made of texts that end in a zero, which
/// are what formatting works off; and tables of functions that this stamp takes out (`stubs.rs`).
const FAITHFUL: [&str; 3] = [
    "<internal>:(.rodata)",
    "serde_json2de5POW10",
    "unicode_data15grapheme_extend",
];

/// What `wasm-ld --Map` tells of the data.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::stamp) struct Map {
    /// Bytes that the program reaches through a pointer into them, in the order of their addresses.
    pub(in crate::stamp) constants: Vec<Range<usize>>,
    /// Where those begin that are in `FAITHFUL`.
    pub(super) faithful: BTreeSet<usize>,
    /// Offset and size of each section in the linked file.
    sections: Vec<(usize, usize)>,
}

impl Map {
    /// Reads a map of the module that the linker wrote with it, and refuses one of another module.
    pub(in crate::stamp) fn read(map: &str, linked: &[u8]) -> Outcome<Self> {
        let map = Self::parse(map);
        let sections = sections(linked);
        let fits =
            !map.sections.is_empty() && map.sections.iter().all(|known| sections.contains(known));
        if fits {
            return Ok(map);
        }
        let what = "the linker's map is not the one of this module";
        Err(Failure::new(what, STALE))
    }

    /// Lines of address, offset and size, all hexadecimal, and a name that is indented by its depth: sections of the
    /// file stand at the first column, sections of the inputs at the ninth.
    pub(in crate::stamp) fn parse(text: &str) -> Self {
        let mut map = Self::default();
        for line in text.lines() {
            let Some((address, offset, size, name)) = columns(line) else {
                continue;
            };
            match (address, name.strip_prefix("        ")) {
                (None, None) if !name.starts_with("CUSTOM") => map.sections.push((offset, size)),
                (Some(address), Some(input)) if !input.starts_with(' ') => {
                    map.constants.push(address..address + size);
                    if FAITHFUL.iter().any(|name| input.contains(name)) {
                        map.faithful.insert(address);
                    }
                }
                _ => {}
            }
        }
        map.constants.sort_by_key(|constant| constant.start);
        map
    }

    /// The constant that an address means: the one that it lies in, else the one that ends there.
    pub(in crate::stamp) fn around(&self, address: usize) -> Option<usize> {
        let after = self
            .constants
            .partition_point(|constant| constant.start <= address);
        let index = after.checked_sub(1)?;
        (self.constants[index].end >= address).then_some(index)
    }
}

/// `None` for the address where the line has none.
fn columns(line: &str) -> Option<(Option<usize>, usize, usize, &str)> {
    let mut rest = line;
    let mut word = || {
        let trimmed = rest.trim_start();
        let (word, after) = trimmed.split_once(' ')?;
        rest = after;
        Some(word)
    };
    let (address, offset, size) = (word()?, word()?, word()?);
    let hex = |word: &str| usize::from_str_radix(word, 16).ok();
    let address = match address {
        "-" => None,
        address => Some(hex(address)?),
    };
    Some((address, hex(offset)?, hex(size)?, rest))
}

/// Offset and size of every section, with its head, as the map counts them.
fn sections(linked: &[u8]) -> Vec<(usize, usize)> {
    let mut sections = Vec::new();
    let mut end = FILE_HEAD;
    for payload in Parser::new(0).parse_all(linked).map_while(Result::ok) {
        if let Some((_, content)) = payload.as_section() {
            let next = usize::try_from(content.end).unwrap_or(usize::MAX);
            sections.push((end, next - end));
            end = next;
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "    Addr      Off     Size Out     In      Symbol
       -        8        6 TYPE
       -        e       1b DATA
  100000        f       10 .rodata
  100000        f        a         /deps/gms_chat.o:(.rodata..Lanon.b8.25)
  100000        f        a                 .Lanon.b8.25
  10000a       19        6         <internal>:(.rodata)
       -       29       10 CUSTOM(name)
";

    #[test]
    fn constants_are_the_inputs_of_the_data() {
        let map = Map::parse(TEXT);
        assert_eq!(map.constants, [0x10_0000..0x10_000a, 0x10_000a..0x10_0010]);
        assert_eq!(map.faithful, [0x10_000a].into());
        assert_eq!(map.sections, [(8, 6), (14, 27)]);
    }

    #[test]
    fn an_address_means_the_constant_around_it_or_else_the_one_that_ends_there() {
        let map = Map::parse(TEXT);
        assert_eq!(map.around(0x0f_ffff), None);
        assert_eq!(map.around(0x10_0000), Some(0));
        assert_eq!(map.around(0x10_000a), Some(1));
        assert_eq!(map.around(0x10_0010), Some(1));
        assert_eq!(map.around(0x10_0011), None);
    }

    #[test]
    fn a_map_of_another_module_is_refused() {
        let mut module = wasm_encoder::Module::new();
        let mut types = wasm_encoder::TypeSection::new();
        types.ty().function([], []);
        module.section(&types);
        let module = module.finish();
        assert_eq!(sections(&module), [(8, 6)]);
        let first = "       -        8        6 TYPE\n";
        assert!(Map::read(first, &module).is_ok());
        assert!(Map::read(TEXT, &module).is_err());
        assert!(Map::read("", &module).is_err());
    }
}
