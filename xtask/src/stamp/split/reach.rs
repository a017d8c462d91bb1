//! Who reaches whom: by calls, and by the functions and constants whose addresses are known.
//!
//! Whose address is known may be called. An address of a function is a place in the table: it stands in the code,
//! where the linker has told which numbers are addresses, or in a constant, where every word may be one.

use std::collections::{BTreeMap, BTreeSet};

use wasmparser::{Operator, Parser, Payload};

use super::super::prune::map::Map;
use super::super::prune::words::{Memory, number};
use super::ADVICE;
use super::module::Module;
use crate::failure::{OrFailure, Outcome};

/// Bytes of an `i32.const` whose number the linker has filled in: it never shortens those.
const FILLED_IN: u64 = 6;

/// Which numbers in the code are places in the table, by the module as the linker wrote it.
pub(in crate::stamp) fn addresses(linked: &[u8]) -> Outcome<BTreeSet<u32>> {
    let mut found = BTreeSet::new();
    for payload in Parser::new(0).parse_all(linked) {
        let payload = payload.or_failure("reading the linked wasm", ADVICE)?;
        if let Payload::CodeSectionEntry(body) = payload {
            read_addresses(&body, &mut found)
                .or_failure("reading a function of the linked wasm", ADVICE)?;
        }
    }
    Ok(found)
}

fn read_addresses(
    body: &wasmparser::FunctionBody<'_>,
    found: &mut BTreeSet<u32>,
) -> wasmparser::Result<()> {
    let mut last: Option<(i32, u64)> = None;
    for operator in body.get_operators_reader()?.into_iter_with_offsets() {
        let (operator, at) = operator?;
        if let Some((value, before)) = last.take()
            && at - before == FILLED_IN
        {
            found.extend(u32::try_from(value).ok());
        }
        if let Operator::I32Const { value } = operator {
            last = Some((value, at));
        }
    }
    Ok(())
}

/// What is known of a program besides its module.
pub(super) struct Facts<'a> {
    pub(super) map: &'a Map,
    pub(super) addresses: &'a BTreeSet<u32>,
}

/// What can be reached from somewhere.
#[derive(Debug, Default)]
pub(super) struct Reach {
    pub(super) functions: BTreeSet<u32>,
    /// Places of constants in the map.
    pub(super) constants: BTreeSet<usize>,
    /// All numbers that may be addresses of data.
    pub(super) pointers: BTreeSet<usize>,
    /// By which function each was reached first; the roots by themselves.
    via: BTreeMap<u32, u32>,
}

impl Reach {
    /// Everything that can be reached from these functions.
    pub(super) fn from(
        roots: impl IntoIterator<Item = u32>,
        module: &Module<'_>,
        facts: &Facts<'_>,
    ) -> Outcome<Self> {
        let memory = Memory::of(&segments(module));
        let mut reach = Self::default();
        let mut left: Vec<(u32, u32)> = roots.into_iter().map(|root| (root, root)).collect();
        while let Some((function, via)) = left.pop() {
            if !reach.functions.insert(function) {
                continue;
            }
            reach.via.insert(function, via);
            if let Some(body) = module.body(function) {
                let found = reach
                    .read(body, module, facts, &memory)
                    .or_failure("reading a function of the wasm", ADVICE)?;
                left.extend(found.into_iter().map(|next| (next, function)));
            }
        }
        Ok(reach)
    }

    /// How a function is reached, beginning with a root.
    pub(super) fn path(&self, function: u32) -> Vec<u32> {
        let mut path = vec![function];
        while let Some(last) = path.last()
            && let Some(via) = self.via.get(last).filter(|via| *via != last)
        {
            path.push(*via);
        }
        path.reverse();
        path
    }

    /// Notes the constants that a body reaches, and answers the functions.
    fn read(
        &mut self,
        body: &wasmparser::FunctionBody<'_>,
        module: &Module<'_>,
        facts: &Facts<'_>,
        memory: &Memory,
    ) -> wasmparser::Result<Vec<u32>> {
        let (mut left, mut pointers) = (Vec::new(), Vec::new());
        for operator in body.get_operators_reader()? {
            let operator = operator?;
            match operator {
                Operator::Call { function_index }
                | Operator::ReturnCall { function_index }
                | Operator::RefFunc { function_index } => left.push(function_index),
                Operator::I32Const { value } => {
                    let slot = u32::try_from(value).ok();
                    let slot = slot.filter(|slot| facts.addresses.contains(slot));
                    left.extend(slot.and_then(|slot| module.slots.get(&slot)));
                }
                _ => {}
            }
            pointers.extend(number(&operator));
        }
        while let Some(address) = pointers.pop() {
            self.pointers.insert(address);
            let around = facts.map.around(address);
            let Some(constant) = around.filter(|constant| self.constants.insert(*constant)) else {
                continue;
            };
            for word in memory.words(&facts.map.constants[constant]) {
                let slot = u32::try_from(word).ok();
                left.extend(slot.and_then(|slot| module.slots.get(&slot)));
                pointers.push(word);
            }
        }
        Ok(left)
    }
}

/// Address and content of each data segment.
fn segments(module: &Module<'_>) -> Vec<(usize, Vec<u8>)> {
    let segments = module.data.iter();
    let active = segments.filter_map(|data| {
        let at = super::super::prune::survey::address(&data.kind)?;
        Some((at, data.data.to_vec()))
    });
    active.collect()
}
