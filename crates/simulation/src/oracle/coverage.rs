//! Which inputs have met which states.

use gms_chat_protocol::chat::Command;
use gms_chat_protocol::{Failure, Lane, PageEvent, Reply};

use crate::client::Input;

const STAGES: usize = 16;
const LANES: usize = 8;
const INPUTS: usize = 35;
const WORDS: usize = (STAGES * 2 * LANES * INPUTS).div_ceil(64);

/// A set of pairs of a state and an input.
#[derive(Clone, Debug)]
pub(crate) struct Coverage(Box<[u64]>);

impl Default for Coverage {
    fn default() -> Self {
        Self(vec![0; WORDS].into_boxed_slice())
    }
}

impl Coverage {
    /// `input` meets a client at this stage, with or without trouble, with these lanes busy.
    pub(super) fn note(&mut self, stage: usize, troubled: bool, lanes: usize, input: &Input) {
        let state = (stage * 2 + usize::from(troubled)) * LANES + lanes;
        let pair = state * INPUTS + index(input);
        self.0[pair / 64] |= 1 << (pair % 64);
    }

    /// Takes in what another run has covered.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine |= theirs;
        }
    }

    /// How many pairs have met.
    pub(crate) fn pairs(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// In how many different states an input has come.
    pub(crate) fn states(&self) -> usize {
        let is_met = |state: &usize| {
            let pairs = state * INPUTS..(state + 1) * INPUTS;
            pairs
                .into_iter()
                .any(|pair| self.0[pair / 64] & (1 << (pair % 64)) != 0)
        };
        (0..STAGES * 2 * LANES).filter(is_met).count()
    }
}

fn index(input: &Input) -> usize {
    match input {
        Input::Reply(id, reply) => lane(id.lane()) * 7 + class(reply),
        Input::Failure(id, failure) => {
            21 + lane(id.lane())
                + match failure {
                    Failure::Network => 0,
                    Failure::Truncated => 3,
                }
        }
        Input::Page(event) => match event {
            PageEvent::Online | PageEvent::Visible | PageEvent::Awake => 27,
            PageEvent::Offline | PageEvent::Hidden | PageEvent::Frozen | PageEvent::Leaving => 28,
        },
        Input::Due => 29,
        Input::Want(command) => match command {
            Command::Start(_) | Command::Reset => 30,
            Command::Say(_) => 31,
            Command::Typing | Command::StopTyping => 32,
            Command::Notice(_) | Command::Note { .. } => 32,
            Command::Retry(_) | Command::Discard(_) => 33,
            Command::End => 34,
        },
    }
}

fn lane(lane: Lane) -> usize {
    lane as usize
}

fn class(reply: &Reply) -> usize {
    let refuses = reply.body.contains(r#""successful":false"#) || reply.body.contains("exception");
    match reply.status {
        200 if refuses => 1,
        200 if !reply.body.starts_with(['{', '[']) => 2,
        200 => 0,
        429 | 503 => 3,
        400..=499 => 4,
        500..=599 => 5,
        _ => 6,
    }
}
