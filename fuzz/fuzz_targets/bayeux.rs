//! Answers to the Bayeux messages of a chat over CometD.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| gms_chat_fuzz::bayeux(data));
