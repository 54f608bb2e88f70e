// Milliseconds from a turn of the wheel to the sharp picture of the new view on the screen, sample by sample, each after a rest [ms].
async (root, [samples, rest]) => {
  const [bokeh] = await Promise.all(globalThis.__liqwidget_bokeh__.values())
  const inside = (one) => root.contains(bokeh.index.get_one(one.get_model_by_name("liq-figure")).el)
  const document = bokeh.documents.find(inside)
  const [heat, price] = ["liq-heat", "liq-price"].map((name) => document.get_model_by_name(name))
  const canvas = root.querySelector(".liq-canvas")
  const box = canvas.getBoundingClientRect()
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
  const sharp = () => heat.data.get("y")[0] === price.start && heat.data.get("dh")[0] === price.end - price.start
  const times = []
  for (let sample = 0; sample < samples; sample++) {
    await pause(rest)
    const start = performance.now()
    const painted = new Promise((resolve) => {
      const drawn = () => {
        if (!sharp()) return
        heat.properties.data.change.disconnect(drawn)
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)))
      }
      heat.properties.data.change.connect(drawn)
    })
    const at = { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 }
    const deltaY = sample % 20 < 10 ? -60 : 60
    canvas.dispatchEvent(new WheelEvent("wheel", { ctrlKey: true, ...at, deltaY, bubbles: true, cancelable: true }))
    times.push(await Promise.race([painted, pause(5000).then(() => Infinity)]))
  }
  return times
}
