// The one kind of error that a command is refused with: `code` is stable, `message` is for the developer.

export const fail = (code, message, hint) => Object.assign(Error(message), { name: "GmsChatError", code, ...(hint && { hint }) });
