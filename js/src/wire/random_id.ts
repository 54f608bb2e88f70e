/** A name for a view that no other view has. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(2)), (word) => word.toString(36)).join("")
}
