/** Write shares with the largest first: 25-50x 60 %, 10-25x 40 %. */
export function mixText(shares: Readonly<Record<string, number>>): string {
  const parts = Object.entries(shares)
    .filter(([, share]) => share >= 0.005)
    .sort(([, a], [, b]) => b - a)
    .map(([name, share]) => `${name} ${Math.round(100 * share)} %`)
  return parts.join(", ") || "unknown"
}
