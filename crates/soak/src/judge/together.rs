//! Holds one chat in several tabs against the server's transcript, and the tabs against each other.

use super::{Demands, Fated, Harm, Line, Standing, Truth, Typed, Verdict, Who, judge, name};

/// What stands in one tab.
#[derive(Clone, Debug)]
pub(crate) struct Screen {
    /// What the tab is called in a harm.
    pub(crate) tab: String,
    pub(crate) lines: Vec<Line>,
    /// What may be demanded of it.
    pub(crate) demands: Demands,
}

/// How a chat in several tabs stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Every tab shows everything.
    GoingOn,
    /// What came too late for the chat is told by the tab in which it was typed, and by no other.
    Over,
}

/// Judges every tab, and whether all show the same. The sums are of the first one; what the others show likewise is
/// mirrored.
pub(crate) fn judge_together(
    screens: &[Screen],
    truth: &Truth,
    typed: &[Typed],
    stage: Stage,
) -> Verdict {
    if let [alone] = screens {
        return judge(&alone.lines, truth, typed, alone.demands);
    }
    let mut whole = Verdict::default();
    for (place, screen) in screens.iter().enumerate() {
        let of_this: Vec<Typed> = match stage {
            Stage::GoingOn => typed.to_vec(),
            Stage::Over => {
                let is_due = |typed: &&Typed| is_due_here(typed, place, screens);
                typed.iter().filter(is_due).cloned().collect()
            }
        };
        let verdict = judge(&screen.lines, truth, &of_this, screen.demands);
        let harms = verdict.harms.into_iter();
        whole
            .harms
            .extend(harms.map(|(harm, what)| (harm, format!("{}: {what}", screen.tab))));
        if place == 0 {
            whole.sums = verdict.sums;
        } else {
            whole.sums.mirrored += verdict.sums.sent + verdict.sums.shown;
        }
    }
    for pair in screens.windows(2) {
        if let Some(what) = difference(&pair[0], &pair[1], stage) {
            whole.harms.push((Harm::Untrue, what));
        }
    }
    whole
}

/// In a chat that is over a text is demanded where it is, or of the first tab where it is nowhere.
fn is_due_here(typed: &Typed, place: usize, screens: &[Screen]) -> bool {
    let shows = |screen: &Screen| {
        let is_it = |line: &Line| matches!(line, Line::Said(_, text, _) if *text == typed.text);
        screen.lines.iter().any(is_it)
    };
    match typed.standing {
        Standing::Typed => shows(&screens[place]) || place == 0 && !screens.iter().any(shows),
        Standing::Torn | Standing::Discarded => place == 0,
    }
}

fn difference(one: &Screen, two: &Screen, stage: Stage) -> Option<String> {
    let counts = |line: &&Line| {
        stage == Stage::GoingOn || !matches!(line, Line::Said(Who::Visitor, _, Fated::Failed))
    };
    let mut ours = one.lines.iter().filter(counts);
    let mut theirs = two.lines.iter().filter(counts);
    loop {
        let (our, their) = (ours.next(), theirs.next());
        if our != their {
            let (our, their) = (told(our), told(their));
            return Some(format!(
                "{} shows {our} where {} shows {their}",
                one.tab, two.tab
            ));
        }
        our?;
    }
}

fn told(line: Option<&Line>) -> String {
    match line {
        None => "nothing".to_owned(),
        Some(Line::Gap) => "a mark".to_owned(),
        Some(Line::Said(_, text, fate)) => format!("“{}” ({fate:?})", name(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ALL, said};
    use super::*;

    fn lines() -> Vec<Line> {
        vec![
            said(Who::Agent, "1", Fated::Sent),
            said(Who::Visitor, "a", Fated::Sent),
            said(Who::Visitor, "b", Fated::Failed),
            said(Who::Agent, "2", Fated::Sent),
        ]
    }

    fn screens() -> Vec<Screen> {
        let screen = |number: usize| Screen {
            tab: format!("tab {number}"),
            lines: lines(),
            demands: ALL,
        };
        [1, 2, 3].map(screen).to_vec()
    }

    fn truth() -> Vec<(Who, String)> {
        let said = [(Who::Agent, "1"), (Who::Visitor, "a"), (Who::Agent, "2")];
        said.map(|(who, text)| (who, text.to_owned())).to_vec()
    }

    fn typed() -> Vec<Typed> {
        let typed = |text: &str| Typed {
            text: text.to_owned(),
            standing: Standing::Typed,
        };
        ["a", "b"].map(typed).to_vec()
    }

    fn harms(screens: &[Screen], stage: Stage) -> Vec<Harm> {
        let verdict = judge_together(screens, &truth(), &typed(), stage);
        verdict.harms.into_iter().map(|(harm, _)| harm).collect()
    }

    #[test]
    fn each_line_counts_once_and_in_other_tabs_as_mirrored() {
        let verdict = judge_together(&screens(), &truth(), &typed(), Stage::GoingOn);
        assert_eq!(verdict.harms, []);
        let sums = verdict.sums;
        assert_eq!((sums.sent, sums.shown, sums.mirrored), (1, 2, 6));
    }

    #[test]
    fn a_harm_in_any_tab_is_one_of_the_chat() {
        let mut lacks = screens();
        lacks[1].lines.remove(1);
        assert!(harms(&lacks, Stage::GoingOn).contains(&Harm::Lost));
        let mut doubled = screens();
        let again = doubled[2].lines[1].clone();
        doubled[2].lines.push(again);
        assert!(harms(&doubled, Stage::GoingOn).contains(&Harm::Doubled));
        let verdict = judge_together(&doubled, &truth(), &typed(), Stage::GoingOn);
        assert!(verdict.harms[0].1.starts_with("tab 3: "), "{verdict:?}");
    }

    #[test]
    fn tabs_that_tell_the_visitor_different_things_are_a_harm_though_each_is_allowed_to() {
        let spoils: [fn(&mut Vec<Line>); 3] = [
            |lines| lines[2] = said(Who::Visitor, "b", Fated::Unproven),
            |lines| lines.swap(2, 3),
            |lines| lines.push(Line::Gap),
        ];
        for spoil in spoils {
            let mut screens = screens();
            spoil(&mut screens[1].lines);
            assert!(harms(&screens, Stage::GoingOn).contains(&Harm::Untrue));
        }
    }

    #[test]
    fn what_came_too_late_need_only_stand_where_it_was_typed() {
        let mut screens = screens();
        for screen in &mut screens[..2] {
            screen.lines.remove(2);
        }
        assert_eq!(harms(&screens, Stage::Over), []);
        assert!(harms(&screens, Stage::GoingOn).contains(&Harm::Lost));
        screens[2].lines.remove(2);
        assert_eq!(harms(&screens, Stage::Over), [Harm::Lost]);
    }

    #[test]
    fn one_tab_is_judged_as_ever() {
        let alone = &screens()[..1];
        let verdict = judge_together(alone, &truth(), &typed(), Stage::Over);
        assert_eq!((verdict.harms.len(), verdict.sums.mirrored), (0, 0));
    }
}
