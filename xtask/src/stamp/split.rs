//! Divides the wasm in two: what draws the window, and what a chat needs besides, which is fetched after the window.
//!
//! The second module borrows memory, tables, globals and functions of the first one, and puts its own functions into
//! the places that they have in the table anyway. Nothing in the first calls the second but through such a place, and
//! only the second makes what leads there: it begins with one export, the door.

mod module;
mod part;
mod reach;

use std::collections::BTreeSet;

use super::prune::map::Map;
use super::prune::survey::{Survey, address};
use super::prune::words::{Memory, is_sentence};
use crate::failure::{Failure, OrFailure, Outcome};
use module::Module;
use part::{Link, Part, Piece};
use reach::{Facts, Reach};
use wasmparser::{Export, ExternalKind};

pub(super) use reach::addresses;

const ADVICE: &str = "wasm-opt wrote a file that cannot be read; run `cargo xtask dist` again";

/// What the second module calls the first one; `glue/start.js` says so too.
pub(super) const LENDER: &str = "w";

/// The export by which the window gets its session: `Widget::attach` in src/lib.rs.
const DOOR: &str = "widget_attach";

/// What has to lie behind the door.
const BEHIND: &str = "gms_chat_protocol::chat::Session::";

/// How far before its beginning a table may be addressed, as in `prune/words.rs`.
const NEAR: usize = 256;

/// Zeroes that are worth a segment of their own.
const GAP: usize = 8;

/// The two modules.
pub(super) struct Halves {
    pub(super) window: Vec<u8>,
    pub(super) session: Vec<u8>,
}

/// Divides an optimised module that still has its names.
pub(super) fn split(wasm: &[u8], map: &Map, addresses: &BTreeSet<u32>) -> Outcome<Halves> {
    let names = Survey::of(wasm)
        .or_failure("reading the names in the wasm", ADVICE)?
        .names;
    let module = Module::read(wasm)?;
    let facts = Facts { map, addresses };
    let functions = module
        .exports
        .iter()
        .copied()
        .filter(|one| one.kind == ExternalKind::Func);
    let (doors, others): (Vec<Export<'_>>, Vec<Export<'_>>) =
        functions.partition(|export| export.name == DOOR);
    let roots = others.iter().map(|export| export.index).chain(module.start);
    let near = Reach::from(roots, &module, &facts)?;
    let behind = Reach::from(doors.iter().map(|export| export.index), &module, &facts)?;
    let far: BTreeSet<u32> = (behind.functions.iter().copied())
        .filter(|function| !near.functions.contains(function))
        .collect();
    let name = |function: &u32| names.get(function).map_or("?", String::as_str);
    if doors.len() != 1 || !far.iter().any(|one| name(one).starts_with(BEHIND)) {
        let mut reached = near.functions.iter();
        let first = reached.find(|one| name(one).starts_with(BEHIND));
        let path = first.map_or_else(Vec::new, |first| near.path(*first));
        let path: Vec<&str> = path.iter().map(name).collect();
        let path = path.join(" → ");
        let what = format!("the window reaches `{BEHIND}` without passing `{DOOR}`: {path}");
        let advice =
            "let nothing but `Widget::attach` in src/lib.rs name the driver or the session";
        return Err(Failure::new(what, advice));
    }
    let link = link(&module, &near.functions, &far)?;
    let (here, there) = data(&module, &near, &facts);
    let part = |here, data, lends| Part {
        module: &module,
        here,
        data,
        lends,
        link: &link,
    };
    Ok(Halves {
        window: part(near.functions, here, true).write()?,
        session: part(far, there, false).write()?,
    })
}

/// What the second module has to borrow.
fn link(module: &Module<'_>, near: &BTreeSet<u32>, far: &BTreeSet<u32>) -> Outcome<Link> {
    let mentions = Part::mentions(module, far)?;
    let mut names = (0..).map(letters);
    let mut name = |kind: ExternalKind, old: u32| {
        let mut exports = module.exports.iter();
        let known = exports.find(|export| export.kind == kind && export.index == old);
        let known = known.map(|export| export.name.to_owned());
        known.or_else(|| names.next()).unwrap_or_default()
    };
    let mut link = Link {
        memory: name(ExternalKind::Memory, 0),
        ..Link::default()
    };
    // Its places in the table.
    let mut tables = mentions.tables;
    tables.insert(0);
    for table in tables {
        (link.tables).insert(table, name(ExternalKind::Table, table));
    }
    for global in mentions.globals {
        (link.globals).insert(global, name(ExternalKind::Global, global));
    }
    let own = near.range(module.imported()..).copied().collect();
    for function in mentions.functions.intersection(&own) {
        let name = name(ExternalKind::Func, *function);
        link.functions.insert(*function, name);
    }
    Ok(link)
}

/// The name with this number: `a` to `z`, then `ba` and so on.
fn letters(number: u32) -> String {
    let letter = char::from(b'a' + u8::try_from(number % 26).unwrap_or(0));
    let front = match number / 26 {
        0 => String::new(),
        front => letters(front),
    };
    front + letter.encode_utf8(&mut [0; 4])
}

/// The data of either module.
fn data(module: &Module<'_>, near: &Reach, facts: &Facts<'_>) -> (Vec<Piece>, Vec<Piece>) {
    let segments: Vec<Piece> = (module.data.iter())
        .filter_map(|data| Some((address(&data.kind)?, data.data.to_vec())))
        .collect();
    let memory = Memory::of(&segments);
    let goes = |place: usize| {
        let range = &facts.map.constants[place];
        let Some(content) = memory.get(range) else {
            return false;
        };
        let before = range.start.saturating_sub(NEAR)..range.start;
        !near.constants.contains(&place)
            && (is_text(content) || near.pointers.range(before).next().is_none())
    };
    let gone: BTreeSet<usize> = (0..facts.map.constants.len())
        .filter(|place| goes(*place))
        .collect();
    let is_gone = |at: usize| {
        let place = facts.map.around(at);
        place.is_some_and(|place| facts.map.constants[place].contains(&at) && gone.contains(&place))
    };
    let of = |wanted: bool| {
        let each = segments.iter();
        each.flat_map(|(base, bytes)| pieces(*base, bytes, &|at| is_gone(at) == wanted))
            .collect()
    };
    (of(false), of(true))
}

fn is_text(content: &[u8]) -> bool {
    content.iter().all(u8::is_ascii_graphic) || is_sentence(content)
}

/// The wanted bytes of a segment, without long rows of zeroes.
fn pieces(base: usize, bytes: &[u8], is_wanted: &dyn Fn(usize) -> bool) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (at, byte) in (base..).zip(bytes) {
        if *byte == 0 || !is_wanted(at) {
            continue;
        }
        match pieces.last_mut() {
            Some((first, piece))
                if at - (*first + piece.len()) < GAP
                    && (*first + piece.len()..at).all(is_wanted) =>
            {
                piece.resize(at - *first, 0);
                piece.push(*byte);
            }
            _ => pieces.push((at, vec![*byte])),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType, ExportKind,
        ExportSection, Function, FunctionSection, GlobalSection, GlobalType, ImportSection, MemArg,
        MemArgTarget, MemorySection, MemoryType, NameMap, NameSection, RefType, TableSection,
        TableType, TypeSection, ValType,
    };

    use super::*;
    use crate::process;
    use crate::project::Project;

    /// Where the door leaves the place in the table by which the window calls the session.
    const LINE: i32 = 64;
    /// A constant with the place of a function of the window, and one with that of a function of the session.
    const NEAR_TABLE: i32 = 1024;
    const FAR_TABLE: i32 = 1036;
    /// A text of the session.
    const TEXT: i32 = 1048;
    const MAP: &str = "       -        8        6 TYPE
  400        f        c         /a.o:(.rodata.near)
  40c        f        c         /a.o:(.rodata.far)
  418        f        4         /a.o:(.rodata.text)
";

    const LOG: u32 = 0;
    const MOUNT: u32 = 1;
    const ATTACH: u32 = 2;
    const SHARED: u32 = 3;
    const SESSION: u32 = 4;
    const WINDOW: u32 = 5;

    fn at(offset: u64) -> MemArg {
        MemArg {
            offset,
            align: 2,
            target: MemArgTarget::Memory(0),
            ordering: None,
        }
    }

    /// What the window does first.
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Mount {
        /// What it should.
        Waits,
        /// Calls the session.
        Calls,
        /// Reads the constant with the session's place.
        Reads,
    }

    fn bodies(mount: Mount) -> CodeSection {
        let mut code = CodeSection::new();
        let mut body = Function::new([]);
        match mount {
            Mount::Waits => {}
            Mount::Calls => _ = body.instructions().i32_const(1).call(SESSION).drop(),
            Mount::Reads => _ = body.instructions().i32_const(FAR_TABLE).drop(),
        }
        // -1 before there is a session, and else what comes through both places.
        body.instructions().i32_const(0).i32_load(at(64)).i32_eqz();
        body.instructions()
            .if_(wasm_encoder::BlockType::Result(ValType::I32));
        body.instructions().i32_const(-1).else_();
        body.instructions()
            .i32_const(5)
            .i32_const(0)
            .i32_load(at(64))
            .call_indirect(0, 1);
        body.instructions()
            .i32_const(0)
            .i32_load(at(1024))
            .call_indirect(0, 1)
            .end();
        body.instructions().call(SHARED).end();
        code.function(&body);
        let mut body = Function::new([]);
        body.instructions()
            .i32_const(LINE)
            .i32_const(FAR_TABLE)
            .i32_load(at(0));
        body.instructions().i32_store(at(0)).end();
        code.function(&body);
        let mut body = Function::new([]);
        body.instructions()
            .local_get(0)
            .i32_const(1)
            .i32_add()
            .end();
        code.function(&body);
        let byte = MemArg { align: 0, ..at(0) };
        // Tells the glue its argument, and answers it with the global and the text's first letter.
        let mut body = Function::new([]);
        body.instructions()
            .local_get(0)
            .call(LOG)
            .local_get(0)
            .call(SHARED);
        body.instructions().global_get(0).i32_add();
        body.instructions()
            .i32_const(TEXT)
            .i32_load8_u(byte)
            .i32_add()
            .end();
        code.function(&body);
        let mut body = Function::new([]);
        body.instructions()
            .local_get(0)
            .i32_const(10)
            .i32_mul()
            .end();
        code.function(&body);
        code
    }

    fn module(mount: Mount) -> Vec<u8> {
        let (none, number) = ([], [ValType::I32]);
        let mut types = TypeSection::new();
        types.ty().function(none, number);
        types.ty().function(number, number);
        types.ty().function(number, none);
        types.ty().function(none, none);
        let mut imports = ImportSection::new();
        imports.import("$", "log", EntityType::Function(2));
        let mut functions = FunctionSection::new();
        functions
            .function(0)
            .function(3)
            .function(1)
            .function(1)
            .function(1);
        let mut tables = TableSection::new();
        tables.table(TableType {
            element_type: RefType::FUNCREF,
            table64: false,
            minimum: 3,
            maximum: None,
            shared: false,
        });
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 1,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut globals = GlobalSection::new();
        let pointer = GlobalType {
            val_type: ValType::I32,
            mutable: true,
            shared: false,
        };
        globals.global(pointer, &ConstExpr::i32_const(1000));
        let mut exports = ExportSection::new();
        exports.export("memory", ExportKind::Memory, 0);
        exports.export("mount", ExportKind::Func, MOUNT);
        exports.export(DOOR, ExportKind::Func, ATTACH);
        exports.export("start", ExportKind::Func, LOG);
        let mut elements = ElementSection::new();
        let places = Elements::Functions(vec![WINDOW, SESSION].into());
        elements.active(None, &ConstExpr::i32_const(1), places);
        let mut data = DataSection::new();
        data.active(0, &ConstExpr::i32_const(NEAR_TABLE), [1_u8, 0, 0, 0]);
        data.active(
            0,
            &ConstExpr::i32_const(FAR_TABLE),
            *b"\x02\0\0\0\0\0\0\0\0\0\0\0dear",
        );
        let mut names = NameMap::new();
        names.append(SESSION, "gms_chat_protocol::chat::Session::answer");
        let mut section = NameSection::new();
        section.functions(&names);
        let mut module = wasm_encoder::Module::new();
        module.section(&types).section(&imports).section(&functions);
        module.section(&tables).section(&memories).section(&globals);
        module
            .section(&exports)
            .section(&elements)
            .section(&bodies(mount));
        module.section(&data).section(&section);
        module.finish()
    }

    fn divided(mount: Mount) -> Outcome<Halves> {
        split(&module(mount), &Map::parse(MAP), &BTreeSet::new())
    }

    /// Runs both modules as the glue does, and prints what comes of it.
    const RUN: &str = "
const [window, session] = process.argv.slice(1).map((text) => new WebAssembly.Module(Buffer.from(text, 'hex')));
const said = [];
const imports = { $: { log: (number) => said.push(number) } };
const lent = (imports.w = { ...new WebAssembly.Instance(window, imports).exports });
said.push(lent.mount(), lent.widget_attach === undefined);
const table = Object.values(lent).find((one) => one instanceof WebAssembly.Table);
const letters = () => Buffer.from(lent.memory.buffer, 1048, 4).toString();
said.push(table.get(1) === null, table.get(2) === null, letters() === 'dear');
Object.assign(lent, new WebAssembly.Instance(session, imports).exports);
said.push(table.get(1) === null, table.get(2) === null, letters() === 'dear', lent.mount());
lent.widget_attach();
said.push(lent.mount());
console.log(said.join(' '));";

    #[test]
    fn the_two_modules_do_together_what_the_one_did() {
        let project = Project::find().unwrap();
        let halves = divided(Mount::Waits).unwrap();
        let hex =
            |bytes: &[u8]| -> String { bytes.iter().map(|byte| format!("{byte:02x}")).collect() };
        let mut node = process::command(&project, "node");
        node.args(["-e", RUN, "--", &hex(&halves.window), &hex(&halves.session)]);
        let said = process::capture(&mut node).unwrap();
        // Shared: 5 + 1, the global, the letter; ten times that, and one.
        let answer = (5 + 1 + 1000 + i32::from(b'd')) * 10 + 1;
        let alone = "0 true false true false";
        let linked = "false false true 0";
        assert_eq!(said.trim(), format!("{alone} {linked} 5 {answer}"));
    }

    #[test]
    fn each_module_holds_what_only_it_needs() {
        let halves = divided(Mount::Waits).unwrap();
        let (window, session) = (
            Module::read(&halves.window).unwrap(),
            Module::read(&halves.session),
        );
        assert_eq!((window.bodies.len(), window.types.len()), (3, 3));
        let exports = |module: &Module<'_>| -> Vec<String> {
            module
                .exports
                .iter()
                .map(|export| export.name.to_owned())
                .collect()
        };
        assert_eq!(
            exports(&window),
            ["memory", "mount", "start", "c", "a", "b"]
        );
        assert_eq!(window.slots, [(1, 3)].into());
        // The session borrows more than functions, which is not read here.
        assert!(session.is_err());
    }

    #[test]
    fn a_window_that_reaches_the_session_itself_is_refused() {
        for mount in [Mount::Calls, Mount::Reads] {
            let complaint = divided(mount).err().unwrap().to_string();
            assert!(
                complaint.contains("`widget_attach`: ? → gms_chat_protocol::chat::Session::answer"),
                "{complaint}"
            );
        }
        assert!(split(b"not a module", &Map::parse(MAP), &BTreeSet::new()).is_err());
    }

    #[test]
    fn places_in_the_table_are_the_numbers_that_the_linker_has_filled_in() {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut functions = FunctionSection::new();
        functions.function(0);
        let mut body = Function::new([]);
        // The number 7 as the linker writes an address, and 9 as the compiler writes a number.
        body.raw([0x41, 0x87, 0x80, 0x80, 0x80, 0x00]);
        body.instructions().drop().i32_const(9).drop().end();
        let mut code = CodeSection::new();
        code.function(&body);
        let mut module = wasm_encoder::Module::new();
        module.section(&types).section(&functions).section(&code);
        assert_eq!(addresses(&module.finish()).unwrap(), [7].into());
    }

    #[test]
    fn names_are_short_and_differ() {
        let names: BTreeSet<String> = (0..2000).map(letters).collect();
        assert_eq!(names.len(), 2000);
        assert_eq!([letters(0), letters(25), letters(26)], ["a", "z", "ba"]);
    }

    #[test]
    fn data_is_cut_at_long_rows_of_zeroes_and_where_it_belongs_to_the_other() {
        let bytes = [1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 4, 5];
        let all = pieces(10, &bytes, &|_| true);
        assert_eq!(all, [(10, vec![1, 0, 2]), (22, vec![3, 4, 5])]);
        let some = pieces(10, &bytes, &|at| at != 11 && at != 23);
        assert_eq!(
            some,
            [(10, vec![1]), (12, vec![2]), (22, vec![3]), (24, vec![5])]
        );
    }
}
