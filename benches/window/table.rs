//! The findings as a table in Markdown: medians, and their ratios to the floors.

use std::fmt::Write as _;

use crate::measure::{Findings, PAGES, Plan};

/// Appends at either end that are compared.
const END: usize = 100;
/// The browser's clock goes by a tenth of a millisecond: so many appends have a mean that is finer than that.
const TOGETHER: usize = 20;
/// A frame that takes longer is seen to stutter.
const LONG_FRAME: f64 = 50.0;

pub(crate) fn table(plan: &Plan, all: &[Findings]) -> String {
    let mut out = String::new();
    let mut line = |text: &str| writeln!(out, "{text}").unwrap();
    line(&format!(
        "Medians of {} rounds; {} messages; ratios are ours to the plain widget and to the windowed one.\n",
        plan.rounds, plan.messages
    ));
    line(&format!(
        "| | {} | ours / plain | ours / windowed |",
        PAGES.join(" | ")
    ));
    line("|---|---|---|---|---|---|---|");
    for (name, of) in ROWS {
        let name = named(name, plan);
        let values: Vec<f64> = all.iter().map(of).collect();
        let shown: Vec<String> = values.iter().map(|value| shown(*value)).collect();
        let ratio = |floor: usize| match values[floor] {
            floor if floor > 0.0 => format!("{:.2}", values[3] / floor),
            _ => "–".to_owned(),
        };
        line(&format!(
            "| {name} | {} | {} | {} |",
            shown.join(" | "),
            ratio(1),
            ratio(2)
        ));
    }
    out
}

/// The findings about one long chat, for whoever waits for the others.
pub(crate) fn line(plan: &Plan, findings: &Findings) -> String {
    let mut line = String::new();
    for (name, of) in &ROWS[8..] {
        write!(line, "  {}: {}", named(name, plan), shown(of(findings))).unwrap();
    }
    line
}

/// The name of a row, with how much the processor was slowed down.
fn named(row: &str, plan: &Plan) -> String {
    row.replace("N×", &format!("{}×", plan.slower))
}

type Row = (&'static str, fn(&Findings) -> f64);

const ROWS: &[Row] = &[
    ("script to launcher, ms", |page| median(&page.open[0])),
    ("script to usable window, ms", |page| median(&page.open[1])),
    ("script to all of it, ms", |page| median(&page.open[2])),
    ("blocking time, ms", |page| median(&page.open[3])),
    ("N× CPU, Fast 3G: launcher, ms", |page| {
        median(&page.open_slowly[0])
    }),
    ("N× CPU, Fast 3G: usable window, ms", |page| {
        median(&page.open_slowly[1])
    }),
    ("N× CPU, Fast 3G: all of it, ms", |page| {
        median(&page.open_slowly[2])
    }),
    ("N× CPU, Fast 3G: blocking time, ms", |page| {
        median(&page.open_slowly[3])
    }),
    ("an append to layout, ms", |page| median(&page.appends)),
    ("the same, of each 20 the mean, ms", |page| {
        let means = page.appends.chunks(TOGETHER);
        let means = means.map(|few| few.iter().sum::<f64>() / few.len() as f64);
        median(&means.collect::<Vec<_>>())
    }),
    ("the first 100, ms", |page| median(first(&page.appends))),
    ("the last 100, ms", |page| median(last(&page.appends))),
    ("growth: last to first", |page| {
        median(last(&page.appends)) / median(first(&page.appends))
    }),
    ("main thread per append, ms", |page| page.main_thread),
    ("heap after them, KB", |page| page.heap),
    ("array buffers and wasm memory, KB", |page| page.backing),
    ("nodes of the widget", |page| page.nodes),
    ("messages found in its text", |page| page.found),
    ("N× CPU: longest frame, ms", |page| {
        page.frames.iter().copied().fold(0.0, f64::max)
    }),
    ("N× CPU: frames over 50 ms", |page| {
        let long = page.frames.iter().filter(|frame| **frame > LONG_FRAME);
        long.fold(0.0, |count, _| count + 1.0)
    }),
];

fn first(values: &[f64]) -> &[f64] {
    &values[..END.min(values.len())]
}

fn last(values: &[f64]) -> &[f64] {
    &values[values.len().saturating_sub(END)..]
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

fn shown(value: f64) -> String {
    match value {
        value if value.is_nan() => "–".to_owned(),
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}
