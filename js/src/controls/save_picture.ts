import { font, simulated } from "../../../liqwidget/look.json"

const FOOT = 28

/** What is drawn under an element as one PNG: its grounds, canvases, legends and words, the tags on the axes, and a line of text below. */
export async function composite(host: HTMLElement, tags: readonly HTMLElement[], caption: string): Promise<Blob> {
  const area = host.getBoundingClientRect()
  const style = getComputedStyle(host)
  const drawn = canvases(host)
  const ratio = Math.max(1, ...drawn.map((canvas) => canvas.width / (canvas.getBoundingClientRect().width || canvas.width || 1)))
  const sheet = document.createElement("canvas")
  sheet.width = Math.round(area.width * ratio)
  sheet.height = Math.round((area.height + FOOT) * ratio)
  const pen = sheet.getContext("2d")
  if (!pen || drawn.length === 0) throw new Error("Expected a picture to save, was none on the page")
  pen.scale(ratio, ratio)
  pen.fillStyle = style.backgroundColor
  pen.fillRect(0, 0, area.width, area.height + FOOT)
  for (const node of host.querySelectorAll<HTMLElement>("*")) if (!node.closest(`.liq-figure, ${UNSAID}`)) drawGround(pen, node, area)
  for (const canvas of drawn) {
    const { left, top, width, height } = canvas.getBoundingClientRect()
    if (width > 0 && height > 0) pen.drawImage(canvas, left - area.left, top - area.top, width, height)
  }
  for (const node of host.querySelectorAll<HTMLElement>(".liq-feed-list, .liq-feed-short")) if (getComputedStyle(node).visibility !== "hidden") drawGround(pen, node, area)
  drawWords(pen, host, area)
  for (const tag of tags) if (!tag.hidden) drawTag(pen, tag, area)
  const mark = host.querySelector<HTMLElement>(".liq-watermark")
  if (mark) drawWatermark(pen, mark, area)
  pen.fillStyle = style.color
  pen.font = `12px ${font}`
  pen.textBaseline = "middle"
  pen.fillText(caption, 10, area.height + FOOT / 2, area.width - 20)
  return new Promise((resolve, reject) => {
    sheet.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The browser made no PNG of the picture"))), "image/png")
  })
}

/** What a picture does without: what is pressed, what passes, and what is drawn in its own way. */
const UNSAID = "button, input, [hidden], .liq-under, .liq-panel, .liq-chip, .liq-spoken, .liq-wheel-hint, .liq-tag, .liq-zone, .liq-watermark, .liq-stack-keys:empty"
const COLOUR = /(?:rgba?|hsla?|color|lab|lch|oklab|oklch)\([^()]*\)/g

/** The background of an element: a colour, or the colours of its gradients from left to right, one gradient under the other. */
function drawGround(pen: CanvasRenderingContext2D, node: HTMLElement, area: DOMRect): void {
  const { left, top, width, height } = node.getBoundingClientRect()
  if (!(width > 0 && height > 0)) return
  const { backgroundColor, backgroundImage } = getComputedStyle(node)
  const [x, y] = [left - area.left, top - area.top]
  pen.fillStyle = backgroundColor
  pen.fillRect(x, y, width, height)
  const gradients = backgroundImage.split("linear-gradient(").slice(1).map((text) => text.match(COLOUR) ?? []).filter(({ length }) => length > 0)
  gradients.forEach((colours, row) => {
    const [each, high] = [width / colours.length, height / gradients.length]
    colours.forEach((colour, i) => {
      pen.fillStyle = colour
      pen.fillRect(x + i * each, y + row * high, each, high)
    })
  })
}

/** The words under an element, where and as they are on the page. */
function drawWords(pen: CanvasRenderingContext2D, host: HTMLElement, area: DOMRect): void {
  const walker = document.createTreeWalker(host, NodeFilter.SHOW_TEXT)
  const range = document.createRange()
  pen.textBaseline = "middle"
  while (walker.nextNode()) {
    const node = walker.currentNode
    const parent = node.parentElement
    if (!parent || parent.closest(UNSAID)) continue
    range.selectNodeContents(node)
    const { left, top, width, height } = range.getBoundingClientRect()
    const { color, fontWeight, fontSize, visibility } = getComputedStyle(parent)
    if (!(width > 0) || visibility === "hidden") continue
    pen.fillStyle = color
    pen.font = `${fontWeight} ${fontSize} ${font}`
    pen.fillText(node.textContent ?? "", left - area.left, top - area.top + height / 2)
  }
}

function drawTag(pen: CanvasRenderingContext2D, tag: HTMLElement, area: DOMRect): void {
  const { left, top, width, height } = tag.getBoundingClientRect()
  const style = getComputedStyle(tag)
  pen.fillStyle = style.backgroundColor
  pen.fillRect(left - area.left, top - area.top, width, height)
  pen.fillStyle = style.color
  pen.font = `${style.fontWeight} ${style.fontSize} ${font}`
  pen.textBaseline = "middle"
  pen.fillText(tag.textContent ?? "", left - area.left + 3, top - area.top + height / 2)
}

function drawWatermark(pen: CanvasRenderingContext2D, mark: HTMLElement, area: DOMRect): void {
  const style = getComputedStyle(mark)
  pen.save()
  pen.translate(area.width / 2, area.height / 2)
  pen.rotate((-simulated.angle * Math.PI) / 180)
  pen.globalAlpha = simulated.strength
  pen.fillStyle = style.color
  pen.font = `${style.fontWeight} ${style.fontSize} ${font}`
  pen.textAlign = "center"
  pen.textBaseline = "middle"
  pen.fillText(mark.textContent ?? "", 0, 0)
  pen.restore()
}

/** The canvases under a node, also those behind shadow roots, in drawing order. */
function canvases(node: ParentNode): HTMLCanvasElement[] {
  return [...node.querySelectorAll("*")].flatMap((child) => {
    if (child instanceof HTMLCanvasElement) return getComputedStyle(child).visibility === "hidden" ? [] : [child]
    return child.shadowRoot ? canvases(child.shadowRoot) : []
  })
}

/** Offer bytes to be saved as a file. */
export function download(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement("a")
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
