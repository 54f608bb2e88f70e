import { createHash } from "node:crypto"
import { mkdir, writeFile } from "node:fs/promises"
import { build } from "esbuild"
import { minify } from "terser"
import look from "../liqwidget/look.json" with { type: "json" }

const outdir = new URL("../liqwidget/static/", import.meta.url)
const absWorkingDir = new URL(".", import.meta.url).pathname
await mkdir(outdir, { recursive: true })

/** Bundle a module; terser packs it 5 % smaller than esbuild alone. Returns a digest of what was written. */
async function bundle(name, { define = {}, inject = ["src/dom/jsx.ts"], format = "esm", external = [] } = {}) {
  const { outputFiles } = await build({
    absWorkingDir,
    entryPoints: [`src/${name}.ts`],
    bundle: true,
    minify: true,
    write: false,
    format,
    external,
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    // Shorter than the calls of Preact's jsx-runtime, each of which names its children; tsconfig.json would bring them.
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    jsx: "transform",
    jsxFactory: "h",
    jsxFragment: "Fragment",
    inject,
    define,
  })
  const { code } = await minify(outputFiles[0].text, { module: true, ecma: 2022, compress: { passes: 3 } })
  await writeFile(new URL(`${name}.js`, outdir), code)
  return JSON.stringify(createHash("sha256").update(code).digest("hex").slice(0, 16))
}

// Each file names the one that it loads; what a page loads on demand is given the libraries that the front end has.
const onDemand = await bundle("on_demand", { format: "cjs", external: ["preact", "preact/hooks", "@preact/signals"] })
const widget = await bundle("widget", { define: { ON_DEMAND_DIGEST: onDemand } })
for (const name of ["loader", "assets"]) await bundle(name, { define: { WIDGET_DIGEST: widget }, inject: [] })
await bundle("offline", { inject: [] })
await bundle("watchlist")
// The colours of liqwidget/look.json as properties of the root, for the stylesheet.
const { themes: { light, dark }, simulated } = look
const share = (value) => `${100 * value}%`
const property = ([name, value]) => `--liq-${name.replaceAll("_", "-")}: ${value};`
const root = {
  "": { ...light, amount_tint: share(look.amount_tint), plate: share(look.plate), neutral: look.neutral, simulated_ground: simulated.ground, simulated_ink: simulated.ink, simulated_strength: simulated.strength, simulated_angle: `-${simulated.angle}deg` },
  '[data-theme="dark"]': dark,
  // What lies on the map has the map's colours, in a page of the other theme too.
  ' .liq-on-map[data-theme="light"]': light,
  ' .liq-on-map[data-theme="dark"]': dark,
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
  absWorkingDir,
  entryPoints: ["src/widget.css", "src/watchlist.css"],
  bundle: true,
  outdir: outdir.pathname,
  minify: true,
  charset: "utf8",
  logLevel: "info",
})
