import { createHash } from "node:crypto"
import { mkdir, readFile } from "node:fs/promises"
import { build } from "esbuild"
import look from "../liqwidget/look.json" with { type: "json" }

const outdir = new URL("../liqwidget/static/", import.meta.url)
await mkdir(outdir, { recursive: true })
const module = {
  absWorkingDir: new URL(".", import.meta.url).pathname,
  outdir: outdir.pathname,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  logLevel: "info",
}
await build({ ...module, entryPoints: { widget: "src/widget.ts" } })
const digest = createHash("sha256").update(await readFile(new URL("widget.js", outdir))).digest("hex")
await build({
  ...module,
  entryPoints: { loader: "src/loader.ts" },
  define: { WIDGET_DIGEST: JSON.stringify(digest.slice(0, 16)) },
})
// The colours of liqwidget/look.json as properties of the root, for the stylesheet.
const { light, dark } = look.themes
const share = (value) => `${100 * value}%`
const property = ([name, value]) => `--liq-${name.replace("_", "-")}: ${value};`
const root = {
  "": { ...light, amount_tint: share(look.amount_tint), plate: share(look.plate) },
  '[data-theme="dark"]': dark,
}
const colours = {
  name: "look",
  setup(plugins) {
    plugins.onResolve({ filter: /^look:/ }, ({ path }) => ({ path, namespace: "look" }))
    plugins.onLoad({ filter: /.*/, namespace: "look" }, () => ({
      contents: Object.entries(root).map(([when, values]) => `.liq-root${when} { ${Object.entries(values).map(property).join(" ")} }`).join("\n"),
      loader: "css",
    }))
  },
}
await build({
  plugins: [colours],
  entryPoints: ["src/widget.css"],
  bundle: true,
  absWorkingDir: new URL(".", import.meta.url).pathname,
  outdir: outdir.pathname,
  minify: true,
  charset: "utf8",
  logLevel: "info",
})
