const LINE = 17

/** Keep the labels that fit without touching: those that come first, then in the given order; `at` is in pixels from the top. */
export function placeLabels<L extends { at: number; first: boolean }>(labels: readonly L[], height: number): L[] {
  const kept: L[] = []
  const byWeight = [...labels.filter(({ first }) => first), ...labels.filter(({ first }) => !first)]
  for (const label of byWeight) {
    if (label.at < LINE / 2 || label.at > height - LINE / 2) continue
    if (kept.every(({ at }) => Math.abs(at - label.at) >= LINE)) kept.push(label)
  }
  return kept
}
