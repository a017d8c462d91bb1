//! Transcripts of a chat that goes on.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| gms_chat_fuzz::transcript(data));
