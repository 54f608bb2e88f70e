// @vitest-environment happy-dom
import { expect, it } from "vitest"
import type { Case } from "./case"
import { colours, labels } from "./drawn"
import { figure } from "./figure"
import { axes, numbers, views } from "./numbers"
import { overlays } from "./overlays"
import { legends, lowerPanels } from "./words"

/** As many digits as every machine computes alike. */
const rounded = (_: string, value: unknown) => (typeof value === "number" && Number.isFinite(value) ? Number(value.toPrecision(12)) : value)

/** One case a line. */
function written(groups: Readonly<Record<string, readonly Case[]>>): string {
  const lines = Object.entries(groups).map(([name, list]) => ` ${JSON.stringify(name)}: [\n${list.map((one) => `  ${JSON.stringify(one, rounded)}`).join(",\n")}\n ]`)
  return `{\n${lines.join(",\n")}\n}\n`
}

// pytest compares the picture file with the same cases. `npm run look` writes them anew.
it.each([
  ["axes", axes],
  ["colours", colours],
  ["figure", figure],
  ["labels", labels],
  ["legends", legends],
  ["numbers", numbers],
  ["overlays", overlays],
  ["panels", lowerPanels],
  ["views", views],
] as const)("%s are as recorded", async (name, made) => {
  await expect(written(await made())).toMatchFileSnapshot(`../../../tests/look/${name}.json`)
})
