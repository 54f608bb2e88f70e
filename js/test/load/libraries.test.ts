import { build } from "esbuild"
import { expect, it } from "vitest"
import { LIBRARIES } from "../../src/load/on_demand"

it("hands over all that the parts take from libraries", async () => {
  const { outputFiles } = await build({
    absWorkingDir: new URL("../..", import.meta.url).pathname,
    entryPoints: ["src/on_demand.ts"],
    bundle: true,
    write: false,
    format: "cjs",
    jsx: "transform",
    jsxFactory: "h",
    jsxFragment: "Fragment",
    inject: ["src/dom/jsx.ts"],
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    external: Object.keys(LIBRARIES),
  })
  const text = outputFiles[0]!.text
  const names = (library: string) => {
    const holders = [...text.matchAll(new RegExp(`var (import_\\w+) = require\\("${library}"\\);`, "g"))].map(([, name]) => name)
    return holders.flatMap((holder) => [...text.matchAll(new RegExp(`\\b${holder}\\.(\\w+)`, "g"))].map(([, name]) => name!))
  }
  for (const [library, handed] of Object.entries(LIBRARIES)) {
    expect([library, ...new Set(names(library))].sort()).toEqual([library, ...Object.keys(handed)].sort())
  }
})
