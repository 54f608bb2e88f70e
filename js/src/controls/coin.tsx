import { useSignal } from "@preact/signals"
import { useLayoutEffect, useRef } from "preact/hooks"
import type { Bound } from "../wire/bound"

const OTHER = "other"

export interface CoinProps {
  bound: Bound
  say(sentence: string): void
  /** Why no other coin can be read, or null when one can. */
  held: string | null
}

/** The coin: another one of the same source, of a list or by name. */
export function Coin({ bound, say, held }: CoinProps) {
  const { symbol, _market } = bound.traits
  const naming = useSignal(false)
  const field = useRef<HTMLInputElement>(null)
  const market = _market.value
  const why = held ?? market?.held ?? null
  const known = market?.coins ?? []
  const own = symbol.value
  const coins = known.includes(own) ? known : [own, ...known]
  const take = (coin: string) => {
    naming.value = false
    const wanted = coin.trim()
    if (!wanted || wanted === own) return
    bound.set({ symbol: wanted })
    say(`Coin: ${wanted}`)
  }
  useLayoutEffect(() => {
    if (naming.value) field.current?.focus()
  }, [naming.value])
  if (naming.value) {
    return (
      <input
        ref={field}
        class="liq-select liq-coin"
        name="coin"
        aria-label="Coin"
        placeholder="such as PEPE"
        title="Enter reads it, Escape leaves it"
        onKeyDown={(event) => {
          if (event.key === "Enter") take(event.currentTarget.value)
          else if (event.key === "Escape") naming.value = false
          else return
          event.stopPropagation()
        }}
        onBlur={() => void (naming.value = false)}
      />
    )
  }
  return (
    <select
      class="liq-select liq-coin"
      name="coin"
      aria-label="Coin"
      title={why ?? "Reads another coin from the same source: h.symbol in Python"}
      disabled={why !== null}
      value={own}
      onChange={({ currentTarget }) => {
        const { value } = currentTarget
        if (value === OTHER) {
          currentTarget.value = own
          naming.value = true
        } else take(value)
      }}
    >
      {coins.map((coin) => (
        <option key={coin} value={coin}>
          {coin}
        </option>
      ))}
      {why === null && <option value={OTHER}>Other…</option>}
    </select>
  )
}
