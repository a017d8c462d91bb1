//! How the line is doing: trouble is told when it has lasted, relief at once.

use std::time::Duration;

use super::{Connection, Problem};
use crate::Moment;

/// Trouble of the line, since when, and what the window knows of it.
#[derive(Debug, Default)]
pub(crate) struct Line {
    since: Option<Moment>,
    told: Option<Connection>,
}

impl Line {
    /// Compares the line's state with what was told. `trouble` is the reason and the next try.
    pub(crate) fn judge(
        &mut self,
        trouble: Option<(Problem, Option<Moment>)>,
        grace: Duration,
        now: Moment,
    ) -> Option<Connection> {
        let Some((reason, next_try)) = trouble else {
            self.since = None;
            return self.told.take().map(|_| Connection::Fine);
        };
        let since = *self.since.get_or_insert(now);
        let troubled = Connection::Troubled { reason, next_try };
        if now < since + grace || self.told.as_ref() == Some(&troubled) {
            return None;
        }
        self.told = Some(troubled.clone());
        Some(troubled)
    }

    /// When trouble that has not been told yet will have lasted long enough.
    pub(crate) fn wake(&self, grace: Duration) -> Option<Moment> {
        let since = self.since.filter(|_| self.told.is_none())?;
        Some(since + grace)
    }
}
