import { leverage_groups } from "../../../liqwidget/look.json"

/** Names of the leverage groups, nearest liquidation first. */
export const LEVERAGE_GROUPS: readonly string[] = leverage_groups

/** Write shares with the largest first: 25-50x 60 %, 10-25x 40 %; the `most` largest of them. */
export function formatShares(shares: Readonly<Record<string, number>>, most = Infinity): string {
  return Object.entries(shares)
    .filter(([, share]) => share >= 0.005)
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([name, share]) => `${name} ${Math.round(100 * share)} %`)
    .join(", ")
}
