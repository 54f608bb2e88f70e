/** Hide or show a node where it is not already: the same attribute set again has its styles computed anew. */
export function setHidden(node: HTMLElement, hidden: boolean): void {
  if (node.hidden !== hidden) node.hidden = hidden
}
