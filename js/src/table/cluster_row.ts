import { element } from "../dom/element"
import { formatMoney } from "../format/money"
import { mixText } from "../format/percent"
import type { ShownCluster as Cluster } from "../layers/shown_clusters"
import { amountField, amountShare, type Field, FIELDS, type Look, rangeText } from "./cluster_fields"

/** The row of one cluster: a box to tick, then a cell a field. */
export function clusterRow(cluster: Cluster, fields: readonly Field[], look: Look): HTMLTableRowElement {
  const box = element("input", "liq-check", { type: "checkbox", "aria-label": `Select ${cluster.side} cluster ${rangeText(cluster, look)}` })
  const cells = fields.map(({ name, number, cell }) => {
    const shown = name === amountField(look.measure)
    const made = element("td", [number && "liq-number", name === "side" && "liq-side", shown && "liq-amount", `liq-col-${name}`].filter(Boolean).join(" "), {}, [
      cell(cluster, look),
    ])
    if (shown) made.style.setProperty("--liq-share", amountShare(cluster, look))
    return made
  })
  const row = element("tr", `liq-row liq-${cluster.side}`, {}, [element("td", "", {}, [box]), ...cells])
  row.dataset.id = cluster.id
  const quote = look.market?.quote ?? "USD"
  // Also what a narrow table has no room for.
  const told = FIELDS.filter(({ name, told }) => name === "peak" || told?.(cluster)).map((field) => `${field.head(look).toLowerCase()}: ${field.cell(cluster, look)}`)
  row.title = [
    `est. size ${formatMoney(cluster.size, quote)}, est. expected ${formatMoney(cluster.expected_size, quote)}`,
    ...told,
    `leverage: ${mixText(cluster.leverage_mix)}`,
    `venue shares: ${mixText(cluster.venue_mix)}`,
  ].join("\n")
  return row
}
