//! A failing plan made short: items are left out as long as the same rule breaks.

use crate::campaign::run;
use crate::oracle::Violation;
use crate::plan::Plan;

/// More runs than this are not spent on one plan.
const MOST_RUNS: usize = 600;

/// A short plan that still fails.
#[derive(Debug)]
pub(crate) struct Short {
    /// Numbers of the items that are left.
    pub(crate) kept: Vec<usize>,
    pub(crate) plan: Plan,
    pub(crate) violation: Violation,
}

/// Shortens `plan`, which breaks `violation`'s rule with the items of these numbers.
pub(crate) fn shrink(plan: &Plan, kept: Vec<usize>, violation: Violation) -> Short {
    let mut short = Short {
        plan: plan.only(&kept),
        kept,
        violation,
    };
    let mut runs = 0;
    let mut size = short.kept.len().div_ceil(2);
    while size > 0 && runs < MOST_RUNS {
        let mut shrunk = false;
        let mut start = 0;
        while start < short.kept.len() && runs < MOST_RUNS {
            runs += 1;
            match without(plan, &short, start, size) {
                Some(shorter) => {
                    short = shorter;
                    shrunk = true;
                }
                None => start += size,
            }
        }
        if !shrunk || size > 1 {
            size /= 2;
        }
    }
    short
}

/// The plan without `size` items from `start` on, if it breaks the same rule.
fn without(plan: &Plan, short: &Short, start: usize, size: usize) -> Option<Short> {
    let end = (start + size).min(short.kept.len());
    let kept = [&short.kept[..start], &short.kept[end..]].concat();
    let plan = plan.only(&kept);
    let violation = run(&plan).violation?;
    (violation.rule == short.violation.rule).then_some(Short {
        kept,
        plan,
        violation,
    })
}
