import type { AnyModel } from "@anywidget/types"
import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals"
import { render } from "preact"
import { useLayoutEffect } from "preact/hooks"
import { isClick, noteDown } from "../dom/click"
import { COLOURS } from "../dom/colours"
import { type Theme, watchTheme } from "../dom/theme"
import { formatPercent } from "../format/percent"
import { bind } from "../wire/bound"
import type { Traits } from "../wire/traits"
import { ageText, type Column, COLUMNS, type ColumnName, type MarketRow, type Near, nearest, nearText, priceText, rowTitle, sorted, type WatchlistTraits } from "./columns"

interface Place {
  model: AnyModel<WatchlistTraits>
  el: HTMLElement
  signal: AbortSignal
}

/** Show the table of several markets until its place is given up. */
export function showWatchlist({ model, el, signal }: Place): void {
  const root = document.createElement("div")
  root.className = "liq-root liq-watchlist"
  el.append(root)
  const { traits, dispose } = bind(model)
  const tint = (theme: Theme) => {
    root.dataset.theme = theme
    root.style.setProperty("--liq-long", COLOURS[theme].long)
    root.style.setProperty("--liq-short", COLOURS[theme].short)
  }
  const unwatch = watchTheme(model as unknown as AnyModel<Traits>, tint)
  const open = (symbol: string) => model.send({ open: symbol })
  render(<WatchlistTable rows={traits.rows} opened={traits.opened} note={traits.note} open={open} />, root)
  signal.addEventListener("abort", () => {
    unwatch()
    dispose()
    render(null, root)
    root.remove()
  })
}

interface TableProps {
  rows: ReadonlySignal<readonly MarketRow[]>
  opened: ReadonlySignal<string>
  note: ReadonlySignal<string>
  open(symbol: string): void
}

function WatchlistTable({ rows, opened, note, open }: TableProps) {
  const sorting = useSignal<{ name: ColumnName; descending: boolean } | null>(null)
  const now = useSignal(Date.now())
  const lives = useComputed(() => rows.value.some(({ state }) => state === "live")).value
  useLayoutEffect(() => {
    if (!lives) return
    const timer = setInterval(() => void (now.value = Date.now()), 1000)
    return () => clearInterval(timer)
  }, [lives])
  const order = sorting.value
  const shown = sorted(rows.value, COLUMNS.find(({ name }) => name === order?.name), order?.descending ?? false, now.value)
  const sort = ({ name, descending }: Column) => {
    sorting.value = order?.name === name ? { name, descending: !order.descending } : { name, descending }
  }
  const simulated = rows.value.some(({ state }) => state === "simulated")
  return (
    <section class="liq-list" aria-label="Watchlist">
      {simulated && <p class="liq-watch-simulated">Simulated market: prices and positions are not real</p>}
      <div class="liq-scroll">
        <table class="liq-table">
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <th key={column.name} class={column.number ? "liq-number" : ""} scope="col" aria-sort={order?.name === column.name ? (order.descending ? "descending" : "ascending") : undefined}>
                  <button class="liq-sort" type="button" title={`${column.title}. Click to sort.`} onClick={() => sort(column)}>
                    {column.head}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <Row key={row.symbol} row={row} now={now.value} opened={opened.value === row.symbol} open={open} />
            ))}
          </tbody>
        </table>
      </div>
      <p class="liq-watch-note" role="status">
        {note.value}
      </p>
    </section>
  )
}

interface RowProps {
  row: MarketRow
  now: number
  opened: boolean
  open(symbol: string): void
}

function Row({ row, now, opened, open }: RowProps) {
  const near = nearest(row)
  const change = row.change ?? null
  return (
    <tr class={`liq-row${opened ? " liq-selected" : ""}`} data-symbol={row.symbol} data-state={row.state} title={rowTitle(row)} onPointerDown={noteDown} onClick={(event) => isClick(event) && open(row.symbol)}>
      <td>
        <button class="liq-watch-open" type="button" aria-expanded={opened} aria-label={`${opened ? "Close" : "Open"} the heatmap of ${row.symbol}`} onClick={(event) => (event.stopPropagation(), open(row.symbol))}>
          {row.symbol}
        </button>
      </td>
      <td class="liq-number">{priceText(row)}</td>
      <td class="liq-number">{change === null ? "–" : formatPercent(change)}</td>
      <NearCell near={row.below} row={row} side="long" />
      <NearCell near={row.above} row={row} side="short" />
      <td class="liq-number">{near === null ? "–" : formatPercent(near).replace("+", "")}</td>
      <td class="liq-number liq-watch-age">{ageText(row, now)}</td>
      <td class="liq-number">{row.alerts || "–"}</td>
    </tr>
  )
}

/** Price, distance, amount and its change; the amount in the colour of its side. */
function NearCell({ near, row, side }: { near: Near | null | undefined; row: MarketRow; side: "long" | "short" }) {
  if (!near) return <td class="liq-number">{row.price === null ? "–" : "none within 20 %"}</td>
  const { price, distance, size, change } = nearText(near, row)
  return (
    <td class={`liq-number liq-${side}`}>
      <span>{price}</span> <span class="liq-watch-distance">{distance}</span> <b class="liq-side">{size}</b>{" "}
      <span class="liq-watch-change" title="Change within 24 hours">
        {change}
      </span>
    </td>
  )
}
