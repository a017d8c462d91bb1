//! The ways in which a screen is looked at: light and dark, left to right and right to left, on a desktop and on a
//! phone; and what has to hold in each: no complaint of axe-core, and nothing out of reach on any width.

use std::path::Path;

use serde_json::{Value, json};

use crate::screen::Screen;
use crate::stage::{Lapse, Step, eventually};

/// One way to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) is_phone: bool,
    pub(crate) is_dark: bool,
    /// In Arabic, or in English.
    pub(crate) is_rtl: bool,
}

/// Widths and heights in CSS pixels: four phones and tablets, and a desktop of 1280 by 1024 at 400 % zoom.
const SIZES: [(u32, u32); 5] = [(320, 568), (360, 740), (390, 844), (768, 1024), (320, 256)];

impl View {
    /// Every combination.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..8).map(|bits| Self {
            is_phone: bits & 4 != 0,
            is_dark: bits & 2 != 0,
            is_rtl: bits & 1 != 0,
        })
    }

    /// On a light desktop in Arabic.
    pub(crate) fn arabic() -> Self {
        Self {
            is_phone: false,
            is_dark: false,
            is_rtl: true,
        }
    }

    /// For a file's name: `phone-dark-rtl`.
    pub(crate) fn name(self) -> String {
        let word = |flag, yes, no| if flag { yes } else { no };
        [
            word(self.is_phone, "phone", "desktop"),
            word(self.is_dark, "dark", "light"),
            word(self.is_rtl, "rtl", "ltr"),
        ]
        .join("-")
    }

    /// Makes the running page look like this.
    pub(crate) async fn take(self, screen: &Screen) -> Step {
        let (width, height) = if self.is_phone {
            (390, 844)
        } else {
            (1024, 768)
        };
        screen
            .become_screen(width, height, 1, self.is_phone)
            .await?;
        let scheme = if self.is_dark { "dark" } else { "light" };
        screen.set_attribute("color-scheme", Some(scheme)).await?;
        speak(screen, if self.is_rtl { "ar" } else { "en" }).await?;
        screen.rest().await
    }
}

/// Changes the language of the window, and waits until it speaks it.
async fn speak(screen: &Screen, language: &str) -> Step {
    const SPOKEN: &str = "
const [window, panel] = [root.querySelector('dialog'), root.querySelector('.panel')];
const text = root.querySelector('h2, .problem')?.textContent ?? '';
return !window || window.lang === arguments[0] && (!panel || /[ء-ي]/.test(text) === (window.lang === 'ar'));";
    screen.set_attribute("lang", Some(language)).await?;
    eventually(format_args!("the language {language}"), async || {
        let is_spoken = screen.look(SPOKEN, &json!(language)).await?;
        Ok((is_spoken == json!(true)).then_some(()))
    })
    .await
}

/// Lets axe-core judge the widget as it stands: every rule of WCAG 2.2 A and AA, and its best practices.
pub(crate) async fn judge(screen: &Screen) -> Step {
    const RUN: &str = "
const done = arguments[1];
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
// Rules about whole pages are the page's business; the widget is a part of one.
// And one rule is an experiment of axe's: it takes a number on a badge for a word that the name has to hold.
const off = { enabled: false };
const rules = { region: off, 'page-has-heading-one': off, 'label-content-name-mismatch': off };
axe.run({ include: ['gms-chat'] }, { runOnly: tags, rules, resultTypes: ['violations'] }).then(
  ({ violations, passes }) => done({ passes: passes.length, violations: violations.map((rule) => rule.id + ': '
    + rule.nodes.map((node) => node.target.flat().join(' ') + ' ' + node.failureSummary).join('; ')) }),
  (error) => done({ passes: 0, violations: ['axe failed: ' + error] }),
);";
    if screen.look("return !window.axe", &json!(null)).await? == json!(true) {
        screen.look(&axe()?, &json!(null)).await?;
    }
    let found = screen.wait_for(RUN, &json!(null)).await?;
    let violations = found["violations"].as_array().cloned().unwrap_or_default();
    if found["passes"].as_u64().unwrap_or(0) == 0 {
        return Err(Lapse::new(format!("axe judged nothing: {found}")));
    }
    if violations.is_empty() {
        return Ok(());
    }
    let lines: Vec<&str> = violations.iter().filter_map(Value::as_str).collect();
    Err(Lapse::new(format!("axe complains:\n{}", lines.join("\n"))))
}

/// The text of axe-core, which makes a global `axe`.
fn axe() -> Step<String> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(&path).map_err(|error| {
        Lapse::new(format!(
            "{}: {error}; `cargo xtask test e2e` installs it",
            path.display()
        ))
    })
}

/// On every size: nothing sticks out sideways, and every control can be brought where a finger reaches it.
pub(crate) async fn reach_everything(screen: &Screen) -> Step {
    for (width, height) in SIZES {
        screen.become_screen(width, height, 1, true).await?;
        eventually("the window to fit", async || {
            Ok((screen.look(FITS, &json!(null)).await? == json!(true)).then_some(()))
        })
        .await?;
        screen.rest().await?;
        let found = screen.look(OUT_OF_REACH, &json!(null)).await?;
        let lost: Vec<&str> = found
            .as_array()
            .map(|all| all.iter().filter_map(Value::as_str).collect())
            .ok_or_else(|| Lapse::new(format!("no answer: {found}")))?;
        if !lost.is_empty() {
            let lines = lost.join("\n");
            return Err(Lapse::new(format!("at {width}x{height}:\n{lines}")));
        }
    }
    Ok(())
}

const FITS: &str = "
const { width = 0, height = 0 } = root.querySelector('dialog')?.getBoundingClientRect() ?? {};
return width <= innerWidth && height <= innerHeight;";

/// What sticks out, what cannot be scrolled to, what is smaller than 24 by 24, and fields that a phone zooms in on.
const OUT_OF_REACH: &str = "
const window = root.querySelector('dialog');
const frame = window?.open ? window : null;
const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest('[inert], .unseen');
const name = (e) => e.localName + '.' + e.className + ' “' + (e.getAttribute('aria-label') ?? e.textContent ?? '').trim().slice(0, 30) + '”';
const lost = [];
if (document.documentElement.scrollWidth > innerWidth + 1) lost.push('the page itself is wider than its window');
if (frame) {
  const { left, right } = frame.getBoundingClientRect();
  for (const e of frame.querySelectorAll('*')) {
    if (!seen(e) || e.localName === 'option') continue;
    const box = e.getBoundingClientRect();
    if (box.width && (box.left < left - 1 || box.right > right + 1)) lost.push(name(e) + ' sticks out: ' + box.left + ' to ' + box.right);
    const clips = getComputedStyle(e).overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1;
    if (clips && !e.matches('select, .unseen')) lost.push(name(e) + ' scrolls sideways by ' + (e.scrollWidth - e.clientWidth));
  }
}
// An open menu covers what it wants to.
for (const e of (root.querySelector('.menu') ?? frame ?? root).querySelectorAll('button, a, input, select, textarea')) {
  if (!seen(e)) continue;
  e.scrollIntoView({ block: 'center' });
  const box = e.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const hit = root.elementFromPoint(x, y);
  if (!hit || !(e.contains(hit) || hit.contains(e) || e.labels?.[0]?.contains(hit))) lost.push(name(e) + ' cannot be reached at ' + x + ',' + y + ': ' + (hit ? name(hit) : 'nothing'));
  if (!e.matches('.row a') && (box.width < 24 || box.height < 24)) lost.push(name(e) + ' is ' + box.width + ' by ' + box.height);
  if (e.matches('input:not([type=checkbox]), select, textarea') && parseFloat(getComputedStyle(e).fontSize) < 16) lost.push(name(e) + ' has text below 16 px');
}
return lost;";
