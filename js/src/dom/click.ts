/** Where a pointer went down, in CSS pixels of the window. */
let down = { clientX: 0, clientY: 0 }

/** As far as a hand moves that means to click [px]. */
const SLACK = 5

/** Note where a pointer goes down. */
export const noteDown = ({ clientX, clientY }: PointerEvent): void => void (down = { clientX, clientY })

/** Whether a click is one, and not the end of a drag that selected text; keys and scripts click without a place. */
export const isClick = ({ detail, clientX, clientY }: MouseEvent): boolean => detail === 0 || Math.hypot(clientX - down.clientX, clientY - down.clientY) <= SLACK
