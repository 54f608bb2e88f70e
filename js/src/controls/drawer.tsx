import { type Signal, useSignal } from "@preact/signals"
import type { ComponentChildren } from "preact"
import { useRef } from "preact/hooks"
import { Icon } from "../words/icon"

export interface DrawerProps {
  id: string
  open: Signal<boolean>
  children: ComponentChildren
}

export interface OpenerProps {
  id: string
  open: Signal<boolean>
  /** Opens it once it is loaded, or closes it. */
  turn(open: Signal<boolean>): Promise<void>
}

/** Whether what a button opens is on its way, and what the button does. */
export function useTurn({ open, turn }: Omit<OpenerProps, "id">): [busy: true | undefined, act: () => void] {
  const busy = useSignal(false)
  const act = () => {
    busy.value = true
    void turn(open).finally(() => (busy.value = false))
  }
  return [busy.value || undefined, act]
}

/** Opens and closes the drawer. */
export function DrawerButton({ id, open, turn }: OpenerProps) {
  const [busy, act] = useTurn({ open, turn })
  return (
    <button
      class="liq-button liq-options"
      type="button"
      title="What counts, how it looks, and sharing"
      aria-controls={id}
      aria-expanded={open.value}
      aria-busy={busy}
      onClick={act}
      onKeyDown={({ key }) => key === "Escape" && (open.value = false)}
    >
      Options
    </button>
  )
}

/** Controls that are seldom moved, in groups, beside or above the picture; Escape closes. */
export function Drawer({ id, open, children }: DrawerProps) {
  const node = useRef<HTMLElement>(null)
  const shut = () => {
    open.value = false
    // Also where the widget is behind a shadow root.
    const page = node.current?.getRootNode() as Document | ShadowRoot | undefined
    page?.querySelector<HTMLElement>(`[aria-controls="${id}"]`)?.focus()
  }
  return (
    <section ref={node} class="liq-drawer" id={id} aria-label="Options" hidden={!open.value} onKeyDown={({ key }) => key === "Escape" && shut()}>
      <div class="liq-drawer-head">
        <span class="liq-drawer-title">Options</span>
        <button class="liq-icon-button" type="button" aria-label="Close options" title="Close (Escape)" onClick={shut}>
          <Icon name="close" />
        </button>
      </div>
      <div class="liq-drawer-groups">{children}</div>
    </section>
  )
}

/** One group of the drawer, named by its heading. */
export function DrawerGroup({ id, title, children }: { id: string; title: string; children: ComponentChildren }) {
  return (
    <div class="liq-drawer-group" role="group" aria-labelledby={id}>
      <h3 class="liq-heading" id={id}>
        {title}
      </h3>
      {children}
    </div>
  )
}
