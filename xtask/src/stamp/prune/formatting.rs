//! Refuses a module that formats text.

use wasmparser::{Parser, Payload};

use super::ADVICE;
use super::survey::Survey;
use crate::failure::{Failure, OrFailure, Outcome};

/// Where formatting begins: `format!`, `write!` and `to_string` of most types lead to one of these.
const FORMATTING: [&str; 2] = ["core::fmt::write", "alloc::fmt::format::format_inner"];

const NO_FORMATTING: &str = "put texts together with `concat` and `push_str`, numbers with `decimal`: formatting costs 2 KB";

/// Refuses an optimised module with names in which anything formats text: its formatters write nothing.
pub(in crate::stamp) fn refuse_formatting(wasm: &[u8]) -> Outcome {
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

#[cfg(test)]
mod tests {
    use super::*;

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
        use wasm_encoder::{
            CodeSection, Function, FunctionSection, Module, NameMap, NameSection, TypeSection,
        };
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
}
