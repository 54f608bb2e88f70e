import { formatMoney } from "../format/money"
import type { Opened } from "../wire/protocol"

const LETTER = 6.3

/** What the bars along the bottom edge say in as many pixels: "opened: share of est. size $42M in the box, 12 % before this view". */
export function openedText({ size, before, after, clusters }: Opened, quote: string, width: number): string {
  const of = ` in the ${clusters === 0 ? "box" : clusters === 1 ? "cluster" : `${clusters} clusters`}`
  const outside = ([["before", before], ["after", after]] as const)
    .filter(([, amount]) => amount >= 0.005 * size)
    .map(([word, amount]) => `, ${Math.round((100 * amount) / size)} % ${word} this view`)
    .join("")
  const said = `opened: share of est. size ${formatMoney(size, quote)}`
  return [said + of + outside, said + outside].find((text) => text.length * LETTER <= width) ?? said
}
