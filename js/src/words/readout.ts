import { element } from "../dom/element"
import { formatMoney } from "../format/money"
import { formatPercent } from "../format/percent"
import { formatPrice } from "../format/price"
import { formatTime } from "../format/time"
import type { Probe } from "../heat/frame"
import type { Market, Reading, Side } from "../wire/protocol"

export interface Readout {
  node: HTMLElement
  /** What the pixel tells at once. */
  about(at: { time: number; price: number }, decimals: number, probe: Probe | null, market: Market): void
  /** The cluster under the pointer, or none. */
  cluster(told: { side: Side; text: string } | null): void
  /** What the kernel answers after a rest. */
  exact(reading: Reading, side: Side, market: Market): void
  idle(text: string): void
}

const FIELDS = ["price", "distance", "time", "side", "about", "cluster", "size", "expected", "chance", "cumulative", "made"] as const
const SHARES = 2

/** The line under the controls that says what is under the pointer. */
export function readout(): Readout {
  const hint = element("span", "liq-hint")
  const cells = new Map(FIELDS.map((name) => [name, element("span", `liq-cell liq-cell-${name}`)]))
  const line = element("div", "liq-cells", {}, [...cells.values()])
  const node = element("div", "liq-readout", {}, [hint, line])
  const put = (name: (typeof FIELDS)[number], caption: string, value: string) => {
    const cell = cells.get(name)
    if (!cell) return
    if (value === "") return cell.replaceChildren()
    const label = caption ? [element("span", "liq-caption", {}, [caption])] : []
    cell.replaceChildren(...label, element("b", "", {}, [value]))
  }
  const clearExact = () => {
    for (const name of ["size", "expected", "chance", "cumulative", "made"] as const) put(name, "", "")
  }
  return {
    node,
    about({ time, price }, decimals, probe, market) {
      node.dataset.state = "about"
      put("price", "", formatPrice(price, decimals))
      put("distance", "", formatPercent(100 * (price / market.last_price - 1)))
      put("time", "", time > (market.now ?? market.time[1]) ? "after now" : formatTime(time))
      put("side", "", probe ? probe.side : "none")
      cells.get("side")?.setAttribute("data-side", probe?.side ?? "")
      put("about", "est. about", probe ? `${formatMoney(probe.value, market.quote)} per 10 bps` : "–")
      clearExact()
    },
    cluster(told) {
      node.classList.toggle("liq-over-cluster", told !== null)
      put("cluster", told ? `${told.side} cluster` : "", told?.text ?? "")
    },
    exact(reading, side, market) {
      node.dataset.state = "exact"
      const money = (amount: number) => formatMoney(amount, market.quote)
      const { size, expected, cumulative } = reading[side]
      put("size", "size est.", money(size))
      put("expected", "expected est.", money(expected))
      put("chance", "chance", `${(100 * reading.chance).toFixed(reading.chance < 0.0995 ? 1 : 0)} %`)
      put("cumulative", "from last price est.", money(cumulative))
      put("made", "made of", [reading.leverage_mix, reading.venue_mix].map(largest).filter(Boolean).join(" · "))
    },
    idle(text) {
      node.dataset.state = "idle"
      hint.textContent = text
    },
  }
}

/** The largest shares of a mix: "5-10x 60 %, 3-5x 30 %". */
function largest(mix: Readonly<Record<string, number>>): string {
  return Object.entries(mix)
    .filter(([, share]) => share >= 0.005)
    .sort(([, a], [, b]) => b - a)
    .slice(0, SHARES)
    .map(([name, share]) => `${name} ${Math.round(100 * share)} %`)
    .join(", ")
}
