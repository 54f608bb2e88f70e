/** Set a text where it is another one: the same text set again has the page laid out anew. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text
}
