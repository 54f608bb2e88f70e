import { describe, expect, it } from "vitest"
import recorded from "../../../tests/raster/smooth.json"
import { reach, smooth } from "../../src/heat/smooth"

describe("smooth", () => {
  it("blends as raster/smooth.py does", () => {
    const { image, width, height, across, down, wanted } = recorded
    expect([...smooth(Uint32Array.from(image), width, height, across, down)]).toEqual(wanted)
  })

  it("leaves what is given alone, and reaches half a cell", () => {
    const image = Uint32Array.from([0xff0000c8, 0, 0xff0000c8, 0])
    smooth(image, 2, 2, 1, 1)
    expect([...image]).toEqual([0xff0000c8, 0, 0xff0000c8, 0])
    expect([0.2, 3, 8, 500].map(reach)).toEqual([1, 2, 4, 12])
  })
})
