import { options } from "preact"

// What a component shows follows its signals at once, so that tests need not wait.
options.debounceRendering = (draw) => draw()
