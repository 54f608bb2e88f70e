import { formatMoney } from "../format/money"
import type { Bound } from "../wire/bound"
import type { Chosen, Cluster } from "../wire/traits"
import { Icon } from "./icon"

/** "est. $46.6M long, $0 short, 4 clusters: h.selection"; a file without a kernel has no name for it. */
export function selectionText({ long, short, clusters }: Chosen, quote: string, kernel: boolean): string {
  const count = `${clusters} cluster${clusters === 1 ? "" : "s"}`
  return `est. ${formatMoney(long, quote)} long, ${formatMoney(short, quote)} short, ${count}${kernel ? ": h.selection" : ""}`
}

/** The same of ticked clusters, as long as no kernel says it. */
function ticked(clusters: readonly Cluster[], ids: readonly string[]): Chosen | null {
  const found = clusters.filter(({ id }) => ids.includes(id))
  const sum = (side: string) => found.reduce((total, cluster) => total + (cluster.side === side ? cluster.size : 0), 0)
  return found.length ? { long: sum("long"), short: sum("short"), clusters: found.length, box: false } : null
}

/** What is selected, in words, for as long as it is. */
export function SelectionLine({ bound, say }: { bound: Bound; say(sentence: string): void }) {
  const { _chosen, _selection, _selected, _clusters, _market, _offline } = bound.traits
  const own = _offline.value ? ticked(_clusters.value, _selected.value) : _selection.value || _selected.value.length ? _chosen.value : null
  if (!own) return null
  const clear = () => {
    bound.set({ _selection: null, _selected: [] })
    say("Selection cleared")
  }
  const { box } = own
  return (
    <div class="liq-chosen" role="status" data-kind={box ? "box" : "clusters"}>
      <span title={box ? "What stands in the box at its end" : "What stands in the selected clusters"}>{selectionText(own, _market.value?.unit ?? "USD", !_offline.value)}</span>
      <button class="liq-icon-button" type="button" aria-label="Clear the selection" title="Clear (Escape)" onClick={clear}>
        <Icon name="close" />
      </button>
    </div>
  )
}
