//! What the visitor may write, as a form body.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| gms_chat_fuzz::form(data));
