import { signal } from "@preact/signals"
import type { OnDemand } from "../src/load/on_demand"
import * as parts from "../src/on_demand"

/** What is loaded on demand, loaded already. */
export const loaded: OnDemand = { parts: signal(parts), load: async () => parts }
