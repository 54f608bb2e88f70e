import { defineConfig } from "vitest/config"

// Files share a page's environment: to make one takes longer than their tests. What they replace is put back.
export default defineConfig({
  test: {
    setupFiles: ["test/setup.ts"],
    testTimeout: 60_000,
    isolate: false,
    unstubGlobals: true,
    restoreMocks: true,
  },
})
