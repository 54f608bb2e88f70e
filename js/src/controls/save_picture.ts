import { font, listed as look, simulated } from "../../../liqwidget/look.json"
import type { Listed } from "./listed_clusters"

const FOOT = 28
const EDGE = 10

/** Where on the picture what stands on the page is drawn. */
type Place = (box: DOMRect) => [number, number]

/** What is drawn under an element as one PNG: its grounds, canvases, legends and words; below them clusters, and a line of text. */
export async function composite(host: HTMLElement, listed: Listed, caption: string): Promise<Blob> {
  const area = host.getBoundingClientRect()
  // The buttons under the picture leave no gap.
  const buttons = host.querySelector(".liq-under")!.getBoundingClientRect()
  const columns = columnsOf(listed, area.width - 2 * EDGE)
  const below = columns.count > 0 ? (1 + Math.ceil(listed.clusters.length / columns.count)) * look.line + EDGE : 0
  const high = area.height - buttons.height + below + FOOT
  const place: Place = ({ left, top }) => [left - area.left, top - area.top - (top < buttons.bottom ? 0 : buttons.height)]
  const style = getComputedStyle(host.closest(".liq-root") ?? host)
  const drawn = canvases(host)
  const ratio = Math.max(1, ...drawn.map((canvas) => canvas.width / (canvas.getBoundingClientRect().width || canvas.width || 1)))
  const sheet = document.createElement("canvas")
  sheet.width = Math.round(area.width * ratio)
  sheet.height = Math.round(high * ratio)
  const pen = sheet.getContext("2d")
  if (!pen || drawn.length === 0) throw new Error("Expected a picture to save, was none on the page")
  pen.scale(ratio, ratio)
  pen.fillStyle = style.backgroundColor
  pen.fillRect(0, 0, sheet.width, sheet.height)
  for (const node of host.querySelectorAll<HTMLElement>("*")) if (!node.closest(`.liq-figure, ${UNSAID}`)) drawGround(pen, node, place)
  for (const canvas of drawn) {
    const box = canvas.getBoundingClientRect()
    if (box.width > 0 && box.height > 0) pen.drawImage(canvas, ...place(box), box.width, box.height)
  }
  for (const node of host.querySelectorAll<HTMLElement>(".liq-feed-list, .liq-feed-short, .liq-feed-dot, .liq-tag")) drawGround(pen, node, place)
  drawWords(pen, host, place)
  const mark = host.querySelector<HTMLElement>(".liq-watermark")
  if (mark) drawWatermark(pen, mark, area)
  pen.textBaseline = "middle"
  if (below > 0) drawListed(pen, listed, columns, high - FOOT - below + EDGE, style)
  pen.fillStyle = style.color
  pen.font = `12px ${font}`
  pen.fillText(caption, EDGE, high - FOOT / 2, area.width - 2 * EDGE)
  return new Promise((resolve, reject) => {
    sheet.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The browser made no PNG of the picture"))), "image/png")
  })
}

/** What a picture does without: what is pressed, what passes, and what is drawn in its own way. */
const UNSAID = "button, input, [hidden], .liq-under, .liq-panel, .liq-chip, .liq-spoken, .liq-wheel-hint, .liq-watermark, .liq-stack-keys:empty"
const COLOUR = /(?:rgba?|hsla?|color|lab|lch|oklab|oklch)\([^()]*\)/g

/** The background of an element: a colour, or the colours of its gradients from left to right, one gradient under the other. */
function drawGround(pen: CanvasRenderingContext2D, node: HTMLElement, place: Place): void {
  const box = node.getBoundingClientRect()
  const { width, height } = box
  const { backgroundColor, backgroundImage, visibility } = getComputedStyle(node)
  if (visibility === "hidden") return
  const [x, y] = place(box)
  pen.fillStyle = backgroundColor
  pen.fillRect(x, y, width, height)
  const gradients = backgroundImage.split("linear-gradient(").slice(1).map((text) => text.match(COLOUR) ?? []).filter(({ length }) => length > 0)
  gradients.forEach((colours, row) => {
    const high = height / gradients.length
    // Whole pixels, so that no seam between two colours lets the ground through.
    const at = (i: number) => Math.round(x + (i * width) / colours.length)
    colours.forEach((colour, i) => {
      pen.fillStyle = colour
      pen.fillRect(at(i), y + row * high, at(i + 1) - at(i), high)
    })
  })
}

/** The words under an element, where and as they are on the page. */
function drawWords(pen: CanvasRenderingContext2D, host: HTMLElement, place: Place): void {
  const walker = document.createTreeWalker(host, NodeFilter.SHOW_TEXT)
  const range = document.createRange()
  pen.textBaseline = "middle"
  while (walker.nextNode()) {
    const node = walker.currentNode
    const parent = node.parentElement
    if (!parent || parent.closest(UNSAID)) continue
    range.selectNodeContents(node)
    const box = range.getBoundingClientRect()
    const [x, y] = place(box)
    const { color, fontWeight, fontSize, visibility } = getComputedStyle(parent)
    if (!(box.width > 0) || visibility === "hidden") continue
    pen.fillStyle = color
    pen.font = `${fontWeight} ${fontSize} ${font}`
    pen.fillText(node.textContent ?? "", x, y + box.height / 2)
  }
}

const LISTED = `12px ${font}`
const AMOUNT = `bold ${LISTED}`

/** How many columns clusters in words have room for, and how wide each is. */
function columnsOf({ clusters }: Listed, room: number): { count: number; wide: number } {
  const pen = document.createElement("canvas").getContext("2d")
  if (!pen || clusters.length === 0) return { count: 0, wide: 0 }
  pen.font = AMOUNT
  const wide = look.apart + Math.max(...clusters.map(({ where, amount, range }) => pen.measureText(`${where}  ${amount} ${range}`).width))
  return { count: Math.max(1, Math.floor((room + look.apart) / wide)), wide }
}

/** The clusters in words: where each is in the colour of its side, how much it holds, and how far that moves. */
function drawListed(pen: CanvasRenderingContext2D, { heading, clusters }: Listed, { count, wide }: { count: number; wide: number }, top: number, style: CSSStyleDeclaration): void {
  const muted = style.getPropertyValue("--liq-muted") || style.color
  const write = (text: string, at: number, y: number, font: string, colour: string): number => {
    pen.font = font
    pen.fillStyle = colour
    pen.fillText(text, at, y)
    return at + pen.measureText(text).width
  }
  write(heading, EDGE, top + look.line / 2, LISTED, muted)
  clusters.forEach(({ side, where, amount, range }, i) => {
    const y = top + (Math.floor(i / count) + 1.5) * look.line
    const said = write(`${where}  `, EDGE + (i % count) * wide, y, LISTED, style.getPropertyValue(`--liq-${side}`) || style.color)
    write(range, write(`${amount} `, said, y, AMOUNT, style.color), y, LISTED, muted)
  })
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
