//! Where the words of panics stand in the data.

use std::ops::Range;

/// Where the compiler's paths begin.
const SOURCES: [&str; 5] = ["/", "src/", "crates/", "library/", "std/"];

/// Bytes of a `core::panic::Location`: pointer and length of the path, line, column.
const LOCATION: usize = 16;

/// The addresses of all panic locations and of the paths they point to.
pub(super) fn places(data: &[(usize, Vec<u8>)]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (base, bytes) in data {
        for at in (base.next_multiple_of(4)..).step_by(4) {
            let Some(location) = bytes.get(at - base..at - base + LOCATION) else {
                break;
            };
            if let Some(path) = pointed(location).filter(|path| is_source(data, path)) {
                found.push(at..at + LOCATION);
                found.push(path);
            }
        }
    }
    found
}

/// The range of addresses that the first two words name, when the last two could be a line and a column.
fn pointed(location: &[u8]) -> Option<Range<usize>> {
    let mut words = [0_usize; 4];
    for (word, bytes) in words.iter_mut().zip(location.chunks_exact(4)) {
        *word = usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()?;
    }
    let [start, length, line, column] = words;
    let could_be = (4..300).contains(&length) && (1..50_000).contains(&line) && column < 1_000;
    could_be.then_some(start..start + length)
}

fn is_source(data: &[(usize, Vec<u8>)], path: &Range<usize>) -> bool {
    data.iter().any(|(base, bytes)| {
        let inside = path
            .start
            .checked_sub(*base)
            .zip(path.end.checked_sub(*base));
        let text = inside.and_then(|(start, end)| bytes.get(start..end));
        text.and_then(|text| std::str::from_utf8(text).ok())
            .is_some_and(|text| {
                text.ends_with(".rs") && SOURCES.iter().any(|start| text.starts_with(start))
            })
    })
}
