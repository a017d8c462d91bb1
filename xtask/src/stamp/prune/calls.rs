//! Which functions are in use although their names say otherwise.

use std::collections::{BTreeMap, BTreeSet};

use wasmparser::{Parser, Payload};

use super::stubs::Stub;
use super::survey::Survey;

/// Exports of a library for server functions.
const UNUSED_EXPORTS: [&str; 2] = ["__wbg_intounderlying", "intounderlying"];

/// How the names of drop glue begin.
const DROP: &str = "core::ptr::drop_in_place<";

/// Drop glue that nothing else can be identical to: it holds both ends of a promise.
const UNUSED_DROP: &str = "core::ptr::drop_in_place<js_sys::futures::future_to_promise<";

/// How the names of shims begin.
const SHIM: &str = "core::ops::function::FnOnce::call_once{{vtable.shim}}";

/// Who refers to whom.
///
/// Link-time optimisation keeps one of several identical functions under one of their names: what is called like
/// an unused function may be the drop of something in use.
#[derive(Default)]
pub(super) struct Calls {
    /// Caller and called.
    direct: Vec<(u32, u32)>,
    /// Drop glue that tables refer to: any vtable may mean it.
    drops: Vec<u32>,
    /// What a vtable calls in order to call a closure: a shim of an unused closure is unused.
    shims: Vec<u32>,
}

impl Calls {
    pub(super) fn of(wasm: &[u8], survey: &Survey) -> wasmparser::Result<Self> {
        let mut calls = Self::default();
        let unused = unused_exports(wasm)?;
        let mut caller = survey.imported;
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::CodeSectionEntry(body) => {
                    if !unused.contains(&caller) {
                        calls.read_body(caller, &body)?;
                    }
                    caller += 1;
                }
                Payload::ElementSection(elements) => {
                    for element in elements {
                        calls.read_table(element?, survey)?;
                    }
                }
                _ => {}
            }
        }
        Ok(calls)
    }

    fn read_body(
        &mut self,
        caller: u32,
        body: &wasmparser::FunctionBody<'_>,
    ) -> wasmparser::Result<()> {
        for operator in body.get_operators_reader()? {
            if let wasmparser::Operator::Call { function_index } = operator? {
                self.direct.push((caller, function_index));
            }
        }
        Ok(())
    }

    fn read_table(
        &mut self,
        element: wasmparser::Element<'_>,
        survey: &Survey,
    ) -> wasmparser::Result<()> {
        let wasmparser::ElementItems::Functions(functions) = element.items else {
            return Ok(());
        };
        for function in functions {
            let function = function?;
            let name = survey.names.get(&function).map_or("", String::as_str);
            if name.starts_with(DROP) && !name.starts_with(UNUSED_DROP) {
                self.drops.push(function);
            }
            if name.starts_with(SHIM) {
                self.shims.push(function);
            }
        }
        Ok(())
    }

    /// Takes every function off the list that something in use may call.
    pub(super) fn spare_merged(&self, stubs: &mut BTreeMap<u32, Stub>) {
        for drop in &self.drops {
            stubs.remove(drop);
        }
        for (caller, called) in &self.direct {
            if self.shims.contains(caller) && stubs.get(called) == Some(&Stub::Unused) {
                stubs.insert(*caller, Stub::Unused);
            }
        }
        loop {
            let before = stubs.len();
            for (caller, called) in &self.direct {
                if !stubs.contains_key(caller) && stubs.get(called) == Some(&Stub::Unused) {
                    stubs.remove(called);
                }
            }
            if stubs.len() == before {
                return;
            }
        }
    }
}

/// The functions behind the exports that go.
fn unused_exports(wasm: &[u8]) -> wasmparser::Result<BTreeSet<u32>> {
    let mut unused = BTreeSet::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::ExportSection(exports) = payload? {
            for export in exports {
                let export = export?;
                if is_unused(export.name) {
                    unused.insert(export.index);
                }
            }
        }
    }
    Ok(unused)
}

/// Whether an export goes.
pub(super) fn is_unused(export: &str) -> bool {
    UNUSED_EXPORTS
        .iter()
        .any(|unused| export.starts_with(unused))
}

#[cfg(test)]
mod tests {
    use super::*;

    const USED: u32 = 0;
    const MERGED: u32 = 1;
    const DEAD: u32 = 2;
    const BELOW: u32 = 3;

    fn all(stub: Stub) -> BTreeMap<u32, Stub> {
        [MERGED, DEAD, BELOW].map(|index| (index, stub)).into()
    }

    #[test]
    fn what_something_in_use_calls_keeps_its_body_and_so_does_what_that_calls() {
        let calls = Calls {
            direct: vec![(MERGED, BELOW), (USED, MERGED), (DEAD, DEAD)],
            ..Calls::default()
        };
        let mut stubs = all(Stub::Unused);
        calls.spare_merged(&mut stubs);
        assert_eq!(stubs, [(DEAD, Stub::Unused)].into());
    }

    #[test]
    fn what_panics_loses_its_body_whoever_calls_it() {
        let calls = Calls {
            direct: vec![(USED, MERGED)],
            ..Calls::default()
        };
        let mut stubs = all(Stub::Fatal);
        calls.spare_merged(&mut stubs);
        assert_eq!(stubs, all(Stub::Fatal));
    }

    #[test]
    fn drop_glue_in_a_table_is_spared_and_the_shim_of_an_unused_closure_is_not() {
        let calls = Calls {
            direct: vec![(USED, DEAD)],
            drops: vec![MERGED],
            shims: vec![USED],
        };
        let mut stubs = [(MERGED, Stub::Unused), (DEAD, Stub::Unused)].into();
        calls.spare_merged(&mut stubs);
        assert_eq!(stubs, [(USED, Stub::Unused), (DEAD, Stub::Unused)].into());
    }
}
