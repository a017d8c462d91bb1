//! Rules about every text file: nothing outside the checkout is named, and versions agree.

use super::Complaint;
use super::tree::Tree;

/// Every rule of this room.
pub(super) const RULES: &[fn(&Tree) -> Vec<Complaint>] = &[
    names_no_registry,
    reads_nothing_outside,
    pins_the_same_tools,
];

/// Hosts of package registries, in two halves, so that this file does not name them either.
const HOSTS: [&str; 7] = [
    concat!("crates", ".io"),
    concat!("npmjs", ".org"),
    concat!("npmjs", ".com"),
    concat!("pypi", ".org"),
    concat!("pythonhosted", ".org"),
    concat!("deb.debian", ".org"),
    concat!("proxy.golang", ".org"),
];

/// Where the build and the tests may read nothing.
const OUTSIDE: [&str; 2] = [concat!("/work/", "shared"), concat!("../", "shared/")];

/// cargo writes the index's address into its lock files by itself.
const CARGO_LOCK: &str = "Cargo.lock";

fn names_no_registry(tree: &Tree) -> Vec<Complaint> {
    find(tree, &HOSTS, "the package client knows its registry")
}

fn reads_nothing_outside(tree: &Tree) -> Vec<Complaint> {
    find(tree, &OUTSIDE, "a clone has only what is in the repository")
}

fn find(tree: &Tree, needles: &[&str], why: &str) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in tree.files().filter(|file| !is_lock(&file.path)) {
        for (number, line) in file.text.lines().enumerate() {
            let named = needles.iter().filter(|needle| line.contains(*needle));
            complaints.extend(named.map(|needle| {
                Complaint::at(&file.path, number, format!("names `{needle}`: {why}"))
            }));
        }
    }
    complaints
}

fn is_lock(path: &str) -> bool {
    path.rsplit('/').next() == Some(CARGO_LOCK)
}

/// Trunk refuses, or fetches, a tool whose version is not the one in Trunk.toml; so it must be the installed one.
fn pins_the_same_tools(tree: &Tree) -> Vec<Complaint> {
    let value = |path: &str, key: &str, end: char| {
        let file = tree.files().find(|file| file.path == path)?;
        Some(file.text.split_once(key)?.1.split_once(end)?.0.to_owned())
    };
    let bindgen = value("Trunk.toml", "wasm_bindgen = \"", '"');
    let locked = value(CARGO_LOCK, "name = \"wasm-bindgen\"\nversion = \"", '"');
    let wasm_opt = value("Trunk.toml", "wasm_opt = \"version_", '"');
    let binaryen = value("xtask/npm/package.json", "\"binaryen\": \"", '.');
    let mut complaints = Vec::new();
    if bindgen != locked {
        complaints.push(Complaint::new(
            "Trunk.toml",
            format!("wasm_bindgen is {bindgen:?}, Cargo.lock has {locked:?}"),
        ));
    }
    if wasm_opt != binaryen {
        complaints.push(Complaint::new(
            "Trunk.toml",
            format!("wasm_opt is {wasm_opt:?}, xtask/npm has {binaryen:?}"),
        ));
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::super::samples::{allows, refuses};
    use super::*;

    #[test]
    fn a_registry_is_named_nowhere_but_in_cargos_own_lock_file() {
        let line = format!("registry = \"https://{}\"\n", HOSTS[0]);
        refuses(names_no_registry, ".cargo/config.toml", &line);
        allows(names_no_registry, CARGO_LOCK, &line);
    }

    #[test]
    fn nothing_outside_the_clone_is_read() {
        let line = format!("include_str!(\"../../{}spec/a.txt\")", OUTSIDE[1]);
        refuses(reads_nothing_outside, "crates/a/tests/a.rs", &line);
        allows(
            reads_nothing_outside,
            "a.rs",
            "mod shared;\nuse super::shared::A;",
        );
    }

    #[test]
    fn trunk_must_be_told_of_a_new_wasm_bindgen() {
        let old = "[tools]\nwasm_bindgen = \"0.2.99\"\n";
        refuses(pins_the_same_tools, "Trunk.toml", old);
        let older = "\"binaryen\": \"131.0.0\"";
        refuses(pins_the_same_tools, "xtask/npm/package.json", older);
    }
}
