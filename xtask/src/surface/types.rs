//! The types of the npm package.

use super::{COMMANDS, EVENTS, OPTIONS, camel, is_property};

const SHAPES: &str = "\
/** Takes a promise back, not what was done. */
export interface GmsChatSignal {
  signal?: AbortSignal;
}

/** Somebody in a chat; `role` is client, agent, supervisor or external. */
export interface GmsChatParty {
  nickname: string;
  role: string;
}

/** A line of the transcript; `at` is in milliseconds since 1970. */
export interface GmsChatLine extends GmsChatParty {
  id: number;
  type: \"message\" | \"joined\" | \"left\" | \"transferred\" | \"pushurl\" | \"gap\" | \"note\";
  text?: string;
  at?: number;
  from?: string;
  fate?: \"sending\" | \"sent\" | \"unknown\" | \"failed\";
}

export interface GmsChatState {
  state: string;
  unread: number;
  open: boolean;
  agents: GmsChatParty[];
}

export interface GmsChatStart extends GmsChatSignal {
  user?: { firstName?: string; lastName?: string; email?: string; subject?: string; displayName?: string; [field: string]: string | undefined };
  data?: GmsChatOptions[\"data\"];
  message?: string;
  skipForm?: boolean;
}

/** What a command is refused with. */
export interface GmsChatError extends Error {
  name: \"GmsChatError\";
  code: string;
  hint?: string;
  /** With `form_invalid`: the names of the fields. */
  fields?: string[];
}

";

/// The text of `index.d.ts`.
pub(crate) fn types() -> String {
    let mut types =
        String::from("// Written by `cargo xtask dist`.\n\nexport interface GmsChatOptions {\n");
    for option in OPTIONS {
        types.push_str(&format!(
            "  /** {} */\n  {}?: {};\n",
            option.about,
            camel(option.name),
            option.kind
        ));
    }
    types.push_str("}\n\n");
    types.push_str(SHAPES);
    types.push_str("export interface GmsChatCommands {\n");
    for command in COMMANDS {
        let line = format!(
            "  {}({}): Promise<{}>;\n",
            command.name, command.given, command.answer
        );
        types.push_str(&format!("  /** {} */\n{line}", command.about));
    }
    types.push_str("}\n\n/** Options as properties of the element; what is not said is null. */\nexport interface GmsChatProperties {\n");
    for option in OPTIONS.iter().filter(|option| is_property(option.name)) {
        let line = format!(
            "  {}: {} | null;\n",
            camel(option.name),
            together(option.kind)
        );
        types.push_str(&line);
    }
    types.push_str("}\n\nexport interface GmsChatEventMap {\n");
    for event in EVENTS {
        let line = format!(
            "  \"gms-chat-{}\": CustomEvent<{}>;\n",
            event.name, event.detail
        );
        types.push_str(&format!("  /** {} */\n{line}", event.about));
    }
    types.push_str(TAIL);
    types
}

/// A type that more can be said beside.
fn together(kind: &str) -> String {
    if kind.contains("=>") {
        format!("({kind})")
    } else {
        kind.to_owned()
    }
}

const TAIL: &str = "\
}

type Listener<K extends keyof GmsChatEventMap> = (event: GmsChatEventMap[K]) => void;
type Short<K> = K extends `gms-chat-${infer Name}` ? Name : never;
type Heard<Name extends string> = GmsChatEventMap[`gms-chat-${Name}` & keyof GmsChatEventMap];

/** `<gms-chat>`; `open`, `close` and `toggle` act at once. */
export interface GmsChatElement extends HTMLElement, GmsChatCommands, GmsChatProperties {
  readonly state: string;
  readonly unread: number;
  options: GmsChatOptions | null;
  addEventListener<K extends keyof GmsChatEventMap>(type: K, listener: Listener<K>, options?: boolean | AddEventListenerOptions): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
}

/** The page's function. */
export interface GmsChat {
  (name: \"init\", options: GmsChatOptions & { target?: string | Element }): Promise<GmsChatElement>;
  <Name extends Short<keyof GmsChatEventMap>>(name: \"on\" | \"once\", event: Name, listener: (event: Heard<Name>) => void, options?: GmsChatSignal): Promise<() => void>;
  <Name extends Short<keyof GmsChatEventMap>>(name: \"off\", event: Name, listener: (event: Heard<Name>) => void): Promise<void>;
  <Name extends keyof GmsChatCommands>(name: Name, ...given: Parameters<GmsChatCommands[Name]>): ReturnType<GmsChatCommands[Name]>;
}

export declare const gmsChat: GmsChat;
export default gmsChat;

declare global {
  interface Window {
    gmsChat: GmsChat;
  }
  interface HTMLElementTagNameMap {
    \"gms-chat\": GmsChatElement;
  }
  interface DocumentEventMap extends GmsChatEventMap {}
}
";
