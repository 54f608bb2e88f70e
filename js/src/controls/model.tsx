import { useSignal } from "@preact/signals"
import { useLayoutEffect, useRef } from "preact/hooks"
import type { Bound } from "../wire/bound"
import type { PriorState } from "../wire/traits"

const LADDER = "ladder"
/** Leverage and share of what is open that a ladder begins with. */
const RUNGS = [5, 10, 25, 50, 100].map((leverage) => [leverage, 0.2] as const)
const WHAT = "These leverages alone, without spare collateral: amounts stand in bands at fixed distances, far too large."
const WHOLE = 100

export interface ModelProps {
  bound: Bound
  say(sentence: string): void
  /** Why it cannot be changed, or null when it can. */
  held: string | null
  /** What edits the shares of a ladder, once it is loaded; `load` says whether it can be had. */
  editor: typeof Rungs | undefined
  load(): Promise<boolean>
}

/** How leverage is assumed, which decides where amounts stand and how large they are; a ladder has shares of one's own. */
export function Model({ bound, say, held, editor: Editor, load }: ModelProps) {
  const { _prior, _priors } = bound.traits
  const editing = useSignal(false)
  const wanted = useRef(0)
  const priors = _priors.value
  const shown = priors.find(({ name }) => name === _prior.value)
  const ladder = priors.find(({ name }) => name === LADDER)
  const edit = async () => {
    const own = ++wanted.current
    const here = await load()
    // Another model may have been chosen meanwhile.
    if (own === wanted.current) editing.value = here
  }
  const choose = async (list: HTMLSelectElement) => {
    const name = list.value
    if (name === LADDER) {
      await edit()
      if (!editing.value) list.value = _prior.value
      return
    }
    wanted.current++
    editing.value = false
    bound.set({ _prior: name })
    say(`Model: ${priors.find((prior) => prior.name === name)?.label ?? name}`)
  }
  return (
    <span class="liq-model">
      <select
        class="liq-select"
        name="prior"
        aria-label="Model"
        title={held ?? shown?.title ?? ""}
        disabled={held !== null}
        value={editing.value ? LADDER : _prior.value}
        onChange={({ currentTarget }) => void choose(currentTarget)}
      >
        {priors.filter(({ name }) => name !== LADDER).map(({ name, label, title }) => (
          <option key={name} value={name} title={title}>
            {short(name, label)}
          </option>
        ))}
        <option value={LADDER} title={ladder?.title ?? WHAT}>
          {ladder ? "Ladder" : "Ladder 5-100x"}
        </option>
      </select>
      {ladder && _prior.value === LADDER && !editing.value && (
        <button class="liq-link" type="button" title="The ladder's shares" disabled={held !== null} onClick={() => void edit()}>
          Edit
        </button>
      )}
      {editing.value && Editor && <Editor of={ladder} close={() => void (editing.value = false)} take={(rungs) => bound.set({ _ladder: rungs })} say={say} />}
    </span>
  )
}

/** "Effective leverage" as one word. */
const short = (name: string, label: string): string => (["effective", "isolated", "nominal"].includes(name) ? label.split(" ")[0]! : label)

interface RungsProps {
  of: PriorState | undefined
  close(): void
  take(rungs: [number, number][]): void
  say(sentence: string): void
}

/** The shares of a ladder, in percent; they are taken when they add up to no more than all that is open. */
export function Rungs({ of, close, take, say }: RungsProps) {
  const start = of?.rungs?.length ? of.rungs : RUNGS
  const shares = useSignal<readonly (readonly [number, number])[]>(start.map(([leverage, share]) => [leverage, Math.round(share * 1000) / 10]))
  const node = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => node.current?.querySelector("input")?.focus(), [])
  const total = shares.value.reduce((sum, [, share]) => sum + share, 0)
  const sound = total > 0 && total <= WHOLE + 1e-6 && shares.value.every(([, share]) => share >= 0)
  const put = (index: number, share: number) => void (shares.value = shares.value.map((rung, i) => (i === index ? [rung[0], share] : rung)))
  const apply = () => {
    if (!sound) return
    take(shares.value.filter(([, share]) => share > 0).map(([leverage, share]) => [leverage, share / WHOLE]))
    say("Model: ladder")
    close()
  }
  return (
    <div
      class="liq-rungs"
      role="group"
      aria-label="Ladder"
      ref={node}
      onKeyDown={(event) => {
        if (event.key === "Enter") apply()
        else if (event.key === "Escape") close()
        else return
        event.stopPropagation()
      }}
    >
      <p class="liq-rungs-what">{of?.title ?? WHAT}</p>
      {shares.value.map(([leverage, share], index) => (
        <label key={leverage} class="liq-rung">
          <span>{`${Number(leverage.toPrecision(4))}x`}</span>
          <input class="liq-number-field" type="number" min="0" max="100" step="5" aria-label={`Share of ${leverage}x in percent`} value={share} onInput={({ currentTarget }) => put(index, Number(currentTarget.value) || 0)} />
          <span>%</span>
        </label>
      ))}
      <div class="liq-rungs-foot">
        <span data-sound={sound}>{`${Number(total.toFixed(1))} % of what is open${total > WHOLE ? ": at most 100 %" : ""}`}</span>
        <button class="liq-button" type="button" disabled={!sound} onClick={apply}>
          Apply
        </button>
        <button class="liq-button" type="button" onClick={close}>
          Cancel
        </button>
      </div>
    </div>
  )
}
