// The desk's JSON API; see the simulator's README.

const API = "/desk/api/";

async function call(path, options) {
  const response = await fetch(API + path, { cache: "no-store", ...options });
  const body = await response.json();
  if (!response.ok) throw new Error(body.error ?? `The server answered ${response.status}.`);
  return body;
}

/** The state, as soon as it differs from that of `revision`. */
export const state = (revision) => call(revision === undefined ? "state" : `state?after=${revision}`);

export const post = (path, body = {}) =>
  call(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

export const remove = (path) => call(path, { method: "DELETE" });

export const log = (last) => call(`log?last=${last}`);

/** Does something in a chat. */
export const act = (service, action, body) => post(`chats/${encodeURIComponent(service)}/${action}`, body);
