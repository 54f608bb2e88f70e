/** Put text on the clipboard; false if the page may not. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyByField(text)
  }
}

// For pages that are not secure, where the clipboard is out of reach.
function copyByField(text: string): boolean {
  const before = document.activeElement as HTMLElement | null
  const field = document.createElement("textarea")
  field.value = text
  field.style.position = "fixed"
  document.body.append(field)
  field.select()
  try {
    return document.execCommand("copy")
  } catch {
    return false
  } finally {
    field.remove()
    before?.focus()
  }
}
