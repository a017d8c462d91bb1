//! What processes hold and how long they have worked, as Linux tells it; elsewhere nothing is known.

use std::collections::HashMap;
use std::time::Duration;

/// Moments of one quantity.
#[derive(Clone, Debug, Default)]
pub(crate) struct Curve {
    /// Seconds since the beginning, and bytes.
    points: Vec<(f64, f64)>,
}

/// What a curve comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Growth {
    pub(crate) first: f64,
    pub(crate) last: f64,
    /// By the straight line that fits best.
    pub(crate) each_hour: f64,
}

impl Curve {
    pub(crate) fn note(&mut self, at: Duration, bytes: Option<f64>) {
        if let Some(bytes) = bytes {
            self.points.push((at.as_secs_f64(), bytes));
        }
    }

    pub(crate) fn last(&self) -> Option<f64> {
        self.points.last().map(|(_, bytes)| *bytes)
    }

    /// After `warm` of the time, in which pools fill. None of fewer than three moments.
    pub(crate) fn growth(&self, warm: Duration) -> Option<Growth> {
        let from = warm.as_secs_f64();
        let points: Vec<(f64, f64)> = self
            .points
            .iter()
            .copied()
            .filter(|it| it.0 >= from)
            .collect();
        let (first, last) = (points.first()?.1, points.last()?.1);
        if points.len() < 3 {
            return None;
        }
        let count = points.len() as f64;
        let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
        let (time, bytes) = (mean(|it| it.0), mean(|it| it.1));
        let both: f64 = points.iter().map(|it| (it.0 - time) * (it.1 - bytes)).sum();
        let square: f64 = points.iter().map(|it| (it.0 - time).powi(2)).sum();
        Some(Growth {
            first,
            last,
            each_hour: both / square * 3_600.0,
        })
    }
}

/// Bytes of a process in memory.
pub(crate) fn resident(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1_024.0)
}

/// How long the processor has worked for a process and its descendants, the dead ones of those that live included.
pub(crate) fn worked(process: u32) -> Option<Duration> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    let mut ticks: HashMap<u32, u64> = HashMap::new();
    for entry in std::fs::read_dir("/proc").ok()?.flatten() {
        let Some(id) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        let Some((parent, spent)) = stat(id) else {
            continue;
        };
        children.entry(parent).or_default().push(id);
        ticks.insert(id, spent);
    }
    let mut sum = 0;
    let mut open = vec![process];
    while let Some(id) = open.pop() {
        sum += ticks.get(&id)?;
        open.extend(children.get(&id).into_iter().flatten());
    }
    // Linux counts a hundred ticks a second for every program.
    Some(Duration::from_millis(sum * 10))
}

/// The parent of a process, and its ticks with those of its dead children.
fn stat(process: u32) -> Option<(u32, u64)> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name of the program stands in brackets and may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = fields.get(11..15)?.iter();
    let ticks: Option<Vec<u64>> = ticks.map(|ticks| ticks.parse().ok()).collect();
    Some((fields.get(1)?.parse().ok()?, ticks?.iter().sum()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_the_slope_behind_the_warm_up() {
        let mut curve = Curve::default();
        curve.note(Duration::ZERO, Some(9_999.0));
        for second in 10..20_u32 {
            curve.note(
                Duration::from_secs(second.into()),
                Some(f64::from(second) + 100.0),
            );
        }
        let growth = curve.growth(Duration::from_secs(5)).unwrap();
        assert_eq!((growth.first, growth.last), (110.0, 119.0));
        assert!((growth.each_hour - 3_600.0).abs() < 0.001, "{growth:?}");
        assert_eq!(curve.growth(Duration::from_secs(18)), None);
    }

    #[test]
    fn this_process_holds_something_and_has_worked() {
        let own = std::process::id();
        if cfg!(target_os = "linux") {
            assert!(resident(own).unwrap() > 1e6);
            assert!(worked(own).is_some());
        } else {
            assert_eq!((resident(own), worked(own)), (None, None));
        }
    }
}
