import { label } from "../../../liqwidget/look.json"

const LINE = label.line

/** Keep the labels that fit without touching: those that come first, then in the given order; `at` is in pixels from the top. */
export function placeLabels<L extends { at: number; first: boolean }>(labels: readonly L[], height: number): L[] {
  const kept: L[] = []
  const byWeight = [...labels.filter(({ first }) => first), ...labels.filter(({ first }) => !first)]
  for (const one of byWeight) {
    if (one.at < LINE / 2 || one.at > height - LINE / 2) continue
    if (kept.every(({ at }) => Math.abs(at - one.at) >= LINE)) kept.push(one)
  }
  return kept
}
