//! The command line.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "progress and results are what a command line is for"
)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::families::Families;
use crate::trial::{self, Wishes};
use crate::weather::Tempo;

const USAGE: &str = "\
cargo xtask soak [OPTIONS]

  --hours H        for so long (default 1; fractions are understood)
  --minutes M      likewise; below ten minutes everything goes faster
  --visitors N     in native clients (default 200)
  --tabs N         tabs of a real browser (default 4); the seed says whether two or three of them share a chat
  --families N,N   tabs that share a chat, by families: 1,1,2 is four tabs, of which two share one
  --pace SECONDS   between two messages of a visitor, on the average
  --seed N         the decisions of another run once more
  --report FOLDER  where report.txt and report.json go (default target/soak)
  --simulator FILE, --site FOLDER  the built simulator, and the built widget
";

/// Below this, a trial is a brief one.
const BRIEF: Duration = Duration::from_secs(600);

/// Unless somebody wants more or fewer.
const TABS: usize = 4;

/// Does what the words of the command line ask for.
pub fn soak(words: &[String]) -> ExitCode {
    let wishes = match read(words) {
        Ok(wishes) => wishes,
        Err(complaint) => {
            eprintln!("{complaint}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    if let Err(error) = make_room(&wishes.folder) {
        eprintln!("{} cannot be used: {error}", wishes.folder.display());
        return ExitCode::FAILURE;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(trial::run(&wishes, |line| println!("{line}"))),
        Err(error) => Err(error.to_string()),
    };
    match outcome {
        Ok(report) => {
            println!("\n{report}");
            if let Err(error) = report.keep(&wishes.folder) {
                eprintln!("the report could not be written: {error}");
                return ExitCode::FAILURE;
            }
            match report.is_good() {
                true => ExitCode::SUCCESS,
                false => ExitCode::FAILURE,
            }
        }
        Err(complaint) => {
            eprintln!("the soak cannot run: {complaint}");
            ExitCode::FAILURE
        }
    }
}

/// The folder is there, and nothing in it is of an earlier trial.
fn make_room(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for file in std::fs::read_dir(folder)?.flatten() {
        let name = file.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("harm-") || name.starts_with("report.") {
            std::fs::remove_file(file.path())?;
        }
    }
    Ok(())
}

fn read(words: &[String]) -> Result<Wishes, String> {
    let mut wishes = Wishes {
        time: Duration::from_secs(3_600),
        visitors: 200,
        families: Families::default(),
        seed: seed_of_now(),
        tempo: Tempo::USUAL,
        folder: "target/soak".into(),
        simulator: PathBuf::new(),
        site: None,
    };
    let mut pace = None;
    let (mut tabs, mut families) = (None, None);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let value = words
            .next()
            .ok_or_else(|| format!("`{word}` wants a value"))?;
        match word.as_str() {
            "--hours" => wishes.time = time(value, 3_600.0)?,
            "--minutes" => wishes.time = time(value, 60.0)?,
            "--visitors" => wishes.visitors = number(value)?,
            "--tabs" => tabs = Some(number(value)?),
            "--families" => families = Some(value.parse::<Families>()?),
            "--pace" => pace = Some(time(value, 1.0)?),
            "--seed" => wishes.seed = number(value)?,
            "--report" => wishes.folder = value.into(),
            "--simulator" => wishes.simulator = value.into(),
            "--site" => wishes.site = Some(value.into()),
            other => return Err(format!("there is no option `{other}`")),
        }
    }
    if wishes.time < BRIEF {
        wishes.tempo = Tempo::BRIEF;
    }
    wishes.tempo.pace = pace.unwrap_or(wishes.tempo.pace);
    wishes.families = match (families, tabs) {
        (Some(families), Some(tabs)) if families.tabs() != tabs => {
            return Err(format!("`--families {families}` are not {tabs} tabs"));
        }
        (Some(families), _) => families,
        (None, tabs) => Families::draw(wishes.seed, tabs.unwrap_or(TABS)),
    };
    if wishes.families.tabs() > 0 && wishes.site.is_none() {
        return Err("tabs want a `--site`".to_owned());
    }
    Ok(wishes)
}

/// A time of at least a second and at most a month.
fn time(text: &str, unit: f64) -> Result<Duration, String> {
    let seconds = text.parse().ok().map(|amount: f64| amount * unit);
    let seconds = seconds.filter(|seconds| (1.0..=2_678_400.0).contains(seconds));
    let seconds = seconds.ok_or_else(|| format!("`{text}` is no time for this"))?;
    Ok(Duration::from_secs_f64(seconds))
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{text}` is no number"))
}

/// Short enough to be typed.
fn seed_of_now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(1, |since| since.as_millis() as u64 % 1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Wishes, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        super::read(&words)
    }

    #[test]
    fn an_hour_with_everybody_is_the_usual() {
        let wishes = read("--site dist").unwrap();
        assert_eq!((wishes.visitors, wishes.families.tabs()), (200, 4));
        assert!(wishes.families.is_shared());
        assert_eq!(wishes.time, Duration::from_secs(3_600));
        assert_eq!(wishes.tempo, Tempo::USUAL);
    }

    #[test]
    fn families_are_tabs() {
        let wishes = read("--site dist --families 1,3,2").unwrap();
        assert_eq!(wishes.families.tabs(), 6);
        let again = |seed: u64| {
            read(&format!("--site dist --seed {seed}"))
                .unwrap()
                .families
        };
        assert_eq!(again(3), again(3));
    }

    #[test]
    fn times_may_be_fractions_and_short_ones_are_brief() {
        let wishes = read("--hours 0.5 --tabs 0 --seed 7 --pace 3").unwrap();
        assert_eq!(wishes.time, Duration::from_secs(1_800));
        assert_eq!((wishes.seed, wishes.tempo.pace.as_secs()), (7, 3));
        let wishes = read("--minutes 1.5 --tabs 0").unwrap();
        assert_eq!(wishes.time, Duration::from_secs(90));
        assert_eq!(wishes.tempo, Tempo::BRIEF);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (line, named) in [
            ("--hours", "--hours"),
            ("--hours never", "never"),
            ("--minutes 0", "0"),
            ("--weeks 1", "--weeks"),
            ("--tabs 1", "--site"),
            ("--site dist --families 1,x", "x"),
            ("--site dist --families 1,2 --tabs 4", "4"),
        ] {
            let complaint = read(line).unwrap_err();
            assert!(complaint.contains(named), "{line}: {complaint}");
        }
    }
}
