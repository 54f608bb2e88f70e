import { createHash } from "node:crypto"
import { mkdir, readFile } from "node:fs/promises"
import { build } from "esbuild"

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
await build({
  entryPoints: ["src/widget.css"],
  bundle: true,
  absWorkingDir: new URL(".", import.meta.url).pathname,
  outdir: outdir.pathname,
  minify: true,
  charset: "utf8",
  logLevel: "info",
})
