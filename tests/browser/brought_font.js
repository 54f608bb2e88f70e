// Run before anything else of a page: all its words, in the document and on canvases, in the font that the test brings.
(fonts) => {
  const family = "liq-brought"
  for (const [weight, data] of Object.entries(fonts)) {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))
    document.fonts.add(new FontFace(family, bytes, { weight }))
  }
  const { prototype } = CanvasRenderingContext2D
  const font = Object.getOwnPropertyDescriptor(prototype, "font")
  const sized = /^(.*?\d(?:px|pt|em|rem))(?:\/\S+)?\s.*$/
  Object.defineProperty(prototype, "font", {
    ...font,
    set(value) {
      font.set.call(this, value.replace(sized, `$1 ${family}`))
    },
  })
}
