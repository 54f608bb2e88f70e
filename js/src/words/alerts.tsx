import { type ReadonlySignal, type Signal, useSignal } from "@preact/signals"
import { formatTime } from "../format/time"
import type { Bound } from "../wire/bound"
import type { Fired } from "../wire/traits"
import { Icon } from "./icon"

/** Toasts over the picture at once; the list has all. */
const MOST = 3

/** Opens and closes the list of what alerts have told, once they have. */
export function AlertsButton({ id, open, bound }: { id: string; open: Signal<boolean>; bound: Bound }) {
  const count = bound.traits._fired.value?.length ?? 0
  if (!count) return null
  const label = `${count} alert${count === 1 ? "" : "s"}`
  const key = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !open.value) return
    event.stopPropagation()
    open.value = false
  }
  return (
    <button class="liq-link liq-told-alerts" type="button" title="Escape closes the list" aria-controls={id} aria-expanded={open.value} onClick={() => void (open.value = !open.value)} onKeyDown={key}>
      <Icon name="bell" /> {label}
    </button>
  )
}

/** What alerts have told, the newest first. */
export function AlertList({ id, open, bound }: { id: string; open: ReadonlySignal<boolean>; bound: Bound }) {
  const { _fired, timezone } = bound.traits
  const fired = _fired.value ?? []
  return (
    <section class="liq-alert-list" id={id} aria-label="Alerts" hidden={!open.value || fired.length === 0}>
      <ol>
        {[...fired].reverse().map((one) => (
          <li key={one.number} data-kind={one.kind}>
            <time dateTime={new Date(one.time).toISOString()}>{formatTime(one.time, timezone.value)}</time> <span dir="auto">{one.text}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}

/** Over the picture: what was told since the alert with some number, until it is closed. */
export function Toasts({ bound, since }: { bound: Bound; since: number }) {
  const { _fired, timezone } = bound.traits
  const fired = _fired.value ?? []
  const last = fired.at(-1)?.number ?? 0
  const seen = useSignal(since)
  const closed = useSignal<readonly number[]>([])
  const shown = fired.filter(({ number }) => number > seen.value && !closed.value.includes(number)).slice(-MOST)
  const key = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return
    event.stopPropagation()
    seen.value = last
  }
  return (
    <>
      {shown.map((one) => (
        <Toast key={one.number} one={one} when={formatTime(one.time, timezone.value)} close={() => void (closed.value = [...closed.value, one.number])} onKey={key} />
      ))}
    </>
  )
}

interface ToastProps {
  one: Fired
  when: string
  close(): void
  onKey(event: KeyboardEvent): void
}

const Toast = ({ one, when, close, onKey }: ToastProps) => (
  <div class="liq-toast" data-kind={one.kind} onKeyDown={onKey}>
    <Icon name={one.kind === "off" ? "alert" : "bell"} />
    <span>
      <b>{when}</b> <span dir="auto">{one.text}</span>
    </span>
    <button class="liq-icon-button" type="button" aria-label="Close this alert" title="Close (Escape: all)" onClick={close}>
      <Icon name="close" />
    </button>
  </div>
)
