//! Many seeds on all cores, and what they have gone through together.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::oracle::{Figures, Violation};
use crate::plan::{Item, Plan};
use crate::tally::{Tally, processor_time};
use crate::world::{Outcome, World};

/// Seeds that one thread takes at a time.
const SHARE: u64 = 64;

/// After so many schedules, and again after as many more, somebody may be told.
const STAGE: u64 = 250_000;

/// A seed whose run broke a rule.
#[derive(Clone, Debug)]
pub(crate) struct Find {
    pub(crate) seed: u64,
    pub(crate) violation: Violation,
}

/// What a campaign has shown.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) schedules: u64,
    pub(crate) figures: Figures,
    /// Happenings of each schedule.
    pub(crate) steps: Tally,
    /// The schedule with the most happenings: how many, and its seed.
    pub(crate) longest: (u64, u64),
    /// Faults in each plan.
    pub(crate) faults: Tally,
    pub(crate) took: Duration,
    /// The processor's time, where the system tells it.
    pub(crate) processor: Option<Duration>,
    pub(crate) threads: usize,
    /// Broken rules, the lowest seeds first.
    pub(crate) finds: Vec<Find>,
}

/// Which seeds to run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Campaign {
    pub(crate) from: u64,
    pub(crate) seeds: u64,
    pub(crate) threads: usize,
    /// After so many finds nobody looks for more.
    pub(crate) most_finds: usize,
    /// Hears now and then how many schedules have been run, and how many of them broke a rule.
    pub(crate) progress: fn(u64, usize),
    /// The defect that is on.
    #[cfg(feature = "defects")]
    pub(crate) defect: Option<gms_chat_protocol::defect::Defect>,
}

impl Campaign {
    /// Runs them.
    pub(crate) fn run(self) -> Report {
        let begun = Instant::now();
        let used = processor_time();
        let next = AtomicU64::new(self.from);
        let shared = Mutex::new(Report::default());
        thread::scope(|scope| {
            for _ in 0..self.threads {
                scope.spawn(|| self.work(&next, &shared));
            }
        });
        let mut report = shared.into_inner().unwrap_or_default();
        report.finds.sort_by_key(|find| find.seed);
        report.took = begun.elapsed();
        let now_used = processor_time();
        report.processor = now_used.zip(used).map(|(now, before)| now - before);
        report.threads = self.threads;
        report
    }

    fn work(&self, next: &AtomicU64, shared: &Mutex<Report>) {
        #[cfg(feature = "defects")]
        gms_chat_protocol::defect::switch(self.defect);
        let end = self.from + self.seeds;
        loop {
            let first = next.fetch_add(SHARE, Ordering::Relaxed);
            if first >= end {
                return;
            }
            let mut part = Report::default();
            for seed in first..end.min(first + SHARE) {
                let plan = Plan::of(seed);
                part.add(&plan, run(&plan));
            }
            let Ok(mut whole) = shared.lock() else { return };
            let stage = whole.schedules / STAGE;
            whole.merge(part);
            if whole.schedules / STAGE > stage {
                (self.progress)(whole.schedules, whole.finds.len());
            }
            if whole.finds.len() >= self.most_finds {
                next.store(end, Ordering::Relaxed);
            }
        }
    }
}

impl Report {
    fn add(&mut self, plan: &Plan, outcome: Outcome) {
        self.schedules += 1;
        self.steps.note(outcome.figures.steps);
        self.longest = self.longest.max((outcome.figures.steps, plan.seed));
        let faults = plan.items.iter().filter(|item| Item::is_fault(item));
        self.faults.note(faults.count() as u64);
        self.figures.merge(&outcome.figures);
        if let Some(violation) = outcome.violation {
            self.finds.push(Find {
                seed: plan.seed,
                violation,
            });
        }
    }

    fn merge(&mut self, part: Self) {
        self.schedules += part.schedules;
        self.figures.merge(&part.figures);
        self.steps.merge(&part.steps);
        self.longest = self.longest.max(part.longest);
        self.faults.merge(&part.faults);
        self.finds.extend(part.finds);
    }
}

/// Runs a plan; a panic is a violation like any other.
pub(crate) fn run(plan: &Plan) -> Outcome {
    let run = AssertUnwindSafe(|| World::run(plan));
    catch_unwind(run).unwrap_or_else(|cause| Outcome {
        violation: Some(Violation::new("S12", words(cause.as_ref()))),
        figures: Figures::default(),
    })
}

fn words(cause: &(dyn std::any::Any + Send)) -> String {
    let text = cause.downcast_ref::<String>().cloned();
    let text = text.or_else(|| cause.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    ["panic: ", &text.unwrap_or_default()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn campaign(from: u64, seeds: u64, threads: usize) -> Report {
        Campaign {
            from,
            seeds,
            threads,
            most_finds: 1,
            progress: |_, _| {},
            #[cfg(feature = "defects")]
            defect: None,
        }
        .run()
    }

    #[test]
    fn some_seeds_break_no_rule() {
        let report = campaign(0, 10_000, 2);
        let finds: Vec<_> = report
            .finds
            .iter()
            .map(|find| (find.seed, &find.violation))
            .collect();
        assert!(finds.is_empty(), "{finds:?}");
        assert_eq!(report.schedules, 10_000);
    }

    #[test]
    fn the_same_seed_is_the_same_run() {
        let figures = |seed| {
            let Figures {
                millis,
                steps,
                exchanges,
                lines,
                ..
            } = run(&Plan::of(seed)).figures;
            (millis, steps, exchanges, lines)
        };
        for seed in 0..200 {
            assert_eq!(figures(seed), figures(seed), "{seed}");
        }
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let figures = |threads| {
            let Figures {
                steps,
                exchanges,
                coverage,
                ..
            } = campaign(0, 300, threads).figures;
            (steps, exchanges, coverage.pairs())
        };
        assert_eq!(figures(1), figures(3));
    }
}
