//! One of the two modules: what it holds, and how it is written.

use std::collections::{BTreeMap, BTreeSet};

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType, ExportKind,
    ExportSection, FunctionSection, GlobalSection, ImportSection, MemorySection, StartSection,
    TableSection, TypeSection,
};

use super::ADVICE;
use super::module::{Mentions, Module, index};
use crate::failure::{OrFailure, Outcome};

/// What the second module takes from the first, by their indices in the whole.
#[derive(Debug, Default)]
pub(super) struct Link {
    pub(super) functions: BTreeMap<u32, String>,
    pub(super) globals: BTreeMap<u32, String>,
    pub(super) tables: BTreeMap<u32, String>,
    pub(super) memory: String,
}

/// Bytes of data and where they lie.
pub(super) type Piece = (usize, Vec<u8>);

/// What one of the modules holds.
pub(super) struct Part<'a> {
    pub(super) module: &'a Module<'a>,
    /// The functions that lie here, and those of the glue that have their place in the table from here.
    pub(super) here: BTreeSet<u32>,
    pub(super) data: Vec<Piece>,
    /// Whether it has the memory, the tables and the globals, and lends them; or borrows them.
    pub(super) lends: bool,
    pub(super) link: &'a Link,
}

impl Part<'_> {
    /// What its functions mention.
    pub(super) fn mentions(module: &Module<'_>, here: &BTreeSet<u32>) -> Outcome<Mentions> {
        let mut mentions = Mentions::default();
        for body in here.iter().filter_map(|function| module.body(*function)) {
            mentions.read(body)?;
        }
        Ok(mentions)
    }

    /// The functions that have their bodies here.
    fn own(&self) -> impl Iterator<Item = u32> {
        let imported = self.module.imported();
        self.here.range(imported..).copied()
    }

    /// The module as a file.
    pub(super) fn write(&self) -> Outcome<Vec<u8>> {
        let mentions = Self::mentions(self.module, &self.here)?;
        let numbers = Numbers::of(self, &mentions);
        self.encode(numbers)
            .or_failure("writing one of the two wasm files", ADVICE)
    }

    fn encode(&self, mut numbers: Numbers) -> Result<Vec<u8>, Error<Unknown>> {
        let mut whole = wasm_encoder::Module::new();
        whole.section(&self.types(&mut numbers)?);
        whole.section(&self.imports(&mut numbers)?);
        let mut functions = FunctionSection::new();
        for function in self.own() {
            functions.function(numbers.type_index(self.type_of(function)?)?);
        }
        whole.section(&functions);
        if self.lends {
            self.lent(&mut numbers, &mut whole)?;
        }
        whole.section(&self.exports(&mut numbers)?);
        if let Some(start) = self.module.start.filter(|start| self.here.contains(start)) {
            let function_index = numbers.function_index(start)?;
            whole.section(&StartSection { function_index });
        }
        whole.section(&self.elements(&mut numbers)?);
        let mut code = CodeSection::new();
        for function in self.own() {
            let body = self.module.body(function).ok_or(UNKNOWN)?;
            numbers.parse_function_body(&mut code, body.clone())?;
        }
        whole.section(&code);
        let mut data = DataSection::new();
        for (at, bytes) in &self.data {
            data.active(0, &constant(*at), bytes.iter().copied());
        }
        whole.section(&data);
        Ok(whole.finish())
    }

    fn type_of(&self, function: u32) -> Result<u32, Error<Unknown>> {
        self.module.type_of(function).ok_or(UNKNOWN)
    }

    fn types(&self, numbers: &mut Numbers) -> Result<TypeSection, Error<Unknown>> {
        let mut types = TypeSection::new();
        let kept: Vec<u32> = numbers.types.keys().copied().collect();
        for kind in kept {
            let kind = self.module.types[index(kind)].clone();
            types.ty().func_type(&numbers.func_type(kind)?);
        }
        Ok(types)
    }

    /// Functions of the glue first, as they are numbered.
    fn imports(&self, numbers: &mut Numbers) -> Result<ImportSection, Error<Unknown>> {
        let mut imports = ImportSection::new();
        for (function, import) in (0..).zip(&self.module.imports) {
            if numbers.functions.contains_key(&function) {
                let kind = numbers.entity_type(import.ty)?;
                imports.import(import.module, import.name, kind);
            }
        }
        if self.lends {
            return Ok(imports);
        }
        for (function, name) in &self.link.functions {
            let kind = numbers.type_index(self.type_of(*function)?)?;
            imports.import(super::LENDER, name, EntityType::Function(kind));
        }
        for memory in &self.module.memories {
            let kind = numbers.memory_type(*memory)?;
            imports.import(super::LENDER, &self.link.memory, kind);
        }
        for (table, name) in &self.link.tables {
            let kind = numbers.table_type(self.module.tables[index(*table)].ty)?;
            imports.import(super::LENDER, name, kind);
        }
        for (global, name) in &self.link.globals {
            let kind = numbers.global_type(self.module.globals[index(*global)].ty)?;
            imports.import(super::LENDER, name, kind);
        }
        Ok(imports)
    }

    /// Tables, memory and globals.
    fn lent(
        &self,
        numbers: &mut Numbers,
        whole: &mut wasm_encoder::Module,
    ) -> Result<(), Error<Unknown>> {
        let (mut tables, mut memories) = (TableSection::new(), MemorySection::new());
        for table in &self.module.tables {
            numbers.parse_table(&mut tables, table.clone())?;
        }
        for memory in &self.module.memories {
            memories.memory(numbers.memory_type(*memory)?);
        }
        let mut globals = GlobalSection::new();
        for global in &self.module.globals {
            numbers.parse_global(&mut globals, global.clone())?;
        }
        whole.section(&tables).section(&memories).section(&globals);
        Ok(())
    }

    /// What the whole exports and lies here, and what the other part borrows.
    fn exports(&self, numbers: &mut Numbers) -> Result<ExportSection, Error<Unknown>> {
        let mut exports = ExportSection::new();
        let mut known = BTreeSet::new();
        for export in &self.module.exports {
            let is_here = match export.kind {
                wasmparser::ExternalKind::Func => self.here.contains(&export.index),
                _ => self.lends,
            };
            if is_here {
                known.insert(export.name);
                numbers.parse_export(&mut exports, *export)?;
            }
        }
        if !self.lends {
            return Ok(exports);
        }
        let lent = [
            (ExportKind::Func, &self.link.functions),
            (ExportKind::Table, &self.link.tables),
            (ExportKind::Global, &self.link.globals),
        ];
        for (kind, names) in lent {
            for (old, name) in names {
                if known.contains(name.as_str()) {
                    continue;
                }
                let new = match kind {
                    ExportKind::Func => numbers.function_index(*old)?,
                    _ => *old,
                };
                exports.export(name, kind, new);
            }
        }
        Ok(exports)
    }

    /// The places in the table for functions that lie here; the others stay empty.
    fn elements(&self, numbers: &mut Numbers) -> Result<ElementSection, Error<Unknown>> {
        let mut elements = ElementSection::new();
        let here: Vec<(u32, u32)> = (self.module.slots.iter())
            .filter(|(_, function)| self.here.contains(function))
            .map(|(slot, function)| (*slot, *function))
            .collect();
        for run in here.chunk_by(|one, next| one.0 + 1 == next.0) {
            let functions: Result<Vec<u32>, _> = (run.iter())
                .map(|(_, function)| numbers.function_index(*function))
                .collect();
            let first = run.first().map_or(0, |(slot, _)| *slot);
            elements.active(
                None,
                &constant(index(first)),
                Elements::Functions(functions?.into()),
            );
        }
        Ok(elements)
    }
}

fn constant(number: usize) -> ConstExpr {
    ConstExpr::i32_const(i32::try_from(number).unwrap_or(i32::MAX))
}

/// Something that the module does not have.
#[derive(Debug)]
pub(super) struct Unknown;

const UNKNOWN: Error<Unknown> = Error::UserError(Unknown);

impl std::fmt::Display for Unknown {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "a function mentions what lies in the other part")
    }
}

/// New indices by the old ones.
struct Numbers {
    types: BTreeMap<u32, u32>,
    functions: BTreeMap<u32, u32>,
    globals: BTreeMap<u32, u32>,
    tables: BTreeMap<u32, u32>,
}

impl Numbers {
    fn of(part: &Part<'_>, mentions: &Mentions) -> Self {
        let module = part.module;
        let is_here =
            |function: &u32| mentions.functions.contains(function) || part.here.contains(function);
        let glue = (0..module.imported()).filter(is_here);
        let borrowed = part.link.functions.keys().copied().filter(|_| !part.lends);
        let functions = number(glue.chain(borrowed).chain(part.own()));
        let mut types = mentions.types.clone();
        types.extend(functions.keys().filter_map(|one| module.type_of(*one)));
        let all = |count: usize| number(0..u32::try_from(count).unwrap_or(0));
        let (globals, tables) = if part.lends {
            (all(module.globals.len()), all(module.tables.len()))
        } else {
            let link = part.link;
            let (globals, tables) = (link.globals.keys(), link.tables.keys());
            (number(globals.copied()), number(tables.copied()))
        };
        Self {
            types: number(types),
            functions,
            globals,
            tables,
        }
    }
}

fn number(old: impl IntoIterator<Item = u32>) -> BTreeMap<u32, u32> {
    old.into_iter().zip(0..).collect()
}

fn renumbered(numbers: &BTreeMap<u32, u32>, old: u32) -> Result<u32, Error<Unknown>> {
    numbers.get(&old).copied().ok_or(UNKNOWN)
}

impl Reencode for Numbers {
    type Error = Unknown;

    fn type_index(&mut self, old: u32) -> Result<u32, Error<Unknown>> {
        renumbered(&self.types, old)
    }

    fn function_index(&mut self, old: u32) -> Result<u32, Error<Unknown>> {
        renumbered(&self.functions, old)
    }

    fn global_index(&mut self, old: u32) -> Result<u32, Error<Unknown>> {
        renumbered(&self.globals, old)
    }

    fn table_index(&mut self, old: u32) -> Result<u32, Error<Unknown>> {
        renumbered(&self.tables, old)
    }
}
