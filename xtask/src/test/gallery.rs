//! The page that shows the pictures of the gallery: a row for each screen, a column for each view.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::failure::{OrFailure, Outcome};

const ADVICE: &str = "run `cargo xtask gallery` again";
const HEAD: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<title>gms-chat: every screen in every view</title>
<style>
  body { margin: 24px; background: #8a8f98; color: #fff; font: 14px/1.4 system-ui, sans-serif; }
  section { display: flex; flex-wrap: wrap; gap: 12px; align-items: flex-start; margin-bottom: 40px; }
  h2 { flex: 1 0 100%; margin: 0; }
  figure { margin: 0; }
  img { display: block; height: 420px; border-radius: 8px; }
</style>
";

/// Writes `index.html` beside the pictures and returns its path.
pub(super) fn write(folder: &Path) -> Outcome<PathBuf> {
    let files = std::fs::read_dir(folder)
        .or_failure(format_args!("reading {}", folder.display()), ADVICE)?;
    let names = files
        .flatten()
        .map(|file| file.file_name().to_string_lossy().into_owned());
    let page = folder.join("index.html");
    std::fs::write(&page, html(names))
        .or_failure(format_args!("writing {}", page.display()), ADVICE)?;
    Ok(page)
}

/// Names are `SCREEN-DEVICE-SCHEME-DIRECTION.png`, made of letters, digits and dashes.
fn html(names: impl Iterator<Item = String>) -> String {
    let mut screens: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for name in names {
        let Some(stem) = name.strip_suffix(".png") else {
            continue;
        };
        let mut parts = stem.rsplitn(4, '-');
        let view: Vec<&str> = parts.by_ref().take(3).collect();
        let Some(screen) = parts.next() else { continue };
        let view = view.into_iter().rev().collect::<Vec<_>>().join("-");
        screens.entry(screen.to_owned()).or_default().insert(view);
    }
    let mut page = HEAD.to_owned();
    for (screen, views) in screens {
        page.push_str(&format!("<section><h2>{screen}</h2>\n"));
        for view in views {
            page.push_str(&format!(
                "<figure><img src=\"{screen}-{view}.png\" alt=\"{screen}, {view}\" loading=\"lazy\"><figcaption>{view}</figcaption></figure>\n"
            ));
        }
        page.push_str("</section>\n");
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_screen_is_a_section_with_its_views() {
        let names = [
            "01-launcher-phone-dark-rtl.png",
            "01-launcher-desktop-light-ltr.png",
            "12-long-words-phone-light-ltr.png",
            "index.html",
            "odd.png",
        ];
        let page = html(names.into_iter().map(str::to_owned));
        assert_eq!(page.matches("<section>").count(), 2);
        assert!(page.contains("<h2>12-long-words</h2>"), "{page}");
        let (first, rest) = page.split_once("<h2>12").unwrap();
        assert_eq!(
            (first.matches("<img").count(), rest.matches("<img").count()),
            (2, 1)
        );
        assert!(
            first.contains("src=\"01-launcher-phone-dark-rtl.png\""),
            "{page}"
        );
    }
}
