/** Take what BokehJS drew out of the tab order: the figure around it has the keys. Looks behind shadow roots too. */
export function untab(node: ParentNode): void {
  for (const child of node.querySelectorAll<HTMLElement>("*")) {
    if (child.tabIndex >= 0) child.tabIndex = -1
    if (child.shadowRoot) untab(child.shadowRoot)
  }
}
