//! Which functions lose their body, by their names.

/// Paths of functions that never return: everything that turns a bug into a message.
const FATAL: [&str; 14] = [
    "core::panicking::",
    "core::option::unwrap_failed",
    "core::option::expect_failed",
    "core::result::unwrap_failed",
    "core::slice::index::slice_index_fail",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::str::slice_error_fail",
    "core::cell::panic_already",
    "alloc::raw_vec::handle_error",
    "alloc::raw_vec::capacity_overflow",
    "alloc::alloc::handle_alloc_error",
    "hashbrown::raw::Fallibility::capacity_overflow",
    "std::panicking::panic_with_hook",
    "wasm_bindgen::throw_str",
];

/// Paths of functions that nobody calls: the protocol gives serde_json plain numbers, see `json/plain.rs`.
const UNREACHED: [&str; 3] = [
    "serde_json::de::Deserializer<R>::parse_decimal",
    "serde_json::de::Deserializer<R>::parse_exponent",
    "serde_json::de::Deserializer<R>::parse_long_integer",
];

/// Parts of the names of functions that only a panic's message or Leptos' server functions use; tables and
/// exports would keep them alive.
const UNUSED: [&str; 6] = [
    "std::panicking::panic_handler::",
    "wasm_streams::",
    "futures_util::abortable::",
    "futures_util::sink::",
    "futures_util::stream::try_stream::",
    "js_sys::futures::future_to_promise",
];

/// How the names of functions end that format a value. Nothing but messages of panics may need them: whoever
/// calls one of `FORMATTING` is refused.
const WORDS: [&str; 2] = [" as core::fmt::Debug>::fmt", " as core::fmt::Display>::fmt"];

/// What to put in the place of a function's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stub {
    /// Traps: whoever comes here would have said why he panics.
    Fatal,
    /// Traps: nobody comes here.
    Unused,
    /// Returns `Ok(())`.
    Silent,
}

/// The stub for a function of this name.
pub(super) fn stub(name: &str) -> Option<Stub> {
    let path = path(name);
    let is_fatal = FATAL.iter().any(|fatal| path.starts_with(fatal));
    if is_fatal {
        return Some(Stub::Fatal);
    }
    if UNUSED.iter().any(|unused| path.contains(unused)) {
        return Some(Stub::Unused);
    }
    if UNREACHED.iter().any(|name| path.starts_with(name)) {
        return Some(Stub::Fatal);
    }
    let formats = WORDS.iter().any(|words| path.ends_with(words));
    formats.then_some(Stub::Silent)
}

/// Formatting itself, which only tables refer to once it is known that nothing calls it.
const MUTE: [&str; 5] = [
    "core::fmt::write",
    "<core::fmt::Formatter>::pad",
    "<alloc::string::String as core::fmt::Write>::",
    "<wasm_bindgen::JsValue as core::fmt::Debug>::fmt",
    "core::fmt::Write::write_fmt",
];

/// The stub for a function of this name in a module that formats nothing.
pub(super) fn muted(name: &str) -> Option<Stub> {
    let path = path(name);
    let is_mute = MUTE.iter().any(|mute| path.starts_with(mute));
    is_mute.then_some(Stub::Silent)
}

/// A name without the crate hashes that the v0 mangling shows in brackets.
pub(super) fn path(name: &str) -> String {
    let mut path = String::with_capacity(name.len());
    let mut depth = 0;
    for letter in name.chars() {
        match letter {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ if depth == 0 => path.push(letter),
            _ => {}
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_known_in_both_manglings() {
        let fatal = Some(Stub::Fatal);
        assert_eq!(stub("core[c5930c85a12de822]::panicking::panic_fmt"), fatal);
        assert_eq!(
            stub("core::str::slice_error_fail::h0123456789abcdef"),
            fatal
        );
        assert_eq!(
            stub("<wasm_streams::readable::A as core::ops::drop::Drop>::drop"),
            Some(Stub::Unused)
        );
        assert_eq!(
            stub("<core[00]::ops::Range<usize> as core[00]::fmt::Debug>::fmt"),
            Some(Stub::Silent)
        );
        assert_eq!(
            stub("std[a5]::panicking::panic_count::is_zero_slow_path"),
            None
        );
        assert_eq!(stub("gms_chat::driver::Driver::feed"), None);
        assert_eq!(stub("<u32 as core::fmt::Display>::fmt"), Some(Stub::Silent));
        assert_eq!(
            stub("<alloc::string::String as core::fmt::Write>::write_str"),
            None
        );
    }
}
