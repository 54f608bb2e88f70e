import type { AnyModel } from "@anywidget/types"
import { default_prior } from "../../../liqwidget/look.json"
import type { Traits } from "../wire/traits"

const TIMES: ReadonlySet<string> = new Set(["time_range", "as_of"])
const IMPORT = "from liqwidget import LiqHeatmap\n"
/** What stands in for data that no code can read again. */
const OWN = "source=market"

/** A cell of Python that makes the view anew: each trait that differs from its default, the source and the prior. */
export function copyState(model: AnyModel<Traits>): string {
  const market = model.get("_market")
  const parts = [quoted(model.get("symbol")), market?.arguments ?? ""]
  const prior = model.get("_prior")
  const code = model.get("_priors").find(({ name }) => name === prior)?.code ?? quoted(prior)
  if (prior !== default_prior) parts.push(`prior=${code}`)
  for (const [name, plain] of Object.entries(model.get("_usual") ?? {})) {
    const value = model.get(name as keyof Traits)
    const usual = name === "venues" ? (market?.venues ?? []) : plain
    // A price axis that follows is fitted anew.
    if (value === undefined || (name === "price_range" && model.get("follow"))) continue
    if (JSON.stringify(value) !== JSON.stringify(usual)) parts.push(`${name}=${python(value, TIMES.has(name))}`)
  }
  const comment = market?.arguments.startsWith(OWN) ? `  # market: your data, ${market.label}`.replace(/\s+/g, " ") : ""
  return `${IMPORT}LiqHeatmap(${parts.filter(Boolean).join(", ")})${comment && ` ${comment}`}`
}

function python(value: unknown, time: boolean): string {
  if (value === null) return "None"
  if (Array.isArray(value)) return `(${value.map((part) => python(part, time)).join(", ")}${value.length === 1 ? "," : ""})`
  if (typeof value === "boolean") return value ? "True" : "False"
  if (typeof value !== "number") return quoted(String(value))
  return time ? quoted(new Date(Math.round(value)).toISOString()) : String(value)
}

// A JSON string is a Python string, but for surrogates written apart, which JSON.stringify does not do to whole text.
const quoted = (text: string) => JSON.stringify(text)

/** Put text on the clipboard; false if the page may not. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyByField(text)
  }
}

// For pages that are not secure, where the clipboard is out of reach.
function copyByField(text: string): boolean {
  const before = document.activeElement as HTMLElement | null
  const field = document.createElement("textarea")
  field.value = text
  field.style.position = "fixed"
  document.body.append(field)
  field.select()
  try {
    return document.execCommand("copy")
  } catch {
    return false
  } finally {
    field.remove()
    before?.focus()
  }
}
