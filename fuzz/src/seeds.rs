//! The seeds: each golden answer where it belongs, inside a conversation that leads up to it.

use std::collections::BTreeMap;

use crate::golden::{self, Exchange};

const DIVIDER: &str = "\u{1e}";

/// One input for one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed {
    /// The target's name.
    pub target: &'static str,
    /// The input.
    pub bytes: Vec<u8>,
}

/// All seeds, made of the golden files.
pub fn seeds() -> Vec<Seed> {
    let golden = golden::all();
    let by_number: BTreeMap<&str, &Exchange> = golden
        .iter()
        .map(|exchange| (exchange.number.as_str(), exchange))
        .collect();
    let of = |number: &str| *by_number.get(number).expect("a golden file of this number");
    let mut seeds = Vec::new();
    let start = [record('r', of("05")), record('r', of("32"))];
    let delayed = ["25", "26", "27", "28", "29", "30", "31"].map(|number| record('r', of(number)));
    seeds.push(script("rest", &delayed));
    let mut push: Vec<String> = vec![
        record('m', of("07")),
        record('m', of("08")),
        record('c', of("09")),
        record('r', of("10")),
        record('r', of("11")),
    ];
    for exchange in &golden {
        if exchange.path.contains("/cometd") {
            let lane = if exchange.path.ends_with("/connect") {
                'c'
            } else {
                'm'
            };
            let joined = record('c', of("12"));
            let talk = [&push[..], &[joined, record(lane, exchange)]].concat();
            seeds.push(script("bayeux", &talk));
        } else {
            let talk = [
                "sHello".to_owned(),
                record('r', exchange),
                "kw".to_owned(),
                record('r', exchange),
            ];
            seeds.push(script("rest", &[&start[..], &talk].concat()));
        }
        seeds.extend(transcript(exchange));
        seeds.push(form(exchange));
    }
    for number in ["12", "13", "14", "16", "17"] {
        push.push(record('c', of(number)));
    }
    seeds.push(script("bayeux", &push));
    seeds
}

fn record(lane: char, exchange: &Exchange) -> String {
    let Exchange { status, body, .. } = exchange;
    format!("{lane}{status} {body}")
}

fn script(target: &'static str, records: &[String]) -> Seed {
    Seed {
        target,
        bytes: records.join(DIVIDER).into_bytes(),
    }
}

/// Position and transcript as they stand in the answer, twice: the second time nothing is new.
fn transcript(exchange: &Exchange) -> Option<Seed> {
    let (before, rest) = exchange.body.split_once("\"transcriptToShow\"")?;
    let events = rest.trim_start_matches([':', ' ', '\n']);
    let end = events.find("]]").map_or(events.len(), |end| end + 2);
    let position = before
        .split_once("\"transcriptPosition\"")
        .map_or("5", |(_, rest)| rest.trim_start_matches([':', ' ', '\n']));
    let position = position.split(',').next().unwrap_or("5").trim();
    let record = format!("{position}\n{}", events.get(..end)?);
    Some(Seed {
        target: "transcript",
        bytes: format!("{record}{DIVIDER}{record}").into_bytes(),
    })
}

fn form(exchange: &Exchange) -> Seed {
    Seed {
        target: "form",
        bytes: exchange.sent.replace(['=', '&'], "\0").into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn play(seed: &Seed) {
        match seed.target {
            "rest" => crate::rest(&seed.bytes),
            "bayeux" => crate::bayeux(&seed.bytes),
            "transcript" => crate::transcript(&seed.bytes),
            "form" => crate::form(&seed.bytes),
            other => panic!("no target {other}"),
        }
    }

    #[test]
    fn every_target_has_seeds_and_survives_them() {
        let seeds = seeds();
        for target in ["rest", "bayeux", "transcript", "form"] {
            let count = seeds.iter().filter(|seed| seed.target == target).count();
            assert!(count >= 9, "{count} seeds for {target}");
        }
        seeds.iter().for_each(play);
    }

    /// What was found once, by whoever ran the targets, is played for ever.
    #[test]
    fn what_was_found_once_is_survived() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("found");
        for target in ["rest", "bayeux", "transcript", "form"] {
            let Ok(files) = std::fs::read_dir(folder.join(target)) else {
                continue;
            };
            for file in files.flatten() {
                let bytes = std::fs::read(file.path()).expect("a finding");
                play(&Seed { target, bytes });
            }
        }
    }
}
