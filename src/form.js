// The usual form before the chat: four fields, when their values are right, and how they are drawn.
// In JavaScript because it weighs a quarter of what it does in the wasm (docs/size.md). What else a page may ask for
// is in src/extras/fields.js, which builds upon this.

/** What is said where the language has nothing; `src/text/languages.rs` reads this as JSON. */
const ENGLISH = {
  "form.first-name": "First name",
  "form.last-name": "Last name",
  "form.email": "E-mail",
  "form.subject": "How can we help?",
  "form.optional": "optional",
  "form.error.subject": "Please say in a few words what it is about.",
  "form.error.email": "Please check the address. It should look like name@example.com.",
  "form.error.check": "We could not check this. Please try again.",
  "form.errors.one": "One field needs your attention.",
  "form.errors.other": "{count} fields need your attention."
};

/** The API demands a subject, and nothing else. */
const USUAL = [
  { name: "first-name", type: "text", autocomplete: "given-name" },
  { name: "last-name", type: "text", autocomplete: "family-name" },
  { name: "email", type: "email", autocomplete: "email" },
  { name: "subject", type: "text", autocomplete: "off", required: true },
];

export function make(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const key in attributes) made.setAttribute(key, attributes[key]);
  made.append(...children);
  return made;
}

/** The CLDR plural category of a number; in a language that `Intl` does not know there is but one. */
export function category(language, number) {
  try {
    return new Intl.PluralRules(language).select(number);
  } catch {
    return "other";
  }
}

/** What the visitor filled in. It outlives what is drawn: a chat that could not start loses nothing. */
export class Form {
  values = new Map();
  /** What the page's own check says, by field. */
  wrong = {};
  isChecked = false;

  /** `own(name)`: an option of the page; `known`: what it has said about the visitor, by name. */
  constructor(own, known, fields = USUAL) {
    Object.assign(this, { own, known, fields });
    for (const field of fields) this.values.set(field.name, this.initial(field));
  }

  initial({ name, value }) {
    return String(value ?? this.known.get(name) ?? "");
  }

  /** What the visitor has written, as names and values. */
  get typed() {
    const written = this.fields.filter((field) => this.values.get(field.name) != this.initial(field));
    return written.map(({ name }) => [name, this.values.get(name)]);
  }

  /** Takes what was written into a form before this one. */
  retype(typed) {
    for (const [name, value] of typed) if (this.values.has(name)) this.values.set(name, value);
  }

  /** What is sent, by name: the page's knowledge, the fields over it, and what a command gives. */
  sent(given = []) {
    return new Map([...this.known, ...this.values, ...given]);
  }

  /** The names of the fields that are not right, with what a command gives. */
  async missing(given) {
    const values = new Map([...this.values, ...given]);
    const wrong = (await this.own("validate")?.(Object.fromEntries(values))) ?? {};
    const isWrong = (field) => wrong[field.name] || this.complaint(field, values.get(field.name) || values.get("data." + field.name) || "");
    return this.own("form") == "none" ? [] : this.fields.filter(isWrong).map(({ name }) => name);
  }

  /** Whether the chat can start without the form. What the visitor writes does not start it before he says so. */
  get isSkipped() {
    const when = this.own("form") || "auto";
    return when == "none" || (when == "auto" && this.fields.every((field) => this.isSettled(field, this.initial(field))));
  }

  /** Whether the visitor has nothing to do here. */
  isSettled(field, value) {
    return value.trim() != "" && !this.complaint(field, value);
  }

  /** The next chat is about something else. */
  forget() {
    for (const field of this.fields) {
      if (field.name == "subject" || field.name == "message") this.values.set(field.name, this.initial(field));
    }
    this.isChecked = false;
  }

  /** The name of the sentence that says what is wrong with a value, or nothing. */
  complaint({ type, required, name }, value) {
    const text = value.trim();
    if (!text) return required && (name == "subject" ? name : "missing");
    // Something, an @, and a host: whether mail arrives there only mail can tell.
    if (type == "email" && !/^[^\s,]+@[^\s,.@]+(\.[^\s,.@]+)*$/.test(text)) return "email";
  }

  say(name) {
    return this.texts["form." + name] ?? ENGLISH["form." + name];
  }

  /** The fields that can be seen. */
  get seen() {
    return this.own("form") == "none" ? [] : this.fields;
  }

  /** Draws the fields; `texts`: the sentences of the language by name. */
  draw(root, texts) {
    this.root = root;
    this.texts = texts;
    const { seen } = this;
    const next = seen.find(({ name }) => !this.values.get(name).trim()) ?? seen.at(-1);
    root.replaceChildren(make("p", { class: "unseen", role: "status" }), ...seen.map((field) => this.field(field, field == next)));
    if (this.isChecked) this.complain();
  }

  field(field, isNext) {
    const id = field.id ?? field.name;
    const control = this.control(field);
    const set = { id, name: id, part: "field", autocomplete: field.autocomplete, "aria-describedby": id + "-error" };
    if (field.required) set["aria-required"] = true;
    if (field.type == "email" || field.type == "tel") set.dir = "ltr";
    if (isNext) set["data-focus"] = "";
    for (const name in set) control.setAttribute(name, set[name]);
    control.addEventListener("input", () => {
      this.values.set(field.name, this.read(control));
      delete this.wrong[field.name];
      if (this.isChecked) this.complain();
    });
    const label = make("label", { for: id }, make("span", {}, this.label(field)));
    if (!field.required) label.append(make("span", { class: "optional" }, this.say("optional")));
    return this.arranged(field, control, label, make("p", { class: "error", id: id + "-error" }));
  }

  label({ name }) {
    return this.say(name);
  }

  read(control) {
    return control.value;
  }

  control({ type, name }) {
    const control = make("input", { type, maxlength: 255 });
    control.value = this.values.get(name);
    return control;
  }

  arranged(_, control, label, error) {
    return make("div", { class: "field" }, label, control, error);
  }

  /** Resolves to what is sent, or to nothing when something is wrong, which is then said beside the fields. */
  async submit() {
    this.isChecked = true;
    this.wrong = {};
    this.root.parentNode.querySelector(".broken")?.remove();
    const check = this.own("validate");
    try {
      if (this.complain(true)) return;
      if (typeof check == "function") this.wrong = (await check(Object.fromEntries(this.values))) ?? {};
    } catch (error) {
      console.warn("gms-chat: validate:", error);
      this.root.after(make("p", { class: "error broken", role: "alert" }, this.say("error.check")));
      return;
    }
    return this.complain(true) ? undefined : this.sent();
  }

  /** Shows what is wrong; answers how many fields are. */
  complain(moves) {
    const { root } = this;
    const at = (id) => root.querySelector("#" + CSS.escape(id));
    const wrong = this.seen.filter((field) => {
      const id = field.id ?? field.name;
      const name = this.complaint(field, this.values.get(field.name));
      const own = name == "pattern" && field.error;
      const sentence = this.wrong[field.name] ?? (own || (name && this.say("error." + name)) || "");
      if (sentence) at(id).setAttribute("aria-invalid", true);
      else at(id).removeAttribute("aria-invalid");
      at(id + "-error").textContent = sentence;
      return sentence;
    });
    this.refused = wrong.map(({ name }) => name);
    if (moves && wrong.length) {
      const line = this.say("errors." + category(root.closest("[lang]")?.lang, wrong.length)) ?? this.say("errors.other");
      root.firstChild.textContent = line.replace("{count}", wrong.length);
      at(wrong[0].id ?? wrong[0].name).focus();
    }
    return wrong.length;
  }
}
