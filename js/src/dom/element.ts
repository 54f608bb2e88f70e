type Attributes = Readonly<Record<string, string>>

/** Make an element with a class, attributes and children; strings become text, never markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  attributes: Attributes = {},
  children: readonly (Node | string)[] = [],
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag)
  if (className) node.className = className
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
  node.append(...children)
  return node
}

/** Hide or show a node where it is not already: the same attribute set again has its styles computed anew. */
export function setHidden(node: HTMLElement, hidden: boolean): void {
  if (node.hidden !== hidden) node.hidden = hidden
}

/** Set a text where it is another one: the same text set again has the page laid out anew. */
export function setText(node: Element, text: string): void {
  if (node.textContent !== text) node.textContent = text
}
