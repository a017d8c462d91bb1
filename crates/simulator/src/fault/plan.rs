//! The faults that are armed, and which of them a request meets.

use super::{Fault, Harm, Route, Times};

/// A fault that waits for its requests.
#[derive(Clone, Debug)]
pub(crate) struct ArmedFault {
    /// Identifies it within its plan.
    pub id: u64,
    /// What was asked for.
    pub fault: Fault,
    /// How many requests on its route have come.
    pub seen: u32,
    /// How many of them it has harmed.
    pub harmed: u32,
}

impl ArmedFault {
    /// Whether it can still harm anything.
    pub(crate) fn is_spent(&self) -> bool {
        match self.fault.times {
            Times::Next { count, .. } => self.harmed >= count,
            Times::Always | Times::Every(_) => false,
        }
    }

    /// Counts a request on its route; true when that one is harmed.
    fn meet(&mut self) -> bool {
        self.seen = self.seen.saturating_add(1);
        let harms = match self.fault.times {
            Times::Next { count, skip } => self.seen > skip && self.harmed < count,
            Times::Always => true,
            Times::Every(every) => self.seen.is_multiple_of(every),
        };
        self.harmed += u32::from(harms);
        harms
    }
}

/// All armed faults, in the order in which they were armed.
#[derive(Debug, Default)]
pub(crate) struct FaultPlan {
    armed: Vec<ArmedFault>,
    last_id: u64,
}

impl FaultPlan {
    /// Arms a fault and returns its id.
    pub(crate) fn arm(&mut self, fault: Fault) -> u64 {
        self.last_id += 1;
        self.armed.push(ArmedFault {
            id: self.last_id,
            fault,
            seen: 0,
            harmed: 0,
        });
        self.last_id
    }

    /// Takes a fault back; false when there is none with this id.
    pub(crate) fn disarm(&mut self, id: u64) -> bool {
        let before = self.armed.len();
        self.armed.retain(|armed| armed.id != id);
        self.armed.len() < before
    }

    /// Takes all faults back.
    pub(crate) fn clear(&mut self) {
        self.armed.clear();
    }

    /// The faults, spent ones included.
    pub(crate) fn armed(&self) -> &[ArmedFault] {
        &self.armed
    }

    /// What happens to a request of these kinds: any delays, and at the end at most one other harm.
    pub(crate) fn meet(&mut self, kinds: &[Route]) -> Vec<Harm> {
        let mut harms = Vec::new();
        for armed in &mut self.armed {
            let on_route = kinds.iter().any(|kind| armed.fault.route.meets(*kind));
            if !on_route || !armed.meet() {
                continue;
            }
            harms.push(armed.fault.harm.clone());
            if !matches!(armed.fault.harm, Harm::Delay(_)) {
                break;
            }
        }
        harms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(faults: &[&str]) -> FaultPlan {
        let mut plan = FaultPlan::default();
        for fault in faults {
            plan.arm(fault.parse().unwrap());
        }
        plan
    }

    fn harmed(plan: &mut FaultPlan, kind: Route, requests: u32) -> Vec<bool> {
        (0..requests)
            .map(|_| !plan.meet(&[kind]).is_empty())
            .collect()
    }

    #[test]
    fn counts_are_kept() {
        let (yes, no) = (true, false);
        for (fault, expected) in [
            ("send:drop-before:2", [yes, yes, no, no, no, no]),
            ("send:drop-before:1+2", [no, no, yes, no, no, no]),
            ("send:drop-before:%3", [no, no, yes, no, no, yes]),
            ("rest:drop-before:*", [yes; 6]),
            ("connect:drop-before:*", [no; 6]),
        ] {
            let mut plan = plan(&[fault]);
            assert_eq!(harmed(&mut plan, Route::Send, 6), expected, "{fault}");
        }
    }

    #[test]
    fn delays_add_up_until_the_first_other_harm() {
        let mut plan = plan(&[
            "any:delay=1s",
            "send:delay=2s",
            "send:status=500",
            "send:drop-after",
        ]);
        let harms = plan.meet(&[Route::Send]);
        assert_eq!(harms.len(), 3);
        assert_eq!(plan.meet(&[Route::Send]), [Harm::DropAfter]);
        assert!(plan.armed().iter().all(ArmedFault::is_spent));
    }

    #[test]
    fn faults_are_taken_back() {
        let mut plan = plan(&["send:truncate:*"]);
        let id = plan.arm("any:junk:*".parse().unwrap());
        assert!(plan.disarm(id));
        assert!(!plan.disarm(id));
        plan.clear();
        assert_eq!(harmed(&mut plan, Route::Send, 1), [false]);
    }
}
