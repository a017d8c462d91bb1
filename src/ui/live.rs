//! A value that the window follows: a plain cell with one of Leptos' triggers.
//!
//! `RwSignal` compiles its machinery once more for every type that it holds; here the machinery knows no types.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::reactive::signal::ArcTrigger;
use leptos::reactive::traits::{Notify, Track};

/// A shared value; effects that read it run again when it changes.
pub(crate) struct Live<T> {
    value: Rc<RefCell<T>>,
    trigger: ArcTrigger,
}

impl<T> Clone for Live<T> {
    fn clone(&self) -> Self {
        Self {
            value: Rc::clone(&self.value),
            trigger: self.trigger.clone(),
        }
    }
}

impl<T> Live<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            value: Rc::new(RefCell::new(value)),
            trigger: ArcTrigger::new(),
        }
    }

    /// Takes the value away and leaves an empty one; the effect that calls this follows the value.
    pub(crate) fn take(&self) -> T
    where
        T: Default,
    {
        self.trigger.track();
        self.drain()
    }

    /// The same outside an effect.
    pub(crate) fn drain(&self) -> T
    where
        T: Default,
    {
        self.value.take()
    }

    /// The effect that calls this runs again when the value changes.
    pub(crate) fn follow(&self) {
        self.trigger.track();
    }

    /// Changes the value and runs the effects that follow it.
    pub(crate) fn update(&self, change: impl FnOnce(&mut T)) {
        change(&mut self.value.borrow_mut());
        self.trigger.notify();
    }
}

impl<T: Clone> Live<T> {
    /// The value; the effect that calls this follows it.
    pub(crate) fn get(&self) -> T {
        self.trigger.track();
        self.peek()
    }

    /// The value, once.
    pub(crate) fn peek(&self) -> T {
        self.value.borrow().clone()
    }
}

impl<T: PartialEq> Live<T> {
    /// Sets the value; nothing runs if it is the same.
    pub(crate) fn set(&self, value: T) {
        if *self.value.borrow() != value {
            self.value.replace(value);
            self.trigger.notify();
        }
    }
}
