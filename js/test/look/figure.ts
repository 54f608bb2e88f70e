import { COLOURS } from "../../src/dom/colours"
import { candleColumns, circleColumns } from "../../src/layers/candles"
import { clusterColumns } from "../../src/layers/clusters"
import { mountPlot } from "../../src/layers/plot"
import { overlayColumns } from "../../src/layers/overlays"
import { provenanceColumns } from "../../src/layers/provenance"
import { whiskerColumns } from "../../src/layers/whiskers"
import type { BokehJS } from "../../src/load/bokeh"
import type { Market } from "../../src/wire/traits"
import { candlesOf } from "../candles"
import type { Case } from "./case"

/** A model that takes and gives anything; what its data is set to goes to `told`. */
function anything(told: (data: unknown) => void): unknown {
  const model: unknown = new Proxy(() => model, {
    get: (_, name) => (name === Symbol.iterator ? [][Symbol.iterator].bind([]) : name === Symbol.toPrimitive ? () => 0 : name === "then" ? undefined : model),
    set(_, name, value) {
      if (name === "data") told(value)
      return true
    },
    apply: () => model,
  })
  return model
}

/** The names that the plot looks for in the figure, and the columns that it writes into its sources. */
export async function figure(): Promise<Record<string, Case[]>> {
  const asked = new Set<string>()
  const columns = new Map<string, string[]>()
  const get_model_by_name = (name: string) => {
    asked.add(name)
    return anything((data) => columns.set(name, [...(data as Map<string, unknown>).keys()]))
  }
  const plain = anything(() => undefined) as BokehJS
  const made = new Proxy({ get_model_by_name }, { get: (own, name) => (name in own ? own.get_model_by_name : plain[name as keyof BokehJS]) })
  const bokeh = new Proxy(plain, { get: (_, name) => (name === "require" ? (module: string) => (module === "document/document" ? { Document: { from_json: () => made } } : plain) : plain[name as keyof BokehJS]) })
  const ignore = () => undefined
  const plot = await mountPlot(bokeh, "{}", document.createElement("div"), { viewport: ignore, resize: ignore, move: ignore, tap: ignore, doubleTap: ignore, box: ignore }, () => "UTC")
  const view = { time: [0, 1], price: [1, 2] } as const
  const colours = COLOURS.dark
  const none = new Float64Array(0)
  plot.setImage("liq-heat", new Uint32Array(1), 1, 1, view)
  plot.setImage("liq-heat-forming", new Uint32Array(1), 1, 1, view)
  plot.setImage("liq-heat-ahead", new Uint32Array(1), 1, 1, view)
  plot.setColumns("liq-candles", candleColumns(candlesOf({ length: 0, start: none, end: none, open: none, high: none, low: none, close: none }), colours))
  plot.setColumns("liq-circles", circleColumns({ length: 0, time: none, price: none, size: none, side: none }, colours))
  const look = { clusters: [], measure: "size", market: { time: [0, 1], unit: "USD" } as unknown as Market, selected: new Set<string>(), hovered: null, spread: false, candles: null } as const
  const { bands, brackets, labels } = clusterColumns(look, view, { width: 100, height: 100 }, colours)
  plot.setColumns("liq-clusters", bands)
  plot.setColumns("liq-brackets", brackets)
  plot.setColumns("liq-cluster-labels", labels)
  plot.setColumns("liq-whiskers", whiskerColumns([], "size", view, { width: 1, height: 1 }, colours, 1))
  plot.setColumns("liq-provenance", provenanceColumns({ time: [0, 1], long: [], short: [] }, view, 1, 1, colours))
  const laid = overlayColumns({ levels: [], marks: [], series: [], curves: [] }, [], { viewport: view, size: { width: 1, height: 1 }, until: 0, candles: null, areas: [], theme: "dark", colours })
  plot.setColumns("liq-overlay-bands", laid.bands)
  plot.setColumns("liq-overlay-lines", laid.lines)
  plot.setColumns("liq-overlay-labels", laid.labels)
  plot.setPriceStyle("line")
  plot.setCirclesShown(true)
  plot.setSelection(null)
  plot.setTexts("", "")
  plot.setProvenance("")
  plot.setHatched(false)
  plot.setPriceDecimals(1, 1)
  plot.setMode("pan")
  plot.restyle(colours, colours)
  return {
    names: [{ given: null, wanted: [...asked].sort() }],
    columns: [...columns].sort().map(([given, names]) => ({ given, wanted: names.sort() })),
  }
}
