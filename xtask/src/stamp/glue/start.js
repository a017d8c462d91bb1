let wasm;

/** Starts the wasm of a response. One that is served as something else than wasm is compiled when it is complete. */
export default async function start({ module_or_path }) {
    const response = await module_or_path;
    const imports = __wbg_get_imports();
    const { instance } = await (response.headers.get("Content-Type") == "application/wasm"
        ? WebAssembly.instantiateStreaming(response, imports)
        : WebAssembly.instantiate(await response.arrayBuffer(), imports));
    wasm = instance.exports;
    wasm.__wbindgen_start();
}
