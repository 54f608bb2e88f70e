import type { AnyModel } from "@anywidget/types"
import { type Disposer, disposerBag, listen } from "../dom/dispose"
import { element } from "../dom/element"
import { clusterAmount, type ShownCluster as Cluster, shownClusters } from "../layers/shown_clusters"
import { observe } from "../wire/model"
import type { Traits } from "../wire/protocol"
import { amountField, type Field, type FieldName, FIELDS, type Look } from "./cluster_fields"
import { clusterRow } from "./cluster_row"
import { headCell } from "./head_cell"
import { rowWindow } from "./row_window"

export interface ClusterList {
  node: HTMLElement
  /** Mark the row of the cluster under the pointer of the picture, and bring it into sight. */
  hover(id: string | null): void
  dispose: Disposer
}

export interface ClusterListActions {
  toggle: (id: string) => void
  point: (id: string | null) => void
  /** The table is to have the whole width, or its place beside the picture. */
  widen?: (wide: boolean) => void
}

const ROW = 24
const HEIGHT = 240

/** The table of clusters: tick to select, point at a row to see its band, click a heading to sort. */
export function clusterList(model: AnyModel<Traits>, { toggle, point, widen = () => {} }: ClusterListActions): ClusterList {
  const body = element("tbody", "")
  const [above, below] = [gap(), gap()]
  const headRow = element("tr", "")
  const table = element("table", "liq-table", { "aria-label": "Clusters" }, [element("thead", "", {}, [headRow]), above, body, below])
  const count = element("span", "liq-count", { role: "status" })
  const wide = element("button", "liq-link liq-widen", { type: "button", "aria-pressed": "false", title: "All columns, under the picture" }, ["All columns"])
  const title = element("div", "liq-list-title", {}, [element("span", "", {}, ["Clusters"]), count, wide])
  const empty = element("p", "liq-empty", {}, ["No cluster stands out. A higher sensitivity finds smaller ones."])
  const scroll = element("div", "liq-scroll", {}, [table, empty])
  const node = element("section", "liq-list", { "aria-label": "Clusters" }, [title, scroll])

  let sorting: { name: FieldName; descending: boolean } | null = null
  let fields: readonly Field[] = FIELDS
  let clusters: readonly Cluster[] = []
  let look: Look = { market: null, measure: "expected", horizon: "24h", most: 1 }
  let selected: ReadonlySet<string> = new Set()
  let hovered: string | null = null
  let rows = new Map<string, HTMLTableRowElement>()
  const order = () => sorting ?? { name: amountField(look.measure), descending: true }

  const dress = (row: HTMLTableRowElement) => {
    const id = row.dataset.id ?? ""
    row.classList.toggle("liq-selected", selected.has(id))
    row.classList.toggle("liq-hovered", id === hovered)
    const box = row.querySelector("input")
    if (box) box.checked = selected.has(id)
  }
  const make = (cluster: Cluster) => {
    const row = clusterRow(cluster, fields, look)
    row.addEventListener("pointerenter", () => point(cluster.id))
    row.addEventListener("pointerleave", () => point(null))
    row.addEventListener("focusin", () => point(cluster.id))
    row.addEventListener("focusout", () => point(null))
    row.addEventListener("click", (event) => {
      if (!(event.target instanceof HTMLInputElement)) toggle(cluster.id)
    })
    row.querySelector("input")?.addEventListener("change", () => toggle(cluster.id))
    return row
  }
  const draw = () => {
    const { first, end } = rowWindow(clusters.length, scroll.scrollTop, scroll.clientHeight || HEIGHT, ROW)
    const focused = body.contains(document.activeElement) ? document.activeElement?.closest("tr")?.dataset.id : undefined
    const kept = new Map<string, HTMLTableRowElement>()
    for (const [index, cluster] of clusters.slice(first, end).entries()) {
      const row = rows.get(cluster.id) ?? make(cluster)
      row.setAttribute("aria-rowindex", String(first + index + 2))
      dress(row)
      kept.set(cluster.id, row)
    }
    rows = kept
    body.replaceChildren(...rows.values())
    show(above, first)
    show(below, clusters.length - end)
    if (focused) rows.get(focused)?.querySelector("input")?.focus({ preventScroll: true })
  }
  const check = () => {
    selected = new Set(model.get("_selected"))
    for (const row of rows.values()) dress(row)
    // The other side's rows are not there when one side is shown; what is ticked of it stays ticked.
    const total = clusters.length.toLocaleString("en-US")
    count.textContent = selected.size > 0 ? `${selected.size} of ${total} selected` : total
  }
  const heads = () => {
    const now = order()
    const made = fields.map((field) => {
      const { cell, text } = headCell(field, () => sort(field))
      text.textContent = field.head(look)
      if (field.name === now.name) cell.setAttribute("aria-sort", now.descending ? "descending" : "ascending")
      return cell
    })
    const focused = headRow.contains(document.activeElement) ? document.activeElement?.closest("th")?.dataset.field : undefined
    headRow.replaceChildren(element("th", "", { scope: "col" }, [element("span", "liq-spoken", {}, ["Selected"])]), ...made)
    if (focused) headRow.querySelector<HTMLElement>(`[data-field="${focused}"] button`)?.focus()
  }
  const arrange = () => {
    const { name, descending } = order()
    const key = FIELDS.find((field) => field.name === name)!.key
    const sign = descending ? -1 : 1
    clusters = [...clusters].sort((a, b) => sign * (key(a) - key(b)) || clusterAmount(b, look.measure) - clusterAmount(a, look.measure))
  }
  const sort = ({ name, descending }: Field) => {
    const now = order()
    sorting = { name, descending: now.name === name ? !now.descending : descending }
    arrange()
    heads()
    scroll.scrollTop = 0
    draw()
  }
  const fill = () => {
    const measure = model.get("measure")
    clusters = shownClusters(model)
    const most = clusters.reduce((found, cluster) => Math.max(found, clusterAmount(cluster, measure)), 1e-9)
    look = { market: model.get("_market"), measure, horizon: model.get("horizon"), most }
    fields = FIELDS.filter(({ told }) => !told || clusters.some(told))
    arrange()
    heads()
    rows.clear()
    table.dataset.measure = measure
    table.hidden = clusters.length === 0
    empty.hidden = clusters.length > 0
    table.setAttribute("aria-rowcount", String(clusters.length + 1))
    check()
    draw()
  }
  wide.addEventListener("click", () => {
    const on = wide.getAttribute("aria-pressed") !== "true"
    wide.setAttribute("aria-pressed", String(on))
    widen(on)
    draw()
  })
  let frame = 0
  const scrolled = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0
      if (rows.size < clusters.length) draw()
    })
  }
  fill()
  const bag = disposerBag()
  bag.add(
    observe(model, ["_clusters", "_doubt", "whiskers", "side", "measure", "horizon", "_market"], fill),
    observe(model, ["_selected"], check),
    listen(scroll, "scroll", scrolled),
    () => cancelAnimationFrame(frame),
  )
  return {
    node,
    hover(id) {
      if (id === hovered) return
      hovered = id
      const index = id === null ? -1 : clusters.findIndex((cluster) => cluster.id === id)
      if (index >= 0) reveal(scroll, index)
      if (id !== null && !rows.has(id)) draw()
      for (const row of rows.values()) dress(row)
    },
    dispose: bag.dispose,
  }
}

/** Room for the rows that are not on the page. */
const gap = () => element("tbody", "liq-gap", { "aria-hidden": "true" }, [element("tr", "", {}, [element("td", "", { colspan: "99" })])])

function show(room: HTMLElement, rows: number): void {
  room.hidden = rows === 0
  room.style.setProperty("--liq-gap", `${rows * ROW}px`)
}

/** Scroll the table, and nothing around it, until a row is in sight. */
function reveal(scroll: HTMLElement, index: number): void {
  const head = scroll.querySelector("thead")?.getBoundingClientRect().height ?? 0
  const top = index * ROW
  const bottom = top + ROW + head
  if (top < scroll.scrollTop) scroll.scrollTop = top
  else if (bottom > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = bottom - scroll.clientHeight
}
