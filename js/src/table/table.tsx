import { effect, type ReadonlySignal, useComputed, useSignal } from "@preact/signals"
import { Fragment } from "preact"
import { useLayoutEffect, useRef } from "preact/hooks"
import { isClick, noteDown } from "../dom/click"
import { formatEstimate } from "../format/money"
import { formatPrice } from "../format/price"
import { clusterAmount, hiddenClusters, type ShownCluster, shownClusters } from "../layers/shown_clusters"
import type { Bound } from "../wire/bound"
import type { Traits } from "../wire/traits"
import { amountField, amountShare, type Field, type FieldName, FIELDS, type Look, mixText, rangeText } from "./columns"
import { LastPrice, lastPlace } from "./last_price"

export interface TableProps {
  bound: Bound
  /** The cluster under the pointer of the picture: its row is marked, and brought into sight. */
  hovered: ReadonlySignal<string | null>
  toggle(id: string): void
  point(id: string | null): void
  /** The table is to have the whole width, or its place beside the picture. */
  widen(wide: boolean): void
}

const ROW = 24
const HEIGHT = 240

/** The table of clusters: tick to select, point at a row to see its band, click a heading to sort. */
export function ClusterTable({ bound, hovered, toggle, point, widen }: TableProps) {
  const { traits } = bound
  const scroll = useRef<HTMLDivElement>(null)
  const top = useSignal(0)
  const wide = useSignal(false)
  const sorting = useSignal<{ name: FieldName; descending: boolean } | null>(null)
  const shown = useComputed(() => shownClusters(<K extends keyof Traits>(name: K) => traits[name].value as Traits[K]))
  const hidden = useComputed(() => hiddenClusters(<K extends keyof Traits>(name: K) => traits[name].value as Traits[K]).hidden)
  const fields = useComputed(() => FIELDS.filter(({ told }) => !told || shown.value.some(told)))
  const look = useComputed((): Look => {
    const measure = traits.measure.value
    const most = shown.value.reduce((found, cluster) => Math.max(found, clusterAmount(cluster, measure)), 1e-9)
    return { market: traits._market.value, measure, horizon: traits.horizon.value, most }
  })
  const order = useComputed(() => sorting.value ?? { name: "heat" as FieldName, descending: true })
  const sorted = useComputed(() => {
    const { name, descending } = order.value
    const { key } = FIELDS.find((field) => field.name === name)!
    const amount = (cluster: ShownCluster) => clusterAmount(cluster, traits.measure.value)
    return [...shown.value].sort((a, b) => (descending ? -1 : 1) * (key(a) - key(b)) || amount(b) - amount(a))
  })
  const last = useComputed(() => lastPlace(sorted.value, order.value, look.value.market))
  const clusters = sorted.value
  const { first, end } = rowWindow(clusters.length, top.value, scroll.current?.clientHeight || HEIGHT, ROW)

  const sort = ({ name, descending }: Field) => {
    const now = order.value
    sorting.value = { name, descending: now.name === name ? !now.descending : descending }
    if (scroll.current) scroll.current.scrollTop = top.value = 0
  }
  const scrolled = useRef(0)
  const follow = () => {
    scrolled.current ||= requestAnimationFrame(() => {
      scrolled.current = 0
      if (end - first < clusters.length) top.value = scroll.current?.scrollTop ?? 0
    })
  }
  const turn = () => {
    wide.value = !wide.value
    widen(wide.value)
  }
  useLayoutEffect(() => () => cancelAnimationFrame(scrolled.current), [])
  useLayoutEffect(
    () =>
      effect(() => {
        const id = hovered.value
        const index = id === null ? -1 : sorted.peek().findIndex((cluster) => cluster.id === id)
        if (index < 0 || !scroll.current) return
        reveal(scroll.current, index)
        top.value = scroll.current.scrollTop
      }),
    [],
  )
  // A row that moves loses the focus.
  const focused = focusedRow(scroll.current)
  useLayoutEffect(() => {
    if (focused === null || focusedRow(scroll.current) === focused) return
    const row = [...scroll.current!.querySelectorAll<HTMLElement>(".liq-row")].find(({ dataset }) => dataset.id === focused)
    row?.querySelector("input")?.focus({ preventScroll: true })
  })
  return (
    <section class="liq-list" aria-label="Clusters">
      <div class="liq-list-title">
        <span>Clusters</span>
        <Count bound={bound} total={clusters.length} />
        <button class="liq-link liq-widen" type="button" aria-pressed={wide.value} title="All columns, under the picture" onClick={turn}>
          All columns
        </button>
      </div>
      <div ref={scroll} class="liq-scroll" onScroll={follow}>
        <table class="liq-table" aria-label="Clusters" aria-rowcount={clusters.length + 1} data-measure={look.value.measure} hidden={clusters.length === 0}>
          <thead>
            <tr>
              <th scope="col">
                <span class="liq-spoken">Selected</span>
              </th>
              {fields.value.map((field) => (
                <th
                  key={field.name}
                  class={`${field.number ? "liq-number " : ""}liq-col-${field.name}`}
                  scope="col"
                  data-field={field.name}
                  aria-sort={field.name === order.value.name ? (order.value.descending ? "descending" : "ascending") : undefined}
                >
                  <button class="liq-sort" type="button" title={`${field.title}. Click to sort.`} onClick={() => sort(field)}>
                    <span>{field.head(look.value)}</span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <Gap rows={first} />
          <tbody>
            {clusters.slice(first, end).map((cluster, i) => (
              <Fragment key={cluster.id}>
                {first + i === last.value && <LastPrice market={look.value.market} />}
                <Row cluster={cluster} index={first + i} fields={fields.value} look={look.value} bound={bound} hovered={hovered} toggle={toggle} point={point} />
              </Fragment>
            ))}
            {end === clusters.length && last.value === clusters.length && end > first && <LastPrice market={look.value.market} />}
          </tbody>
          <Gap rows={clusters.length - end} />
        </table>
        <p class="liq-empty" hidden={clusters.length > 0}>
          {hidden.value > 0 ? "The threshold hides all of them." : "No cluster stands out. A higher sensitivity finds smaller ones."}
        </p>
      </div>
    </section>
  )
}

/** How many there are, and how many are ticked: what is ticked of a side that is not shown stays ticked. */
function Count({ bound, total }: { bound: Bound; total: number }) {
  const selected = new Set(bound.traits._selected.value).size
  const all = formatPrice(total, 0)
  return (
    <span class="liq-count" role="status">
      {selected > 0 ? `${selected} of ${all} selected` : all}
    </span>
  )
}

/** Room for the rows that are not on the page. */
const Gap = ({ rows }: { rows: number }) => (
  <tbody class="liq-gap" aria-hidden="true" hidden={rows === 0} style={{ "--liq-gap": `${rows * ROW}px` }}>
    <tr>
      <td colSpan={99} />
    </tr>
  </tbody>
)

interface RowProps extends Pick<TableProps, "bound" | "hovered" | "toggle" | "point"> {
  cluster: ShownCluster
  index: number
  fields: readonly Field[]
  look: Look
}

/** The row of one cluster: a box to tick, then a cell a field. */
function Row({ cluster, index, fields, look, bound, hovered, toggle, point }: RowProps) {
  const { id, side } = cluster
  const ticked = useComputed(() => bound.traits._selected.value.includes(id)).value
  const lit = useComputed(() => hovered.value === id).value
  const pointed = useRef(false)
  const turn = (on: boolean) => {
    pointed.current = on
    point(on ? id : null)
  }
  // A row that is gone is not left by the pointer.
  useLayoutEffect(() => () => void (pointed.current && point(null)), [])
  return (
    <tr
      class={`liq-row liq-${side}${ticked ? " liq-selected" : ""}${lit ? " liq-hovered" : ""}`}
      data-id={id}
      aria-rowindex={index + 2}
      title={titleOf(cluster, look)}
      onPointerEnter={() => turn(true)}
      onPointerLeave={() => turn(false)}
      onFocusIn={() => turn(true)}
      onFocusOut={() => turn(false)}
      onPointerDown={noteDown}
      onClick={(event) => event.target instanceof HTMLInputElement || (isClick(event) && toggle(id))}
    >
      <td>
        <input class="liq-check" type="checkbox" aria-label={`Select ${side} cluster ${rangeText(cluster, look)}`} checked={ticked} onChange={() => toggle(id)} />
      </td>
      {fields.map(({ name, number, cell }) => {
        const amount = name === amountField(look.measure)
        const classes = [number && "liq-number", name === "side" && "liq-side", amount && "liq-amount", `liq-col-${name}`]
        return (
          <td key={name} class={classes.filter(Boolean).join(" ")} style={amount ? { "--liq-share": amountShare(cluster, look) } : undefined}>
            {cell(cluster, look)}
          </td>
        )
      })}
    </tr>
  )
}

/** All that is known of a cluster, also what a narrow table has no room for. */
function titleOf(cluster: ShownCluster, look: Look): string {
  const quote = look.market?.unit ?? "USD"
  const told = FIELDS.filter(({ name, told }) => name === "peak" || told?.(cluster)).map((field) => `${field.head(look).toLowerCase()}: ${field.cell(cluster, look)}`)
  return [
    `est. size ${formatEstimate(cluster.size, quote)}, est. expected ${formatEstimate(cluster.expected_size, quote)}`,
    ...told,
    `leverage: ${mixText(cluster.leverage_mix)}`,
    `venue shares: ${mixText(cluster.venue_mix)}`,
  ].join("\n")
}

/** The id of the row that has the focus, also behind a shadow root. */
function focusedRow(scroll: HTMLElement | null): string | null {
  const { activeElement } = (scroll?.getRootNode() ?? document) as Document | ShadowRoot
  return scroll?.contains(activeElement) ? (activeElement?.closest<HTMLElement>(".liq-row")?.dataset.id ?? null) : null
}

/** Scroll the table, and nothing around it, until a row is in sight. */
function reveal(scroll: HTMLElement, index: number): void {
  const head = scroll.querySelector("thead")?.getBoundingClientRect().height ?? 0
  const top = index * ROW
  const bottom = top + ROW + head
  if (top < scroll.scrollTop) scroll.scrollTop = top
  else if (bottom > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = bottom - scroll.clientHeight
}

export interface RowWindow {
  first: number
  /** One after the last. */
  end: number
}

/** So many rows are all on the page. */
const PLAIN = 120
const SPARE = 30
const STEP = 10

/** Which of `count` rows of one height to have on the page: all of a short table, else those in sight and some around. */
export function rowWindow(count: number, top: number, height: number, rowHeight: number): RowWindow {
  if (count <= PLAIN) return { first: 0, end: count }
  const start = Math.floor(Math.max(0, top) / rowHeight / STEP) * STEP
  const first = Math.max(0, Math.min(start, count - 1) - SPARE)
  return { first, end: Math.min(count, start + Math.min(PLAIN, Math.ceil(height / rowHeight) + STEP) + SPARE) }
}
