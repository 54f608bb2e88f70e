import { useSignal } from "@preact/signals"
import { useMemo, useState } from "preact/hooks"
import { randomId } from "../wire/messages"

export interface Choice<V extends string = string> {
  value: V
  text: string
  title?: string
}

export interface SegmentsProps<V extends string> {
  label: string
  choices: readonly Choice<V>[]
  value: V
  choose(value: V): void
  /** Why a choice cannot be taken, or null when it can. */
  reason?(value: V): string | null
}

/** A row of choices of which one is taken. */
export function Segments<V extends string>({ label, choices, value, choose, reason = () => null }: SegmentsProps<V>) {
  const group = useMemo(randomId, [])
  const [, drawAgain] = useState({})
  const take = (own: V) => {
    choose(own)
    // What was not taken in the end is not shown as taken.
    drawAgain({})
  }
  return (
    <div class="liq-segments" role="radiogroup" aria-label={label}>
      {choices.map(({ value: own, text, title = "" }) => {
        const held = reason(own)
        return (
          <label key={own} class="liq-segment">
            <input
              type="radio"
              name={group}
              value={own}
              data-value={own}
              checked={own === value}
              disabled={held !== null}
              title={held ?? title}
              onChange={() => take(own)}
              onKeyDown={({ key }) => key === "Enter" && take(own)}
            />
            {text}
          </label>
        )
      })}
    </div>
  )
}

interface Field {
  label: string
  /** Why it cannot be changed, or null when it can. */
  held?: string | null
}

const nameOf = (label: string) => label.toLowerCase().replaceAll(" ", "_")

export interface ListProps extends Field {
  options: readonly Choice[]
  value: string
  choose(value: string): void
}

/** A labelled drop-down list; the title of the chosen option is the list's. */
export function List({ label, options, value, choose, held = null }: ListProps) {
  // A value of the analyst's own, set in Python, is shown too.
  const offered = options.some((option) => option.value === value) ? options : [...options, { value, text: value }]
  const title = held ?? offered.find((option) => option.value === value)?.title ?? ""
  return (
    <label class="liq-field liq-stacked">
      <span class="liq-caption">{label}</span>
      <select class="liq-select" aria-label={label} name={nameOf(label)} title={title} disabled={held !== null} value={value} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        {offered.map((option) => (
          <option key={option.value} value={option.value} title={option.title ?? ""}>
            {option.text}
          </option>
        ))}
      </select>
    </label>
  )
}

export interface CheckBoxProps {
  label: string
  title: string
  on: boolean
  turn(on: boolean): void
}

/** One labelled box to tick. */
export function CheckBox({ label, title, on, turn }: CheckBoxProps) {
  return (
    <label class="liq-check-label" title={title}>
      <input class="liq-check" type="checkbox" name={nameOf(label)} checked={on} onChange={({ currentTarget }) => turn(currentTarget.checked)} />
      {label}
    </label>
  )
}

export interface CheckListProps extends Field {
  options: readonly Choice[]
  chosen: readonly string[]
  choose(values: string[]): void
  /** Told when the last tick is to go and must not; without it, none may be chosen. */
  keepOne?(sentence: string): void
}

/** Boxes to tick under one label, with a button for all of them. */
export function CheckList({ label, options, chosen, choose, keepOne, held = null }: CheckListProps) {
  const turn = (box: HTMLInputElement) => {
    const values = options.map(({ value }) => value).filter((value) => (value === box.value ? box.checked : chosen.includes(value)))
    if (values.length > 0 || !keepOne) return choose(values)
    box.checked = true
    keepOne(`${label}: one always stays chosen`)
  }
  const every = options.every(({ value }) => chosen.includes(value))
  return (
    <div class="liq-fieldset" role="group" aria-label={label} title={held ?? ""} hidden={options.length === 0}>
      <span class="liq-caption">{label}</span>
      <button class="liq-link" type="button" aria-label={`${label}: choose all`} disabled={held !== null || every} onClick={() => choose(options.map(({ value }) => value))}>
        All
      </button>
      <div class="liq-checks">
        {options.map(({ value, text, title = "" }) => (
          <label key={value} class="liq-check-label" title={held ?? title}>
            <input class="liq-check" type="checkbox" value={value} data-value={value} checked={chosen.includes(value)} disabled={held !== null} onChange={({ currentTarget }) => turn(currentTarget)} />
            {text}
          </label>
        ))}
      </div>
    </div>
  )
}

export interface SliderProps extends Field {
  title: string
  value: number
  text(value: number): string
  settled(value: number): void
}

/** A labelled slider from 0 to 1 that tells its value at the end of a move. */
export function Slider({ label, title, value, text, settled, held = null }: SliderProps) {
  const moving = useSignal<number | null>(null)
  const shown = moving.value ?? value
  const settle = (at: number) => {
    moving.value = null
    settled(at)
  }
  return (
    <label class="liq-field liq-stacked" title={held ?? title}>
      <span class="liq-caption">{label}</span>
      <input
        class="liq-range liq-plain-range"
        type="range"
        min="0"
        max="1"
        step="0.05"
        aria-label={label}
        aria-valuetext={text(shown)}
        name={nameOf(label)}
        value={shown}
        disabled={held !== null}
        onInput={({ currentTarget }) => void (moving.value = Number(currentTarget.value))}
        onChange={({ currentTarget }) => settle(Number(currentTarget.value))}
      />
      <output class="liq-value">{text(shown)}</output>
    </label>
  )
}
