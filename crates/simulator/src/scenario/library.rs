//! The built-in scenarios, from the files in `scenarios/`.

macro_rules! library {
    ($($name:literal)+) => {
        /// Name and text of each.
        pub(super) const ALL: &[(&str, &str)] = &[
            $(($name, include_str!(concat!("../../scenarios/", $name, ".scenario"))),)+
        ];
    };
}

library! {
    "demo" "happy" "desk" "queue" "typing" "push_url" "transfer" "supervisor" "bot" "agent_leaves" "agent_ends"
    "long_answers" "languages" "flaky" "outage" "idle" "burst" "unknown_events" "nobody"
}

#[cfg(test)]
mod tests {
    use super::super::Scenario;
    use super::ALL;
    use crate::options::{Options, set_switch};

    #[test]
    fn every_built_in_scenario_is_understood() {
        for (name, text) in ALL {
            let scenario = Scenario::parse(name, text)
                .unwrap_or_else(|complaint| panic!("{name}: {complaint}"));
            assert!(
                !scenario.about.is_empty(),
                "{name} says nothing about itself"
            );
            let mut options = Options::default();
            for (switch, value) in &scenario.settings {
                set_switch(&mut options, switch, value).unwrap();
            }
        }
    }

    #[test]
    fn no_scenario_file_is_forgotten() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path
                .extension()
                .is_some_and(|extension| extension == "scenario")
            {
                let name = path.file_stem().unwrap().to_string_lossy().into_owned();
                assert!(ALL.iter().any(|(known, _)| *known == name), "{name}");
            }
        }
    }
}
