let wasm;
let imports;
let starting;
let fetchSession;
let extending;
let tries = 0;

/** Starts the wasm of a response. `get(again, how)` fetches the code of its session. */
export default (given) => (starting = start(given));

async function start({ module_or_path, get }) {
    imports = __wbg_get_imports();
    fetchSession = get;
    try {
        // A chat that another page has left goes on at once.
        if (Object.keys(sessionStorage).some((key) => key.startsWith("gms-chat:"))) session().catch(() => {});
    } catch {}
    // What the code of the session links to.
    wasm = imports.w = { ...(await instance(await module_or_path)) };
    wasm.__wbindgen_start();
}

/** Adds the code of the session, once; after a failure the next call tries again. */
export const session = (how) => (extending ??= extend(how).catch((error) => {
    extending = null;
    throw error;
}));

async function extend(how) {
    const response = await fetchSession(tries++ ? "?" + tries : "", how);
    await starting;
    Object.assign(wasm, await instance(response));
}

/** The exports of a response. One that is served as something else than wasm is compiled when it is complete. */
async function instance(response) {
    const made = await (response.headers.get("Content-Type") == "application/wasm"
        ? WebAssembly.instantiateStreaming(response, imports)
        : WebAssembly.instantiate(await response.arrayBuffer(), imports));
    return made.instance.exports;
}
