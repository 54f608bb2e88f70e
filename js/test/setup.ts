import { afterEach, vi } from "vitest"
import { options } from "preact"

// What a component shows follows its signals at once, so that tests need not wait.
options.debounceRendering = (draw) => draw()

// A second, which it waits by itself, is a bet on an idle machine.
const { waitFor } = vi
vi.waitFor = (callback, options) => waitFor(callback, { timeout: 30_000, ...(typeof options === "number" ? { timeout: options } : options) })

// Files share an environment, and its clock.
afterEach(() => void vi.useRealTimers())
