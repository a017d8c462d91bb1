//! Forms are encoded as browsers encode them.

use gms_chat_protocol::form::Form;

/// Value typed, value on the wire. The right side was read off a browser's form submission rules.
const TABLE: &[(&str, &str)] = &[
    ("", ""),
    ("plain", "plain"),
    ("AZaz09", "AZaz09"),
    ("two words", "two+words"),
    ("  ", "++"),
    ("1+1=2", "1%2B1%3D2"),
    ("a&b", "a%26b"),
    ("100%", "100%25"),
    ("%20", "%2520"),
    ("*-._", "*-._"),
    ("~!'()", "%7E%21%27%28%29"),
    ("a/b?c#d", "a%2Fb%3Fc%23d"),
    ("j.h@gmail.com", "j.h%40gmail.com"),
    ("\"<>\"", "%22%3C%3E%22"),
    ("é", "%C3%A9"),
    ("ß€", "%C3%9F%E2%82%AC"),
    ("日本", "%E6%97%A5%E6%9C%AC"),
    ("שלום", "%D7%A9%D7%9C%D7%95%D7%9D"),
    ("😀", "%F0%9F%98%80"),
    ("👩‍🚀", "%F0%9F%91%A9%E2%80%8D%F0%9F%9A%80"),
    ("\u{0}\u{1f}\u{7f}", "%00%1F%7F"),
    ("a\tb", "a%09b"),
    ("a\nb", "a%0D%0Ab"),
    ("a\rb", "a%0D%0Ab"),
    ("a\r\nb", "a%0D%0Ab"),
    ("a\n\nb", "a%0D%0A%0D%0Ab"),
    ("a\n\rb", "a%0D%0A%0D%0Ab"),
    ("a\r\r\nb", "a%0D%0A%0D%0Ab"),
    ("\n", "%0D%0A"),
    ("a\u{2028}b", "a%E2%80%A8b"),
    ("\u{feff}a", "%EF%BB%BFa"),
];

fn encoded(name: &str, value: &str) -> String {
    let mut form = Form::new();
    form.add(name, value);
    form.into_body()
}

#[test]
fn values_are_encoded_by_the_table() {
    for (typed, wire) in TABLE {
        assert_eq!(
            encoded("message", typed),
            format!("message={wire}"),
            "{typed:?}"
        );
    }
}

#[test]
fn names_are_encoded_like_values() {
    for (typed, wire) in TABLE {
        assert_eq!(encoded(typed, "x"), format!("{wire}=x"), "{typed:?}");
    }
}

#[test]
fn lone_surrogates_are_replaced_on_the_way_in() {
    let cases: &[(&[u16], &str)] = &[
        (&[0xD83D], "%EF%BF%BD"),
        (&[0xDE00], "%EF%BF%BD"),
        (&[0x61, 0xD83D, 0x62], "a%EF%BF%BDb"),
        (&[0xDE00, 0xD83D], "%EF%BF%BD%EF%BF%BD"),
        (&[0xD83D, 0xDE00], "%F0%9F%98%80"),
    ];
    for (units, wire) in cases {
        let typed = String::from_utf16_lossy(units);
        assert_eq!(encoded("m", &typed), format!("m={wire}"), "{units:x?}");
    }
}

#[test]
fn fields_keep_their_order_and_may_repeat() {
    let mut form = Form::new();
    form.add("b", "1");
    form.add("a", "2");
    form.add("b", "");
    assert_eq!(form.into_body(), "b=1&a=2&b=");
}

#[test]
fn empty_fields_are_left_out_when_asked() {
    let mut form = Form::new();
    form.add_filled("firstName", "");
    form.add_filled("lastName", "Brain");
    form.add_filled("email", "");
    assert_eq!(form.into_body(), "lastName=Brain");
}

#[test]
fn a_form_without_fields_is_an_empty_body() {
    assert_eq!(Form::new().into_body(), "");
}
