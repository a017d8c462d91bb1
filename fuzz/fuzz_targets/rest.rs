//! Answers to the REST calls of a polled chat.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| gms_chat_fuzz::rest(data));
