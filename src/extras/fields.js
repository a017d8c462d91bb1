// The form of a page that asks for more than the usual fields, or whose server calls them otherwise.

/** What is said where the language has nothing; `src/text/languages.rs` reads this as JSON. */
const ENGLISH = {
  "form.phone": "Phone",
  "form.message": "Your message",
  "form.choose": "Please choose",
  "form.error.missing": "Please fill this in.",
  "form.error.choice": "Please choose one.",
  "form.error.consent": "We need your consent to go on.",
  "form.error.pattern": "Please check the format."
};

/** What the window knows about fields of these names. */
const KNOWN = {
  "first-name": { autocomplete: "given-name" },
  "last-name": { autocomplete: "family-name" },
  email: { type: "email", autocomplete: "email" },
  phone: { type: "tel", autocomplete: "tel" },
  subject: { required: true },
  message: { type: "textarea" },
};
const USUAL = ["first-name", "last-name", "email", "subject"];
/** Names that have a place of their own in the protocol; all others are business data. */
const OWN = [...USUAL, "display-name", "message"];
/** The second spelling that GMS sites use; the first one is the API's own. */
const CAPITALISED = { "first-name": "FirstName", "last-name": "LastName", email: "EmailAddress" };
const TYPES = ["text", "email", "tel", "select", "textarea", "checkbox", "consent", "hidden"];

const isBox = ({ type }) => type == "checkbox" || type == "consent";
const isSafe = (url) => /^(https?:|tel:|mailto:|\/)/i.test(url);

/** The page's fields with what is known about them, or the usual ones. Throws what is no field. */
export function fieldsOf(given) {
  if (given != null && !Array.isArray(given)) throw Error("`fields` has to be a JSON array of fields");
  return (given ?? USUAL.map((name) => ({ name }))).map((own) => {
    const field = { type: "text", autocomplete: "off", ...KNOWN[own?.name], ...own };
    if (!field.name) throw Error("a field of `fields` has to have a `name`");
    if (!TYPES.includes(field.type)) throw Error("the `type` of a field has to be " + TYPES.join(", "));
    if (field.type == "consent") field.required ??= true;
    return { ...field, id: field.name.replace(/[^\w-]/g, "-") };
  });
}

/** What is sent, by name, business data behind `data.`; `map` is a preset or an object with our names and the server's. */
export function sentAs(values, map) {
  const theirs = map == "capitalised" ? CAPITALISED : typeof map == "object" && map ? map : {};
  const sent = new Map();
  for (const [name, value] of values) {
    const isPlaced = OWN.includes(name) || name.startsWith("data.");
    if (value.trim()) sent.set(theirs[name] ? "data." + theirs[name] : isPlaced ? name : "data." + name, value.trim());
  }
  return sent;
}

/** A pattern that is none is the page's mistake, not the visitor's. */
export function fits(pattern, text) {
  try {
    return new RegExp("^(?:" + pattern + ")$", "u").test(text);
  } catch {
    return true;
  }
}

/** The form of this page, upon the usual one; throws what is no field. */
export function fields({ Form, make }, own, known) {
  class Fields extends Form {
    sent(given = []) {
      const known = [...this.known].filter(([name]) => OWN.includes(name) || name.startsWith("data."));
      return sentAs(new Map([...known, ...this.values, ...given]), this.own("field-map"));
    }

    get seen() {
      return super.seen.filter(({ type }) => type != "hidden");
    }

    say(name) {
      return super.say(name) ?? ENGLISH["form." + name];
    }

    /** Nobody but the visitor can agree to something. */
    isSettled(field, value) {
      if (field.type == "consent") return false;
      if (field.type == "hidden" || (field.type == "checkbox" && !field.required)) return true;
      return super.isSettled(field, value);
    }

    complaint(field, value) {
      if (field.type == "hidden") return;
      const found = super.complaint(field, value);
      if (found == "missing") return { consent: "consent", select: "choice" }[field.type] ?? found;
      return found || (field.pattern && value.trim() && !fits(field.pattern, value.trim()) ? "pattern" : undefined);
    }

    read(control) {
      return control.type == "checkbox" ? (control.checked ? "true" : "") : control.value;
    }

    control(field) {
      const { type } = field;
      const value = this.values.get(field.name);
      if (isBox(field)) {
        const box = make("input", { type: "checkbox" });
        box.checked = value == "true";
        return box;
      }
      if (type != "select" && type != "textarea") return super.control(field);
      const control = make(type, type == "select" ? {} : { rows: 3, maxlength: 4000 });
      for (const option of type == "select" ? ["", ...(field.options ?? [])] : []) {
        const known = option.value ?? option;
        control.append(make("option", { value: known }, option.label ?? (known || this.say("choose"))));
      }
      control.value = value;
      return control;
    }

    label(field) {
      return field.label ?? super.label(field) ?? field.name;
    }

    arranged(field, control, label, error) {
      const notes = [make("p", { class: "help", id: field.id + "-help" }, field.help ?? ""), error];
      control.setAttribute("aria-describedby", field.id + "-help " + error.id);
      if (isBox(field)) label.querySelector(".optional")?.remove();
      const words = make("div", { class: "words" }, label);
      const { url, label: text = url } = field.link ?? {};
      if (isSafe(url)) words.append(make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, text));
      if (isBox(field)) return make("div", { class: "field check" }, control, words, ...notes);
      const framed = field.type == "select" ? make("div", { class: "choice" }, control) : control;
      return make("div", { class: "field" }, words, framed, ...notes);
    }
  }
  return new Fields(own, known, fieldsOf(own("fields")));
}
