// A GMS in the page: stands in for `fetch`, so that the window can be tested without a server.
// It speaks CometD (one held connect) and remembers what it was asked.

const real = window.fetch;
let chat;

/** The storage of the tab, and how a browser forbids it. */
export const keptKeys = () => Object.keys(sessionStorage).filter((key) => key.startsWith("gms-chat:")).join(",");
export const kept = (key) => sessionStorage.getItem(key) ?? undefined;
export const keep = (key, text) => sessionStorage.setItem(key, text);
const storage = Object.getOwnPropertyDescriptor(window, "sessionStorage");
export function forbidStorage(forbid) {
  const refuse = () => {
    throw new DOMException("forbidden", "SecurityError");
  };
  Object.defineProperty(window, "sessionStorage", forbid ? { ...storage, get: refuse } : storage);
}

/** Starts over with an empty server. */
export function serve() {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith("gms-chat:")) sessionStorage.removeItem(key);
  chat = { requests: [], events: [], told: 0, position: 0, held: null, refusals: [], aborted: 0 };
  window.fetch = answer;
}

/** Gives the page its own `fetch` back. */
export function stop() {
  window.fetch = real;
}

/** Something happens in the chat: delivered at once when a connect is held. */
export function happen(kind, nickname, text, role) {
  chat.events.push([kind, nickname, text, String(chat.events.length), role]);
  deliver();
}

/** The next request whose path ends like this is answered with this status. */
export function refuse(ending, status) {
  chat.refusals.push({ ending, status });
}

/** From now on refusals ask to come back at a date so many seconds away. */
export function put_off(seconds) {
  chat.wish = { "Retry-After": new Date(Date.now() + 1000 * seconds).toUTCString() };
}

/** From now on `refresh` does not say how far the transcript has come. */
export function grow_vague() {
  chat.isVague = true;
}

/** The bodies of the requests whose path ends like this, in order. */
export function bodies(ending) {
  return chat.requests.filter(({ path }) => path.endsWith(ending)).map(({ body }) => body);
}

/** Whether the client listens: a connect is held. */
export const isHeld = () => chat.held !== null;

/** How many requests were made, and how many of them taken back. */
export const requests = () => chat.requests.length;
export const aborted = () => chat.aborted;
/** The `Authorization` of each request whose path ends like this. */
export const credentials = (ending) => chat.requests.filter(({ path }) => path.endsWith(ending)).map(({ credential }) => credential);
export const users = () => [...new Set(chat.requests.map(({ user }) => user))].join(",");

const reply = (body, status = 200, more = {}) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...more } });
const state = (more) => ({ chatIxnState: "CONNECTED", chatSessionId: "s1", transcriptPosition: chat.events.length, startedAt: "2026-01-02T10:00:00Z", ...more });

async function answer(input, init) {
  const request = new Request(input, init);
  const path = new URL(request.url).pathname;
  const body = await request.text();
  // As with a real fetch, what is taken back at once asks nobody.
  request.signal.throwIfAborted();
  chat.requests.push({ path, body, user: request.headers.get("gms_user"), credential: request.headers.get("authorization") });
  const refusal = chat.refusals.findIndex(({ ending }) => path.endsWith(ending));
  if (refusal >= 0) return reply({}, chat.refusals.splice(refusal, 1)[0].status, chat.wish);
  return path.includes("/cometd") ? bayeux(JSON.parse(body)[0], request.signal) : rest(path, new URLSearchParams(body));
}

function rest(path, form) {
  if (path.includes("/1/service/") && !path.includes("/ixn/")) return reply({ _id: "service-1" });
  if (path.endsWith("/ixn/chat")) return reply(state({ comet_channel: "/_genesys" }));
  if (path.endsWith("/send")) happen("Message.Text", "Ada", form.get("message"), "CLIENT");
  if (path.endsWith("/disconnect")) return reply(state({ chatIxnState: "DISCONNECTED" }));
  const vague = { transcriptPosition: undefined };
  return reply(state(chat.isVague && path.endsWith("/refresh") ? vague : {}));
}

function bayeux(message, signal) {
  const { channel, id, advice } = message;
  const good = { id, channel, successful: true };
  if (channel === "/meta/handshake") return reply([{ ...good, clientId: "c1", version: "1.0", supportedConnectionTypes: ["long-polling"] }]);
  if (channel !== "/meta/connect" || advice?.timeout === 0) return reply([{ ...good, advice: { reconnect: "retry", interval: 0, timeout: 60000 } }]);
  return new Promise((resolve, reject) => {
    const held = (events) => resolve(reply([...events, good]));
    signal.addEventListener("abort", () => {
      if (chat.held !== held) return;
      chat.aborted += 1;
      chat.held = null;
      reject(new DOMException("taken back", "AbortError"));
    });
    chat.held = held;
    deliver();
  });
}

function deliver() {
  if (!chat.held || chat.told === chat.events.length) return;
  const fresh = chat.events.slice(chat.told);
  const message = state({ chatIxnState: "TRANSCRIPT", transcriptToShow: fresh });
  chat.told = chat.events.length;
  const answer = chat.held;
  chat.held = null;
  answer([{ channel: "/_genesys", data: { id: `d${chat.told}`, message, tag: "service.chat.refresh.service-1" } }]);
}
