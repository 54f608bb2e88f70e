import type { AnyModel } from "@anywidget/types"
import { formatAge } from "./age"
import { clusterAmount } from "./cluster_amount"
import { disposerBag, type Disposer } from "./disposer"
import { element } from "./element"
import { formatMoney } from "./money"
import { observe } from "./observe"
import { formatPercent } from "./percent"
import { formatPrice } from "./price"
import { priceDecimals } from "./price_decimals"
import type { Cluster, Market, Traits } from "./protocol"
import { sortedClusters } from "./sorted_clusters"

export interface ClusterList {
  node: HTMLElement
  /** Mark the row of the cluster under the pointer. */
  hover(id: string | null): void
  dispose: Disposer
}

/** The table of clusters: tick to select, point at a row to see its band. */
export function clusterList(
  model: AnyModel<Traits>,
  { toggle, point }: { toggle: (id: string) => void; point: (id: string | null) => void },
): ClusterList {
  const body = element("tbody", "")
  const amountHead = element("th", "liq-number", { scope: "col" })
  const head = element("tr", "", {}, [
    element("th", "", { scope: "col", "aria-label": "Selected" }),
    element("th", "", { scope: "col" }, ["Side"]),
    element("th", "liq-number", { scope: "col" }, ["Price range"]),
    amountHead,
    element("th", "liq-number", { scope: "col" }, ["Distance"]),
    element("th", "liq-number", { scope: "col" }, ["Age"]),
  ])
  const table = element("table", "liq-table", {}, [element("thead", "", {}, [head]), body])
  const count = element("span", "liq-count")
  const title = element("div", "liq-list-title", {}, [element("span", "", {}, ["Clusters"]), count])
  const empty = element("p", "liq-empty", {}, ["No cluster stands out. A higher sensitivity finds smaller ones."])
  const node = element("section", "liq-list", { "aria-label": "Clusters" }, [title, element("div", "liq-scroll", {}, [table, empty])])

  let rows: HTMLTableRowElement[] = []
  const check = () => {
    const selected = new Set(model.get("_selected"))
    for (const row of rows) {
      const on = selected.has(row.dataset.id ?? "")
      row.classList.toggle("liq-selected", on)
      const box = row.querySelector("input")
      if (box) box.checked = on
    }
    const total = model.get("_clusters").length
    count.textContent = selected.size > 0 ? `${selected.size} of ${total} selected` : String(total)
  }
  const fill = () => {
    const market = model.get("_market")
    const measure = model.get("measure")
    const clusters = sortedClusters(model.get("_clusters"), measure)
    const focused = document.activeElement?.closest<HTMLElement>("tr")?.dataset.id
    amountHead.textContent = measure === "expected" ? `Est. in ${model.get("horizon")}` : "Est. size"
    const most = Math.max(...clusters.map((cluster) => clusterAmount(cluster, measure)), 1e-9)
    rows = clusters.map((cluster) => {
      const made = row(cluster, clusterAmount(cluster, measure), most, market)
      made.addEventListener("pointerenter", () => point(cluster.id))
      made.addEventListener("pointerleave", () => point(null))
      made.addEventListener("focusin", () => point(cluster.id))
      made.addEventListener("focusout", () => point(null))
      made.addEventListener("click", (event) => {
        if (!(event.target instanceof HTMLInputElement)) toggle(cluster.id)
      })
      made.querySelector("input")?.addEventListener("change", () => toggle(cluster.id))
      return made
    })
    body.replaceChildren(...rows)
    table.hidden = clusters.length === 0
    empty.hidden = clusters.length > 0
    check()
    if (focused) rows.find(({ dataset }) => dataset.id === focused)?.querySelector("input")?.focus()
  }
  fill()
  const bag = disposerBag()
  bag.add(observe(model, ["_clusters", "measure", "_market"], fill), observe(model, ["_selected"], check))
  return {
    node,
    hover(id) {
      for (const { classList, dataset } of rows) classList.toggle("liq-hovered", dataset.id === id)
    },
    dispose: bag.dispose,
  }
}

function row(cluster: Cluster, amount: number, most: number, market: Market | null): HTMLTableRowElement {
  const decimals = priceDecimals(cluster.price_high, market?.price_decimals ?? 2)
  const quote = market?.quote ?? "USD"
  const range = `${formatPrice(cluster.price_low, decimals)} – ${formatPrice(cluster.price_high, decimals)}`
  const name = `Select ${cluster.side} cluster ${range}`
  const box = element("input", "liq-check", { type: "checkbox", "aria-label": name })
  const size = element("td", "liq-number liq-amount", {}, [formatMoney(amount, quote)])
  size.style.setProperty("--liq-share", `${((100 * amount) / most).toFixed(1)}%`)
  const made = element("tr", `liq-row liq-${cluster.side}`, {}, [
    element("td", "", {}, [box]),
    element("td", "liq-side", {}, [cluster.side]),
    element("td", "liq-number", {}, [range]),
    size,
    element("td", "liq-number", {}, [formatPercent(cluster.distance_pct)]),
    element("td", "liq-number", {}, [formatAge(cluster.age_ms)]),
  ])
  made.dataset.id = cluster.id
  made.title = [
    `est. size ${formatMoney(cluster.size, quote)}, est. expected ${formatMoney(cluster.expected_size, quote)}`,
    `leverage: ${mix(cluster.leverage_mix)}`,
    `venues: ${mix(cluster.venue_mix)}`,
  ].join("\n")
  return made
}

function mix(shares: Readonly<Record<string, number>>): string {
  const parts = Object.entries(shares)
    .filter(([, share]) => share >= 0.005)
    .sort(([, a], [, b]) => b - a)
    .map(([name, share]) => `${name} ${Math.round(100 * share)} %`)
  return parts.join(", ") || "unknown"
}
