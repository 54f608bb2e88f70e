import type { AnyModel } from "@anywidget/types"
import { type ReadonlySignal, signal, useSignal } from "@preact/signals"
import { Fragment, h } from "preact"
import { useLayoutEffect, useMemo, useRef } from "preact/hooks"
import { laidOver } from "../wire/overlays"
import type { Traits } from "../wire/traits"
import { type FileSource, importText, loadOnce } from "./files"

/** Digest of on_demand.js, put in by build.mjs. */
declare const ON_DEMAND_DIGEST: string

export type Parts = typeof import("../on_demand")

/** What the file uses of libraries that a page must have but once, because they know what they have drawn. */
export const LIBRARIES: Readonly<Record<string, object>> = {
  preact: { Fragment, h },
  "preact/hooks": { useLayoutEffect, useMemo, useRef },
  "@preact/signals": { useSignal },
}

type Run = (require: (name: string) => object | undefined, module: { exports: Parts | null }) => Parts

/** Evaluate on_demand.js, a CommonJS module, beside the libraries of this one. */
export async function evaluateParts(code: string): Promise<Parts> {
  const head = "export default function (require, module) {\n"
  const { default: run } = await importText<{ default: Run }>(head, code, "\n; return module.exports }")
  return run((name) => LIBRARIES[name], { exports: null })
}

/** Parts that are loaded when the first of them is wanted. */
export interface OnDemand {
  /** All of them, once they are here. */
  parts: ReadonlySignal<Parts | null>
  /** Load them, once a page; null where they cannot be had, and why is told, and where the view is gone meanwhile. */
  load(): Promise<Parts | null>
}

export interface OnDemandOptions {
  sources: readonly FileSource[]
  failed: (sentence: string) => void
  /** Aborted when the view is gone. */
  signal: AbortSignal
  evaluate?: (code: string) => Promise<Parts>
  cache?: Map<string, Promise<Parts>>
}

/** Of this module and not of the page: parts belong to the libraries that they were given. */
const known = new Map<string, Promise<Parts>>()

export function onDemand({ sources, failed, signal: view, evaluate = evaluateParts, cache = known }: OnDemandOptions): OnDemand {
  const parts = signal<Parts | null>(null)
  let loading: Promise<Parts | null> | null = null
  const attempt = async () => {
    try {
      const found = await loadOnce({ what: "This part of the heatmap", key: ON_DEMAND_DIGEST, sources, evaluate, cache, again: true })
      return view.aborted ? null : (parts.value = found)
    } catch (error) {
      if (!view.aborted) failed(error instanceof Error ? error.message : String(error))
      return null
    } finally {
      loading = null
    }
  }
  return { parts, load: () => (loading ??= attempt()) }
}

/** Whether a first picture shows something of it. */
export const wantedAtOnce = (model: AnyModel<Traits>): boolean =>
  laidOver(model) || model.get("smooth") || model.get("view") === "map" || model.get("_selection") !== null || model.get("_selected").length > 0

/**
 * Something that is made of the parts when it is first wanted, null before; `arrived` is told when it can be made.
 * What could not be loaded is tried again.
 */
export function partOf<T>({ parts, load }: OnDemand, wanted: () => boolean, make: (parts: Parts) => T, arrived: () => void): () => T | null {
  let made: T | null = null
  let loading = false
  let known = false
  // Whoever of the view has them loaded: those too who could not.
  parts.subscribe((found) => void (known && found && !made && wanted() && arrived()))
  known = true
  return () => {
    if (made || !wanted()) return made
    const here = parts.peek()
    if (here) return (made = make(here))
    if (!loading) {
      loading = true
      void load().then(() => void (loading = false))
    }
    return null
  }
}
