//! Asks the linker of the window for a map of what it put where: `cargo xtask stamp` finds in it the words that
//! nothing points to any more.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|given| given == value);
    if !is("CARGO_CFG_TARGET_FAMILY", "wasm") || !is("PROFILE", "release") {
        return;
    }
    // OUT_DIR is <profile's folder>/build/<package>/out.
    let out = std::env::var_os("OUT_DIR").unwrap_or_default();
    if let Some(folder) = Path::new(&out).ancestors().nth(3) {
        let map = folder.join("gms-chat.map");
        println!("cargo:rustc-link-arg-bins=--Map={}", map.display());
    }
}
