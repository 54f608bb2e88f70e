import { mkdir } from "node:fs/promises"
import { build } from "esbuild"

const outdir = new URL("../liqwidget/static/", import.meta.url)
await mkdir(outdir, { recursive: true })
await build({
  entryPoints: { widget: "src/widget.ts" },
  absWorkingDir: new URL(".", import.meta.url).pathname,
  outdir: outdir.pathname,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  logLevel: "info",
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
