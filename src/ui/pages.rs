//! The drawn lines, in pages and chapters of a fixed size.
//!
//! The newest lines are rows. In a very long chat the extras turn the oldest pages into one piece of text each:
//! two nodes for twenty-five entries, which find-in-page, screen readers and selection reach like any other text.

use gms_chat_protocol::chat::Change;
use wasm_bindgen::JsValue;
use web_sys::Element;

use super::node::{Mounted, Node, div, set_class, tag};
use super::row::{Clock, row};
use super::thread::{Edit, Side, side};
use super::{Chat, Key};

/// Lines per page, and pages per chapter.
const SIZE: usize = 25;
/// So many rows are kept; what is older becomes text, page by page.
const ROWS: usize = 400;

/// The drawn lines, in the order of the thread's entries.
pub(super) struct Pages {
    root: Element,
    /// How many of the oldest entries are no rows of ours any more.
    archived: usize,
    lines: Vec<Line>,
    clock: Clock,
    /// The page that takes the next line, its chapter, and how many more each takes.
    last: Option<(Element, usize)>,
    chapter: Option<(Element, usize)>,
    /// Stands before the first line that arrived while nobody looked.
    marker: Option<Mounted>,
}

struct Line {
    row: Mounted,
    /// Whether it says who speaks.
    is_first: bool,
    /// The day that begins with it.
    day: Option<Mounted>,
}

impl Line {
    /// The first element of the line.
    fn top(&self) -> &Element {
        self.day.as_ref().unwrap_or(&self.row).element()
    }
}

impl Pages {
    /// Draws what the thread holds already.
    pub(super) fn with_all(chat: &Chat, root: &Element) -> Self {
        let mut pages = Self {
            root: root.clone(),
            archived: 0,
            lines: Vec::new(),
            clock: Clock::new(chat.texts.locale()),
            last: None,
            chapter: None,
            marker: None,
        };
        pages.draw_all(chat);
        pages
    }

    /// Draws a change. `is_seen`: the visitor looks at the end of the transcript.
    pub(super) fn apply(&mut self, chat: &Chat, change: Change, is_seen: bool) {
        let said = match &change {
            Change::Appended(entry) => Some(side(entry)),
            Change::Inserted { .. } | Change::Replaced(_) => None,
            Change::Removed(_) | Change::Cleared => None,
        };
        let edit = chat.thread.borrow_mut().apply(change);
        match edit {
            Edit::Inserted(index) | Edit::Replaced(index) | Edit::Removed(index)
                if index < self.archived =>
            {
                self.draw_all(chat);
            }
            Edit::Inserted(index) => self.insert(chat, index),
            Edit::Replaced(index) => {
                self.replace(chat, index);
                self.mark_around(chat, index);
            }
            Edit::Removed(index) => {
                self.lines.remove(index - self.archived);
                self.mark_around(chat, index);
            }
            Edit::Cleared => self.draw_all(chat),
            Edit::Nothing => {}
        }
        match said {
            Some(Side::Theirs) if !is_seen => self.mark_news(chat),
            Some(Side::Theirs | Side::Mine) => self.marker = None,
            Some(Side::Aside | Side::Unseen) | None => {}
        }
        self.archive(chat);
    }

    /// Draws everything anew: a change that is older than the rows is rare.
    fn draw_all(&mut self, chat: &Chat) {
        self.lines.clear();
        self.marker = None;
        self.last = None;
        self.chapter = None;
        self.root.set_text_content(None);
        let total = chat.thread.borrow().entries().len();
        self.archived = 0;
        for index in 0..total {
            self.insert(chat, index);
            self.archive(chat);
        }
    }

    fn insert(&mut self, chat: &Chat, index: usize) {
        let place = index - self.archived;
        let next = self.lines.get(place).map(|line| line.top().clone());
        let parent = match next.as_ref().and_then(|next| next.parent_element()) {
            Some(parent) => parent,
            None => self.last_page(),
        };
        let line = self.line(chat, index, &parent, next.as_ref());
        self.lines.insert(place, line);
        self.mark_around(chat, index);
    }

    fn replace(&mut self, chat: &Chat, index: usize) {
        let place = index - self.archived;
        let old = self.lines.get(place).map(|line| line.top().clone());
        if let Some((parent, old)) = old.and_then(|old| Some((old.parent_element()?, old))) {
            self.lines[place] = self.line(chat, index, &parent, Some(&old));
        }
    }

    /// Draws an entry as a line of `parent`, before this child or at the end.
    fn line(&self, chat: &Chat, index: usize, parent: &Element, before: Option<&Element>) -> Line {
        let thread = chat.thread.borrow();
        let place = thread.place(index);
        let before = before.map(|before| &**before);
        let day = place.opens_day.and_then(|at| self.clock.day(at));
        let day = day.map(|day| rule("rule", "day", &day).put(parent, before));
        let row = row(chat, &self.clock, &thread.entries()[index], place.is_first);
        Line {
            row: row.put(parent, before),
            is_first: place.is_first,
            day,
        }
    }

    /// The page that takes the next line.
    fn last_page(&mut self) -> Element {
        let page = match &self.last {
            Some((page, room)) if *room > 0 => page.clone(),
            Some(_) | None => self.new_page(),
        };
        let room = self.last.as_ref().map_or(0, |(_, room)| *room);
        self.last = Some((page.clone(), room.saturating_sub(1)));
        page
    }

    fn new_page(&mut self) -> Element {
        let (chapter, room) = match self.chapter.take() {
            Some((chapter, room)) if room > 0 => (chapter, room),
            Some(_) | None => (added(&self.root, "chapter"), SIZE),
        };
        let page = added(&chapter, "page");
        self.chapter = Some((chapter, room - 1));
        self.last = Some((page.clone(), SIZE));
        page
    }

    /// Shows where the line at `index` and its neighbours stand in their groups. Behind an appended line there is
    /// none, and the one before it stays what it was except that it may not be the last of its group any more.
    fn mark_around(&mut self, chat: &Chat, index: usize) {
        for near in index.saturating_sub(1).max(self.archived)..=index + 1 {
            let Some(line) = self.lines.get(near - self.archived) else {
                continue;
            };
            let place = chat.thread.borrow().place(near);
            if line.is_first != place.is_first || line.day.is_some() != place.opens_day.is_some() {
                self.replace(chat, near);
            }
            if let Some(line) = self.lines.get(near - self.archived) {
                set_class(line.row.element(), "last", place.is_last);
            }
        }
    }

    /// The last line is the first one that arrived while nobody looked, unless there is one already.
    fn mark_news(&mut self, chat: &Chat) {
        if self.marker.is_none()
            && let Some(line) = self.lines.last()
        {
            let marker = rule("rule news", "marker", chat.say(Key::News));
            self.marker = Some(marker.insert_before(line.top()));
        }
    }

    /// Gives the oldest page of rows away when there are too many: `archive` of the extras makes it text.
    fn archive(&mut self, chat: &Chat) {
        if self.lines.len() <= ROWS + SIZE {
            return;
        }
        let page_of = |line: &Line| line.row.element().parent_element();
        let page = self.lines.first().and_then(page_of);
        let count = self.lines.iter().take_while(|line| page_of(line) == page);
        let count = count.count();
        for line in self.lines.drain(..count) {
            for left in [Some(line.row), line.day].into_iter().flatten() {
                left.leave();
            }
        }
        self.archived += count;
        if let Some(page) = page {
            chat.extra("archive", &page, &JsValue::NULL);
        }
    }
}

/// A line across the transcript.
fn rule(class: &str, part: &str, words: &str) -> Node {
    div(class).part(part).child(tag("span").text(words))
}

/// A new last child of this class.
fn added(parent: &Element, class: &str) -> Element {
    let child = div(class).element().clone();
    let added = parent.append_child(&child);
    debug_assert!(added.is_ok(), "a log takes pages");
    child
}
