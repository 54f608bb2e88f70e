const PATHS = {
  alert: "M8 2 15 14H1zM8 6.5v3.5M8 12v.4",
  flask: "M6 2h4M7 2v4.5L3 13.2c-.3.5 0 .8.5.8h9c.5 0 .8-.3.5-.8L9 6.5V2M5 10.5h6",
  clock: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M8 5v3.3l2.2 1.4",
  hourglass: "M4 2h8M4 14h8M5 2v2.5L8 8l3-3.5V2M5 14v-2.5L8 8l3 3.5V14",
  unplugged: "M2 14l3-3M14 2l-3 3M5 7l4 4-1.5 1.5a2.8 2.8 0 0 1-4-4zM11 9 7 5l1.5-1.5a2.8 2.8 0 0 1 4 4zM6 8l-1 1M9 11l-1 1",
  grade: "M2.5 13.5v-3M6.2 13.5v-6M9.8 13.5v-8M13.5 13.5v-11",
  whisker: "M2 8h12M2 5.5v5M14 5.5v5M6.5 3.5v9",
  full: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  bell: "M3 11.5h10L11.5 9.5V6.5a3.5 3.5 0 0 0-7 0v3zM6.7 13.6h2.6",
  close: "M4 4l8 8M12 4l-8 8",
} as const

export type IconName = keyof typeof PATHS

/** A small line drawing in the colour of the text; the words beside it say what it means. */
export const Icon = ({ name }: { name: IconName }) => (
  <svg viewBox="0 0 16 16" class="liq-icon" aria-hidden="true" focusable="false">
    <path d={PATHS[name]} />
  </svg>
)
