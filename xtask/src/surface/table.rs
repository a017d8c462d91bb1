//! The table itself. Whoever adds an option, a command or an event to the code adds its row here.

mod commands;
mod events;
mod options;

pub(super) use commands::COMMANDS;
pub(super) use events::EVENTS;
pub(super) use options::{OPTIONS, Opt};
