// Who is there, from what the transcript says about coming and going.

/** The agents and other helpers that are in the chat at the end of a transcript, as `{nickname, role}`. */
export function fold(lines) {
  const present = new Map();
  for (const { type, nickname, role, from } of lines) {
    if (role == "client") continue;
    if (type == "left") present.delete(nickname);
    if (type == "transferred") present.delete(from);
    if (type == "joined" || type == "transferred") present.set(nickname, { nickname, role });
  }
  return [...present.values()];
}
