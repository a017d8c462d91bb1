// Builds examples: `node build.js FOLDER NAME…` leaves each, ready to be served, in FOLDER/NAME.
import { cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { svelte } from "@sveltejs/vite-plugin-svelte";
import vue from "@vitejs/plugin-vue";
import { build } from "vite";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "../dist");
const isCustomElement = (tag) => tag == "gms-chat";
const BUNDLED = ["vite", "react", "vue", "svelte"];

const [target, ...names] = process.argv.slice(2);
for (const name of names) {
  const folder = join(resolve(target), name);
  if (!existsSync(join(here, name, "index.html"))) throw Error("there is no example " + name);
  rmSync(folder, { recursive: true, force: true });
  await (BUNDLED.includes(name) ? bundle(name, folder) : copy(name, folder));
  console.log(name + ": " + folder);
}

/** The package comes with the page's own scripts. */
function bundle(name, folder) {
  return build({
    configFile: false,
    logLevel: "warn",
    root: join(here, name),
    base: "./",
    esbuild: { jsx: "automatic" },
    plugins: [vue({ template: { compilerOptions: { isCustomElement } } }), svelte({ configFile: false })],
    build: { outDir: folder, emptyOutDir: true },
  });
}

/** The built files stand beside the page. */
function copy(name, folder) {
  cpSync(join(here, name), folder, { recursive: true });
  for (const file of readdirSync(dist)) {
    if (/^(gms-chat|lang-)/.test(file)) cpSync(join(dist, file), join(folder, "chat", file), { recursive: true });
  }
  const turbo = join(here, "node_modules/@hotwired/turbo/dist/turbo.es2017-umd.js");
  if (name == "turbo") cpSync(turbo, join(folder, "turbo.js"));
}
