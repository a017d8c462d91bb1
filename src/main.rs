//! What Trunk builds: the library's exports and nothing else.
//!
//! A binary, because Cargo optimises across crates only where every crate type of a target allows it, and the
//! library has to be an `rlib` for the tests: 4.7 KB less than a `cdylib` beside it (`docs/size.md`).

#![cfg_attr(target_family = "wasm", no_main)]

use gms_chat as _;

#[cfg(not(target_family = "wasm"))]
fn main() {}
