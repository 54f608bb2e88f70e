export interface RowWindow {
  first: number
  /** One after the last. */
  end: number
}

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
