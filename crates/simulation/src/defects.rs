//! The judge is judged: each deliberate defect of the protocol has to be found, and soon.

use std::fmt;

use gms_chat_protocol::defect::{Defect, switch};

use crate::campaign::{Campaign, Find, run};
use crate::plan::Plan;
use crate::shrink::shrink;

/// A defect that takes more seeds than this counts as not found.
const MOST_SEEDS: u64 = 10_000;

/// The search for one defect.
#[derive(Debug)]
pub(crate) struct Hunt {
    pub(crate) defect: Defect,
    pub(crate) find: Option<Find>,
    /// What is left of the schedule when everything needless is taken out.
    items: Vec<String>,
}

/// Hunts every defect.
pub(crate) fn hunts(threads: usize) -> impl Iterator<Item = Hunt> {
    Defect::ALL.into_iter().map(move |defect| {
        let find = first_find(defect, threads);
        let items = find.as_ref().map(|find| shortest(defect, find));
        Hunt {
            defect,
            find,
            items: items.unwrap_or_default(),
        }
    })
}

/// The first seed that betrays a defect, if it is among the first ten thousand.
fn first_find(defect: Defect, threads: usize) -> Option<Find> {
    let campaign = Campaign {
        from: 0,
        seeds: MOST_SEEDS,
        threads,
        most_finds: 1,
        progress: |_, _| {},
        defect: Some(defect),
    };
    campaign.run().finds.into_iter().next()
}

fn shortest(defect: Defect, find: &Find) -> Vec<String> {
    switch(Some(defect));
    let plan = Plan::of(find.seed);
    let all = (0..plan.items.len()).collect();
    let short = run(&plan)
        .violation
        .map(|violation| shrink(&plan, all, violation));
    switch(None);
    let items = short.map(|short| short.plan.items).unwrap_or_default();
    items
        .iter()
        .map(|item| squeeze(&item.to_string()))
        .collect()
}

/// One blank where there were many.
fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Hunt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            defect,
            find,
            items,
        } = self;
        match find {
            None => write!(out, "| {defect:?} | – | not found in {MOST_SEEDS} | |"),
            Some(Find { seed, violation }) => {
                let rule = violation.rule;
                write!(
                    out,
                    "| {defect:?} | {rule} | {} | {} |",
                    seed + 1,
                    items.join("; ")
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn each_deliberate_defect_is_found_within_ten_thousand_seeds() {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let unfound: Vec<Defect> = Defect::ALL
            .into_iter()
            .filter(|defect| first_find(*defect, threads).is_none())
            .collect();
        assert_eq!(unfound, []);
    }

    #[test]
    fn each_deliberate_defect_is_on_the_page() {
        let page = include_str!("../../../docs/simulation.md");
        for defect in Defect::ALL {
            assert!(page.contains(&format!("| `{defect:?}` |")), "{defect:?}");
        }
    }

    #[test]
    fn a_find_is_shortened_to_what_it_takes() {
        let find = first_find(Defect::TakesForeign, 1).unwrap();
        let items = shortest(Defect::TakesForeign, &find);
        assert!(items.len() <= 3, "{items:?}");
        assert!(items.iter().any(|item| item.ends_with("Foreign")));
    }
}
