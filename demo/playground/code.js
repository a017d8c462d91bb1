// The code that puts what was chosen on a page of one's own.

const quoted = (value) => value.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");

/**
 * `attributes` and `properties` are objects by name, without `data-` and `--gms-chat-`; values are text.
 * Returns HTML: a script tag, and a style rule where there is a theme.
 */
export function embedCode(attributes, properties) {
  const given = Object.entries({ endpoint: "/genesys", ...attributes });
  const lines = given.map(([name, value]) => `        data-${name}="${quoted(value)}"`);
  const script = `<script async src="/chat/gms-chat.js"\n${lines.join("\n")}>\n</script>`;
  const theme = Object.entries(properties).map(([name, value]) => `  --gms-chat-${name}: ${value};`);
  return theme.length ? `${script}\n\n<style>\ngms-chat {\n${theme.join("\n")}\n}\n</style>` : script;
}
