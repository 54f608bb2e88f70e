import { signal } from "@preact/signals"
import { render, type VNode } from "preact"
import { ClusterTable, type TableProps } from "../src/table/table"
import { bind } from "../src/wire/bound"
import type { Traits } from "../src/wire/traits"
import { fakeModel } from "./fake_model"

/** Put a component on the page, alone; returns where it is, and what takes it away. */
export function draw(what: VNode): { host: HTMLElement; away: () => void } {
  const host = document.createElement("div")
  document.body.replaceChildren(host)
  render(what, host)
  return { host, away: () => render(null, host) }
}

/** A model with a kernel, and its traits as signals. */
export function boundModel(state: Partial<Traits> = {}) {
  const fake = fakeModel(state)
  return { ...fake, bound: bind(fake.model) }
}

/** The table of a model's clusters. */
export function drawTable(state: Partial<Traits>, { toggle = () => {}, point = () => {} }: Partial<TableProps> = {}) {
  const made = boundModel(state)
  const hovered = signal<string | null>(null)
  const drawn = draw(<ClusterTable bound={made.bound} hovered={hovered} toggle={toggle} point={point} widen={() => {}} />)
  return { ...made, ...drawn, node: drawn.host.firstElementChild as HTMLElement, hover: (id: string | null) => void (hovered.value = id) }
}
