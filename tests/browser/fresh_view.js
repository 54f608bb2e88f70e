// A view of a model that already has a state, in an exported file: what a second cell, a reload, another browser or a host
// that connects again mounts. `ask` is a function of the page that hands a message to the heatmap in Python.
async (text) => {
  const unpacked = []
  const unpack = async (holder, key, packed) => {
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0))
    holder[key] = new DataView(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer())
  }
  function revive(key, value) {
    if (typeof value?.gzip === "string") unpacked.push(unpack(this, key, value.gzip))
    if (typeof value?.b64 === "string") return new DataView(Uint8Array.from(atob(value.b64), (letter) => letter.charCodeAt(0)).buffer)
    return value
  }
  const parsed = async (json) => {
    const value = JSON.parse(json, revive)
    await Promise.all(unpacked.splice(0))
    return value
  }
  globalThis.__front_end ??= parsed(document.getElementById("liqwidget-code").textContent).then(
    (code) => import(URL.createObjectURL(new Blob([code], { type: "text/javascript" }))),
  )
  const { default: frontEnd } = await globalThis.__front_end
  const state = await parsed(text)
  const listeners = new Map()
  const heard = (name) => listeners.get(name) ?? listeners.set(name, new Set()).get(name)
  const model = {
    get: (name) => state[name],
    set(name, value) {
      state[name] = value
      for (const callback of [...heard(`change:${name}`)]) callback()
    },
    on: (name, callback) => void heard(name).add(callback),
    off: (name, callback) => (name ? void heard(name).delete(callback) : listeners.clear()),
    save_changes() {},
    async send(message) {
      const answer = await globalThis.ask(JSON.stringify(message))
      if (!answer) return
      const { content, buffers } = await parsed(answer)
      for (const callback of [...heard("msg:custom")]) callback(content, buffers)
    },
    widget_manager: { get_model: () => Promise.reject(new Error("there is no manager")) },
  }
  globalThis.__fresh?.abort()
  document.getElementById("liqwidget").replaceChildren()
  const el = document.getElementById("liqwidget").appendChild(document.createElement("div"))
  globalThis.__fresh = new AbortController()
  frontEnd.render({ model, el, signal: globalThis.__fresh.signal })
}
