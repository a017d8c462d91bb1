//! docs/api.md.

use super::{COMMANDS, EVENTS, OPTIONS, camel};

const HEAD: &str = "\
<!-- Written by `cargo xtask api` from xtask/src/surface/table.rs: change that. A rule compares it with the code. -->
# The programming interface

How to put the widget into a page is told in [embedding.md](embedding.md). All three doors lead to the same engine:
attributes on the script tag (`data-endpoint`), attributes of `<gms-chat>` (`endpoint`), and members of the options
of `gmsChat(\"init\", {endpoint})`.

Each option is a property of the element too, by its name in scripts: texts, numbers and truths reflect the attribute, in both
directions (`element.enterSends = false` writes `enter-sends=\"false\"`; what is not said is `null`), objects and functions stay
properties. What is set before the loader is there counts. `open` and `invite` are commands of the element: these two properties can
be set like the others, but what is read is the command. `lang` and `dir` are those of every element. The property `options` takes many at once, reflects nothing, and outdoes
the rest.

";
const COMMANDS_HEAD: &str = "
## Commands

`gmsChat(\"send\", \"Hello\")`, or `element.send(\"Hello\")`. Each returns a promise. What is refused is an `Error` named
`GmsChatError` with a stable `code`, and a `hint` where there is one. The last argument may hold `signal`, an `AbortSignal`:
it takes the promise back (which is then refused with the signal's reason), not what was done.

| Command | Given | Resolves to | What it does | Codes |
|---|---|---|---|---|
";
const FUNCTION: &str = "
`gmsChat` has five of its own:

| Command | What it does |
|---|---|
| `init` | makes an element from options, or finds the one for the same `endpoint` and changes it; `target` (a selector or an element) says where to; resolves to the element |
| `on`, `once` | listens to an event of all elements: name, function, `{signal}`; resolves to a function that ends it; a name that no event has is told in the console |
| `off` | ends it: name, function |

Without an element, every other command waits for the first one. Refused with `unknown_command`, or with `bad_config` where
`init` is given no `endpoint`; `wasm_blocked` and `load_failed` say that the window, or what a chat needs besides, could not be fetched, `destroyed` that the
element went before an answer came.
";
const EVENTS_HEAD: &str = "
## Events

`CustomEvent`s of the element that bubble and cross shadow roots. The name in the page begins with `gms-chat-`;
`gmsChat(\"on\", …)` takes the name without it, and the function gets the same event. Where another tab runs the chat
([survival.md](survival.md)), the detail has a member `mirrored` besides, which is true: whoever counts messages counts those without it.

| Event | Detail | When | `preventDefault()` |
|---|---|---|---|
";

const OTHERWISE: &str = "
## What one might look for

| Looked for | Here | Why |
|---|---|---|
| a cookie that carries the chat to other sub-domains by default | `persist=\"cookie\"`, when it is asked for | it goes to every server of the domain with every request, and whoever reads it has the chat |
| the service's identifier in `sessionstart` | `delivery` only | whoever has it and `gms_user` can read the chat and write in it; analytics are no place for that |
| business data for a chat that goes on | `setUserData` counts from the next one on | the Chat API version 1 has no call for it |
| stopping the default of `notice` | nothing is drawn for a notice | so there is nothing to stop: a page that knows the notice draws what it likes, by `notify` for one |
| `phase` in `connectionchange` | `statechange` | one thing is told once |
| watching the page's address (`popstate`) | not done | nothing depends on it: an element notices by itself that it was moved or its body replaced |
| `type=\"module\"` on the tag | a classic script, `async` | a module cannot see its own tag, and `data-…` would not reach it; the npm package is a module |
| `aria-expanded` on a button that a framework draws anew | write it yourself (`false`), it is set at each opening and closing | watching the whole page for it would cost every visitor |
";

/// The text of the page.
pub(super) fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("## Options\n\n| Attribute | In scripts | Type | Default | Meaning |\n|---|---|---|---|---|\n");
    for option in OPTIONS {
        let attribute = if option.is_text {
            format!("`{}`", option.name)
        } else {
            "–".to_owned()
        };
        page.push_str(&row(&[
            &attribute,
            &format!("`{}`", camel(option.name)),
            &code(option.kind),
            option.default,
            option.about,
        ]));
    }
    page.push_str(COMMANDS_HEAD);
    for command in COMMANDS {
        let name = format!("`{}`", command.name);
        page.push_str(&row(&[
            &name,
            &code(command.given),
            &code(command.answer),
            command.about,
            command.codes,
        ]));
    }
    page.push_str(FUNCTION);
    page.push_str(EVENTS_HEAD);
    for event in EVENTS {
        let stops = if event.can_stop { "stops it" } else { "–" };
        page.push_str(&row(&[
            &format!("`{}`", event.name),
            &code(event.detail),
            event.about,
            stops,
        ]));
    }
    page.push_str(OTHERWISE);
    page
}

/// TypeScript in a cell of a table.
fn code(text: &str) -> String {
    if text.is_empty() {
        return "–".to_owned();
    }
    format!("`{}`", text.replace('|', "\\|"))
}

fn row(cells: &[&str]) -> String {
    format!("| {} |\n", cells.join(" | "))
}
