//! A small builder of DOM nodes over Leptos' signals: one compiled copy for every element and every effect.
//!
//! Leptos' own typed views cost this window 25 KB more (brotli, see `docs/size.md`), because each element,
//! attribute and child is a type of its own. Here a node is a value: what it holds is applied at once, what
//! depends on a signal is kept as a render effect, and dropping the node ends both.
//! Text becomes text nodes and attributes go through `setAttribute`; there is no way to insert markup.

use std::any::Any;

use leptos::reactive::effect::RenderEffect;
use leptos::tachys::renderer::types;
use leptos::tachys::view::{Mountable, Render};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Document, Element, Event, HtmlElement, Text};

use super::live::Live;
use crate::page::Listener;

const SVG: &str = "http://www.w3.org/2000/svg";

/// An element under construction, with everything that has to live as long as it does.
/// One pointer wide: a chain of calls hands it on without copying.
pub(crate) struct Node(Box<Parts>);

struct Parts {
    element: Element,
    /// Effects and listeners.
    kept: Vec<Box<dyn Any>>,
    /// Whether the element outlives the node.
    stays: bool,
}

/// An HTML element.
pub(crate) fn tag(name: &str) -> Node {
    Node::new(
        document()
            .create_element(name)
            .unwrap_or_else(|wrong| wasm_bindgen::throw_val(wrong)),
    )
}

/// An SVG element.
pub(crate) fn svg(name: &str) -> Node {
    Node::new(
        document()
            .create_element_ns(Some(SVG), name)
            .unwrap_or_else(|wrong| wasm_bindgen::throw_val(wrong)),
    )
}

/// A `div` of this class.
pub(crate) fn div(class: &str) -> Node {
    tag("div").class(class)
}

/// A `button` of this class that submits nothing.
pub(crate) fn button(class: &str) -> Node {
    tag("button").attr("type", "button").class(class)
}

/// The document of the page.
pub(crate) fn document() -> Document {
    leptos::tachys::dom::document()
}

impl Node {
    fn new(element: Element) -> Self {
        Self(Box::new(Parts {
            element,
            kept: Vec::new(),
            stays: false,
        }))
    }

    /// The element as it stands.
    pub(crate) fn element(&self) -> &Element {
        &self.0.element
    }

    pub(crate) fn class(self, names: &str) -> Self {
        self.attr("class", names)
    }

    /// Names the element for the host page's `::part()`.
    pub(crate) fn part(self, name: &str) -> Self {
        self.attr("part", name)
    }

    #[inline(never)]
    pub(crate) fn attr(self, name: &str, value: &str) -> Self {
        set_attribute(self.element(), name, Some(value));
        self
    }

    #[inline(never)]
    pub(crate) fn text(self, text: &str) -> Self {
        append(self.element(), &document().create_text_node(text));
        self
    }

    #[inline(never)]
    pub(crate) fn child(mut self, child: Self) -> Self {
        let Parts { element, kept, .. } = *child.0;
        append(self.element(), &element);
        self.0.kept.extend(kept);
        self
    }

    /// The element gets the focus as soon as it is in the document: not at once, because it is put there, with
    /// everything around it, when the effect that builds it ends.
    pub(crate) fn focused(self) -> Self {
        if let Some(target) = self.element().dyn_ref().cloned() {
            spawn_local(async move { focus(&target) });
        }
        self
    }

    /// Calls `listener` for each event of this name, as long as the node lives.
    pub(crate) fn on(self, name: &'static str, listener: impl FnMut(Event) + 'static) -> Self {
        self.listen(name, Box::new(listener))
    }

    /// Runs `effect` now and whenever a value changes that it reads.
    pub(crate) fn effect(self, effect: impl FnMut(&Element) + 'static) -> Self {
        self.repeat(Box::new(effect))
    }

    /// The attribute follows `value`; `None` takes it away.
    pub(crate) fn attr_from(
        self,
        name: &'static str,
        value: impl Fn() -> Option<String> + 'static,
    ) -> Self {
        self.effect(move |element| set_attribute(element, name, value().as_deref()))
    }

    /// The attribute is there, with this value, while `condition` holds.
    pub(crate) fn attr_when(
        self,
        name: &'static str,
        value: &'static str,
        condition: impl Fn() -> bool + 'static,
    ) -> Self {
        self.effect(move |element| set_attribute(element, name, condition().then_some(value)))
    }

    /// The class is there while `condition` holds.
    pub(crate) fn class_when(
        self,
        name: &'static str,
        condition: impl Fn() -> bool + 'static,
    ) -> Self {
        self.effect(move |element| set_class(element, name, condition()))
    }

    /// The attribute says `true` or `false`.
    pub(crate) fn switch(self, name: &'static str, value: &Live<bool>) -> Self {
        let value = value.clone();
        self.effect(move |element| {
            let word = if value.get() { "true" } else { "false" };
            set_attribute(element, name, Some(word));
        })
    }

    /// The element's only text follows `text`.
    pub(crate) fn text_from(self, text: impl Fn() -> String + 'static) -> Self {
        self.effect(move |element| element.set_text_content(Some(&text())))
    }

    /// Binds the value of an input, in both directions.
    pub(crate) fn value(self, value: &Live<String>) -> Self {
        let (shown, typed) = (value.clone(), value.clone());
        self.effect(move |element| set_value(element, &shown.get()))
            .on("input", move |event| typed.set(value_of(&event)))
    }

    /// A child that is built again whenever a value changes that `make` reads.
    pub(crate) fn child_from(self, make: impl Fn() -> Option<Self> + 'static) -> Self {
        self.slot(Box::new(make))
    }

    /// Puts the node into an element that is in the document already, before this child or at the end.
    pub(crate) fn put(self, parent: &web_sys::Node, before: Option<&web_sys::Node>) -> Mounted {
        let done = parent.insert_before(self.element(), before);
        debug_assert!(done.is_ok(), "a node has a place");
        Mounted(self)
    }

    /// Puts the node before a sibling that is in the document already.
    pub(crate) fn insert_before(self, sibling: &web_sys::Node) -> Mounted {
        match sibling.parent_node() {
            Some(parent) => self.put(&parent, Some(sibling)),
            None => Mounted(self),
        }
    }

    /// The listener goes with the node: an element that has left the document may still be told of a scroll or a
    /// lost focus.
    fn listen(mut self, name: &'static str, listener: Box<dyn FnMut(Event)>) -> Self {
        let listener = Listener::new(self.element(), name, listener);
        self.0.kept.push(Box::new(listener));
        self
    }

    fn repeat(mut self, mut effect: Box<dyn FnMut(&Element)>) -> Self {
        let element = self.element().clone();
        let effect = RenderEffect::new(move |_: Option<()>| effect(&element));
        self.0.kept.push(Box::new(effect));
        self
    }

    fn slot(mut self, make: Box<dyn Fn() -> Option<Self>>) -> Self {
        let mark: Text = document().create_text_node("");
        append(self.element(), &mark);
        let effect = RenderEffect::new(move |last: Option<Option<Mounted>>| {
            drop(last);
            make().map(|node| node.insert_before(&mark))
        });
        self.0.kept.push(Box::new(effect));
        self
    }
}

/// A node in its place; dropping it takes it away and ends its effects and listeners.
pub(crate) struct Mounted(Node);

impl Mounted {
    pub(crate) fn element(&self) -> &Element {
        self.0.element()
    }

    /// Ends the effects and listeners; the element stays.
    pub(crate) fn leave(mut self) {
        self.0.0.stays = true;
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        if !self.0.0.stays {
            self.element().remove();
        }
    }
}

impl Render for Node {
    type State = Mounted;

    fn build(self) -> Mounted {
        Mounted(self)
    }

    fn rebuild(self, state: &mut Mounted) {
        *state = self.insert_before(state.element());
    }
}

impl Mountable for Mounted {
    fn unmount(&mut self) {
        self.element().remove();
    }

    fn mount(&mut self, parent: &types::Element, marker: Option<&types::Node>) {
        let done = parent.insert_before(self.element(), marker);
        debug_assert!(done.is_ok(), "a node has a place");
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.element().parent_element().is_some_and(|parent| {
            child.mount(&parent, Some(self.element()));
            true
        })
    }

    fn elements(&self) -> Vec<types::Element> {
        vec![self.element().clone()]
    }
}

/// Sets or takes away an attribute.
pub(crate) fn set_attribute(element: &Element, name: &str, value: Option<&str>) {
    let done = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
    debug_assert!(done.is_ok(), "{name} is an attribute's name");
}

/// Sets or takes away a class.
pub(crate) fn set_class(element: &Element, name: &str, on: bool) {
    let done = element.class_list().toggle_with_force(name, on);
    debug_assert!(done.is_ok(), "{name} is a class name");
}

/// Sets the value of an input, unless it is that already: setting it moves the caret.
fn set_value(element: &Element, value: &str) {
    let name = JsValue::from_str("value");
    let value = JsValue::from_str(value);
    if js_sys::Reflect::get(element, &name).as_ref() != Ok(&value) {
        let done = js_sys::Reflect::set(element, &name, &value);
        debug_assert!(done.is_ok(), "inputs have values");
    }
}

/// The value of the input that an event is about.
fn value_of(event: &Event) -> String {
    let name = JsValue::from_str("value");
    let target = event.target().map(JsValue::from).unwrap_or_default();
    let value = js_sys::Reflect::get(&target, &name).unwrap_or_default();
    value.as_string().unwrap_or_default()
}

/// Gives an element the focus.
pub(crate) fn focus(element: &HtmlElement) {
    let done = element.focus();
    debug_assert!(done.is_ok(), "focus never throws");
}

fn append(parent: &Element, child: &web_sys::Node) {
    let done = parent.append_child(child);
    debug_assert!(done.is_ok(), "a node has a place");
}
