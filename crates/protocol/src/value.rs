//! A JSON value, no larger in code than this protocol needs: `serde_json::Value` with its maps and numbers costs
//! the wasm 4 KB (brotli) more.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::json::ROUNDED;

/// What a server has said, as read from its JSON.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Any number.
    Number(Number),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Self>),
    /// An object.
    Object(Object),
}

/// A JSON number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// Whole and not negative.
    Whole(u64),
    /// Any other.
    Other(f64),
}

/// The members of a JSON object, in the order of the text. Of members with the same name the last one counts.
#[derive(Clone, Debug, Default)]
pub struct Object(Vec<(String, Value)>);

impl Number {
    pub(crate) fn as_u64(self) -> Option<u64> {
        match self {
            Self::Whole(number) => Some(number),
            Self::Other(_) => None,
        }
    }

    pub(crate) fn as_f64(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Other(number) => number,
        }
    }
}

impl Object {
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        let member = self.0.iter().rev().find(|(known, _)| known == name);
        member.map(|(_, value)| value)
    }

    /// Takes the member out, and with it those of the same name that do not count.
    pub(crate) fn remove(&mut self, name: &str) -> Option<Value> {
        let last = self.0.iter().rposition(|(known, _)| known == name)?;
        let (_, value) = self.0.swap_remove(last);
        self.0.retain(|(known, _)| known != name);
        Some(value)
    }
}

/// Two objects are the same when each knows what the other knows, in whatever order.
impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        let knows =
            |one: &Self, two: &Self| one.0.iter().all(|(name, _)| one.get(name) == two.get(name));
        knows(self, other) && knows(other, self)
    }
}

impl Value {
    /// A member of an object; `None` for anything else.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }

    /// The text of a string; `None` for anything else.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Array(_) | Self::Object(_) => None,
        }
    }

    /// The elements of an array; `None` for anything else.
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(elements) => Some(elements),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Object(_) => {
                None
            }
        }
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(answer) => Some(*answer),
            Self::Null | Self::Number(_) | Self::String(_) | Self::Array(_) | Self::Object(_) => {
                None
            }
        }
    }

    pub(crate) fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Number(number) => number.as_u64(),
            Self::Null | Self::Bool(_) | Self::String(_) | Self::Array(_) | Self::Object(_) => None,
        }
    }

    pub(crate) fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Array(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, answer: bool) -> Result<Value, E> {
        Ok(Value::Bool(answer))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(Number::Whole(number)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(Number::Other(match number {
            ..=ROUNDED => (ROUNDED - number) as f64,
            number => number as f64,
        })))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(Number::Other(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = from.next_element()? {
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = from.next_entry()? {
            members.push(member);
        }
        Ok(Value::Object(Object(members)))
    }
}

/// For tests and tools, which speak in `serde_json::json!`.
impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(answer) => Self::Bool(answer),
            serde_json::Value::Number(number) => Self::Number(number.as_u64().map_or_else(
                || Number::Other(number.as_f64().unwrap_or(f64::NAN)),
                Number::Whole,
            )),
            serde_json::Value::String(text) => Self::String(text),
            serde_json::Value::Array(elements) => {
                Self::Array(elements.into_iter().map(Self::from).collect())
            }
            serde_json::Value::Object(members) => {
                let own = |(name, value)| (name, Self::from(value));
                Self::Object(Object(members.into_iter().map(own).collect()))
            }
        }
    }
}

/// For tests and tools, which speak in `serde_json::json!`.
impl From<Value> for serde_json::Value {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(answer) => Self::Bool(answer),
            Value::Number(Number::Whole(number)) => Self::from(number),
            Value::Number(Number::Other(number))
                if number.fract() == 0.0 && number.abs() < 9e15 =>
            {
                Self::from(number as i64)
            }
            Value::Number(Number::Other(number)) => Self::from(number),
            Value::String(text) => Self::String(text),
            Value::Array(elements) => elements.into_iter().map(Self::from).collect(),
            Value::Object(Object(members)) => {
                let theirs = |(name, value)| (name, Self::from(value));
                Self::Object(members.into_iter().map(theirs).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_of_value_is_read() {
        let text = r#"[null, true, 7, -7, 7.5, "a\nb", [], {"a": {"b": 1}}]"#;
        let read: Value = serde_json::from_str(text).unwrap();
        let theirs: serde_json::Value = serde_json::from_str(text).unwrap();
        assert_eq!(read, Value::from(theirs.clone()));
        assert_eq!(serde_json::Value::from(read), theirs);
    }

    #[test]
    fn of_members_with_one_name_the_last_counts() {
        let mut read: Value = serde_json::from_str(r#"{"a": 1, "b": 2, "a": 3}"#).unwrap();
        assert_eq!(read.get("a").and_then(Value::as_u64), Some(3));
        let Value::Object(object) = &mut read else {
            panic!("an object");
        };
        assert_eq!(object.remove("a"), Some(Value::from(json!(3))));
        assert_eq!(object.get("a"), None);
        assert_eq!(read, Value::from(json!({ "b": 2 })));
    }

    #[test]
    fn the_order_of_members_makes_no_difference() {
        let one: Value = serde_json::from_str(r#"{"a": 1, "b": [2]}"#).unwrap();
        let two: Value = serde_json::from_str(r#"{"b": [2], "a": 1}"#).unwrap();
        assert_eq!(one, two);
        assert_ne!(one, Value::from(json!({ "a": 1 })));
    }
}
