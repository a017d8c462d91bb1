//! What has to be known of a module before it is rewritten.

use std::collections::BTreeMap;

use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

use super::stubs::{self, Stub};

/// Functions and data of a module.
#[derive(Default)]
pub(in crate::stamp) struct Survey {
    /// Functions that come from outside; the first own one has this index.
    pub(super) imported: u32,
    /// What to put in the place of which function, judged by names alone.
    pub(super) stubs: BTreeMap<u32, Stub>,
    /// Path of each function that has a name.
    pub(in crate::stamp) names: BTreeMap<u32, String>,
    /// Address and content of each active data segment.
    pub(super) data: Vec<(usize, Vec<u8>)>,
}

impl Survey {
    pub(in crate::stamp) fn of(wasm: &[u8]) -> wasmparser::Result<Self> {
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
                    if let Some(stub) = stubs::stub(function.name) {
                        self.stubs.insert(function.index, stub);
                    }
                    self.names
                        .insert(function.index, stubs::path(function.name));
                }
            }
        }
        Ok(())
    }
}

/// The address of an active segment with a constant offset.
pub(in crate::stamp) fn address(kind: &wasmparser::DataKind<'_>) -> Option<usize> {
    let wasmparser::DataKind::Active { offset_expr, .. } = kind else {
        return None;
    };
    match offset_expr.get_operators_reader().read().ok()? {
        wasmparser::Operator::I32Const { value } => usize::try_from(value).ok(),
        _ => None,
    }
}
