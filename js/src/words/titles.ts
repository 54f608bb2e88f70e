import type { Market } from "../wire/traits"

/** What the corner of the picture says: of which market it is, and what is to be known of it. */
export const titlesOf = ({ symbol, label, notice }: Market) => [label.includes(symbol) ? label : `${symbol} · ${label}`, notice ?? ""] as const
