// The files of the page, and of the official client for the bench.
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
};
/** What the widget needs and nothing else: `blob:` workers, inline code and other origins are forbidden. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src data:";
const HERE = fileURLToPath(new URL('.', import.meta.url));

export async function site(options, path, response) {
  const name = normalize(path === '/' ? '/index.html' : path);
  const folder = name.startsWith('/node_modules/cometd/') || name.startsWith('/bench/') ? HERE : options.site;
  try {
    const content = await readFile(join(folder, name));
    const headers = { 'Content-Type': TYPES[extname(name)] ?? 'application/octet-stream', 'Content-Length': content.length };
    if (options.csp === 'on') headers['Content-Security-Policy'] = POLICY;
    response.writeHead(200, headers);
    response.end(content);
  } catch {
    response.writeHead(404, { 'Content-Length': 0 });
    response.end();
  }
}
