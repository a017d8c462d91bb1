//! First in, first out. A third of the code of the standard library's ring buffer, which counts in the wasm.

use std::vec::IntoIter;

/// A queue that is filled for a while, then emptied.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    leaving: IntoIter<T>,
    waiting: Vec<T>,
}

impl<T> Queue<T> {
    pub(crate) fn new() -> Self {
        Self {
            leaving: Vec::new().into_iter(),
            waiting: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, item: T) {
        self.waiting.push(item);
    }

    pub(crate) fn pop(&mut self) -> Option<T> {
        if self.leaving.len() == 0 {
            self.leaving = std::mem::take(&mut self.waiting).into_iter();
        }
        self.leaving.next()
    }

    /// Takes back an item that has come since the queue was emptied; false when there is none.
    pub(crate) fn withdraw(&mut self, is_it: impl Fn(&T) -> bool) -> bool {
        let place = self.waiting.iter().position(is_it);
        place.map(|place| self.waiting.remove(place)).is_some()
    }

    pub(crate) fn len(&self) -> usize {
        self.leaving.len() + self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_first_leaves_first() {
        let mut queue = Queue::new();
        queue.push(1);
        queue.push(2);
        assert_eq!(queue.pop(), Some(1));
        queue.push(3);
        assert_eq!(queue.len(), 2);
        assert_eq!(
            [queue.pop(), queue.pop(), queue.pop()],
            [Some(2), Some(3), None]
        );
        queue.push(4);
        assert_eq!(queue.pop(), Some(4));
    }

    #[test]
    fn what_still_waits_can_be_withdrawn() {
        let mut queue = Queue::new();
        queue.push(1);
        queue.push(2);
        assert!(queue.withdraw(|item| *item == 1));
        assert!(!queue.withdraw(|item| *item == 3));
        assert_eq!([queue.pop(), queue.pop()], [Some(2), None]);
    }
}
