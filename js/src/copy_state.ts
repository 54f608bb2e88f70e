import type { AnyModel } from "@anywidget/types"
import { LEVERAGE_GROUPS } from "./leverage_groups"
import type { Traits } from "./protocol"

const PLAIN = {
  side: "both",
  window: "7d",
  measure: "expected",
  horizon: "24h",
  threshold: 0,
  palette: "ember",
  side_colours: "red-green",
  smooth: false,
  scale: "log",
  sensitivity: 0.5,
  follow: true,
  price_style: "candles",
  circles: true,
  whiskers: true,
  profile: "leverage",
  view: "heatmap",
  future: false,
} as const satisfies Partial<Traits>
const PRIORS = new Set(["effective", "isolated", "nominal"])
const PANELS = ["volume", "open_interest"]

/** Python code that makes the view anew; only what differs from the defaults of LiqHeatmap is written. */
export function copyState(model: AnyModel<Traits>): string {
  const market = model.get("_market")
  const parts: string[] = [quoted(model.get("symbol"))]
  const add = (name: string, code: string) => void parts.push(`${name}=${code}`)
  if (market?.simulated) add("source", quoted("sample"))
  const prior = model.get("_prior")
  const own = PRIORS.has(prior) ? undefined : model.get("_priors").find(({ name }) => name === prior)
  if (PRIORS.has(prior) && prior !== "effective") add("prior", quoted(prior))
  for (const [name, plain] of Object.entries(PLAIN)) {
    const value = model.get(name as keyof typeof PLAIN)
    if (value !== undefined && value !== plain) add(name, python(value))
  }
  const names = (name: "leverage" | "venues" | "panels", usual: readonly string[]) => {
    const chosen = model.get(name)
    if (chosen !== undefined && JSON.stringify(chosen) !== JSON.stringify(usual)) add(name, tuple(chosen.map(quoted)))
  }
  names("leverage", LEVERAGE_GROUPS)
  names("venues", market?.venues ?? [])
  names("panels", PANELS)
  const [times, prices, asOf] = [model.get("time_range"), model.get("price_range"), model.get("as_of")]
  if (times) add("time_range", tuple(times.map(time)))
  if (prices && !model.get("follow")) add("price_range", tuple(prices.map((price) => String(Number(price.toPrecision(9))))))
  if (asOf !== null && asOf !== undefined) add("as_of", time(asOf))
  const unsaid = [...(market && !market.simulated ? [`data: ${market.label}`] : []), ...(own ? [`prior: ${own.label}`] : [])]
  const comment = unsaid.length > 0 ? `  # ${unsaid.join("; ").replace(/\s+/g, " ")}` : ""
  return `LiqHeatmap(${parts.join(", ")})${comment}`
}

const time = (ms: number) => quoted(new Date(Math.round(ms)).toISOString())
const tuple = (parts: readonly string[]) => `(${parts.join(", ")}${parts.length === 1 ? "," : ""})`

function python(value: string | number | boolean): string {
  if (typeof value === "boolean") return value ? "True" : "False"
  return typeof value === "number" ? String(value) : quoted(value)
}

// A JSON string is a Python string, but for surrogates written apart, which JSON.stringify does not do to whole text.
const quoted = (text: string) => JSON.stringify(text)
