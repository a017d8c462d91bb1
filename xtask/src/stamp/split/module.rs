//! A module taken to pieces, as far as the one that wasm-opt writes has them.

use std::collections::BTreeMap;

use wasm_encoder::reencode::Reencode;
use wasmparser::{
    Data, ElementItems, ElementKind, Export, FuncType, FunctionBody, Global, Import, MemoryType,
    Operator, Parser, Payload, Table, TypeRef,
};

use super::ADVICE;
use crate::failure::{Failure, OrFailure, Outcome};

/// The pieces, in the order of their indices.
#[derive(Default)]
pub(super) struct Module<'a> {
    pub(super) types: Vec<FuncType>,
    /// Functions, all of them.
    pub(super) imports: Vec<Import<'a>>,
    /// The types of the module's own functions.
    pub(super) functions: Vec<u32>,
    pub(super) tables: Vec<Table<'a>>,
    pub(super) memories: Vec<MemoryType>,
    pub(super) globals: Vec<Global<'a>>,
    pub(super) exports: Vec<Export<'a>>,
    pub(super) start: Option<u32>,
    /// Which function stands where in the table.
    pub(super) slots: BTreeMap<u32, u32>,
    pub(super) bodies: Vec<FunctionBody<'a>>,
    pub(super) data: Vec<Data<'a>>,
}

impl<'a> Module<'a> {
    pub(super) fn read(wasm: &'a [u8]) -> Outcome<Self> {
        let mut module = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload.or_failure("reading the wasm", ADVICE)?;
            module
                .take(payload)
                .or_failure("reading a section of the wasm", ADVICE)??;
        }
        Ok(module)
    }

    fn take(&mut self, payload: Payload<'a>) -> wasmparser::Result<Outcome> {
        match payload {
            Payload::TypeSection(section) => {
                self.types = collect(section.into_iter_err_on_gc_types())?;
            }
            Payload::ImportSection(section) => {
                self.imports = collect(section.into_imports())?;
                let is_function = |import: &Import<'_>| matches!(import.ty, TypeRef::Func(_));
                if !self.imports.iter().all(is_function) {
                    return Ok(Err(strange("an import that is no function")));
                }
            }
            Payload::FunctionSection(section) => self.functions = collect(section.into_iter())?,
            Payload::TableSection(section) => self.tables = collect(section.into_iter())?,
            Payload::MemorySection(section) => self.memories = collect(section.into_iter())?,
            Payload::GlobalSection(section) => self.globals = collect(section.into_iter())?,
            Payload::ExportSection(section) => self.exports = collect(section.into_iter())?,
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(section) => {
                for element in section {
                    if let Err(failure) = self.fill(element?)? {
                        return Ok(Err(failure));
                    }
                }
            }
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::DataSection(section) => self.data = collect(section.into_iter())?,
            Payload::TagSection(_) => return Ok(Err(strange("exceptions"))),
            _ => {}
        }
        Ok(Ok(()))
    }

    fn fill(&mut self, element: wasmparser::Element<'a>) -> wasmparser::Result<Outcome> {
        let (
            ElementKind::Active {
                table_index: None | Some(0),
                offset_expr,
            },
            ElementItems::Functions(functions),
        ) = (element.kind, element.items)
        else {
            return Ok(Err(strange("a table that is filled in another way")));
        };
        let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
            return Ok(Err(strange("a table that is filled somewhere")));
        };
        let first = u32::try_from(value).unwrap_or(0);
        for (slot, function) in (first..).zip(functions) {
            self.slots.insert(slot, function?);
        }
        Ok(Ok(()))
    }

    /// How many functions come from outside.
    pub(super) fn imported(&self) -> u32 {
        u32::try_from(self.imports.len()).unwrap_or(u32::MAX)
    }

    /// The body of a function; `None` for one that comes from outside.
    pub(super) fn body(&self, function: u32) -> Option<&FunctionBody<'a>> {
        self.bodies
            .get(index(function.checked_sub(self.imported())?))
    }

    /// The type of a function, if there is one.
    pub(super) fn type_of(&self, function: u32) -> Option<u32> {
        match function.checked_sub(self.imported()) {
            Some(own) => self.functions.get(index(own)).copied(),
            None => match self.imports.get(index(function))?.ty {
                TypeRef::Func(kind) => Some(kind),
                _ => None,
            },
        }
    }
}

/// What the split does not know how to divide.
pub(super) fn strange(what: &str) -> Failure {
    Failure::new(
        format!("the wasm has {what}, which cannot be divided"),
        "see what wasm-opt writes now, and mend xtask/src/stamp/split",
    )
}

pub(super) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn collect<T>(items: impl Iterator<Item = wasmparser::Result<T>>) -> wasmparser::Result<Vec<T>> {
    items.collect()
}

/// What a function mentions.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    pub(super) types: std::collections::BTreeSet<u32>,
    pub(super) functions: std::collections::BTreeSet<u32>,
    pub(super) globals: std::collections::BTreeSet<u32>,
    pub(super) tables: std::collections::BTreeSet<u32>,
}

type Error = wasm_encoder::reencode::Error<std::convert::Infallible>;

/// Collects indices instead of changing them.
impl Reencode for Mentions {
    type Error = std::convert::Infallible;

    fn type_index(&mut self, kind: u32) -> Result<u32, Error> {
        self.types.insert(kind);
        Ok(kind)
    }

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        self.functions.insert(function);
        Ok(function)
    }

    fn global_index(&mut self, global: u32) -> Result<u32, Error> {
        self.globals.insert(global);
        Ok(global)
    }

    fn table_index(&mut self, table: u32) -> Result<u32, Error> {
        self.tables.insert(table);
        Ok(table)
    }
}

impl Mentions {
    /// Adds what a body mentions.
    pub(super) fn read(&mut self, body: &FunctionBody<'_>) -> Outcome {
        let mut code = wasm_encoder::CodeSection::new();
        self.parse_function_body(&mut code, body.clone())
            .or_failure("reading a function of the wasm", ADVICE)
    }
}
