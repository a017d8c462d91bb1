// The simulator behind the page, by the API of its desk.

const API = "/desk/api/";

async function call(path, method = "GET", body = undefined) {
  const response = await fetch(API + path, {
    method,
    headers: body && { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw Error(`${path} answered ${response.status}`);
  return response.json();
}

/** Resolves to the armed faults; rejects where no simulator is. */
export const faults = () => call("faults");
export const arm = (fault) => call("faults", "POST", { fault });
export const disarm = () => call("faults", "DELETE");
/** All sessions are forgotten, all connections reset; the chats live on. */
export const restart = () => call("restart", "POST", { chats: "kept" });
