// The widget in an exported file, over a model whose other half is a heatmap in the process of the test: `exchange` hands
// over what the page has said and returns what Python has said meanwhile. Mounted again, it takes the view before away.
async (text) => {
  const [LEAST_MS, MOST_MS] = [40, 1000]
  const unpacked = []
  const bytesOf = (text) => Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
  const unpack = async (holder, key, packed) => {
    const stream = new Blob([bytesOf(packed)]).stream().pipeThrough(new DecompressionStream("gzip"))
    holder[key] = new DataView(await new Response(stream).arrayBuffer())
  }
  function revive(key, value) {
    if (typeof value?.gzip === "string") unpacked.push(unpack(this, key, value.gzip))
    if (typeof value?.b64 === "string") return new DataView(bytesOf(value.b64).buffer)
    return value
  }
  const parsed = async (json) => {
    const value = JSON.parse(json, revive)
    await Promise.all(unpacked.splice(0))
    return value
  }
  const inPage = (id) => document.getElementById(id).textContent
  const state = { ...(await parsed(inPage("liqwidget-state"))), ...(await parsed(text)), _offline: false }
  globalThis.__front_end ??= parsed(inPage("liqwidget-code")).then(
    (code) => import(URL.createObjectURL(new Blob([code], { type: "text/javascript" }))),
  )
  const { default: frontEnd } = await globalThis.__front_end

  const listeners = new Map()
  const heard = (name) => listeners.get(name) ?? listeners.set(name, new Set()).get(name)
  const tell = (name, ...said) => {
    for (const callback of [...heard(name)]) callback(...said)
  }
  const changed = new Set()
  const said = []
  globalThis.__before?.abort()
  const { signal } = (globalThis.__before = new AbortController())
  let [underWay, timer, wait] = [Promise.resolve(), 0, LEAST_MS]
  const hand = async () => {
    if (signal.aborted) return
    const words = said.splice(0)
    const answers = await parsed(await globalThis.exchange(JSON.stringify(words)))
    for (const { state: told, content, buffers } of answers) {
      if (content) tell("msg:custom", content, buffers)
      else {
        Object.assign(state, told)
        for (const name of Object.keys(told)) tell(`change:${name}`)
      }
    }
    // Threads of Python have something to say at any time. A test that asks the page tells it before; for one that waits
    // by Playwright the page asks, often after something was said, else seldom.
    wait = words.length + answers.length > 0 ? LEAST_MS : Math.min(2 * wait, MOST_MS)
    later(said.length > 0 ? 0 : wait)
  }
  const exchange = () => (underWay = underWay.then(hand))
  const later = (ms) => {
    clearTimeout(timer)
    timer = signal.aborted ? 0 : setTimeout(exchange, ms)
  }
  const say = (one) => {
    said.push(one)
    later(0)
  }
  const model = {
    get: (name) => state[name],
    set(name, value) {
      if (JSON.stringify(state[name]) === JSON.stringify(value)) return
      state[name] = value
      changed.add(name)
      tell(`change:${name}`)
    },
    on: (name, callback) => void heard(name).add(callback),
    off: (name, callback) => (name ? void heard(name).delete(callback) : listeners.clear()),
    save_changes() {
      if (changed.size) say({ state: Object.fromEntries([...changed].map((name) => [name, state[name]])) })
      changed.clear()
    },
    send: (content) => say({ content }),
    widget_manager: { get_model: () => Promise.reject(new Error("there is no manager")) },
  }
  globalThis.__exchange = async (told) => {
    await underWay
    if (!told && said.length === 0) return
    wait = LEAST_MS
    return exchange()
  }
  later(0)
  const place = document.getElementById("liqwidget")
  place.replaceChildren()
  frontEnd.render({ model, el: place.appendChild(document.createElement("div")), signal })
}
