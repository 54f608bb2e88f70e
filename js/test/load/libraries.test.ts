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
  const libraries = [...text.matchAll(/var (import_\w+) = require\("([^"]+)"\);/g)].map(([, name, library]) => [library!, name!] as const)
  const used = libraries.map(([library, name]) => [library, [...text.matchAll(new RegExp(`\\b${name}\\.(\\w+)`, "g"))].map(([, one]) => one!)] as const)
  const handed = Object.entries(LIBRARIES).map(([library, names]) => [library, Object.keys(names).sort()])
  expect(Object.fromEntries(Object.keys(LIBRARIES).map((library) => [library, [...new Set(used.flatMap(([one, names]) => (one === library ? names : [])))].sort()]))).toEqual(Object.fromEntries(handed))
  expect(libraries.length).toBeGreaterThan(2)
})
