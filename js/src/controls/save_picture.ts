import { font } from "../../../liqwidget/look.json"

const FOOT = 28

/** What is drawn under an element as one PNG: its canvases, the tags on the axes, and a line of text below. */
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
  for (const canvas of drawn) {
    const { left, top, width, height } = canvas.getBoundingClientRect()
    if (width > 0 && height > 0) pen.drawImage(canvas, left - area.left, top - area.top, width, height)
  }
  for (const tag of tags) if (!tag.hidden) drawTag(pen, tag, area)
  pen.fillStyle = style.color
  pen.font = `12px ${font}`
  pen.textBaseline = "middle"
  pen.fillText(caption, 10, area.height + FOOT / 2, area.width - 20)
  return new Promise((resolve, reject) => {
    sheet.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The browser made no PNG of the picture"))), "image/png")
  })
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
